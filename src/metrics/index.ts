// The `metrics` namespace: factories by name, and the resolution of the metrics that `compile` is given.
import { ArgumentError } from "../errors.ts";
import type { Loss } from "../losses/loss.ts";
import { meanAbsoluteError } from "../losses/mean-absolute-error.ts";
import { meanSquaredError } from "../losses/mean-squared-error.ts";
import { checkCount, checkFinite, checkOptions, describe, lookUp } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { outputOf } from "../transformations/outputs.ts";
import {
  binaryAccuracy,
  categoricalAccuracy,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
} from "./accuracy.ts";
import { confusionMatrix } from "./confusion-matrix.ts";
import { type MeanMetric, type Metric, type MetricFunction, meanMetric } from "./metric.ts";

/** Makes the factory of a metric from its function. */
function factory<Name extends string, O extends Readonly<Record<string, number>>>(
  name: Name,
  call: (targets: Tensor, predictions: Tensor, options: O) => Tensor,
  defaults: O,
): (options?: { readonly [K in keyof O]?: number }) => MeanMetric<Name> {
  return (options = {}) => {
    checkOptions(`metrics.${name}`, options, Object.keys(defaults));
    const config = { ...defaults, ...options };
    for (const [option, value] of Object.entries(config)) {
      if (option === "k") checkCount(`metrics.${name}`, option, value);
      else checkFinite(`metrics.${name}`, option, value);
    }
    return meanMetric(name, config, (t, p) => call(t, p, config));
  };
}

const makers = {
  binaryAccuracy: factory("binaryAccuracy", binaryAccuracy, { threshold: 0.5 }),
  categoricalAccuracy: factory("categoricalAccuracy", categoricalAccuracy, {}),
  sparseCategoricalAccuracy: factory("sparseCategoricalAccuracy", sparseCategoricalAccuracy, {}),
  sparseTopKCategoricalAccuracy: factory("sparseTopKCategoricalAccuracy", sparseTopKCategoricalAccuracy, { k: 5 }),
  meanSquaredError: factory("meanSquaredError", meanSquaredError, {}),
  meanAbsoluteError: factory("meanAbsoluteError", meanAbsoluteError, {}),
};

/**
 * The metrics by name, each a factory, and {@link confusionMatrix}, which is a function.
 *
 * @example model.compile({ optimizer: "adam", loss: "mse", metrics: [metrics.meanAbsoluteError()] });
 */
export const metrics = { ...makers, confusionMatrix } as const;

const aliases = { mse: "meanSquaredError", mae: "meanAbsoluteError" } as const;

/** The names by which history and reports call Nabla's own measures. */
export type MeasureName = keyof typeof makers | "accuracy" | "loss";
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
 * The accuracy that fits the loss and the shapes, as in Keras: {@link binaryAccuracy} for one output or a binary loss
 * (with threshold ½, or 0 for logits and the hinge), else the categorical accuracy for class numbers or one-hot
 * targets.
 */
function accuracy(loss: Loss): Metric {
  const threshold = loss.name === "hinge" || (loss.name === "binaryCrossentropy" && loss.fromLogits === true) ? 0 : 0.5;
  return meanMetric("accuracy", {}, (targets, predictions) => {
    const single = predictions.ndim < 2 || predictions.shape.at(-1) === 1;
    if (loss.targets === "classes") return sparseCategoricalAccuracy(targets, predictions);
    if (single || loss.name === "hinge" || loss.name === "binaryCrossentropy")
      return binaryAccuracy(targets, predictions, { threshold });
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
      ...makers,
    });
    return make(config);
  }
  if (typeof like === "function") {
    const { name } = like;
    if (name === "accuracy" || Object.hasOwn(makers, name))
      throw new ArgumentError(`compile: "${name}" is the name of a metric of Nabla; give the function another name.`);
    if (name)
      return meanMetric(name, {}, (targets, predictions) => outputOf(`metric ${name}`, like(targets, predictions)));
    throw new ArgumentError(
      "compile: expected a metric that is a function to have a name, which the history uses, got a nameless one; " +
        "write const bias = (targets, predictions) => …",
    );
  }
  if (typeof like === "object" && like !== null && typeof like.name === "string") {
    if ("update" in like && typeof like.update === "function") return like;
    const { call } = like as MeanMetric;
    if (typeof call === "function")
      return meanMetric(like.name, like.config ?? {}, (t, p) => outputOf(`metric ${like.name}`, call(t, p)));
  }
  throw new ArgumentError(
    `compile: expected a metric, such as a name (accuracy, ${Object.keys(makers).join(", ")}), metrics.…() ` +
      `or a function (targets, predictions), got ${describe(like)}.`,
  );
}
