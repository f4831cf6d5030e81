// The public names of training.

export * as callbacks from "./callbacks.ts";
export type { DiagnoseOptions } from "./diagnose.ts";
export type { Diagnosis } from "./diagnosis.ts";
export type { EarlyStoppingOptions } from "./early-stopping.ts";
export type { EvaluateOptions, Evaluation } from "./evaluate.ts";
export type { ArraySource, ArraySources, BatchSource, BatchStream, TrainingData } from "./examples.ts";
export type { FitOptions } from "./fit-options.ts";
export type { LayerDiagnosis } from "./layer-diagnosis.ts";
export type { Differentiated, StepContext } from "./own-step.ts";
export type { PredictOptions } from "./predict.ts";
export type { Objective, TrainingSetup } from "./setup.ts";
export type { Batch } from "./source.ts";
