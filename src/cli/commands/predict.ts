// `nabla predict <model> <image…>`: what a saved model says of pictures.
import { type Command, InvalidArgumentError } from "commander";
import type { Column } from "../../data/dataset.ts";
import { ArgumentError } from "../../errors.ts";
import { readFile } from "../../io/files.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { loadModel } from "../../train/load-model.ts";
import type { Model } from "../../train/model.ts";
import { answersOf } from "../answers.ts";
import { type AnswerOptions, path, withAnswerOptions, withExamples } from "../arguments.ts";
import { UsageError } from "../failure.ts";
import { digitFromImage } from "../image.ts";
import { percent, table } from "../table.ts";
import { paintFor, say, sayJson } from "../terminal.ts";

interface PredictOptions extends AnswerOptions {
  readonly numbers?: readonly number[][];
}

export function addPredict(program: Command): void {
  const command = program
    .command("predict")
    .summary("ask a saved model what an image shows")
    .description(
      "Says what a saved model makes of images, PNG or JPEG, of any size. For a model of 28 × 28 inputs a picture of one digit is\n" +
        "cut out, centred and scaled as MNIST's are; dark on light and light on dark are both understood.",
    )
    .argument("<model>", "a model's file, as train saves it", path)
    .argument("[images...]", "pictures of one digit each")
    .option("--numbers <list>", "numbers instead of an image, with commas; once for each input", numbers);
  withAnswerOptions(command).action(predict);
  withExamples(command, [
    ["nabla predict nabla-models/digits-mlp.safetensors seven.png", "what is this?"],
    ["nabla predict nabla-models/digits-mlp.safetensors *.png --json", "for programs"],
    ["nabla predict nabla-models/xor.safetensors --numbers 0,1 --numbers 1,1", "a model that takes no images"],
  ]);
}

function numbers(text: string, before: readonly number[][] = []): number[][] {
  const list = text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  if (list.every(Number.isFinite)) return [...before, list];
  throw new InvalidArgumentError("It is a list of numbers such as 0,1.");
}

async function predict(file: string, images: readonly string[], { json, numbers = [] }: PredictOptions): Promise<void> {
  if (images.length === 0 && numbers.length === 0)
    throw new UsageError("predict wants at least one image after the model (or --numbers).");
  if (images.length > 0 && numbers.length > 0)
    throw new UsageError("predict takes images or --numbers, not both at once.");
  const model = await loadModel(file);
  const { inputShape } = model.requireShapes();
  const inputs =
    images.length > 0 ? await imageColumn(model, inputShape, images) : numberColumn(model, inputShape, numbers);
  const names = images.length > 0 ? images : numbers.map((list) => list.join(","));
  const answers = await answersOf(model, inputs);
  if (json) {
    sayJson(answers.map((answer, i) => ({ input: names[i], ...answer })));
    return;
  }
  const paint = paintFor(process.stdout);
  const rows = answers.map((answer, i) => {
    if (!answer.probabilities) return [names[i]!, answer.outputs.map((v) => Number(v.toPrecision(6))).join(", ")];
    const ranked = Object.entries(answer.probabilities).sort(([, a], [, b]) => b - a);
    const others = ranked.slice(1, 3).map(([name, p]) => `${name} ${percent(p)}`);
    return [names[i]!, paint("bold", answer.class), percent(ranked[0]![1]), paint("dim", `then ${others.join(", ")}`)];
  });
  say(table(rows, { right: [2], indent: "" }));
}

async function imageColumn(model: Model, inputShape: readonly number[], files: readonly string[]): Promise<Column> {
  if (inputShape.join() !== "28,28") {
    throw new ArgumentError(
      `model ${model.name} takes inputs of shape ${formatShape(inputShape)}, and images are understood by models of [28,28] only: give it ${sizeOf(inputShape)} numbers with --numbers.`,
    );
  }
  const digits: Uint8Array[] = [];
  for (const file of files) digits.push(digitFromImage(await readFile(file), file).data as Uint8Array);
  const data = new Uint8Array(digits.length * 28 * 28);
  digits.forEach((digit, i) => data.set(digit, i * 28 * 28));
  // A model that does not say what it was trained on is taken to want the usual 0 … 1.
  const { scale, offset } = model.dataInfo.inputs ?? { scale: 1 / 255, offset: 0 };
  return { array: { data, shape: [digits.length, 28, 28], dtype: "uint8" }, scale, offset };
}

function numberColumn(model: Model, inputShape: readonly number[], lists: readonly number[][]): Column {
  const size = sizeOf(inputShape);
  const wrong = lists.find((list) => list.length !== size);
  if (wrong)
    throw new ArgumentError(
      `model ${model.name} takes inputs of shape ${formatShape(inputShape)}, which is ${size} numbers, but --numbers ${wrong.join(",")} has ${wrong.length}.`,
    );
  const array = {
    data: Float32Array.from(lists.flat()),
    shape: [lists.length, ...inputShape],
    dtype: "float32" as const,
  };
  const { scale, offset } = model.dataInfo.inputs ?? {};
  return { array, ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) };
}
