// The public names of training.

export * as callbacks from "./callbacks.ts";
export type { EarlyStoppingOptions } from "./early-stopping.ts";
export type { EvaluateOptions, Evaluation } from "./evaluate.ts";
export type { TrainingSetup } from "./feed.ts";
export type { FitOptions } from "./fit-options.ts";
export type { PredictOptions } from "./predict.ts";
export type { ArraySource, TrainingData } from "./training-data.ts";
