// The direction in which each measure improves.
import type { MeasureName } from "./index.ts";
import type { Metric } from "./metric.ts";

const directions = {
  accuracy: "max",
  auc: "max",
  binaryAccuracy: "max",
  binaryCrossentropy: "min",
  binaryIoU: "max",
  categoricalAccuracy: "max",
  categoricalCrossentropy: "min",
  categoricalHinge: "min",
  cohenKappa: "max",
  cosineSimilarity: "max",
  f1Score: "max",
  falseNegatives: "min",
  falsePositives: "min",
  fBetaScore: "max",
  hinge: "min",
  iou: "max",
  klDivergence: "min",
  logCoshError: "min",
  loss: "min",
  matthewsCorrelation: "max",
  meanAbsoluteError: "min",
  meanAbsolutePercentageError: "min",
  meanIoU: "max",
  meanSquaredError: "min",
  meanSquaredLogarithmicError: "min",
  perplexity: "min",
  poisson: "min",
  precision: "max",
  precisionAtRecall: "max",
  r2Score: "max",
  recall: "max",
  recallAtPrecision: "max",
  rootMeanSquaredError: "min",
  sensitivityAtSpecificity: "max",
  sparseCategoricalAccuracy: "max",
  sparseCategoricalCrossentropy: "min",
  sparseTopKCategoricalAccuracy: "max",
  specificityAtSensitivity: "max",
  squaredHinge: "min",
  topKCategoricalAccuracy: "max",
  trueNegatives: "max",
  truePositives: "max",
} as const satisfies Readonly<Record<MeasureName, "min" | "max">>;

/** The direction in which a metric improves: its own, or that of its factory; null if neither tells. */
export const directionOfMetric = ({ kind = "", direction }: Metric): "min" | "max" | null =>
  direction ?? (Object.hasOwn(directions, kind) ? directions[kind as MeasureName] : null);

/**
 * The direction in which a measure improves, by its name in the history: `auc`, `valAuc` or, of one of several outputs,
 * `scoresAuc` and `valScoresAuc`. Null if the name ends with none that is known.
 */
export function directionByName(name: string): "min" | "max" | null {
  for (const [known, direction] of Object.entries(directions)) {
    const capital = known.slice(0, 1).toUpperCase() + known.slice(1);
    if (name === known || name.endsWith(capital)) return direction;
  }
  return null;
}
