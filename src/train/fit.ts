// `fit`: checks data and options, and starts the run.
import { Dataset } from "../data/dataset.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { formatBatchShape } from "../nn/layer.ts";
import type { Network } from "../nn/network.ts";
import { sameShape } from "../shape.ts";
import type { History } from "./callback.ts";
import { prepareModel } from "./evaluate.ts";
import { type Feed, feedPool, type TrainingSetup, trainedRanges } from "./feed.ts";
import { type FitOptions, resolveFitOptions } from "./fit-options.ts";
import { Run } from "./run.ts";
import { type TrainingData, toDataset } from "./training-data.ts";

/**
 * Implements `model.fit`. `dataset` was made of `given`, which the user passed. `onChecked` is called when data and
 * options have passed all checks, and the run begins.
 */
export async function fit(
  model: Network,
  setup: TrainingSetup,
  dataset: Dataset,
  options: FitOptions,
  given: TrainingData,
  onChecked: () => void,
): Promise<History> {
  const resolved = resolveFitOptions(model, options);
  const pool = feedPool(model, setup);
  const { validationData } = options;
  const validationGiven = Array.isArray(validationData)
    ? { x: validationData[0], y: validationData[1] }
    : (validationData as TrainingData | undefined);
  const validationSet = validationGiven && (await toDataset("fit: validationData", validationGiven));
  prepareModel("fit", model, dataset, setup);
  if (validationSet && !sameShape(validationSet.inputShape, dataset.inputShape)) {
    throw new ShapeError(
      `fit: validationData: expected inputs of shape ${formatBatchShape(dataset.inputShape)}, as those trained on, ` +
        `got ${formatBatchShape(validationSet.inputShape)}.`,
    );
  }
  if (validationSet) prepareModel("fit: validationData", model, validationSet, setup);
  const size = dataset.size - Math.round(dataset.size * resolved.validationSplit);
  if (size === 0)
    throw new ArgumentError(
      `fit: validationSplit ${resolved.validationSplit} leaves nothing of the ${dataset.size} examples to train on.`,
    );
  model.weights(resolved.seed);
  if (trainedRanges(model, setup).length === 0)
    throw new ArgumentError(`fit: model ${model.name} has no trainable parameters.`);

  onChecked();
  const feeds = [pool.take(dataset, given instanceof Dataset)];
  if (validationSet) feeds.push(pool.take(validationSet, validationGiven instanceof Dataset));
  try {
    const [feed, other] = feeds as [Feed, Feed?];
    const split = size < dataset.size ? { feed, from: size, to: dataset.size } : null;
    const validation = other ? { feed: other, from: 0, to: validationSet!.size } : split;
    return await new Run(model, setup, feed, dataset, size, validation, resolved).run();
  } finally {
    for (const feed of feeds) feed.busy = false;
  }
}
