// The interface of what turns a column into numbers, and the mean and deviation that several of them learn.
import type { TableColumn } from "../table/column.ts";

/** What was learnt about a column, as JSON. */
export type ColumnCode = NumberCode | CategoryCode | DateCode;

/** Numbers: `(x − mean) / scale`, and a 1 beside it where x is missing, if some were missing in the training part. */
export interface NumberCode {
  readonly kind: "number";
  readonly name: string;
  readonly type: "number" | "integer" | "boolean";
  /** Stands for a missing number. */
  readonly mean: number;
  readonly offset: number;
  readonly scale: number;
  readonly hasMissing: boolean;
}

/** Categories: a 1 in the place of the category, or its index. */
export interface CategoryCode {
  readonly kind: "oneHot" | "index";
  readonly name: string;
  readonly categories: readonly string[];
  readonly hasMissing: boolean;
}

/** Dates: the year, standardised, and month, weekday and hour as points on a circle. */
export interface DateCode {
  readonly kind: "date";
  readonly name: string;
  readonly type: "date";
  readonly dates: "ymd" | "dmy" | "mdy";
  readonly mean: number;
  readonly scale: number;
  readonly hasHours: boolean;
  readonly hasMissing: boolean;
}

/** Writes a column as numbers. */
export interface ColumnEncoder {
  readonly code: ColumnCode;
  /** A name for each number of a row: `age`, `city=Bonn`. */
  readonly names: readonly string[];
  /** Writes the numbers of the i-th value to `out[at + i · stride]` and the places after it. */
  write(column: TableColumn, out: Float32Array, at: number, stride: number): void;
}

/** Learns from a column, part by part. */
export interface ColumnLearner {
  see(column: TableColumn): void;
  finish(): ColumnCode;
}

/** The largest float32: a number beyond it must not become Infinity. */
const largest = 3.4028234663852886e38;

export const toFloat32 = (value: number): number => Math.max(-largest, Math.min(largest, value));

/** Mean and deviation of numbers that come one after another (Welford 1962). */
export class Moments {
  count = 0;
  missing = 0;
  #mean = 0;
  #squares = 0;
  #greatest = 0;

  see(value: number): void {
    if (value !== value) {
      this.missing++;
      return;
    }
    const before = value - this.#mean;
    this.#mean += before / ++this.count;
    this.#squares += before * (value - this.#mean);
    this.#greatest = Math.max(this.#greatest, Math.abs(value));
  }

  /** 0 of no numbers, and of such large ones that their sums overflow. */
  get mean(): number {
    return this.#isFinite ? this.#mean : 0;
  }

  /** √(Σ(x − mean)² / n); 1 where it is 0, as in a constant column. */
  get scale(): number {
    if (!this.#isFinite) return this.#greatest;
    return Math.sqrt(this.#squares / Math.max(1, this.count)) || 1;
  }

  get #isFinite(): boolean {
    return Number.isFinite(this.#mean) && Number.isFinite(this.#squares);
  }
}
