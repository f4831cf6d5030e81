// The overlap of regions, for segmentation.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

export interface DiceOptions {
  /** The axes over which sums run. Default: all but the first, so that each example has a loss of its own. */
  readonly axis?: number | readonly number[];
}

/** The sums of t·p, t and p over the axes of each example. */
export function regions(name: string, targets: TensorLike, predictions: TensorLike, axis: DiceOptions["axis"]) {
  const p = asTensor(predictions);
  const t = alignTargets(name, asTensor(targets), p);
  const axes = axis ?? p.shape.slice(1).map((_, i) => i + 1);
  return { both: t.mul(p).sum(axes), target: t.sum(axes), predicted: p.sum(axes) };
}

/**
 * 1 − 2 Σ t·p / (Σ t + Σ p + 1e-7): 0 where two regions are the same, 1 where they do not meet. Targets t and
 * probabilities p of one shape, such as `[batch, height, width, 1]`, give `[batch]`. Keras's default adds up the whole
 * batch; `axis: [0, 1, 2, 3]` does that here. Two empty regions have the loss 1, as in Keras. Milletari and others,
 * 2016.
 *
 * @throws ShapeError where the shapes differ
 * @example await dice([[1, 1, 0, 0]], [[1, 0.5, 0.5, 0]]).array(); // [0.25]
 */
export function dice(targets: TensorLike, predictions: TensorLike, { axis }: DiceOptions = {}): Tensor {
  const { both, target, predicted } = regions("dice", targets, predictions, axis);
  return both.mul(-2).div(target.add(predicted).add(epsilon)).add(1);
}
