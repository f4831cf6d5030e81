// Linear models: the baselines, and what dense networks begin as. Both are the exact minimum, found in float64.
import type { Column } from "../data/dataset.ts";
import { isNotAbove } from "./folds.ts";
import { takeRows } from "./inputs.ts";
import { Rows } from "./rows.ts";
import { rowsOf, type Target } from "./target.ts";

/** y = x · kernel + bias, of numbers or of the logits of classes. */
export interface Linear {
  /** `[inputs, outputs]`. */
  readonly kernel: Float32Array;
  /** `[outputs]`. */
  readonly bias: Float32Array;
}

/** The number of multiplications after which the search for the minimum ends. */
const mostWork = 4e9;

/**
 * The linear model of flat inputs `[rows, inputs]`: ridge regression, or multinomial logistic regression. `penalty` is
 * the weight of ‖kernel‖²/2 beside the sum of the losses: scikit-learn's alpha, and its 1 / C.
 */
export function learnLinear({ array: { data, shape } }: Column, { classes, values }: Target, penalty = 1): Linear {
  const [, width = 0] = shape;
  const rows = new Rows(data as Float32Array, width, Math.max(1, classes));
  const weights = classes === 0 ? ridge(rows, values, penalty) : logistic(rows, values, penalty);
  const end = width * rows.outputs;
  return { kernel: Float32Array.from(weights.subarray(0, end)), bias: Float32Array.from(weights.subarray(end)) };
}

/** The penalties that are tried, and the work of a product beyond which there is no time for it. */
const penalties = [1, 4, 16, 64];
const mostTried = 2e6;

/**
 * The strongest penalty whose mean loss on the rows that a model does not see is not clearly above the least one, over
 * the folds (see {@link isNotAbove}). Only the rows that are trained on take part. Where classes can be separated,
 * logistic weights grow as far as the penalty lets them; least squares do not, and have 1, as very many numbers do.
 */
export function choosePenalty(inputs: Column, targets: Target, folds: readonly Int32Array[]): number {
  if (targets.classes === 0 || folds.length < 2) return 1;
  const rows = new Rows(inputs.array.data as Float32Array, inputs.array.shape[1] ?? 0, targets.classes);
  if (rows.work > mostTried) return 1;
  const losses = penalties.map((): number[] => []);
  for (const fold of folds) {
    const hidden = new Set(fold);
    const seen = Int32Array.from(targets.values.keys()).filter((row) => !hidden.has(row));
    const [train, test] = [takeRows(inputs, seen), takeRows(inputs, fold)];
    const [own, truths] = [rowsOf(targets, seen), rowsOf(targets, fold)];
    penalties.forEach((penalty, i) => {
      const outputs = applyLinear(learnLinear(train, own, penalty), test);
      const sum = outputs.reduce((all, row, k) => all + softmaxLoss(row, targets.classes, [truths.values[k]!]), 0);
      losses[i]!.push(sum / outputs.length);
    });
  }
  const sums = losses.map((own) => own.reduce((a, b) => a + b, 0));
  const best = losses[sums.indexOf(Math.min(...sums))]!;
  return penalties.findLast((_, i) => isNotAbove(losses[i]!, best)) ?? 1;
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** The number of products with the inputs that there is time for. */
const mostProducts = (rows: Rows): number => Math.max(20, Math.min(2000, Math.floor(mostWork / (2 * rows.work + 1))));

/** The solution of A·w = b by conjugate gradients with the diagonal as preconditioner. Hestenes and Stiefel, 1952. */
function solve(
  product: (w: Float64Array) => Float64Array,
  b: Float64Array,
  diagonal: Float64Array,
  tolerance: number,
  most: number,
): Float64Array {
  const w = new Float64Array(b.length);
  const residual = b.slice();
  let scaled = residual.map((r, i) => r / diagonal[i]!);
  let decrease = dot(scaled, residual);
  let direction = scaled;
  const least = tolerance * tolerance * decrease;
  for (let step = 0; step < most && decrease > least; step++) {
    const change = product(direction);
    const length = decrease / dot(direction, change);
    for (let i = 0; i < w.length; i++) {
      w[i]! += length * direction[i]!;
      residual[i]! -= length * change[i]!;
    }
    const before = decrease;
    scaled = residual.map((r, i) => r / diagonal[i]!);
    decrease = dot(scaled, residual);
    const kept = direction;
    direction = scaled.map((s, i) => s + (decrease / before) * kept[i]!);
  }
  return w;
}

/** Adds the penalty's part to Aᵀ·R: w of the kernel, nothing of the bias. */
function addPenalty(rows: Rows, product: Float64Array, w: Float64Array, penalty: number): Float64Array {
  for (let i = 0; i < rows.width * rows.outputs; i++) product[i]! += penalty * w[i]!;
  return product;
}

/** The minimum of Σ(x·w + b − y)²/2 + penalty · ‖w‖²/2. */
function ridge(rows: Rows, y: ArrayLike<number>, penalty: number): Float64Array {
  const diagonal = rows.squares(() => 1).map((sum) => sum + penalty);
  const product = (w: Float64Array): Float64Array => addPenalty(rows, rows.transposedTimes(rows.times(w)), w, penalty);
  const target = rows.transposedTimes(Float64Array.from(y));
  return solve(product, target, diagonal, 1e-9, Math.min(3 * diagonal.length, mostProducts(rows)));
}

/** The probabilities of logits, in place, and the sum of the losses. */
function softmaxLoss(logits: Float64Array, classes: number, y: ArrayLike<number>): number {
  let loss = 0;
  for (let row = 0; row * classes < logits.length; row++) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const top = own.reduce((a, b) => Math.max(a, b), -Infinity);
    const truth = own[y[row]!]!;
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += own[k] = Math.exp(own[k]! - top);
    for (let k = 0; k < classes; k++) own[k]! /= sum;
    loss += Math.log(sum) + top - truth;
  }
  return loss;
}

const mostNewtonSteps = 30;
const flat = 1e-6;

/** The minimum of Σ −ln softmax(x·w + b)ᵧ + penalty · ‖w‖²/2 by Newton's steps, solved by conjugate gradients. */
function logistic(rows: Rows, y: ArrayLike<number>, penalty: number): Float64Array {
  const { width, outputs: classes, count } = rows;
  const end = width * classes;
  let weights = new Float64Array(end + classes);
  const lossAt = (w: Float64Array): readonly [number, Float64Array] => {
    const shares = rows.times(w);
    const loss = softmaxLoss(shares, classes, y);
    const kernel = w.subarray(0, end);
    return [loss + (penalty / 2) * dot(kernel, kernel), shares];
  };
  let [loss, shares] = lossAt(weights);
  let left = mostProducts(rows);
  for (let step = 0; step < mostNewtonSteps && left > 0; step++) {
    const differences = shares.slice();
    for (let row = 0; row < count; row++) differences[row * classes + y[row]!]! -= 1;
    const gradient = addPenalty(rows, rows.transposedTimes(differences), weights, penalty);
    const size = gradient.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    if (size < flat * count) break;
    const current = shares;
    const hessian = (v: Float64Array): Float64Array => {
      left--;
      const u = rows.times(v);
      for (let row = 0; row < count; row++) {
        let mean = 0;
        for (let at = row * classes; at < (row + 1) * classes; at++) mean += current[at]! * u[at]!;
        for (let at = row * classes; at < (row + 1) * classes; at++) u[at] = current[at]! * (u[at]! - mean);
      }
      return addPenalty(rows, rows.transposedTimes(u), v, penalty);
    };
    const diagonal = rows.squares((at) => current[at]! * (1 - current[at]!)).map((sum) => sum + penalty);
    const move = solve(hessian, gradient, diagonal, 0.1, Math.min(50, left));
    const slope = dot(gradient, move);
    // A step that is too long is halved until the loss falls as far as its slope promises.
    for (let length = 1; ; length /= 2) {
      const next = weights.map((w, i) => w - length * move[i]!);
      const [nextLoss, nextShares] = lossAt(next);
      if (nextLoss <= loss - 1e-4 * length * slope) {
        [weights, loss, shares] = [next, nextLoss, nextShares];
        break;
      }
      if (length < 1e-4) return weights;
    }
  }
  return weights;
}

/** The outputs of a linear model, `[rows][outputs]`. */
export function applyLinear({ kernel, bias }: Linear, { array: { data, shape } }: Column): Float64Array[] {
  const [count = 0, width = 0] = shape;
  const rows = new Rows(data as Float32Array, width, bias.length);
  const weights = new Float64Array(kernel.length + bias.length);
  weights.set(kernel);
  weights.set(bias, kernel.length);
  const outputs = rows.times(weights);
  return Array.from({ length: count }, (_, row) => outputs.slice(row * bias.length, (row + 1) * bias.length));
}
