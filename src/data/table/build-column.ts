// Collects the cells of one column in the form of its type.
import { ArgumentError } from "../../errors.ts";
import { type DateOrder, dateFormOf } from "../../formats/dates.ts";
import {
  booleanIn,
  booleanPairs,
  type Cell,
  type CellForm,
  dateIn,
  isAbsent,
  isMissing,
  numberIn,
  numberReader,
} from "./cells.ts";
import { type ColumnInfo, type NumericColumn, sortTexts, type TableColumn } from "./column.ts";
import { ColumnScan } from "./infer-column.ts";

/** Takes the cells of a column one after another. */
export interface ColumnBuilder {
  /** False for a cell that the type does not hold, which then counts as missing. */
  push(cell: Cell | undefined): boolean;
  finish(name: string): TableColumn;
}

/**
 * A builder for a type. "numbers" are integers if all are; `null` infers the type from all cells when they are there.
 */
export function columnBuilder(info: ColumnInfo | "numbers" | null, form: CellForm): ColumnBuilder {
  if (info === null) return new TextBuilder(form, null);
  const read = readerOf(info, form);
  if (!read) return new TextBuilder(form, info as ColumnInfo);
  if (info === "numbers") return new NumericBuilder(form, null, read);
  if (info.type === "boolean") return new BooleanBuilder(form, "boolean", read);
  if (info.type === "date") return new DateBuilder(form, read, info.dates ?? "ymd");
  return new NumericBuilder(form, info.type as NumericColumn["type"], read);
}

/** What reads a cell of a type as a number, NaN for one that the type does not hold; null for categories and texts. */
export function readerOf(info: ColumnInfo | "numbers", form: CellForm): ((cell: Cell) => number) | null {
  if (info === "numbers" || info.type === "number" || info.type === "integer") {
    const isInteger = info !== "numbers" && info.type === "integer";
    const number = numberReader(form);
    const read = isInteger ? integersOf(number) : number;
    return form.hasMissingNumbers ? (cell) => (isMissing(cell, form) ? NaN : read(cell)) : read;
  }
  if (info.type === "boolean") return (cell) => (booleanPairs(cell) ? booleanIn(cell) : bitIn(cell, form));
  const { type, dates = "ymd" } = info;
  return type === "date" ? (cell) => dateIn(cell, dates) : null;
}

const integersOf =
  (read: (cell: Cell) => number) =>
  (cell: Cell): number => {
    const value = read(cell);
    return Number.isSafeInteger(value) ? value : NaN;
  };

/** What tells of a cell of a numeric type that it says no value. */
export const absenceOf = (type: NumericColumn["type"] | null): typeof isMissing =>
  type === "boolean" ? isMissing : isAbsent;

const bitIn = (cell: Cell, form: CellForm): number => {
  const value = numberIn(cell, form);
  return value === 0 || value === 1 ? value : NaN;
};

/** Numbers in a typed array that grows. */
class Numbers {
  #values = new Float64Array(16);
  #length = 0;

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  all(): Float64Array {
    return this.#values.slice(0, this.#length);
  }
}

/** Numbers, booleans or dates; with the type null, integers if all are. */
class NumericBuilder implements ColumnBuilder {
  readonly #form: CellForm;
  readonly #type: NumericColumn["type"] | null;
  readonly #read: (cell: Cell) => number;
  readonly #numbers = new Numbers();
  #isInteger = true;
  #present = 0;

  constructor(form: CellForm, type: NumericColumn["type"] | null, read: (cell: Cell) => number) {
    this.#form = form;
    this.#type = type;
    this.#read = read;
  }

  push(cell: Cell | undefined): boolean {
    const value = cell === undefined || cell === null ? NaN : this.#read(cell);
    this.#numbers.push(value);
    if (value !== value) return absenceOf(this.#type)(cell, this.#form);
    this.#present++;
    if (typeof cell === "string") this.note(cell, value);
    if (this.#isInteger && !Number.isSafeInteger(value)) this.#isInteger = false;
    return true;
  }

  /** Looks at how a value is written. */
  protected note(_cell: string, _value: number): void {}

  finish(name: string): NumericColumn {
    const type = this.#type ?? (this.#isInteger && this.#present > 0 ? "integer" : "number");
    return { name, type, values: this.#numbers.all() };
  }
}

/** Booleans, and the words for them. */
class BooleanBuilder extends NumericBuilder {
  readonly #words: [no: string | undefined, yes: string | undefined] = [undefined, undefined];

  protected override note(cell: string, value: number): void {
    this.#words[value] ??= cell.trim();
  }

  override finish(name: string): NumericColumn {
    const column = super.finish(name);
    return this.#words.every((word) => word === undefined) ? column : { ...column, words: this.#words };
  }
}

/** Dates, and how they are written. */
class DateBuilder extends NumericBuilder {
  readonly #order: DateOrder;
  #longest = "";
  #shortest = "";

  constructor(form: CellForm, read: (cell: Cell) => number, order: DateOrder) {
    super(form, "date", read);
    this.#order = order;
  }

  protected override note(cell: string): void {
    if (cell.length > this.#longest.length) this.#longest = cell;
    if (cell.length < this.#shortest.length || this.#shortest === "") this.#shortest = cell;
  }

  override finish(name: string): NumericColumn {
    const column = { ...super.finish(name), dates: this.#order };
    if (this.#longest === "") return column;
    return { ...column, form: dateFormOf(this.#longest.trim(), this.#shortest.trim(), this.#order) };
  }
}

/** Texts, each kept once: categories, texts, or what turns out to be another type. */
class TextBuilder implements ColumnBuilder {
  readonly #form: CellForm;
  readonly #info: ColumnInfo | null;
  readonly #codes = new Map<string, number>();
  readonly #list: string[] = [];
  #values = new Int32Array(16);
  #length = 0;
  readonly #scan: ColumnScan | null;

  constructor(form: CellForm, info: ColumnInfo | null) {
    this.#form = form;
    this.#info = info;
    this.#scan = info ? null : new ColumnScan(form);
  }

  push(cell: Cell | undefined): boolean {
    if (this.#length === this.#values.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#scan?.see(cell);
    this.#values[this.#length++] = isMissing(cell, this.#form) ? -1 : this.#codeOf(String(cell));
    return true;
  }

  #codeOf(text: string): number {
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.#list.length;
      this.#codes.set(text, code);
      this.#list.push(text);
    }
    return code;
  }

  finish(name: string): TableColumn {
    const info = this.#info ?? this.#scan!.info(name);
    const codes = this.#values.subarray(0, this.#length);
    if (info.type === "text")
      return { name, type: "text", values: Array.from(codes, (code) => (code < 0 ? null : this.#list[code]!)) };
    if (info.type === "category") return this.#categories(name, codes, info.categories);
    const builder = columnBuilder(info, this.#form);
    for (const code of codes) builder.push(code < 0 ? null : this.#list[code]!);
    return builder.finish(name);
  }

  #categories(name: string, codes: Int32Array, given: readonly string[] | undefined): TableColumn {
    const trimmed = this.#list.map((text) => text.trim());
    const categories = sortTexts(new Set(given ?? trimmed));
    const places = new Map(categories.map((category, i) => [category, i]));
    const of = trimmed.map((text) => places.get(text) ?? -1);
    return { name, type: "category", values: codes.map((code) => (code < 0 ? -1 : of[code]!)), categories };
  }
}

/** A column of one type, of values that a program has. Throws {@link ArgumentError} for a value of another type. */
export function columnOf(info: ColumnInfo, cells: readonly Cell[], form: CellForm): TableColumn {
  const builder = columnBuilder(info, form);
  const wrong = cells.findIndex((cell) => !builder.push(cell));
  if (wrong < 0) return builder.finish(info.name);
  throw new ArgumentError(`column ${info.name}: expected values of type ${info.type}, got ${cells[wrong]}.`);
}
