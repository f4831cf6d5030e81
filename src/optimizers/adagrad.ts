// Adagrad: divides each step by the root of the sum of all squared gradients so far.
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link adagrad}. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default: 0.001, as in Keras. */
  readonly learningRate?: number | Schedule;
  /** The first value of the sum of squares, from 0 up. Default: 0.1, as in Keras (PyTorch: 0). */
  readonly initialAccumulatorValue?: number;
  /** ε, added to the root, as in PyTorch (Keras adds it to the sum). Default: 1e-7. */
  readonly epsilon?: number;
}

/**
 * s ← s + g², θ ← θ − η·g / (√s + ε). Duchi, Hazan and Singer, 2011.
 *
 * @example model.compile({ optimizer: optimizers.adagrad({ learningRate: 0.1 }), loss: "mse" })
 */
export function adagrad(options: AdagradOptions = {}): Optimizer {
  const defaults = { initialAccumulatorValue: 0.1, epsilon: 1e-7 };
  return makeOptimizer("adagrad", options, defaults, ({ initialAccumulatorValue, epsilon }) => ({
    slots: { accumulator: initialAccumulatorValue },
    update: ({ value, gradient, slots, learningRate }) => {
      const accumulator = slots["accumulator"]!.add(gradient.square());
      return {
        value: value.sub(gradient.mul(learningRate).div(accumulator.sqrt().add(epsilon))),
        slots: { accumulator },
      };
    },
  }));
}
