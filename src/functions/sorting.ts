// Sorting along an axis, and functions that use the order of elements.
import { computedDType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkCount, checkFlag, checkOptions } from "../options.ts";
import { contiguousStrides, formatShape, normalizeAxis, sizeOf } from "../shape.ts";
import { asFloat, asTensor, indexTensor, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { where } from "./array.ts";
import { isnan } from "./elementwise.ts";

/** The options of {@link sort} and {@link argsort}. */
export interface SortOptions {
  /** Sorts from the greatest to the least. Default: false. */
  readonly descending?: boolean;
}

function order(where: string, x: Tensor, axis: number, options: SortOptions): Tensor {
  checkOptions(where, options, ["descending"]);
  const at = normalizeAxis(axis, x.ndim, where);
  const keys = x.cast(computedDType(x.dtype));
  return new Tensor(ops.argsort(keys.node, at, checkFlag(where, "descending", options.descending ?? false)));
}

/**
 * The indices along `axis` (default: the last) of the elements in order. int32. Stable: equal elements keep their
 * order, in descending order too. NaN counts as greatest: last in ascending order, first in descending order.
 *
 * @example await argsort([3, 1, 2]).array(); // [1, 2, 0]
 */
export const argsort = (x: TensorLike, axis = -1, options: SortOptions = {}): Tensor =>
  order("argsort", asTensor(x), axis, options);

/**
 * The elements along `axis` (default: the last) in order; NaN counts as greatest. The gradient is permuted back.
 *
 * @example await sort([3, 1, 2], -1, { descending: true }).array(); // [3, 2, 1]
 */
export function sort(x: TensorLike, axis = -1, options: SortOptions = {}): Tensor {
  const at = asTensor(x);
  return takeAlongAxis(at, order("sort", at, axis, options), axis);
}

/**
 * The k greatest elements along `axis` (default: the last), in descending order, and their indices. Equal elements keep
 * their order; NaN counts as greatest, as in PyTorch and JAX.
 *
 * @throws ArgumentError if the axis has fewer than k elements
 * @example const { values, indices } = topK([0.1, 0.7, 0.2], 2); // 0.7, 0.2 at 1, 2
 */
export function topK(x: TensorLike, k: number, axis = -1): { values: Tensor; indices: Tensor } {
  const at = asTensor(x);
  const along = normalizeAxis(axis, at.ndim, "topK");
  checkCount("topK", "k", k);
  const n = at.shape[along] ?? 0;
  if (k > n)
    throw new ArgumentError(`topK: axis ${along} of ${formatShape(at.shape)} has ${n} elements, fewer than k = ${k}.`);
  const before = Array.from({ length: along }, () => []);
  const indices = order("topK", at, along, { descending: true }).at(...before, [0, k]);
  return { values: takeAlongAxis(at, indices, along), indices };
}

/**
 * y[…, i, …] = x[…, indices[…, i, …], …]: the elements at `indices` along `axis`, row by row. The other axes broadcast.
 * Negative integers count from the end; a number outside the axis throws, and an index in a tensor is clamped.
 *
 * @throws ShapeError if the other axes do not broadcast
 * @example await takeAlongAxis([[10, 20], [30, 40]], [[1], [0]], 1).array(); // [[20], [30]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis: number): Tensor {
  const given = asTensor(x);
  const at = normalizeAxis(axis, given.ndim, "takeAlongAxis");
  const picked = new Tensor(indexTensor("takeAlongAxis", indices, given.node, at));
  const fits =
    picked.ndim === given.ndim &&
    given.shape.every((n, i) => i === at || n === picked.shape[i] || n === 1 || picked.shape[i] === 1);
  if (!fits)
    throw new ShapeError(
      `takeAlongAxis: expected indices with the axes of x ${formatShape(given.shape)}, of equal length except for ` +
        `axis ${at}, got ${formatShape(picked.shape)}.`,
    );
  const lengths = zip(given.shape, picked.shape);
  const source = given.broadcastTo(lengths.map(([n, m], i) => (i !== at && n === 1 ? m : n)));
  const wanted = picked.broadcastTo(lengths.map(([n, m], i) => (i === at || n === 1 ? m : n)));
  if (wanted.size > 0 && source.size === 0)
    throw new ShapeError(`takeAlongAxis: axis ${at} of ${formatShape(given.shape)} is empty.`);
  // One flat gather: the index on the axis times its stride, plus the offset of the row.
  const strides = contiguousStrides(source.shape);
  const inside = wanted
    .maximum(0)
    .minimum(Math.max(0, source.shape[at]! - 1))
    .cast("int32");
  const flat = zip(wanted.shape, strides).reduce(
    (sum, [n, stride], i) =>
      i === at || n === 1 ? sum : sum.add(new Tensor(ops.iota(wanted.shape, i, "int32")).mul(stride)),
    inside.mul(strides[at]!),
  );
  return new Tensor(ops.gather(ops.reshape(source.node, [sizeOf(source.shape)]), flat.node, 0));
}

/**
 * The middle element along `axis`, or the mean of the two in the middle; without an axis, of all elements. NaN if one
 * is NaN.
 *
 * @throws ShapeError if there is no element
 * @example await median([3, 1, 10, 2]).item(); // 2.5
 */
export function median(x: TensorLike, axis?: number): Tensor {
  const given = asFloat(x);
  const at = axis === undefined ? given.reshape([given.size]) : given;
  const along = normalizeAxis(axis ?? 0, at.ndim, "median");
  const n = at.shape[along] ?? 0;
  if (n === 0)
    throw new ShapeError(`median: expected at least one element, got axis ${along} of ${formatShape(at.shape)}.`);
  const sorted = sort(at, along);
  const before = Array.from({ length: along }, () => []);
  const pick = (i: number): Tensor => sorted.at(...before, i);
  const middle =
    n % 2 === 1
      ? pick((n - 1) / 2)
      : pick(n / 2 - 1)
          .add(pick(n / 2))
          .mul(0.5);
  // NaN is sorted last, so that the last element shows if there is one.
  return where(isnan(pick(n - 1)), NaN, middle);
}
