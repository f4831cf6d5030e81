// A metric: a number for each example, whose mean over all examples is reported.
import type { Tensor } from "../tensor.ts";

/** A metric with its options, which model files hold. */
export interface Metric<Name extends string = string> {
  /** The name in history and reports. */
  readonly name: Name;
  readonly config: Readonly<Record<string, number>>;
  /** Returns values whose first axis is the batch; the metric is their mean over all examples. */
  call(targets: Tensor, predictions: Tensor): Tensor;
}

/**
 * A metric of the user's own: returns one number for each example, or one for the batch. It has the function's name.
 */
export type MetricFunction = (targets: Tensor, predictions: Tensor) => Tensor;
