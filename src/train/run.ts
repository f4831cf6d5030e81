// The training loop: takes many steps in one call, pauses between calls, and checks the loss after each.
import { ArgumentError } from "../errors.ts";
import type { Network } from "../nn/tree/network.ts";
import { Optimizer } from "../optimizers/optimizer.ts";
import { permutation } from "../random.ts";
import { breathe, due, Pace } from "../runtime/air.ts";
import type { Variable } from "../variable.ts";
import type { Callback, EpochRecord, History, Progress, TrainingRun } from "./callback.ts";
import type { Checkpoint, NamedState, Place, RunSettings } from "./checkpoint.ts";
import { type Evaluation, evaluateEpoch } from "./evaluate.ts";
import type { ResolvedFitOptions } from "./fit-options.ts";
import type { TrainingProgress } from "./progress.ts";
import { Recording } from "./replay.ts";
import { type TrainingSetup, trainedRanges } from "./setup.ts";
import type { StepKind, Trainer } from "./trainer.ts";

/** Loads the display that `verbose` asks for; null in pages, pipes and tests, which show nothing by default. */
async function progressFor(verbose: ResolvedFitOptions["verbose"]): Promise<TrainingProgress | null> {
  const stdout = globalThis.process?.stdout;
  const terminal = stdout?.isTTY ? stdout : null;
  if (verbose === 0 || (verbose === "auto" && !terminal)) return null;
  const { TrainingProgress } = await import("./progress.ts");
  return new TrainingProgress(verbose === 2 ? null : terminal, (line) => console.log(line));
}

/** A checkpoint at the end of an epoch waits until so many seconds have passed since the one before. */
const secondsBetweenEpochs = 1;

/** The code for checkpoints is loaded when it is first needed. */
const checkpoints = () => import("./checkpoint.ts");

/** What is trained on. */
export interface Training {
  readonly trainer: Trainer;
  /** The number of examples of an epoch; null for a generator. */
  readonly size: number | null;
  /** The number of steps of an epoch; null if only the end of a generator tells. */
  readonly steps: (batchSize: number) => number | null;
  /** Begins an epoch; `shuffled` is the order of its examples, null for that of the data. */
  readonly begin: (shuffled: Int32Array | null, epoch: number) => void;
}

/** What is measured after each epoch. */
export interface Validation {
  readonly trainer: Trainer;
  readonly begin: () => void;
}

/** One run of `fit`. */
export class Run implements TrainingRun {
  readonly model: Network;
  readonly epochs: number;
  readonly initialEpoch: number;
  readonly batchSize: number;
  /** Steps in an epoch; Infinity until the first epoch of a generator has ended. */
  steps: number;
  /** Examples in an epoch; Infinity until the first epoch of a generator has ended. */
  size: number;
  readonly #setup: TrainingSetup;
  readonly #training: Training;
  readonly #validation: Validation | null;
  readonly #options: ResolvedFitOptions;
  readonly #recording: Recording;
  readonly #pace = new Pace();
  readonly #settings: RunSettings;
  #callbacks: readonly Callback[] = [];
  #records: EpochRecord[] = [];
  /** The checkpoint whose numbers are due when the first step's program has made its variables. */
  #pending: Checkpoint | null = null;
  /** The time of the last checkpoint. */
  #remembered = performance.now();
  /** The time of the last report of progress. */
  #reported = -Infinity;
  #stopped: string | null = null;

  constructor(
    model: Network,
    setup: TrainingSetup,
    training: Training,
    validation: Validation | null,
    options: ResolvedFitOptions,
  ) {
    this.model = model;
    this.epochs = options.epochs;
    this.initialEpoch = options.initialEpoch;
    this.size = training.size ?? Infinity;
    this.batchSize = Math.min(options.batchSize, this.size);
    this.steps = training.steps(this.batchSize) ?? Infinity;
    this.#setup = setup;
    this.#training = training;
    this.#validation = validation;
    this.#options = options;
    const { seed, shuffle, accumulate } = options;
    const callbacks = options.callbacks.filter(remembers).map(nameOf).sort().join(", ");
    const loss = setup.objectives.map((objective) => objective.loss.name).join(" + ");
    this.#settings = { seed, batchSize: this.batchSize, shuffle, accumulate, size: training.size, loss, callbacks };
    const { optimizer } = setup;
    for (const range of trainedRanges(model, setup)) optimizer.slots(range);
    this.#recording = new Recording(() => this.#state(), optimizer.learningRate);
  }

  /** All variables that a step changes. */
  #state(): readonly Variable[] {
    return [...this.model.weights().variables, ...this.#slots()];
  }

  stop(reason: string): void {
    this.#stopped ??= reason;
  }

  async run(): Promise<History> {
    const { callbacks, verbose, seed } = this.#options;
    const shown = await progressFor(verbose);
    this.#callbacks = shown ? [...callbacks, shown] : callbacks;
    const start = performance.now();
    const { checkpoint: path, resume } = this.#options;
    const begun = resume && path !== null ? await (await checkpoints()).readCheckpoint(path) : null;
    if (begun) await this.#check(begun);
    this.#records = begun ? [...begun.place.records] : [];
    this.#pending = begun;
    this.#training.trainer.startRun(seed);
    try {
      await this.#notify((callback) => callback.onTrainBegin?.(this));
      if (begun) await this.#restoreFirst(begun);
      const first = begun?.place.epoch ?? this.initialEpoch;
      for (let epoch = first; epoch < this.epochs && !this.#isStopped(); epoch++) {
        const record = await this.#epoch(epoch, begun && epoch === first ? begun : null);
        if (!record) break;
        this.#records.push(record);
        await this.#notify((callback) => callback.onEpochEnd?.(record, this));
        const isLast = epoch + 1 === this.epochs || this.#isStopped();
        if (isLast || performance.now() - this.#remembered >= 1000 * this.#pause())
          await this.#remember({ epoch: epoch + 1, step: 0, seen: 0, figures: null });
      }
      const { optimizer } = this.#setup;
      optimizer.finalizeVariableValues(trainedRanges(this.model, this.#setup));
      const history = { epochs: this.#records, stopped: this.#stopped, seconds: (performance.now() - start) / 1000 };
      await this.#notify((callback) => callback.onTrainEnd?.(history, this));
      return history;
    } catch (error) {
      await this.#tellError(error);
      throw error;
    } finally {
      shown?.end();
    }
  }

  /** The least time between checkpoints at the ends of epochs, in seconds: short epochs share one. */
  #pause(): number {
    return Math.min(secondsBetweenEpochs, this.#options.checkpointSeconds);
  }

  /** Throws {@link FileError} for a checkpoint of another run. */
  async #check(begun: Checkpoint): Promise<void> {
    const { checkSettings, checkWeights } = await checkpoints();
    checkSettings(begun, this.#settings);
    const own = this.model.weights().named.map(({ path, parameter }) => [path, parameter.shape] as const);
    checkWeights(begun, Object.fromEntries(own));
    if (begun.place.stopped !== null && begun.place.stopped !== "aborted") this.stop(begun.place.stopped);
  }

  /** Restores what is there before the first step: weights, optimizers, the state of callbacks. */
  async #restoreFirst(begun: Checkpoint): Promise<void> {
    const { restoreFirst } = await checkpoints();
    restoreFirst(begun, [...this.#rates(), ...this.#slots()]);
    this.model.weights().assign(begun.weights);
    // Callbacks find their states by their names; those of one name, in their order.
    const states = [...begun.callbacks];
    for (const callback of this.#options.callbacks.filter(remembers)) {
      const at = states.findIndex(({ name }) => name === nameOf(callback));
      const [state] = at < 0 ? [] : states.splice(at, 1);
      if (state) callback.restore?.(state.values, state.tensors);
    }
  }

  #slots(): readonly Variable[] {
    return optimizersOf(this.model, this.#setup).flatMap((own) => own.variables);
  }

  #rates(): readonly Variable[] {
    return optimizersOf(this.model, this.#setup).map(({ learningRate }) => learningRate);
  }

  /** Everything but the weights that must be the same for the run to go on. */
  #variables(): readonly Variable[] {
    return [...this.#rates(), ...this.#slots(), ...this.#training.trainer.variables];
  }

  /** Restores the rest, before the next step of an epoch, of which `step` are done. */
  async #restore(begun: Checkpoint, step: number): Promise<void> {
    const { restoreVariables } = await checkpoints();
    // At the beginning of an epoch its callbacks have had their say; within it they have said the same once more.
    restoreVariables(begun, this.#variables(), step === 0 ? this.#rates().length : 0);
    if (step > 0) this.model.weights().assign(begun.weights);
    else this.#training.trainer.reset("train");
    this.#pending = null;
  }

  /** Writes a checkpoint, if there is to be one. */
  async #remember(at: Pick<Place, "epoch" | "step" | "seen" | "figures">): Promise<void> {
    const { checkpoint: path, callbacks } = this.#options;
    if (path === null) return;
    const states: NamedState[] = [];
    for (const callback of callbacks.filter(remembers)) {
      const [values = null, tensors = {}] = [await callback.state?.(), await callback.stateTensors?.()];
      states.push({ name: nameOf(callback), values, tensors });
    }
    const place: Place = { ...at, records: this.#records, stopped: this.#stopped };
    const weights = await this.model.weights().read();
    const { encodeCheckpoint, writeCheckpoint } = await checkpoints();
    await writeCheckpoint(path, await encodeCheckpoint(this.#settings, place, states, weights, this.#variables()));
    this.#remembered = performance.now();
  }

  /** Runs one epoch. Returns null if the run was stopped before its end. */
  async #epoch(epoch: number, begun: Checkpoint | null): Promise<EpochRecord | null> {
    const start = performance.now();
    await this.#notify((callback) => callback.onEpochBegin?.(epoch, this));
    if (this.#isStopped()) return null;
    const means = await this.#train(epoch, start, begun);
    if (!means) return null;
    const validated = await this.#validate();
    if (this.#validation && !validated) return null;
    const named = Object.entries(validated ?? {}).map(([name, value]) => [
      `val${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]);
    return { epoch, ...means, ...Object.fromEntries(named), seconds: (performance.now() - start) / 1000 };
  }

  async #train(epoch: number, start: number, begun: Checkpoint | null): Promise<Evaluation | null> {
    const { trainer, begin } = this.#training;
    const { source } = trainer;
    const { seed, shuffle } = this.#options;
    begin(
      shuffle && Number.isFinite(this.size) && this.#training.size !== null
        ? permutation(this.size, seed, epoch)
        : null,
      epoch,
    );
    trainer.reset("train");
    const trainingStart = performance.now();
    let { step, seen } = begun?.place ?? { step: 0, seen: 0 };
    await source.skip(step, this.batchSize);
    let latest: Evaluation | null = begun?.place.figures ?? null;
    const isExact = this.#callbacks.some((callback) => callback.onBatchEnd);
    for (;;) {
      const { kind, limit } = this.#due(step);
      const rewind = source.mark();
      const ready = await source.next(this.batchSize, isExact ? 1 : Math.min(limit, this.#pace.next(limit)));
      if (!ready) break;
      await trainer.prepare(kind, ready);
      if (this.#pending) await this.#restore(this.#pending, step);
      this.#recording.record({ kind, ready, rewind });
      const callStart = performance.now();
      const figures = (await trainer.run(kind, ready)) as Evaluation;
      const now = performance.now();
      const { batch, steps } = ready;
      if (batch === this.batchSize || !Number.isFinite(this.size)) this.#pace.took(steps, now - callStart);
      const { loss = Number.NaN } = figures;
      if (!Number.isFinite(loss)) {
        const interval = { epoch, from: step + 1, to: step + steps, steps: this.steps };
        const own = { trainer, setup: this.#setup, recording: this.#recording };
        const { lossNotFinite } = await import("./not-finite.ts");
        throw await lossNotFinite({ ...own, ...interval, loss });
      }
      step += steps;
      seen += batch * steps;
      latest = figures;
      await this.#progress({ epoch, step, seen, now, trainingStart, start }, latest);
      await breathe();
      const isStopped = step < this.steps && this.#isStopped();
      const isDue = performance.now() - this.#remembered >= 1000 * this.#options.checkpointSeconds;
      if (isStopped || (isDue && step < this.steps)) await this.#remember({ epoch, step, seen, figures: latest });
      if (isStopped) return null;
    }
    // The checkpoint was written after the last step of a generator: what comes next needs the weights.
    if (this.#pending) this.model.weights().assign(this.#pending.weights);
    if (!latest)
      throw new ArgumentError(
        `fit: expected at least one batch in epoch ${epoch + 1}, got none: a generator is used up after one epoch; ` +
          "give the function that returns it.",
      );
    if (!Number.isFinite(this.steps)) [this.steps, this.size] = [step, seen];
    return latest;
  }

  /** The kind of the next step of an epoch, and how many of this kind follow. */
  #due(step: number): { readonly kind: StepKind; readonly limit: number } {
    const { accumulate } = this.#options;
    const group = accumulate === "epoch" ? this.steps : accumulate;
    if (group === 1) return { kind: "train", limit: Infinity };
    // The last step of an epoch moves the weights, however many gradients wait.
    const last = Math.min(this.steps, (Math.floor(step / group) + 1) * group) - 1;
    return step < last ? { kind: "accumulate", limit: last - step } : { kind: "apply", limit: 1 };
  }

  /** Reports the progress after the first call, then about every 16 ms, and after the last step. */
  async #progress(
    at: { epoch: number; step: number; seen: number; now: number; trainingStart: number; start: number },
    { loss, ...metrics }: Evaluation,
  ): Promise<void> {
    const { epoch, step, seen, now, trainingStart, start } = at;
    const { epochs, steps } = this;
    const examplesPerSecond = (1000 * seen) / Math.max(now - trainingStart, 1e-3);
    const seconds = (now - start) / 1000;
    const progress: Progress = { epoch, epochs, step, steps, loss, metrics, examplesPerSecond, seconds };
    await this.#notify((callback) => callback.onBatchEnd?.(progress, this));
    const isLast = step === steps && epoch === epochs - 1;
    if (!isLast && now - this.#reported < due) return;
    await this.#notify((callback) => callback.onProgress?.(progress, this));
    this.#reported = performance.now();
  }

  /** The measures over the validation data; null if there are none, or if the run was aborted meanwhile. */
  async #validate(): Promise<Evaluation | null> {
    if (!this.#validation) return null;
    const { trainer, begin } = this.#validation;
    const { signal } = this.#options;
    begin();
    await this.#notify((callback) => callback.onTestBegin?.(this));
    try {
      return await evaluateEpoch(trainer, { batchSize: 256, signal });
    } catch (error) {
      if (this.#isStopped()) return null;
      throw error;
    } finally {
      await this.#notify((callback) => callback.onTestEnd?.(this));
    }
  }

  #isStopped(): boolean {
    if (this.#options.signal?.aborted) this.stop("aborted");
    return this.#stopped !== null;
  }

  /** Tells the callbacks of the error that ends the run. What fails meanwhile does not hide it. */
  async #tellError(error: unknown): Promise<void> {
    const tell = async (callback: Callback) => callback.onTrainError?.(error, this);
    for (const callback of this.#callbacks) await tell(callback).catch(() => undefined);
  }

  async #notify(call: (callback: Callback) => void | Promise<void>): Promise<void> {
    for (const callback of this.#callbacks) await call(callback);
  }
}

/** True for a callback whose state a checkpoint holds. */
const remembers = (callback: Callback): boolean => callback.restore !== undefined;

/** The name under which a checkpoint remembers a callback. */
function nameOf(callback: Callback): string {
  const { name } = callback;
  if (typeof name === "string") return name;
  const kind: string = callback.constructor?.name ?? "Object";
  return kind === "Object" ? "callback" : kind;
}

/** The optimizer of `compile`, and those in the fields of a model with a training step of its own. */
function optimizersOf(model: Network, { optimizer }: TrainingSetup): readonly Optimizer[] {
  const own = Object.values(model).filter((field): field is Optimizer => field instanceof Optimizer);
  return [...new Set([optimizer, ...own])];
}
