// Attention and positions.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const projections = (inputs: readonly number[], heads: number, groups: number, dim: number, output: number) => ({
  queryKernel: [inputs[0]!, heads, dim],
  queryBias: [heads, dim],
  keyKernel: [inputs[1]!, groups, dim],
  keyBias: [groups, dim],
  valueKernel: [inputs[2]!, groups, dim],
  valueBias: [groups, dim],
  outputKernel: [heads, dim, output],
  outputBias: [output],
});
const inner = (shapes: Record<string, readonly number[]>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`inner/${name}`, shape]));

export const attentionCases: LayerCases = {
  "multiHeadAttention of the rows of an image": [
    () => layers.multiHeadAttention(2, 1, { attentionAxes: 2 }),
    [2, 3, 2],
    {
      parameters: projections([2, 2, 2], 2, 2, 1, 2),
    },
  ],
  "multiHeadAttention of a sequence to itself": [
    () => layers.multiHeadAttention(2, 3, { useCausalMask: true }),
    [4, 5],
    {
      parameters: projections([5, 5, 5], 2, 2, 3, 5),
    },
  ],
  "multiHeadAttention of two sequences, with other options": [
    () => layers.multiHeadAttention(2, 3, { valueDim: 2, outputShape: 4, useBias: false, dropout: 0.3 }),
    [
      [3, 2],
      [4, 5],
    ],
    {
      outputShape: [3, 4],
      noisy: true,
      parameters: {
        "inner/queryKernel": [2, 2, 3],
        "inner/keyKernel": [5, 2, 3],
        "inner/valueKernel": [5, 2, 2],
        "inner/outputKernel": [2, 2, 4],
      },
    },
  ],
  "multiHeadAttention of three sequences": [
    () => layers.multiHeadAttention(2, 2),
    [
      [3, 2],
      [4, 3],
      [4, 1],
    ],
    { parameters: inner(projections([2, 1, 3], 2, 2, 2, 2)) },
  ],
  groupedQueryAttention: [
    () => layers.groupedQueryAttention(2, 4, 2, { rotaryWavelength: 100 }),
    [3, 5],
    {
      parameters: projections([5, 5, 5], 4, 2, 2, 5),
    },
  ],
  attention: [
    () => layers.attention(),
    [
      [3, 2],
      [4, 2],
    ],
  ],
  "attention with a scale, by sums, alone": [
    () => layers.attention({ useScale: true, scoreMode: "concat", useCausalMask: true }),
    [3, 2],
    {
      parameters: { scale: [], scoreWeight: [] },
    },
  ],
  additiveAttention: [
    () => layers.additiveAttention(),
    [
      [3, 2],
      [4, 5],
      [4, 2],
    ],
    { outputShape: [3, 5], parameters: { "inner/scale": [2] } },
  ],
  positionEmbedding: [() => layers.positionEmbedding(5), [4, 3], { parameters: { embeddings: [5, 3] }, first: true }],
  sinePositionEncoding: [() => layers.sinePositionEncoding(), [4, 3], { flat: true }],
  rotaryEmbedding: [() => layers.rotaryEmbedding({ maxWavelength: 100 }), [4, 6]],
};
