// The log loss of yes-or-no questions.
import { heaviside } from "../functions/activations.ts";
import { checkRange } from "../options.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, clipProbabilities } from "./loss.ts";

export interface BinaryCrossentropyOptions {
  /** Whether the predictions are scores, before a sigmoid. Default: what the model's last activation says, else false. */
  readonly fromLogits?: boolean;
  /** Moves the targets towards ½ by this share, from 0 to below 1. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * −t·ln p − (1 − t)·ln(1 − p), the mean over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. Targets t
 * are 0 or 1, or probabilities.
 *
 * From logits x it is max(x, 0) − t·x + ln(1 + e^−|x|), exact for every x; probabilities are first held in [1e-7, 1 − 1e-7].
 *
 * @example await binaryCrossentropy([[1], [0]], [[0.9], [0.2]]).array(); // [0.105, 0.223]
 */
export function binaryCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: BinaryCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0 } = options;
  checkRange("binaryCrossentropy", "labelSmoothing", labelSmoothing, 0, 1);
  const at = asTensor(predictions);
  const given = alignTargets("binaryCrossentropy", asTensor(targets), at);
  const t = labelSmoothing === 0 ? given : given.mul(1 - labelSmoothing).add(0.5 * labelSmoothing);
  // max(x, 0) − t·x as one product: it and its slope are 0 where the small logarithm and its slope are all that is left.
  if (fromLogits) return at.mul(heaviside(at).sub(t)).add(at.abs().neg().exp().log1p()).mean(-1);
  const p = clipProbabilities(at);
  return t
    .mul(p.log())
    .add(t.neg().add(1).mul(p.neg().add(1).log()))
    .neg()
    .mean(-1);
}
