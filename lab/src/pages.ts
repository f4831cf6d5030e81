// The lab's pages, in the order in which they are visited.
import type { Component } from "svelte";
import type { Text } from "./state/language.svelte.ts";

export interface LabPage {
  /** Its part of the address: "#/neuron". */
  readonly name: string;
  readonly title: Text;
  /** The course's sections and items that the page shows. */
  readonly items: string;
  readonly load: () => Promise<{ readonly default: Component }>;
}

export const pages: readonly LabPage[] = [
  {
    name: "",
    title: { en: "The course", ru: "Курс" },
    items: "H",
    load: () => import("./pages/home/Home.svelte"),
  },
  {
    name: "neuron",
    title: { en: "Neuron", ru: "Нейрон" },
    items: "N1–N8",
    load: () => import("./pages/neuron/Neuron.svelte"),
  },
];
