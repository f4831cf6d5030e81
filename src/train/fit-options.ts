// The options of `fit`, with their defaults and checks.
import { ArgumentError, didYouMean } from "../errors.ts";
import type { Network } from "../nn/network.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import { type Callback, callbackMethods } from "./callback.ts";
import { checkSignal } from "./evaluate.ts";
import type { ArraySource, TrainingData } from "./training-data.ts";

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
  readonly validationData?: TrainingData | readonly [x: ArraySource, y: ArraySource];
  /** The share of the examples, from the end, that is measured instead of trained on. From 0 to below 1. */
  readonly validationSplit?: number;
  /**
   * 0 shows nothing; 1 a live line with the time that is left, in a terminal (elsewhere as 2); 2 prints a line for each
   * epoch on the console. "auto" is 1 in a terminal and 0 anywhere else: in pages, pipes and tests. Default: "auto".
   */
  readonly verbose?: "auto" | 0 | 1 | 2 | undefined;
  /** Called about every 16 ms with the state of the run: the callback `{ onProgress }`, for a page that shows it. */
  readonly onProgress?: Callback["onProgress"];
  readonly callbacks?: readonly Callback[];
  /** Stops the run after the steps that are under way. */
  readonly signal?: AbortSignal;
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
  } = options;
  checkCount("fit", "epochs", epochs);
  checkCount("fit", "batchSize", batchSize);
  checkCount("fit", "seed", seed, 0);
  checkCount("fit", "initialEpoch", initialEpoch, 0);
  checkFlag("fit", "shuffle", shuffle);
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
    if (wrong === undefined) continue;
    throw new ArgumentError(
      `fit: callbacks: unknown method "${wrong}".${didYouMean(wrong, callbackMethods)} ` +
        `Known: ${callbackMethods.join(", ")}.`,
    );
  }
}
