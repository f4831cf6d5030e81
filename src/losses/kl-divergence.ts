// How much a distribution differs from another.
import { clip } from "../functions/elementwise.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

/**
 * The divergence Σ tᵢ·ln(tᵢ/pᵢ) over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`, in nats. Both are
 * distributions, and both are first clipped to [1e-7, 1], as in Keras. It differs from
 * {@link categoricalCrossentropy} by the entropy of the targets. Kullback and Leibler, 1951.
 *
 * @throws ShapeError where the shapes differ
 * @example await klDivergence([[0.5, 0.5]], [[0.9, 0.1]]).array(); // [0.510826]
 */
export function klDivergence(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const t = clip(alignTargets("klDivergence", asTensor(targets), p), epsilon, 1);
  return t.mul(t.div(clip(p, epsilon, 1)).log()).sum(-1);
}
