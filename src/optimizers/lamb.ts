// LAMB: Adam whose step is, for each parameter, as long as the parameter itself times the learning rate.
import { where } from "../functions/array.ts";
import { asTensor, type Tensor } from "../tensor.ts";
import { eachSegment } from "./clipping.ts";
import { makeOptimizer } from "./factory.ts";
import { type AdamOptions, adamMove, decayedMean } from "./moments.ts";
import type { Optimizer } from "./optimizer.ts";

const norm = (x: Tensor): Tensor => x.square().sum().sqrt();

/**
 * r = m̂ / (√v̂ + ε) as in {@link adam}, then for each kernel and each bias θ ← θ − η · ‖θ‖/‖r‖ · r; the ratio is 1
 * where a norm is 0. You and others, 2019, as in Keras: weight decay is taken off before. Options and defaults are
 * those of Adam.
 *
 * @example model.compile({ optimizer: optimizers.lamb({ learningRate: 0.01, weightDecay: 0.01 }), loss: "mse" })
 */
export function lamb(options: AdamOptions = {}): Optimizer {
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  return makeOptimizer("lamb", options, defaults, (own) => ({
    slots: { firstMoment: 0, secondMoment: 0 },
    update: ({ value, gradient, slots, learningRate, step, segments }) => {
      const firstMoment = decayedMean(slots["firstMoment"]!, gradient, own.beta1);
      const secondMoment = decayedMean(slots["secondMoment"]!, gradient.square(), own.beta2);
      const direction = adamMove({ firstMoment, secondMoment }, own, asTensor(1), step);
      const scaled = eachSegment(segments, [value, direction], (parameter, move) => {
        const [size, length] = [norm(parameter!), norm(move!)];
        return move!.mul(where(size.greater(0).logicalAnd(length.greater(0)), size.div(length), 1));
      });
      return { value: value.sub(scaled.mul(learningRate)), slots: { firstMoment, secondMoment } };
    },
  }));
}
