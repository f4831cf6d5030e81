// What a schedule is: the learning rate as a function of the step, computed inside the training program.
import { ArgumentError } from "../../errors.ts";
import { checkFlag, checkOptions, checkRange, describe } from "../../options.ts";
import { asTensor, type Tensor } from "../../tensor.ts";
import type { OptimizerOption } from "../rule.ts";

/**
 * A learning rate that follows from the number of steps taken. Optimizers take one as their `learningRate`; training
 * compiles nothing again as the rate changes. The factories are in {@link schedules}; a schedule of your own is an
 * object of this form, which no file can hold.
 */
export interface Schedule {
  readonly name: string;
  /** The options with which the factory of this name makes the schedule again. */
  readonly config: Readonly<Record<string, OptimizerOption>>;
  /** The rate of the step before which `step` steps were taken: float32 [], from 0 up → float32 []. */
  readonly rate: (step: Tensor) => Tensor;
}

export function isSchedule(value: unknown): value is Schedule {
  return typeof value === "object" && value !== null && typeof (value as Partial<Schedule>).rate === "function";
}

/** The schedules that {@link makeSchedule} made, which a file can hold. */
const made = new WeakSet<Schedule>();

/** The form of a schedule in a file; null for one of the user's own, which no file can hold. */
export const scheduleJson = (schedule: Schedule): OptimizerOption =>
  made.has(schedule) ? { name: schedule.name, config: schedule.config } : null;

type Check = (where: string, name: string, value: unknown) => unknown;
const fromZero: Check = (where, name, value) => checkRange(where, name, value, 0);

/** A number above 0, and at most 3.4e38, since programs compute with float32. */
export const aboveZero: Check = (where, name, value) => {
  if (typeof value === "number" && value > 0 && value < Infinity) return value;
  throw new ArgumentError(`${where}: expected ${name} to be a finite number above 0, got ${describe(value)}.`);
};

/** A list of numbers from 0 up. */
const numbersFromZero: Check = (where, name, value) => {
  if (!Array.isArray(value))
    throw new ArgumentError(`${where}: expected ${name} to be a list of numbers, got ${describe(value)}.`);
  return value.map((element, i) => checkRange(where, `${name}[${i}]`, element, 0));
};

/** A schedule, or a rate. */
const scheduleOrRate: Check = (where, name, value) => {
  if (isSchedule(value) || typeof value === "number") return isSchedule(value) || fromZero(where, name, value);
  throw new ArgumentError(`${where}: expected ${name} to be a schedule or a number, got ${describe(value)}.`);
};

const annealing: Check = (where, name, value) => {
  if (value === "cos" || value === "linear") return value;
  throw new ArgumentError(`${where}: expected ${name} to be "cos" or "linear", got ${describe(value)}.`);
};

const checks: Readonly<Record<string, Check>> = {
  decaySteps: aboveZero,
  firstDecaySteps: aboveZero,
  totalSteps: (where, name, value) => checkRange(where, name, value, 2),
  tMul: (where, name, value) => checkRange(where, name, value, 1),
  modelSize: aboveZero,
  divFactor: aboveZero,
  finalDivFactor: aboveZero,
  staircase: checkFlag,
  cycle: checkFlag,
  threePhase: checkFlag,
  pctStart: (where, name, value) => checkRange(where, name, value, 0, 1),
  after: scheduleOrRate,
  boundaries: numbersFromZero,
  values: numbersFromZero,
  annealStrategy: annealing,
};

/**
 * Makes a schedule from its options: null as a default means that an option may be left out, and `required` names
 * those that may not. Throws {@link ArgumentError} for options that are unknown, missing or out of range.
 */
export function makeSchedule<O extends object>(
  name: string,
  given: object,
  required: readonly (keyof O & string)[],
  defaults: Partial<O>,
  rate: (options: Required<O>, step: Tensor) => Tensor,
  more?: (where: string, options: Required<O>) => void,
): Schedule {
  const where = `schedules.${name}`;
  checkOptions(where, given, [...required, ...Object.keys(defaults)]);
  const options = { ...defaults, ...given } as Required<O>;
  for (const option of required) if (options[option] === undefined) missing(where, option);
  for (const [option, value] of Object.entries(options))
    if (value !== null || !(option in defaults)) (checks[option] ?? fromZero)(where, option, value);
  more?.(where, options);
  const own = { ...options } as Required<O> & Record<string, unknown>;
  for (const [option, value] of Object.entries(own))
    if (isSchedule(value)) Object.assign(own, { [option]: scheduleJson(value) });
  const schedule: Schedule = {
    name,
    config: own as unknown as Schedule["config"],
    rate: (step) => rate(options, step),
  };
  made.add(schedule);
  return schedule;
}

function missing(where: string, option: string): never {
  throw new ArgumentError(`${where}: expected the option ${option}, got none.`);
}

/** from + (to − from)·share. */
export const between = (from: number, to: number, share: Tensor): Tensor => share.mul(to - from).add(from);

/**
 * from → to along half a period of the cosine, as the share s goes from 0 to 1: (1 + cos πs)/2 is sin²(π(1 − s)/2),
 * which keeps its digits near the end.
 */
export function cosineBetween(from: number, to: number, share: Tensor): Tensor {
  const height = share
    .neg()
    .add(1)
    .mul(Math.PI / 2)
    .sin()
    .square();
  return height.mul(from - to).add(to);
}

/** One number as a tensor, float32 []. */
export const scalar = (value: number): Tensor => asTensor(value);
