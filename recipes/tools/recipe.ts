// The form of a recipe: a system that the course names, with its data, its training and the figures that it reaches.
import type { Callback, Dataset, FitOptions, History, Model } from "nabla";
import type { Part, Text } from "./part.ts";

/** The options of a run. One that is left out has the recipe's own default. */
export interface RecipeOptions {
  /** Real data in the place of the recipe's own: a file or a folder, as {@link Recipe.data} says. */
  readonly data?: string | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  /** The seed of weights, order, dropout and drawn data. Default: 1. */
  readonly seed?: number | undefined;
  /** One of the recipe's {@link Recipe.variants}. */
  readonly variant?: string | undefined;
  /** Trains on little data for few steps, to show within about a second that all works. */
  readonly tiny?: boolean | undefined;
  /** The progress that `fit` shows. Default: "auto". */
  readonly verbose?: FitOptions["verbose"];
  readonly callbacks?: readonly Callback[] | undefined;
  /** A file in which a run of `fit` is remembered. */
  readonly checkpoint?: string | undefined;
  /** Goes on from the checkpoint, if there is one. Default: false. */
  readonly resume?: boolean | undefined;
  /** Called while the recipe's data are downloaded. */
  readonly onDownload?: ((progress: { file: string; received: number; total?: number }) => void) | undefined;
  /** Called with a sentence at the beginning of each stage: what data it has, what it trains now. */
  readonly onStage?: ((text: Text, stage?: Stage) => void) | undefined;
  /** Called by training loops of a recipe's own, which `fit` does not run, as they come on. */
  readonly onStep?: ((step: LoopProgress) => void) | undefined;
  /** Stops training; what was reached by then is measured and saved. */
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a stage before it begins. */
export interface Stage {
  /** True if the model that will be saved learns nothing in it: stopped there, a run has nothing to save. */
  readonly isPreliminary?: boolean;
}

/** How far a training loop has come. */
export interface LoopProgress {
  readonly done: number;
  readonly total: number;
  readonly measures: Readonly<Record<string, number>>;
}

/** The result of a run. */
export interface RecipeResult {
  /** What is saved, and asked by `predict` and `generate`. */
  readonly model: Model;
  readonly history: Pick<History, "stopped" | "seconds"> & Partial<Pick<History, "epochs">>;
  /** The measures over what was held out. */
  readonly evaluation: Readonly<Record<string, number>>;
  /** The figures that the measures are held to: those for the data and the variant of this run; none for a tiny run. */
  readonly expected: readonly ExpectedFigure[];
  /** What a trivial answer, or an older method, reaches in the same measures. */
  readonly baselines?: readonly Baseline[];
  /** Examples to train on and examples that were held out, where data sets hold them. */
  readonly train?: Dataset;
  readonly test?: Dataset;
  /** What a person wants to see at the end. Computed after the model is saved. */
  readonly ending?: () => AsyncIterable<Part>;
}

/** A bound of `evaluation[metric]`, which a recipe reaches with its defaults. */
export interface ExpectedFigure {
  readonly metric: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** The data on which it is measured. */
  readonly on: Text;
}

/** What a simpler answer reaches in a measure. */
export interface Baseline {
  readonly metric: string;
  readonly value: number;
  readonly name: Text;
}

/** The settings of a training. */
export interface RecipeSettings {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** What a saved model is asked: a picture, a sound, a table, a text. */
export interface Question {
  /** The files that follow the model on the command line. */
  readonly files: readonly string[];
  /** A text, such as the beginning of one that is to be written. */
  readonly text?: string | undefined;
  readonly seed: number;
  /** The number of samples, letters or steps. */
  readonly count?: number | undefined;
  /** Below 1 likelier samples, above 1 more varied ones. */
  readonly temperature?: number | undefined;
}

export interface Recipe {
  /** The name on the command line: `mnist-mlp`. */
  readonly name: string;
  /** The course's identifiers of what it shows: `["S2"]`. */
  readonly items: readonly string[];
  readonly title: Text;
  /** A paragraph: the task and the model. */
  readonly description: Text;
  /** The paper that it follows: authors, year, title. */
  readonly source: string;
  /** What it trains on, and what `--data` takes instead. */
  readonly data: Text;
  readonly defaults: RecipeSettings;
  /** The figures for all data that the recipe knows. */
  readonly expected: readonly ExpectedFigure[];
  /** Other forms of the experiment, by their names: `{ plain: … }`. */
  readonly variants?: Readonly<Record<string, Text>>;
  /** Loads examples to train on and examples that are held out, where data sets hold them: for `evaluate`. */
  loadData?(options?: RecipeOptions): Promise<{ readonly train: Dataset; readonly test: Dataset }>;
  /** Makes the model, compiled and with known shapes, but not trained: for inspection. */
  model(options?: RecipeOptions): Model;
  run(options?: RecipeOptions): Promise<RecipeResult>;
  /** True if it answers about several files at once, as when it compares them; others are asked file by file. */
  readonly answersTogether?: true;
  /** Answers about files: what is in a picture, what comes next in a table. */
  predict?(model: Model, question: Question): AsyncIterable<Part>;
  /** Makes something new: a text, pictures, a game that is played. */
  generate?(model: Model, question: Question): AsyncIterable<Part>;
}

/** True where few samples are to be drawn and measured: in a tiny run, and in one that was asked to stop. */
export const isShort = ({ tiny = false, signal }: RecipeOptions): boolean => tiny || signal?.aborted === true;

/** What `fit` is told of a run's options. */
export function fitOptions(options: RecipeOptions, defaults: RecipeSettings) {
  const { epochs = defaults.epochs, batchSize = defaults.batchSize, seed = 1 } = options;
  return {
    epochs,
    batchSize,
    seed,
    verbose: options.verbose,
    callbacks: options.callbacks ?? [],
    ...(options.signal && { signal: options.signal }),
    ...(options.checkpoint && { checkpoint: options.checkpoint, resume: options.resume ?? false }),
  } satisfies FitOptions;
}
