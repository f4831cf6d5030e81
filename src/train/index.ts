// The public names of training: models, callbacks and recipes.

export type { Callback, EpochRecord, History, Progress, TrainingRun } from "./callback.ts";
export * as callbacks from "./callbacks.ts";
export type { EarlyStoppingOptions } from "./early-stopping.ts";
export type { EvaluateOptions, Evaluation } from "./evaluate.ts";
export type { TrainingSetup } from "./feed.ts";
export type { FitOptions } from "./fit-options.ts";
export { loadModel } from "./load-model.ts";
export { type CompileOptions, type DataInfo, Model, type ModelCallOptions } from "./model.ts";
export type { ModelSource, SaveOptions } from "./model-file.ts";
export type { PredictOptions } from "./predict.ts";
export type { ExpectedFigure, Recipe, RecipeData, RecipeOptions, RecipeResult, RecipeSettings } from "./recipe.ts";
export { Sequential, type SequentialOptions, sequential } from "./sequential.ts";
export type { ArraySource, TrainingData } from "./training-data.ts";
export type { WeightValues } from "./weights.ts";
