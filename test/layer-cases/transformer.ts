// Transformer blocks.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

const attention = (part: string) => ({
  [`${part}/queryKernel`]: [4, 2, 2],
  [`${part}/queryBias`]: [2, 2],
  [`${part}/keyKernel`]: [4, 2, 2],
  [`${part}/keyBias`]: [2, 2],
  [`${part}/valueKernel`]: [4, 2, 2],
  [`${part}/valueBias`]: [2, 2],
  [`${part}/outputKernel`]: [2, 2, 4],
  [`${part}/outputBias`]: [4],
});
const block = {
  ...attention("selfAttention"),
  "selfAttentionNorm/gamma": [4],
  "selfAttentionNorm/beta": [4],
  "feedForward/intermediateKernel": [4, 3],
  "feedForward/intermediateBias": [3],
  "feedForward/outputKernel": [3, 4],
  "feedForward/outputBias": [4],
  "feedForwardNorm/gamma": [4],
  "feedForwardNorm/beta": [4],
};
const crossed = {
  ...block,
  ...attention("crossAttention"),
  "crossAttentionNorm/gamma": [4],
  "crossAttentionNorm/beta": [4],
};

export const transformerCases: LayerCases = {
  transformerEncoder: [
    () => layers.transformerEncoder(3, 2, { normalizeFirst: true, activation: "tanh" }),
    [3, 4],
    {
      parameters: block,
    },
  ],
  transformerDecoder: [
    () => layers.transformerDecoder(3, 2, { dropout: 0.2, activation: "tanh" }),
    [3, 4],
    {
      parameters: block,
      noisy: true,
    },
  ],
  "transformerDecoder with an encoder's sequence": [
    () => layers.transformerDecoder(3, 2, { normalizeFirst: true, activation: "tanh" }),
    [
      [3, 4],
      [2, 4],
    ],
    { parameters: Object.fromEntries(Object.entries(crossed).map(([path, shape]) => [`inner/${path}`, shape])) },
  ],
};
