// The state of the playground, as its address keeps it.
import {
  choice,
  type Field,
  flag,
  integer,
  number,
  rows,
  type StateOf,
  within,
} from "../../state/page-state.svelte.ts";
import { dataSetNames, type FeatureName, featureNames, isPoint } from "./data-sets.ts";
import {
  activationNames,
  type Edit,
  greatestWeight,
  initializerNames,
  lossNames,
  mostLayers,
  mostNeurons,
  normalizations,
  optimizerNames,
  penalties,
  type Settings,
} from "./settings.ts";

/** Some of several words, in their own order. */
const some = <T extends string>(initial: readonly T[], all: readonly T[]): Field<readonly T[]> => ({
  initial,
  write: (value) => value.join(","),
  read: (text) => {
    const asked = text.split(",");
    const known = all.filter((word) => asked.includes(word));
    return known.length === asked.length ? known : undefined;
  },
});

/** The numbers of neurons of hidden layers: "4,2"; "0" for none. */
const sizes = (initial: readonly number[]): Field<readonly number[]> => ({
  initial,
  write: (value) => (value.length === 0 ? "0" : value.join(",")),
  read: (text) => {
    if (text === "0") return [];
    const read = text.split(",").map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 0));
    return read.length <= mostLayers && read.every((units) => units >= 1 && units <= mostNeurons) ? read : undefined;
  },
});

/** The most points that a visitor may give. */
export const mostPoints = 400;

/** The settings that the second of two runs may differ in. */
export const differences = [
  "none",
  "rate",
  "f",
  "optimizer",
  "seed",
  "batch",
  "init",
  "norm",
  "penalty",
  "dropout",
] as const;
export type Difference = (typeof differences)[number];

/** One's own points; a link with others, such as those of class 1,000, is not read. */
const ownPoints: Field<readonly (readonly number[])[]> = (() => {
  const all = rows([], 3, mostPoints);
  return {
    ...all,
    read: (text) => {
      const read = all.read(text);
      return read?.every(isPoint) ? read : undefined;
    },
  };
})();

/** The most weights that a link may set. */
const mostEdits = 500;

/** Weights that were set by hand before the first step: "0,1,3,0.75" sets that from input 2 to neuron 4 of layer 1. */
const edits = rows(
  [],
  4,
  mostEdits,
  0,
  (all) =>
    within(greatestWeight)(all) &&
    all.every(
      ([layer, from, to]) =>
        [layer, from, to].every(Number.isInteger) && layer! >= 0 && layer! <= mostLayers && from! >= -1 && to! >= 0,
    ),
);

export const fields = {
  set: choice("circle", [...dataSetNames, "own"]),
  /** x₁, x₂ and the class of the set "own". */
  points: ownPoints,
  noise: integer(0, 0, 50),
  share: integer(50, 10, 90),
  batch: integer(10, 1, 400),
  seed: integer(1, 0, 1e6),
  x: some<FeatureName>(["x1", "x2"], featureNames),
  layers: sizes([4, 2]),
  f: choice("tanh", activationNames),
  init: choice("glorotUniform", initializerNames),
  norm: choice("none", normalizations),
  dropout: number(0, 0, 0.8),
  loss: choice("", ["", ...lossNames]),
  optimizer: choice("sgd", optimizerNames),
  rate: number(0.03, 1e-6, 1000),
  penalty: choice("none", penalties),
  penaltyRate: number(0.001, 0, 10),
  /** Limits at which training stops; 0 for none. */
  stopEpoch: integer(0, 0, 1e6),
  stopLoss: number(0, 0, 10),
  w: edits,
  /** How far it was trained when the link was made. */
  trained: integer(0, 0, 1e5),
  showTest: flag(false),
  discrete: flag(false),
  pull: flag(false),
  differ: choice("none", differences),
  other: {
    initial: "",
    write: (value: string) => value,
    read: (text: string) => (text.length <= 20 ? text : undefined),
  },
};

export type PlayState = StateOf<typeof fields>;

/** The number of points of a set that is not one's own. */
const count = 500;

/** Plain values, which can be sent to the worker. */
export const settingsOf = (page: PlayState): Settings => ({
  set: page.set as Settings["set"],
  points: page.set === "own" ? page.points.map((point) => [...point]) : [],
  count,
  noise: page.noise,
  share: page.share,
  seed: page.seed,
  weightSeed: page.seed,
  features: [...page.x],
  layers: [...page.layers],
  f: page.f,
  init: page.init,
  norm: page.norm,
  dropout: page.dropout,
  loss: page.loss,
  optimizer: page.optimizer,
  rate: page.rate,
  batch: page.batch,
  edits: page.w.map((row) => [...row] as unknown as Edit),
  penalty: page.penalty,
  penaltyRate: page.penaltyRate,
});

/** The edits with one more; an earlier one of the same weight goes. */
export const withEdit = (all: PlayState["w"], edit: Edit): PlayState["w"] =>
  [...all.filter((old) => old.slice(0, 3).join() !== edit.slice(0, 3).join()), edit].slice(-mostEdits);

const listed: Partial<Record<Difference, readonly string[]>> = {
  f: activationNames,
  optimizer: optimizerNames,
  init: initializerNames,
  norm: normalizations,
  penalty: penalties,
};
const ranges: Partial<Record<Difference, readonly [least: number, most: number, isInteger: boolean]>> = {
  rate: [1e-6, 1000, false],
  seed: [0, 1e6, true],
  batch: [1, 400, true],
  dropout: [0, 0.8, false],
};

/** The words that a difference may be, if it is one of some words. */
export const wordsOf = (difference: Difference): readonly string[] | undefined => listed[difference];

/** The value of the second run, if the text is one. */
export function readDifference(difference: Difference, text: string): string | number | undefined {
  const words = listed[difference];
  if (words) return words.find((word) => word === text);
  const range = ranges[difference];
  if (!range || text.trim() === "") return undefined;
  const value = Number(text.trim().replace(",", "."));
  return value >= range[0] && value <= range[1] && (!range[2] || Number.isInteger(value)) ? value : undefined;
}

/** What the second run may differ by, to begin with. */
export function otherThan(page: PlayState, difference: Difference): string {
  if (difference === "none") return "";
  const own = page[difference];
  const words = listed[difference];
  if (words) return words.find((word) => word !== own)!;
  const [least, most, isInteger] = ranges[difference]!;
  const other = Number(own) === 0 ? 0.2 : Number(own) / 10;
  return String(Math.min(most, Math.max(least, isInteger ? Number(own) + 1 : Number(other.toPrecision(6)))));
}

/** The settings of the runs: one, or two that differ in one thing. */
export function runsOf(page: PlayState): Settings[] {
  const first = settingsOf(page);
  if (page.differ === "none") return [first];
  const value = readDifference(page.differ, page.other);
  if (value === undefined) return [first];
  // Another seed stands for other weights: both runs learn the same points.
  return [first, { ...first, [page.differ === "seed" ? "weightSeed" : page.differ]: value }];
}
