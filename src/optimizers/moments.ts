// The running means of gradients and of their squares, which Adam and its relatives share.
import { asTensor, type Tensor } from "../tensor.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of Adam, and of the optimizers that are made of its moments. */
export interface AdamOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number | Schedule;
  /** β₁, decay of the mean of gradients, from 0 to below 1. Default: 0.9. */
  readonly beta1?: number;
  /** β₂, decay of the mean of squared gradients, from 0 to below 1. Default: 0.999. */
  readonly beta2?: number;
  /** ε, added to the root. Default: 1e-7, as in Keras (PyTorch: 1e-8). */
  readonly epsilon?: number;
}

/** βm + (1 − β)x. */
export const decayedMean = (mean: Tensor, x: Tensor, beta: number): Tensor => mean.mul(beta).add(x.mul(1 - beta));

/** 1 − βᵗ without cancellation for β near 1. */
export const biasCorrection = (beta: number, step: Tensor): Tensor => step.mul(Math.log(beta)).expm1().neg();

/** η·m̂ / (√v̂ + ε) with m̂ = m/(1−β₁ᵗ) and v̂ = v/(1−β₂ᵗ). */
export function adamMove(
  { firstMoment, secondMoment }: { readonly firstMoment: Tensor; readonly secondMoment: Tensor },
  { beta1, beta2, epsilon }: { readonly beta1: number; readonly beta2: number; readonly epsilon: number },
  learningRate: Tensor,
  step: Tensor,
): Tensor {
  const rate = learningRate.div(biasCorrection(beta1, step));
  const rootScale = asTensor(1).div(biasCorrection(beta2, step).sqrt());
  return firstMoment.mul(rate).div(secondMoment.sqrt().mul(rootScale).add(epsilon));
}
