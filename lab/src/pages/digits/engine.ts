// What the page of digits asks of Nabla: a network, its training, its answers, and its file.
import { transfer } from "comlink";
import { Dataset, FileError, loadModel, type Model, NumericError, type Progress, softmax, tensor } from "nabla";
import { type Answer, type Inside, type LayerView, lookInside, type Weights } from "./inside.ts";
import { compileNetwork, makeNetwork } from "./network.ts";
import { type Examples, pixelsPerDigit, unpackDigits } from "./packed.ts";
import { isSameRun, type Settings } from "./settings.ts";

/** A network as the page shows it. */
export interface NetworkView {
  readonly layers: readonly LayerView[];
  readonly parameters: number;
  /** The number of epochs that it has been trained for. */
  readonly epochs: number;
  /** What it answers to the digits that are held out. */
  readonly exam: Exam;
}

/** The answers to the digits that are held out. */
export interface Exam {
  readonly loss: number;
  readonly accuracy: number;
  readonly read: Uint8Array;
  /** The probability of what was read. */
  readonly sureness: Float32Array;
}

/** A point of the curves of a training. */
export interface CurvePoint {
  readonly x: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** A step after which the loss was far too large. Both count from 1. */
export interface Jump {
  readonly epoch: number;
  readonly step: number;
  readonly loss: number;
}

/** What the page hears of a training. Epochs count from 1. */
export type News =
  | {
      readonly kind: "steps";
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      /** Means over the latest steps, a tenth of an epoch each; `x` counts epochs. */
      readonly points: readonly CurvePoint[];
      /** The first step that took the loss beyond all that guessing would cost. */
      readonly jump: Jump | undefined;
    }
  | {
      readonly kind: "epoch";
      readonly epoch: number;
      readonly loss: number;
      readonly accuracy: number;
      /** Without pauses and without the digits that are held out. */
      readonly seconds: number;
      readonly exam: Exam;
    };

/** How a training ended. */
export type Ending =
  | { readonly kind: "done" | "stopped" }
  | { readonly kind: "diverged"; readonly epoch: number; readonly step: number; readonly loss: string };

let digits: { readonly train: Dataset; readonly test: Dataset } | undefined;
let network: { readonly model: Model; readonly inside: Inside; settings: Settings | undefined; epochs: number };
let running: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;
let gate: { readonly opened: Promise<void>; readonly open: () => void } | undefined;

const asDataset = (name: string, { pixels, labels }: Examples): Dataset =>
  Dataset.from({
    inputs: { data: pixels, shape: [labels.length, 28, 28], dtype: "uint8", scale: 1 / 255 },
    targets: { data: labels, shape: [labels.length], dtype: "uint8" },
    name,
  });

/** Fetches the digits, and gives those that are held out, with the number of those to train on. */
export async function load(
  address: string,
): Promise<{ test: Examples; sample: Examples; trainCount: number; kilobytes: number }> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const file = await response.arrayBuffer();
  const { train, test } = await unpackDigits(file);
  digits = { train: asDataset("digits", train), test: asDataset("digits", test) };
  const sample = { pixels: train.pixels.slice(0, 200 * pixelsPerDigit), labels: train.labels.slice(0, 200) };
  return { test, sample, trainCount: train.labels.length, kilobytes: Math.round(file.byteLength / 1024) };
}

async function examine(): Promise<Exam> {
  const logits = await network.model.predict(digits!.test);
  const probabilities = network.model.lastActivations === "softmax" ? logits : softmax(logits);
  const [read, sureness, { loss, accuracy }] = await Promise.all([
    logits.argmax(-1).data(),
    probabilities.max(-1).data(),
    network.model.evaluate(digits!.test),
  ]);
  return {
    loss: Number(loss),
    accuracy: Number(accuracy),
    read: Uint8Array.from(read as ArrayLike<number>),
    sureness: (sureness as Float32Array).slice(),
  };
}

async function viewOf(): Promise<NetworkView> {
  const { model, inside, epochs } = network;
  // The layers are found when the first image is asked for.
  await inside.answer(tensor(new Float32Array(pixelsPerDigit), { shape: [1, 28, 28] }));
  return { layers: inside.view, parameters: model.countParams(), epochs, exam: await examine() };
}

/** Makes a new network, in the place of what there was. */
export async function make(settings: Settings): Promise<NetworkView> {
  await stop();
  const model = compileNetwork(makeNetwork(settings), settings);
  model.weights(settings.seed);
  model.dataInfo = { inputs: { dtype: "uint8", scale: 1 / 255, offset: 0 } };
  network = { model, inside: lookInside(model), settings, epochs: 0 };
  return viewOf();
}

/** Trains the network up to `settings.epochs`. A network that was made with other settings is made anew. */
export async function train(settings: Settings, show: (news: News) => unknown): Promise<Ending> {
  await stop();
  if (network.settings && !isSameRun(network.settings, settings)) await make(settings);
  const controller = new AbortController();
  const run = fit(settings, controller.signal, show);
  running = { stop: controller, ended: run.catch(() => undefined) };
  try {
    return await run;
  } finally {
    running = undefined;
  }
}

/** The time between two pieces of news, in milliseconds. */
const newsEvery = 80;
/** The parts of an epoch whose means are the points of a curve. */
const partsOfEpoch = 10;
/** Guessing costs ln 10 = 2.3; a loss beyond this is one that jumped. */
const jumped = 10;

/** Finds the loss and accuracy of parts of an epoch from the means of the epoch so far. */
class Parts {
  points: CurvePoint[] = [];
  jump: Jump | undefined;
  #before = { count: 0, loss: 0, right: 0 };
  #start = this.#before;

  begin(): void {
    this.#before = { count: 0, loss: 0, right: 0 };
    this.#start = this.#before;
  }

  add({ epoch, step, steps, loss, metrics }: Progress, batch: number, size: number): void {
    const count = Math.min(step * batch, size);
    const now = { count, loss: loss * count, right: metrics["accuracy"]! * count };
    const own = (now.loss - this.#before.loss) / (count - this.#before.count);
    if (own > jumped) this.jump ??= { epoch: epoch + 1, step, loss: own };
    this.#before = now;
    if (step % Math.ceil(steps / partsOfEpoch) !== 0 && step !== steps) return;
    const part = count - this.#start.count;
    this.points.push({
      x: epoch + step / steps,
      loss: (now.loss - this.#start.loss) / part,
      accuracy: (now.right - this.#start.right) / part,
    });
    this.#start = now;
  }
}

async function fit(settings: Settings, signal: AbortSignal, show: (news: News) => unknown): Promise<Ending> {
  const { model } = network;
  const { train } = digits!;
  if (!network.settings) compileNetwork(model, settings);
  const first = network.epochs;
  const parts = new Parts();
  let [told, began, paused, seconds] = [0, 0, 0, 0];
  try {
    const history = await model.fit(train, {
      epochs: network.settings ? settings.epochs : first + settings.epochs,
      initialEpoch: first,
      batchSize: settings.batch,
      seed: settings.seed,
      verbose: 0,
      signal,
      callbacks: [
        {
          onEpochBegin() {
            parts.begin();
            [paused, began] = [0, performance.now()];
          },
          // After each step, so that the curves are the same on every machine.
          async onBatchEnd(progress) {
            const { epoch, step, steps } = progress;
            parts.add(progress, settings.batch, train.size);
            const now = performance.now();
            seconds = (now - began - paused) / 1000;
            if (now - told >= newsEvery || step === steps) {
              told = now;
              void show({ kind: "steps", epoch: epoch + 1, step, steps, points: parts.points, jump: parts.jump });
              parts.points = [];
            }
            if (!gate) return;
            while (gate && !signal.aborted) await gate.opened;
            paused += performance.now() - now;
          },
          async onEpochEnd({ epoch, loss, accuracy }) {
            network.epochs = epoch + 1;
            const exam = await examine();
            void show({ kind: "epoch", epoch: epoch + 1, loss, accuracy: Number(accuracy), seconds, exam });
          },
        },
      ],
    });
    return { kind: history.stopped === null ? "done" : "stopped" };
  } catch (error) {
    if (!(error instanceof NumericError) || error.epoch === undefined) throw error;
    const { loss, epoch, step = 1 } = error;
    return { kind: "diverged", loss: String(loss), epoch, step };
  }
}

/** Lets a training wait, or go on. */
export function pause(isPaused: boolean): void {
  gate?.open();
  gate = undefined;
  if (!isPaused) return;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  gate = { opened, open };
}

/** Ends a training after the steps that are under way. */
export async function stop(): Promise<void> {
  running?.stop.abort();
  pause(false);
  await running?.ended;
}

/** What the network says to an image of 28 × 28 greys from 0 to 255, and what its layers say. */
export async function answer(pixels: Uint8Array): Promise<Answer> {
  return network.inside.answer(
    tensor(pixels, { shape: [1, 28, 28], dtype: "uint8" })
      .cast("float32")
      .mul(1 / 255),
  );
}

/** What a unit or filter of a layer of the view weighs, as a picture. */
export const weights = async (layer: number, unit: number): Promise<Weights | undefined> =>
  network.inside.weights(layer, unit);

/** The file of the network, with the state of its optimizer. */
export async function save(): Promise<Uint8Array> {
  const bytes = await network.model.toBytes();
  return transfer(bytes, [bytes.buffer]);
}

/** Why a file was not opened. */
export type Refusal = {
  readonly refused: "not a model" | "other shapes" | "no numbers";
  readonly message: string;
};

/** Puts a network from a file in the place of the one there was, unless the file holds none for such images. */
export async function open(bytes: Uint8Array): Promise<NetworkView | Refusal> {
  let model: Model;
  try {
    model = await loadModel(bytes);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { refused: "not a model", message: error.message };
  }
  const [input, output] = [JSON.stringify(model.inputShape), JSON.stringify(model.outputShape)];
  if (input !== "[28,28]" || output !== "[10]") return { refused: "other shapes", message: `${input} → ${output}` };
  await stop();
  // The loss by which it is measured is the page's; a training goes on by the page's settings.
  compileNetwork(model, { optimizer: "adam", rate: 0.002 });
  const before = network;
  let view: NetworkView | undefined;
  try {
    network = { model, inside: lookInside(model), settings: undefined, epochs: 0 };
    view = await viewOf();
  } finally {
    if (!view?.exam.sureness.every(Number.isFinite)) network = before;
  }
  return network === before ? { refused: "no numbers", message: "" } : view;
}
