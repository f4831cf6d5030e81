// The options of `fit`, with their defaults and checks.
import { ArgumentError, didYouMean } from "../errors.ts";
import type { Network } from "../nn/tree/network.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import { type Callback, callbackMethods } from "./callback.ts";
import { checkSignal } from "./evaluate.ts";
import type { ArraySource, ArraySources, BatchStream, TrainingData } from "./examples.ts";

/** The options of `model.fit`. */
export interface FitOptions {
  /** The index after the last epoch: with `initialEpoch` 0, the number of epochs. Default: 1. */
  readonly epochs?: number;
  /** The number of examples of a step. The last step of an epoch has those that are left. Default: 32. */
  readonly batchSize?: number;
  /**
   * Determines the order of the examples, dropout and, if the model has no seed, the first weights. Default: the
   * model's seed, or 0.
   */
  readonly seed?: number;
  /** Gives each epoch an order of its own. Default: true. */
  readonly shuffle?: boolean;
  /** The data that are measured after each epoch, as `valLoss` and so on. */
  readonly validationData?: TrainingData | BatchStream | readonly [x: ArraySources, y: ArraySources];
  /** The number of batches that are taken of a generator of validation data. Default: all. */
  readonly validationSteps?: number;
  /** The share of the examples, from the end, that is measured instead of trained on. From 0 to below 1. */
  readonly validationSplit?: number;
  /** Takes the validation split from each class in equal shares, where targets are class numbers. Default: false. */
  readonly stratify?: boolean;
  /** The weight of each example in the loss, [count]: finite numbers from 0 up. Default: each counts 1. */
  readonly sampleWeight?: ArraySource;
  /** The weight of the examples of a class in the loss, by class number. Default: each counts 1. */
  readonly classWeight?: Readonly<Record<number, number>>;
  /** The number of batches of an epoch, for a generator that does not end. Default: all that come. */
  readonly stepsPerEpoch?: number;
  /**
   * The number of batches whose gradients are averaged for one step of the optimizer; "epoch" for all batches of an
   * epoch, which is full-batch gradient descent. Default: 1.
   */
  readonly accumulate?: number | "epoch";
  /**
   * 0 shows nothing; 1 a live line with the time that is left, in a terminal (elsewhere as 2); 2 prints a line for each
   * epoch on the console, of more than 50 epochs for every second, third and so on. "auto" is 1 in a terminal and 0
   * anywhere else: in pages, pipes and tests. Default: "auto".
   */
  readonly verbose?: "auto" | 0 | 1 | 2 | undefined;
  /** Called about every 16 ms with the state of the run: the callback `{ onProgress }`, for a page that shows it. */
  readonly onProgress?: Callback["onProgress"];
  readonly callbacks?: readonly Callback[];
  /** Stops the run after the steps that are under way. */
  readonly signal?: AbortSignal;
  /**
   * The path of a file in which the run is remembered: after each epoch (at most once a second), and about every 30
   * seconds within one. It is written in one piece, so that the last good one survives whatever happens to the
   * process. Default: none.
   */
  readonly checkpoint?: string;
  /** The time between two checkpoints within an epoch, in seconds; 0 writes one after every call. Default: 30. */
  readonly checkpointSeconds?: number;
  /**
   * Goes on from `checkpoint`, if the file is there: the run ends with the same bits as one that was never interrupted.
   * Data and options must be the same, but `epochs`, which may grow. Default: false.
   */
  readonly resume?: boolean;
  /** The index of the first epoch, for a run that continues another with the same orders of examples. Default: 0. */
  readonly initialEpoch?: number;
}

const optionNames: readonly (keyof FitOptions)[] = [
  "epochs",
  "batchSize",
  "seed",
  "shuffle",
  "validationData",
  "validationSplit",
  "validationSteps",
  "stratify",
  "sampleWeight",
  "classWeight",
  "stepsPerEpoch",
  "accumulate",
  "checkpoint",
  "checkpointSeconds",
  "resume",
  "verbose",
  "onProgress",
  "callbacks",
  "signal",
  "initialEpoch",
];

/** Checks the options and fills in their defaults. */
export function resolveFitOptions(model: Network, options: FitOptions) {
  checkOptions("fit", options, optionNames);
  const {
    epochs = 1,
    batchSize = 32,
    seed = model.seed ?? 0,
    shuffle = true,
    validationSplit = 0,
    verbose = "auto",
    onProgress,
    initialEpoch = 0,
    callbacks = [],
    stratify = false,
    accumulate = 1,
    stepsPerEpoch,
    validationSteps,
    sampleWeight,
    classWeight,
    checkpoint,
    checkpointSeconds = 30,
    resume = false,
  } = options;
  checkFlag("fit", "resume", resume);
  checkRange("fit", "checkpointSeconds", checkpointSeconds, 0);
  if (checkpoint !== undefined && (typeof checkpoint !== "string" || checkpoint === ""))
    throw new ArgumentError(`fit: checkpoint: expected the path of a file, got ${describe(checkpoint)}.`);
  if (resume && checkpoint === undefined)
    throw new ArgumentError(
      "fit: resume: expected the path of the checkpoint too: { checkpoint: path, resume: true }.",
    );
  checkCount("fit", "epochs", epochs);
  checkCount("fit", "batchSize", batchSize);
  checkCount("fit", "seed", seed, 0);
  checkCount("fit", "initialEpoch", initialEpoch, 0);
  checkFlag("fit", "shuffle", shuffle);
  checkFlag("fit", "stratify", stratify);
  if (accumulate !== "epoch") checkCount("fit", "accumulate", accumulate);
  if (stepsPerEpoch !== undefined) checkCount("fit", "stepsPerEpoch", stepsPerEpoch);
  if (validationSteps !== undefined) checkCount("fit", "validationSteps", validationSteps);
  checkClassWeight(classWeight);
  checkRange("fit", "validationSplit", validationSplit, 0, 1);
  if (!["auto", 0, 1, 2].includes(verbose))
    throw new ArgumentError(`fit: verbose: expected "auto", 0, 1 or 2, got ${describe(verbose)}.`);
  if (onProgress !== undefined && typeof onProgress !== "function")
    throw new ArgumentError(`fit: onProgress: expected a function, got ${describe(onProgress)}.`);
  if (validationSplit > 0 && options.validationData !== undefined)
    throw new ArgumentError("fit: expected validationData or validationSplit, got both.");
  checkCallbacks(callbacks);
  return {
    epochs,
    batchSize,
    seed,
    shuffle,
    validationSplit,
    stratify,
    accumulate,
    stepsPerEpoch: stepsPerEpoch ?? null,
    validationSteps: validationSteps ?? null,
    sampleWeight,
    classWeight,
    checkpoint: checkpoint ?? null,
    checkpointSeconds,
    resume,
    verbose,
    initialEpoch,
    callbacks: onProgress ? [...callbacks, { onProgress }] : callbacks,
    signal: checkSignal("fit", options.signal),
  };
}

export type ResolvedFitOptions = ReturnType<typeof resolveFitOptions>;

function checkCallbacks(callbacks: readonly Callback[]): void {
  if (!Array.isArray(callbacks))
    throw new ArgumentError(`fit: callbacks: expected a list, got ${describe(callbacks)}.`);
  for (const callback of callbacks) {
    if (typeof callback !== "object" || callback === null) {
      throw new ArgumentError(
        `fit: callbacks: expected an object with methods such as onEpochEnd, got ${describe(callback)}.`,
      );
    }
    const wrong = Object.keys(callback).find(
      (name) => /^on[A-Z]/.test(name) && !(callbackMethods as readonly string[]).includes(name),
    );
    const given = callback as Readonly<Record<string, unknown>>;
    const idle = callbackMethods.find((name) => given[name] !== undefined && typeof given[name] !== "function");
    if (idle) throw new ArgumentError(`fit: callbacks: ${idle}: expected a function, got ${describe(given[idle])}.`);
    if (wrong === undefined) continue;
    throw new ArgumentError(
      `fit: callbacks: unknown method "${wrong}".${didYouMean(wrong, callbackMethods)} ` +
        `Known: ${callbackMethods.join(", ")}.`,
    );
  }
}

function checkClassWeight(weights: unknown): void {
  if (weights === undefined) return;
  if (typeof weights !== "object" || weights === null || Array.isArray(weights) || weights instanceof Map)
    throw new ArgumentError(
      `fit: classWeight: expected weights by class number, { 0: 1, 1: 5 }, got ${describe(weights)}.`,
    );
  for (const [name, weight] of Object.entries(weights)) {
    if (/^\d+$/.test(name) && typeof weight === "number" && weight >= 0 && weight < Infinity) continue;
    throw new ArgumentError(
      `fit: classWeight: expected finite weights from 0 up by class number, got ${describe(weight)} for "${name}".`,
    );
  }
}
