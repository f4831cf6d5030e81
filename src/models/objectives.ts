// The losses and metrics that `compile` is given, for each output.
import { ArgumentError, didYouMean } from "../errors.ts";
import { checkLoss, type LossLike, namedLosses, resolveLoss } from "../losses/index.ts";
import { checkMetric, type MetricLike, namedMetrics, resolveMetric } from "../metrics/index.ts";
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

/** An objective as `compile` was told of it: losses and metrics may be names, which are not loaded yet. */
export interface AskedObjective {
  readonly output: string;
  readonly loss: LossLike;
  /** The last activation of the output. */
  readonly activation: string;
  readonly weight: number;
  readonly metrics: readonly MetricLike[];
  readonly weightedMetrics: readonly MetricLike[];
}

/**
 * The objectives that are asked for, one for each output. `activations` are the last activations of the outputs, in
 * their form: one text for a model whose outputs are not known before it is called, which then follow from the losses.
 * Throws {@link ArgumentError} for unknown names and what is no loss or metric.
 */
export function askedObjectives(options: ObjectiveOptions, activations: Tree<string>): readonly AskedObjective[] {
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
  const asked = names.map((name, i): AskedObjective => {
    const like = losses[i];
    if (like === undefined) throw new ArgumentError(`compile: loss: expected one for the output "${name}", got none.`);
    checkLoss(like);
    const activation = activationOf(name);
    return {
      output: isText(activations) && !several ? "" : name,
      loss: isText(like) ? like : resolveLoss(like, activation),
      activation,
      weight: checkRange("compile", "lossWeights", weights[i] ?? 1, 0),
      metrics: metricsOf("metrics", name, names, metrics),
      weightedMetrics: metricsOf("weightedMetrics", name, names, weightedMetrics),
    };
  });
  checkNames(asked);
  return asked;
}

/** True if nothing of an objective is a name, so that nothing of it has to be loaded. */
const isLoaded = ({ loss, metrics, weightedMetrics }: AskedObjective): boolean =>
  ![loss, ...metrics, ...weightedMetrics].some(isText);

/** Objectives without names, ready for training. Null if one has a name. */
export function objectivesOf(asked: readonly AskedObjective[]): readonly Objective[] | null {
  if (!asked.every(isLoaded)) return null;
  return asked.map(({ activation, ...objective }): Objective => {
    const loss = resolveLoss(objective.loss as Exclude<LossLike, string>, activation);
    const resolve = (metrics: readonly MetricLike[]) =>
      metrics.map((metric) => resolveMetric(metric as Exclude<MetricLike, string>, loss));
    return {
      ...objective,
      loss,
      metrics: resolve(objective.metrics),
      weightedMetrics: resolve(objective.weightedMetrics),
    };
  });
}

/** The same objectives, with losses and metrics in the place of their names. */
export function loadObjectives(asked: readonly AskedObjective[]): Promise<readonly AskedObjective[]> {
  const load = (metrics: readonly MetricLike[]): Promise<readonly MetricLike[]> =>
    Promise.all(metrics.map((metric) => (isText(metric) ? namedMetrics.make(metric, {}) : metric)));
  return Promise.all(
    asked.map(async (objective): Promise<AskedObjective> => {
      const { loss, metrics, weightedMetrics } = objective;
      const [loadedLoss, loadedMetrics, loadedWeighted] = await Promise.all([
        isText(loss) ? namedLosses.make(loss, {}) : loss,
        load(metrics),
        load(weightedMetrics),
      ]);
      return { ...objective, loss: loadedLoss, metrics: loadedMetrics, weightedMetrics: loadedWeighted };
    }),
  );
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
function checkNames(objectives: readonly AskedObjective[]): void {
  const named = objectives.flatMap((objective) => [
    ...(objectives.length > 1 ? [measureName(objective, "loss")] : []),
    ...[...objective.metrics, ...objective.weightedMetrics].map((metric) =>
      measureName(objective, checkMetric(metric)),
    ),
  ]);
  const names = ["loss", ...named];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new ArgumentError(
      `compile: "${twice}" is measured twice; give one a name of its own, metrics.…({ name: "…" }).`,
    );
}
