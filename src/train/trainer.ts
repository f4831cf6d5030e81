// The programs of a model on a source: a training step and an evaluation step, which take no arguments.
import type { KernelRun, ReadableProgram } from "../backends/backend.ts";
import { type Compiled, compile } from "../compile-function.ts";
import { ArgumentError } from "../errors.ts";
import { zeros } from "../functions/array.ts";
import { foldIn, type Key, key } from "../functions/random.ts";
import { gradients } from "../gradient.ts";
import type { LayerOutput } from "../nn/tree/call.ts";
import type { Layer } from "../nn/tree/layer.ts";
import type { Network } from "../nn/tree/network.ts";
import { readingThrough, readRange } from "../nn/tree/store.ts";
import { isTensor, type Tensors } from "../nn/tree/tree.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { checkNotAsync, describe } from "../options.ts";
import { shortestFloat32 } from "../quantities.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Variable, variable } from "../variable.ts";
import { measure } from "./measure.ts";
import { Meters } from "./meters.ts";
import { constrain, differentiate, minimize, type OwnStep, update } from "./own-step.ts";
import { type TrainingSetup, trainedRanges } from "./setup.ts";
import type { Ready, Source } from "./source.ts";

/**
 * "train" takes a step along a gradient; "accumulate" adds a gradient to those that wait, and leaves the weights as
 * they are; "apply" takes a step along the mean of its own gradient and of those that wait.
 */
export type StepKind = "train" | "accumulate" | "apply" | "evaluate";

/** The program of a step; it returns the figures so far. */
type Step = Compiled<[], Tensor[]>;

/** Separates a model's random numbers in training from those of its first weights. */
const trainingStream = 2 ** 31;

/** A model beside a source of batches. */
export class Trainer<S extends Source = Source> {
  readonly source: S;
  readonly #model: Network & OwnStep;
  readonly #setup: TrainingSetup;
  readonly #meters = { train: new Meters(), evaluate: new Meters() };
  readonly #key = variable(zeros([2], "uint32"), { name: "key" });
  readonly #steps = new Map<string, Step>();
  /** The sums of the gradients that wait, each times its number of examples, and that number. */
  #waiting: { readonly gradients: readonly Variable[]; readonly count: Variable } | null = null;

  constructor(model: Network & OwnStep, setup: TrainingSetup, source: S) {
    this.#model = model;
    this.#setup = setup;
    this.source = source;
  }

  /** Sets the random key of a training run. */
  startRun(seed: number): void {
    this.#key.assign(foldIn(key(seed), trainingStream));
    for (const each of this.#waitingVariables()) each.assign(zeros(each.shape));
  }

  /** Begins the figures anew. */
  reset(kind: StepKind): void {
    this.#metersOf(kind).reset();
  }

  /** The program of a step, for inspection. */
  program(kind: StepKind, ready: Ready): Promise<ReadableProgram> {
    return this.#step(kind, ready).program();
  }

  /** Compiles the program of a step, so that the first step is not the slow one. */
  async prepare(kind: StepKind, ready: Ready): Promise<void> {
    const isNew = !this.#steps.has(nameOf(kind, ready));
    if (isNew) await this.program(kind, ready);
  }

  /** Takes steps kernel by kernel and measures each kernel. */
  profile(kind: StepKind, ready: Ready): Promise<KernelRun[]> {
    return this.#step(kind, ready).profile(ready.steps);
  }

  /** Takes steps; gives the figures so far by name, the loss first. */
  async run(kind: StepKind, ready: Ready): Promise<Record<string, number>> {
    const figures = await this.#step(kind, ready).repeat(ready.steps);
    const numbers = await Promise.all(figures.map((figure) => figure.item()));
    const { names } = this.#metersOf(kind);
    return Object.fromEntries(names.map((name, i) => [name, shortestFloat32(numbers[i] ?? Number.NaN)]));
  }

  /**
   * The inputs of the next training step and the output of each layer in it, computed with the random key of that step.
   * Nothing is trained, but layers may assign their running statistics.
   */
  outputsOfNextStep(ready: Ready): { inputs: Tensors; outputs: LayerOutput<Layer>[] } {
    const outputs: LayerOutput<Layer>[] = [];
    const onOutput = (output: LayerOutput): void => void outputs.push(output);
    const { inputs } = this.source.batch(ready);
    this.#model.result(inputs, { training: true, key: this.#stepKey(), onOutput });
    return { inputs, outputs };
  }

  #metersOf = (kind: StepKind): Meters => this.#meters[kind === "evaluate" ? "evaluate" : "train"];

  #step(kind: StepKind, ready: Ready): Step {
    const name = nameOf(kind, ready);
    let step = this.#steps.get(name);
    if (!step) {
      const own = this.#model.trainStep !== undefined && kind === "train";
      step = compile(() =>
        kind === "evaluate" ? this.#evaluate(ready) : own ? this.#trainAsModelSays(ready) : this.#train(kind, ready),
      );
      this.#steps.set(name, step);
    }
    return step;
  }

  #train(kind: "train" | "accumulate" | "apply", ready: Ready): Tensor[] {
    const { optimizer } = this.#setup;
    const ranges = trainedRanges(this.#model, this.#setup);
    const read = ranges.map((range) => [range, readRange(range)] as const);
    const batch = this.source.batch(ready);
    const answers = readingThrough(read, () =>
      this.#model.result(batch.inputs, { training: true, key: this.#stepKey() }),
    );
    const { loss, figures } = measure(this.#setup, batch, answers, ready.batch, this.#meters.train);
    const slopes = gradients(
      loss,
      read.map(([, value]) => value),
    );
    const all = kind === "train" ? slopes : this.#joinWaiting(kind, slopes, ready.batch);
    if (all) {
      optimizer.applyGradients(ranges.flatMap((range, i) => (all[i] ? [[all[i], range] as const] : [])));
      constrain(this.#model, this.#setup.frozen);
    }
    return [...figures];
  }

  /** Adds gradients to those that wait; in a step that moves the weights, gives the mean of all. */
  #joinWaiting(kind: "accumulate" | "apply", slopes: readonly Tensor[], examples: number): Tensor[] | null {
    this.#waiting ??= {
      gradients: slopes.map(({ shape }) => variable(zeros(shape), { name: "waiting gradient" })),
      count: variable(0, { name: "waiting examples" }),
    };
    const { gradients, count } = this.#waiting;
    const sums = slopes.map((slope, i) => slope.mul(examples).add(gradients[i]?.value ?? 0));
    const total = count.value.add(examples);
    const isLast = kind === "apply";
    gradients.forEach((each, i) => each.assign(isLast ? zeros(each.shape) : (sums[i] as Tensor)));
    count.assign(isLast ? 0 : total);
    return isLast ? sums.map((sum) => sum.div(total)) : null;
  }

  /** The variables of a run, beside the weights and the optimizers: sums that go on from step to step. */
  get variables(): readonly Variable[] {
    return [...this.#meters.train.variables, ...this.#waitingVariables()];
  }

  #waitingVariables(): readonly Variable[] {
    return this.#waiting ? [...this.#waiting.gradients, this.#waiting.count] : [];
  }

  #trainAsModelSays(ready: Ready): Tensor[] {
    const model = this.#model;
    const batch = this.source.batch(ready);
    const key = this.#stepKey();
    const { iterations } = this.#setup.optimizer;
    let usesOptimizer = false;
    const use = (optimizer: Optimizer): void => {
      usesOptimizer ||= optimizer === this.#setup.optimizer;
    };
    const figures = model.trainStep?.(batch, {
      key,
      differentiate,
      minimize(loss, of, optimizer) {
        use(optimizer);
        return minimize(loss, of, optimizer);
      },
      update(gradients, of, optimizer) {
        use(optimizer);
        update(gradients, of, optimizer);
      },
    });
    // The number of steps counts the steps of the model, whatever optimizers it uses.
    if (!usesOptimizer) iterations.assignAdd(1);
    return Object.entries(checkFigures(model, figures)).map(([name, figure]) =>
      this.#meters.train.add(name, { total: figure.reshape([]).mul(ready.batch), count: ready.batch }),
    );
  }

  #evaluate(ready: Ready): Tensor[] {
    const batch = this.source.batch(ready);
    const answers = this.#model.result(batch.inputs);
    return [...measure(this.#setup, batch, answers, ready.batch, this.#meters.evaluate).figures];
  }

  /** The random key of the next training step. */
  #stepKey(): Key {
    return foldIn(this.#key.value, this.#setup.optimizer.iterations.value);
  }
}

/** The figures that a training step of the user's own returned. Throws {@link ArgumentError} for anything else. */
function checkFigures(model: Network, figures: unknown): Readonly<Record<string, Tensor>> {
  const where = `${model.describe()}: trainStep`;
  checkNotAsync(where, figures);
  const { loss } = (figures ?? {}) as { readonly loss?: unknown };
  if (loss === undefined)
    throw new ArgumentError(
      `${where}: expected figures with a loss, such as { loss: minimize(…) }, got ` +
        `${isTensor(figures) ? "a tensor" : describe(figures)}.`,
    );
  for (const [name, figure] of Object.entries(figures as object))
    if (!isTensor(figure) || figure.size !== 1)
      throw new ArgumentError(
        `${where}: ${name}: expected a tensor with one number, got ` +
          `${isTensor(figure) ? `one of shape ${formatShape(figure.shape)}; take its mean or sum` : describe(figure)}.`,
      );
  return figures as Readonly<Record<string, Tensor>>;
}

const nameOf = (kind: StepKind, { batch, form }: Ready): string => `${kind} ${batch} ${form}`;
