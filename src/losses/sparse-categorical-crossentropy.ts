// The cross-entropy of one class among several, with targets that are class numbers.
import { where } from "../functions/array.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { logProbabilities } from "./categorical-crossentropy.ts";
import { targetMask } from "./loss.ts";

export interface SparseCategoricalCrossentropyOptions {
  /** True if predictions are logits, before a softmax. Default: follows the model's last activation, else false. */
  readonly fromLogits?: boolean;
}

/**
 * −ln p of the target's class: class numbers `[batch]` (or `[batch, 1]`) and predictions `[batch, classes]` give
 * `[batch]`. The class is selected by comparison, so that a class number out of range selects none; fit checks them
 * first.
 *
 * @example await sparseCategoricalCrossentropy([1], [[0.1, 0.8, 0.1]]).array(); // [0.223]
 */
export function sparseCategoricalCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: SparseCategoricalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false } = options;
  const at = asTensor(predictions);
  const isTarget = targetMask("sparseCategoricalCrossentropy", asTensor(targets), at);
  return where(isTarget, logProbabilities(at, fromLogits), 0).sum(-1).neg();
}
