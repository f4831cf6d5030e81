// Sparse probabilities.
import * as ops from "../ops/index.ts";
import { normalizeAxis } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { cumsum } from "./cumulative.ts";
import { sort } from "./sorting.ts";

/**
 * The nearest probabilities to x along `axis` (default: the last): max(x − τ, 0) with τ such that they sum to 1. Unlike
 * softmax it gives zeros. Its slope is that of x less the mean over what is not 0. Martins and Astudillo, 2016.
 *
 * @example await sparsemax([1, 0.6, -1]).array(); // [0.7, 0.3, 0]
 */
export function sparsemax(x: TensorLike, axis = -1): Tensor {
  const given = asFloat(x);
  const along = normalizeAxis(axis, given.ndim, "sparsemax");
  // Differences from the maximum: their sums do not lose digits to a common offset.
  const at = new Tensor(ops.shifted(given.node, along));
  const kept = { keepDims: true } as const;
  const sorted = sort(at.stopGradient(), along, { descending: true });
  const rank = new Tensor(ops.iota(sorted.shape, along, "float32")).add(1);
  // The k greatest take part where 1 + k·x₍ₖ₎ exceeds their sum; x₍ₖ₎ of the last such k is the least that does.
  const takesPart = rank.mul(sorted).add(1).greater(cumsum(sorted, along));
  const least = where(takesPart, sorted, 0).min(along, kept);
  const isIn = at.greaterEqual(least);
  const count = isIn.cast("float32").sum(along, kept);
  const limit = where(isIn, at, 0).sum(along, kept).sub(1).div(count);
  return at.sub(limit).maximum(0);
}
