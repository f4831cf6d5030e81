// FTRL-Proximal: follows the regularized leader, so that parameters of little use become exactly 0.
import { where } from "../functions/array.ts";
import { makeOptimizer } from "./factory.ts";
import type { Optimizer } from "./optimizer.ts";
import type { Schedule } from "./schedules/schedule.ts";
import type { OptimizerOptions } from "./shared-options.ts";

/** The options of {@link ftrl}. */
export interface FtrlOptions extends OptimizerOptions {
  /** Default: 0.001. */
  readonly learningRate?: number | Schedule;
  /** p, the power of the sum of squares by which the rate falls, from 0 down. Default: −0.5, its root. */
  readonly learningRatePower?: number;
  /** The first value of the sum of squares, from 0 up. Default: 0.1. */
  readonly initialAccumulatorValue?: number;
  /** λ₁, from 0 up. Default: 0. */
  readonly l1RegularizationStrength?: number;
  /** λ₂, from 0 up. Default: 0. */
  readonly l2RegularizationStrength?: number;
  /** Added to the gradient, 2 times this times the parameter, from 0 up. Default: 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** β of the paper, from 0 up. Default: 0. */
  readonly beta?: number;
}

/**
 * n′ = n + g², z ← z + g + 2λₛθ − (n′⁻ᵖ − n⁻ᵖ)/η · θ, n ← n′,
 * θ = (clip(z, ±λ₁) − z) / ((β + n⁻ᵖ)/η + 2λ₂). McMahan and others, 2013; as in Keras.
 *
 * A parameter is 0 while |z| ≤ λ₁. The rule makes θ anew from z, so that it does not move on from the θ that an
 * initializer gave; layers trained with it mostly begin at 0.
 *
 * @example
 * const optimizer = optimizers.ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01 });
 * model.compile({ optimizer, loss: "mse" });
 */
export function ftrl(options: FtrlOptions = {}): Optimizer {
  const defaults = {
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
  };
  return makeOptimizer("ftrl", options, defaults, (own) => {
    const { learningRatePower, l1RegularizationStrength, l2RegularizationStrength, beta } = own;
    const shrinkage = 2 * own.l2ShrinkageRegularizationStrength;
    return {
      slots: { accumulator: own.initialAccumulatorValue, linear: 0 },
      update: ({ value, gradient, slots, learningRate }) => {
        const power = (x: typeof value) => (learningRatePower === -0.5 ? x.sqrt() : x.pow(-learningRatePower));
        const before = slots["accumulator"]!;
        const accumulator = before.add(gradient.square());
        const pull = power(accumulator).sub(power(before)).div(learningRate).mul(value);
        const shrunk = shrinkage === 0 ? gradient : gradient.add(value.mul(shrinkage));
        const linear = slots["linear"]!.add(shrunk).sub(pull);
        const quadratic = power(accumulator)
          .add(beta)
          .div(learningRate)
          .add(2 * l2RegularizationStrength);
        const clipped = linear.maximum(-l1RegularizationStrength).minimum(l1RegularizationStrength);
        // The rule divides by the rate: at a rate of 0, as at the start of a warm-up, nothing moves.
        const isMoving = learningRate.greater(0);
        return {
          value: where(isMoving, clipped.sub(linear).div(quadratic), value),
          slots: { accumulator, linear: where(isMoving, linear, slots["linear"]!) },
        };
      },
    };
  });
}
