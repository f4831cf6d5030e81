// Adam, and AdamW, whose weight decay bypasses the moments.
import { checkRange } from "../options.ts";
import { asTensor, type Tensor } from "../tensor.ts";
import {
  checkOptimizerOptions,
  checkPositive,
  Optimizer,
  type OptimizerOptions,
  type OptimizerRule,
} from "./optimizer.ts";

export interface AdamOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number;
  /** β₁, decay of the mean of gradients, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number;
  /** β₂, decay of the mean of squared gradients, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number;
  /** ε, added to the root. Default: 1e-7, as in Keras (PyTorch: 1e-8). */
  readonly epsilon?: number;
}

export interface AdamWOptions extends AdamOptions {
  /** λ: each step subtracts learningRate · λ times the parameter. Default: 0.004, as in Keras. */
  readonly weightDecay?: number;
}

/** 1 − βᵗ without cancellation for β near 1. */
const biasCorrection = (beta: number, step: Tensor): Tensor => step.mul(Math.log(beta)).expm1().neg();

type Slot = "firstMoment" | "secondMoment";

function adamRule(name: string, options: AdamOptions, decay: number | null): OptimizerRule<Slot> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = options;
  const where = `optimizers.${name}`;
  checkRange(where, "beta1", beta1, 0, 1);
  checkRange(where, "beta2", beta2, 0, 1);
  checkPositive(where, "epsilon", epsilon);
  return {
    name,
    config: { beta1, beta2, epsilon, ...(decay !== null && { weightDecay: decay }) },
    slots: { firstMoment: 0, secondMoment: 0 },
    update: ({ value, gradient, slots, learningRate, step }) => {
      const firstMoment = slots.firstMoment.mul(beta1).add(gradient.mul(1 - beta1));
      const secondMoment = slots.secondMoment.mul(beta2).add(gradient.square().mul(1 - beta2));
      const rate = learningRate.div(biasCorrection(beta1, step));
      const rootScale = asTensor(1).div(biasCorrection(beta2, step).sqrt());
      const move = firstMoment.mul(rate).div(secondMoment.sqrt().mul(rootScale).add(epsilon));
      const decayed = decay === null ? value : value.sub(value.mul(learningRate.mul(decay)));
      return { value: decayed.sub(move), slots: { firstMoment, secondMoment } };
    },
  };
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·m̂ / (√v̂ + ε) with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ).
 * Kingma and Ba, 2014, algorithm 1.
 *
 * As in the paper and in PyTorch, ε stands beside the corrected root; Keras adds it before the correction, which
 * makes its ε larger in the first steps.
 *
 * @example model.compile({ optimizer: optimizers.adam({ learningRate: 3e-4 }), loss: "mse" })
 */
export function adam(options: AdamOptions = {}): Optimizer {
  checkOptimizerOptions("adam", options, ["beta1", "beta2", "epsilon"]);
  return new Optimizer(adamRule("adam", options, null), options.learningRate ?? 0.001, options);
}

/**
 * {@link adam}, and θ ← θ − ηλθ in the same step: a decay that does not pass through the moments.
 * Loshchilov and Hutter, 2017. All parameters decay, biases too, as in Keras.
 *
 * @example model.compile({ optimizer: optimizers.adamW({ weightDecay: 0.01 }), loss: "mse" })
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  checkOptimizerOptions("adamW", options, ["beta1", "beta2", "epsilon", "weightDecay"]);
  const decay = checkRange("optimizers.adamW", "weightDecay", options.weightDecay ?? 0.004, 0);
  return new Optimizer(adamRule("adamW", options, decay), options.learningRate ?? 0.001, options);
}
