// How far the gradients of batches are from the gradient of all data, for L3.
import type { Model } from "nabla";
import type { Points } from "./spirals.ts";

/** The weights of a model as one list of numbers. */
export async function weightsOf(model: Model): Promise<number[]> {
  return Object.values(await model.getWeights()).flatMap(({ data }) => [...data]);
}

export const minus = (a: readonly number[], b: readonly number[]): number[] => a.map((x, i) => x - b[i]!);

/**
 * ‖g_B − g‖ / ‖g‖ for batches B of each size, the root mean square over several batches. The model has plain SGD with
 * η = 1: an update moves the weights by the gradient itself, so that g = θ(before) − θ(after).
 */
export async function gradientNoise(model: Model, { X, Y }: Points, sizes: readonly number[]): Promise<number[]> {
  const begin = await model.getWeights();
  const theta = await weightsOf(model);
  const gradient = async (from: number, size: number): Promise<number[]> => {
    model.setWeights(begin);
    await model.trainOnBatch(X.slice(from, from + size), Y.slice(from, from + size));
    return minus(theta, await weightsOf(model));
  };
  const g = await gradient(0, X.length);
  const noise = [];
  for (const size of sizes) {
    const deviations = [];
    for (let from = 0; from + size <= 256; from += Math.max(size, 32))
      deviations.push(Math.hypot(...minus(await gradient(from, size), g)) / Math.hypot(...g));
    noise.push(Math.hypot(...deviations) / Math.sqrt(deviations.length));
  }
  return noise;
}
