// Random tensors from explicit keys: the same key gives the same numbers, on every machine and in any order.
import { dtypeInfo, fitsDType } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkCount, checkOptions } from "../options.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../shape.ts";
import { asTensor, Tensor, type TensorLike, tensor } from "../tensor.ts";
import { arange } from "./array.ts";
import { argsort } from "./sorting.ts";
import { erfinv } from "./special.ts";

/** A random key: uint32 [2]. {@link key} makes one from a seed, and {@link foldIn} derives others from it. */
export type Key = Tensor;

/**
 * A random key from a seed: an integer from 0 to 2⁵³ − 1.
 *
 * @throws ArgumentError for any other seed
 * @example random.uniform(random.key(1), [2]).shape; // [2]
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new ArgumentError(`key: expected a seed that is an integer from 0 to 2^53 - 1, got ${seed}.`);
  return tensor(new Uint32Array([Math.floor(seed / 2 ** 32), seed >>> 0]));
}

/** One word of the key, broadcast to `size` elements. */
const keyWord = (key: Key, i: number, size: number): Node => ops.broadcast(key.at([i, i + 1]).node, [size]);

/**
 * A new key from a key and an integer, such as the index of a layer or step. Different integers give different keys,
 * none of which occurs in the stream of {@link bits} under `key` itself.
 *
 * @param number an integer from 0 to 2³² − 1, or a tensor with one integer, all 32 bits of which are used
 * @throws ArgumentError for a number outside that range; DTypeError for a tensor of another dtype than int32 and uint32
 * @example const keys = [0, 1, 2].map((i) => random.foldIn(random.key(1), i));
 */
export function foldIn(key: Key, number: TensorLike): Key {
  if (typeof number === "number" && !(Number.isInteger(number) && fitsDType(number, "uint32")))
    throw new ArgumentError(`foldIn: expected an integer from 0 to 2^32 - 1, got ${number}.`);
  const given = asTensor(number, "uint32");
  if (!dtypeInfo(given.dtype).isInteger || given.size !== 1)
    throw new DTypeError(
      `foldIn: expected one integer (int32 or uint32), got ${given.dtype}${formatShape(given.shape)}.`,
    );
  const counter = ops.broadcast(ops.reshape(ops.cast(given.node, "uint32"), [1]), [2]);
  const word = (i: 0 | 1) => ops.randomBits(keyWord(key, 0, 2), keyWord(key, 1, 2), counter, 1, i);
  return new Tensor(ops.select(ops.equal(ops.iota([2], 0, "int32"), 0), word(0), word(1)));
}

/**
 * 32 random bits for each element, uint32. Threefry-2x32 (Salmon and others, 2011).
 *
 * @example random.bits(random.key(1), [4]).dtype; // "uint32"
 */
export function bits(key: Key, shape: Shape): Tensor {
  const size = sizeOf(shape);
  const counter = ops.iota([size], 0, "uint32");
  return new Tensor(ops.reshape(ops.randomBits(keyWord(key, 0, size), keyWord(key, 1, size), counter), shape));
}

/**
 * Uniformly distributed in [min, max), float32, in steps of 2⁻²⁴ of the range: `max` itself is never drawn, unless it
 * equals `min`. Defaults: 0 and 1.
 *
 * @throws ArgumentError unless both are finite and min ≤ max
 * @example random.uniform(random.key(1), [2, 3], { min: -1, max: 1 }).shape; // [2, 3]
 */
export function uniform(key: Key, shape: Shape, options: { min?: number; max?: number } = {}): Tensor {
  checkOptions("uniform", options, ["min", "max"]);
  const { min = 0, max = 1 } = options;
  const [low, high, range] = [min, max, max - min].map(Math.fround) as [number, number, number];
  if (!(low <= high && Number.isFinite(range)))
    throw new ArgumentError(`uniform: expected finite min ≤ max, got min ${min} and max ${max}.`);
  const unit = new Tensor(ops.shiftRight(bits(key, shape).node, 8)).cast("float32").mul(2 ** -24);
  // Rounding may lift the greatest draws to max itself, except for [0, 1), whose steps are exact.
  if (low === 0 && high === 1) return unit;
  const spread = unit.mul(range).add(low);
  return low < high ? spread.minimum(floatBelow(high)) : spread;
}

/** The greatest float32 below a finite one. */
function floatBelow(x: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  const bits = view.getInt32(0);
  view.setInt32(0, x > 0 ? bits - 1 : x < 0 ? bits + 1 : -(2 ** 31) + 1);
  return view.getFloat32(0);
}

/**
 * Normally distributed, float32, by the inverse of the distribution function. Defaults: mean 0, standard deviation 1.
 *
 * @example random.normal(random.key(1), [784, 128], { std: 0.05 }).shape; // [784, 128]
 */
export function normal(key: Key, shape: Shape, options: { mean?: number; std?: number } = {}): Tensor {
  checkOptions("normal", options, ["mean", "std"]);
  const { mean = 0, std = 1 } = options;
  return gaussian(key, shape, 1).mul(std).add(mean);
}

/**
 * Normally distributed, but truncated at two standard deviations before scaling, as in Keras's initializers. Defaults:
 * mean 0, standard deviation 1.
 *
 * @example random.truncatedNormal(random.key(1), [784, 128], { std: 0.05 }).shape; // [784, 128]
 */
export function truncatedNormal(key: Key, shape: Shape, options: { mean?: number; std?: number } = {}): Tensor {
  checkOptions("truncatedNormal", options, ["mean", "std"]);
  const { mean = 0, std = 1 } = options;
  return gaussian(key, shape, 0.9544997361036416).mul(std).add(mean);
}

/**
 * √2·erf⁻¹(u) for uniform u in (−within, within): standard normal if `within` is 1, truncated symmetrically if less.
 */
function gaussian(key: Key, shape: Shape, within: number): Tensor {
  // The midpoints of 2²⁴ steps exclude both ends, at which the result would be infinite.
  const u = uniform(key, shape)
    .mul(2)
    .sub(1 - 2 ** -24);
  return erfinv(u.mul(within)).mul(Math.SQRT2);
}

/**
 * The numbers 0 … n − 1 in a random order, int32 `[n]`; or a tensor with its entries along `axis` (default: the first)
 * in a random order. Every order is as likely as any other.
 *
 * @throws ArgumentError for a number that is no integer from 0 up
 * @example
 * const order = random.permutation(random.key(1), 5);
 * await order.sum().item(); // 10
 */
export function permutation(key: Key, of: TensorLike, axis = 0): Tensor {
  const x = typeof of === "number" ? arange(checkCount("permutation", "n", of, 0)).cast("int32") : asTensor(of);
  const at = normalizeAxis(axis, x.ndim, "permutation");
  const n = x.shape[at]!;
  // One sort by 32 random bits leaves equal bits in their order; with n³ in as many bits they hardly ever meet.
  const rounds = Math.ceil((3 * Math.log2(Math.max(2, n))) / 32);
  let order = arange(n).cast("int32");
  for (let round = 0; round < rounds; round++) order = order.take(argsort(bits(foldIn(key, round), [n])));
  return x.take(order, at);
}

/**
 * True with probability `p` (0 to 1, broadcast to the shape), else false. bool.
 *
 * @example random.bernoulli(random.key(1), [4], 0.5).dtype; // "bool"
 */
export function bernoulli(key: Key, shape: Shape, p: TensorLike): Tensor {
  return uniform(key, shape).less(p);
}
