// Convolutions.
import { layers } from "../../src/index.ts";
import type { LayerCases } from "../check-layer.ts";

export const convolutionCases: LayerCases = {
  conv1d: [
    () => layers.conv1d(2, 3, { padding: "causal", dilationRate: 2, activation: "tanh" }),
    [5, 2],
    {
      outputShape: [5, 2],
      parameters: { kernel: [3, 2, 2], bias: [2] },
      mask: "ended",
    },
  ],
  conv2d: [
    () => layers.conv2d(4, [2, 3], { strides: [2, 1], groups: 2, padding: "same" }),
    [4, 3, 2],
    {
      outputShape: [2, 3, 4],
      parameters: { kernel: [2, 3, 1, 4], bias: [4] },
      mask: "ended",
    },
  ],
  conv3d: [
    () => layers.conv3d(2, 2, { useBias: false }),
    [2, 3, 3, 1],
    {
      outputShape: [1, 2, 2, 2],
      parameters: { kernel: [2, 2, 2, 1, 2] },
      mask: "ended",
    },
  ],
  conv1dTranspose: [
    () => layers.conv1dTranspose(3, 3, { strides: 2, padding: "same" }),
    [3, 2],
    {
      outputShape: [6, 3],
      parameters: { kernel: [3, 3, 2], bias: [3] },
      mask: "ended",
    },
  ],
  conv2dTranspose: [
    () => layers.conv2dTranspose(2, 3, { strides: 2, outputPadding: [0, 1] }),
    [2, 2, 1],
    {
      outputShape: [5, 6, 2],
      parameters: { kernel: [3, 3, 2, 1], bias: [2] },
      mask: "ended",
    },
  ],
  conv3dTranspose: [
    () => layers.conv3dTranspose(1, 2, { strides: [1, 2, 1] }),
    [1, 2, 2, 2],
    {
      outputShape: [2, 4, 3, 1],
      parameters: { kernel: [2, 2, 2, 1, 2], bias: [1] },
      mask: "ended",
    },
  ],
  depthwiseConv1d: [
    () => layers.depthwiseConv1d(3, { depthMultiplier: 2 }),
    [5, 2],
    {
      outputShape: [3, 4],
      parameters: { kernel: [3, 2, 2], bias: [4] },
      mask: "ended",
    },
  ],
  depthwiseConv2d: [
    () => layers.depthwiseConv2d(2, { padding: "same", activation: "sigmoid" }),
    [3, 3, 2],
    {
      outputShape: [3, 3, 2],
      parameters: { kernel: [2, 2, 2, 1], bias: [2] },
      mask: "ended",
    },
  ],
  separableConv1d: [
    () => layers.separableConv1d(3, 2, { padding: "causal" }),
    [4, 2],
    {
      outputShape: [4, 3],
      parameters: { depthwiseKernel: [2, 2, 1], pointwiseKernel: [1, 2, 3], bias: [3] },
      mask: "ended",
    },
  ],
  separableConv2d: [
    () => layers.separableConv2d(3, 2, { depthMultiplier: 2, strides: 2 }),
    [4, 4, 2],
    {
      outputShape: [2, 2, 3],
      parameters: { depthwiseKernel: [2, 2, 2, 2], pointwiseKernel: [1, 1, 4, 3], bias: [3] },
      mask: "ended",
    },
  ],
};
