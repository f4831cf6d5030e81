// The recipe: a model with its data, its training and the figures that it is expected to reach.
import type { Dataset } from "../data/dataset.ts";
import type { MnistProgress } from "../data/sets/mnist.ts";
import type { Callback, History } from "../train/callback.ts";
import type { Evaluation } from "../train/evaluate.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { Model } from "./model.ts";

/** The options of a run. An option that is left out has the recipe's own default. */
export interface RecipeOptions {
  /** A folder that holds the data. */
  readonly data?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  /** The seed of weights, order and dropout. Default: 1. */
  readonly seed?: number | undefined;
  /** A file in which the trained model is saved. */
  readonly out?: string | undefined;
  /** Trains on little data for few steps, to show within about a second that all works. */
  readonly tiny?: boolean | undefined;
  /** The progress that is shown, as `fit` has it. Default: "auto". */
  readonly verbose?: FitOptions["verbose"];
  readonly callbacks?: readonly Callback[] | undefined;
  /** A file in which the run is remembered, as `fit` has it. */
  readonly checkpoint?: string | undefined;
  /** Goes on from the checkpoint, if there is one. Default: false. */
  readonly resume?: boolean | undefined;
  /** Called while the recipe's data are downloaded. */
  readonly onDownload?: ((progress: MnistProgress) => void) | undefined;
  /** Stops training; the model is evaluated and saved as it is by then. */
  readonly signal?: AbortSignal | undefined;
}

/** The data of a recipe. */
export interface RecipeData {
  readonly train: Dataset;
  /** The data that were held out. */
  readonly test: Dataset;
}

/** The result of a run of a recipe. */
export interface RecipeResult extends RecipeData {
  readonly model: Model;
  readonly history: History;
  /** The measures over the data that were held out. */
  readonly evaluation: Evaluation;
  /** The expected figures for the data of this run; none for a tiny run. */
  readonly expected: readonly ExpectedFigure[];
}

/** The figure that a recipe reaches with its defaults: a bound of `evaluation[metric]`. */
export interface ExpectedFigure {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The data on which it is measured, in words. */
  readonly on: string;
}

/** The settings of a training. */
export interface RecipeSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** A model with its data and its training, which the command line and the tests run. */
export interface Recipe {
  /** The name on the command line: `mnist-mlp`. */
  readonly name: string;
  readonly title: string;
  /** A paragraph: the task, the data and the model. */
  readonly description: string;
  /** The default settings. */
  readonly defaults: RecipeSettings;
  /** The expected figures for all data that the recipe knows. */
  readonly expected: readonly ExpectedFigure[];
  /** Loads the data that the recipe trains on, and those that it holds out. */
  loadData(options?: RecipeOptions): Promise<RecipeData>;
  /** Makes the model, compiled and with known shapes, but not trained: for inspection. */
  model(options?: RecipeOptions): Model;
  run(options?: RecipeOptions): Promise<RecipeResult>;
}
