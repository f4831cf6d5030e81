// The cross-entropy of one class among several, with targets that are class numbers.
import { where } from "../functions/array.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { logProbabilities } from "./categorical-crossentropy.ts";
import { classNumbers, targetMask } from "./loss.ts";

export interface SparseCategoricalCrossentropyOptions {
  /** True if predictions are logits, before a softmax. Default: follows the model's last activation, else false. */
  readonly fromLogits?: boolean;
  /** A class number, such as −1 or 255, of pixels or steps that do not count. Default: none. */
  readonly ignoreClass?: number;
}

/**
 * −ln p of the target's class: class numbers `[batch]` (or `[batch, 1]`) and predictions `[batch, classes]` give
 * `[batch]`. The class is selected by comparison, so that a class number out of range selects none; fit checks them
 * first, unless there is a class to ignore.
 *
 * With `ignoreClass`, targets of that class have a loss of 0 and no gradient, and a mean over a batch does not count
 * them, as in Keras 3: with more padding, the loss stays the same.
 *
 * @example await sparseCategoricalCrossentropy([1], [[0.1, 0.8, 0.1]]).array(); // [0.223]
 */
export function sparseCategoricalCrossentropy(
  targets: TensorLike,
  predictions: TensorLike,
  options: SparseCategoricalCrossentropyOptions = {},
): Tensor {
  const { fromLogits = false, ignoreClass } = options;
  const [t, at] = [asTensor(targets), asTensor(predictions)];
  const isTarget = targetMask("sparseCategoricalCrossentropy", t, at);
  const loss = where(isTarget, logProbabilities(at, fromLogits), 0).sum(-1).neg();
  if (ignoreClass === undefined) return loss;
  return where(classNumbers("sparseCategoricalCrossentropy", t, at).equal(ignoreClass), 0, loss);
}

/** True for targets that are not of the class to ignore; null if there is none. */
export function countsUnlessIgnored({
  ignoreClass,
}: SparseCategoricalCrossentropyOptions): ((targets: Tensor, predictions: Tensor) => Tensor) | null {
  if (ignoreClass === undefined) return null;
  return (targets, predictions) =>
    classNumbers("sparseCategoricalCrossentropy", targets, predictions).notEqual(ignoreClass);
}
