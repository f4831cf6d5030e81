// Layers of several inputs.
import { layers, type Shape } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const two: readonly Shape[] = [
  [2, 3],
  [2, 3],
];

export const mergingCases: LayerCases = {
  add: [() => layers.add(), [...two, [3]], { outputShape: [2, 3] }],
  subtract: [() => layers.subtract(), two],
  multiply: [() => layers.multiply(), two],
  average: [() => layers.average(), [...two, [2, 3]]],
  maximum: [() => layers.maximum(), two],
  minimum: [() => layers.minimum(), two],
  concatenate: [
    () => layers.concatenate(),
    [
      [2, 3],
      [2, 1],
    ],
    { outputShape: [2, 4] },
  ],
  dot: [
    () => layers.dot([2, 1], { normalize: true }),
    [
      [2, 3],
      [3, 2],
    ],
    { outputShape: [2, 2] },
  ],
};
