// Dense layers, activations and shapes.
import { type ActivationName, activations, initializers, layers } from "../../src/index.ts";
import type { LayerCase, LayerCases } from "../check-layer.ts";

const flat: readonly string[] = ["heaviside", "sign"];

export const coreCases: LayerCases = {
  dense: [
    () => layers.dense(4, { activation: "tanh" }),
    [3],
    {
      outputShape: [4],
      parameters: { kernel: [3, 4], bias: [4] },
    },
  ],
  "dense, without bias and with further axes": [
    () => layers.dense(2, { useBias: false, kernelInitializer: initializers.randomNormal({ stddev: 1 }) }),
    [4, 3],
    { outputShape: [4, 2], parameters: { kernel: [3, 2] } },
  ],
  ...Object.fromEntries(
    (Object.keys(activations) as ActivationName[]).map((name) => [
      `activation ${name}`,
      [() => layers.activation(name), [5], { flat: flat.includes(name) }] satisfies LayerCase,
    ]),
  ),
  relu: [() => layers.relu(), [5]],
  leakyRelu: [() => layers.leakyRelu({ negativeSlope: 0.1 }), [5]],
  elu: [() => layers.elu({ alpha: 0.5 }), [5]],
  softmax: [() => layers.softmax({ axis: 1 }), [4, 3]],
  prelu: [
    () => layers.prelu({ alphaInitializer: { name: "constant", config: { value: 0.25 } } }),
    [4],
    {
      parameters: { alpha: [4] },
    },
  ],
  "prelu with a shared slope": [
    () => layers.prelu({ alphaInitializer: "ones", sharedAxes: [1] }),
    [2, 3],
    {
      parameters: { alpha: [1, 3] },
    },
  ],
  "maxout of one piece is a dense layer": [
    () => layers.maxout(2, { pieces: 1 }),
    [4],
    {
      outputShape: [2],
      parameters: { kernel: [4, 2], bias: [2] },
    },
  ],
  maxout: [
    () => layers.maxout(2, { pieces: 3 }),
    [4],
    {
      outputShape: [2],
      parameters: { kernel: [4, 6], bias: [6] },
    },
  ],
  flatten: [() => layers.flatten(), [2, 3, 2], { outputShape: [12], mask: "ended" }],
  reshape: [() => layers.reshape([3, -1]), [2, 6], { outputShape: [3, 4], mask: "ended" }],
  input: [() => layers.input([3]), [3], { first: true }],
  rescaling: [() => layers.rescaling(0.5, 1), [3]],
  dropout: [() => layers.dropout(0), [3]],
};
