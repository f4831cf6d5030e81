// What a metric is: a number for each example, whose mean over all examples is reported.
import type { Tensor } from "../tensor.ts";

/** A metric with its options, as `compile` takes it and a model file keeps it. */
export interface Metric {
  /** How history and reports call it. */
  readonly name: string;
  readonly config: Readonly<Record<string, number>>;
  /** Values whose first axis is the batch; the metric is their mean over every example that was seen. */
  call(targets: Tensor, predictions: Tensor): Tensor;
}
