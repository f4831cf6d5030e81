// Random tensors from explicit keys: the same key gives the same numbers, on every machine and in any order.
import { ArgumentError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { asTensor, Tensor, type TensorLike, tensor } from "../tensor.ts";
import { erfinv } from "./special.ts";

/** A random key: uint32 [2]. Make one of a seed with {@link key}, and others of it with {@link foldIn}. */
export type Key = Tensor;

/**
 * A random key from a seed: an integer from 0 to 2⁵³ − 1.
 *
 * @throws ArgumentError for any other seed
 * @example random.uniform(random.key(1), [2]).shape; // [2]
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`a seed is a whole number from 0 to 2^53 − 1, but came ${seed}.`);
  return tensor(new Uint32Array([Math.floor(seed / 2 ** 32), seed >>> 0]));
}

/**
 * A new key made from a key and a number, such as a layer's index or a step's count.
 *
 * @example const keys = [0, 1, 2].map((i) => random.foldIn(random.key(1), i));
 */
export function foldIn(key: Key, number: TensorLike): Key {
  const counter = asTensor(number).cast("uint32").reshape([1]).node;
  return bits(key, [2], ops.broadcast(ops.shiftLeft(counter, 1), [2]));
}

/**
 * 32 random bits for each element, uint32. Threefry-2x32 (Salmon and others, 2011).
 *
 * @example random.bits(random.key(1), [4]).dtype; // "uint32"
 */
export function bits(key: Key, shape: Shape, offset?: Node): Tensor {
  const size = sizeOf(shape);
  const word = (i: number) => ops.broadcast(key.at([i, i + 1]).node, [size]);
  let counter = ops.iota([size], 0, "uint32");
  if (offset) counter = ops.add(counter, offset);
  return new Tensor(ops.reshape(ops.randomBits(word(0), word(1), counter), shape));
}

/**
 * Uniformly distributed in [min, max), float32, in steps of 2⁻²⁴ of the range. Defaults: 0 and 1.
 *
 * @example random.uniform(random.key(1), [2, 3], { min: -1, max: 1 }).shape; // [2, 3]
 */
export function uniform(key: Key, shape: Shape, { min = 0, max = 1 }: { min?: number; max?: number } = {}): Tensor {
  const unit = new Tensor(ops.shiftRight(bits(key, shape).node, 8)).cast("float32").mul(2 ** -24);
  return max - min === 1 && min === 0 ? unit : unit.mul(max - min).add(min);
}

/**
 * Normally distributed, float32, by the inverse of the distribution function. Defaults: mean 0, standard deviation 1.
 *
 * @example random.normal(random.key(1), [784, 128], { std: 0.05 }).shape; // [784, 128]
 */
export function normal(key: Key, shape: Shape, { mean = 0, std = 1 }: { mean?: number; std?: number } = {}): Tensor {
  return gaussian(key, shape, 1).mul(std).add(mean);
}

/**
 * Normally distributed, but cut at two standard deviations before it is scaled, as Keras's initializers are. Defaults:
 * mean 0, standard deviation 1.
 *
 * @example random.truncatedNormal(random.key(1), [784, 128], { std: 0.05 }).shape; // [784, 128]
 */
export function truncatedNormal(
  key: Key,
  shape: Shape,
  { mean = 0, std = 1 }: { mean?: number; std?: number } = {},
): Tensor {
  return gaussian(key, shape, 0.9544997361036416).mul(std).add(mean);
}

/** √2·erf⁻¹(u) for u even in (−within, within): the standard normal where `within` is 1, cut symmetrically below that. */
function gaussian(key: Key, shape: Shape, within: number): Tensor {
  // The middle of each of 2²⁴ steps, so that neither end, which is infinite, is ever met.
  const u = uniform(key, shape)
    .mul(2)
    .sub(1 - 2 ** -24);
  return erfinv(u.mul(within)).mul(Math.SQRT2);
}

/**
 * True with probability `p` (0 to 1, broadcast to the shape), else false. bool.
 *
 * @example random.bernoulli(random.key(1), [4], 0.5).dtype; // "bool"
 */
export function bernoulli(key: Key, shape: Shape, p: TensorLike): Tensor {
  return uniform(key, shape).less(p);
}
