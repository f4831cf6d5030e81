// Distance.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * Σ |prediction − target| / n over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`.
 * Throws {@link ShapeError} where the shapes differ.
 *
 * @example await meanAbsoluteError([[0, 1]], [[0.5, 1]]).array(); // [0.25]
 */
export function meanAbsoluteError(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  return p
    .sub(alignTargets("meanAbsoluteError", asTensor(targets), p))
    .abs()
    .mean(-1);
}
