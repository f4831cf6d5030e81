// Rates that fall by a formula of the share of steps done: exponential, inverse in time, polynomial.
import { where } from "../../functions/array.ts";
import type { Tensor } from "../../tensor.ts";
import { makeSchedule, type Schedule } from "./schedule.ts";

/** The options of {@link exponentialDecay} and {@link inverseTimeDecay}. */
export interface DecayOptions {
  /** η₀, the rate of the first step. */
  readonly initialLearningRate: number;
  /** T, the number of steps in which the rate decays once; above 0. */
  readonly decaySteps: number;
  /** d, from 0 up. */
  readonly decayRate: number;
  /** Decays at once after every T steps, with the integer part of t/T. Default: false. */
  readonly staircase?: boolean;
}

const elapsed = ({ decaySteps, staircase }: Required<DecayOptions>, step: Tensor): Tensor =>
  staircase ? step.div(decaySteps).floor() : step.div(decaySteps);

/**
 * η₀ · d^(t/T) after t steps, as Keras's `ExponentialDecay`. With `staircase` it is PyTorch's `StepLR`.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const halved = schedules.exponentialDecay({
 *   initialLearningRate: 0.1, decaySteps: 1000, decayRate: 0.5, staircase: true,
 * });
 * model.compile({ optimizer: optimizers.sgd({ learningRate: halved }), loss: "mse" });
 */
export const exponentialDecay = (options: DecayOptions): Schedule =>
  makeSchedule<DecayOptions>(
    "exponentialDecay",
    options,
    ["initialLearningRate", "decaySteps", "decayRate"],
    { staircase: false },
    (own, step) => {
      const { initialLearningRate, decayRate } = own;
      return elapsed(own, step).mul(Math.log(decayRate)).exp().mul(initialLearningRate);
    },
  );

/**
 * η₀ / (1 + d·t/T) after t steps, as Keras's `InverseTimeDecay`.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const falling = schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 0.5 });
 * await falling.rate(tensor(2)).item(); // 0.05
 */
export const inverseTimeDecay = (options: DecayOptions): Schedule =>
  makeSchedule<DecayOptions>(
    "inverseTimeDecay",
    options,
    ["initialLearningRate", "decaySteps", "decayRate"],
    { staircase: false },
    (own, step) => scaled(own.initialLearningRate, elapsed(own, step).mul(own.decayRate).add(1)),
  );

const scaled = (rate: number, divisor: Tensor): Tensor => divisor.pow(-1).mul(rate);

/** The options of {@link polynomialDecay}. */
export interface PolynomialDecayOptions {
  /** η₀, the rate of the first step. */
  readonly initialLearningRate: number;
  /** T, the number of steps until the end; above 0. */
  readonly decaySteps: number;
  /** η₁, the rate after T steps. Default: 0.0001. */
  readonly endLearningRate?: number;
  /** p, from 0 up. Default: 1, a straight line. */
  readonly power?: number;
  /** Begins anew after T steps, with the next multiple of T for T. Default: false, the rate stays at the end. */
  readonly cycle?: boolean;
}

/**
 * (η₀ − η₁) · (1 − t/T)ᵖ + η₁ after t steps, as Keras's `PolynomialDecay`.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const line = schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 10, endLearningRate: 0 });
 * await line.rate(tensor(5)).item(); // 0.05
 */
export const polynomialDecay = (options: PolynomialDecayOptions): Schedule =>
  makeSchedule<PolynomialDecayOptions>(
    "polynomialDecay",
    options,
    ["initialLearningRate", "decaySteps"],
    { endLearningRate: 0.0001, power: 1, cycle: false },
    ({ initialLearningRate, decaySteps, endLearningRate, power, cycle }, step) => {
      const turns = step.div(decaySteps);
      const share = cycle ? turns.div(where(turns.equal(0), 1, turns.ceil())) : turns.minimum(1);
      const left = share.neg().add(1);
      return (power === 1 ? left : left.pow(power)).mul(initialLearningRate - endLearningRate).add(endLearningRate);
    },
  );
