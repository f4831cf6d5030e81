// The logarithm of the hyperbolic cosine: squared distance near the target, plain distance far from it.
import { where } from "../functions/array.ts";
import { customGradient, mul, tanh } from "../ops/index.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * With e = prediction − target: Σ ln cosh e / n over the last axis, which is about ½e² near 0 and |e| − ln 2 far from
 * it: a {@link huber} loss whose derivatives, tanh e and the others, have no kink. `[batch, n]` and `[batch, n]` give
 * `[batch]`.
 *
 * @throws ShapeError where the shapes differ
 * @example await logCosh([[0, 0]], [[0.5, 3]]).array(); // [1.21472]
 */
export function logCosh(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const error = p.sub(alignTargets("logCosh", asTensor(targets), p));
  const distance = error.abs();
  // Far out |e| + ln((1 + e^−2|e|)/2); near 0, where that is a difference of equals, ln(1 + 2 sinh²(e/2)).
  const half = distance.minimum(1).mul(0.5);
  const sinh = half.expm1().sub(half.neg().expm1()).mul(0.5);
  const near = sinh.square().mul(2).log1p();
  const far = distance.add(distance.mul(-2).expm1().mul(0.5).log1p());
  const value = where(distance.less(1), near, far);
  // d ln cosh e = tanh e de
  return new Tensor(customGradient(value.node, [error.node], (dy) => [mul(dy, tanh(error.node))])).mean(-1);
}
