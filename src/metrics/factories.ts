// Every metric: one factory each, with Keras's names in camel case. The marks of purity let a bundle leave out the
// metrics that a page does not name.
import * as losses from "../losses/functions.ts";
import type { Loss } from "../losses/loss.ts";
import { checkCount, checkFinite, checkFlag } from "../options.ts";
import * as accuracies from "./accuracy.ts";
import { thresholdOf } from "./decisions.ts";
import { mean } from "./mean.ts";
import { integer, share } from "./options.ts";

export { cohenKappa, matthewsCorrelation } from "./agreement.ts";
export { auc } from "./auc.ts";
export {
  precisionAtRecall,
  recallAtPrecision,
  sensitivityAtSpecificity,
  specificityAtSensitivity,
} from "./curve.ts";
export { f1Score, fBetaScore } from "./f-score.ts";
export { binaryIoU, iou, meanIoU } from "./intersection-over-union.ts";
export { perplexity } from "./perplexity.ts";
export { falseNegatives, falsePositives, precision, recall, trueNegatives, truePositives } from "./positives.ts";
export { r2Score } from "./r2-score.ts";
export { rootMeanSquaredError } from "./root-mean-squared-error.ts";

/** The options of a metric that has Keras's `k`. */
interface TopOptions {
  readonly k?: number;
}

const k = [5, checkCount] as const;
const fromLogits = [null, checkFlag] as const;
const labelSmoothing = [0, share] as const;
const follow = (loss: Loss): { readonly fromLogits: boolean } => ({ fromLogits: loss.fromLogits === true });

/**
 * The share of predictions that are on the target's side of a threshold.
 *
 * @param options.threshold Default: 0.5 for probabilities; 0 where the model's loss takes logits or margins.
 * @example await metrics.figure(metrics.binaryAccuracy(), [[1], [0]], [[0.9], [0.6]]).item(); // 0.5
 */
export const binaryAccuracy = /* @__PURE__ */ mean<"binaryAccuracy", { readonly threshold?: number }>(
  "binaryAccuracy",
  accuracies.binaryAccuracy,
  { threshold: [null, checkFinite] },
  (loss) => ({ threshold: thresholdOf(loss) }),
);
/**
 * The share of examples whose greatest prediction has the index of the greatest target: `[batch, classes]` each.
 *
 * @example await metrics.figure(metrics.categoricalAccuracy(), [[0, 1], [1, 0]], [[0, 1], [0, 1]]).item(); // 0.5
 */
export const categoricalAccuracy = /* @__PURE__ */ mean("categoricalAccuracy", accuracies.categoricalAccuracy);
/**
 * The share of examples whose greatest prediction has the index of the class number: `[batch]` and `[batch, classes]`.
 *
 * @example await metrics.figure(metrics.sparseCategoricalAccuracy(), [1, 0], [[0.2, 0.8], [0.1, 0.9]]).item(); // 0.5
 */
export const sparseCategoricalAccuracy = /* @__PURE__ */ mean(
  "sparseCategoricalAccuracy",
  accuracies.sparseCategoricalAccuracy,
);
/**
 * The share of examples whose greatest target is among the k greatest predictions: `[batch, classes]` each.
 *
 * @param options.k Default: 5.
 * @example await metrics.figure(metrics.topKCategoricalAccuracy({ k: 2 }), [[0, 0, 1]], [[0.5, 0.1, 0.4]]).item(); // 1
 */
export const topKCategoricalAccuracy = /* @__PURE__ */ mean<"topKCategoricalAccuracy", TopOptions>(
  "topKCategoricalAccuracy",
  accuracies.topKCategoricalAccuracy,
  { k },
);
/**
 * The share of examples whose class number is among the k greatest predictions: `[batch]` and `[batch, classes]`.
 *
 * @param options.k Default: 5.
 * @example await metrics.figure(metrics.sparseTopKCategoricalAccuracy({ k: 2 }), [2], [[0.5, 0.1, 0.4]]).item(); // 1
 */
export const sparseTopKCategoricalAccuracy = /* @__PURE__ */ mean<"sparseTopKCategoricalAccuracy", TopOptions>(
  "sparseTopKCategoricalAccuracy",
  accuracies.sparseTopKCategoricalAccuracy,
  { k },
);
/**
 * The mean of (prediction − target)².
 *
 * @example await metrics.figure(metrics.meanSquaredError(), [[0, 1]], [[3, -1]]).item(); // 6.5
 */
export const meanSquaredError = /* @__PURE__ */ mean("meanSquaredError", losses.meanSquaredError);
/**
 * The mean of |prediction − target|.
 *
 * @example await metrics.figure(metrics.meanAbsoluteError(), [[0, 1]], [[3, -1]]).item(); // 2.5
 */
export const meanAbsoluteError = /* @__PURE__ */ mean("meanAbsoluteError", losses.meanAbsoluteError);
/**
 * The mean of 100 · |prediction − target| / max(|target|, 1e-7), in percent.
 *
 * @example await metrics.figure(metrics.meanAbsolutePercentageError(), [[2, 10]], [[1, 11]]).item(); // 30
 */
export const meanAbsolutePercentageError = /* @__PURE__ */ mean(
  "meanAbsolutePercentageError",
  losses.meanAbsolutePercentageError,
);
/**
 * The mean of (ln(1 + prediction) − ln(1 + target))², with numbers below 1e-7 taken for 1e-7.
 *
 * @example await metrics.figure(metrics.meanSquaredLogarithmicError(), [[0, 1]], [[1, 1]]).item(); // 0.240226
 */
export const meanSquaredLogarithmicError = /* @__PURE__ */ mean(
  "meanSquaredLogarithmicError",
  losses.meanSquaredLogarithmicError,
);
/**
 * The mean of ln cosh(prediction − target).
 *
 * @example await metrics.figure(metrics.logCoshError(), [[0, 0]], [[1, 0]]).item(); // 0.216890
 */
export const logCoshError = /* @__PURE__ */ mean("logCoshError", losses.logCosh);
/**
 * The mean of prediction − target · ln(prediction + 1e-7), for counts.
 *
 * @example await metrics.figure(metrics.poisson(), [[0, 1]], [[1, 1]]).item(); // 1
 */
export const poisson = /* @__PURE__ */ mean("poisson", losses.poisson);
/**
 * The mean divergence Σ tᵢ·ln(tᵢ/pᵢ) of distributions along the last axis, in nats.
 *
 * @example await metrics.figure(metrics.klDivergence(), [[0.5, 0.5]], [[0.9, 0.1]]).item(); // 0.510826
 */
export const klDivergence = /* @__PURE__ */ mean("klDivergence", losses.klDivergence);
/**
 * The mean cosine of the angle between prediction and target: 1 for one direction, −1 for opposite ones. The loss of
 * this name is its negative.
 *
 * @param options.axis the axis of the vectors. Default: −1.
 * @example await metrics.figure(metrics.cosineSimilarity(), [[0, 1], [1, 1]], [[3, 0], [2, 2]]).item(); // 0.5
 */
export const cosineSimilarity = /* @__PURE__ */ mean<"cosineSimilarity", { readonly axis?: number }>(
  "cosineSimilarity",
  (t, p, options) => losses.cosineSimilarity(t, p, options).neg(),
  { axis: [-1, integer] },
);
/**
 * The mean of −t·ln p − (1 − t)·ln(1 − p).
 *
 * @param options.fromLogits Default: follows the model's loss, else false.
 * @param options.labelSmoothing Default: 0.
 * @example await metrics.figure(metrics.binaryCrossentropy(), [[1], [0]], [[0.9], [0.2]]).item(); // 0.164252
 */
export const binaryCrossentropy = /* @__PURE__ */ mean<"binaryCrossentropy", losses.BinaryCrossentropyOptions>(
  "binaryCrossentropy",
  losses.binaryCrossentropy,
  { fromLogits, labelSmoothing },
  follow,
);
/**
 * The mean of −Σ tᵢ·ln pᵢ over the classes: `[batch, classes]` each.
 *
 * @param options.fromLogits Default: follows the model's loss, else false.
 * @param options.labelSmoothing Default: 0.
 * @example await metrics.figure(metrics.categoricalCrossentropy(), [[0, 1, 0]], [[0.1, 0.8, 0.1]]).item(); // 0.223144
 */
export const categoricalCrossentropy = /* @__PURE__ */ mean<
  "categoricalCrossentropy",
  losses.CategoricalCrossentropyOptions
>("categoricalCrossentropy", losses.categoricalCrossentropy, { fromLogits, labelSmoothing }, follow);
/**
 * The mean of −ln p of the target's class: `[batch]` and `[batch, classes]`.
 *
 * @param options.fromLogits Default: follows the model's loss, else false.
 * @param options.ignoreClass a class number that the mean does not count. Default: none.
 * @example await metrics.figure(metrics.sparseCategoricalCrossentropy(), [1], [[0.1, 0.8, 0.1]]).item(); // 0.223144
 */
export const sparseCategoricalCrossentropy = /* @__PURE__ */ mean<
  "sparseCategoricalCrossentropy",
  losses.SparseCategoricalCrossentropyOptions
>(
  "sparseCategoricalCrossentropy",
  losses.sparseCategoricalCrossentropy,
  { fromLogits, ignoreClass: [null, integer] },
  follow,
  losses.countsUnlessIgnored,
);
/**
 * The mean of max(1 − target·prediction, 0), with targets −1 (or 0) and 1.
 *
 * @example await metrics.figure(metrics.hinge(), [[1], [-1]], [[0.4], [-2]]).item(); // 0.3
 */
export const hinge = /* @__PURE__ */ mean("hinge", losses.hinge);
/**
 * The mean of max(1 − target·prediction, 0)², with targets −1 (or 0) and 1.
 *
 * @example await metrics.figure(metrics.squaredHinge(), [[1], [-1]], [[0.4], [-2]]).item(); // 0.18
 */
export const squaredHinge = /* @__PURE__ */ mean("squaredHinge", losses.squaredHinge);
/**
 * The mean of max(1 + the greatest wrong score − the right one, 0): `[batch, classes]` each, with one-hot targets.
 *
 * @example await metrics.figure(metrics.categoricalHinge(), [[0, 1]], [[0.6, 0.4]]).item(); // 1.2
 */
export const categoricalHinge = /* @__PURE__ */ mean("categoricalHinge", losses.categoricalHinge);
