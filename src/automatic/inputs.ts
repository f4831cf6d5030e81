// The form in which examples reach a network: an encoder, learnt from the training part and saved with the model.
import type { Column } from "../data/dataset.ts";
import { allocate } from "../dtype.ts";
import type { Json } from "../nn/tree/layer.ts";
import type { Shape } from "../shape.ts";
import type { ColumnUse } from "./column-use.ts";

/** The inputs that come of one column of a table: those from `start` to `end` − 1. */
export interface InputPart {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Turns examples into a network's inputs. */
export interface Encoder<Source> {
  /** The shape of one example. */
  readonly shape: Shape;
  /** The inputs by the columns from which they come; empty where examples have no columns. */
  readonly parts: readonly InputPart[];
  /** How each column was read, also those that are left out; empty where examples have no columns. */
  readonly uses: readonly ColumnUse[];
  /** The inputs that stand for counts of words, from which naive Bayes learns. */
  readonly words: readonly InputPart[];
  /** True where inputs are numbers whose steps are worth an encoding of their own, by input. */
  readonly isNumber: (input: number) => boolean;
  /** What the encoder has learnt, for the model's file. */
  readonly json: Json;
  encode(source: Source): Column | Promise<Column>;
}

/** The rows of a column, copied. */
export function takeRows({ array, scale = 1, offset = 0 }: Column, rows: ArrayLike<number>): Column {
  const [, ...shape] = array.shape;
  const each = shape.reduce((a, b) => a * b, 1);
  const { data } = array;
  const taken = allocate(array.dtype, rows.length * each);
  for (let i = 0; i < rows.length; i++) taken.set(data.subarray(rows[i]! * each, (rows[i]! + 1) * each), i * each);
  return { array: { data: taken, shape: [rows.length, ...shape], dtype: array.dtype }, scale, offset };
}
