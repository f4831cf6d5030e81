// The public names of models.

export type { Callback, EpochRecord, History, Progress, TrainingRun } from "../train/callback.ts";
export { Functional, type FunctionalParts, functional } from "./functional.ts";
export { Hebbian, hebbian } from "./hebbian.ts";
export { type InputOptions, input } from "./input.ts";
export { loadModel } from "./load-model.ts";
export { type CompileOptions, Model, type ModelOptions } from "./model.ts";
export type { DataInfo, ModelSource, SaveOptions } from "./model-file.ts";
export { Perceptron, perceptron } from "./perceptron.ts";
export type { RuleOptions } from "./rule.ts";
export { Sequential, type SequentialOptions, sequential } from "./sequential.ts";
