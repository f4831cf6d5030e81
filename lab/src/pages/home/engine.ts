// What the first page computes, in the worker: a network that learns to part two spirals while one watches.
import { layers, linspace, sequential, stack } from "nabla";
import { spirals } from "../../../../recipes/course/spirals.ts";
import { extent, type Learning } from "./learning.ts";

/** The points that {@link learn} learns: x₁, x₂ and the class, 0 or 1. */
export async function spiralPoints(seed: number): Promise<number[][]> {
  const { X, Y } = await spirals(240, seed);
  return X.map(([x1, x2], i) => [x1!, x2!, Y[i]![0]!]);
}

/**
 * Trains two hidden layers of 24 tanh neurons on the spirals, and shows each state until `show` answers that no more
 * is wanted or every epoch is done.
 */
export async function learn(
  seed: number,
  epochs: number,
  side: number,
  show: (state: Learning) => Promise<boolean>,
): Promise<void> {
  const { X, Y } = await spirals(240, seed);
  const hidden = () => layers.dense(24, { activation: "tanh" });
  const model = sequential([hidden(), hidden(), layers.dense(1, { activation: "sigmoid" })], { inputShape: [2], seed });
  model.compile({ optimizer: "adam", loss: "binaryCrossentropy", metrics: ["accuracy"] });
  const half = extent / side;
  const axis = linspace(-extent + half, extent - half, side);
  const [x1, x2] = [axis.reshape([1, -1]), axis.neg().reshape([-1, 1])].map((x) => x.broadcastTo([side, side]));
  const plane = stack([x1!, x2!], 2).reshape([-1, 2]);
  const state = async (epoch: number): Promise<Learning> => {
    const { loss, accuracy } = (await model.evaluate(X, Y)) as { loss: number; accuracy: number };
    const shades = (await model.apply(plane).mul(2).sub(1).data()) as Float32Array;
    return { epoch, loss, accuracy, shades };
  };
  if (!(await show(await state(0)))) return;
  const slice = 4;
  for (let epoch = slice; epoch <= epochs; epoch += slice) {
    await model.fit(X, Y, { epochs: slice, batchSize: 16, seed: seed + epoch, verbose: 0 });
    if (!(await show(await state(epoch)))) return;
  }
}
