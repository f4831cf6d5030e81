// The training configuration of a model, as its file holds it.
import { ArgumentError, NablaError, quote } from "../errors.ts";
import { namedLosses } from "../losses/index.ts";
import { namedMetrics, resolveMetric } from "../metrics/index.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Layer } from "../nn/tree/layer.ts";
import { layersIn } from "../nn/tree/structure.ts";
import { optimizerFromConfig } from "../optimizers/index.ts";
import { checkRange } from "../options.ts";
import type { Objective, TrainingSetup } from "../train/setup.ts";

/** The form of the training configuration in a file. */
export interface TrainingJson {
  /** `own` marks an optimizer of the user's, which no file can make again. */
  readonly optimizer: { readonly name: string; readonly config: object; readonly own?: true };
  readonly objectives: readonly ObjectiveJson[];
  /** The paths of the layers that are frozen in training, where the layers themselves say otherwise by now. */
  readonly frozen?: readonly string[];
}

interface Named {
  readonly name: string;
  readonly config: object;
}

/** The form of an objective in a file. */
interface ObjectiveJson {
  readonly output: string;
  readonly weight: number;
  /** Null for a loss of the user's own. */
  readonly loss: Named | null;
  readonly metrics: readonly Named[];
  readonly weightedMetrics: readonly Named[];
}

/** The training configuration for a file. Adds to `missing` a sentence for each part that no file can hold. */
export async function describeTraining(training: TrainingSetup, missing: string[]): Promise<TrainingJson> {
  const { optimizer, objectives } = training;
  const config = await optimizer.config();
  for (const [name, value] of Object.entries(config)) {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new ArgumentError(`save: expected finite options of the optimizer, got ${name} ${value}.`);
  }
  const hasOptimizer = await isReadable(() => optimizerFromConfig(optimizer.name, config));
  const described: ObjectiveJson[] = [];
  for (const { output, weight, loss, metrics, weightedMetrics } of objectives) {
    const left: string[] = [];
    const kept = { metrics: await readable(metrics, left), weightedMetrics: await readable(weightedMetrics, left) };
    if (left.length > 0)
      missing.push(`the file cannot hold metrics of your own: it lacks ${left.map((name) => quote(name)).join(", ")}.`);
    const hasLoss = await isReadable(() => namedLosses.make(loss.name, loss.config));
    described.push({ output, weight, loss: hasLoss ? { name: loss.name, config: loss.config } : null, ...kept });
  }
  const hasLosses = described.every(({ loss }) => loss !== null);
  if (!hasOptimizer || !hasLosses) {
    missing.push(
      `the file cannot hold ${hasLosses ? "an optimizer" : "a loss"} of your own: after loadModel, call compile ` +
        `with it and model.load with the same file for the optimizer's state.`,
    );
  }
  return { optimizer: { name: optimizer.name, config, ...(!hasOptimizer && { own: true }) }, objectives: described };
}

/**
 * The paths of the layers that were frozen when the model was compiled; null if the layers say the same still, as they
 * mostly do: `trainable` acts from the next `compile` on.
 */
export function frozenPaths(model: Layer, { frozen }: TrainingSetup): readonly string[] | null {
  const layers = layersIn<Layer>(model);
  const differs = layers.some(({ layer, trainable }) => trainable === frozen.has(layer));
  return differs ? layers.flatMap(({ layer, path }) => (frozen.has(layer) ? [path] : [])) : null;
}

/** The layers at these paths. Throws {@link ArgumentError} for what is no list of paths of the model. */
export function layersAt(model: Layer, paths: unknown): ReadonlySet<Layer> {
  const layers = new Map(layersIn<Layer>(model).map(({ layer, path }) => [path, layer]));
  const found = Array.isArray(paths) ? paths.map((path) => layers.get(path)) : [undefined];
  if (found.includes(undefined)) throw new ArgumentError("expected the paths of frozen layers, got others.");
  return new Set(found as Layer[]);
}

/** The metrics that a file can hold, by the names of their factories. Adds to `left` the names of the others. */
async function readable(metrics: readonly Metric[], left: string[]): Promise<Named[]> {
  const held: Named[] = [];
  for (const { name, kind = name, config } of metrics)
    if (await isReadable(() => namedMetrics.make(kind, config))) held.push({ name: kind, config });
    else left.push(name);
  return held;
}

async function isReadable(make: () => Promise<unknown>): Promise<boolean> {
  try {
    await make();
    return true;
  } catch (error) {
    if (error instanceof NablaError) return false;
    throw error;
  }
}

/** Makes the optimizer, losses and metrics of a file; null if it holds none because they were the user's own. */
export async function trainingOf({
  optimizer,
  objectives,
}: TrainingJson): Promise<Omit<TrainingSetup, "frozen"> | null> {
  const isNamed = (part: unknown): boolean => typeof (part as { name?: unknown } | null)?.name === "string";
  const isList = (part: unknown): boolean => Array.isArray(part) && part.every(isNamed);
  const isObjective = (part: ObjectiveJson | null): boolean =>
    typeof part?.output === "string" &&
    (part.loss === null || isNamed(part.loss)) &&
    isList(part.metrics) &&
    isList(part.weightedMetrics);
  if (!isNamed(optimizer) || !Array.isArray(objectives) || !objectives.every(isObjective))
    throw new ArgumentError(
      "expected a training configuration with an optimizer, a loss and metrics, each with a name.",
    );
  // No file can hold a loss or an optimizer of the user's own: the user calls compile with it.
  if (optimizer.own) return null;
  const made: Objective[] = [];
  for (const { output, weight, loss, metrics, weightedMetrics } of objectives) {
    if (loss === null) return null;
    const resolved = await namedLosses.make(loss.name, loss.config ?? {});
    const resolve = async (list: ObjectiveJson["metrics"]): Promise<Metric[]> => {
      const made = await Promise.all(list.map(({ name, config }) => namedMetrics.make(name, config ?? {})));
      return made.map((metric) => resolveMetric(metric, resolved));
    };
    made.push({
      output,
      loss: resolved,
      weight: checkRange("compile", "lossWeights", weight, 0),
      metrics: await resolve(metrics),
      weightedMetrics: await resolve(weightedMetrics),
    });
  }
  return { optimizer: await optimizerFromConfig(optimizer.name, optimizer.config ?? {}), objectives: made };
}
