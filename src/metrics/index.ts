// The metrics by name, and the resolution of those that `compile` is given.
import { ArgumentError } from "../errors.ts";
import type { Loss } from "../losses/loss.ts";
import { namedParts } from "../named-parts.ts";
import { describe } from "../options.ts";
import { outputOf } from "../transformations/outputs.ts";
import type * as factories from "./factories.ts";
import { type MeanMetric, type Metric, type MetricFunction, meanMetric } from "./metric.ts";

/** Keras's short names, which `compile` takes too. */
const aliases = {
  mse: "meanSquaredError",
  MSE: "meanSquaredError",
  acc: "accuracy",
  mae: "meanAbsoluteError",
  MAE: "meanAbsoluteError",
  mape: "meanAbsolutePercentageError",
  MAPE: "meanAbsolutePercentageError",
  msle: "meanSquaredLogarithmicError",
  MSLE: "meanSquaredLogarithmicError",
  bce: "binaryCrossentropy",
  BCE: "binaryCrossentropy",
  kld: "klDivergence",
  KLD: "klDivergence",
} as const satisfies Readonly<Record<string, keyof typeof factories | "accuracy">>;

/** The names by which history and reports call Nabla's own measures. */
export type MeasureName = keyof typeof factories | "accuracy" | "loss";
export type MetricName = Exclude<MeasureName, "loss"> | keyof typeof aliases;
/** The forms in which `compile` takes a metric: a name, metrics.…(), or a function with a name, like a loss. */
export type MetricLike = MetricName | Metric | Pick<MeanMetric, "name" | "config" | "call"> | MetricFunction;

type NameOf<T> = T extends keyof typeof aliases
  ? (typeof aliases)[T]
  : T extends string
    ? T
    : T extends Metric<infer Name>
      ? Name
      : string;
/** The names of a list of metrics; `string` where the list's type does not say which are in it. */
export type NamesOf<L extends readonly MetricLike[]> = number extends L["length"] ? string : NameOf<L[number]>;

const all = () => import("./factories.ts");

/** The metrics by name. The one that most models ask for is loaded without the others. */
export const namedMetrics = /* @__PURE__ */ namedParts<keyof typeof factories | "accuracy", Metric>(
  "metric",
  {
    accuracy: () => import("./fitting-accuracy.ts"),
    binaryAccuracy: all,
    categoricalAccuracy: all,
    sparseCategoricalAccuracy: all,
    topKCategoricalAccuracy: all,
    sparseTopKCategoricalAccuracy: all,
    meanSquaredError: all,
    meanAbsoluteError: all,
    meanAbsolutePercentageError: all,
    meanSquaredLogarithmicError: all,
    logCoshError: all,
    poisson: all,
    klDivergence: all,
    cosineSimilarity: all,
    binaryCrossentropy: all,
    categoricalCrossentropy: all,
    sparseCategoricalCrossentropy: all,
    hinge: all,
    squaredHinge: all,
    categoricalHinge: all,
    cohenKappa: all,
    matthewsCorrelation: all,
    auc: all,
    precisionAtRecall: all,
    recallAtPrecision: all,
    sensitivityAtSpecificity: all,
    specificityAtSensitivity: all,
    f1Score: all,
    fBetaScore: all,
    binaryIoU: all,
    iou: all,
    meanIoU: all,
    perplexity: all,
    falseNegatives: all,
    falsePositives: all,
    precision: all,
    recall: all,
    trueNegatives: all,
    truePositives: all,
    r2Score: all,
    rootMeanSquaredError: all,
  },
  aliases,
);

/** The name of a metric in history and reports. Throws {@link ArgumentError} for what is no metric. */
export function checkMetric(like: unknown): string {
  if (typeof like === "string") return namedMetrics.nameOf(like);
  if (typeof like === "function") {
    const { name } = like;
    if ((namedMetrics.names as readonly string[]).includes(name))
      throw new ArgumentError(`compile: "${name}" is the name of a metric of Nabla; give the function another name.`);
    if (name) return name;
    throw new ArgumentError(
      "compile: expected a metric that is a function to have a name, which the history uses, got a nameless one; " +
        "write const bias = (targets, predictions) => …",
    );
  }
  const { name, update, call } = (like ?? {}) as Partial<MeanMetric>;
  if (typeof name === "string" && (typeof update === "function" || typeof call === "function")) return name;
  throw new ArgumentError(
    `compile: expected a metric, such as a name (${namedMetrics.names.join(", ")}), metrics.…() ` +
      `or a function (targets, predictions), got ${describe(like)}.`,
  );
}

/** The metric that `compile` was given, for a model that is trained on this loss. */
export function resolveMetric(like: Exclude<MetricLike, string>, loss: Loss): Metric {
  if ("update" in like) return like.forLoss?.(loss) ?? like;
  const { name } = like;
  const [config, call] = typeof like === "function" ? [{}, like] : [like.config ?? {}, like.call.bind(like)];
  return meanMetric(name, config, (targets, predictions) => outputOf(`metric ${name}`, call(targets, predictions)));
}
