// A small GPT: learned positions, pre-norm blocks of causal attention and of an MLP with GELU (its tanh form), a final
// norm, an untied head without bias, no dropout. Parameters in the order of use.
import { textSampler } from "./text.mjs";

const norm = (/** @type {number} */ width) => [
  { shape: [width], start: "ones" },
  { shape: [width], start: "zeros" },
];
const dense = (/** @type {number} */ inputs, /** @type {number} */ outputs) => [
  { shape: [inputs, outputs], start: "small" },
  { shape: [outputs], start: "zeros" },
];

/** The number of parameters of a block. */
export const parametersPerBlock = 12;
/** Added to the variance in every norm, as in PyTorch. */
export const normEpsilon = 1e-5;

/** @satisfies {import("../workloads.mjs").Family} */
export const gpt = {
  describe: ({ layers, width, heads, steps, vocabulary }) =>
    `${layers} layers, width ${width}, ${heads} heads, context ${steps}, ${vocabulary} characters`,

  parameters: ({ layers, width, steps, vocabulary }) => [
    { shape: [vocabulary, width], start: "small" },
    { shape: [steps, width], start: "small" },
    ...Array.from({ length: layers }, () => [
      ...norm(width),
      ...dense(width, 3 * width), // queries, keys and values side by side
      ...dense(width, width),
      ...norm(width),
      ...dense(width, 4 * width),
      ...dense(4 * width, width),
    ]).flat(),
    ...norm(width),
    { shape: [width, vocabulary], start: "small" },
  ],

  batchShapes: ({ batch, steps }) => ({ x: [batch, steps], y: [batch, steps] }),
  indices: () => true,
  sampler: textSampler,
};
