// A table as inputs of a network: each column by its encoding, side by side.

import type { Column } from "../data/dataset.ts";
import type { ColumnInfo } from "../data/table/column.ts";
import type { Table } from "../data/table/table.ts";
import { ArgumentError, quote } from "../errors.ts";
import type { Json } from "../nn/tree/layer.ts";
import { type Encoding, learnEncoding, widthOf, writeEncoded } from "./column-encoding.ts";
import { type ColumnUse, columnUse } from "./column-use.ts";
import type { Encoder, InputPart } from "./inputs.ts";

/** The greatest number of numbers that the inputs of a table may have: 1 GiB. */
const mostNumbers = 2 ** 28;

/** A column of inputs: how its cells are read, and what they become. */
export interface EncodedColumn {
  readonly info: ColumnInfo;
  readonly encoding: Encoding;
}

/** Encodes tables that have these columns. */
export class RowEncoder implements Encoder<Table> {
  readonly columns: readonly EncodedColumn[];
  readonly parts: readonly InputPart[];
  readonly words: readonly InputPart[];
  readonly shape: readonly [number];
  readonly uses: readonly ColumnUse[];
  readonly #isNumber: readonly boolean[];

  constructor(columns: readonly EncodedColumn[], uses: readonly ColumnUse[] = []) {
    [this.columns, this.uses] = [columns, uses];
    let start = 0;
    this.parts = columns.map(({ info, encoding }) => {
      const part = { name: info.name, start, end: start + widthOf(encoding) };
      start = part.end;
      return part;
    });
    this.shape = [start];
    this.words = this.parts.filter((_, i) => columns[i]!.encoding.kind === "text");
    const isNumber = new Array<boolean>(start).fill(false);
    this.parts.forEach((part, i) => {
      const { kind } = columns[i]!.encoding;
      if (kind === "number" || kind === "date") isNumber[part.start] = true;
    });
    this.#isNumber = isNumber;
  }

  readonly isNumber = (input: number): boolean => this.#isNumber[input] ?? false;

  get json(): Json {
    return this.columns as unknown as Json;
  }

  /**
   * The inputs `[rows, inputs]` of a table. A column that the table lacks, or whose cells are of another type, is an
   * error; categories and words that the training part does not have become zeros.
   *
   * @throws ArgumentError
   */
  encode(table: Table): Column {
    const missing = this.columns.filter(({ info }) => !table.has(info.name));
    if (missing.length > 0) {
      const names = missing.slice(0, 10).map(({ info }) => quote(info.name));
      const more = missing.length > 10 ? ` and ${missing.length - 10} more` : "";
      throw new ArgumentError(
        `expected the columns that the model was trained on, but ${names.join(", ")}${more} ` +
          `${missing.length > 1 ? "are" : "is"} missing.`,
      );
    }
    const [width] = this.shape;
    if (table.size * width > mostNumbers) {
      const most = this.parts.reduce((a, b) => (b.end - b.start > a.end - a.start ? b : a));
      throw new ArgumentError(
        `expected at most ${mostNumbers} numbers of inputs, got ${table.size} rows of ${width}, of which column ` +
          `${quote(most.name)} has ${most.end - most.start}: take that column out, or fewer rows.`,
      );
    }
    const data = new Float32Array(table.size * width);
    this.parts.forEach(({ name, start }, i) => {
      const { info, encoding } = this.columns[i]!;
      const column = table.column(name);
      const kind = column.type === "category" || column.type === "text" ? column.type : "number";
      const wanted = encoding.kind === "date" ? "number" : encoding.kind;
      // Names and codes are read as texts, and encoded as categories.
      const isCode = kind === "text" && wanted === "category" && info.type === "text";
      if (kind !== wanted && !isCode)
        throw new ArgumentError(`column ${quote(name)}: expected values of type ${info.type}, got ${column.type}.`);
      writeEncoded(encoding, column, data, start, width);
    });
    return { array: { data, shape: [table.size, width], dtype: "float32" } };
  }
}

/** Learns how the columns of a table are encoded, from these rows alone; columns that say nothing are left out. */
export function learnRowEncoder(table: Table, names: readonly string[], rows: ArrayLike<number>): RowEncoder {
  const schema = new Map(table.schema.map((info) => [info.name, info]));
  const uses: ColumnUse[] = [];
  const columns = names.flatMap((name): EncodedColumn[] => {
    const encoding = learnEncoding(table.column(name), rows);
    uses.push(columnUse(table.column(name), rows, encoding));
    if (typeof encoding === "string") return [];
    // The categories of the whole table belong to no encoding: those of the training part stand in it.
    const { categories: _, ...info } = schema.get(name)!;
    return [{ info, encoding }];
  });
  return new RowEncoder(columns, uses);
}
