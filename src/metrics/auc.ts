// The area under the curve of a classifier.

import { ArgumentError } from "../errors.ts";
import { where } from "../functions/array.ts";
import { checkFlag } from "../options.ts";
import { type Tensor, tensor } from "../tensor.ts";
import { addToCurve, type Curve, curveOf, curveShapes, evenThresholds } from "./curve.ts";
import { decisionsOf, type Squash, squashOf } from "./decisions.ts";
import { type Metric, quotient } from "./metric.ts";
import { type Called, called, factors, fromTwo, oneOf, optionsOf, shares } from "./options.ts";

/** The options of {@link auc}. */
export interface AucOptions {
  /** How many thresholds from 0 to 1 the curve has. Default: 200. */
  readonly numThresholds?: number;
  /** "ROC": recall over the false positive rate; "PR": precision over recall. Default: "ROC". */
  readonly curve?: "ROC" | "PR";
  /**
   * The height between two points: "interpolation" (of the ROC their mean; of the PR curve that of Davis and Goadrich),
   * "minoring" the lower one, "majoring" the higher one. Default: "interpolation".
   */
  readonly summationMethod?: "interpolation" | "minoring" | "majoring";
  /** Thresholds of one's own between 0 and 1, to which both ends are added. Default: evenly spaced ones. */
  readonly thresholds?: readonly number[];
  /** Gives each label (the last axis) a curve of its own, and the mean of the areas. Default: false. */
  readonly multiLabel?: boolean;
  /** The weight of each label in that mean. Default: all count the same. */
  readonly labelWeights?: readonly number[];
  /** True if predictions are logits. Default: follows the model's loss, else false. */
  readonly fromLogits?: boolean;
}

/** What lies just outside of 0 and 1, so that the ends of the curve are there: Keras's epsilon. */
const margin = 1e-7;

/** The points of a curve but the last, and but the first. */
const ends = (x: Tensor): readonly [low: Tensor, high: Tensor] => [x.at([0, -1]), x.at([1])];

/** Σ width · height of the curve's pieces, for each label. */
function area(x: Tensor, y: Tensor, method: AucOptions["summationMethod"]): Tensor {
  const [[x0, x1], [y0, y1]] = [ends(x), ends(y)];
  const height = method === "minoring" ? y0.minimum(y1) : method === "majoring" ? y0.maximum(y1) : y0.add(y1).mul(0.5);
  return x0.sub(x1).mul(height).sum(0);
}

/** The area under the PR curve whose true positives are linear in all answers of yes between two thresholds. */
function interpolatedPrecision({ truePositives, falsePositives, positives }: Curve): Tensor {
  const [tp0, tp1] = ends(truePositives);
  const [p0, p1] = ends(truePositives.add(falsePositives));
  const rise = tp0.sub(tp1);
  const slope = quotient(rise, p0.sub(p1).maximum(0));
  const intercept = tp1.sub(slope.mul(p1));
  const ratio = where(p0.greater(0).logicalAnd(p1.greater(0)), quotient(p0, p1), 1);
  return quotient(slope.mul(rise.add(intercept.mul(ratio.log()))), positives).sum(0);
}

/**
 * The area under the ROC curve: the share of pairs of a positive and a negative example of which the positive one has
 * the greater prediction, computed at thresholds; or the area under the precision-recall curve. 1 is perfect, and an
 * ROC of ½ is chance. 0 if there are no positives, or, for the ROC, no negatives.
 *
 * Targets are 0 or 1 (or class numbers of `[batch, classes]`). NaN is above no threshold, which costs area. Predictions
 * between the same two thresholds count as equal: crowded ones need more thresholds.
 *
 * Hanley and McNeil, 1982; Davis and Goadrich, 2006.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.auc(), [0, 0, 1, 1], [0, 0.5, 0.3, 0.9]).item(); // 0.75
 */
export function auc<const N extends string = "auc">(options: AucOptions & Called<N> = {}): Metric<NoInfer<N>> {
  const config = optionsOf<AucOptions>("auc", options, {
    numThresholds: [options.thresholds === undefined ? 200 : null, fromTwo],
    curve: ["ROC", oneOf("ROC", "PR")],
    summationMethod: ["interpolation", oneOf("interpolation", "minoring", "majoring")],
    thresholds: [null, shares],
    multiLabel: [false, checkFlag],
    labelWeights: [null, factors],
    fromLogits: [null, checkFlag],
  });
  const { curve, summationMethod, thresholds: own, labelWeights, multiLabel = false, numThresholds = 200 } = config;
  if (labelWeights && !multiLabel)
    throw new ArgumentError("metrics.auc: expected multiLabel: true beside labelWeights, got false.");
  const count = own ? own.length + 2 : numThresholds;
  const thresholds = (): Tensor =>
    own ? tensor([-margin, ...[...own].sort((a, b) => a - b), 1 + margin]) : evenThresholds(count, margin);
  const make = (squash: Squash): Metric<NoInfer<N>> => ({
    ...called<N>("auc", config),
    state: (shape) => curveShapes(count, multiLabel ? (shape.at(-1) ?? 1) : 1),
    update(state, ...batch) {
      const [, { shape }] = batch;
      const labels = multiLabel ? (shape.at(-1) ?? 1) : 1;
      if (labelWeights && labelWeights.length !== labels)
        throw new ArgumentError(
          `metrics.auc: expected as many labelWeights as labels, ${labels}, got ${labelWeights.length}.`,
        );
      return addToCurve(state, decisionsOf("auc", batch, squash), thresholds(), labels);
    },
    result(state) {
      const points = curveOf(state);
      const { truePositives, falsePositives, positives, negatives } = points;
      const recall = quotient(truePositives, positives);
      const areas =
        curve === "ROC"
          ? area(quotient(falsePositives, negatives), recall, summationMethod)
          : summationMethod === "interpolation"
            ? interpolatedPrecision(points)
            : area(recall, quotient(truePositives, truePositives.add(falsePositives)), summationMethod);
      if (!labelWeights) return areas.mean();
      const weights = tensor([...labelWeights]);
      return quotient(areas.mul(weights).sum(), weights.sum());
    },
    forLoss: (loss) => make(config.fromLogits === undefined ? squashOf(loss) : squashOfFlag(config.fromLogits)),
  });
  return make(squashOfFlag(config.fromLogits === true));
}

const squashOfFlag = (fromLogits: boolean): Squash => (fromLogits ? "sigmoid" : null);
