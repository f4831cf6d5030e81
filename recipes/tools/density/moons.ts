// Two moons: points drawn by a formula, whose density is known.
import { ArgumentError, logsumexp, type Tensor, tensor } from "nabla";
import { type Dataset, toySet } from "nabla/data";
import { isShort, type RecipeOptions } from "../recipe.ts";
import type { MixtureOptions } from "./mixture.ts";

/** The standard deviation with which points stray from the two half circles. */
const noise = 0.02;

/** Points to train on, points by which the mixture is chosen, and points that are held out. */
export function drawMoons({ data, seed = 1, tiny = false }: RecipeOptions) {
  if (data !== undefined)
    throw new ArgumentError(
      "flow: expected no --data, since it draws its two moons by a formula; --variant digits takes a folder.",
    );
  const draw = (index: number, count: number): Dataset =>
    toySet("moons", { count: tiny ? 200 : count, noise, seed: 3 * seed + index });
  return { train: draw(0, 4000), validation: draw(1, 2000), test: draw(2, 4000) };
}

/** The mixtures of Gaussians among which the likeliest for other points is chosen: each size from three starts. */
export function moonMixtures(options: RecipeOptions): MixtureOptions[] {
  const { seed = 1, signal } = options;
  if (isShort(options)) return [{ components: 2, mostIterations: 2, seed, signal }];
  const starts = [0, 1, 2].map((start) => 3 * seed + start);
  return [8, 16, 24, 32, 48, 64].flatMap((components) => starts.map((seed) => ({ components, seed, signal })));
}

/**
 * The density from which the points are drawn, integrated along both half circles by the midpoint rule: no model can
 * have a greater mean log-likelihood over many of them.
 */
export function moonsLogDensity(x: Tensor): Tensor {
  const steps = 600;
  const angles = Array.from({ length: steps }, (_, i) => (Math.PI * (i + 0.5)) / steps);
  const upper = angles.map((t) => [Math.cos(t), Math.sin(t)]);
  const lower = angles.map((t) => [1 - Math.cos(t), 0.5 - Math.sin(t)]);
  const distances = x
    .expandDims(1)
    .sub(tensor([...upper, ...lower]))
    .square()
    .sum(2);
  return logsumexp(distances.mul(-0.5 / noise ** 2), 1).sub(Math.log(2 * steps * 2 * Math.PI * noise ** 2));
}
