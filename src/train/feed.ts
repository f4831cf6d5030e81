// The programs of a model on a data set: a training step and an evaluation step, which take no arguments.
import type { KernelRun, Program } from "../backends/backend.ts";
import { type Compiled, compile } from "../compile-function.ts";
import type { Dataset } from "../data/dataset.ts";
import { zeros } from "../functions/array.ts";
import { foldIn, type Key, key } from "../functions/random.ts";
import { gradients } from "../gradient.ts";
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { LayerOutput } from "../nn/call.ts";
import type { Layer } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import { readingThrough, readRange, type TrainedRange } from "../nn/store.ts";
import { gather, iota } from "../ops/index.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { formatShape } from "../shape.ts";
import { Tensor, tensor } from "../tensor.ts";
import { outputOf } from "../transformations/outputs.ts";
import { type Variable, variable } from "../variable.ts";
import { privateData, type ResidentData, residentData } from "./resident.ts";

/** The optimizer, loss and metrics that `compile` chose for a model. */
export interface TrainingSetup {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** The layers that were frozen when the model was compiled. */
  readonly frozen: ReadonlySet<Layer>;
}

/** The ranges of the weights that training moves. */
export const trainedRanges = (model: Network, { frozen }: TrainingSetup): readonly TrainedRange[] =>
  model.weights().trainedRanges(frozen);

/**
 * The program of a step. It reads the indices of its examples from variables, and returns the sums of loss and metrics.
 */
type Step = Compiled<[], Tensor[]>;

/** Separates a model's random numbers in training from those of its first weights. */
const trainingStream = 2 ** 31;

/**
 * A model beside a resident data set. The order of the examples, the position in it, the sums so far and the random key
 * are variables; a step therefore takes no arguments, and many steps run in one call.
 */
export class Feed {
  readonly data: ResidentData;
  readonly #model: Network;
  readonly #setup: TrainingSetup;
  readonly #order: Variable;
  readonly #position = variable(zeros([], "int32"), { name: "position" });
  readonly #key = variable(zeros([2], "uint32"), { name: "key" });
  readonly #sums: readonly Variable[];
  readonly #steps = new Map<string, Step>();
  /** True while a run uses the feed. The run that took it from the pool resets this at its end. */
  busy = false;

  constructor(model: Network, setup: TrainingSetup, data: ResidentData, size: number) {
    this.#model = model;
    this.#setup = setup;
    this.data = data;
    this.#order = variable(zeros([size], "int32"), { name: "order" });
    this.#sums = ["loss", ...setup.metrics.map((m) => m.name)].map((name) => variable(0, { name: `sum of ${name}` }));
  }

  /** Sets the random key of a training run. */
  startRun(seed: number): void {
    this.#key.assign(foldIn(key(seed), trainingStream));
  }

  /** Sets the order of the examples, an index for each example of the data set, and starts at a position in it. */
  startEpoch(order: Int32Array, position = 0): void {
    this.#order.assign(tensor(order));
    this.#start(position);
  }

  /** Starts an evaluation at an example. */
  startEvaluation(from: number): void {
    this.#start(from);
  }

  /** The program of a step, for inspection. */
  program(kind: "train" | "evaluate", batch: number): Promise<Program> {
    return this.#step(kind, batch).program();
  }

  /** Takes steps kernel by kernel and measures each kernel. */
  profile(kind: "train" | "evaluate", batch: number, steps: number): Promise<KernelRun[]> {
    return this.#step(kind, batch).profile(steps);
  }

  /** Compiles the program of a step, so that the first step is not the slow one. */
  async prepare(kind: "train" | "evaluate", batch: number): Promise<void> {
    await this.program(kind, batch);
  }

  /** Takes steps of `batch` examples; gives the sums of loss and metrics over the examples since the start. */
  async run(kind: "train" | "evaluate", batch: number, steps: number): Promise<number[]> {
    const sums = await this.#step(kind, batch).repeat(steps);
    return Promise.all(sums.map((sum) => sum.item()));
  }

  /**
   * The inputs of the next training step and the output of each layer in it, computed with the random key of that step.
   * Nothing is trained, but layers may assign their running statistics.
   */
  outputsOfNextStep(batch: number): { inputs: Tensor; outputs: LayerOutput<Layer>[] } {
    const outputs: LayerOutput<Layer>[] = [];
    const onOutput = (output: LayerOutput): void => void outputs.push(output);
    const inputs = this.data.inputs.rows(this.#rows(this.#position.value, batch));
    this.#model.result(inputs, { training: true, key: this.#stepKey(), onOutput });
    return { inputs, outputs };
  }

  #start(position: number): void {
    this.#position.assign(position);
    for (const sum of this.#sums) sum.assign(0);
  }

  #step(kind: "train" | "evaluate", batch: number): Step {
    const name = `${kind} ${batch}`;
    let step = this.#steps.get(name);
    if (!step) {
      step = compile(kind === "train" ? () => this.#train(batch) : () => this.#evaluate(batch));
      this.#steps.set(name, step);
    }
    return step;
  }

  #train(batch: number): Tensor[] {
    const { optimizer } = this.#setup;
    const ranges = trainedRanges(this.#model, this.#setup);
    const read = ranges.map((range) => [range, readRange(range)] as const);
    const rows = this.#rows(this.#advance(batch), batch);
    const inputs = this.data.inputs.rows(rows);
    const { output, losses } = readingThrough(read, () =>
      this.#model.result(inputs, { training: true, key: this.#stepKey() }),
    );
    const { loss, sums } = measure(this.#setup, this.data.targets.rows(rows), output as Tensor, batch);
    const total = losses.reduce((sum, own) => sum.add(own), loss);
    const slopes = gradients(
      total,
      read.map(([, value]) => value),
    );
    optimizer.applyGradients(ranges.flatMap((range, i) => (slopes[i] ? [[slopes[i], range] as const] : [])));
    return this.#accumulate(sums);
  }

  #evaluate(batch: number): Tensor[] {
    const rows = indices(this.#advance(batch), batch);
    const predictions = this.#model.apply(this.data.inputs.rows(rows)) as Tensor;
    return this.#accumulate(measure(this.#setup, this.data.targets.rows(rows), predictions, batch).sums);
  }

  /** The position, which moves on by `batch`. */
  #advance(batch: number): Tensor {
    const from = this.#position.value;
    this.#position.assignAdd(batch);
    return from;
  }

  /** The examples at `batch` positions of the epoch's order, int32 [batch]. */
  #rows(from: Tensor, batch: number): Tensor {
    return new Tensor(gather(this.#order.value.node, indices(from, batch).node, 0));
  }

  /** The random key of the next training step. */
  #stepKey(): Key {
    return foldIn(this.#key.value, this.#setup.optimizer.iterations.value);
  }

  #accumulate(sums: readonly Tensor[]): Tensor[] {
    return sums.map((sum, i) => {
      this.#sums[i]!.assignAdd(sum);
      return this.#sums[i]!.value;
    });
  }
}

/** `from`, `from` + 1, …: int32 [count]. */
const indices = (from: Tensor, count: number): Tensor => from.add(new Tensor(iota([count], 0, "int32")));

/** The mean loss of a batch, whose gradient is taken, and its contributions to the sums of loss and metrics. */
function measure(
  { loss, metrics }: TrainingSetup,
  targets: Tensor,
  predictions: Tensor,
  batch: number,
): { loss: Tensor; sums: Tensor[] } {
  // A loss may return several numbers for each example, or one for the batch; the sum is scaled to one per example.
  const perExample = (total: Tensor, size: number): Tensor => (size === batch ? total : total.mul(batch / size));
  const losses = outputOf(`loss ${loss.name}`, loss.call(targets, predictions));
  const total = losses.sum();
  const sums = metrics.map((metric) => {
    const values = outputOf(`metric ${metric.name}`, metric.call(targets, predictions));
    return perExample(values.sum().cast("float32"), values.size);
  });
  return { loss: total.mul(1 / losses.size), sums: [perExample(total, losses.size), ...sums] };
}

/** The feeds of one compiled model. */
class FeedPool {
  readonly #model: Network;
  readonly setup: TrainingSetup;
  readonly #ofDatasets = new WeakMap<Dataset, Feed>();
  readonly #ofArrays: { signature: string; feed: Feed }[] = [];

  constructor(model: Network, setup: TrainingSetup) {
    this.#model = model;
    this.setup = setup;
  }

  /**
   * Returns a feed for a run. The feed of a {@link Dataset} (`isDataset`) is kept: its numbers are written once and its
   * programs compiled once. Arrays may have changed and are written anew, into a feed of the same shapes if there is
   * one.
   */
  take(dataset: Dataset, isDataset: boolean): Feed {
    const feed = isDataset ? this.#ofDataset(dataset) : this.#ofArray(dataset);
    feed.busy = true;
    return feed;
  }

  #ofDataset(dataset: Dataset): Feed {
    let feed = this.#ofDatasets.get(dataset);
    if (!feed || feed.busy) {
      feed = new Feed(this.#model, this.setup, residentData(dataset), dataset.size);
      this.#ofDatasets.set(dataset, feed);
    }
    return feed;
  }

  #ofArray(dataset: Dataset): Feed {
    const signature = [dataset.inputs, dataset.targets]
      .map(({ array, scale, offset }) => `${array.dtype}${formatShape(array.shape)} ${scale} ${offset}`)
      .join(" ");
    const known = this.#ofArrays.find((entry) => entry.signature === signature && !entry.feed.busy);
    if (known) {
      known.feed.data.inputs.refill(dataset.inputs);
      known.feed.data.targets.refill(dataset.targets);
      return known.feed;
    }
    const feed = new Feed(this.#model, this.setup, privateData(dataset), dataset.size);
    this.#ofArrays.push({ signature, feed });
    // Training and validation on arrays need two feeds; more would only keep old data in memory.
    if (this.#ofArrays.length > 2) this.#ofArrays.shift();
    return feed;
  }
}

const pools = new WeakMap<Network, FeedPool>();

/** The feeds of a model as it is compiled now. */
export function feedPool(model: Network, setup: TrainingSetup): FeedPool {
  const known = pools.get(model);
  if (known?.setup === setup) return known;
  const pool = new FeedPool(model, setup);
  pools.set(model, pool);
  return pool;
}
