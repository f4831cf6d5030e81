// What `compile` chose for a model: optimizer, objectives, and the layers that stay as they are.
import type { Loss } from "../losses/loss.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Layer } from "../nn/tree/layer.ts";
import type { Network } from "../nn/tree/network.ts";
import type { TrainedRange } from "../nn/tree/store.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";

/** What is asked of one output. */
export interface Objective {
  /** The name of the output; empty for the only one. */
  readonly output: string;
  readonly loss: Loss;
  /** The factor of this loss in the sum that is trained on. */
  readonly weight: number;
  readonly metrics: readonly Metric[];
  /** Metrics that count each example by its weight. */
  readonly weightedMetrics: readonly Metric[];
}

/** The optimizer, losses and metrics that `compile` chose for a model. */
export interface TrainingSetup {
  readonly optimizer: Optimizer;
  /** One for each output, in order. */
  readonly objectives: readonly Objective[];
  /** The layers that were frozen when the model was compiled. */
  readonly frozen: ReadonlySet<Layer>;
}

/** The ranges of the weights that training moves. */
export const trainedRanges = (model: Network, { frozen }: TrainingSetup): readonly TrainedRange[] =>
  model.weights().trainedRanges(frozen);

/** The name in history and reports: `accuracy`, or `scoresAccuracy` where the model has several outputs. */
export const measureName = ({ output }: Pick<Objective, "output">, name: string): string =>
  output === "" ? name : `${output}${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
