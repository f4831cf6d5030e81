// Pulls similar pairs together and pushes other pairs apart.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * ½·t·d² + ½·(1 − t)·max(margin − d, 0)², the mean over the last axis: `[batch, 1]` and `[batch, 1]` give `[batch]`.
 * The prediction d ≥ 0 is the distance of two embeddings, which a network with two inputs computes; the target t is 1
 * for a similar pair and 0 for another. (In the paper it is the other way round.) Hadsell, Chopra and LeCun, 2006.
 *
 * @param options.margin the distance from which other pairs have no loss. Default: 1.
 * @throws ShapeError where the shapes differ
 * @example await contrastive([[1], [0], [0]], [[0.6], [0.6], [1.5]]).array(); // [0.18, 0.08, 0]
 */
export function contrastive(
  targets: TensorLike,
  predictions: TensorLike,
  { margin = 1 }: { readonly margin?: number } = {},
): Tensor {
  const d = asTensor(predictions);
  const t = alignTargets("contrastive", asTensor(targets), d);
  const apart = d.neg().add(margin).maximum(0).square();
  return t.mul(d.square()).add(t.neg().add(1).mul(apart)).mean(-1).mul(0.5);
}
