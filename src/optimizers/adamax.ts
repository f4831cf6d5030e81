// Adamax: Adam with the greatest gradient in place of the mean square.
import { makeOptimizer } from "./factory.ts";
import { type AdamOptions, biasCorrection, decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/**
 * m ← β₁m + (1−β₁)g, u ← max(β₂u, |g|), θ ← θ − η/(1−β₁ᵗ) · m / (u + ε). Kingma and Ba, 2014, algorithm 2.
 *
 * As in Keras, ε is added to u; PyTorch adds it to |g|. Options and defaults are those of Adam.
 *
 * @example model.compile({ optimizer: optimizers.adamax({ learningRate: 0.002 }), loss: "mse" })
 */
export function adamax(options: AdamOptions = {}): Optimizer {
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return makeOptimizer("adamax", options, defaults, ({ beta1, beta2, epsilon }) => ({
    slots: { firstMoment: 0, greatest: 0 },
    update: ({ value, gradient, slots, learningRate, step }) => {
      const firstMoment = decayedMean(slots["firstMoment"]!, gradient, beta1);
      const greatest = slots["greatest"]!.mul(beta2).maximum(gradient.abs());
      const rate = learningRate.div(biasCorrection(beta1, step));
      return { value: value.sub(firstMoment.mul(rate).div(greatest.add(epsilon))), slots: { firstMoment, greatest } };
    },
  }));
}
