// What the page of digits asks of Nabla: a network, its training, its answers, and its file.
import { transfer } from "comlink";
import { Dataset, FileError, loadModel, type Model, NumericError, softmax, tensor } from "nabla";
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

/** What the page hears of a training. Epochs count from 1. */
export type News =
  | {
      readonly kind: "steps";
      readonly epoch: number;
      readonly step: number;
      readonly steps: number;
      /** The means over the steps since the last news. */
      readonly loss: number;
      readonly accuracy: number;
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

async function fit(settings: Settings, signal: AbortSignal, show: (news: News) => unknown): Promise<Ending> {
  const { model } = network;
  if (!network.settings) compileNetwork(model, settings);
  const first = network.epochs;
  const last = network.settings ? settings.epochs : first + settings.epochs;
  let [told, at, lossSum, rightSum] = [0, 0, 0, 0];
  let [began, paused] = [0, 0];
  let seconds = 0;
  try {
    const history = await model.fit(digits!.train, {
      epochs: last,
      initialEpoch: first,
      batchSize: settings.batch,
      seed: settings.seed,
      verbose: 0,
      signal,
      callbacks: [
        {
          onEpochBegin() {
            [at, lossSum, rightSum, paused, began] = [0, 0, 0, 0, performance.now()];
          },
          async onProgress({ epoch, step, steps, loss, metrics }) {
            const now = performance.now();
            seconds = (now - began - paused) / 1000;
            if (now - told >= newsEvery || step === steps) {
              const count = Math.min(step * settings.batch, digits!.train.size);
              const [newLoss, newRight] = [loss * count, metrics["accuracy"]! * count];
              const since = count - at;
              if (since > 0)
                void show({
                  kind: "steps",
                  epoch: epoch + 1,
                  step,
                  steps,
                  loss: (newLoss - lossSum) / since,
                  accuracy: (newRight - rightSum) / since,
                });
              [told, at, lossSum, rightSum] = [now, count, newLoss, newRight];
            }
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
    const found = /became (\S+) in epoch (\d+), steps? (\d+)/.exec(error instanceof NumericError ? error.message : "");
    if (!found) throw error;
    return { kind: "diverged", loss: found[1]!, epoch: Number(found[2]), step: Number(found[3]) };
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
export type Refusal = { readonly refused: "not a model" | "other shapes"; readonly message: string };

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
  network = { model, inside: lookInside(model), settings: undefined, epochs: 0 };
  return viewOf();
}
