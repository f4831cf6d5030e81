// Squared distance of logarithms: the squared ratio of sizes.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

/**
 * Σ (ln(1 + prediction) − ln(1 + target))² / n over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. For
 * targets of many sizes, such as counts and prices. Numbers below 1e-7 count as 1e-7, as in Keras, so that a negative
 * prediction has no gradient.
 *
 * @throws ShapeError where the shapes differ
 * @example await meanSquaredLogarithmicError([[0, 99]], [[0, 9]]).array(); // [2.650949]
 */
export function meanSquaredLogarithmicError(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("meanSquaredLogarithmicError", asTensor(targets), p);
  return p.maximum(epsilon).log1p().sub(t.maximum(epsilon).log1p()).square().mean(-1);
}
