// The confusion matrix of a classifier.
import { ShapeError } from "../errors.ts";
import { oneHot } from "../functions/array.ts";
import { checkCount } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { spread } from "./metric.ts";

/**
 * Counts how often an example of class i was predicted as class j: int32 `[classes, classes]`, with the targets as rows
 * and the predictions as columns. Examples whose class number is out of range are not counted.
 *
 * `targets` are class numbers `[count]` or `[count, 1]`; `predictions` are class numbers `[count]`, or scores
 * `[count, classes]`, of which the greatest counts. Exact up to 2²⁴ examples a cell.
 *
 * @param options.classes the number of classes. Default: that of the scores; needed if predictions are class numbers.
 * @throws ShapeError if the counts differ
 * @example await confusionMatrix([0, 1, 1], [[2, 1], [0, 3], [5, 4]]).array(); // [[1, 0], [1, 1]]
 */
export function confusionMatrix(
  targets: TensorLike,
  predictions: TensorLike,
  options: { readonly classes?: number } = {},
): Tensor {
  const given = asTensor(predictions);
  const classes = checkCount(
    "confusionMatrix",
    "classes",
    options.classes ?? (given.ndim === 2 ? given.shape[1] : undefined),
  );
  const answers = given.ndim === 2 ? given.argmax(-1) : given;
  const truth = asTensor(targets);
  if (answers.ndim !== 1 || truth.size !== answers.size || truth.shape[0] !== answers.size) {
    throw new ShapeError(
      `confusionMatrix: expected as many targets as predictions, got shapes ${formatShape(truth.shape)} ` +
        `and ${formatShape(given.shape)}.`,
    );
  }
  return confusions(truth.reshape([-1]), answers, null, classes).cast("int32");
}

/** Summed weights `[classes, classes]`: rows are targets, columns predictions. Numbers out of range do not count. */
export function confusions(targets: Tensor, predictions: Tensor, weights: Tensor | null, classes: number): Tensor {
  const known = oneHot(targets.reshape([-1]), classes);
  const rows = weights ? known.mul(spread(weights, targets.shape).reshape([-1, 1])) : known;
  return rows.transpose().matmul(oneHot(predictions.reshape([-1]), classes));
}
