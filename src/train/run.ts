// The training loop: takes many steps in one call, pauses between calls, and checks the loss after each.
import type { Dataset } from "../data/dataset.ts";
import type { Network } from "../nn/network.ts";
import { permutation } from "../random.ts";
import { breathe, due, Pace } from "./air.ts";
import type { Callback, EpochRecord, History, TrainingRun } from "./callback.ts";
import { type Evaluation, evaluateRange, means } from "./evaluate.ts";
import { type Feed, type TrainingSetup, trainedRanges } from "./feed.ts";
import type { ResolvedFitOptions } from "./fit-options.ts";
import { lossNotFinite } from "./not-finite.ts";
import type { TrainingProgress } from "./progress.ts";
import { Recording } from "./replay.ts";

/** Loads the display that `verbose` asks for; null in pages, pipes and tests, which show nothing by default. */
async function progressFor(verbose: ResolvedFitOptions["verbose"]): Promise<TrainingProgress | null> {
  const stdout = globalThis.process?.stdout;
  const terminal = stdout?.isTTY ? stdout : null;
  if (verbose === 0 || (verbose === "auto" && !terminal)) return null;
  const { TrainingProgress } = await import("./progress.ts");
  return new TrainingProgress(verbose === 2 ? null : terminal, (line) => console.log(line));
}

/** The examples of the validation: a range of a feed, which may be the training feed itself. */
interface Validation {
  readonly feed: Feed;
  readonly from: number;
  readonly to: number;
}

/** One run of `fit`. */
export class Run implements TrainingRun {
  readonly model: Network;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly steps: number;
  readonly size: number;
  readonly batchSize: number;
  readonly #setup: TrainingSetup;
  readonly #feed: Feed;
  readonly #dataset: Dataset;
  readonly #validation: Validation | null;
  readonly #options: ResolvedFitOptions;
  readonly #recording: Recording;
  readonly #pace = new Pace();
  #callbacks: readonly Callback[] = [];
  /** The time of the last report of progress. */
  #reported = -Infinity;
  #stopped: string | null = null;

  constructor(
    model: Network,
    setup: TrainingSetup,
    feed: Feed,
    dataset: Dataset,
    size: number,
    validation: Validation | null,
    options: ResolvedFitOptions,
  ) {
    this.model = model;
    this.epochs = options.epochs;
    this.initialEpoch = options.initialEpoch;
    this.size = size;
    this.batchSize = Math.min(options.batchSize, size);
    this.steps = Math.ceil(size / this.batchSize);
    this.#setup = setup;
    this.#feed = feed;
    this.#dataset = dataset;
    this.#validation = validation;
    this.#options = options;
    const { optimizer } = setup;
    const slots = trainedRanges(model, setup).flatMap((range) => Object.values(optimizer.slots(range)));
    const state = [...model.weights().variables, optimizer.iterations, ...slots];
    this.#recording = new Recording(state, optimizer.learningRate);
  }

  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  async run(): Promise<History> {
    const { callbacks, verbose, seed } = this.#options;
    const shown = await progressFor(verbose);
    this.#callbacks = shown ? [...callbacks, shown] : callbacks;
    const start = performance.now();
    const epochs: EpochRecord[] = [];
    this.#feed.startRun(seed);
    try {
      await this.#notify((callback) => callback.onTrainBegin?.(this));
      for (let epoch = this.initialEpoch; epoch < this.epochs && !this.#isStopped(); epoch++) {
        const record = await this.#epoch(epoch);
        if (!record) break;
        epochs.push(record);
        await this.#notify((callback) => callback.onEpochEnd?.(record, this));
      }
      const history = { epochs, stopped: this.#stopped, seconds: (performance.now() - start) / 1000 };
      await this.#notify((callback) => callback.onTrainEnd?.(history, this));
      return history;
    } finally {
      shown?.end();
    }
  }

  /** Runs one epoch. Returns null if the run was stopped before its end. */
  async #epoch(epoch: number): Promise<EpochRecord | null> {
    const start = performance.now();
    await this.#notify((callback) => callback.onEpochBegin?.(epoch, this));
    if (this.#isStopped()) return null;
    const means = await this.#train(epoch, start);
    if (!means) return null;
    const validated = await this.#validate();
    if (this.#validation && !validated) return null;
    const named = Object.entries(validated ?? {}).map(([name, value]) => [
      `val${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]);
    return { epoch, ...means, ...Object.fromEntries(named), seconds: (performance.now() - start) / 1000 };
  }

  async #train(epoch: number, start: number): Promise<Evaluation | null> {
    const { size, batchSize, steps } = this;
    const order = this.#order(epoch);
    const rest = size % batchSize;
    const fullSteps = steps - (rest > 0 ? 1 : 0);
    this.#feed.startEpoch(order);
    await this.#feed.prepare("train", batchSize);
    if (rest > 0) await this.#feed.prepare("train", rest);
    const trainingStart = performance.now();
    let step = 0;
    let latest: Evaluation | null = null;
    while (step < steps) {
      const isFull = step < fullSteps;
      const batch = isFull ? batchSize : rest;
      const count = isFull ? this.#pace.next(fullSteps - step) : 1;
      this.#recording.record({ order, position: step * batchSize, batch, count });
      const callStart = performance.now();
      const sums = await this.#feed.run("train", batch, count);
      const now = performance.now();
      if (isFull) this.#pace.took(count, now - callStart);
      if (!Number.isFinite(sums[0]!)) {
        const interval = { epoch, from: step + 1, to: step + count, steps };
        const own = { feed: this.#feed, setup: this.#setup, recording: this.#recording };
        throw await lossNotFinite({ ...own, ...interval, batch, loss: sums[0]! });
      }
      step += count;
      const seen = Math.min(size, step * batchSize);
      latest = means(this.#setup, sums, seen);
      await this.#progress({ epoch, step, seen, now, trainingStart, start }, latest);
      await breathe();
      if (step < steps && this.#isStopped()) return null;
    }
    return latest;
  }

  /** Reports the progress after the first call, then about every 16 ms, and after the last step. */
  async #progress(
    at: { epoch: number; step: number; seen: number; now: number; trainingStart: number; start: number },
    { loss, ...metrics }: Evaluation,
  ): Promise<void> {
    const { epoch, step, seen, now, trainingStart, start } = at;
    const { epochs, steps } = this;
    const isLast = step === steps && epoch === epochs - 1;
    if (!isLast && now - this.#reported < due) return;
    const examplesPerSecond = (1000 * seen) / Math.max(now - trainingStart, 1e-3);
    const seconds = (now - start) / 1000;
    const progress = { epoch, epochs, step, steps, loss, metrics, examplesPerSecond, seconds };
    await this.#notify((callback) => callback.onProgress?.(progress, this));
    this.#reported = performance.now();
  }

  /** The order of an epoch: the indices of the examples for training, then of those for validation. */
  #order(epoch: number): Int32Array {
    const { seed, shuffle } = this.#options;
    const order = Int32Array.from({ length: this.#dataset.size }, (_, i) => i);
    if (shuffle) order.set(permutation(this.size, seed, epoch));
    return order;
  }

  /** The measures over the validation data; null if there are none, or if the run was aborted meanwhile. */
  async #validate(): Promise<Evaluation | null> {
    if (!this.#validation) return null;
    const { feed, from, to } = this.#validation;
    const { signal } = this.#options;
    try {
      return await evaluateRange(feed, this.#setup, { from, to, batchSize: 256, signal });
    } catch (error) {
      if (this.#isStopped()) return null;
      throw error;
    }
  }

  #isStopped(): boolean {
    if (this.#options.signal?.aborted) this.stop("aborted");
    return this.#stopped !== null;
  }

  async #notify(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await call(callback);
  }
}
