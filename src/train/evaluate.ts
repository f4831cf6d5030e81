// Loss and metrics over a data set, without training.
import { Dataset } from "../data/dataset.ts";
import { ArgumentError } from "../errors.ts";
import type { Network } from "../nn/network.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import type { Shape } from "../shape.ts";
import { breathe, Pace } from "./air.ts";
import { checkNotEmpty, checkTrainingData } from "./check-data.ts";
import { type Feed, feedPool, type TrainingSetup } from "./feed.ts";
import type { TrainingData } from "./training-data.ts";

/** The options of `model.evaluate`. */
export interface EvaluateOptions {
  /** The number of examples that are computed at a time. Default: 256. */
  readonly batchSize?: number;
  /** Ends the evaluation early: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The mean loss and metrics by name. `M` are the names of the metrics where `compile` knew them; else any name. */
export type Evaluation<M extends string = any> = { readonly loss: number } & (string extends M
  ? { readonly [metric: string]: number }
  : { readonly [K in M]: number });

/** Implements `model.evaluate`. `dataset` was made of `given`, which the user passed. */
export async function evaluate(
  model: Network,
  setup: TrainingSetup,
  dataset: Dataset,
  options: EvaluateOptions,
  given: TrainingData,
): Promise<Evaluation> {
  checkOptions("evaluate", options, ["batchSize", "signal"]);
  const batchSize = checkCount("evaluate", "batchSize", options.batchSize ?? 256);
  const signal = checkSignal("evaluate", options.signal);
  const pool = feedPool(model, setup);
  prepareModel("evaluate", model, dataset, setup);
  model.weights();
  const feed = pool.take(dataset, given instanceof Dataset);
  try {
    return (await evaluateRange(feed, setup, { from: 0, to: dataset.size, batchSize, signal }))!;
  } finally {
    feed.busy = false;
  }
}

/** Throws {@link ArgumentError} unless `value` is an AbortSignal, of any realm, or undefined. */
export function checkSignal(where: string, value: unknown): AbortSignal | undefined {
  const signal = value as AbortSignal | undefined;
  if (signal === undefined || typeof signal?.aborted === "boolean") return signal;
  throw new ArgumentError(
    `${where}: expected signal to be an AbortSignal such as controller.signal, got ${describe(value)}.`,
  );
}

/** Infers the shapes of the model from the data, and checks the data against the model. */
export function prepareModel(where: string, model: Network, dataset: Dataset, setup: TrainingSetup): void {
  checkNotEmpty(where, dataset);
  model.declare(dataset.inputShape);
  const { outputShape } = model.requireShapes();
  const lastLayer = model.layers.at(-1)?.name ?? model.name;
  checkTrainingData(where, dataset, setup.loss, { lastLayer, outputShape: outputShape as Shape });
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
}

/** Evaluates the examples `from` to `to` − 1 of a feed. Throws the signal's reason once it is aborted. */
export async function evaluateRange(
  feed: Feed,
  setup: TrainingSetup,
  { from, to, batchSize, signal }: Range,
): Promise<Evaluation> {
  const count = to - from;
  const batch = Math.min(batchSize, count);
  const rest = count % batch;
  const pace = new Pace();
  let sums: number[] = [];
  feed.startEvaluation(from);
  await feed.prepare("evaluate", batch);
  for (let left = Math.floor(count / batch); left > 0; ) {
    signal?.throwIfAborted();
    const steps = pace.next(left);
    const start = performance.now();
    sums = await feed.run("evaluate", batch, steps);
    pace.took(steps, performance.now() - start);
    left -= steps;
    await breathe();
  }
  signal?.throwIfAborted();
  if (rest > 0) sums = await feed.run("evaluate", rest, 1);
  return means(setup, sums, count);
}

/** The means by name, from the sums over `count` examples that a feed returns. */
export function means({ metrics }: TrainingSetup, sums: readonly number[], count: number): Evaluation {
  const [loss = 0, ...others] = sums.map((sum) => sum / count);
  return { loss, ...Object.fromEntries(metrics.map((metric, i) => [metric.name, others[i]!])) };
}
