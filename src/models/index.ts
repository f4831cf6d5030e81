// The public names of models.

export type { Callback, EpochRecord, History, Progress, TrainingRun } from "../train/callback.ts";
export { Functional, type FunctionalParts, functional } from "./functional.ts";
export { type InputOptions, input } from "./input.ts";
export { loadModel } from "./load-model.ts";
export { type CompileOptions, Model, type ModelOptions } from "./model.ts";
export type { DataInfo, ModelSource, SaveOptions } from "./model-file.ts";
export type { ExpectedFigure, Recipe, RecipeData, RecipeOptions, RecipeResult, RecipeSettings } from "./recipe.ts";
export { Sequential, type SequentialOptions, sequential } from "./sequential.ts";
