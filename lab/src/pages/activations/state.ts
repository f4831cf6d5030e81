// The state of the page of the activations, as its address keeps it.
import { choice, type Field, flag, integer, number, rows, within } from "../../state/page-state.svelte.ts";
import { activationNames, betweenNames, type Name } from "./names.ts";

export const sceneNames = ["curves", "softmax", "sum", "layers"] as const;
export type SceneName = (typeof sceneNames)[number];

/** A list of functions, without repetitions: "relu,gelu". */
const functions: Field<readonly Name[]> = {
  initial: [],
  write: (names) => names.join(","),
  read: (text) => {
    const names = text === "" ? [] : text.split(",");
    const known = names.flatMap((name) => activationNames.find((other) => other === name) ?? []);
    return known.length === names.length && new Set(known).size === known.length ? known : undefined;
  },
};

export const mostEntries = 12;
/** The z of the course's table. */
export const courseZ: readonly number[] = [5, 3, 6.2, 4, 1.5, -2];
export const greatestZ = 1000;

/** z: from one to twelve numbers, "5,3,6.2". */
const sums: Field<readonly number[]> = {
  initial: courseZ,
  write: (z) => z.map((value) => String(Number(value.toPrecision(6)))).join(","),
  read: (text) => {
    const z = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
    const isRight = z.length <= mostEntries && z.every((value) => Math.abs(value) <= greatestZ);
    return isRight ? z : undefined;
  },
};

/** Three layers of two neurons, rows [w₁₁, w₁₂, w₂₁, w₂₂, b₁, b₂], of which the first two or all are used. */
export const layerSets = {
  turn: [
    [0.87, 0.5, -0.5, 0.87, 0, 0],
    [1.4, 0, 0, 0.6, 0, 0],
    [1, 0, 0.7, 1, 0, 0],
  ],
  shear: [
    [1, 0, 0.8, 1, 0, 0],
    [1, -0.8, 0, 1, 0.5, 0],
    [1, 0, 0.4, 1, 0, -0.5],
  ],
  line: [
    [0.9, 0.6, -0.4, 1, 0, 0],
    [1, 0.5, 0.5, 0.25, 0, 0],
    [0.8, 0.6, -0.6, 0.8, 0, 0],
  ],
} as const;
export type LayerSet = keyof typeof layerSets;
export const greatestWeight = 5;

export const fields = {
  scene: choice("curves", sceneNames),
  /** The function in focus, those that are laid over it, and the point u. */
  f: choice("sigmoid", activationNames),
  over: functions,
  u: number(1, -12, 12),
  /** The plot goes from −range to range; f is called flat where |f′| is less than `flat`. */
  range: number(6, 1, 12),
  flat: number(0.05, 0.001, 0.3),
  /** The slope of Leaky ReLU, a of PReLU, α of ELU, β of Swish, and w₁, b₁, w₂, b₂ of maxout. */
  slope: number(0.01, 0, 0.5),
  a: number(0.25, -1, 2),
  alpha: number(1, 0.1, 3),
  beta: number(1, 0, 10),
  w1: number(1, -3, 3),
  b1: number(0, -3, 3),
  w2: number(-0.5, -3, 3),
  b2: number(1, -3, 3),
  z: sums,
  /** The temperature of softmax, and whether the greatest z is subtracted first. */
  T: number(1, 0.1, 10),
  shift: flag(false),
  /** The number of sigmoids, and whether they begin with σ(x + ½), as in the course, or with σ(x − ½). */
  terms: integer(4, 1, 20),
  start: choice("plus", ["plus", "minus"]),
  depth: choice("2", ["2", "3"]),
  layers: rows(layerSets.turn, 6, 3, 3, within(greatestWeight)),
  between: choice("none", betweenNames),
  /** The seed of the random layers that were drawn last; 0 if none were. */
  seed: integer(0, 0, 1e6),
};

type Parameters = Readonly<Record<"slope" | "a" | "alpha" | "beta" | "w1" | "b1" | "w2" | "b2", number>>;

/** The parameters of a function as the engine takes them. */
export function parametersOf(name: Name, page: Parameters): readonly number[] {
  const first = { leaky: page.slope, prelu: page.a, elu: page.alpha, silu: page.beta } as Partial<Record<Name, number>>;
  return name === "maxout" ? [page.w1, page.b1, page.w2, page.b2] : [first[name] ?? 0, 0, 0, 0];
}
