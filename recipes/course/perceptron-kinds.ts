// The networks of N5, one for each kind of perceptron, and the two spirals that they learn.
import { arange, Dataset, initializers, layers, optimizers, random, sequential, stack, type Tensor } from "nabla";
import type { Kind } from "./perceptron-list.ts";

/** Two spirals of one turn; the second is the first one, mirrored at the origin. Their points are of class 0 and 1. */
export async function spirals(key: Tensor, count: number): Promise<Dataset> {
  const half = count / 2;
  const radius = arange(1, half + 1).div(half);
  const angle = radius.mul(2 * Math.PI);
  const arm = stack([angle.cos(), angle.sin()], 1).mul(radius.reshape([half, 1]));
  const noise = random.normal(key, [2, half, 2], { std: 0.02 });
  const inputs = stack([arm, arm.neg()]).add(noise).reshape([count, 2]);
  const targets = Array.from({ length: count }, (_, i) => [i < half ? 0 : 1]);
  return Dataset.from({ inputs: await inputs.array<2>(), targets, name: "spirals" });
}

export interface KindOptions {
  /** Draws the first weights, of which those of fixed layers are the last ones too. */
  readonly seed: number;
  /** The number of neurons of each hidden layer. Default: 16. */
  readonly width?: number;
  /** Default: 0.01. */
  readonly learningRate?: number;
}

export function makeKind({ hidden, isTrained }: Kind, { seed, width = 16, learningRate = 0.01 }: KindOptions) {
  const hiddenLayer = () =>
    layers.dense(width, {
      activation: "tanh",
      trainable: isTrained,
      kernelInitializer: initializers.randomNormal({ stddev: 0.7 }),
      biasInitializer: initializers.randomNormal({ stddev: 0.5 }),
    });
  const model = sequential(
    [layers.input([2]), ...Array.from({ length: hidden }, hiddenLayer), layers.dense(1, { activation: "sigmoid" })],
    { seed },
  );
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}
