// The workloads: small networks of four families, and the weights and data from which every contender starts.
import { readFileSync, writeFileSync } from "node:fs";
import { gpt } from "./families/gpt.mjs";
import { lstm } from "./families/lstm.mjs";
import { product } from "./families/product.mjs";
import { mulberry32, startValues } from "./families/random.mjs";
import { conv, dense, dropout, flatten, maxPool, relu, sequential, tanh } from "./families/sequential.mjs";

/**
 * @typedef {{ name: "sgd", learningRate: number } |
 *   { name: "adam", learningRate: number, beta1: number, beta2: number, epsilon: number }} Optimizer
 *
 * @typedef {object} Workload one training step: forward, loss, backward, update of all parameters. What else there is
 *   in it depends on the family and stands in the family's file.
 * @property {string} name
 * @property {"sequential" | "lstm" | "gpt" | "product"} family
 * @property {number} batch
 * @property {"meanSquaredError" | "crossEntropy"} loss squared error of the output's sigmoid; or softmax
 *   cross-entropy of logits and class indices. Both are means over the batch, and over the steps of a sequence.
 * @property {Optimizer} optimizer
 *
 * @typedef {object} Family
 * @property {(workload: any) => string} describe in some words
 * @property {(workload: any) => { shape: number[], start: import("./families/random.mjs").Start }[]} parameters
 * @property {(workload: any) => { x: number[], y: number[] }} batchShapes
 * @property {(workload: any) => boolean} indices whether the inputs are integers
 * @property {(workload: any, random: () => number) => () => { x: ArrayLike<number>, y: ArrayLike<number> }} sampler
 *
 * @typedef {{ values: Float32Array | Int32Array, shape: number[] }} Values
 * @typedef {object} Shapes of the training data, in file order, and of which elements its x and y are made
 * @property {number[][]} parameters
 * @property {number[][]} x
 * @property {number[][]} y
 * @property {{ x: "float32" | "int32", y: "float32" | "int32" }} dtypes
 *
 * @typedef {object} TrainingData
 * @property {Values[]} parameters in the order of the family's file; dense kernels `[in, out]`, convolution kernels
 *   `[height, width, in, out]`
 * @property {Values[]} x one `[batch, …]` for each of the batches, channels last
 * @property {Values[]} y one for each of the batches: targets `[batch, out]`, or class indices `[batch, …]`
 */

/** @type {Record<string, Family>} */
const families = { sequential, lstm, gpt, product };

const adam = /** @type {const} */ ({ name: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
const classifier = /** @type {const} */ ({ family: "sequential", loss: "crossEntropy", optimizer: adam });
const language = /** @type {const} */ ({ loss: "crossEntropy", optimizer: adam, vocabulary: 65, steps: 64 });

/** @type {Workload[]} */
export const workloads = [
  {
    name: "xor",
    family: "sequential",
    input: [2],
    layers: [dense(8), tanh, dense(1)],
    batch: 4,
    loss: "meanSquaredError",
    optimizer: { name: "sgd", learningRate: 0.5 },
  },
  { name: "mlp", ...classifier, input: [784], layers: [dense(128), relu, dense(10)], batch: 128 },
  { name: "mlp-small-batch", ...classifier, input: [784], layers: [dense(128), relu, dense(10)], batch: 32 },
  { name: "mlp-wide", ...classifier, input: [784], layers: [dense(1024), relu, dense(10)], batch: 128 },
  {
    name: "lenet",
    ...classifier,
    input: [28, 28, 1],
    batch: 64,
    layers: [
      conv(6, 5, "same"),
      relu,
      maxPool(2),
      conv(16, 5, "valid"),
      relu,
      maxPool(2),
      flatten,
      dense(120),
      relu,
      dense(84),
      relu,
      dense(10),
    ],
  },
  {
    name: "cnn",
    ...classifier,
    input: [28, 28, 1],
    batch: 64,
    layers: [
      conv(32, 3, "valid"),
      relu,
      maxPool(2),
      conv(64, 3, "valid"),
      relu,
      maxPool(2),
      flatten,
      dropout(0.5),
      dense(10),
    ],
  },
  { name: "lstm", family: "lstm", ...language, embedding: 64, units: 128, batch: 32 },
  { name: "gpt", family: "gpt", ...language, layers: 4, width: 128, heads: 4, batch: 16 },
];

/** The number of batches in the training set, which is resident in memory and used cyclically. */
const batches = 20;

/** One line about a workload, such as `784, dense 128, relu, dense 10; batch 128, adam`. */
export function describe(/** @type {Workload} */ workload) {
  const { family, batch, optimizer } = workload;
  return `${families[family].describe(workload)}; batch ${batch}, ${optimizer.name}`;
}

/** The workload with which losses are compared: without dropout, whose random bits are each contender's own. */
export function withoutChance(/** @type {any} */ workload) {
  if (workload.family !== "sequential") return workload;
  const layers = workload.layers.filter(({ kind }) => kind !== "dropout");
  return layers.length < workload.layers.length ? { ...workload, layers } : workload;
}

/** @returns {Shapes} */
function shapesOf(/** @type {Workload} */ workload) {
  const family = families[workload.family];
  const { x, y } = family.batchShapes(workload);
  const count = workload.family === "product" ? 0 : batches;
  return {
    parameters: family.parameters(workload).map(({ shape }) => shape),
    x: Array(count).fill(x),
    y: Array(count).fill(y),
    dtypes: {
      x: family.indices(workload) ? "int32" : "float32",
      y: workload.loss === "crossEntropy" ? "int32" : "float32",
    },
  };
}

/**
 * Writes a workload's weights and data as float32 and int32, for contenders in any language. Gives the shapes in file
 * order.
 *
 * @param {Workload} workload
 * @param {string} file
 * @returns {Shapes}
 */
export function writeTrainingData(workload, file) {
  const random = mulberry32(1);
  const family = families[workload.family];
  const shapes = shapesOf(workload);
  const weights = family.parameters(workload).map((parameter) => Float32Array.from(startValues(parameter, random)));
  const sample = family.sampler(workload, random);
  const samples = Array.from({ length: shapes.x.length * workload.batch }, sample);
  const values = [
    ...weights,
    ...samples.map(({ x }) => arrays[shapes.dtypes.x].from(x)),
    ...samples.map(({ y }) => arrays[shapes.dtypes.y].from(y)),
  ];
  writeFileSync(file, Buffer.concat(values.map(({ buffer }) => new Uint8Array(buffer))));
  return shapes;
}

const arrays = { float32: Float32Array, int32: Int32Array };

/**
 * @param {string} file
 * @param {Shapes} shapes
 * @returns {TrainingData}
 */
export function readTrainingData(file, { parameters, x, y, dtypes }) {
  const bytes = readFileSync(file);
  const { buffer } = new Uint8Array(bytes);
  let offset = 0;
  const take = (/** @type {"float32" | "int32"} */ dtype) => (/** @type {number[]} */ shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    const values = new arrays[dtype](buffer, offset, size).slice();
    offset += values.byteLength;
    return { values, shape };
  };
  return { parameters: parameters.map(take("float32")), x: x.map(take(dtypes.x)), y: y.map(take(dtypes.y)) };
}
