// Half the squared distance, from which the rules of backpropagation are usually derived.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * ½‖a − y‖² = ½ Σ (prediction − target)² over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. Its slope is
 * a − y. {@link meanSquaredError} divides by n instead of 2. Rumelhart, Hinton and Williams, 1986.
 *
 * @throws ShapeError where the shapes differ
 * @example await quadraticCost([[0, 1]], [[0.5, 3]]).array(); // [2.125]
 */
export function quadraticCost(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  return p
    .sub(alignTargets("quadraticCost", asTensor(targets), p))
    .square()
    .sum(-1)
    .mul(0.5);
}
