// What TensorBoard shows of a run: scalars, the graph of the layers, histograms and images of weights.
import { EventFile, type SummaryValue, scalarValue } from "../io/event-file.ts";
import { encodeGrayPng } from "../io/gray-png.ts";
import { bytes, double, doubles, type Encoded, integer, joinBytes, message, text } from "../io/protobuf.ts";
import { layerGraph } from "../nn/tree/layer-graph.ts";
import type { Network } from "../nn/tree/network.ts";
import { isShape, leavesOf } from "../nn/tree/tree.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { EpochRecord } from "./callback.ts";
import type { TrainingSetup } from "./setup.ts";

/** A model that is trained. */
type Trained = Network & { readonly training: TrainingSetup | null };

/** The largest image of weights, in pixels. */
const mostPixels = 2 ** 22;
/** The number of buckets of a histogram, as in Keras. */
const bucketCount = 30;

/** The event files of one run. */
export class TensorBoardWriter {
  readonly #folder: string;
  readonly #files = new Map<string, EventFile>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Writes numbers under `epoch_loss`, say. */
  async scalars(
    run: "train" | "validation",
    kind: string,
    values: Readonly<Record<string, number>>,
    step: number,
  ): Promise<void> {
    const all = Object.entries(values).map(([name, value]) => scalarValue(`${kind}_${name}`, value));
    (await this.#file(run)).summary(step, all);
  }

  /** Writes the measures of an epoch: those of training and those of validation. */
  async epoch(model: Trained, { epoch, seconds: _, ...measures }: EpochRecord): Promise<void> {
    const entries = Object.entries(measures as Readonly<Record<string, number>>);
    const isValidation = ([name]: readonly [string, number]): boolean => /^val[A-Z]/.test(name);
    const trained = Object.fromEntries(entries.filter((entry) => !isValidation(entry)));
    const { optimizer } = model.training ?? {};
    const rate = optimizer && { learning_rate: await optimizer.currentLearningRate() };
    await this.scalars("train", "epoch", { ...trained, ...rate }, epoch);
    const validated = entries
      .filter(isValidation)
      .map(([name, value]) => [`${name.charAt(3).toLowerCase()}${name.slice(4)}`, value] as const);
    if (validated.length === 0) return;
    await this.scalars("validation", "epoch", Object.fromEntries(validated), epoch);
    const versus = validated.map(([name, value]) => [`${name}_vs_iterations`, value] as const);
    const iterations = optimizer ? await optimizer.iterations.value.item() : 0;
    await this.scalars("validation", "evaluation", Object.fromEntries(versus), iterations);
  }

  /** Writes the graph of the layers. */
  async graph(model: Network): Promise<void> {
    (await this.#file("train")).graph(graphOf(model));
  }

  /** Writes histograms of all weights, and images of them. */
  async weights(model: Network, epoch: number, images: boolean): Promise<void> {
    const values: SummaryValue[] = [];
    for (const [path, { data, shape }] of Object.entries(await model.weights().read())) {
      const numbers = data as Float32Array;
      if (numbers.length > 0) values.push({ tag: `${path}/histogram`, field: histogram(numbers) });
      const size = sizeOf(shape);
      if (images && size > 0 && size <= mostPixels) values.push({ tag: `${path}/image`, field: image(numbers, shape) });
    }
    (await this.#file("train")).summary(epoch, values);
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }

  async #file(run: string): Promise<EventFile> {
    let file = this.#files.get(run);
    if (!file) this.#files.set(run, (file = await EventFile.open(`${this.#folder}/${run}`)));
    return file;
  }
}

/** A HistogramProto: buckets of equal width between the least and the greatest finite number. */
function histogram(all: Float32Array): Encoded {
  const numbers = all.filter((x) => Number.isFinite(x));
  let [low, high, sum, squares] = [Infinity, -Infinity, 0, 0];
  for (const x of numbers) {
    [low, high] = [Math.min(low, x), Math.max(high, x)];
    sum += x;
    squares += x * x;
  }
  if (numbers.length === 0) [low, high] = [0, 0];
  const count = high > low ? bucketCount : 1;
  const buckets = new Array<number>(count).fill(0);
  for (const x of numbers) {
    const at = high > low ? Math.min(count - 1, Math.floor((count * (x - low)) / (high - low))) : 0;
    buckets[at] = (buckets[at] ?? 0) + 1;
  }
  const limits = buckets.map((_, i) => (i === count - 1 ? high : low + ((i + 1) * (high - low)) / count));
  return message(
    5,
    double(1, low),
    double(2, high),
    double(3, numbers.length),
    double(4, sum),
    double(5, squares),
    doubles(6, limits),
    doubles(7, buckets),
  );
}

/**
 * A parameter as an image from black, its least number, to white, its greatest: a vector as a row, a matrix with the
 * longer axis across, the kernel of a convolution as a table of its filters, inputs downwards and outputs across.
 */
function image(numbers: Float32Array, shape: Shape): Encoded {
  const { pixels, width, height } = laidOut(numbers, shape);
  let [low, high] = [Infinity, -Infinity];
  for (const x of pixels) if (Number.isFinite(x)) [low, high] = [Math.min(low, x), Math.max(high, x)];
  const scale = high > low ? 255 / (high - low) : 0;
  const gray = Uint8Array.from(pixels, (x) => (Number.isFinite(x) ? Math.round((x - low) * scale) : 0));
  const png = encodeGrayPng(gray, width, height);
  return message(4, integer(1, height), integer(2, width), integer(3, 1), bytes(4, png));
}

function laidOut(numbers: Float32Array, shape: Shape): { pixels: Float32Array; width: number; height: number } {
  if (shape.length < 2) return { pixels: numbers, width: numbers.length, height: 1 };
  const [outputs, inputs] = [shape.at(-1) ?? 1, shape.at(-2) ?? 1];
  const across = shape.length > 3 ? (shape.at(-3) ?? 1) : 1;
  const down = numbers.length / (outputs * inputs * across);
  const isTurned = shape.length === 2 && inputs > outputs;
  const [height, width] = isTurned ? [outputs, inputs] : [inputs * down, outputs * across];
  const pixels = new Float32Array(numbers.length);
  let from = 0;
  for (let i = 0; i < down; i++)
    for (let j = 0; j < across; j++)
      for (let k = 0; k < inputs; k++)
        for (let l = 0; l < outputs; l++, from++) {
          const to = isTurned ? l * width + k : (k * down + i) * width + l * across + j;
          pixels[to] = numbers[from] ?? 0;
        }
  return { pixels, width, height };
}

/** A GraphDef: a node for each call of a layer, with the shapes of its outputs. */
function graphOf(model: Network): Encoded {
  // TensorBoard's names have letters, digits and some signs; a slash begins a group.
  const named = (id: string): string => id.replace(/^[^A-Za-z0-9.]/, ".").replace(/[^A-Za-z0-9_.\\/>-]/g, "_");
  const nodes = layerGraph(model).map(({ id, className, inputs, outputShape }) => {
    const shapes = leavesOf<Shape>(outputShape, isShape).map((shape) =>
      message(7, ...[-1, ...shape].map((size) => message(2, integer(1, size)))),
    );
    const attribute = message(5, text(1, "_output_shapes"), message(2, message(1, ...shapes)));
    return message(1, text(1, named(id)), text(2, className), ...inputs.map((from) => text(3, named(from))), attribute);
  });
  return joinBytes([...nodes, message(4, integer(1, 22))]);
}
