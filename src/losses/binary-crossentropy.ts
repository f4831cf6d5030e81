// The log loss of binary classification.
import { where } from "../functions/array.ts";
import { customGradient, mul, neg } from "../ops/index.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, clipProbabilities, smoothed } from "./loss.ts";

export interface BinaryCrossentropyOptions {
  /** True if predictions are logits, before a sigmoid. Default: follows the model's last activation, else false. */
  readonly fromLogits?: boolean;
  /** Moves the targets towards ½ by this share, from 0 to 1. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * −t·ln p − (1 − t)·ln(1 − p), the mean over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. Targets t
 * are 0 or 1, or probabilities.
 *
 * From logits x it is max(x, 0) − t·x + ln(1 + e^−|x|), exact for every x; probabilities are first clipped to
 * [1e-7, 1 − 1e-7].
 *
 * @example await binaryCrossentropy([[1], [0]], [[0.9], [0.2]]).array(); // [0.105, 0.223]
 */
export function binaryCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: BinaryCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0 } = options;
  const at = asTensor(predictions);
  const t = smoothed(alignTargets("binaryCrossentropy", asTensor(targets), at), labelSmoothing, 0.5);
  return logLoss(t, at, fromLogits).mean(-1);
}

/** The log loss of each element. */
export function logLoss(t: Tensor, at: Tensor, fromLogits: boolean): Tensor {
  if (fromLogits) return logLossOfLogits(t, at);
  const p = clipProbabilities(at);
  return t
    .mul(p.log())
    .add(t.neg().add(1).mul(p.neg().add(1).log()))
    .neg();
}

/**
 * max(x, 0) − t·x + ln(1 + e^−|x|). If the prediction is right and |x| is large, the first two terms are 0, so that the
 * small logarithm keeps its digits. For the same reason the slope σ(x) − t is computed as 1 − t − σ(−x) for x ≥ 0.
 */
function logLossOfLogits(t: Tensor, x: Tensor): Tensor {
  const value = x.maximum(0).sub(x.mul(t)).add(x.abs().neg().exp().log1p());
  const slope = where(x.less(0), x.sigmoid().sub(t), t.neg().add(1).sub(x.neg().sigmoid()));
  return new Tensor(customGradient(value.node, [t.node, x.node], (dy) => [mul(dy, neg(x.node)), mul(dy, slope.node)]));
}
