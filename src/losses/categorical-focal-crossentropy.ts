// The cross-entropy of one class among several with less weight on what is already right.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { type CategoricalCrossentropyOptions, logProbabilities } from "./categorical-crossentropy.ts";
import { alignTargets, smoothed } from "./loss.ts";

export interface CategoricalFocalCrossentropyOptions extends CategoricalCrossentropyOptions {
  /** The weight of the whole. Default: 0.25. */
  readonly alpha?: number;
  /** γ, which lessens the weight of what is right; 0 gives alpha · {@link categoricalCrossentropy}. Default: 2. */
  readonly gamma?: number;
}

/**
 * −α Σ (1 − pᵢ)^γ · tᵢ·ln pᵢ over the classes: one-hot targets `[batch, classes]` and predictions `[batch, classes]`
 * give `[batch]`. For data in which some classes are rare. Lin and others, 2017.
 *
 * From logits, ln p is exact where p itself would round to 0.
 *
 * @throws ShapeError where the shapes differ
 * @example await categoricalFocalCrossentropy([[0, 1, 0]], [[0.05, 0.9, 0.05]]).array(); // [0.000263401]
 */
export function categoricalFocalCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: CategoricalFocalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0, alpha = 0.25, gamma = 2 } = options;
  const at = asTensor(predictions);
  const given = alignTargets("categoricalFocalCrossentropy", asTensor(targets), at);
  const t = smoothed(given, labelSmoothing, 1 / (at.shape.at(-1) ?? 1));
  const logarithm = logProbabilities(at, fromLogits);
  // A power below 1 has an infinite slope at 0, hence the least float above it.
  const wrong = logarithm.expm1().neg().maximum(1e-37);
  return wrong.pow(gamma).mul(t).mul(logarithm).sum(-1).mul(-alpha);
}
