// The margin loss of one class among several.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets } from "./loss.ts";

/**
 * max(1 + max ((1 − t)·p) − Σ t·p, 0) over the classes: the target's score p exceeds the best other one by 1, or the
 * lack is the loss. One-hot targets t `[batch, classes]` and scores `[batch, classes]` give `[batch]`. As in Keras, the
 * target's own product (1 − t)·p = 0 takes part in the maximum, so that other scores below 0 count as 0. Crammer and
 * Singer, 2001.
 *
 * @throws ShapeError where the shapes differ
 * @example await categoricalHinge([[0, 1, 0]], [[0.2, 0.9, -1]]).array(); // [0.3]
 */
export function categoricalHinge(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("categoricalHinge", asTensor(targets), p);
  const others = t.neg().add(1).mul(p).max(-1);
  return others.sub(t.mul(p).sum(-1)).add(1).maximum(0);
}
