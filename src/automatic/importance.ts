// Permutation importance: what the figure loses when a column's values are dealt anew among the rows.
import type { Column } from "../data/dataset.ts";
import { permutation } from "../random.ts";
import { mainOf, type Predictions } from "./figures.ts";
import { type InputPart, takeRows } from "./inputs.ts";
import type { Target } from "./target.ts";

/** How much a model needs a column. */
export interface Importance {
  readonly name: string;
  /** The loss of accuracy, or the gain of RMSE, when the column is shuffled: the mean of a few shuffles. */
  readonly change: number;
}

/** Rows, columns and shuffles beyond these would make people wait. */
const [mostRows, mostParts] = [1000, 200];
/** The number of shuffles of each column, and of each of many columns. */
const [shufflesOfFew, shufflesOfMany, few] = [3, 1, 20];

/**
 * The importance of each part of the inputs on the test part, the most important first. Breiman, 2001; Fisher, Rudin
 * and Dominici, 2018. Of a model with more than 200 columns the first 200 are measured.
 */
export async function importanceOf(
  inputs: Column,
  truths: Target,
  parts: readonly InputPart[],
  predict: (inputs: Column) => Promise<Predictions>,
  seed: number,
): Promise<Importance[]> {
  const rows = permutation(truths.values.length, seed).slice(0, mostRows);
  const sample = takeRows(inputs, rows);
  const answers: Target = { ...truths, values: Float64Array.from(rows, (row) => truths.values[row]!) };
  const before = mainOf(await predict(sample), answers);
  const [count = 0, width = 0] = sample.array.shape;
  const sign = truths.classes > 0 ? 1 : -1;
  const shuffles = parts.length > few ? shufflesOfMany : shufflesOfFew;
  const found: Importance[] = [];
  for (const [number, { name, start, end }] of parts.slice(0, mostParts).entries()) {
    let sum = 0;
    for (let i = 0; i < shuffles; i++) {
      const order = permutation(count, seed, 1 + number * shuffles + i);
      const data = (sample.array.data as Float32Array).slice();
      for (let row = 0; row < count; row++) {
        const from = order[row]! * width;
        data.set((sample.array.data as Float32Array).subarray(from + start, from + end), row * width + start);
      }
      const shuffled = { ...sample, array: { ...sample.array, data } };
      sum += sign * (before - mainOf(await predict(shuffled), answers));
    }
    found.push({ name, change: sum / shuffles });
  }
  return found.sort((a, b) => b.change - a.change);
}
