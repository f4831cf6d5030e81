// Softmax and its logarithm, which turn logits into probabilities.
import * as ops from "../ops/index.ts";
import { normalizeAxis } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";

/**
 * softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) along `axis` (default: the last). The results are positive and sum to 1.
 * Finite for every finite x. Bridle, 1990.
 *
 * @example await softmax([5, 3, 6.2, 4, 1.5, -2]).array(); // [0.20…, 0.02…, 0.68…, 0.07…, 0.00…, 0.00…]
 */
export const softmax = (x: TensorLike, axis = -1): Tensor => asTensor(x).softmax(axis);

/**
 * ln softmax(x) = x − max − ln Σⱼ exp(xⱼ − max) along `axis` (default: the last). It is exact where softmax itself
 * would round to 0, which is why losses use it.
 *
 * @example await logSoftmax([0, 200]).array(); // [-200, 0]
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const given = asFloat(x);
  const at = new Tensor(ops.shifted(given.node, normalizeAxis(axis, given.ndim, "logSoftmax")));
  return at.sub(at.exp().sum(axis, { keepDims: true }).log());
}
