// What is timed: four small networks, and the weights and data that every contender starts from.
import { readFileSync, writeFileSync } from "node:fs";

/**
 * @typedef {{ name: "sgd", learningRate: number } |
 *   { name: "adam", learningRate: number, beta1: number, beta2: number, epsilon: number }} Optimizer
 *
 * @typedef {object} Workload one training step: forward, loss, backward, update of all parameters
 * @property {string} name
 * @property {number[]} widths of the dense layers, the input first
 * @property {number} batch
 * @property {"tanh" | "relu"} hidden activation between the layers
 * @property {"meanSquaredError" | "crossEntropy"} loss squared error of the output's sigmoid; or softmax
 *   cross-entropy of logits and class indices. Both are means over the batch.
 * @property {Optimizer} optimizer
 *
 * @typedef {{ values: Float32Array, shape: number[] }} Values
 * @typedef {{ parameters: number[][], x: number[][], y: number[][] }} Shapes of the training data, in file order
 *
 * @typedef {object} TrainingData
 * @property {Values[]} parameters kernel `[in, out]` and bias `[out]` of each layer in turn
 * @property {Values[]} x one `[batch, in]` for each of the batches
 * @property {Values[]} y one for each of the batches: targets `[batch, out]`, or class indices `[batch]` as floats
 */

const adam = /** @type {const} */ ({ name: "adam", learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
const classifier = /** @type {const} */ ({ hidden: "relu", loss: "crossEntropy", optimizer: adam });

/** @type {Workload[]} */
export const workloads = [
  {
    name: "xor", widths: [2, 8, 1], batch: 4, hidden: "tanh", loss: "meanSquaredError",
    optimizer: { name: "sgd", learningRate: 0.5 },
  },
  { name: "mlp", widths: [784, 128, 10], batch: 128, ...classifier },
  { name: "mlp-small-batch", widths: [784, 128, 10], batch: 32, ...classifier },
  { name: "mlp-wide", widths: [784, 1024, 10], batch: 128, ...classifier },
];

/** The training set: so many batches, resident in memory, gone through again and again. */
const batches = 20;

/** One line about a workload, such as `784-128-10, batch 128, adam`. */
export function describe(/** @type {Workload} */ { widths, batch, optimizer }) {
  return `${widths.join("-")}, batch ${batch}, ${optimizer.name}`;
}

/** @returns {Shapes} */
function shapesOf(/** @type {Workload} */ { widths, batch, loss }) {
  const last = widths.length - 1;
  return {
    parameters: widths.slice(1).flatMap((width, i) => [[widths[i], width], [width]]),
    x: Array.from({ length: batches }, () => [batch, widths[0]]),
    y: Array.from({ length: batches }, () => (loss === "crossEntropy" ? [batch] : [batch, widths[last]])),
  };
}

/**
 * Writes a workload's weights and data as float32, for contenders in any language. Gives the shapes in file order.
 *
 * @param {Workload} workload
 * @param {string} file
 * @returns {Shapes}
 */
export function writeTrainingData(workload, file) {
  const random = mulberry32(1);
  const shapes = shapesOf(workload);
  const weights = shapes.parameters.map((shape) => glorotUniform(shape, random));
  const sample = workload.loss === "crossEntropy" ? digitSampler(workload.widths, random) : xorSampler();
  const samples = Array.from({ length: batches * workload.batch }, sample);
  const values = [...weights, ...samples.map(({ x }) => x), ...samples.map(({ y }) => [y])];
  writeFileSync(file, Buffer.concat(values.map((v) => new Uint8Array(Float32Array.from(v).buffer))));
  return shapes;
}

/**
 * @param {string} file
 * @param {Shapes} shapes
 * @returns {TrainingData}
 */
export function readTrainingData(file, { parameters, x, y }) {
  const bytes = readFileSync(file);
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  let offset = 0;
  const take = (/** @type {number[]} */ shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return { values: all.slice(offset, (offset += size)), shape };
  };
  return { parameters: parameters.map(take), x: x.map(take), y: y.map(take) };
}

function glorotUniform(/** @type {number[]} */ shape, /** @type {() => number} */ random) {
  if (shape.length === 1) return new Float32Array(shape[0]);
  const limit = Math.sqrt(6 / (shape[0] + shape[1]));
  return Array.from({ length: shape[0] * shape[1] }, () => limit * (2 * random() - 1));
}

/** The four rows of exclusive or, in turn. */
function xorSampler() {
  let row = 0;
  return () => {
    const [a, b] = [row & 1, (row++ >> 1) & 1];
    return { x: [a, b], y: a ^ b };
  };
}

/**
 * Ten noisy patterns, a fifth of the pixels bright, as in handwritten digits. One label in ten is wrong, so that the
 * loss stays away from zero: gradients that fade into subnormal numbers would slow down whoever trains longest.
 */
function digitSampler(/** @type {number[]} */ widths, /** @type {() => number} */ random) {
  const classes = widths[widths.length - 1];
  const patterns = Array.from({ length: classes }, () => Array.from({ length: widths[0] }, () => random() < 0.2));
  return () => {
    const label = Math.floor(random() * classes);
    const x = patterns[label].map((bright) => (random() < 0.5 ? 0 : random() * (bright ? 0.6 : 0.3)));
    return { x, y: random() < 0.1 ? Math.floor(random() * classes) : label };
  };
}

/** Tommy Ettinger's mulberry32: uniform in [0, 1), the same in every engine. */
function mulberry32(/** @type {number} */ state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
