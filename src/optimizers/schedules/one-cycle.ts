// The policy of one cycle: the rate rises far, falls back, and ends far below its start.
import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import type { Tensor } from "../../tensor.ts";
import { between, cosineBetween, makeSchedule, type Schedule } from "./schedule.ts";

/** The options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** η, the greatest rate. */
  readonly maxLearningRate: number;
  /** T, the number of steps of the cycle. */
  readonly totalSteps: number;
  /** The share of the steps in which the rate rises, from 0 to below 1. Default: 0.3. */
  readonly pctStart?: number;
  /** The form of rise and fall. Default: "cos". */
  readonly annealStrategy?: "cos" | "linear";
  /** The first rate is η divided by this. Default: 25. */
  readonly divFactor?: number;
  /** The last rate is the first one divided by this. Default: 10,000. */
  readonly finalDivFactor?: number;
  /** Falls back to the first rate as fast as it rose, and then to the last one. Default: false. */
  readonly threePhase?: boolean;
}

/**
 * From η/divFactor up to η in the first `pctStart` of T steps, then down to η/divFactor/finalDivFactor at step T − 1,
 * where it stays. Smith and Topin, 2017; PyTorch's `OneCycleLR`, without its cycle of the momentum.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const cycle = schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 1001 });
 * await cycle.rate(tensor(299.3)).item(); // 0.1
 */
export const oneCycle = (options: OneCycleOptions): Schedule =>
  makeSchedule<OneCycleOptions>(
    "oneCycle",
    options,
    ["maxLearningRate", "totalSteps"],
    { pctStart: 0.3, annealStrategy: "cos", divFactor: 25, finalDivFactor: 1e4, threePhase: false },
    ({ maxLearningRate, totalSteps, pctStart, annealStrategy, divFactor, finalDivFactor, threePhase }, step) => {
      const anneal = annealStrategy === "cos" ? cosineBetween : between;
      const first = maxLearningRate / divFactor;
      const last = first / finalDivFactor;
      const top = pctStart * totalSteps - 1;
      const end = totalSteps - 1;
      const phase = (from: number, to: number, start: number, stop: number): Tensor =>
        anneal(
          from,
          to,
          step
            .sub(start)
            .div(stop - start)
            .maximum(0)
            .minimum(1),
        );
      // A rise that has no length is over at once.
      const rise = top > 0 ? phase(first, maxLearningRate, 0, top) : null;
      const back = 2 * pctStart * totalSteps - 2;
      const fall = threePhase
        ? where(step.lessEqual(back), phase(maxLearningRate, first, top, back), phase(first, last, back, end))
        : phase(maxLearningRate, last, top, end);
      return rise ? where(step.lessEqual(top), rise, fall) : fall;
    },
    (at, { pctStart, threePhase }) => {
      if (threePhase && pctStart > 0.5)
        throw new ArgumentError(`${at}: expected a pctStart up to 0.5 with three phases, got ${pctStart}.`);
    },
  );
