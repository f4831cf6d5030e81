// Stochastic gradient descent, with or without momentum.
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link sgd}. */
export interface SgdOptions extends OptimizerOptions {
  /** Default: 0.01. */
  readonly learningRate?: number | Schedule;
  /** μ, the share of the last move that is kept, from 0 to below 1. Default: 0, plain descent. */
  readonly momentum?: number;
  /** Looks ahead along the velocity (Nesterov, 1983). Default: false. */
  readonly nesterov?: boolean;
}

/**
 * θ ← θ − η∇L (Robbins and Monro, 1951). With momentum μ (Polyak, 1964): v ← μv − η∇L, θ ← θ + v; with Nesterov's
 * look-ahead θ ← θ + μv − η∇L, in the form of Sutskever and others, 2013.
 *
 * As in Keras, v holds the learning rates of earlier steps. PyTorch multiplies the whole velocity by the rate of the
 * present step, which gives other numbers once a schedule changes the rate.
 *
 * @example model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }), loss: "mse" })
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  return makeOptimizer(
    "sgd",
    options,
    { momentum: 0, nesterov: false },
    ({ momentum, nesterov }) => ({
      slots: momentum > 0 ? { velocity: 0 } : {},
      update: ({ value, gradient, slots, learningRate }) => {
        const descent = gradient.mul(learningRate);
        const velocity = slots["velocity"]?.mul(momentum).sub(descent);
        if (!velocity) return { value: value.sub(descent), slots: {} };
        return { value: value.add(nesterov ? velocity.mul(momentum).sub(descent) : velocity), slots: { velocity } };
      },
    }),
    { learningRate: 0.01 },
  );
}
