// The networks for examples of any kind: dense ones for flat inputs, convolutional ones for grids.
import type { Column } from "../data/dataset.ts";
import { type Functional, functional } from "../models/functional.ts";
import { input } from "../models/input.ts";
import {
  activation,
  add,
  batchNormalization,
  concatenate,
  conv2d,
  dense,
  dropout,
  flatten,
  maxPooling2d,
  randomTranslation,
  randomZoom,
} from "../nn/index.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import type { Shape } from "../shape.ts";
import type { Encoder } from "./inputs.ts";
import type { Linear } from "./linear.ts";

/** How a network is made and trained. It follows from the number of examples and the shape of one alone. */
export interface Settings {
  readonly units: number;
  readonly hiddenLayers: number;
  readonly dropout: number;
  /** The number of pieces into which a number is cut; 0 for none. */
  readonly bins: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly epochs: number;
  /** The number of epochs without a better validation loss after which a member stops. */
  readonly patience: number;
  readonly batchSize: number;
}

const clamp = (x: number, least: number, most: number): number => Math.max(least, Math.min(most, Math.round(x)));
/** Numbers are cut into pieces where there are at most so many. */
const mostCutNumbers = 64;

/** The settings for so many rows to train on. */
export function settingsFor(rows: number, shape: Shape, numbers: number): Settings {
  if (shape.length === 3) {
    const epochs = clamp(30_000 / rows, 2, 40);
    return {
      ...{ units: 12, hiddenLayers: 3, dropout: 0.3, bins: 0, learningRate: 0.004, weightDecay: 0.05 },
      ...{ epochs, patience: epochs, batchSize: 32 },
    };
  }
  const [width = 0] = shape;
  const batchSize = 2 ** clamp(Math.log2(rows / 64), 5, 8);
  const epochs = clamp((width > 1000 ? 1e5 : 5e5) / rows, 3, width > 1000 ? 40 : 100);
  return {
    units: width > 1000 ? 32 : 128,
    hiddenLayers: 2,
    dropout: 0.2,
    bins: numbers === 0 || numbers > mostCutNumbers ? 0 : rows < 5000 ? 8 : 16,
    learningRate: 0.001 * Math.sqrt(batchSize / 32),
    weightDecay: 0.01,
    epochs,
    patience: Math.max(5, Math.ceil(epochs / 4)),
    batchSize,
  };
}

/** A network, with the weights from which it starts. */
export interface Start {
  readonly model: Functional;
  readonly weights: WeightValues;
}

/** A frozen dense layer whose outputs cut each number into pieces, or null where there are none. */
interface Pieces {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly count: number;
}

/**
 * Piecewise-linear encoding (Gorishniy, Rubachev and Babenko, 2022): piece [a, b] of a number is min(1, max(0,
 * (x − a) / (b − a))). The borders are quantiles of the rows that are trained on. A hard sigmoid, min(1, max(0,
 * z/6 + 1/2)), of z = 6(x − a)/(b − a) − 3 is that.
 */
function piecesOf({ array: { data, shape } }: Column, bins: number, isNumber: Encoder<unknown>["isNumber"]): Pieces {
  const [rows = 0, width = 0] = shape;
  const pieces: (readonly [input: number, from: number, to: number])[] = [];
  for (let j = 0; bins > 0 && j < width; j++) {
    if (!isNumber(j)) continue;
    const sorted = Float32Array.from({ length: rows }, (_, row) => data[row * width + j]!).sort();
    const borders = Array.from({ length: bins + 1 }, (_, i) => {
      const place = (i / bins) * (rows - 1);
      const low = Math.floor(place);
      return sorted[low]! + (sorted[Math.min(low + 1, rows - 1)]! - sorted[low]!) * (place - low);
    });
    const distinct = borders.filter((border, i) => i === 0 || border - borders[i - 1]! > 1e-5);
    // A number of two values is one piece, which says no more than the number itself.
    if (distinct.length > 2) for (let i = 1; i < distinct.length; i++) pieces.push([j, distinct[i - 1]!, distinct[i]!]);
  }
  const kernel = new Float32Array(width * pieces.length);
  const bias = new Float32Array(pieces.length);
  pieces.forEach(([j, from, to], k) => {
    kernel[j * pieces.length + k] = 6 / (to - from);
    bias[k] = (-6 * from) / (to - from) - 3;
  });
  return { kernel, bias, count: pieces.length };
}

/**
 * A dense network beside a linear model: y = linear(x) + mlp(x, pieces of x). The last layer of the network begins with
 * zeros, so that the sum begins as the linear model, and validation says how far it departs from it.
 */
export function denseNetwork(
  inputs: Column,
  outputs: number,
  linear: Linear,
  encoder: Encoder<unknown>,
  settings: Settings,
  seed: number,
): Start {
  const [, width = 0] = inputs.array.shape;
  const pieces = piecesOf(inputs, settings.bins, encoder.isNumber);
  const x = input([width]);
  let h = x;
  if (pieces.count > 0) {
    const cut = dense(pieces.count, { name: "pieces", activation: "hardSigmoid", trainable: false });
    h = concatenate().apply([x, cut.apply(x)]);
  }
  for (let i = 1; i <= settings.hiddenLayers; i++) {
    h = dense(settings.units, { name: `hidden_${i}`, activation: "relu", kernelInitializer: "heNormal" }).apply(h);
    h = dropout(settings.dropout, { name: `dropout_${i}` }).apply(h);
  }
  const departure = dense(outputs, { name: "departure", kernelInitializer: "zeros" }).apply(h);
  const straight = dense(outputs, { name: "linear" }).apply(x);
  const model = functional({ inputs: x, outputs: add().apply([straight, departure]), seed });
  const array = (data: Float32Array, shape: Shape) => ({ data, shape, dtype: "float32" as const });
  const weights = {
    "linear/kernel": array(linear.kernel, [width, outputs]),
    "linear/bias": array(linear.bias, [outputs]),
    ...(pieces.count > 0 && {
      "pieces/kernel": array(pieces.kernel, [width, pieces.count]),
      "pieces/bias": array(pieces.bias, [pieces.count]),
    }),
  };
  return { model, weights };
}

/** How far pictures are moved and zoomed at random in training, as shares of height and width. */
export interface Moves {
  readonly height: number;
  readonly width: number;
  readonly zoom: number;
}

/** A convolutional network for grids `[height, width, channels]`: blocks that halve both axes, then a dense layer. */
export function convolutionalNetwork(
  shape: Shape,
  outputs: number,
  moves: Moves,
  settings: Settings,
  seed: number,
): Start {
  const x = input(shape);
  let h = randomTranslation(moves.height, moves.width, { fillMode: "nearest" }).apply(x);
  if (moves.zoom > 0) h = randomZoom(moves.zoom, { fillMode: "nearest" }).apply(h);
  let [height = 1, width = 1] = shape;
  let filters = settings.units;
  while (Math.max(height, width) > 8 && Math.min(height, width) > 3) {
    h = conv2d(filters, 3, { padding: "same", useBias: false }).apply(h);
    h = maxPooling2d().apply(activation("relu").apply(batchNormalization({ momentum: 0.9 }).apply(h)));
    [height, width] = [height >> 1, width >> 1];
    filters *= 2;
  }
  h = dropout(settings.dropout).apply(flatten().apply(h));
  const model = functional({ inputs: x, outputs: dense(outputs).apply(h), seed });
  return { model, weights: {} };
}
