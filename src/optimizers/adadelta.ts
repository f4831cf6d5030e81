// Adadelta: the size of a step follows from the sizes of the moves before it.
import { makeOptimizer } from "./factory.ts";
import { decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link adadelta}. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Default: 0.001, as in Keras; the paper and PyTorch have 1. */
  readonly learningRate?: number | Schedule;
  /** ρ, decay of both means of squares, from 0 to below 1. Default: 0.95 (PyTorch: 0.9). */
  readonly rho?: number;
  /** ε, added to both means. Default: 1e-7 (PyTorch: 1e-6). */
  readonly epsilon?: number;
}

/**
 * s ← ρs + (1−ρ)g², Δ = √(u + ε)/√(s + ε) · g, u ← ρu + (1−ρ)Δ², θ ← θ − ηΔ. Zeiler, 2012.
 *
 * @example model.compile({ optimizer: optimizers.adadelta({ learningRate: 1 }), loss: "mse" })
 */
export function adadelta(options: AdadeltaOptions = {}): Optimizer {
  return makeOptimizer("adadelta", options, { rho: 0.95, epsilon: 1e-7 }, ({ rho, epsilon }) => ({
    slots: { meanSquare: 0, meanSquareMove: 0 },
    update: ({ value, gradient, slots, learningRate }) => {
      const meanSquare = decayedMean(slots["meanSquare"]!, gradient.square(), rho);
      const move = slots["meanSquareMove"]!.add(epsilon).sqrt().div(meanSquare.add(epsilon).sqrt()).mul(gradient);
      const meanSquareMove = decayedMean(slots["meanSquareMove"]!, move.square(), rho);
      return { value: value.sub(move.mul(learningRate)), slots: { meanSquare, meanSquareMove } };
    },
  }));
}
