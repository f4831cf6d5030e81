// Distance as a percentage of the target.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

/**
 * 100 · Σ |prediction − target| / max(|target|, 1e-7) / n over the last axis: `[batch, n]` and `[batch, n]` give
 * `[batch]`, in percent. A target of 0 makes it huge; {@link meanSquaredLogarithmicError} takes zeros better.
 *
 * @throws ShapeError where the shapes differ
 * @example await meanAbsolutePercentageError([[2, 10]], [[1, 11]]).array(); // [30]
 */
export function meanAbsolutePercentageError(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("meanAbsolutePercentageError", asTensor(targets), p);
  return p.sub(t).abs().div(t.abs().maximum(epsilon)).mean(-1).mul(100);
}
