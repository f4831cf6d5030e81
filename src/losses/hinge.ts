// The margin loss of the perceptron's and the support vector machine's family.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/** max(1 − target·prediction, 0), with −1 for targets that are not above 0. */
export function lackOfMargin(name: string, targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const side = alignTargets(name, asTensor(targets), p).greater(0).cast(p.dtype).mul(2).sub(1);
  return side.mul(p).neg().add(1).maximum(0);
}

/**
 * max(1 − target·prediction, 0) with targets −1 and 1, the mean over the last axis. Targets of 0 are taken for −1.
 * Cortes and Vapnik, 1995.
 *
 * @example await hinge([[1], [-1]], [[0.4], [-2]]).array(); // [0.6, 0]
 */
export const hinge = (targets: TensorLike, predictions: TensorLike): Tensor =>
  lackOfMargin("hinge", targets, predictions).mean(-1);
