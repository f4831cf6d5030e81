// Accuracies: the share of right predictions.
import { where } from "../functions/array.ts";
import { alignTargets, classNumbers } from "../losses/loss.ts";
import { iota } from "../ops/index.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";

/**
 * 1 if prediction and target are on the same side of the threshold, else 0; the mean over the last axis:
 * `[batch, n]` and `[batch, n]` give `[batch]`.
 *
 * @param options.threshold Default: 0.5, for probabilities; 0 suits logits and margins.
 * @example await binaryAccuracy([[1], [0]], [[0.9], [0.6]]).array(); // [1, 0]
 */
export function binaryAccuracy(
  targets: TensorLike,
  predictions: TensorLike,
  { threshold = 0.5 }: { readonly threshold?: number } = {},
): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("binaryAccuracy", asTensor(targets), p);
  return t.greater(threshold).equal(p.greater(threshold)).cast("float32").mean(-1);
}

/**
 * 1 if the greatest prediction has the index of the greatest target, else 0: `[batch, classes]` and `[batch, classes]`
 * give `[batch]`.
 *
 * @example await categoricalAccuracy([[0, 1]], [[0.2, 0.8]]).array(); // [1]
 */
export function categoricalAccuracy(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  return alignTargets("categoricalAccuracy", asTensor(targets), p).argmax(-1).equal(p.argmax(-1)).cast("float32");
}

/**
 * 1 if the index of the greatest prediction is the target's class number, else 0: `[batch]` (or `[batch, 1]`) and
 * `[batch, classes]` give `[batch]`.
 *
 * @example await sparseCategoricalAccuracy([1], [[0.2, 0.8]]).array(); // [1]
 */
export function sparseCategoricalAccuracy(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  return classNumbers("sparseCategoricalAccuracy", asTensor(targets), p).equal(p.argmax(-1)).cast("float32");
}

/**
 * 1 if the target's class number is among the k greatest predictions, else 0. Of equal predictions the earlier
 * class counts as greater. `[batch]` (or `[batch, 1]`) and `[batch, classes]` give `[batch]`.
 *
 * @param options.k Default: 5.
 * @example await sparseTopKCategoricalAccuracy([2], [[0.5, 0.1, 0.4]], { k: 2 }).array(); // [1]
 */
export function sparseTopKCategoricalAccuracy(
  targets: TensorLike,
  predictions: TensorLike,
  { k = 5 }: { readonly k?: number } = {},
): Tensor {
  const p = asTensor(predictions);
  return isAmong(classNumbers("sparseTopKCategoricalAccuracy", asTensor(targets), p), p, k);
}

/**
 * 1 if the greatest target is among the k greatest predictions, else 0, with targets that are one-hot or shares:
 * `[batch, classes]` and `[batch, classes]` give `[batch]`. Otherwise as {@link sparseTopKCategoricalAccuracy}.
 *
 * @param options.k Default: 5.
 * @example await topKCategoricalAccuracy([[0, 0, 1]], [[0.5, 0.1, 0.4]], { k: 2 }).array(); // [1]
 */
export function topKCategoricalAccuracy(
  targets: TensorLike,
  predictions: TensorLike,
  { k = 5 }: { readonly k?: number } = {},
): Tensor {
  const p = asTensor(predictions);
  return isAmong(alignTargets("topKCategoricalAccuracy", asTensor(targets), p).argmax(-1), p, k);
}

/** 1 where fewer than k predictions are ahead of that of the class. */
function isAmong(classes: Tensor, p: Tensor, k: number): Tensor {
  const target = classes.expandDims(-1);
  const indices = new Tensor(iota(p.shape, p.ndim - 1, "int32"));
  const score = where(indices.equal(target), p, 0).sum(-1, { keepDims: true });
  const ahead = p.greater(score).logicalOr(p.equal(score).logicalAnd(indices.less(target)));
  return ahead.sum(-1).less(k).cast("float32");
}
