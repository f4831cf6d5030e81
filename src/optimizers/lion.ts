// Lion: moves each parameter by the learning rate, in the direction of the sign of a mean gradient.
import { makeOptimizer } from "./factory.ts";
import { decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link lion}. */
export interface LionOptions extends OptimizerOptions {
  /** Default: 0.001. The paper takes a third to a tenth of what suits Adam. */
  readonly learningRate?: number | Schedule;
  /** β₁, the share of the mean in the direction of a step, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number;
  /** β₂, decay of the mean of gradients, from 0 to below 1. Default: 0.99. */
  readonly beta2?: number;
}

/**
 * θ ← θ − η·sign(β₁m + (1−β₁)g), m ← β₂m + (1−β₂)g. Chen and others, 2023.
 *
 * @example model.compile({ optimizer: optimizers.lion({ learningRate: 1e-4, weightDecay: 0.1 }), loss: "mse" })
 */
export function lion(options: LionOptions = {}): Optimizer {
  return makeOptimizer("lion", options, { beta1: 0.9, beta2: 0.99 }, ({ beta1, beta2 }) => ({
    slots: { firstMoment: 0 },
    update: ({ value, gradient, slots, learningRate }) => ({
      value: value.sub(decayedMean(slots["firstMoment"]!, gradient, beta1).sign().mul(learningRate)),
      slots: { firstMoment: decayedMean(slots["firstMoment"]!, gradient, beta2) },
    }),
  }));
}
