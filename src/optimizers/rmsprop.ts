// RMSprop: divides each step by the root of the running mean of squared gradients.
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link rmsprop}. */
export interface RmspropOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number | Schedule;
  /** ρ, decay of the mean of squared gradients, from 0 to below 1. Default: 0.9. */
  readonly rho?: number;
  /** μ, the share of the last move that is kept, from 0 to below 1. Default: 0. */
  readonly momentum?: number;
  /** ε, added to the root, as in PyTorch (Keras adds it to the square). Default: 1e-7. */
  readonly epsilon?: number;
  /** Subtracts the square of the mean gradient, so that the root is a standard deviation. Default: false. */
  readonly centered?: boolean;
}

/**
 * v ← ρv + (1−ρ)g², θ ← θ − η·g / (√v + ε); with momentum b ← μb + η·g/(√v + ε), θ ← θ − b; centred with v − m² for
 * v, where m ← ρm + (1−ρ)g. Tieleman and Hinton, 2012; centred: Graves, 2013. As in Keras, b holds the learning rates
 * of earlier steps; PyTorch multiplies all of b by the present one.
 *
 * @example model.compile({ optimizer: optimizers.rmsprop({ momentum: 0.9 }), loss: "mse" })
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const defaults = { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false };
  return makeOptimizer("rmsprop", options, defaults, ({ rho, momentum, epsilon, centered }) => ({
    slots: { meanSquare: 0, ...(centered && { mean: 0 }), ...(momentum > 0 && { velocity: 0 }) },
    update: ({ value, gradient, slots, learningRate }) => {
      const meanSquare = slots["meanSquare"]!.mul(rho).add(gradient.square().mul(1 - rho));
      const mean = slots["mean"]?.mul(rho).add(gradient.mul(1 - rho));
      // Rounding may leave a variance just below 0.
      const variance = mean ? meanSquare.sub(mean.square()).maximum(0) : meanSquare;
      const descent = gradient.mul(learningRate).div(variance.sqrt().add(epsilon));
      const velocity = slots["velocity"]?.mul(momentum).add(descent);
      return {
        value: value.sub(velocity ?? descent),
        slots: { meanSquare, ...(mean && { mean }), ...(velocity && { velocity }) },
      };
    },
  }));
}
