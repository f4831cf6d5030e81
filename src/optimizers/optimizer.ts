// The optimizer: learning rate, step count, clipping and slots, which all optimizers share, around one update rule.
import { ArgumentError } from "../errors.ts";
import { concatenate, zeros } from "../functions/array.ts";
import { assignRanges, readRange, type Segment, type TrainedRange } from "../nn/store.ts";
import { checkOptions, checkRange, describe } from "../options.ts";
import { sizeOf } from "../shape.ts";
import { asTensor, type Tensor } from "../tensor.ts";
import { Variable, variable } from "../variable.ts";

/**
 * The options that every optimizer takes beside its own.
 *
 * Keras takes at most one of the three kinds of clipping. Several apply here in the order `clipnorm`,
 * `globalClipnorm`, `clipvalue`, as the three calls of PyTorch would one after another.
 */
export interface OptimizerOptions {
  /** The size of a step. A finite number from 0 up. */
  readonly learningRate?: number;
  /**
   * Scales the gradient of each parameter (each kernel, each bias) down to this Euclidean norm where it is longer, as
   * in
   * Keras. PyTorch: `clip_grad_norm_` called for each parameter. Default: no clipping.
   */
  readonly clipnorm?: number;
  /**
   * Scales the gradients of all parameters down by one factor, so that their common Euclidean norm is at most this, as
   * Keras's `global_clipnorm`. PyTorch: one `clip_grad_norm_` for all parameters. Default: no clipping.
   */
  readonly globalClipnorm?: number;
  /** Limits each element of the gradient to ± this. PyTorch: `clip_grad_value_`. Default: no clipping. */
  readonly clipvalue?: number;
}

const clippingNames = ["clipnorm", "globalClipnorm", "clipvalue"] as const;
type Clipping = Pick<OptimizerOptions, (typeof clippingNames)[number]>;

/** The input of an update rule: all parameters of a model in one vector, and a vector of that size for each slot. */
interface UpdateInput<Slot extends string> {
  readonly value: Tensor;
  readonly gradient: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
  readonly learningRate: Tensor;
  /** The number of this step, from 1 up, float32. */
  readonly step: Tensor;
}

interface UpdateOutput<Slot extends string> {
  readonly value: Tensor;
  readonly slots: Readonly<Record<Slot, Tensor>>;
}

/** One optimizer: its name, its options, and its update rule. */
export interface OptimizerRule<Slot extends string> {
  readonly name: string;
  /** The rule's own options with their values, for model files. */
  readonly config: Readonly<Record<string, number | boolean>>;
  /** The state that the rule keeps for each parameter, by name, with its first value. */
  readonly slots: Readonly<Record<Slot, number>>;
  /** One chain of elementwise operations, so that the update of a whole network is a single kernel. */
  readonly update: (input: UpdateInput<Slot>) => UpdateOutput<Slot>;
}

/** A gradient, and what it belongs to: a variable, or a range of one in which several parameters lie. */
export type GradientPair = readonly [gradient: Tensor, of: Variable | TrainedRange];

/**
 * Moves variables along their gradients. A factory such as `optimizers.adam()` makes one.
 *
 * The learning rate and the step count are variables, so that a compiled training step sees them change.
 *
 * @example
 * const w = variable([1, 2]);
 * const optimizer = optimizers.sgd({ learningRate: 0.1 });
 * const step = compile(() => optimizer.applyGradients([[gradients(w.value.square().sum(), [w])[0], w]]));
 * await step.repeat(100);
 */
export class Optimizer {
  readonly name: string;
  /** float32 []. Assign it to change the rate; nothing is compiled again. */
  readonly learningRate: Variable;
  /** int32 []: the number of steps taken so far. */
  readonly iterations: Variable;
  readonly #rule: OptimizerRule<string>;
  readonly #clipping: Clipping;
  readonly #slots = new Map<Variable, Map<string, Record<string, Variable>>>();

  /** Throws {@link ArgumentError} for a learning rate or clipping that is out of range. */
  constructor(rule: OptimizerRule<string>, learningRate: number, options: OptimizerOptions) {
    const where = `optimizers.${rule.name}`;
    // The rate is a float32, where numbers above 3.4e38 are infinite.
    checkRange(
      where,
      "learningRate",
      learningRate,
      0,
      learningRate > 3.4e38 && learningRate < Infinity ? 3.4e38 : Infinity,
    );
    const clipping = clippingNames.filter((name) => options[name] !== undefined);
    this.name = rule.name;
    this.#rule = rule;
    this.#clipping = Object.fromEntries(clipping.map((name) => [name, checkPositive(where, name, options[name])]));
    this.learningRate = variable(learningRate, { name: "learningRate" });
    this.iterations = variable(zeros([], "int32"), { name: "iterations" });
  }

  /** All variables that steps change: the number of steps, and the slots that have been made. */
  get variables(): readonly Variable[] {
    const slots = [...this.#slots.values()].flatMap((ranges) => [...ranges.values()]);
    return [this.iterations, ...slots.flatMap((own) => Object.values(own))];
  }

  /** The slots of a variable or a range of one, such as its velocity, made at the first call. */
  slots(of: Variable | TrainedRange): Readonly<Record<string, Variable>> {
    const { variable: whole, from, to } = rangeOf(of);
    let ranges = this.#slots.get(whole);
    if (!ranges) this.#slots.set(whole, (ranges = new Map()));
    const known = ranges.get(`${from} ${to}`);
    if (known) return known;
    const { shape } = readRange({ variable: whole, from, to });
    const slots = Object.fromEntries(
      Object.entries(this.#rule.slots).map(([name, first]) => [
        name,
        variable(zeros(shape).add(first), { name: `optimizer/${name}` }),
      ]),
    );
    ranges.set(`${from} ${to}`, slots);
    return slots;
  }

  /**
   * Takes one step: moves each variable along its gradient. Inside `compile` the assignments are part of the program.
   */
  applyGradients(pairs: readonly GradientPair[]): void {
    const learningRate = this.learningRate.value;
    this.iterations.assignAdd(1);
    const step = this.iterations.value.cast("float32");
    const assign: (() => void)[] = [];
    const moved = new Map<Variable, { from: number; to: number; value: Tensor }[]>();
    for (const [gradient, of] of clip(pairs, this.#clipping)) {
      const range = rangeOf(of);
      const variables = this.slots(of);
      const slots = Object.fromEntries(Object.entries(variables).map(([name, slot]) => [name, slot.value]));
      const next = this.#rule.update({ value: readRange(range), gradient, slots, learningRate, step });
      moved.set(range.variable, [...(moved.get(range.variable) ?? []), { ...range, value: next.value }]);
      for (const [name, slot] of Object.entries(variables)) assign.push(() => slot.assign(next.slots[name]!));
    }
    for (const [of, ranges] of moved) assignRanges(of, ranges);
    for (const each of assign) each();
  }

  /** The options with which the factory of this name makes the optimizer again, with the present learning rate. */
  async config(): Promise<Readonly<Record<string, number | boolean>>> {
    return { learningRate: await this.currentLearningRate(), ...this.#rule.config, ...this.#clipping };
  }

  /** The present learning rate, as the shortest number that rounds to its float32. */
  async currentLearningRate(): Promise<number> {
    const rate = (await this.learningRate.data())[0]!;
    for (let digits = 1; digits < 9; digits++)
      if (Math.fround(Number(rate.toPrecision(digits))) === rate) return Number(rate.toPrecision(digits));
    return rate;
  }
}

/** A variable as the range that it is: one parameter. */
function rangeOf(of: Variable | TrainedRange): TrainedRange {
  if (!(of instanceof Variable)) return of;
  const { shape, name } = of;
  const size = sizeOf(shape);
  return { variable: of, from: 0, to: size, segments: [{ path: name, shape, offset: 0, size }] };
}

const sumOfSquares = (x: Tensor): Tensor => x.square().sum();

/** g · c / max(‖g‖, c), where ‖g‖² is given. */
function scaleDown(gradient: Tensor, normSquared: Tensor, limit: number): Tensor {
  return gradient.mul(asTensor(limit).div(normSquared.sqrt().maximum(limit)));
}

/** The gradients after clipping, first by the norm of each parameter, then by the norm of all, then by element. */
function clip(pairs: readonly GradientPair[], { clipnorm, globalClipnorm, clipvalue }: Clipping) {
  let clipped = pairs;
  if (clipnorm !== undefined)
    clipped = clipped.map(([gradient, of]) => [clipEach(gradient, rangeOf(of).segments, clipnorm), of]);
  if (globalClipnorm !== undefined) {
    const total = clipped.map(([gradient]) => sumOfSquares(gradient)).reduce((a, b) => a.add(b));
    clipped = clipped.map(([gradient, of]) => [scaleDown(gradient, total, globalClipnorm), of]);
  }
  if (clipvalue === undefined) return clipped;
  return clipped.map(([gradient, of]) => [gradient.maximum(-clipvalue).minimum(clipvalue), of] as const);
}

/** Clips each parameter of a gradient by its own norm (Pascanu and others, 2013). */
function clipEach(gradient: Tensor, segments: readonly Segment[], limit: number): Tensor {
  if (segments.length === 1) return scaleDown(gradient, sumOfSquares(gradient), limit);
  return concatenate(
    segments.map(({ offset, size }) => {
      const own = gradient.at([offset, offset + size]);
      return scaleDown(own, sumOfSquares(own), limit);
    }),
  );
}

/** Throws {@link ArgumentError} for an option that is neither the optimizer's own nor one that all share. */
export function checkOptimizerOptions(name: string, options: object, own: readonly string[]): void {
  checkOptions(`optimizers.${name}`, options, ["learningRate", ...own, ...clippingNames]);
}

export function checkPositive(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number above 0, got ${describe(value)}.`);
}
