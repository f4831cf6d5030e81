// The root of the mean squared error, in the units of the targets.
import { meanSquaredError } from "../losses/mean-squared-error.ts";
import { type Metric, meanMetric } from "./metric.ts";
import { type Called, called, optionsOf } from "./options.ts";

/**
 * √(Σ (prediction − target)² / n) over all numbers of all batches, in the units of the targets.
 *
 * @throws ShapeError where the shapes differ
 * @example await metrics.figure(metrics.rootMeanSquaredError(), [[0, 1]], [[3, -1]]).item(); // 2.549510
 */
export function rootMeanSquaredError<const N extends string = "rootMeanSquaredError">(
  options: Called<N> = {},
): Metric<NoInfer<N>> {
  const own = called<N>("rootMeanSquaredError", optionsOf<object>("rootMeanSquaredError", options, {}));
  const mean = meanMetric(own.name, own.config, (t, p) => meanSquaredError(t, p));
  return { ...mean, ...own, result: (state) => mean.result(state).sqrt() };
}
