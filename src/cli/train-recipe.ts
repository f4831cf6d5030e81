// `nabla train <recipe>`: trains what a recipe describes, measures it, saves it, and shows what it can do.
import { existsSync, rmSync } from "node:fs";
import type { Language } from "../../recipes/tools/part.ts";
import type { Recipe, RecipeOptions, RecipeResult } from "../../recipes/tools/recipe.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { parametersIn } from "../nn/tree/structure.ts";
import { formatDuration, formatMeasure, thousands } from "../quantities.ts";
import { startBackend } from "../runtime/device.ts";
import { sizeOf } from "../shape.ts";
import type { Callback, TrainingRun } from "../train/callback.ts";
import { examplesName, LiveLine, type ProgressWords, TrainingProgress } from "../train/progress.ts";
import { confusionOf, confusionTable } from "./confusion.ts";
import { languageOf } from "./course/words.ts";
import { checkFinite } from "./diverged.ts";
import { UsageError } from "./failure.ts";
import { isReached, measureLines } from "./figures.ts";
import { Interruption } from "./interrupt.ts";
import { prepareModelFile } from "./model-folder.ts";
import { ownWords } from "./own-words.ts";
import { DownloadProgress } from "./progress.ts";
import { heldOutName, recipeWords } from "./recipe-words.ts";
import { loadRecipe } from "./recipes.ts";
import { showParts } from "./show-parts.ts";
import { type Paint, paintFor, say, sayJson, shellWord, wrap } from "./terminal.ts";

/** The longest list of numbers that is shown for typing. */
const mostNumbers = 8;

export interface TrainRecipeOptions {
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly seed?: number;
  readonly data?: string;
  readonly variant?: string;
  readonly out: string;
  readonly language?: string;
  readonly tiny?: true;
  readonly quiet?: true;
  readonly resume?: true;
  readonly json?: true;
}

export async function trainRecipe(name: string, options: TrainRecipeOptions): Promise<void> {
  const { json, quiet, out, epochs, batchSize, learningRate, seed, data, variant, tiny, resume } = options;
  const language = languageOf(options.language);
  const recipe = await loadRecipe(name);
  checkVariant(recipe, variant, language);
  // The backend comes before anything else that compiles WebAssembly (a download does), since its engine flags are
  // fixed then.
  await startBackend();
  const file = await prepareModelFile(out, variant === undefined ? name : `${name}-${variant}`);
  const stem = file.slice(0, -".safetensors".length);
  const checkpoint = `${stem}.checkpoint.safetensors`;
  const stream = json ? process.stderr : process.stdout;
  const paint = paintFor(stream);
  const downloading = new DownloadProgress(stream, language);
  const words = recipeWords[language];
  const terminal = stream.isTTY ? stream : null;
  const progress = quiet ? null : new TrainingProgress(terminal, (line) => say(line, stream), words.progress);
  const loop = quiet ? null : new LoopLine(stream, words.progress);
  const interruption = new Interruption({
    words: ownWords[language],
    announce: (text) => (stream.isTTY && progress ? progress.interject(text) : say(text, process.stderr)),
    quit: () => {
      downloading.end();
      progress?.end();
      loop?.end();
      // The terminal has echoed ^C, so that the shell's prompt needs a new line.
      if (process.stderr.isTTY) say("", process.stderr);
    },
  });
  // What a preliminary stage learns is not saved; an untrained model must not replace one that has learnt.
  let isPreliminary = false;
  const arm = (): void => {
    if (!isPreliminary) interruption.armed = true;
  };
  const armed: Callback = { onTrainBegin: arm };
  let isTitled = quiet ?? false;
  // The title waits for the first sign of life: data that are not there are one sentence, without a heading.
  const tell = (text: string): void => {
    if (!isTitled) say(`${paint("bold", recipe.title[language])} (${name})`, stream);
    isTitled = true;
    say(text, stream);
  };
  const heading: Callback = { onTrainBegin: (run) => tell(`${settings(run, options, recipe, language)}\n`) };
  const runOptions: RecipeOptions = {
    data,
    epochs,
    batchSize,
    learningRate,
    seed,
    variant,
    tiny,
    checkpoint,
    resume,
    signal: interruption.signal,
    verbose: 0,
    callbacks: progress ? [armed, heading, progress] : [armed],
    onStep(step) {
      arm();
      loop?.show(step);
    },
    onStage(text, stage = {}) {
      isPreliminary = stage.isPreliminary ?? false;
      loop?.end();
      if (!quiet) tell(wrap(text[language], stream));
    },
    ...(!quiet && { onDownload: (received) => downloading.show(received) }),
  };
  try {
    if (resume && !quiet && !existsSync(checkpoint)) tell(words.noCheckpoint);
    const ran = await recipe.run(runOptions).finally(() => {
      downloading.end();
      progress?.end();
      loop?.end();
    });
    if (ran.history.stopped === null) await checkFinite(ran, learningRate ?? recipe.defaults.learningRate);
    const about = { ...ran.model.dataInfo.about, recipe: name, ...(variant !== undefined && { variant }) };
    ran.model.dataInfo = { ...ran.model.dataInfo, about };
    await ran.model.save(file);
    // A run that has reached its end leaves nothing to go on with.
    if (ran.history.stopped === null) rmSync(checkpoint, { force: true });
    // The expected figures hold for the recipe's own settings, trained to the end.
    const hasDefaults =
      ran.history.stopped === null && [epochs, batchSize, learningRate].every((setting) => setting === undefined);
    const result = hasDefaults ? ran : { ...ran, expected: [] };
    const confusion = result.test ? await confusionOf(result.model, result.test) : null;
    const example = await exampleImage(result.test, `${stem}-example.png`);
    if (!json && !quiet) say(figures(result, confusion, paint, language));
    const show = { stem, language, stream: json || quiet ? null : stream };
    const ending = result.ending ? await showParts(result.ending(), show) : [];
    if (json) sayJson({ ...answer(recipe, result, confusion), model: file, example, ending });
    else if (!quiet) say(`\n${whatNext(recipe, result, file, example, paint, language)}`);
  } finally {
    interruption.end();
  }
  process.exitCode = interruption.exitCode;
}

function checkVariant({ name, variants = {} }: Recipe, variant: string | undefined, language: Language): void {
  if (variant === undefined || Object.hasOwn(variants, variant)) return;
  throw new UsageError(recipeWords[language].noVariant(name, variant, Object.keys(variants).join(", ")));
}

async function exampleImage(test: Dataset | undefined, file: string): Promise<string | null> {
  // Pictures are written by a package that other commands do not need.
  const { writeExampleImage } = await import("./example-image.ts");
  return test && (await writeExampleImage(test, file)) ? file : null;
}

/** The progress of a loop of the recipe's own: a live line in a terminal, else a line for each tenth. */
class LoopLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #words: ProgressWords;
  #line: LiveLine | null = null;
  #tenths = 0;

  constructor(stream: NodeJS.WriteStream, words: ProgressWords) {
    [this.#stream, this.#words] = [stream, words];
  }

  show({ done, total, measures }: Parameters<NonNullable<RecipeOptions["onStep"]>>[0]): void {
    const parts = Object.entries(measures).map(
      ([name, value]) => `${this.#words.measure(name)} ${formatMeasure(name, value)}`,
    );
    const words = [`${thousands(done)}/${thousands(total)}`, ...parts].join(" · ");
    if (this.#stream.isTTY) {
      this.#line ??= new LiveLine(this.#stream);
      this.#line.show(Math.min(1, done / total), [words]);
      return;
    }
    const tenths = Math.floor((10 * done) / total);
    if (tenths > this.#tenths) say(words, this.#stream);
    this.#tenths = tenths;
  }

  end(): void {
    this.#line?.end();
    [this.#line, this.#tenths] = [null, 0];
  }
}

function settings(
  { model, size, epochs, batchSize }: TrainingRun<Model>,
  options: TrainRecipeOptions,
  recipe: Recipe,
  language: Language,
): string {
  const words = recipeWords[language];
  const parameters = parametersIn(model).reduce((sum, { parameter }) => sum + parameter.size, 0);
  const rate = options.learningRate ?? recipe.defaults.learningRate;
  // A generator does not tell how many examples it will give.
  const examples = Number.isFinite(size) ? `${words[examplesName(model.inputShape)](thousands(size))} · ` : "";
  return wrap(
    `${words.parameters(thousands(parameters))} · ${examples}${words.epochs(epochs)} · ` +
      `${words.batches(batchSize)} · ${words.learningRate} ${rate} · ${words.seed} ${options.seed ?? 1}`,
  );
}

function answer(recipe: Recipe, result: RecipeResult, confusion: number[][] | null) {
  const { model, history, evaluation, expected, baselines, train, test } = result;
  return {
    recipe: recipe.name,
    ...(train && { trainExamples: train.size }),
    ...(test && { testExamples: test.size }),
    seconds: history.seconds,
    stopped: history.stopped,
    ...(history.epochs && { epochs: history.epochs }),
    evaluation,
    expected: expected.map((figure) => ({ ...figure, reached: isReached(figure, evaluation[figure.metric]!) })),
    ...(baselines && { baselines }),
    ...(confusion && { classNames: model.classNames ?? null, confusion }),
  };
}

/** The measures over the held-out data, in words. */
function figures(result: RecipeResult, confusion: number[][] | null, paint: Paint, language: Language): string {
  const { model, history, train, test } = result;
  const words = recipeWords[language];
  const lines = [""];
  if (history.stopped !== null)
    lines.push(
      paint(
        "yellow",
        words.stopped(history.epochs?.length, ownWords[language].duration(formatDuration(history.seconds))),
      ),
      "",
    );
  lines.push(test ? words.on(heldOutName(model, train, test, language)) : words.measured);
  lines.push(...measureLines(result, paint, language));
  if (confusion) lines.push("", confusionTable(confusion, model.classNames, paint, ownWords[language]));
  return lines.join("\n");
}

function whatNext(
  recipe: Recipe,
  { test }: RecipeResult,
  file: string,
  example: string | null,
  paint: Paint,
  language: Language,
): string {
  const words = recipeWords[language];
  const model = shellWord(file);
  const commands = [`summary ${model}`, `inspect ${model}`];
  const shape = test?.inputShape;
  if (recipe.generate) commands.unshift(`generate ${model}`);
  if (example !== null) commands.unshift(`predict ${model} ${shellWord(example)}`);
  else if (recipe.predict) commands.unshift(`predict ${model} <file>`);
  else if (test && shape && sizeOf(shape) <= mostNumbers)
    commands.unshift(`predict ${model} --numbers ${test.inputs.array.data.subarray(0, sizeOf(shape)).join(",")}`);
  return [
    `${words.saved(paint("bold", file))} ${words.next}`,
    ...commands.map((command) => `  npx nabla ${command}`),
  ].join("\n");
}
