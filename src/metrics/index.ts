// The resolution of the metrics that `compile` is given.
import { ArgumentError } from "../errors.ts";
import type { Loss } from "../losses/loss.ts";
import { describe, lookUp } from "../options.ts";
import { outputOf } from "../transformations/outputs.ts";
import { binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from "./accuracy.ts";
import { thresholdOf } from "./decisions.ts";
import * as factories from "./factories.ts";
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

/**
 * The accuracy that fits the loss and the shapes, as in Keras: {@link binaryAccuracy} for one output or a loss that
 * takes each prediction for itself (with threshold ½, or 0 for logits and margins), else the categorical accuracy for
 * class numbers or one-hot targets.
 */
function accuracy(loss: Loss): MeanMetric {
  const { decision, targets: kind } = loss;
  const isBinary = decision === "sigmoid" || decision === "sign";
  return meanMetric("accuracy", {}, (targets, predictions) => {
    const single = predictions.ndim < 2 || predictions.shape.at(-1) === 1;
    if (kind === "classes") return sparseCategoricalAccuracy(targets, predictions);
    if (single || isBinary) return binaryAccuracy(targets, predictions, { threshold: thresholdOf(loss) });
    const sparse = targets.ndim < predictions.ndim || targets.shape.at(-1) === 1;
    return sparse ? sparseCategoricalAccuracy(targets, predictions) : categoricalAccuracy(targets, predictions);
  });
}

/**
 * Resolves a name (with the options that a model file holds), a function or a metric itself. Throws
 * {@link ArgumentError} for anything else.
 */
export function resolveMetric(like: MetricLike, loss: Loss, config: object = {}): Metric | MeanMetric {
  if (typeof like === "string") {
    const name = Object.hasOwn(aliases, like) ? aliases[like as keyof typeof aliases] : like;
    const make: (options?: any) => Metric = lookUp("metric", name, {
      accuracy: () => accuracy(loss),
      ...factories,
    });
    return forLoss(make(config), loss);
  }
  if (typeof like === "function") {
    const { name } = like;
    if (name === "accuracy" || Object.hasOwn(factories, name))
      throw new ArgumentError(`compile: "${name}" is the name of a metric of Nabla; give the function another name.`);
    if (name)
      return meanMetric(name, {}, (targets, predictions) => outputOf(`metric ${name}`, like(targets, predictions)));
    throw new ArgumentError(
      "compile: expected a metric that is a function to have a name, which the history uses, got a nameless one; " +
        "write const bias = (targets, predictions) => …",
    );
  }
  if (typeof like === "object" && like !== null && typeof like.name === "string") {
    if ("update" in like && typeof like.update === "function") return forLoss(like, loss);
    const { call } = like as MeanMetric;
    if (typeof call === "function")
      return meanMetric(like.name, like.config ?? {}, (t, p) => outputOf(`metric ${like.name}`, call(t, p)));
  }
  throw new ArgumentError(
    `compile: expected a metric, such as a name (accuracy, ${Object.keys(factories).join(", ")}), metrics.…() ` +
      `or a function (targets, predictions), got ${describe(like)}.`,
  );
}

const forLoss = (metric: Metric, loss: Loss): Metric => metric.forLoss?.(loss) ?? metric;
