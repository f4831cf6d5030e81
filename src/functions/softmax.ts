// Softmax and its logarithm: scores into probabilities.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";

/** x less its greatest element along `axis`: exp of it cannot overflow, and softmax does not see the difference. */
function shifted(x: Tensor, axis: number): Tensor {
  return x.sub(x.max(axis, { keepDims: true }).stopGradient());
}

const asFloat = (x: TensorLike): Tensor => {
  const at = asTensor(x);
  return at.dtype === "float32" || at.dtype === "float64" ? at : at.cast("float32");
};

/**
 * softmax(x)ᵢ = exp(xᵢ) / Σⱼ exp(xⱼ) along `axis` (default: the last). The results are positive and sum to 1.
 * Finite for every finite x. Bridle, 1990.
 *
 * @example await softmax([5, 3, 6.2, 4, 1.5, -2]).array(); // [0.20…, 0.02…, 0.68…, 0.07…, 0.00…, 0.00…]
 */
export function softmax(x: TensorLike, axis = -1): Tensor {
  const powers = shifted(asFloat(x), axis).exp();
  return powers.div(powers.sum(axis, { keepDims: true }));
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
