// Squared distance.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * Σ (prediction − target)² / n over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`.
 * The mean over the batch is the mean squared error (MSE). Throws {@link ShapeError} where the shapes differ.
 *
 * @example await meanSquaredError([[0, 1]], [[0.5, 1]]).array(); // [0.125]
 */
export function meanSquaredError(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  return p
    .sub(alignTargets("meanSquaredError", asTensor(targets), p))
    .square()
    .mean(-1);
}
