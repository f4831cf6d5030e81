// The lab's pages, in the order in which they are visited.
import type { Component } from "svelte";
import type { Text } from "./state/language.svelte.ts";

export interface LabPage {
  /** Its part of the address: "#/neuron". */
  readonly name: string;
  readonly title: Text;
  /** The course's items that the page shows. */
  readonly items: readonly string[];
  /** What a visitor finds there, for a page to begin with. */
  readonly begin?: Text;
  readonly load: () => Promise<{ readonly default: Component }>;
}

export const pages: readonly LabPage[] = [
  {
    name: "",
    title: { en: "The course", ru: "Курс" },
    items: ["H"],
    load: () => import("./pages/home/Home.svelte"),
  },
  {
    name: "neuron",
    title: { en: "Neuron", ru: "Нейрон" },
    items: ["N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8"],
    begin: {
      en: "Drag a line through AND, OR and XOR, and find out what one neuron cannot do.",
      ru: "Проведите прямую через И, ИЛИ и исключающее ИЛИ и узнайте, чего не может один нейрон.",
    },
    load: () => import("./pages/neuron/Neuron.svelte"),
  },
  {
    name: "activations",
    title: { en: "Activations", ru: "Функции активации" },
    items: ["A", "A1", "A2", "A3"],
    begin: {
      en: "Drag a point along a curve and watch its derivative: where does a neuron stop learning?",
      ru: "Ведите точку по кривой и следите за производной: где нейрон перестаёт учиться?",
    },
    load: () => import("./pages/activations/Activations.svelte"),
  },
  {
    name: "playground",
    title: { en: "Playground", ru: "Песочница" },
    items: ["F5", "M4"],
    begin: {
      en: "Build a network, press play, and watch every neuron find its part of the answer.",
      ru: "Соберите сеть, нажмите «Пуск» и смотрите, как каждый нейрон находит свою часть ответа.",
    },
    load: () => import("./pages/playground/Playground.svelte"),
  },
  {
    name: "backpropagation",
    title: { en: "Backpropagation", ru: "Обратное распространение" },
    items: ["B1", "B2", "B3", "B4"],
    begin: {
      en: "Type a formula, and watch values run forwards through its graph and gradients come back.",
      ru: "Введите формулу и посмотрите, как по её графу значения идут вперёд, а градиенты возвращаются.",
    },
    load: () => import("./pages/backpropagation/Backpropagation.svelte"),
  },
  {
    name: "digits",
    title: { en: "Digits", ru: "Цифры" },
    items: ["D1", "D2", "C5"],
    begin: {
      en: "Train a network on handwriting, draw a digit, and watch its layers light up.",
      ru: "Обучите сеть на рукописных цифрах, нарисуйте свою и посмотрите, как загораются слои.",
    },
    load: () => import("./pages/digits/Digits.svelte"),
  },
];

/** The page that shows an item of the course, such as "N4". */
export const pageOf = (item: string): LabPage | undefined => pages.find(({ items }) => items.includes(item));
