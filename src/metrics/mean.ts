// Makes factories of metrics that are means of values.
import type { Loss } from "../losses/loss.ts";
import type { Tensor } from "../tensor.ts";
import { type MeanMetric, meanMetric } from "./metric.ts";
import { type Called, called, type Options, optionsOf } from "./options.ts";

/**
 * The factory of the mean of what a function gives. `follow` gives the options that the model's loss decides where they
 * are left open, `counts` what counts in the mean; null if everything does.
 */
export function mean<Name extends string, O extends object = object>(
  name: Name,
  call: (targets: Tensor, predictions: Tensor, options: O) => Tensor,
  known: Options<O> = {} as Options<O>,
  follow: (loss: Loss) => Partial<O> = () => ({}),
  counts: (options: O) => NonNullable<Loss["counts"]> | null = () => null,
): <const N extends string = Name>(options?: O & Called<N>) => MeanMetric<NoInfer<N>> {
  return <const N extends string = Name>(options = {} as O & Called<N>) => {
    const config = optionsOf<O>(name, options, known);
    const make = (open: Partial<O>): MeanMetric<N> => ({
      ...meanMetric(name, config, (t, p) => call(t, p, { ...open, ...config }), counts(config)),
      ...called<N>(name, config),
      forLoss: (loss) => make(follow(loss)),
    });
    return make({});
  };
}
