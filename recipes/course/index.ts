// The course's items in its order: what each is called, and the file that computes it.
import type { Item, Part, RunOptions, Text } from "./item.ts";

/** An item of the course, to be loaded when it is asked for. */
export interface Entry {
  /** The course's name of the item, such as "B3". */
  readonly id: string;
  readonly title: Text;
  /** The key of its section in {@link sections}. */
  readonly section: keyof typeof sections;
  readonly load: () => Promise<{ readonly item: Item }>;
}

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

/** All items, in the course's order. */
export const course: readonly Entry[] = [
  {
    id: "N1",
    section: "N",
    title: { en: "The neuron of McCulloch and Pitts (1943)", ru: "Нейрон Маккаллока — Питтса (1943)" },
    load: () => import("./n1-mcculloch-pitts.ts"),
  },
  {
    id: "N2",
    section: "N",
    title: { en: "Rosenblatt's perceptron and its learning rule", ru: "Персептрон Розенблатта и правило обучения" },
    load: () => import("./n2-rosenblatt.ts"),
  },
  {
    id: "N3",
    section: "N",
    title: { en: "The neuron's geometry: a line and its bias", ru: "Геометрия нейрона: прямая и смещение" },
    load: () => import("./n3-geometry.ts"),
  },
  {
    id: "N4",
    section: "N",
    title: { en: "AND, OR and XOR", ru: "Функции И, ИЛИ и исключающее ИЛИ" },
    load: () => import("./n4-xor.ts"),
  },
  {
    id: "N5",
    section: "N",
    title: { en: "Kinds of perceptron", ru: "Виды персептронов" },
    load: () => import("./n5-kinds-of-perceptron.ts"),
  },
  {
    id: "N6",
    section: "N",
    title: { en: "One neuron as a model", ru: "Один нейрон как модель" },
    load: () => import("./n6-one-neuron-models.ts"),
  },
  {
    id: "N7",
    section: "N",
    title: { en: "Hebb's rule (1949)", ru: "Правило Хебба (1949)" },
    load: () => import("./n7-hebb.ts"),
  },
  {
    id: "N8",
    section: "N",
    title: { en: "Any Boolean function, and a convex polygon", ru: "Любая булева функция и выпуклый многоугольник" },
    load: () => import("./n8-boolean-functions.ts"),
  },
  {
    id: "A",
    section: "A",
    title: { en: "All activation functions with their derivatives", ru: "Все функции активации с производными" },
    load: () => import("./a-activations.ts"),
  },
  {
    id: "A1",
    section: "A",
    title: { en: "Softmax, a worked table", ru: "Softmax: таблица с вычислениями" },
    load: () => import("./a1-softmax.ts"),
  },
  {
    id: "A2",
    section: "A",
    title: { en: "A sum of sigmoids approaches ReLU", ru: "Сумма сигмоид приближает ReLU" },
    load: () => import("./a2-sum-of-sigmoids.ts"),
  },
  {
    id: "A3",
    section: "A",
    title: { en: "Linear layers collapse into one", ru: "Линейные слои сливаются в один" },
    load: () => import("./a3-linear-collapse.ts"),
  },
  {
    id: "M1",
    section: "M",
    title: { en: "Layers as matrices", ru: "Слои как матрицы" },
    load: () => import("./m1-layers-as-matrices.ts"),
  },
  {
    id: "M2",
    section: "M",
    title: {
      en: "Approximation by hand, with steps (Cybenko, 1989)",
      ru: "Приближение вручную, ступеньками (Цыбенко, 1989)",
    },
    load: () => import("./m2-universal-approximation.ts"),
  },
  {
    id: "M3",
    section: "M",
    title: {
      en: "The same function, learned: the error against H",
      ru: "Та же функция, обучение: ошибка от числа нейронов H",
    },
    load: () => import("./m3-learned-approximation.ts"),
  },
  {
    id: "M4",
    section: "M",
    title: { en: "Outputs and last activations", ru: "Выходы и последняя функция активации" },
    load: () => import("./m4-outputs.ts"),
  },
  {
    id: "L1",
    section: "L",
    title: { en: "The losses, by hand and by Nabla", ru: "Функции потерь: вручную и в Nabla" },
    load: () => import("./l1-losses.ts"),
  },
  {
    id: "L2",
    section: "L",
    title: { en: "Learning rates: too small, right, too large", ru: "Скорость обучения: мала, подходит, велика" },
    load: () => import("./l2-learning-rate.ts"),
  },
  {
    id: "L3",
    section: "L",
    title: { en: "Gradient descent, SGD and mini-batches", ru: "Градиентный спуск, SGD и мини-батчи" },
    load: () => import("./l3-batches.ts"),
  },
  {
    id: "L4",
    section: "L",
    title: { en: "The further tools of training", ru: "Другие инструменты обучения" },
    load: () => import("./l4-tools.ts"),
  },
  {
    id: "B1",
    section: "B",
    title: { en: "The computational graph of x²·y + (y + 2)", ru: "Вычислительный граф x²·y + (y + 2)" },
    load: () => import("./b1-computational-graph.ts"),
  },
  {
    id: "B2",
    section: "B",
    title: { en: "Backpropagation in five steps with δ", ru: "Обратное распространение: пять шагов с δ" },
    load: () => import("./b2-five-steps.ts"),
  },
  {
    id: "B3",
    section: "B",
    title: {
      en: "Worked problem 1: two layers, four update rules",
      ru: "Задача 1: два слоя, четыре формулы обновления",
    },
    load: () => import("./b3-worked-problem.ts"),
  },
  {
    id: "B4",
    section: "B",
    title: { en: "Worked problem 2: a hundred layers of tanh", ru: "Задача 2: сто слоёв с tanh" },
    load: () => import("./b4-vanishing-gradient.ts"),
  },
  {
    id: "C1",
    section: "C",
    title: { en: "An image as matrices: pixels and channels", ru: "Изображение как матрицы: пиксели и каналы" },
    load: () => import("./c1-pixels.ts"),
  },
  {
    id: "C2",
    section: "C",
    title: { en: "The worked convolution", ru: "Свёртка с вычислениями" },
    load: () => import("./c2-convolution.ts"),
  },
  {
    id: "C3",
    section: "C",
    title: { en: "Kernels: edges, sharpening, blur, one's own", ru: "Ядра: границы, резкость, размытие, своё" },
    load: () => import("./c3-kernels.ts"),
  },
  {
    id: "C4",
    section: "C",
    title: { en: "A filter as a detector of curves", ru: "Фильтр как детектор кривой" },
    load: () => import("./c4-curve-filter.ts"),
  },
  {
    id: "C5",
    section: "C",
    title: { en: "A convolutional network, layer by layer", ru: "Свёрточная сеть слой за слоем" },
    load: () => import("./c5-feature-hierarchy.ts"),
  },
  {
    id: "D1",
    section: "D",
    title: { en: "The error against the number of examples", ru: "Ошибка в зависимости от числа примеров" },
    load: () => import("./d1-training-set-size.ts"),
  },
  {
    id: "D2",
    section: "D",
    title: {
      en: "A digit as a bitmap: shifted, drawn, recognised",
      ru: "Цифра как растр: сдвиг, рисунок, распознавание",
    },
    load: () => import("./d2-drawn-digits.ts"),
  },
  {
    id: "H",
    section: "H",
    title: { en: "The time line", ru: "Лента времени" },
    load: () => import("./h-history.ts"),
  },
];

/** The parts of an item as they are computed. Ends after the part at which the options' signal is aborted. */
export async function* parts(entry: Entry, options: RunOptions): AsyncGenerator<Part> {
  const { item } = await entry.load();
  for await (const part of item(options)) {
    if (options.signal?.aborted) return;
    yield part;
  }
}
