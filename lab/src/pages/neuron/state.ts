// The state of the page of the neuron, as its address keeps it.

import { choice, flag, integer, number, rows, within } from "../../state/page-state.svelte.ts";
import { activationNames } from "./activation-names.ts";
import { isConvex } from "./convex.ts";
import { hebbFields } from "./hebb/state.ts";
import { kindsFields } from "./kinds/state.ts";
import { modelFields } from "./model/state.ts";

export const sceneNames = ["line", "rule", "layers", "feature", "kinds", "model", "hebb", "polygon"] as const;
export type SceneName = (typeof sceneNames)[number];

/** The planes' domains: the least and the greatest x₁, then those of x₂. */
export const domain = [-0.75, 2.25, -0.75, 2.25] as const;
export const unitDomain = [-0.6, 1.6, -0.6, 1.6] as const;
/** Pixels of a plane's field on each side. */
export const side = 120;
/** The rule gives up after so many steps. */
export const mostSteps = 400;

/** The sets of points that have names; class 1 is the answer 1 (or +1), class 0 the answer 0 (or −1). */
export const pointSets = {
  and: [
    [0, 0, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 1, 1],
  ],
  or: [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 1],
  ],
  xor: [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
  ],
  clouds: [
    [0.2, 1.1, 0],
    [0.5, 0.4, 0],
    [0.1, 0.6, 0],
    [0.8, 0.9, 0],
    [0.9, 0.2, 0],
    [1.4, 1.5, 1],
    [1.1, 1.8, 1],
    [1.8, 1.2, 1],
    [1.6, 0.9, 1],
    [1.9, 1.8, 1],
  ],
} as const;
export type SetName = keyof typeof pointSets;

/** A point that the plane does not show would be counted and not seen. */
export const isInside = ([x1, x2]: readonly number[]): boolean =>
  x1! >= domain[0] && x1! <= domain[1] && x2! >= domain[2] && x2! <= domain[3];

export const fields = {
  scene: choice("line", sceneNames),
  /** x₁, x₂ and the class, 0 or 1. */
  points: rows(pointSets.and, 3, 200, 0, (points) =>
    points.every((point) => isInside(point) && (point[2] === 0 || point[2] === 1)),
  ),
  w1: number(1, -4, 4),
  w2: number(1, -4, 4),
  b: number(-0.5, -4, 4),
  f: choice("step", activationNames),
  /** The rule: η, whether w₀ may change, and how many steps have been taken. */
  rate: number(1, 0.05, 4),
  bias: flag(true),
  steps: integer(0, 0, mostSteps),
  /** The rows [w₁, w₂, b] of two hidden neurons and of the upper one. */
  layers: rows(
    [
      [1, 1, -1.5],
      [1, 1, -0.5],
      [-1, 1, -0.5],
    ],
    3,
    3,
    3,
    within(4),
  ),
  /** The weight of the feature x₁x₂. */
  w12: number(0, -4, 4),
  corners: rows(
    [
      [0.2, -0.3],
      [1.6, -0.1],
      [1.9, 1.1],
      [0.9, 1.8],
      [-0.2, 1.0],
    ],
    2,
    12,
    3,
    (corners) => corners.every(isInside) && isConvex(corners),
  ),
  ...kindsFields,
  ...hebbFields,
  ...modelFields,
};
