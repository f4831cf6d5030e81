// Nadam: Adam with Nesterov's momentum.
import { asTensor, type Tensor } from "../tensor.ts";
import { makeOptimizer } from "./factory.ts";
import { type AdamOptions, biasCorrection, decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

/** The momentum of step t is β₁(1 − a·rᵗ). */
const [a, r] = [0.5, 0.96];
/** The terms aʲ of a logarithm's series that float32 can tell. */
const terms = 28;

/**
 * Π (1 − a·rᵏ) for k = 1 … t. The logarithm of each factor is a power series in a·rᵏ; summed over k first, each power
 * is a geometric series, −Σⱼ aʲ/j · rʲ(1 − rʲᵗ)/(1 − rʲ). So no product need be kept from step to step.
 */
function momentumProduct(step: Tensor): Tensor {
  let exponent = asTensor(0);
  for (let j = terms; j >= 1; j--) {
    const share = (a * r) ** j / j / (1 - r ** j);
    exponent = exponent.add(
      step
        .mul(j * Math.log(r))
        .expm1()
        .mul(share),
    );
  }
  return exponent.exp();
}

/**
 * μₜ = β₁(1 − 0.5·0.96ᵗ), m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
 * m̂ = μₜ₊₁·m / (1 − μ₁…μₜ₊₁) + (1 − μₜ)·g / (1 − μ₁…μₜ), θ ← θ − η·m̂ / (√v̂ + ε) with v̂ = v/(1−β₂ᵗ).
 * Dozat, 2016, as in Keras; PyTorch's `NAdam` with `momentum_decay=1`. Options and defaults are those of Adam.
 *
 * @example model.compile({ optimizer: optimizers.nadam({ learningRate: 0.002 }), loss: "mse" })
 */
export function nadam(options: AdamOptions = {}): Optimizer {
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return makeOptimizer("nadam", options, defaults, ({ beta1, beta2, epsilon }) => ({
    slots: { firstMoment: 0, secondMoment: 0 },
    update: ({ value, gradient, slots, learningRate, step }) => {
      const firstMoment = decayedMean(slots["firstMoment"]!, gradient, beta1);
      const secondMoment = decayedMean(slots["secondMoment"]!, gradient.square(), beta2);
      const share = (t: Tensor): Tensor =>
        t
          .mul(Math.log(r))
          .exp()
          .mul(-a * beta1)
          .add(beta1);
      const product = step.mul(Math.log(beta1)).exp().mul(momentumProduct(step));
      const next = share(step.add(1));
      const ahead = next.div(asTensor(1).sub(product.mul(next)));
      const now = asTensor(1).sub(share(step)).div(asTensor(1).sub(product));
      const mean = firstMoment.mul(ahead.mul(learningRate)).add(gradient.mul(now.mul(learningRate)));
      const rootScale = asTensor(1).div(biasCorrection(beta2, step).sqrt());
      return {
        value: value.sub(mean.div(secondMoment.sqrt().mul(rootScale).add(epsilon))),
        slots: { firstMoment, secondMoment },
      };
    },
  }));
}
