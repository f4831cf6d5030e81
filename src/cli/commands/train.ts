// `nabla train`: trains the model of a recipe, or one for data of a person's own.

import { type Command, InvalidArgumentError, Option } from "commander";
import { tasks } from "../../automatic/target.ts";
import { type AnswerOptions, count, path, positive, withAnswerOptions, withExamples } from "../arguments.ts";
import { UsageError } from "../failure.ts";
import { leaveNoEmptyFolder, modelFolder } from "../model-folder.ts";
import { type TrainDataOptions, trainData } from "../train-data.ts";
import { type TrainRecipeOptions, trainRecipe } from "../train-recipe.ts";

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Expected a share between 0 and 1, such as 0.2.");
}

interface TrainOptions extends AnswerOptions, TrainRecipeOptions, Omit<TrainDataOptions, "data" | "json"> {
  readonly data?: string;
}

/** The options of data of a person's own, and those of recipes alone. */
const ownOptions = ["target", "task", "time", "group", "split", "report"] as const;
const recipeOptions = ["tiny", "resume", "variant"] as const;

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .summary("train a recipe, or a model for a table of your own, and save it")
    .description(
      "Trains the model of a recipe, measures it on data that were held out, and saves it.\n" +
        "Without a recipe, --data names a table (CSV, TSV, JSON; .txt for lines of text with a label after a " +
        "tab) and --target the column to predict: task, network and training follow from the data, and baselines " +
        "stand beside the result.\n" +
        "Ctrl-C ends training early: the model is still measured and saved, and the exit code is 130. " +
        "A second Ctrl-C quits at once. A run that was cut off goes on with --resume and the same options.",
    )
    .argument("[recipe]", 'what to train ("nabla recipes" lists what there is)')
    .option("--epochs <count>", "the number of passes over the examples (default: the recipe's)", count(1))
    .option("--batch-size <count>", "the number of examples of a step (default: the recipe's)", count(1))
    .option("--learning-rate <rate>", "the size of a step (default: the recipe's)", positive)
    .option("--seed <number>", "for weights, order and dropout: same seed, same model (default: 1)", count(0))
    .option(
      "--data <path>",
      "the recipe's data (default: its own), or without a recipe a table or folder of your own",
      path,
    )
    .option("--target <column>", "the column to predict (default: the last one)")
    .option("--time <column>", "the column of times: forecasts the next value of the target")
    .option("--group <column>", "keeps equal values on one side of each split (a folder: the n-th part of names)")
    .option("--split <share>", "the share of your data that is held out to test (default: 0.2)", share)
    .option("--report <file>", "writes a report on your data's model there, as one HTML page", path)
    .option("--language <language>", "of what is printed and of the report, en or ru (default: the environment's)")
    .addOption(new Option("--task <task>", "default: what the target's values look like").choices([...tasks]))
    .option("--out <folder>", "the folder for the model", path, modelFolder)
    .option("--variant <name>", 'recipes only: another form of the experiment ("nabla recipes <recipe>" lists them)')
    .addOption(new Option("--plain").implies({ variant: "plain" }).hideHelp())
    .option(
      "--resume",
      "recipes only: go on where an earlier run was cut off; it ends with the same model, unless that plays games",
    )
    .option("--tiny", "recipes only: little data and few steps: shows in a second that all works")
    .option("--quiet", "print nothing but errors");
  withAnswerOptions(command).action(train);
  withExamples(command, [
    ["nabla train digits-mlp", "10,000 digits, in seconds"],
    ["nabla train mnist-mlp --data ../mnist", "all of MNIST, out of that folder"],
    ["nabla train mnist-mlp --resume", "goes on where the last run was cut off"],
    ["nabla train xor --epochs 500 --seed 7 --out models", ""],
    ["nabla train --data houses.csv --target price", "a model out of a table of your own"],
    ["nabla train --data sales.csv --target sold --time date", "a forecast"],
  ]);
}

async function train(name: string | undefined, options: TrainOptions): Promise<void> {
  const given = (names: readonly string[]): string[] =>
    names.filter((option) => options[option as keyof TrainOptions] !== undefined).map((option) => `--${option}`);
  if (name === undefined) {
    if (options.data === undefined)
      throw new UsageError('train: expected a recipe ("nabla recipes" lists them) or --data with a table of your own.');
    const foreign = given(recipeOptions);
    if (foreign.length > 0) throw new UsageError(`train: ${foreign.join(", ")}: for recipes only, got no recipe.`);
    leaveNoEmptyFolder(options.out);
    return trainData({ ...options, data: options.data });
  }
  const foreign = given(ownOptions);
  if (foreign.length > 0)
    throw new UsageError(`train: ${foreign.join(", ")}: for data of your own only; leave out the recipe "${name}".`);
  leaveNoEmptyFolder(options.out);
  return trainRecipe(name, options);
}
