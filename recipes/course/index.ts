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
