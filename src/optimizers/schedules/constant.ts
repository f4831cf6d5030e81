// The schedule that never changes.
import { makeSchedule, type Schedule, scalar } from "./schedule.ts";

/** The options of {@link constant}. */
export interface ConstantOptions {
  /** η. */
  readonly learningRate: number;
}

/**
 * η at every step.
 *
 * @example
 * const warm = schedules.linearWarmup({ warmupSteps: 100, after: schedules.constant({ learningRate: 0.01 }) });
 * model.compile({ optimizer: optimizers.adam({ learningRate: warm }), loss: "mse" });
 */
export const constant = (options: ConstantOptions): Schedule =>
  makeSchedule<ConstantOptions>("constant", options, ["learningRate"], {}, ({ learningRate }) => scalar(learningRate));
