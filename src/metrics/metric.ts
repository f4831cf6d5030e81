// A metric: a number for each example, whose mean over all examples is reported.
import type { Tensor } from "../tensor.ts";

/** A metric with its options, as `compile` takes it and a model file keeps it. */
export interface Metric<Name extends string = string> {
  /** The name in history and reports. */
  readonly name: Name;
  readonly config: Readonly<Record<string, number>>;
  /** Values whose first axis is the batch; the metric is their mean over every example that was seen. */
  call(targets: Tensor, predictions: Tensor): Tensor;
}

/** A metric of the user's own, called as its function is: one number for each example, or one number for the batch. */
export type MetricFunction = (targets: Tensor, predictions: Tensor) => Tensor;
