// Digits as points of a space without bounds, where a density is fitted: smaller, between their levels, and by logits.
import { clip, random, ShapeError, sigmoid, softplus, type Tensor } from "nabla";
import { Dataset } from "nabla/data";
import { loadDigitImages } from "../digit-images.ts";
import { isShort, type RecipeOptions } from "../recipe.ts";
import type { MixtureOptions } from "./mixture.ts";

/** The height and width of the images: each pixel is the mean of four of MNIST's. */
export const side = 14;
const dimensions = side * side;
/** The coordinates of a point as the pixels of an image in groups of 2 × 2: rows, columns, and pixels of a group. */
export const grouped = [side / 2, side / 2, 4] as const;
const levels = 256;
/** How far pixels are kept from 0 and 1, whose logits are infinite. */
const margin = 0.05;

/** The levels [count, 14, 14] of images [count, 28, 28]: each the rounded mean of four. */
export function pooledLevels(data: ArrayLike<number | bigint>, count: number): Uint8Array {
  const width = 2 * side;
  return Uint8Array.from({ length: count * dimensions }, (_, i) => {
    const [image, row, column] = [Math.floor(i / dimensions), Math.floor(i / side) % side, i % side];
    const at = (image * width + 2 * row) * width + 2 * column;
    const sum = Number(data[at]) + Number(data[at + 1]) + Number(data[at + width]) + Number(data[at + width + 1]);
    return Math.round(sum / 4);
  });
}

/** A data set of images [28, 28] as one of images [14, 14], which are their own targets. */
export function pooled({ inputs: { array }, name }: Dataset): Dataset {
  const [count = 0, ...size] = array.shape;
  if (size.some((length) => length !== 2 * side))
    throw new ShapeError(`flow: expected images of 28 × 28 pixels, got ${size.join(" × ")}.`);
  const data = pooledLevels(array.data as ArrayLike<number>, count);
  const inputs = { array: { data, shape: [count, side, side], dtype: "uint8" } as const };
  return new Dataset({ inputs, targets: inputs, name });
}

/** Images to train on, an eighth of them to choose by, and images held out. */
export async function loadPooled(options: RecipeOptions) {
  const loaded = await loadDigitImages(options);
  const few = (set: Dataset, count: number): Dataset => (options.tiny ? set.take(count) : set);
  const all = pooled(few(loaded.train, 80));
  const [train, validation] = all.split(all.size - Math.floor(all.size / 8), { seed: 0 });
  return { train, validation, test: pooled(few(loaded.test, 20)) };
}

/** The mixtures of Gaussians among which the likeliest for other images is chosen. */
export function digitMixtures(options: RecipeOptions): MixtureOptions[] {
  const { seed = 1, signal } = options;
  // On the validation images 20 shared points were better than 50, 100 and 200, and 40 components hardly better.
  const rest = { shared: 20, leastVariance: 1e-4, leastGain: 0.05, seed, signal };
  if (isShort(options)) return [{ ...rest, components: 2, mostIterations: 2 }];
  return [5, 10, 20].map((components) => ({ components, ...rest }));
}

/**
 * Images [count, 14, 14] of levels 0 … 255 as points [count, 196]. A level stands for all values up to the next one,
 * x = (level + u) / 256 with uniform u (Uria et al. 2013; Theis et al. 2016): a density of the levels themselves could
 * grow without bound. Then y = logit(0.05 + 0.9 x), after Dinh et al. 2017. The order of the coordinates is that of
 * {@link grouped}.
 */
export function toPoints(images: Tensor, key: Tensor): Tensor {
  const x = images.cast("float32").add(random.uniform(key, images.shape)).div(levels);
  const inside = x.mul(1 - 2 * margin).add(margin);
  const y = inside.log().sub(inside.neg().add(1).log());
  const [rows, columns] = grouped;
  return y.reshape([-1, rows, 2, columns, 2]).transpose([0, 1, 3, 2, 4]).reshape([-1, dimensions]);
}

/** The images [count, 14, 14], from 0 to 1, that points stand for. */
export function toImages(points: Tensor): Tensor {
  const [rows, columns] = grouped;
  const y = points.reshape([-1, rows, columns, 2, 2]).transpose([0, 1, 3, 2, 4]).reshape([-1, side, side]);
  return clip(
    sigmoid(y)
      .sub(margin)
      .div(1 - 2 * margin),
    0,
    1,
  );
}

/** ln |det ∂y/∂x| of {@link toPoints} at points y: what a density of x has more than one of y. */
export const logVolume = (points: Tensor): Tensor =>
  softplus(points)
    .add(softplus(points.neg()))
    .sum(1)
    .add(dimensions * Math.log(1 - 2 * margin));

/** What an image costs in bits for each pixel, by the density of x in nats: −log₂ of the probability of its levels. */
export const bitsPerDimension = (logDensity: number): number =>
  Math.log2(levels) - logDensity / (dimensions * Math.log(2));
