// The losses and metrics that `compile` is given, for each output.
import { ArgumentError, didYouMean } from "../errors.ts";
import { type LossLike, resolveLoss } from "../losses/index.ts";
import { type MetricLike, resolveMetric } from "../metrics/index.ts";
import { namedLeaves, type Tree } from "../nn/tree/tree.ts";
import { checkRange, describe } from "../options.ts";
import { measureName, type Objective } from "../train/setup.ts";

/** One value for each output: a list in their order, or by their names. */
export type PerOutput<T> = readonly T[] | { readonly [output: string]: T };

/** What `compile` is told of losses and metrics. */
export interface ObjectiveOptions {
  readonly loss: LossLike | PerOutput<LossLike>;
  readonly lossWeights?: PerOutput<number>;
  readonly metrics?: readonly MetricLike[] | { readonly [output: string]: readonly MetricLike[] };
  readonly weightedMetrics?: readonly MetricLike[] | { readonly [output: string]: readonly MetricLike[] };
}

const isText = (value: unknown): value is string => typeof value === "string";

/**
 * The objectives, one for each output. `activations` are the last activations of the outputs, in their form: one text
 * for a model whose outputs are not known before it is called, which then follow from the losses.
 */
export function objectivesOf(options: ObjectiveOptions, activations: Tree<string>): readonly Objective[] {
  const { loss, lossWeights, metrics = [], weightedMetrics = [] } = options;
  if (loss === undefined)
    throw new ArgumentError('compile: expected a loss, such as { loss: "meanSquaredError" }, got none.');
  const several = isPerOutput(loss);
  const known = namedLeaves(activations, isText);
  const names = isText(activations) ? (several ? Object.keys(loss) : [""]) : known.map(([name]) => name);
  const activationOf = (name: string): string =>
    isText(activations) ? (several ? "custom" : activations) : (known.find(([own]) => own === name)?.[1] ?? "custom");
  const losses = perOutput<LossLike>("loss", names, loss as LossLike | PerOutput<LossLike>, several);
  const weights = perOutput<number>("lossWeights", names, lossWeights ?? 1, lossWeights !== undefined);
  const objectives = names.map((name, i): Objective => {
    const like = losses[i];
    if (like === undefined) throw new ArgumentError(`compile: loss: expected one for the output "${name}", got none.`);
    const resolved = resolveLoss(like, activationOf(name));
    const resolve = (what: string, given: typeof metrics) =>
      metricsOf(what, name, names, given).map((metric) => resolveMetric(metric, resolved));
    return {
      output: isText(activations) && !several ? "" : name,
      loss: resolved,
      weight: checkRange("compile", "lossWeights", weights[i] ?? 1, 0),
      metrics: resolve("metrics", metrics),
      weightedMetrics: resolve("weightedMetrics", weightedMetrics),
    };
  });
  checkNames(objectives);
  return objectives;
}

/** True for one loss for each output: a list, or an object that is no loss itself. */
function isPerOutput(loss: unknown): loss is PerOutput<LossLike> {
  return typeof loss === "object" && loss !== null && !("call" in loss && typeof loss.call === "function");
}

/** One value for each output, in order. */
function perOutput<T>(
  what: string,
  names: readonly string[],
  given: unknown,
  several: boolean,
): readonly (T | undefined)[] {
  if (!several) return names.map(() => given as T);
  if (Array.isArray(given)) {
    if (given.length === names.length) return given;
    throw new ArgumentError(
      `compile: ${what}: expected one for each of ${names.length} outputs${quoted(names)}, got ${given.length}.`,
    );
  }
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(`compile: ${what}: expected one for each output, got ${describe(given)}.`);
  const wrong = Object.keys(given).find((name) => !names.includes(name));
  if (wrong !== undefined)
    throw new ArgumentError(
      `compile: ${what}: there is no output "${wrong}".${didYouMean(wrong, names)} There is ${names.join(", ")}.`,
    );
  return names.map((name) => (given as Record<string, T>)[name]);
}

function metricsOf(what: string, name: string, names: readonly string[], given: unknown): readonly MetricLike[] {
  if (Array.isArray(given)) {
    if (names.length === 1 || given.length === 0) return given;
    throw new ArgumentError(
      `compile: ${what}: expected lists by output, { ${names[0]}: ["accuracy"] }, for a model of ${names.length} ` +
        `outputs${quoted(names)}, got one list.`,
    );
  }
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(`compile: ${what}: expected a list such as ["accuracy"], got ${describe(given)}.`);
  const lists = perOutput<readonly MetricLike[]>(what, names, given, true);
  const own = lists[names.indexOf(name)] ?? [];
  if (Array.isArray(own)) return own;
  throw new ArgumentError(
    `compile: ${what}: expected a list such as ["accuracy"] for "${name}", got ${describe(own)}.`,
  );
}

const quoted = (names: readonly string[]): string => (names.length > 0 ? ` (${names.join(", ")})` : "");

/** Throws {@link ArgumentError} for two figures of one name. */
function checkNames(objectives: readonly Objective[]): void {
  const named = objectives.flatMap((objective) => [
    ...(objectives.length > 1 ? [measureName(objective, "loss")] : []),
    ...[...objective.metrics, ...objective.weightedMetrics].map(({ name }) => measureName(objective, name)),
  ]);
  const names = ["loss", ...named];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ArgumentError(`compile: "${twice}" is measured twice; each metric needs a name of its own.`);
}
