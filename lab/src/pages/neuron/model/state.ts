// The state of the scene "One neuron as a model", as the page's address keeps it.
import { choice, flag, integer, number, rows, within } from "../../../state/page-state.svelte.ts";
import { type Kind, type ModelName, modelNames, mostPoints, mostSteps, sampleNames, xDomain, ySpan } from "./names.ts";

export const mostDraws = 9999;
/** Half the side of the plane (w, b). */
export const reaches = ["5", "10", "20", "40"] as const;
/** How far from zero w and b can be set. */
export const farthest = 40;
export const greatestRate = 20;
/** The least learning rate that is offered. */
export const leastRate = 0.001;
/** What the picture shows of y and of the curve. */
export const yDomain = {
  linear: [-6.5, 6.5],
  tanh: [-1.5, 1.5],
  logistic: [-0.25, 1.25],
  poisson: [-1, 15],
} as const satisfies Record<ModelName, readonly [number, number]>;

const ownPoints = (kind: Kind) =>
  rows([], 2, mostPoints, 0, (points) =>
    points.every(([x, y]) => {
      const [least, greatest] = ySpan[kind];
      const isInside = x! >= xDomain[0] && x! <= xDomain[1] && y! >= least && y! <= greatest;
      return isInside && (kind === "number" || Number.isInteger(y));
    }),
  );

export const modelFields = {
  model: choice("linear", modelNames),
  sample: choice("noise", sampleNames),
  /** The seed from which a sample is drawn. */
  seed: integer(1, 1, mostDraws),
  /** The visitor's own points [x, y], of each kind. */
  numbers: ownPoints("number"),
  labels: ownPoints("label"),
  counts: ownPoints("count"),
  /** (w, b) from where descent starts, and the learning rate; none and 0 stand for the model's beginning. */
  from: rows([], 2, 1, 0, within(farthest)),
  lr: number(0, 0, greatestRate),
  /** Steps of descent; fewer where it has arrived before. */
  taken: integer(0, 0, mostSteps),
  reach: choice("5", reaches),
  /** Whether the closed form is shown beside descent. */
  exact: flag(false),
};

/** The field that keeps the own points of a kind. */
export const ownField = { number: "numbers", label: "labels", count: "counts" } as const satisfies Record<
  Kind,
  keyof typeof modelFields
>;
