// Loss and metrics over a data set, without training.
import { ArgumentError } from "../errors.ts";
import type { Network } from "../nn/tree/network.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import { Pace } from "../runtime/air.ts";
import type { BatchStream, TrainingData } from "./examples.ts";
import type { TrainingSetup } from "./setup.ts";
import type { Trainer } from "./trainer.ts";
import { trainersOf } from "./trainers.ts";

/** The options of `model.evaluate`. */
export interface EvaluateOptions {
  /** The number of examples that are computed at a time. Default: 256. */
  readonly batchSize?: number;
  /** The number of batches that are taken of a generator. Default: all. */
  readonly steps?: number;
  /** Ends the evaluation early: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The mean loss and metrics by name. `M` are the names of the metrics where `compile` knew them; else any name. */
export type Evaluation<M extends string = any> = { readonly loss: number } & (string extends M
  ? { readonly [metric: string]: number }
  : { readonly [K in M]: number });

/** Implements `model.evaluate`. */
export async function evaluate(
  model: Network,
  setup: TrainingSetup,
  given: TrainingData | BatchStream,
  options: EvaluateOptions,
): Promise<Evaluation> {
  checkOptions("evaluate", options, ["batchSize", "signal", "steps"]);
  const batchSize = checkCount("evaluate", "batchSize", options.batchSize ?? 256);
  const steps = options.steps === undefined ? null : checkCount("evaluate", "steps", options.steps);
  const signal = checkSignal("evaluate", options.signal);
  const trainers = trainersOf(model, setup);
  const { trainer, begin, release } = await trainers.take("evaluate", given);
  try {
    model.weights();
    begin(steps);
    return await evaluateEpoch(trainer, { batchSize, signal });
  } finally {
    release();
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

/** Evaluates what is left of an epoch. Throws the signal's reason once it is aborted. */
export async function evaluateEpoch(
  trainer: Trainer,
  { batchSize, signal }: { readonly batchSize: number; readonly signal?: AbortSignal | undefined },
): Promise<Evaluation> {
  const pace = new Pace();
  trainer.reset("evaluate");
  let figures: Record<string, number> | null = null;
  for (;;) {
    signal?.throwIfAborted();
    const ready = await trainer.source.next(batchSize, pace.next(Number.POSITIVE_INFINITY));
    if (!ready) break;
    const start = performance.now();
    figures = await trainer.run("evaluate", ready);
    if (ready.batch === batchSize) pace.took(ready.steps, performance.now() - start);
  }
  if (!figures) throw new ArgumentError("evaluate: expected at least one batch, got none.");
  return figures as Evaluation;
}
