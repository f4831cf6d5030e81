// The training loop: many steps in one call, air between the calls, and an eye on what goes wrong.
import { Dataset } from "../data/dataset.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { formatBatchShape } from "../nn/layer.ts";
import { permutation } from "../random.ts";
import { sameShape } from "../shape.ts";
import { breathe, Pace } from "./air.ts";
import type { Callback, EpochRecord, History, Progress, TrainingRun } from "./callback.ts";
import { type Evaluation, evaluateRange, means, prepareModel } from "./evaluate.ts";
import type { Feed, TrainingSetup } from "./feed.ts";
import { type FitOptions, type SettledFitOptions, settleFitOptions } from "./fit-options.ts";
import type { Model } from "./model.ts";
import { lossNotFinite } from "./not-finite.ts";
import { type TrainingData, toDataset } from "./training-data.ts";

/** Where validation comes from: a range of a feed, which may be the training feed itself. */
interface Validation {
  readonly feed: Feed;
  readonly from: number;
  readonly to: number;
}

/** `model.fit`. `given` is what the user passed, of which `dataset` was made. */
export async function fit(model: Model, dataset: Dataset, options: FitOptions, given: TrainingData): Promise<History> {
  const settled = settleFitOptions(model, options);
  const { setup, pool } = model.requireTraining("fit");
  const { validationData } = options;
  const validationGiven = Array.isArray(validationData)
    ? { x: validationData[0], y: validationData[1] }
    : (validationData as TrainingData | undefined);
  const validationSet = validationGiven && (await toDataset("fit: validationData", validationGiven));
  // From here to the start of the run nothing is waited for, so that no other run can begin in between.
  if (model.fitting)
    throw new ArgumentError(`fit: model ${model.name} is being trained already; wait for that run first.`);
  prepareModel("fit", model, dataset, setup);
  if (validationSet && !sameShape(validationSet.inputShape, dataset.inputShape)) {
    throw new ShapeError(
      `fit: validationData: its inputs have shape ${formatBatchShape(validationSet.inputShape)}, but those trained on ${formatBatchShape(dataset.inputShape)}.`,
    );
  }
  if (validationSet) prepareModel("fit: validationData", model, validationSet, setup);
  const size = dataset.size - Math.round(dataset.size * settled.validationSplit);
  if (size === 0)
    throw new ArgumentError(
      `fit: validationSplit ${settled.validationSplit} leaves nothing of the ${dataset.size} examples to train on.`,
    );
  if (!model.weights(settled.seed).flat)
    throw new ArgumentError(`fit: model ${model.name} has no trainable parameters.`);
  model.dataInfo = dataInfoOf(dataset);

  const feeds = [pool.take(dataset, given instanceof Dataset)];
  if (validationSet) feeds.push(pool.take(validationSet, validationGiven instanceof Dataset));
  model.fitting = true;
  try {
    const [feed, other] = feeds as [Feed, Feed?];
    const split = size < dataset.size ? { feed, from: size, to: dataset.size } : null;
    const validation = other ? { feed: other, from: 0, to: validationSet!.size } : split;
    return await new Run(model, setup, feed, dataset, size, validation, settled).run();
  } finally {
    model.fitting = false;
    for (const feed of feeds) feed.busy = false;
  }
}

function dataInfoOf({ inputs: { array, scale, offset }, classNames }: Dataset): Model["dataInfo"] {
  const isScaled = scale !== undefined || offset !== undefined;
  return {
    ...(classNames && { classNames }),
    ...(isScaled && { inputs: { dtype: array.dtype, scale: scale ?? 1, offset: offset ?? 0 } }),
  };
}

/** One run of `fit`. */
class Run implements TrainingRun {
  readonly model: Model;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly steps: number;
  readonly size: number;
  readonly batchSize: number;
  readonly #setup: TrainingSetup;
  readonly #feed: Feed;
  readonly #dataset: Dataset;
  readonly #validation: Validation | null;
  readonly #options: SettledFitOptions;
  readonly #pace = new Pace();
  #stopped: string | null = null;

  constructor(
    model: Model,
    setup: TrainingSetup,
    feed: Feed,
    dataset: Dataset,
    size: number,
    validation: Validation | null,
    options: SettledFitOptions,
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
  }

  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  async run(): Promise<History> {
    const { callbacks, verbose } = this.#options;
    const start = performance.now();
    const epochs: EpochRecord[] = [];
    this.#feed.startRun(this.#options.seed);
    await this.#tell((callback) => callback.onTrainBegin?.(this));
    for (let epoch = this.initialEpoch; epoch < this.epochs && !this.#isStopped(); epoch++) {
      const record = await this.#epoch(epoch);
      if (!record) break;
      epochs.push(record);
      if (verbose === 1) console.log(describeEpoch(record, this.epochs));
      for (const callback of callbacks) await callback.onEpochEnd?.(record, this);
    }
    const history = { epochs, stopped: this.#stopped, seconds: (performance.now() - start) / 1000 };
    await this.#tell((callback) => callback.onTrainEnd?.(history, this));
    return history;
  }

  /** One epoch; null where it was stopped before its end. */
  async #epoch(epoch: number): Promise<EpochRecord | null> {
    const start = performance.now();
    await this.#tell((callback) => callback.onEpochBegin?.(epoch, this));
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
      const count = isFull ? this.#pace.next(fullSteps - step) : 1;
      const callStart = performance.now();
      const sums = await this.#feed.run("train", isFull ? batchSize : rest, count);
      const now = performance.now();
      if (isFull) this.#pace.took(count, now - callStart);
      const seen = Math.min(size, (step + count) * batchSize);
      if (!Number.isFinite(sums[0]!)) {
        const rows = order.subarray((step + count - 1) * batchSize, seen);
        const place = { epoch, from: step + 1, to: step + count, steps };
        throw await lossNotFinite({
          model: this.model,
          setup: this.#setup,
          data: this.#feed.data,
          rows,
          loss: sums[0]!,
          ...place,
        });
      }
      step += count;
      latest = means(this.#setup, sums, seen);
      const { loss, ...metrics } = latest;
      const examplesPerSecond = (1000 * seen) / Math.max(now - trainingStart, 1e-3);
      const progress: Progress = {
        epoch,
        epochs: this.epochs,
        step,
        steps,
        loss,
        metrics,
        examplesPerSecond,
        seconds: (now - start) / 1000,
      };
      await this.#tell((callback) => callback.onProgress?.(progress, this));
      await breathe();
      if (step < steps && this.#isStopped()) return null;
    }
    return latest;
  }

  /** The places of an epoch's examples; those kept for validation follow. */
  #order(epoch: number): Int32Array {
    const { seed, shuffle } = this.#options;
    const order = Int32Array.from({ length: this.#dataset.size }, (_, i) => i);
    if (shuffle) order.set(permutation(this.size, seed, epoch));
    return order;
  }

  /** The measures over the validation data; null where there are none or the run was aborted meanwhile. */
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

  async #tell(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#options.callbacks) await call(callback);
  }
}

/** `Epoch 3/5: loss 0.1234, accuracy 0.9650, 1.2 s` */
function describeEpoch({ epoch, seconds, ...measures }: EpochRecord, epochs: number): string {
  const parts = Object.entries(measures).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`);
  return `Epoch ${epoch + 1}/${epochs}: ${parts.join(", ")}, ${seconds.toFixed(1)} s`;
}
