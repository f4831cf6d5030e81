// Softmax and its logarithm: scores into probabilities.
import * as ops from "../ops/index.ts";
import { normalizeAxis } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";

/** x less its greatest element along `axis`: exp of it cannot overflow, and softmax does not see the difference. */
function shifted(x: Tensor, axis: number): Tensor {
  return x.sub(x.max(axis, { keepDims: true }).stopGradient());
}

/**
 * softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) along `axis` (default: the last). The results are positive and sum to 1.
 * Finite for every finite x. Bridle, 1990.
 *
 * @example await softmax([5, 3, 6.2, 4, 1.5, -2]).array(); // [0.20…, 0.02…, 0.68…, 0.07…, 0.00…, 0.00…]
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const at = asFloat(x);
  const powers = shifted(at, axis).exp();
  return probabilities(at, powers.div(powers.sum(axis, { keepDims: true })), axis);
}

/** y = softmax(x), however it was computed, with the gradient that needs nothing but y: dx = y·dy − y·Σ y·dy. */
export function probabilities(x: Tensor, y: Tensor, axis: number): Tensor {
  const at = normalizeAxis(axis, x.ndim, "softmax");
  const result: Tensor = new Tensor(
    ops.customGradient(y.node, [x.node], (dy) => {
      const part = result.mul(new Tensor(dy));
      return [part.sub(result.mul(part.sum(at, { keepDims: true }))).node];
    }),
  );
  return result;
}

/**
 * ln softmax(x) = x − max − ln Σⱼ exp(xⱼ − max) along `axis` (default: the last): exact where softmax itself
 * would round to 0, which is why losses are made of it.
 *
 * @example await logSoftmax([0, 200]).array(); // [-200, 0]
 */
export function logSoftmax(x: TensorLike, axis = -1): Tensor {
  const at = shifted(asFloat(x), axis);
  return at.sub(at.exp().sum(axis, { keepDims: true }).log());
}
