// The kinds of perceptron of N5.
import type { Text } from "../tools/part.ts";

/** A kind of perceptron: its hidden layers, and whether they are trained or keep their random weights. */
export interface Kind {
  readonly name: Text;
  readonly hidden: number;
  readonly isTrained: boolean;
}

export const kinds: readonly Kind[] = [
  { name: { en: "single layer", ru: "однослойный" }, hidden: 0, isTrained: true },
  { name: { en: "1 fixed, 1 trained", ru: "1 случайный, 1 обучаемый" }, hidden: 1, isTrained: false },
  {
    name: { en: "3 fixed, 1 trained (Rosenblatt)", ru: "3 случайных, 1 обучаемый (Розенблатт)" },
    hidden: 3,
    isTrained: false,
  },
  { name: { en: "4 trained (Rumelhart: MLP)", ru: "4 обучаемых (Румельхарт: MLP)" }, hidden: 3, isTrained: true },
];
