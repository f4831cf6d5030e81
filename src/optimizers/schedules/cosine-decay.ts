// Rates that fall along half a period of the cosine, once or again and again.
import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { between, cosineBetween, makeSchedule, type Schedule } from "./schedule.ts";

/** The options of {@link cosineDecay}. */
export interface CosineDecayOptions {
  /** η₀, the rate of the first step. */
  readonly initialLearningRate: number;
  /** T, the number of steps of the decay; above 0. */
  readonly decaySteps: number;
  /** α: the rate at the end is this share of the rate from which it falls, from 0 up. Default: 0. */
  readonly alpha?: number;
  /** η₁, to which the rate rises in a straight line first. Default: null, no rise. */
  readonly warmupTarget?: number | null;
  /** W, the number of steps of the rise. Default: 0. */
  readonly warmupSteps?: number;
}

/**
 * From η₀ to αη₀: η₀ · ((1 − α)(1 + cos(πt/T))/2 + α) after t ≤ T steps; then it stays. With `warmupTarget` it first
 * rises from η₀ to η₁ in W steps, and falls from η₁ to αη₁ in the T steps after them. Keras's `CosineDecay`;
 * Loshchilov and Hutter, 2016.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range, or a target lacks its steps
 * @example
 * const rate = schedules.cosineDecay({
 *   initialLearningRate: 0, warmupTarget: 0.1, warmupSteps: 10, decaySteps: 90,
 * });
 * await rate.rate(tensor(5)).item(); // 0.05
 */
export const cosineDecay = (options: CosineDecayOptions): Schedule =>
  makeSchedule<CosineDecayOptions>(
    "cosineDecay",
    options,
    ["initialLearningRate", "decaySteps"],
    { alpha: 0, warmupTarget: null, warmupSteps: 0 },
    ({ initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }, step) => {
      if (warmupTarget === null)
        return cosineBetween(initialLearningRate, initialLearningRate * alpha, step.div(decaySteps).minimum(1));
      const rise = between(initialLearningRate, warmupTarget, step.div(warmupSteps));
      const share = step.sub(warmupSteps).div(decaySteps).minimum(1);
      return where(step.less(warmupSteps), rise, cosineBetween(warmupTarget, warmupTarget * alpha, share));
    },
    (at, { warmupTarget, warmupSteps }) => {
      if (warmupTarget !== null && !(warmupSteps > 0))
        throw new ArgumentError(`${at}: expected warmupSteps above 0 with a warmupTarget, got ${warmupSteps}.`);
      if (warmupTarget === null && warmupSteps > 0)
        throw new ArgumentError(`${at}: expected a warmupTarget with warmupSteps ${warmupSteps}, got none.`);
    },
  );

/** The options of {@link cosineDecayRestarts}. */
export interface CosineDecayRestartsOptions {
  /** η₀, the rate of the first step. */
  readonly initialLearningRate: number;
  /** T, the number of steps of the first period; above 0. */
  readonly firstDecaySteps: number;
  /** The length of each period in units of the one before, from 1 up. Default: 2. */
  readonly tMul?: number;
  /** The rate at the start of each period in units of the one before, from 0 up. Default: 1. */
  readonly mMul?: number;
  /** α: at the end of a period the rate would be this share of η₀, from 0 up. Default: 0. */
  readonly alpha?: number;
}

/**
 * η₀ · ((1 − α)·mⁱ(1 + cos(πs))/2 + α), where s is the share of the i-th period that is over: the rate falls along a
 * cosine and starts anew, in periods of T, T·tMul, T·tMul², … steps. Keras's `CosineDecayRestarts`; Loshchilov and
 * Hutter, 2016 (SGDR).
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const waves = schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 10 });
 * await waves.rate(tensor(20)).item(); // 0.05
 */
export const cosineDecayRestarts = (options: CosineDecayRestartsOptions): Schedule =>
  makeSchedule<CosineDecayRestartsOptions>(
    "cosineDecayRestarts",
    options,
    ["initialLearningRate", "firstDecaySteps"],
    { tMul: 2, mMul: 1, alpha: 0 },
    ({ initialLearningRate, firstDecaySteps, tMul, mMul, alpha }, step) => {
      const time = step.div(firstDecaySteps);
      // A period begins at (tMulⁱ − 1)/(tMul − 1). The logarithm of a number that is just a power may come out below
      // it: half an element of float32's last places at these sizes is added before it is rounded down.
      const index =
        tMul === 1
          ? time.floor()
          : time
              .mul(tMul - 1)
              .add(1)
              .log()
              .mul(1 / Math.log(tMul))
              .add(1e-5)
              .floor();
      const length = index.mul(Math.log(tMul)).exp();
      const share =
        tMul === 1
          ? time.sub(index)
          : time
              .sub(length.sub(1).mul(1 / (tMul - 1)))
              .div(length)
              .maximum(0);
      const height =
        mMul === 1
          ? 1 - alpha
          : index
              .mul(Math.log(mMul))
              .exp()
              .mul(1 - alpha);
      return cosineBetween(1, 0, share).mul(height).add(alpha).mul(initialLearningRate);
    },
  );
