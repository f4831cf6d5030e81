// The column to be predicted, as numbers and back: class numbers, or standardised values.
import { ArgumentError, didYouMean, quote } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { booleanIn, booleanPairs, type ColumnType } from "../table/cells.ts";
import { type CategoryColumn, type NumericColumn, type TableColumn, wordOf } from "../table/column.ts";
import { retyped } from "../table/retype-column.ts";
import { Moments, toFloat32 } from "./column-encoder.ts";

/** What was learnt about the column to be predicted, as JSON. */
export type TargetCode =
  | { readonly kind: "classes"; readonly name: string; readonly type: ColumnType; readonly classes: readonly string[] }
  | {
      readonly kind: "values";
      readonly name: string;
      readonly type: ColumnType;
      readonly offset: number;
      readonly scale: number;
    };

/** Learns the classes of a target; of booleans in the words of the file, false first. */
export class ClassLearner {
  readonly #name: string;
  readonly #type: ColumnType;
  readonly #classes = new Set<string>();
  readonly #words: string[] = [];

  constructor(name: string, type: ColumnType) {
    this.#name = name;
    this.#type = type;
  }

  see(column: TableColumn): void {
    if (column.type === "boolean" && this.#type === "boolean") {
      for (const bit of [0, 1]) if (column.values.includes(bit)) this.#words[bit] ??= wordOf(column, bit);
      return;
    }
    const { values, categories } = retyped(column, { name: this.#name, type: "category" }) as CategoryColumn;
    const seen = new Set(values);
    categories.forEach((category, i) => {
      if (seen.has(i)) this.#classes.add(category);
    });
  }

  finish(): TargetCode {
    const words = this.#words.filter((word) => word !== undefined);
    const classes = words.length > 0 ? words : sortClasses(this.#classes);
    return { kind: "classes", name: this.#name, type: this.#type, classes };
  }
}

/** Numbers by their size, else texts. */
function sortClasses(classes: Iterable<string>): string[] {
  const sorted = [...classes].sort();
  const isNumbers = sorted.every((text) => text.trim() !== "" && Number.isFinite(Number(text)));
  return isNumbers ? sorted.sort((a, b) => Number(a) - Number(b)) : sorted;
}

/** Learns the mean and the deviation of a target, unless it is not to be scaled. */
export class ValueLearner {
  readonly #name: string;
  readonly #type: ColumnType;
  readonly #isScaled: boolean;
  readonly #moments = new Moments();

  constructor(name: string, type: ColumnType, isScaled: boolean) {
    this.#name = name;
    this.#type = type;
    this.#isScaled = isScaled;
  }

  see(column: TableColumn): void {
    const { values } = numbersOf(column, this.#name);
    for (let i = 0; i < values.length; i++) this.#moments.see(values[i] as number);
  }

  finish(): TargetCode {
    const { mean, scale } = this.#moments;
    const own = this.#isScaled ? { offset: mean, scale } : { offset: 0, scale: 1 };
    return { kind: "values", name: this.#name, type: this.#type, ...own };
  }
}

/** Booleans as categories in the words of the classes; in the column's own where the classes lack one. */
function inWordsOf(column: NumericColumn, classes: readonly string[]): CategoryColumn {
  const { name, values } = column;
  const truth = (text: string): number => (booleanPairs(text) ? booleanIn(text) : Number(text));
  const categories = [0, 1].map((bit) => classes.find((text) => truth(text) === bit) ?? wordOf(column, bit));
  const codes = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : value));
  return { name, type: "category", values: codes, categories };
}

/** The numbers of a target; a date's are milliseconds. */
const numbersOf = (column: TableColumn, name: string): TableColumn =>
  column.type === "date" ? column : retyped(column, { name, type: "number" });

/**
 * The targets of a column: class numbers, int32 [count], or `(y − offset) / scale`, float32 [count, 1].
 *
 * @throws ArgumentError for a missing value, and for a class that was not learnt
 */
export function encodeTargets(code: TargetCode, column: TableColumn): HostArray {
  const { name } = code;
  const { length } = column.values;
  const missing = (i: number) =>
    new ArgumentError(
      `column ${quote(name)}, row ${i + 1}: expected a value to predict, got none; table.dropMissing(${quote(name)}) ` +
        "leaves such rows out.",
    );
  if (code.kind === "values") {
    const { values } = numbersOf(column, name);
    const data = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const value = values[i] as number;
      if (value !== value) throw missing(i);
      data[i] = toFloat32((value - code.offset) / code.scale);
    }
    return { data, shape: [length, 1], dtype: "float32" };
  }
  // Another file may have other words for the same: Yes, yes, true.
  const own = column.type === "boolean" && code.type === "boolean" ? inWordsOf(column, code.classes) : column;
  const { values, categories } = retyped(own, { name, type: "category" }) as CategoryColumn;
  const classes = new Map(code.classes.map((text, i) => [text, i]));
  const numbers = categories.map((category) => classes.get(category) ?? -1);
  const data = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    if (value < 0) throw missing(i);
    const number = numbers[value]!;
    if (number < 0)
      throw new ArgumentError(
        `column ${quote(name)}, row ${i + 1}: expected one of the classes that the training part has, ` +
          `${code.classes.slice(0, 10).join(", ")}, got ${quote(categories[value]!)}.` +
          didYouMean(categories[value]!, code.classes),
      );
    data[i] = number;
  }
  return { data, shape: [length], dtype: "int32" };
}
