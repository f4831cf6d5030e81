// Layers that prepare numbers and words.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const flat = { flat: true };

export const preprocessingCases: LayerCases = {
  normalization: [() => layers.normalization(), [2, 3], { parameters: { mean: [3], variance: [3] } }],
  "normalization with one mean for all": [
    () => layers.normalization({ axis: null }),
    [3],
    { parameters: { mean: [], variance: [] } },
  ],
  "normalization of two axes": [
    () => layers.normalization({ axis: [3, 1], invert: true }),
    [2, 2, 3],
    {
      parameters: { mean: [2, 3], variance: [2, 3] },
    },
  ],
  "normalization by what is given": [() => layers.normalization({ mean: [1, 2, 3], variance: 4 }), [3]],
  discretization: [
    () => layers.discretization({ binBoundaries: [-0.5, 0.25], outputMode: "oneHot" }),
    [2],
    {
      outputShape: [2, 3],
      ...flat,
    },
  ],
  "discretization that adapts": [
    () => layers.discretization({ numBins: 4, outputMode: "count" }),
    [5],
    {
      outputShape: [4],
      parameters: { binBoundaries: [3] },
      ...flat,
    },
  ],
  categoryEncoding: [() => layers.categoryEncoding(4), [2], { outputShape: [4], ...flat }],
  integerLookup: [
    () => layers.integerLookup({ vocabulary: [0, 5], outputMode: "multiHot" }),
    [2],
    {
      outputShape: [3],
      ...flat,
    },
  ],
  stringLookup: [
    () => layers.stringLookup({ vocabulary: ["a", "b"], outputMode: "oneHot" }),
    [2],
    {
      outputShape: [2, 3],
      ...flat,
    },
  ],
  hashing: [
    () => layers.hashing(5, { outputMode: "count", salt: 7, maskValue: 0 }),
    [2],
    {
      outputShape: [5],
      ...flat,
    },
  ],
  textVectorization: [
    () => layers.textVectorization({ vocabulary: ["a", "b"], idfWeights: [0.5, 1.5], outputMode: "tfIdf" }),
    [4],
    { outputShape: [3], ...flat },
  ],
};
