// Squared distance near the target, plain distance far from it.
import { where } from "../functions/array.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * With e = prediction − target: ½e² if |e| ≤ δ, else δ|e| − ½δ²; the mean over the last axis. Huber, 1964.
 *
 * @param options.delta δ, in the unit of the targets. Default: 1.
 * @example await huber([[0, 0]], [[0.5, 3]]).array(); // [1.3125]
 */
export function huber(
  targets: TensorLike,
  predictions: TensorLike,
  { delta = 1 }: { readonly delta?: number } = {},
): Tensor {
  const p = asTensor(predictions);
  const error = p.sub(alignTargets("huber", asTensor(targets), p));
  const distance = error.abs();
  return where(distance.lessEqual(delta), error.square().mul(0.5), distance.mul(delta).sub(0.5 * delta * delta)).mean(
    -1,
  );
}
