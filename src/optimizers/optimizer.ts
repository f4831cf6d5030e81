// The optimizer: learning rate, step count, slots and what all optimizers share, around one update rule.

import { where as choose, concatenate, zeros } from "../functions/array.ts";
import { assignRanges, readRange, type Segment, type TrainedRange } from "../nn/tree/store.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { outputOf } from "../transformations/outputs.ts";
import { Variable, variable } from "../variable.ts";
import { bySegment } from "./by-path.ts";
import { clip } from "./clipping.ts";
import type { OptimizerOption, OptimizerRule, Slot } from "./rule.ts";
import { type Schedule, scalar } from "./schedules/schedule.ts";
import {
  checkLearningRate,
  learningRateJson,
  type OptimizerOptions,
  type SharedOptions,
  sharedOptions,
} from "./shared-options.ts";
import { type SlotPart, slotLayout } from "./slot-layout.ts";

/** A gradient, and what it belongs to: a variable, or a range of one in which several parameters lie. */
export type GradientPair = readonly [gradient: Tensor, of: Variable | TrainedRange];

/** The slot of the running means of parameters. */
const average = "average";

/** What an update rule is called with: one range, or several joined. */
interface Group {
  readonly ranges: readonly TrainedRange[];
  readonly segments: readonly Segment[];
  readonly value: Tensor;
  readonly gradient: Tensor;
}

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
  /**
   * float32 []. Assign it to change the rate; nothing is compiled again. With a {@link schedule} it holds the rate of
   * the last step, which the schedule gave, and an assignment has no effect.
   */
  readonly learningRate: Variable;
  /** The schedule of the learning rate; null if the rate is a number. */
  readonly schedule: Schedule | null;
  /** int32 []: the number of steps taken so far. */
  readonly iterations: Variable;
  readonly #rule: OptimizerRule;
  readonly #shared: SharedOptions;
  readonly #slots = new Map<Variable, Map<string, Record<string, Variable>>>();
  /** The ranges that steps have moved. */
  readonly #moved = new Map<Variable, Map<string, TrainedRange>>();

  /** Throws {@link ArgumentError} for a learning rate or a shared option that is out of range. */
  constructor(rule: OptimizerRule, learningRate: number | Schedule, options: OptimizerOptions) {
    const where = `optimizers.${rule.name}`;
    const rate = checkLearningRate(where, learningRate);
    this.name = rule.name;
    this.#rule = rule;
    this.#shared = sharedOptions(where, options);
    this.schedule = typeof rate === "number" ? null : rate;
    const first = typeof rate === "number" ? rate : outputOf(`${where}: learningRate`, rate.rate(scalar(0)));
    this.learningRate = variable(first, { name: "learningRate" });
    this.iterations = variable(zeros([], "int32"), { name: "iterations" });
  }

  /** True if it keeps running means of the weights. */
  get usesEma(): boolean {
    return this.#shared.ema !== null;
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
    const slots = Object.fromEntries(
      Object.keys(this.#slotsByName).map((name) => {
        const { shape, first } = this.#layout(name, rangeOf(of));
        return [name, variable(zeros(shape).add(first), { name: `optimizer/${name}` })];
      }),
    );
    ranges.set(`${from} ${to}`, slots);
    return slots;
  }

  /** Where each parameter of a range has its share of a slot: in files, it is saved under the parameter's path. */
  slotParts(name: string, range: TrainedRange): readonly SlotPart[] {
    return this.#layout(name, range).parts;
  }

  get #slotsByName(): Readonly<Record<string, Slot>> {
    return { ...this.#rule.slots, ...(this.#shared.ema && { [average]: 0 }) };
  }

  #layout(name: string, range: TrainedRange): ReturnType<typeof slotLayout> {
    return slotLayout(this.#slotsByName[name]!, range, readRange(range).shape);
  }

  /**
   * Takes one step: moves each variable along its gradient. Inside `compile` the assignments are part of the program.
   */
  applyGradients(pairs: readonly GradientPair[]): void {
    const { schedule, iterations, learningRate } = this;
    const rate = schedule ? schedule.rate(iterations.value.cast("float32")) : learningRate.value;
    iterations.assignAdd(1);
    const step = iterations.value.cast("float32");
    const given = pairs.map(([gradient, of]) => ({ gradient, range: rangeOf(of) }));
    for (const { range } of given) {
      const ranges = this.#moved.get(range.variable) ?? new Map<string, TrainedRange>();
      this.#moved.set(range.variable, ranges.set(`${range.from} ${range.to}`, range));
    }
    const clipped = clip(
      given.map(({ gradient, range }) => ({ gradient, segments: range.segments })),
      this.#shared.clipping,
    );
    const single = given.map(({ range }, i) => ({
      ranges: [range],
      segments: range.segments,
      value: readRange(range),
      gradient: clipped[i]!,
    }));
    const groups = this.#rule.joint && single.length > 0 ? [joined(single)] : single;

    const assign: (() => void)[] = [];
    const moved = new Map<Variable, { from: number; to: number; value: Tensor }[]>();
    for (const group of groups) {
      const { value, slots } = this.#move(group, rate, step);
      const split = splitter(group.ranges.length);
      for (const range of group.ranges) {
        const part = { ...range, value: split("", value, range.to - range.from) };
        moved.set(range.variable, [...(moved.get(range.variable) ?? []), part]);
        for (const [name, slot] of Object.entries(this.slots(range))) {
          const isFlat = typeof this.#slotsByName[name] === "number";
          const next = split(name, slots[name]!, isFlat ? sizeOf(slot.shape) : slot.shape.at(-1)!);
          assign.push(() => slot.assign(next.reshape(slot.shape)));
        }
      }
    }
    for (const [of, ranges] of moved) assignRanges(of, ranges);
    for (const each of assign) each();
    if (schedule) learningRate.assign(rate);
  }

  /** Applies decay, the rule and the running mean. */
  #move(group: Group, rate: Tensor, step: Tensor): { value: Tensor; slots: Readonly<Record<string, Tensor>> } {
    const { segments, gradient, ranges } = group;
    const { ema, decays, rateFactor, weightDecay } = this.#shared;
    const { shape } = group.value;
    const factor = bySegment(segments, shape, ({ path }) => rateFactor(path));
    const learningRate = factor === 1 ? rate : rate.mul(factor);
    const decay = bySegment(segments, shape, (segment) =>
      decays(segment.path) ? (this.#rule.weightDecay?.(segment) ?? weightDecay) : 0,
    );
    const value = decay === 0 ? group.value : group.value.sub(group.value.mul(learningRate.mul(decay)));
    const slots = this.#read(ranges);
    const next = this.#rule.update({ value, gradient, slots, learningRate, step, segments });
    if (!ema) return next;
    // The mean begins with the parameters after the first step.
    const momentum = step.greater(1).cast("float32").mul(ema.momentum);
    const mean = slots[average]!.mul(momentum).add(next.value.mul(momentum.neg().add(1)));
    const { overwriteFrequency } = ema;
    const isDue = overwriteFrequency && this.iterations.value.mod(overwriteFrequency).equal(0);
    return {
      value: isDue ? choose(isDue, mean, next.value) : next.value,
      slots: { ...next.slots, [average]: mean },
    };
  }

  /** The slots of a group of ranges, for a joint rule joined along the last axis. */
  #read(ranges: readonly TrainedRange[]): Record<string, Tensor> {
    return Object.fromEntries(
      Object.entries(this.#slotsByName).map(([name, slot]) => {
        const values = ranges.map((range) => this.slots(range)[name]!.value);
        if (!this.#rule.joint) return [name, values[0]!];
        return [name, join(typeof slot === "number" ? values.map((value) => value.reshape([-1])) : values)];
      }),
    );
  }

  /**
   * Gives variables the running means of their values, if `useEma` is set and at least one step was taken; `fit` calls
   * it at the end of training, as in Keras. Where steps of one's own have moved only parts of what is given, the parts
   * alone are changed: the rest has no means here.
   */
  finalizeVariableValues(of: readonly (Variable | TrainedRange)[]): void {
    if (!this.#shared.ema) return;
    const isTrained = this.iterations.value.greater(0);
    const moved = new Map<Variable, { from: number; to: number; value: Tensor }[]>();
    for (const range of of.flatMap((each) => this.#movedOf(rangeOf(each)))) {
      const value = choose(isTrained, this.slots(range)[average]!.value, readRange(range));
      moved.set(range.variable, [...(moved.get(range.variable) ?? []), { ...range, value }]);
    }
    for (const [whole, ranges] of moved) assignRanges(whole, ranges);
  }

  /** A range, or the parts of it that steps have moved, if it was never moved as a whole. */
  #movedOf(range: TrainedRange): readonly TrainedRange[] {
    const moved = this.#moved.get(range.variable);
    if (!moved || moved.has(`${range.from} ${range.to}`)) return [range];
    const parts = [...moved.values()].filter(({ from, to }) => from >= range.from && to <= range.to);
    return parts.length > 0 ? parts : [range];
  }

  /**
   * The options with which the factory of this name makes the optimizer again, with the present learning rate or its
   * schedule.
   */
  async config(): Promise<Readonly<Record<string, OptimizerOption>>> {
    const learningRate = learningRateJson(this.schedule ?? (await this.currentLearningRate()));
    return { learningRate, ...this.#rule.config, ...this.#shared.config };
  }

  /** The learning rate of the next step, as the shortest number that rounds to its float32. */
  async currentLearningRate(): Promise<number> {
    const next = this.schedule?.rate(this.iterations.value.cast("float32")) ?? this.learningRate;
    const rate = (await next.data())[0]!;
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

const join = (parts: readonly Tensor[]): Tensor => (parts.length === 1 ? parts[0]! : concatenate(parts, -1));

/** Takes the parts of joined vectors one after another, by the name of the vector and the length of the part. */
function splitter(count: number): (name: string, whole: Tensor, length: number) => Tensor {
  const ends = new Map<string, number>();
  return (name, whole, length) => {
    if (count === 1) return whole;
    const from = ends.get(name) ?? 0;
    ends.set(name, from + length);
    return whole.at("...", [from, from + length]);
  };
}

/** Several groups as one, of which all vectors are joined. */
function joined(groups: readonly Group[]): Group {
  let end = 0;
  const segments = groups.flatMap((group) => {
    const from = end;
    end += group.value.size;
    return group.segments.map((segment) => ({ ...segment, offset: from + segment.offset }));
  });
  return {
    ranges: groups.flatMap(({ ranges }) => ranges),
    segments,
    value: join(groups.map(({ value }) => value.reshape([-1]))),
    gradient: join(groups.map(({ gradient }) => gradient.reshape([-1]))),
  };
}
