// The cross-entropy of one class among several, with targets that are probabilities of the classes.
import { logSoftmax } from "../functions/softmax.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, clipProbabilities, smoothed } from "./loss.ts";

export interface CategoricalCrossentropyOptions {
  /** True if predictions are logits, before a softmax. Default: follows the model's last activation, else false. */
  readonly fromLogits?: boolean;
  /** Spreads this share of each target, from 0 to 1, evenly over the classes. Default: 0. */
  readonly labelSmoothing?: number;
}

/** ln p of each class. Probabilities are first normalised to a sum of 1, and clipped to [1e-7, 1 − 1e-7]. */
export function logProbabilities(predictions: Tensor, fromLogits: boolean): Tensor {
  if (fromLogits) return logSoftmax(predictions);
  return clipProbabilities(predictions.div(predictions.sum(-1, { keepDims: true }))).log();
}

/**
 * −Σ tᵢ·ln pᵢ over the classes: `[batch, classes]` and `[batch, classes]` give `[batch]`. Targets are one-hot, or
 * the probability of each class.
 *
 * @example await categoricalCrossentropy([[0, 1, 0]], [[0.1, 0.8, 0.1]]).array(); // [0.223]
 */
export function categoricalCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: CategoricalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0 } = options;
  const at = asTensor(predictions);
  const given = alignTargets("categoricalCrossentropy", asTensor(targets), at);
  const t = smoothed(given, labelSmoothing, 1 / (at.shape.at(-1) ?? 1));
  return t.mul(logProbabilities(at, fromLogits)).sum(-1).neg();
}
