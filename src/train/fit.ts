// `fit`: checks data and options, and starts the run.
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Network } from "../nn/tree/network.ts";
import { formatShapes, isShape, leavesOf } from "../nn/tree/tree.ts";
import type { Shape } from "../shape.ts";
import type { History } from "./callback.ts";
import {
  type BatchStream,
  columnShapes,
  type Examples,
  isStream,
  type TrainingData,
  toExamples,
  weightClasses,
} from "./examples.ts";
import { type FitOptions, type ResolvedFitOptions, resolveFitOptions } from "./fit-options.ts";
import type { OwnStep } from "./own-step.ts";
import { Run, type Training, type Validation } from "./run.ts";
import { type TrainingSetup, trainedRanges } from "./setup.ts";
import { orderedByShares } from "./split.ts";
import { type Taken, type TakenResident, trainersOf } from "./trainers.ts";

/**
 * Implements `model.fit`. `onChecked` is called when data and options have passed all checks, and the run begins: with
 * the data, if they are in memory.
 */
export async function fit(
  model: Network,
  setup: TrainingSetup,
  given: TrainingData | BatchStream,
  options: FitOptions,
  onChecked: (examples: Examples | null) => void,
): Promise<History> {
  const resolved = resolveFitOptions(model, options);
  if (resolved.accumulate !== 1 && (model as OwnStep).trainStep)
    throw new ArgumentError(
      `fit: accumulate: ${model.describe()} has a training step of its own, which says itself when its weights move.`,
    );
  const trainers = trainersOf(model, setup);
  const taken: Taken[] = [];
  try {
    let training: Training;
    let validation: Validation | null = null;
    if (isStream(given)) {
      const stream = await trainers.take("fit", given);
      taken.push(stream);
      training = streamTraining(stream, resolved);
    } else {
      const examples = weigh(await toExamples("fit", given, trainers.forms), model, resolved);
      if (examples.weights?.array.data.every((weight: number) => weight === 0))
        throw new ArgumentError("fit: expected examples whose weights are above 0, got weights of 0 only.");
      const size = examples.size - Math.round(examples.size * resolved.validationSplit);
      if (size === examples.size && resolved.validationSplit > 0)
        throw new ArgumentError(
          `fit: validationSplit ${resolved.validationSplit} leaves nothing of the ${examples.size} examples ` +
            "to measure.",
        );
      const resident = trainers.resident("fit", examples);
      taken.push(resident);
      if (size === 0)
        throw new ArgumentError(
          `fit: validationSplit ${resolved.validationSplit} leaves nothing of the ${examples.size} examples ` +
            "to train on.",
        );
      const first = resolved.stratify ? orderedByShares(examples, size) : null;
      training = residentTraining(resident, size, first);
      if (size < examples.size) validation = splitValidation(resident, size, first);
    }
    const other = await takeValidation(model, setup, options, resolved, taken);
    model.weights(resolved.seed);
    if (trainedRanges(model, setup).length === 0)
      throw new ArgumentError(`fit: model ${model.name} has no trainable parameters.`);
    onChecked(taken[0]?.examples ?? null);
    return await new Run(model, setup, training, other ?? validation, resolved).run();
  } finally {
    for (const each of taken) each.release();
  }
}

/** The examples with the weights that the options give them. */
function weigh(examples: Examples, model: Network, { classWeight }: ResolvedFitOptions): Examples {
  if (classWeight === undefined) return examples;
  model.declare(columnShapes(examples.inputs));
  const [shape = []] = leavesOf<Shape>(model.requireShapes().outputShape, isShape);
  return weightClasses(examples, classWeight, shape);
}

function streamTraining(
  { trainer, begin }: Taken,
  { stepsPerEpoch, accumulate, validationSplit }: ResolvedFitOptions,
): Training {
  if (validationSplit > 0)
    throw new ArgumentError("fit: validationSplit: expected data in memory, got a generator; give validationData.");
  if (accumulate === "epoch" && stepsPerEpoch === null)
    throw new ArgumentError(
      'fit: accumulate "epoch" over a generator needs stepsPerEpoch, to know which batch is last.',
    );
  return { trainer, size: null, steps: () => stepsPerEpoch, begin: (_, epoch) => begin(stepsPerEpoch, epoch) };
}

function residentTraining({ trainer }: TakenResident, size: number, first: Int32Array | null): Training {
  const { source } = trainer;
  return {
    trainer,
    size,
    steps: (batchSize) => Math.ceil(size / batchSize),
    begin(shuffled) {
      const order = first ? first.slice() : Int32Array.from({ length: source.size }, (_, i) => i);
      if (shuffled) order.set(first ? shuffled.map((i) => first[i] ?? 0) : shuffled);
      source.begin(order, 0, size);
    },
  };
}

/** The examples behind those that are trained on. */
function splitValidation({ trainer }: TakenResident, size: number, first: Int32Array | null): Validation {
  const { source } = trainer;
  return { trainer, begin: () => source.begin(first, size, source.size) };
}

async function takeValidation(
  model: Network,
  setup: TrainingSetup,
  { validationData }: FitOptions,
  { validationSteps }: ResolvedFitOptions,
  taken: Taken[],
): Promise<Validation | null> {
  if (validationData === undefined) return null;
  const where = "fit: validationData";
  const given = Array.isArray(validationData) ? { x: validationData[0], y: validationData[1] } : validationData;
  const trainers = trainersOf(model, setup);
  if (isStream(given)) {
    const { trainer, begin, release, examples } = await trainers.take(where, given);
    taken.push({ trainer, begin, release, examples });
    return { trainer, begin: () => begin(validationSteps) };
  }
  const examples = await toExamples(where, given as TrainingData, trainers.forms);
  const [expected, got] = [model.requireShapes().inputShape, columnShapes(examples.inputs)];
  if (JSON.stringify(expected) !== JSON.stringify(got)) {
    throw new ShapeError(
      `${where}: expected inputs of shape ${formatShapes(expected)}, as those trained on, got ${formatShapes(got)}.`,
    );
  }
  const resident = trainers.resident(where, examples);
  taken.push(resident);
  return { trainer: resident.trainer, begin: () => resident.begin(null) };
}
