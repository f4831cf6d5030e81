// Adam, and AdamW, whose weight decay bypasses the moments.
import { makeOptimizer } from "./factory.ts";
import { adamMove, decayedMean, type AdamOptions as Moments } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";
import type { UpdateInput } from "./rule.ts";

/** The options of {@link adam}. */
export interface AdamOptions extends Moments {
  /** Divides by the greatest second moment so far (Reddi, Kale and Kumar, 2018). Default: false. */
  readonly amsgrad?: boolean;
}

/** The options of {@link adamW}. */
export interface AdamWOptions extends AdamOptions {
  /** λ: each step subtracts learningRate · λ times the parameter. Default: 0.004, as in Keras. */
  readonly weightDecay?: number;
}

function make(name: string, options: AdamOptions, shared: { learningRate: number; weightDecay?: number }): Optimizer {
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false };
  const rule = (own: typeof defaults) => ({
    slots: { firstMoment: 0, secondMoment: 0, ...(own.amsgrad && { greatestSecondMoment: 0 }) },
    update: ({ value, gradient, slots, learningRate, step }: UpdateInput) => {
      const firstMoment = decayedMean(slots["firstMoment"]!, gradient, own.beta1);
      const secondMoment = decayedMean(slots["secondMoment"]!, gradient.square(), own.beta2);
      const greatestSecondMoment = slots["greatestSecondMoment"]?.maximum(secondMoment);
      const moments = { firstMoment, secondMoment: greatestSecondMoment ?? secondMoment };
      return {
        value: value.sub(adamMove(moments, own, learningRate, step)),
        slots: { firstMoment, secondMoment, ...(greatestSecondMoment && { greatestSecondMoment }) },
      };
    },
  });
  return makeOptimizer(name, options, defaults, rule, shared);
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂ / (√v̂ + ε) with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ).
 * Kingma and Ba, 2014, algorithm 1. With `amsgrad`, the greatest v so far stands for v.
 *
 * As in the paper and in PyTorch, ε stands beside the corrected root; Keras adds it before the correction, which
 * makes its ε larger in the first steps.
 *
 * @example model.compile({ optimizer: optimizers.adam({ learningRate: 3e-4 }), loss: "mse" })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return make("adam", options, { learningRate: 0.001 });
}

/**
 * {@link adam}, and θ ← θ − ηλθ in the same step: a decay that does not pass through the moments.
 * Loshchilov and Hutter, 2017. All parameters decay, biases too, as in Keras, unless `excludeFromWeightDecay` names
 * them.
 *
 * @example
 * const optimizer = optimizers.adamW({ weightDecay: 0.01, excludeFromWeightDecay: ["bias"] });
 * model.compile({ optimizer, loss: "mse" });
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  return make("adamW", options, { learningRate: 0.001, weightDecay: 0.004 });
}
