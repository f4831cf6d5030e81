// A rise of the rate in a straight line before another schedule.
import { where } from "../../functions/array.ts";
import { between, isSchedule, makeSchedule, type Schedule, scalar } from "./schedule.ts";

/** The options of {@link linearWarmup}. */
export interface LinearWarmupOptions {
  /** W, the number of steps of the rise; above 0. */
  readonly warmupSteps: number;
  /** The rate after the rise: a schedule, which begins there with its first step, or a number. */
  readonly after: Schedule | number;
  /** The share of the rate after the rise with which the first step begins. Default: 0. */
  readonly startFactor?: number;
}

/**
 * (s + (1 − s)·t/W) · η(0) for t < W, then η(t − W), where η is the schedule `after` and s the `startFactor`. PyTorch:
 * `SequentialLR` of a `LinearLR` and another.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const fall = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 900 });
 * const rate = schedules.linearWarmup({ warmupSteps: 100, after: fall });
 * await rate.rate(tensor(50)).item(); // 0.05
 */
export const linearWarmup = (options: LinearWarmupOptions): Schedule =>
  makeSchedule<LinearWarmupOptions>(
    "linearWarmup",
    options,
    ["warmupSteps", "after"],
    { startFactor: 0 },
    ({ warmupSteps, after, startFactor }, step) => {
      const first = isSchedule(after) ? after.rate(scalar(0)) : scalar(after);
      const later = isSchedule(after) ? after.rate(step.sub(warmupSteps).maximum(0)) : first;
      return where(step.less(warmupSteps), between(startFactor, 1, step.div(warmupSteps)).mul(first), later);
    },
  );
