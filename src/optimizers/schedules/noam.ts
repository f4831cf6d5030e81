// The schedule of the first transformer: a straight rise, then a fall with the root of the step.
import { makeSchedule, type Schedule } from "./schedule.ts";

/** The options of {@link noam}. */
export interface NoamOptions {
  /** d, the length of the model's vectors; above 0. */
  readonly modelSize: number;
  /** W, the number of steps of the rise; above 0. */
  readonly warmupSteps: number;
  /** A factor of all rates. Default: 1. */
  readonly scale?: number;
}

/**
 * scale · d^(−½) · min(s^(−½), s·W^(−3/2)) at the s-th step, counted from 1. Vaswani and others, 2017.
 *
 * @throws ArgumentError if an option is missing, unknown or out of range
 * @example
 * const rate = schedules.noam({ modelSize: 400, warmupSteps: 100 });
 * await rate.rate(tensor(99)).item(); // 0.005
 */
export const noam = (options: NoamOptions): Schedule =>
  makeSchedule<NoamOptions>(
    "noam",
    options,
    ["modelSize", "warmupSteps"],
    { scale: 1 },
    ({ modelSize, warmupSteps, scale }, step) => {
      const s = step.add(1);
      return s
        .pow(-0.5)
        .minimum(s.mul(warmupSteps ** -1.5))
        .mul(scale * modelSize ** -0.5);
    },
  );
