// `nabla predict <model> <file…>`: a saved model's answers to pictures, numbers or the rows of a table.

import { type Command, InvalidArgumentError, Option } from "commander";
import { throwFailures } from "../../../recipes/tools/each-file.ts";
import type { Recipe } from "../../../recipes/tools/recipe.ts";
import type { Column } from "../../data/dataset.ts";
import { ArgumentError, FileError, printable } from "../../errors.ts";
import { maxImageBytes } from "../../formats/picture.ts";
import { readFile } from "../../io/files.ts";
import type { Model } from "../../models/model.ts";
import { percent } from "../../quantities.ts";
import { formatShape, type Shape, sizeOf } from "../../shape.ts";
import { zip } from "../../zip.ts";
import { type Answer, answersOf } from "../answers.ts";
import { type AnswerOptions, count, path, withAnswerOptions, withExamples } from "../arguments.ts";
import { languageOf } from "../course/words.ts";
import { digitFromImage } from "../digit.ts";
import { report, UsageError } from "../failure.ts";
import { fileAnswers } from "../file-answers.ts";
import { answerFormats, type PredictDataOptions, predictData } from "../predict-data.ts";
import { loadRecipeModel } from "../recipe-model.ts";
import { singleShapes } from "../shapes.ts";
import { showParts } from "../show-parts.ts";
import { table } from "../table.ts";
import { paintFor, say, sayJson } from "../terminal.ts";

interface PredictOptions extends AnswerOptions, PredictDataOptions {
  readonly numbers?: readonly number[][];
}

export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .summary("ask a saved model for its answers to files or the rows of a table")
    .description(
      "A model that was trained on data of your own (train --data) answers data of the same kind as CSV or JSON, in " +
        "a file with --out: the rows of a table, whose target may be missing; lines of text; pictures or WAV files, " +
        "or all in a folder. A forecast takes what has happened so far.\n" +
        "Other models take images. Shows a saved model's answers to images, PNG, JPEG or WebP, of up to 13 " +
        "megapixels. For a model of 28 × 28 " +
        "inputs a picture of one digit is cut out, centred and scaled as MNIST's are, dark on light or light on " +
        "dark. A picture that cannot be read leaves the answers for the others, and exit code 1.",
    )
    .argument("<model>", "a model's file, as train saves it", path)
    .argument("[files...]", "a table, pictures, recordings, or a folder of them")
    .option("--out <file>", "writes the answers to the rows of a table there, .csv or .json", path)
    .addOption(
      new Option("--format <format>", "of these answers (default: that of --out, or csv)").choices(answerFormats),
    )
    .option("--steps <count>", "the number of values to forecast (default: 1)", count(1))
    .option("--language <language>", "of what is said, en or ru (default: the environment's)")
    .option("--numbers <list>", "numbers instead of an image, separated by commas; once for each input", numbers);
  withAnswerOptions(command).action(predict);
  withExamples(command, [
    ["nabla predict nabla-models/digits-mlp.safetensors seven.png", "what is this?"],
    ["nabla predict nabla-models/digits-mlp.safetensors *.png --json", "for programs"],
    ["nabla predict nabla-models/houses.safetensors new.csv --out prices.csv", "the rows of a table"],
    ["nabla predict nabla-models/photos.safetensors new-photos", "all pictures in a folder"],
    ["nabla predict nabla-models/xor.safetensors --numbers 0,1 --numbers 1,1", "a model that takes no images"],
  ]);
}

function numbers(text: string, before: readonly number[][] = []): number[][] {
  const list = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (list.every(Number.isFinite)) return [...before, list];
  throw new InvalidArgumentError("Expected a list of numbers such as 0,1.");
}

async function predict(file: string, images: readonly string[], options: PredictOptions): Promise<void> {
  const { json, debug, numbers = [] } = options;
  if (images.length === 0 && numbers.length === 0)
    throw new UsageError("predict: expected a table or at least one image after the model, or --numbers.");
  if (images.length > 0 && numbers.length > 0) throw new UsageError("predict: expected images or --numbers, got both.");
  const { model, recipe } = await loadRecipeModel(file);
  if (model.dataInfo.preparation !== undefined && numbers.length === 0) return predictData(model, images, options);
  if (recipe?.predict && numbers.length === 0) return predictParts(recipe, model, images, file, options);
  const foreign = (["out", "format", "steps"] as const).filter((name) => options[name] !== undefined);
  if (foreign.length > 0)
    throw new UsageError(`predict: --${foreign.join(", --")}: for models that were trained on a table only.`);
  const { inputShape } = singleShapes(model);
  if (images.length === 0) {
    const answers = await answersOf(model, numberColumn(model, inputShape, numbers));
    show(
      json,
      zip(numbers, answers).map(([list, answer]) => ({ input: list.join(","), ...answer })),
    );
    return;
  }
  const pictures = await readPictures(model, inputShape, images);
  const digits = pictures.flatMap((picture) => ("digit" in picture ? [picture.digit] : []));
  const answers = (digits.length > 0 ? await answersOf(model, pictureColumn(model, inputShape, digits)) : []).values();
  // A picture that cannot be read loses its own answer only, and sets the exit code.
  for (const picture of pictures) if ("error" in picture) process.exitCode = report(picture.error, debug === true);
  const results = pictures.map((picture): Result => {
    const { input } = picture;
    return "error" in picture
      ? { input, error: picture.error.message }
      : { input, ...(answers.next().value as Answer) };
  });
  show(json, results);
}

/** What a recipe's model says about files, in parts: a picture with what was found in it, a table, a text. */
async function predictParts(
  recipe: Recipe,
  model: Model,
  files: readonly string[],
  file: string,
  { json, out, language }: PredictOptions,
): Promise<void> {
  const stem = out ?? `${file.replace(/\.safetensors$/, "")}-answer`;
  const failures: Error[] = [];
  const parts = fileAnswers(recipe, model, files, failures);
  const shown = await showParts(parts, { stem, language: languageOf(language), stream: json ? null : process.stdout });
  if (json) sayJson(shown);
  throwFailures(failures);
}

/** One input's answer, or the reason why there is none. */
type Result = { readonly input: string } & (Answer | { readonly error: string });

function show(json: true | undefined, results: readonly Result[]): void {
  if (json) {
    sayJson(results);
    return;
  }
  const paint = paintFor(process.stdout);
  const rows: string[][] = [];
  for (const result of results) {
    if ("error" in result) continue;
    const input = printable(result.input);
    if (!result.probabilities) {
      rows.push([input, result.outputs.map((v) => Number(v.toPrecision(6))).join(", ")]);
      continue;
    }
    const ranked = Object.entries(result.probabilities).sort(([, a], [, b]) => b - a);
    const [first, ...others] = ranked.slice(0, 3).map(([name, p]) => ({ name: printable(name), share: percent(p) }));
    const then = others.map(({ name, share }) => `${name} ${share}`).join(", ");
    rows.push([input, paint("bold", printable(result.class)), first?.share ?? "", paint("dim", `then ${then}`)]);
  }
  if (rows.length > 0) say(table(rows, { right: [2], indent: "" }));
}

type ReadPicture = { readonly input: string } & ({ readonly digit: Uint8Array } | { readonly error: FileError });

/** The shapes of inputs that a picture of one digit fits. */
const digitShapes = ["28,28", "28,28,1"];

/** Converts each picture into the form of MNIST's images, or finds the reason why it cannot be read. */
async function readPictures(
  model: Model,
  inputShape: readonly number[],
  files: readonly string[],
): Promise<ReadPicture[]> {
  if (!digitShapes.includes(inputShape.join())) {
    throw new ArgumentError(
      "expected a model of inputs [28,28] or [28,28,1] for images, " +
        `got model ${model.name} of ${formatShape(inputShape)}: give it ${sizeOf(inputShape)} numbers with --numbers.`,
    );
  }
  const pictures: ReadPicture[] = [];
  for (const input of files) {
    try {
      const bytes = await readFile(input, { maxBytes: maxImageBytes });
      pictures.push({ input, digit: (await digitFromImage(bytes, input)).data as Uint8Array });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      pictures.push({ input, error });
    }
  }
  return pictures;
}

function pictureColumn(model: Model, inputShape: Shape, digits: readonly Uint8Array[]): Column {
  const data = new Uint8Array(digits.length * 28 * 28);
  for (const [i, digit] of digits.entries()) data.set(digit, i * 28 * 28);
  // A model without a description of its training data is assumed to take inputs from 0 to 1.
  const { scale, offset } = model.dataInfo.inputs ?? { scale: 1 / 255, offset: 0 };
  return { array: { data, shape: [digits.length, ...inputShape], dtype: "uint8" }, scale, offset };
}

function numberColumn(model: Model, inputShape: readonly number[], lists: readonly number[][]): Column {
  const size = sizeOf(inputShape);
  const wrong = lists.find((list) => list.length !== size);
  if (wrong)
    throw new ArgumentError(
      `model ${model.name} takes inputs of shape ${formatShape(inputShape)}: expected ${size} numbers, ` +
        `got ${wrong.length} in --numbers ${wrong.join(",")}.`,
    );
  const array = {
    data: Float32Array.from(lists.flat()),
    shape: [lists.length, ...inputShape],
    dtype: "float32" as const,
  };
  const { scale, offset } = model.dataInfo.inputs ?? {};
  return { array, ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) };
}
