// The log loss of binary classification with less weight on what is already right.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { type BinaryCrossentropyOptions, logLoss } from "./binary-crossentropy.ts";
import { alignTargets, smoothed } from "./loss.ts";

export interface BinaryFocalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** Weighs class 1 by alpha and class 0 by 1 − alpha. Default: false. */
  readonly applyClassBalancing?: boolean;
  /** The weight of class 1, from 0 to 1, where classes are balanced. Default: 0.25. */
  readonly alpha?: number;
  /** γ, which lessens the weight of what is right; 0 gives the {@link binaryCrossentropy}. Default: 2. */
  readonly gamma?: number;
}

/**
 * (1 − q)^γ · (−t·ln p − (1 − t)·ln(1 − p)) with q = t·p + (1 − t)(1 − p), the probability of what is right; the mean
 * over the last axis: `[batch, n]` and `[batch, n]` give `[batch]`. For data in which one class is rare. Targets t are
 * 0 or 1. Lin and others, 2017.
 *
 * From logits x, 1 − q is computed as t·σ(−x) + (1 − t)·σ(x), which keeps its digits where q is near 1.
 *
 * @throws ShapeError where the shapes differ
 * @example await binaryFocalCrossentropy([[1], [0]], [[0.9], [0.2]]).array(); // [0.0010536, 0.0089257]
 */
export function binaryFocalCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: BinaryFocalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, labelSmoothing = 0, applyClassBalancing = false, alpha = 0.25, gamma = 2 } = options;
  const at = asTensor(predictions);
  const t = smoothed(alignTargets("binaryFocalCrossentropy", asTensor(targets), at), labelSmoothing, 0.5);
  const [one, zero] = fromLogits ? [at.sigmoid(), at.neg().sigmoid()] : [at, at.neg().add(1)];
  const other = t.neg().add(1);
  const wrong = t.mul(zero).add(other.mul(one));
  const loss = wrong.pow(gamma).mul(logLoss(t, at, fromLogits));
  if (!applyClassBalancing) return loss.mean(-1);
  return t
    .mul(alpha)
    .add(other.mul(1 - alpha))
    .mul(loss)
    .mean(-1);
}
