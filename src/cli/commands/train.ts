// `nabla train <recipe>`: trains, measures and saves a model, and shows commands to go on with.

import { rmSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import { tasks } from "../../automatic/target.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Model } from "../../models/model.ts";
import type { Recipe, RecipeOptions, RecipeResult } from "../../models/recipe.ts";
import { parametersIn } from "../../nn/tree/structure.ts";
import { formatDuration, thousands } from "../../quantities.ts";
import { startBackend } from "../../runtime/device.ts";
import { sizeOf } from "../../shape.ts";
import type { Callback, TrainingRun } from "../../train/callback.ts";
import { examplesName, TrainingProgress } from "../../train/progress.ts";
import { type AnswerOptions, count, path, positive, withAnswerOptions, withExamples } from "../arguments.ts";
import { confusionHeading, confusionOf, confusionTable } from "../confusion.ts";
import { writeExampleImage } from "../example-image.ts";
import { UsageError } from "../failure.ts";
import { isReached, measureLines } from "../figures.ts";
import { Interruption } from "../interrupt.ts";
import { modelFolder, prepareModelFile } from "../model-folder.ts";
import { DownloadProgress } from "../progress.ts";
import { loadRecipe } from "../recipes.ts";
import { type Paint, paintFor, say, sayJson, shellWord, wrap } from "../terminal.ts";
import { type TrainDataOptions, trainData } from "../train-data.ts";

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Expected a share between 0 and 1, such as 0.2.");
}

/** The longest list of numbers that is shown for typing. */
const mostNumbers = 8;

interface TrainOptions extends AnswerOptions, Omit<TrainDataOptions, "data" | "out"> {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly data?: string;
  readonly out: string;
  readonly tiny?: true;
  readonly quiet?: true;
  readonly resume?: true;
}

/** The options of data of a person's own, and those of recipes alone. */
const ownOptions = ["target", "task", "time", "group", "split", "report", "language"] as const;
const recipeOptions = ["tiny", "resume"] as const;

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
    .option("--language <language>", "of the report, en or ru (default: the environment's)")
    .addOption(new Option("--task <task>", "default: what the target's values look like").choices([...tasks]))
    .option("--out <folder>", "the folder for the model", path, modelFolder)
    .option("--resume", "recipes only: go on where an earlier run was cut off; it ends with the same model")
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
    return trainData({ ...options, data: options.data });
  }
  const foreign = given(ownOptions);
  if (foreign.length > 0)
    throw new UsageError(`train: ${foreign.join(", ")}: for data of your own only; leave out the recipe "${name}".`);
  return trainRecipe(name, options);
}

async function trainRecipe(name: string, options: TrainOptions): Promise<void> {
  const { json, quiet, out, epochs, batchSize, learningRate, seed, data, tiny, resume } = options;
  const recipe = await loadRecipe(name);
  const file = await prepareModelFile(out, name);
  // The backend comes before anything else that compiles WebAssembly (a download does), since its engine flags are
  // fixed then.
  await startBackend();
  const stream = json ? process.stderr : process.stdout;
  const downloading = new DownloadProgress(stream);
  const progress = quiet ? null : new TrainingProgress(stream.isTTY ? stream : null, (line) => say(line, stream));
  const interruption = new Interruption({
    announce: (text) => (stream.isTTY && progress ? progress.interject(text) : say(text, process.stderr)),
    quit: () => {
      progress?.end();
      // The terminal has echoed ^C, so that the shell's prompt needs a new line.
      if (process.stderr.isTTY) say("", process.stderr);
    },
  });
  const armed: Callback = { onTrainBegin: () => void (interruption.armed = true) };
  const heading: Callback = { onTrainBegin: (run) => say(head(recipe, run, options, stream), stream) };
  const runOptions: RecipeOptions = {
    data,
    epochs,
    batchSize,
    learningRate,
    seed,
    tiny,
    out: file,
    checkpoint: checkpointOf(file),
    resume,
    signal: interruption.signal,
    verbose: 0,
    callbacks: progress ? [armed, heading, progress] : [armed],
    ...(!quiet && { onDownload: (received) => downloading.show(received) }),
  };
  try {
    const ran = await recipe.run(runOptions).finally(() => {
      downloading.end();
      progress?.end();
    });
    // A run that has reached its end leaves nothing to go on with.
    if (ran.history.stopped === null) rmSync(checkpointOf(file), { force: true });
    // The expected figures hold for the recipe's own settings, trained to the end.
    const hasDefaults =
      ran.history.stopped === null && [epochs, batchSize, learningRate].every((setting) => setting === undefined);
    const result = hasDefaults ? ran : { ...ran, expected: [] };
    const confusion = await confusionOf(result.model, result.test);
    const example = `${file.slice(0, -".safetensors".length)}-example.png`;
    const hasExample = await writeExampleImage(result.test, example);
    const saved = { file, example: hasExample ? example : null };
    if (json) sayJson(answer(recipe, result, confusion, saved));
    else if (!quiet)
      say(`${figures(result, confusion, paintFor(stream))}\n\n${whatNext(saved, result.test, paintFor(stream))}`);
  } finally {
    interruption.end();
  }
  process.exitCode = interruption.exitCode;
}

/** The file in which a run is remembered, beside that of its model. */
const checkpointOf = (file: string): string => `${file.slice(0, -".safetensors".length)}.checkpoint.safetensors`;

function head(
  recipe: Recipe,
  { model, size, epochs, batchSize }: TrainingRun<Model>,
  options: TrainOptions,
  stream: NodeJS.WriteStream,
): string {
  const parameters = parametersIn(model).reduce((sum, { parameter }) => sum + parameter.size, 0);
  const rate = options.learningRate ?? recipe.defaults.learningRate;
  const settings =
    `${thousands(parameters)} parameters · ${thousands(size)} ${examplesName(model.inputShape)} · ` +
    `${epochs} ${epochs === 1 ? "epoch" : "epochs"} · batches of ${batchSize} · learning rate ${rate} · ` +
    `seed ${options.seed ?? 1}`;
  return [`${paintFor(stream)("bold", recipe.title)} (${recipe.name})`, wrap(settings, stream), ""].join("\n");
}

interface Saved {
  readonly file: string;
  readonly example: string | null;
}

function answer(
  recipe: Recipe,
  { model, history, evaluation, expected, train, test }: RecipeResult,
  confusion: number[][] | null,
  { file, example }: Saved,
) {
  return {
    recipe: recipe.name,
    model: file,
    example,
    trainExamples: train.size,
    testExamples: test.size,
    seconds: history.seconds,
    stopped: history.stopped,
    epochs: history.epochs,
    evaluation,
    expected: expected.map((figure) => ({ ...figure, reached: isReached(figure, evaluation[figure.metric]!) })),
    ...(confusion && { classNames: model.classNames ?? null, confusion }),
  };
}

/** The measures over the held-out data, in words. */
function figures(
  { model, history, evaluation, expected, train, test }: RecipeResult,
  confusion: number[][] | null,
  paint: Paint,
): string {
  const lines = [""];
  if (history.stopped !== null) {
    const count = history.epochs.length;
    const words = `${count} whole ${count === 1 ? "epoch" : "epochs"}, ${formatDuration(history.seconds)}`;
    lines.push(paint("yellow", `Training was stopped after ${words}.`), "");
  }
  const on =
    test === train
      ? `the ${thousands(test.size)} ${examplesName(model.inputShape)}`
      : `${thousands(test.size)} ${examplesName(model.inputShape)} that were held out`;
  lines.push(`On ${on}:`, ...measureLines(evaluation, expected, paint));
  if (confusion) lines.push("", confusionHeading, confusionTable(confusion, model.classNames, paint));
  return lines.join("\n");
}

function whatNext({ file, example }: Saved, { inputs: { array }, inputShape }: Dataset, paint: Paint): string {
  const model = shellWord(file);
  const commands = [`summary ${model}`, `inspect ${model}`];
  if (example !== null) commands.unshift(`predict ${model} ${shellWord(example)}`);
  else if (sizeOf(inputShape) <= mostNumbers)
    commands.unshift(`predict ${model} --numbers ${array.data.subarray(0, sizeOf(inputShape)).join(",")}`);
  return [`Saved as ${paint("bold", file)}. Next:`, ...commands.map((command) => `  npx nabla ${command}`)].join("\n");
}
