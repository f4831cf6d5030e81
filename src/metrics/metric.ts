// A metric: numbers that are kept from batch to batch, and the figure that follows from them.
import { zeros } from "../functions/array.ts";
import type { Loss } from "../losses/loss.ts";
import type { Shape } from "../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";

/** The numbers that a metric keeps, float32, by name. */
export type MetricState = Readonly<Record<string, Tensor>>;

/**
 * A metric with its options, which model files hold. It is exact over any batches: `update` adds a batch to the state,
 * which begins with zeros, and `result` gives the figure for all examples since. Both are part of the compiled step.
 */
export interface Metric<Name extends string = string> {
  /** The name in history and reports. */
  readonly name: Name;
  /** The name of Nabla's factory that makes it, for files; absent for a metric of one's own. */
  readonly kind?: string;
  /**
   * The direction in which the figure improves, which callbacks with `mode: "auto"` go by. Default: that of Nabla's
   * metric, or what the name says.
   */
  readonly direction?: "min" | "max";
  readonly config: Readonly<Record<string, MetricOption>>;
  /** The shapes of the numbers that it keeps, which may depend on those of the predictions. */
  state(predictions: Shape): Readonly<Record<string, Shape>>;
  /** The state after a batch. `weights` are those of the examples, `[batch]` or with more axes; null if all count 1. */
  update(state: MetricState, targets: Tensor, predictions: Tensor, weights: Tensor | null): MetricState;
  /** The figure: one number, float32 []. */
  result(state: MetricState): Tensor;
  /** The metric for a model that is trained on this loss, which decides what the options leave open: logits, say. */
  forLoss?(loss: Loss): Metric<Name>;
}

/** The value of an option of a metric, as a model file holds it. */
export type MetricOption = number | boolean | string | readonly number[];

/**
 * A metric of the user's own: returns one number for each example, or one for the batch. It has the function's name.
 */
export type MetricFunction = (targets: Tensor, predictions: Tensor) => Tensor;

/** A metric that is the mean of values, one or more for each example. */
export interface MeanMetric<Name extends string = string> extends Metric<Name> {
  /** The values of a batch, `[batch, ...]`, of which the metric is the mean. */
  call(targets: Tensor, predictions: Tensor): Tensor;
  forLoss?(loss: Loss): MeanMetric<Name>;
}

/**
 * A figure that is the mean of values, one or more for each example: `[batch, ...]`. `counts` tells which of them
 * count, in their shape; default: all.
 */
export function meanMetric<Name extends string>(
  name: Name,
  config: Metric["config"],
  values: (targets: Tensor, predictions: Tensor) => Tensor,
  counts: Loss["counts"] | null = null,
): MeanMetric<Name> {
  return {
    name,
    config,
    call: values,
    state: () => ({ total: [], count: [] }),
    update({ total, count }, targets, predictions, weights) {
      const all = values(targets, predictions).cast("float32");
      const batch = predictions.shape[0] ?? 1;
      if (counts) {
        const valid = counts(targets, predictions).cast("float32");
        const [sum, size] = weighted(all, weights === null ? valid : valid.mul(spread(weights, all.shape)));
        return { total: plus(total, sum), count: plus(count, size) };
      }
      // The share of each batch is that of its examples, however many values each of them has.
      if (weights === null) return { total: plus(total, all.sum().mul(batch / all.size)), count: plus(count, batch) };
      const [sum, size] = weighted(all.ndim === 0 ? all.broadcastTo([batch]) : all, weights);
      return { total: plus(total, sum), count: plus(count, size) };
    },
    result: ({ total, count }) => quotient(total, count),
  };
}

/**
 * The figure of a metric for targets and predictions that are at hand, without a model: float32 [].
 *
 * @param weights those of the examples, `[batch]` or with more axes. Default: all count 1.
 * @example await metrics.figure(metrics.recall(), [1, 1, 0], [0.9, 0.2, 0.1]).item(); // 0.5
 */
export function figure(
  metric: Metric,
  targets: TensorLike,
  predictions: TensorLike,
  weights: TensorLike | null = null,
): Tensor {
  const p = asTensor(predictions);
  const begin = Object.entries(metric.state(p.shape)).map(([part, shape]) => [part, zeros(shape)] as const);
  const w = weights === null ? null : asTensor(weights);
  return metric.result(metric.update(Object.fromEntries(begin), asTensor(targets), p, w));
}

/** Σ w·x and Σ w, where the weights of the first axes hold for all that follow. */
function weighted(values: Tensor, weights: Tensor): readonly [sum: Tensor, size: Tensor] {
  const all = spread(weights, values.shape);
  return [values.mul(all).sum(), all.sum()];
}

/** Weights of the first axes, for each element of a shape. Weights of more axes are averaged over those. */
export function spread(weights: Tensor, shape: Shape): Tensor {
  let own = weights.cast("float32");
  while (own.ndim > shape.length) own = own.mean(-1);
  return own.reshape([...own.shape, ...shape.slice(own.ndim).map(() => 1)]).broadcastTo(shape);
}

/** a / b, and 0 where b is 0. */
export function quotient(a: Tensor | undefined, b: Tensor | undefined): Tensor {
  const [above, below] = [a ?? zeros([]), b ?? zeros([])];
  return above.div(below.add(below.equal(0).cast("float32")));
}

/** A number of the state and what a batch adds to it. */
export const plus = (a: Tensor | undefined, b: Tensor | number): Tensor => (a ?? zeros([])).add(b);
