// What `fit` can be told, with its defaults and checks.
import { ArgumentError, didYouMean } from "../errors.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import { type Callback, callbackMethods } from "./callback.ts";
import type { Model } from "./model.ts";
import type { ArraySource, TrainingData } from "./training-data.ts";

/** The options of `model.fit`. */
export interface FitOptions {
  /** The index after the last epoch: with `initialEpoch` 0, how many epochs there are. Default: 1. */
  readonly epochs?: number;
  /** How many examples a step sees. The last step of an epoch sees what is left. Default: 32. */
  readonly batchSize?: number;
  /** For the order of the examples and for dropout, and for the first weights where the model has no seed. Default: the model's, or 0. */
  readonly seed?: number;
  /** Whether each epoch has an order of its own. Default: true. */
  readonly shuffle?: boolean;
  /** Measured after each epoch, as `valLoss` and so on. */
  readonly validationData?: TrainingData | readonly [x: ArraySource, y: ArraySource];
  /** The share of the examples, from the end, that is measured instead of trained on. From 0 to below 1. */
  readonly validationSplit?: number;
  /** 1 prints a line an epoch on the console, 0 nothing. Default: 0. */
  readonly verbose?: 0 | 1;
  readonly callbacks?: readonly Callback[];
  /** Stops the run after the steps that are under way. */
  readonly signal?: AbortSignal;
  /** With which epoch to begin, for a run that goes on: it has the order of examples that the long run would have had. Default: 0. */
  readonly initialEpoch?: number;
}

const optionNames: readonly (keyof FitOptions)[] = [
  "epochs",
  "batchSize",
  "seed",
  "shuffle",
  "validationData",
  "validationSplit",
  "verbose",
  "callbacks",
  "signal",
  "initialEpoch",
];

/** Options with their defaults, checked. */
export function settleFitOptions(model: Model, options: FitOptions) {
  checkOptions("fit", options, optionNames);
  const {
    epochs = 1,
    batchSize = 32,
    seed = model.seed ?? 0,
    shuffle = true,
    validationSplit = 0,
    verbose = 0,
    initialEpoch = 0,
    callbacks = [],
  } = options;
  checkCount("fit", "epochs", epochs);
  checkCount("fit", "batchSize", batchSize);
  checkCount("fit", "seed", seed, 0);
  checkCount("fit", "initialEpoch", initialEpoch, 0);
  checkFlag("fit", "shuffle", shuffle);
  checkRange("fit", "validationSplit", validationSplit, 0, 1);
  if (verbose !== 0 && verbose !== 1) throw new ArgumentError(`fit: verbose is 0 or 1, but came ${describe(verbose)}.`);
  if (validationSplit > 0 && options.validationData !== undefined)
    throw new ArgumentError("fit: give validationData or validationSplit, not both.");
  checkCallbacks(callbacks);
  return {
    epochs,
    batchSize,
    seed,
    shuffle,
    validationSplit,
    verbose,
    initialEpoch,
    callbacks,
    signal: options.signal,
  };
}

export type SettledFitOptions = ReturnType<typeof settleFitOptions>;

function checkCallbacks(callbacks: readonly Callback[]): void {
  if (!Array.isArray(callbacks)) throw new ArgumentError(`fit: callbacks are a list, but came ${describe(callbacks)}.`);
  for (const callback of callbacks) {
    if (typeof callback !== "object" || callback === null) {
      throw new ArgumentError(
        `fit: a callback is an object with methods such as onEpochEnd, but came ${describe(callback)}.`,
      );
    }
    const wrong = Object.keys(callback).find(
      (name) => /^on[A-Z]/.test(name) && !(callbackMethods as readonly string[]).includes(name),
    );
    if (wrong === undefined) continue;
    throw new ArgumentError(
      `fit: a callback has no method "${wrong}".${didYouMean(wrong, callbackMethods)} Known: ${callbackMethods.join(", ")}.`,
    );
  }
}
