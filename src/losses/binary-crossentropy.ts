// The log loss of yes-or-no questions.
import { softplus } from "../functions/activations.ts";
import { checkRange } from "../options.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, clipProbabilities } from "./loss.ts";

export interface BinaryCrossentropyOptions {
  /** Whether the predictions are scores, before a sigmoid. Default: false, they are probabilities. */
  readonly fromLogits?: boolean;
  /** Moves the targets towards ½ by this share, from 0 to below 1. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * −t·ln p − (1 − t)·ln(1 − p), the mean over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. Targets t
 * are 0 or 1, or probabilities.
 *
 * From logits x it is softplus(x) − t·x, exact for every x; probabilities are first held in [1e-7, 1 − 1e-7].
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
  if (fromLogits) return softplus(at).sub(at.mul(t)).mean(-1);
  const p = clipProbabilities(at);
  return t
    .mul(p.log())
    .add(t.neg().add(1).mul(p.neg().add(1).log()))
    .neg()
    .mean(-1);
}
