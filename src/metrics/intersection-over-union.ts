// The overlap of predicted and true areas, as pictures cut into classes are measured.

import { ShapeError } from "../errors.ts";
import { where } from "../functions/array.ts";
import { diagonal } from "../functions/diagonals.ts";
import { checkCount, checkFinite, checkFlag } from "../options.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { confusions } from "./confusion-matrix.ts";
import { probabilities, type Squash, squashOf } from "./decisions.ts";
import { type Metric, plus, quotient } from "./metric.ts";
import { type Called, called, classes, integer, optionsOf } from "./options.ts";

/** The options of {@link meanIoU}. */
export interface MeanIoUOptions {
  /** The number of classes. */
  readonly numClasses: number;
  /** Targets of this class, such as 255, do not count. Default: none. */
  readonly ignoreClass?: number;
  /** True if targets are class numbers, false if they are one-hot along `axis`. Default: true. */
  readonly sparseYTrue?: boolean;
  /** True if predictions are class numbers, false if they are scores along `axis`, as a model gives. Default: true. */
  readonly sparseYPred?: boolean;
  /** The axis of the classes where there is one. Default: −1. */
  readonly axis?: number;
}

/** The options of {@link iou}. */
export interface IoUOptions extends MeanIoUOptions {
  /** The classes that count. */
  readonly targetClassIds: readonly number[];
}

/** The options of {@link binaryIoU}. */
export interface BinaryIoUOptions {
  /** The classes that count: 0, 1 or both. Default: [0, 1]. */
  readonly targetClassIds?: readonly number[];
  /** A prediction that is at least as great is of class 1. Default: 0.5 for probabilities. */
  readonly threshold?: number;
}

/** The mean of TP / (TP + FP + FN) over the classes of a confusion matrix that occur. */
function meanOverlap(matrix: Tensor, ids: readonly number[] | null): Tensor {
  const own = (x: Tensor): Tensor => (ids ? x.take([...ids]) : x);
  const right = diagonal(matrix);
  const union = own(matrix.sum(0).add(matrix.sum(1)).sub(right));
  return quotient(quotient(own(right), union).sum(), union.greater(0).cast("float32").sum());
}

/** Makes a metric of class numbers, of which `numbers` makes targets and predictions. */
function overlap<Name extends string>(
  name: string,
  config: Metric["config"],
  { numClasses, ids }: { readonly numClasses: number; readonly ids: readonly number[] | null },
  numbers: (targets: Tensor, predictions: Tensor) => readonly [Tensor, Tensor],
): Metric<Name> {
  return {
    ...called<Name>(name, config),
    state: () => ({ confusions: [numClasses, numClasses] }),
    update(state, targets, predictions, weights) {
      const [t, p] = numbers(targets, predictions);
      if (!sameShape(t.shape, p.shape))
        throw new ShapeError(
          `metrics.${name}: expected a target for each prediction, got targets ${formatShape(targets.shape)} and ` +
            `predictions ${formatShape(predictions.shape)}; for scores of classes set sparseYPred: false, ` +
            "for one-hot targets sparseYTrue: false.",
        );
      return { confusions: plus(state["confusions"], confusions(t, p, weights, numClasses)) };
    },
    result: (state) => meanOverlap(plus(state["confusions"], 0), ids),
  };
}

const known = {
  numClasses: [Number.NaN, checkCount],
  ignoreClass: [null, integer],
  sparseYTrue: [true, checkFlag],
  sparseYPred: [true, checkFlag],
  axis: [-1, integer],
} as const;

function ofClasses<Name extends string>(
  name: string,
  config: MeanIoUOptions & Metric["config"],
  ids: readonly number[] | null,
): Metric<Name> {
  const { numClasses, ignoreClass, sparseYTrue = true, sparseYPred = true, axis = -1 } = config;
  const inOneShape = (x: Tensor, isSparse: boolean): Tensor => {
    if (!isSparse) return x.argmax(axis);
    const numbers = x.cast("int32");
    return numbers.ndim > 1 && numbers.shape.at(-1) === 1 ? numbers.squeeze(-1) : numbers;
  };
  return overlap<Name>(name, config, { numClasses, ids }, (targets, predictions) => {
    const t = inOneShape(targets, sparseYTrue);
    // No class has the number −1.
    const known = ignoreClass === undefined ? t : where(t.equal(ignoreClass), -1, t);
    return [known, inOneShape(predictions, sparseYPred)];
  });
}

/**
 * The mean of TP / (TP + FP + FN) over some classes, of each the overlap of where it is and where it is predicted, by
 * the area of both; 0 if none of them occurs. `[batch, height, width]` or other shapes of class numbers; with
 * `sparseYPred: false` predictions are scores `[batch, height, width, classes]`. Exact up to 2²⁴ examples, or pixels, a
 * pair of classes. Jaccard, 1901.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where there is not a target for each prediction
 * @example
 * const metric = metrics.iou({ numClasses: 2, targetClassIds: [0] });
 * await metrics.figure(metric, [0, 0, 1, 1], [0, 1, 0, 1]).item(); // 0.3333
 */
export function iou<const N extends string = "iou">(options: IoUOptions & Called<N>): Metric<NoInfer<N>> {
  const config = optionsOf<IoUOptions>("iou", options ?? {}, { ...known, targetClassIds: [[], classes] });
  return ofClasses<N>("iou", config, config.targetClassIds);
}

/**
 * The mean of TP / (TP + FP + FN) over all classes that occur: {@link iou} of every class.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where there is not a target for each prediction
 * @example
 * const metric = metrics.meanIoU({ numClasses: 2, sparseYPred: false });
 * await metrics.figure(metric, [0, 1, 1], [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]).item(); // 0.5
 */
export function meanIoU<const N extends string = "meanIoU">(options: MeanIoUOptions & Called<N>): Metric<NoInfer<N>> {
  return ofClasses<N>("meanIoU", optionsOf<MeanIoUOptions>("meanIoU", options ?? {}, known), null);
}

/**
 * {@link iou} of answers of yes or no: predictions that reach a threshold are of class 1, others of class 0.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where there is not a target for each prediction
 * @example await metrics.figure(metrics.binaryIoU(), [0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7]).item(); // 0.5833
 */
export function binaryIoU<const N extends string = "binaryIoU">(
  options: BinaryIoUOptions & Called<N> = {},
): Metric<NoInfer<N>> {
  const config = optionsOf<BinaryIoUOptions>("binaryIoU", options, {
    targetClassIds: [[0, 1], classes],
    threshold: [null, checkFinite],
  });
  const { targetClassIds = [0, 1], threshold } = config;
  const make = (squash: Squash): Metric<NoInfer<N>> => ({
    ...overlap<N>("binaryIoU", config, { numClasses: 2, ids: targetClassIds }, (targets, predictions) => [
      targets.cast("int32").reshape(targets.size === predictions.size ? predictions.shape : targets.shape),
      probabilities(predictions, squash)
        .greaterEqual(threshold ?? 0.5)
        .cast("int32"),
    ]),
    forLoss: (loss) => make(threshold === undefined ? squashOf(loss) : null),
  });
  return make(null);
}
