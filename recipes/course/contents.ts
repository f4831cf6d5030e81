// The course's contents: what each item is called, and its section. The files that compute them are in index.ts.
import type { Text } from "../tools/part.ts";

/** The sections of the course, in its order. */
export const sections = {
  N: { en: "The neuron", ru: "Нейрон" },
  A: { en: "Activation functions", ru: "Функции активации" },
  M: { en: "The network", ru: "Нейронная сеть" },
  L: { en: "Losses and descent", ru: "Функции потерь и градиентный спуск" },
  B: { en: "Backpropagation", ru: "Обратное распространение ошибки" },
  C: { en: "Images and convolution", ru: "Изображения и свёртка" },
  D: { en: "Handwritten digits", ru: "Рукописные цифры" },
  H: { en: "History", ru: "История" },
} as const satisfies Readonly<Record<string, Text>>;

interface Title {
  /** The course's name of the item, such as "B3". */
  readonly id: string;
  readonly title: Text;
  /** The key of its section in {@link sections}. */
  readonly section: keyof typeof sections;
}

/** All items, in the course's order. */
export const contents = [
  {
    id: "N1",
    section: "N",
    title: { en: "The neuron of McCulloch and Pitts (1943)", ru: "Нейрон Маккаллока — Питтса (1943)" },
  },
  {
    id: "N2",
    section: "N",
    title: { en: "Rosenblatt's perceptron and its learning rule", ru: "Персептрон Розенблатта и правило обучения" },
  },
  {
    id: "N3",
    section: "N",
    title: { en: "The neuron's geometry: a line and its bias", ru: "Геометрия нейрона: прямая и смещение" },
  },
  {
    id: "N4",
    section: "N",
    title: { en: "AND, OR and XOR", ru: "Функции И, ИЛИ и исключающее ИЛИ" },
  },
  {
    id: "N5",
    section: "N",
    title: { en: "Kinds of perceptron", ru: "Виды персептронов" },
  },
  {
    id: "N6",
    section: "N",
    title: { en: "One neuron as a model", ru: "Один нейрон как модель" },
  },
  {
    id: "N7",
    section: "N",
    title: { en: "Hebb's rule (1949)", ru: "Правило Хебба (1949)" },
  },
  {
    id: "N8",
    section: "N",
    title: { en: "Any Boolean function, and a convex polygon", ru: "Любая булева функция и выпуклый многоугольник" },
  },
  {
    id: "A",
    section: "A",
    title: { en: "All activation functions with their derivatives", ru: "Все функции активации с производными" },
  },
  {
    id: "A1",
    section: "A",
    title: { en: "Softmax, a worked table", ru: "Softmax: таблица и расчёт" },
  },
  {
    id: "A2",
    section: "A",
    title: { en: "A sum of sigmoids approaches ReLU", ru: "Сумма сигмоид приближает ReLU" },
  },
  {
    id: "A3",
    section: "A",
    title: { en: "Linear layers collapse into one", ru: "Линейные слои сливаются в один" },
  },
  {
    id: "M1",
    section: "M",
    title: { en: "Layers as matrices", ru: "Слои как матрицы" },
  },
  {
    id: "M2",
    section: "M",
    title: {
      en: "Approximation by hand, with steps (Cybenko, 1989)",
      ru: "Приближение вручную, ступеньками (Цыбенко, 1989)",
    },
  },
  {
    id: "M3",
    section: "M",
    title: {
      en: "The same function, learned: the error against H",
      ru: "Та же функция, обучение: ошибка от числа нейронов H",
    },
  },
  {
    id: "M4",
    section: "M",
    title: { en: "Outputs and last activations", ru: "Выходы и последняя функция активации" },
  },
  {
    id: "L1",
    section: "L",
    title: { en: "The losses, by hand and by Nabla", ru: "Функции потерь: вручную и в Nabla" },
  },
  {
    id: "L2",
    section: "L",
    title: { en: "Learning rates: too small, right, too large", ru: "Скорость обучения: мала, подходит, велика" },
  },
  {
    id: "L3",
    section: "L",
    title: { en: "Gradient descent, SGD and mini-batches", ru: "Градиентный спуск, SGD и мини-батчи" },
  },
  {
    id: "L4",
    section: "L",
    title: { en: "The further tools of training", ru: "Другие инструменты обучения" },
  },
  {
    id: "B1",
    section: "B",
    title: { en: "The computational graph of x²·y + (y + 2)", ru: "Вычислительный граф x²·y + (y + 2)" },
  },
  {
    id: "B2",
    section: "B",
    title: { en: "Backpropagation in five steps with δ", ru: "Обратное распространение: пять шагов с δ" },
  },
  {
    id: "B3",
    section: "B",
    title: {
      en: "Worked problem 1: two layers, four update rules",
      ru: "Задача 1: два слоя, четыре формулы обновления",
    },
  },
  {
    id: "B4",
    section: "B",
    title: { en: "Worked problem 2: a hundred layers of tanh", ru: "Задача 2: сто слоёв с tanh" },
  },
  {
    id: "C1",
    section: "C",
    title: { en: "An image as matrices: pixels and channels", ru: "Изображение как матрицы: пиксели и каналы" },
  },
  {
    id: "C2",
    section: "C",
    title: { en: "The worked convolution", ru: "Свёртка шаг за шагом" },
  },
  {
    id: "C3",
    section: "C",
    title: { en: "Kernels: edges, sharpening, blur, one's own", ru: "Ядра: границы, резкость, размытие, своё" },
  },
  {
    id: "C4",
    section: "C",
    title: { en: "A filter as a detector of curves", ru: "Фильтр как детектор кривой" },
  },
  {
    id: "C5",
    section: "C",
    title: { en: "A convolutional network, layer by layer", ru: "Свёрточная сеть слой за слоем" },
  },
  {
    id: "D1",
    section: "D",
    title: { en: "The error against the number of examples", ru: "Ошибка в зависимости от числа примеров" },
  },
  {
    id: "D2",
    section: "D",
    title: {
      en: "A digit as a bitmap: shifted, drawn, recognised",
      ru: "Цифра как растр: сдвиг, рисунок, распознавание",
    },
  },
  {
    id: "H",
    section: "H",
    title: { en: "The time line", ru: "Лента времени" },
  },
] as const satisfies readonly Title[];
