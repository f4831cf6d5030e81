// The recipe: a system that trains, with its data and the figure that it is to reach.
import type { Dataset } from "../data/dataset.ts";
import type { MnistProgress } from "../data/mnist.ts";
import type { Callback, History } from "./callback.ts";
import type { Evaluation } from "./evaluate.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Model } from "./model.ts";

/** The options of a run. An option that is left out has the recipe's own default. */
export interface RecipeOptions {
  /** A folder that holds the data. */
  readonly data?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  /** For weights, order and dropout. Default: 1. */
  readonly seed?: number | undefined;
  /** A file in which the trained model is saved. */
  readonly out?: string | undefined;
  /** Little data and few steps: a run that shows that all works, in a second or so. */
  readonly tiny?: boolean | undefined;
  /** The progress that is shown, as `fit` has it. Default: "auto". */
  readonly verbose?: FitOptions["verbose"];
  readonly callbacks?: readonly Callback[] | undefined;
  /** Called while the recipe's data are downloaded. */
  readonly onDownload?: ((progress: MnistProgress) => void) | undefined;
  /** Stops training; what was learned so far is evaluated and saved all the same. */
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
  /** Over the data that were held out. */
  readonly evaluation: Evaluation;
  /** The figures that this run is to be held against: those of its data; none for a tiny run. */
  readonly expected: readonly ExpectedFigure[];
}

/** The figure that a recipe reaches with its defaults: `evaluation[metric]` is at least, or at most, `value`. */
export interface ExpectedFigure {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The data on which it is measured, in words. */
  readonly on: string;
}

/** How a recipe trains. */
export interface RecipeSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** A system that trains, as the command line, the lab and the tests read it. */
export interface Recipe {
  /** The name on the command line: `mnist-mlp`. */
  readonly name: string;
  readonly title: string;
  /** A paragraph: the task, the data and the model. */
  readonly description: string;
  /** The settings that it trains with by default. */
  readonly defaults: RecipeSettings;
  /** All figures, whatever the data. */
  readonly expected: readonly ExpectedFigure[];
  /** The data that the recipe trains on, and those that it holds out. */
  loadData(options?: RecipeOptions): Promise<RecipeData>;
  /** The model, compiled and with known shapes, but not trained: for inspection. */
  model(options?: RecipeOptions): Model;
  run(options?: RecipeOptions): Promise<RecipeResult>;
}
