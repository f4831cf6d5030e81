// One experiment that is trained: its data, its network, and how far it is.
import { type Dataset, NumericError, tensor } from "nabla";
import { type Data, dataOf } from "./data-sets.ts";
import { indexOf, pathOf } from "./edits.ts";
import { datasetOf, makeNetwork, type Network } from "./network.ts";
import { makePainter, type Painter, type Picture } from "./picture.ts";
import { type Edit, type Settings, seedStride } from "./settings.ts";
import { makeWalker, type Walk, type Walker } from "./walk.ts";

/** The reason why a run stopped by itself. */
export type Stop = "epoch" | "loss";

/** The limits at which a run stops by itself; 0 for none. */
export interface Limits {
  readonly epoch: number;
  readonly loss: number;
}

export interface Failure {
  /** Both are counted from 1. */
  readonly epoch: number;
  readonly step: number;
}

export interface Frame extends Picture {
  readonly epoch: number;
  readonly steps: number;
  /** The shares of right answers; NaN for a regression. */
  readonly trainRight: number;
  readonly testRight: number;
  readonly stopped: Stop | null;
  readonly failure: Failure | null;
  /** The settings and the number of epochs tell all that has happened to the weights. */
  readonly isRepeatable: boolean;
  /** The epoch of the weights with the least training loss that was seen. */
  readonly bestEpoch: number;
  readonly bestLoss: number;
  /** Milliseconds that the last slice of training took, and its steps. */
  readonly sliceMs: number;
  readonly sliceSteps: number;
  /** Of which state of settings and weights a walk must be to go on. */
  readonly version: number;
}

/** What can be changed without losing the weights: everything else makes a new network. */
const keepsWeights = new Set<keyof Settings>([
  "loss",
  "optimizer",
  "rate",
  "batch",
  "penalty",
  "penaltyRate",
  "dropout",
]);

const changed = (a: Settings, b: Settings): (keyof Settings)[] =>
  (Object.keys(a) as (keyof Settings)[]).filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));

/** How often the settings or weights of any run have changed. */
let versions = 0;

type Weights = Awaited<ReturnType<Network["model"]["getWeights"]>>;

/** The share of points whose class the outputs name. */
function rightShare(data: Data, points: Data["train"], answers: Float32Array, from: number, isSigned: boolean): number {
  if (data.task === "value" || points.length === 0) return Number.NaN;
  const right = points.filter(([, , label], i) => {
    const own = answers.subarray((from + i) * data.outputs, (from + i + 1) * data.outputs);
    if (data.outputs === 1) return own[0]! > (isSigned ? 0 : 0.5) === (label === 1);
    return own.indexOf(Math.max(...own)) === label;
  });
  return right.length / points.length;
}

export class Run {
  settings: Settings;
  limits: Limits = { epoch: 0, loss: 0 };
  data: Data;
  network: Network;
  epoch = 0;
  #train: Dataset | null;
  #painter: Painter;
  #walker: Walker | null = null;
  #isRepeatable = true;
  #stopped: Stop | null = null;
  #failure: Failure | null = null;
  #best: { readonly epoch: number; readonly loss: number; readonly weights: Weights } | null = null;
  #lastLoss = Infinity;
  #slice = { ms: 0, steps: 0 };
  /** Another one after each change, but for the steps of a walk itself. */
  #version = ++versions;

  constructor(settings: Settings) {
    this.settings = settings;
    this.data = dataOf(settings);
    this.network = makeNetwork(settings, this.data);
    this.#train = this.#dataset();
    this.#painter = makePainter(settings, this.data, this.network);
  }

  /** A run that begins with the settings' edits of the first weights. */
  static async begin(settings: Settings): Promise<Run> {
    const run = new Run(settings);
    await run.#edit(settings.edits);
    return run;
  }

  get stepsPerEpoch(): number {
    return Math.ceil(this.data.train.length / this.settings.batch);
  }

  /** True if it cannot go on, or has stopped by itself. */
  get isOver(): boolean {
    return this.#failure !== null || this.#train === null || this.#stopped !== null;
  }

  #dataset(): Dataset | null {
    return this.data.train.length > 0 ? datasetOf(this.settings, this.data, this.data.train) : null;
  }

  #remake(settings: Settings): void {
    this.#version = ++versions;
    this.settings = settings;
    this.data = dataOf(settings);
    this.network = makeNetwork(settings, this.data);
    this.#train = this.#dataset();
    this.#painter = makePainter(settings, this.data, this.network);
    this.#walker = null;
  }

  /** Begins anew, with the first weights of the seed and the settings' edits of them. */
  async reset(settings = this.settings): Promise<void> {
    this.#remake(settings);
    await this.#edit(settings.edits);
    this.epoch = 0;
    this.#isRepeatable = true;
    this.#stopped = this.#failure = this.#best = null;
    this.#lastLoss = Infinity;
    this.#slice = { ms: 0, steps: 0 };
  }

  /** Goes on with other settings: with the same weights where they fit. */
  async change(settings: Settings): Promise<void> {
    const keys = changed(this.settings, settings);
    if (keys.length === 0) return;
    this.#version = ++versions;
    const isBegun = this.epoch > 0 || this.#failure !== null || !this.#isRepeatable;
    if (keys.length === 1 && keys[0] === "edits" && !isBegun && settings.edits.length >= this.settings.edits.length) {
      this.settings = settings;
      await this.#edit(settings.edits);
      this.#best = null;
      return;
    }
    const isSameForm = (): boolean => {
      const { task, outputs } = dataOf(settings);
      return this.data.train.length > 0 && task === this.data.task && outputs === this.data.outputs;
    };
    if (!keys.every((key) => keepsWeights.has(key) || (key === "points" && isSameForm()))) return this.reset(settings);
    if (isBegun) this.#isRepeatable = false;
    // The weights are those before the step that failed.
    this.#failure = null;
    if (keys.length === 1 && keys[0] === "rate") {
      this.settings = settings;
      this.network.optimizer.learningRate.assign(settings.rate);
      return;
    }
    const weights = await this.network.model.getWeights();
    this.#remake(settings);
    this.network.model.setWeights(weights);
    this.#best = null;
  }

  /** The limit that this epoch, of this loss, has reached. Beyond it the training can go on. */
  #stopNow(loss: number): Stop | null {
    const before = this.#lastLoss;
    this.#lastLoss = loss;
    if (this.epoch === this.limits.epoch) return "epoch";
    const { loss: limit } = this.limits;
    return limit > 0 && loss <= limit && before > limit ? "loss" : null;
  }

  /**
   * Trains for whole epochs: until `most` are done, or until so many milliseconds have passed. What was trained beyond
   * a limit is repeated without it.
   */
  async advance(milliseconds: number, most = Infinity, hasLimits = true): Promise<void> {
    if (this.#failure || !this.#train) return;
    this.#version = ++versions;
    const { settings } = this;
    const [begin, first] = [performance.now(), this.epoch];
    this.#stopped = null;
    const isDone = (): boolean => performance.now() - begin >= milliseconds || this.epoch - first >= most;
    const common = { batchSize: settings.batch, verbose: 0 } as const;
    try {
      // A run of fit draws the masks of dropout anew: where there are some, each epoch is a run with a seed of its own,
      // so that they do not depend on the machine's speed.
      do {
        const isSingle = settings.dropout > 0;
        await this.network.model.fit(this.#train, {
          ...common,
          seed: isSingle ? settings.weightSeed + seedStride * this.epoch : settings.weightSeed,
          initialEpoch: this.epoch,
          epochs: isSingle || most === 1 ? this.epoch + 1 : Number.MAX_SAFE_INTEGER,
          callbacks: [
            {
              onEpochEnd: ({ loss }, run) => {
                this.epoch++;
                const stop = this.#stopNow(loss);
                this.#stopped = hasLimits ? stop : null;
                if (this.#stopped || isDone()) run.stop("slice");
              },
            },
          ],
        });
      } while (!this.#stopped && !isDone());
    } catch (error) {
      if (!(error instanceof NumericError) || error.epoch === undefined) throw error;
      this.#failure = { epoch: error.epoch, step: error.step ?? 1 };
    }
    this.#slice = { ms: performance.now() - begin, steps: (this.epoch - first) * this.stepsPerEpoch };
  }

  async frame(hasGradients: boolean): Promise<Frame> {
    const picture = await this.#painter.paint(hasGradients);
    const { trainLoss, answers } = picture;
    if (Number.isFinite(trainLoss) && !(trainLoss >= (this.#best?.loss ?? Infinity)))
      this.#best = { epoch: this.epoch, loss: trainLoss, weights: await this.network.model.getWeights() };
    const { data } = this;
    const isSigned = this.settings.loss === "hinge" || this.settings.loss === "squaredHinge";
    return {
      ...picture,
      epoch: this.epoch,
      steps: this.epoch * this.stepsPerEpoch,
      trainRight: rightShare(data, data.train, answers, 0, isSigned),
      testRight: rightShare(data, data.test, answers, Math.max(1, data.train.length), isSigned),
      stopped: this.#stopped,
      failure: this.#failure,
      isRepeatable: this.#isRepeatable,
      bestEpoch: this.#best?.epoch ?? 0,
      bestLoss: this.#best?.loss ?? Number.NaN,
      sliceMs: this.#slice.ms,
      sliceSteps: this.#slice.steps,
      version: this.#version,
    };
  }

  /** Goes back to the weights with the least training loss that was seen. */
  async rewind(): Promise<void> {
    if (!this.#best) return this.reset();
    this.#isRepeatable = false;
    this.#failure = this.#stopped = null;
    const { epoch, weights } = this.#best;
    this.#remake(this.settings);
    this.network.model.setWeights(weights);
    this.epoch = epoch;
  }

  /** Follows a training point through the network: after the last one, the first; null where there is none. */
  async walk(example: number): Promise<Walk | null> {
    if (!this.#train) return null;
    this.#walker ??= makeWalker(this.settings, this.data, this.network);
    return { ...(await this.#walker(example % this.data.train.length)), version: this.#version };
  }

  /** Takes one step along the gradient of the point of a walk; none where something has changed since it was begun. */
  async learn({ example, version }: Walk): Promise<void> {
    if (version !== this.#version) return;
    const { inputs, targets } = datasetOf(this.settings, this.data, this.data.train.slice(example, example + 1));
    this.#isRepeatable = false;
    this.#best = null;
    try {
      await this.network.model.trainOnBatch(inputs.array, targets.array);
    } catch (error) {
      if (!(error instanceof NumericError)) throw error;
      this.#failure = { epoch: this.epoch + 1, step: 1 };
    }
  }

  /** Sets the weight of an edge into a neuron of a layer; its bias where `from` is −1. */
  async setWeight(layer: number, from: number, to: number, value: number): Promise<void> {
    await this.#edit([[layer, from, to, value]]);
    this.#version = ++versions;
    this.#isRepeatable = false;
    this.#failure = null;
    this.#best = null;
  }

  /** Sets weights; those that the network does not have are left out. */
  async #edit(edits: readonly Edit[]): Promise<void> {
    if (edits.length === 0) return;
    const weights = await this.network.model.getWeights();
    const changed = new Map<string, Float32Array>();
    for (const edit of edits) {
      const [path, index] = [pathOf(edit), indexOf(edit, this.settings, this.data)];
      if (index === undefined) continue;
      const data = changed.get(path) ?? Float32Array.from(weights[path]!.data as ArrayLike<number>);
      data[index] = edit[3];
      changed.set(path, data);
    }
    const tensors = [...changed].map(([path, data]) => [path, tensor(data, { shape: weights[path]!.shape })]);
    this.network.model.setWeights(Object.fromEntries(tensors));
  }
}
