// The angle between prediction and target.
import { where } from "../functions/array.ts";
import { rsqrt } from "../functions/elementwise.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

/** A vector along `axis` at length 1. One shorter than 1e-7 becomes 0, and has no gradient, which would be huge. */
function direction(x: Tensor, axis: number): Tensor {
  const square = x.square().sum(axis, { keepDims: true });
  const isLong = square.greater(epsilon * epsilon);
  return x.mul(where(isLong, rsqrt(where(isLong, square, 1)), 0));
}

/**
 * −cos of the angle between prediction and target, −Σ p·t / (‖p‖·‖t‖) along an axis: −1 for one direction, 0 at right
 * angles and for a vector of zeros, 1 for opposite directions. Axis −1: `[batch, n]` and `[batch, n]` give `[batch]`.
 *
 * @param options.axis the axis of the vectors. Default: −1.
 * @throws ShapeError where the shapes differ
 * @example await cosineSimilarity([[0, 1], [1, 1]], [[3, 0], [2, 2]]).array(); // [0, -1]
 */
export function cosineSimilarity(
  targets: TensorLike,
  predictions: TensorLike,
  { axis = -1 }: { readonly axis?: number } = {},
): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("cosineSimilarity", asTensor(targets), p);
  return direction(p, axis).mul(direction(t, axis)).sum(axis).neg();
}
