// Sorting along an axis, and what follows from the order of elements.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkCount, checkFlag, checkOptions } from "../options.ts";
import { contiguousStrides, formatShape, normalizeAxis, sizeOf } from "../shape.ts";
import { asFloat, asTensor, indexTensor, Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { isnan } from "./elementwise.ts";

/** The options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** From the greatest to the least. Default: false. */
  readonly descending?: boolean;
}

function order(where: string, x: Tensor, axis: number, options: SortOptions): Tensor {
  checkOptions(where, options, ["descending"]);
  const at = normalizeAxis(axis, x.ndim, where);
  const keys = x.dtype === "bool" || x.dtype === "uint8" ? x.cast("int32") : x;
  return new Tensor(ops.argsort(keys.node, at, checkFlag(where, "descending", options.descending ?? false)));
}

/**
 * The indices along `axis` (default: the last) of the elements in order. int32. Stable: equal elements keep their order, in
 * descending order too. NaN counts as greater than everything: last in ascending order, first in descending order.
 *
 * @example await argsort([3, 1, 2]).array(); // [1, 2, 0]
 */
export const argsort = (x: TensorLike, axis = -1, options: SortOptions = {}): Tensor =>
  order("argsort", asTensor(x), axis, options);

/**
 * The elements along `axis` (default: the last) in order; NaN counts as greater than everything. The gradient goes back to
 * where each element came from.
 *
 * @example await sort([3, 1, 2], -1, { descending: true }).array(); // [3, 2, 1]
 */
export function sort(x: TensorLike, axis = -1, options: SortOptions = {}): Tensor {
  const at = asTensor(x);
  return takeAlongAxis(at, order("sort", at, axis, options), axis);
}

/**
 * The k greatest elements along `axis` (default: the last), from the greatest down, and their indices. Of equals the first
 * comes first; NaN counts as greater than everything, as in PyTorch and JAX.
 *
 * @throws ArgumentError where the axis has fewer than k
 * @example const { values, indices } = topK([0.1, 0.7, 0.2], 2); // 0.7, 0.2 at 1, 2
 */
export function topK(x: TensorLike, k: number, axis = -1): { values: Tensor; indices: Tensor } {
  const at = asTensor(x);
  const place = normalizeAxis(axis, at.ndim, "topK");
  checkCount("topK", "k", k);
  if (k > at.shape[place]!)
    throw new ArgumentError(
      `topK: axis ${place} of ${formatShape(at.shape)} has ${at.shape[place]} elements, fewer than k = ${k}.`,
    );
  const before = Array.from({ length: place }, () => []);
  const indices = order("topK", at, place, { descending: true }).at(...before, [0, k]);
  return { values: takeAlongAxis(at, indices, place), indices };
}

/**
 * y[…, i, …] = x[…, indices[…, i, …], …]: the elements along `axis` that indices name, row by row. Off the axis the shapes
 * broadcast. Negative integers count from the end; a number outside the axis throws, and one that a tensor holds reads the
 * nearest end.
 *
 * @throws ShapeError where the shapes differ off the axis
 * @example await takeAlongAxis([[10, 20], [30, 40]], [[1], [0]], 1).array(); // [[20], [30]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number): Tensor {
  const given = asTensor(x);
  const at = normalizeAxis(axis, given.ndim, "takeAlongAxis");
  const places = new Tensor(indexTensor("takeAlongAxis", indices, given.node, at));
  const fits =
    places.ndim === given.ndim &&
    given.shape.every((n, i) => i === at || n === places.shape[i] || n === 1 || places.shape[i] === 1);
  if (!fits)
    throw new ShapeError(
      `takeAlongAxis: x ${formatShape(given.shape)} and indices ${formatShape(places.shape)} must have as many axes, of equal length but for axis ${at}.`,
    );
  const off = given.shape.map((n, i) => (n === 1 ? places.shape[i]! : n));
  const source = given.broadcastTo(off.map((n, i) => (i === at ? given.shape[at]! : n)));
  const wanted = places.broadcastTo(off.map((n, i) => (i === at ? places.shape[at]! : n)));
  if (wanted.size > 0 && source.size === 0)
    throw new ShapeError(`takeAlongAxis: axis ${at} of ${formatShape(given.shape)} is empty.`);
  // One flat gather: the index on the axis, and the row's own offset before it.
  const strides = contiguousStrides(source.shape);
  const inside = wanted
    .maximum(0)
    .minimum(Math.max(0, source.shape[at]! - 1))
    .cast("int32");
  const flat = wanted.shape.reduce(
    (sum, n, i) =>
      i === at || n === 1 ? sum : sum.add(new Tensor(ops.iota(wanted.shape, i, "int32")).mul(strides[i]!)),
    inside.mul(strides[at]!),
  );
  return new Tensor(ops.gather(ops.reshape(source.node, [sizeOf(source.shape)]), flat.node, 0));
}

/**
 * The middle element along `axis`, or the mean of the two in the middle; without an axis, of all elements. NaN where
 * one is NaN.
 *
 * @throws ShapeError where there is no element
 * @example await median([3, 1, 10, 2]).item(); // 2.5
 */
export function median(x: TensorLike, axis?: number): Tensor {
  const given = asFloat(x);
  const at = axis === undefined ? given.reshape([given.size]) : given;
  const place = normalizeAxis(axis ?? 0, at.ndim, "median");
  const n = at.shape[place]!;
  if (n === 0)
    throw new ShapeError(`median: axis ${place} of ${formatShape(at.shape)} is empty, and nothing has no middle.`);
  const sorted = sort(at, place);
  const before = Array.from({ length: place }, () => []);
  const pick = (i: number): Tensor => sorted.at(...before, i);
  const middle =
    n % 2 === 1
      ? pick((n - 1) / 2)
      : pick(n / 2 - 1)
          .add(pick(n / 2))
          .mul(0.5);
  // In order NaN stands last, so that the last element tells.
  return where(isnan(pick(n - 1)), NaN, middle);
}
