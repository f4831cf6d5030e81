// A table in memory: named columns of one type each, and rows that can be taken, split and looked at.
import { ArgumentError, didYouMean, quote, ShapeError } from "../../errors.ts";
import { checkCount, describe } from "../../options.ts";
import { columnOf } from "./build-column.ts";
import { booleanPairs, type Cell, defaultForm } from "./cells.ts";
import { type ColumnInfo, type TableColumn, wordOf } from "./column.ts";
import { type ColumnStatistics, statisticsOf } from "./column-statistics.ts";
import { ColumnScan } from "./infer-column.ts";
import { cellAt } from "./retype-column.ts";
import type { TableNote } from "./row-block.ts";
import { type SplitOptions, splitRows } from "./split-rows.ts";

/** The value of a cell as a program has it; null if it is missing. */
export type Value = number | boolean | string | Date | null;

/**
 * A table: columns of equal length, each with a name and a type. It is never changed; every method gives a new one.
 *
 * @example
 * const table = await parseTable("kind,height\noak,21.5\nfir,\noak,18\n");
 * table.names; // ["kind", "height"]
 * table.column("kind").categories; // ["fir", "oak"]
 * table.row(1); // { kind: "fir", height: null }
 */
export class Table {
  readonly columns: readonly TableColumn[];
  /** The number of rows. */
  readonly size: number;
  /**
   * Sentences about what was decided when the table was read and may not be meant: a column that is no column of
   * numbers because of a few cells, a first row that may be names or data. Each is there in English (`en`) and Russian
   * (`ru`). Tables made from this one have none.
   */
  readonly notes: readonly TableNote[];
  readonly #indices: ReadonlyMap<string, number>;

  /**
   * @throws ShapeError for columns of different lengths
   * @throws ArgumentError for two columns of one name
   */
  constructor(columns: readonly TableColumn[], notes: readonly TableNote[] = []) {
    this.columns = columns;
    this.notes = notes;
    this.size = columns[0]?.values.length ?? 0;
    this.#indices = new Map(columns.map(({ name }, i) => [name, i]));
    if (this.#indices.size < columns.length)
      throw new ArgumentError("Table: expected columns of different names, got one name twice.");
    const other = columns.find(({ values }) => values.length !== this.size);
    if (other)
      throw new ShapeError(
        `Table: expected columns of ${this.size} values, got ${other.values.length} in ${quote(other.name)}.`,
      );
  }

  /**
   * Makes a table of objects, such as the answers of a form; types are inferred as {@link readTable} does, unless
   * `columns` tell them.
   *
   * @example
   * Table.from([{ size: 3, isNew: true }, { size: null, isNew: false }]).column("isNew").values; // [1, 0]
   *
   * @throws ArgumentError for a value that is no number, text, boolean, Date or null
   */
  static from(rows: readonly Readonly<Record<string, Value | undefined>>[], columns?: readonly ColumnInfo[]): Table {
    if (!Array.isArray(rows)) throw new ArgumentError(`Table.from: expected a list of objects, got ${describe(rows)}.`);
    const names = columns?.map(({ name }) => name) ?? [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return new Table(
      names.map((name, i) => {
        const cells = rows.map((row) => cellOf(name, Object.hasOwn(row, name) ? row[name] : null));
        const scan = new ColumnScan(defaultForm);
        if (!columns) for (const cell of cells) scan.see(cell);
        const { type, dates = "ymd" } = columns?.[i] ?? scan.info(name);
        return columnOf({ name, type, dates }, cells, defaultForm);
      }),
    );
  }

  /** The names of the columns. */
  get names(): string[] {
    return this.columns.map(({ name }) => name);
  }

  /** The type of each column, by which another table can be read in the same way. */
  get schema(): ColumnInfo[] {
    return this.columns.map((column) => ({
      name: column.name,
      type: column.type,
      ...(column.type === "category" && { categories: column.categories }),
      ...(column.type === "date" && { dates: column.dates ?? "ymd" }),
    }));
  }

  /** The column of a name. Throws {@link ArgumentError} if there is none. */
  column(name: string): TableColumn {
    const index = this.#indices.get(name);
    if (index !== undefined) return this.columns[index]!;
    const names = this.names.slice(0, 20).map((known) => quote(known));
    throw new ArgumentError(
      `expected one of the columns ${names.join(", ")}, got ${quote(String(name))}.` +
        didYouMean(String(name), this.#indices.keys()),
    );
  }

  /** True if there is a column of this name. */
  has(name: string): boolean {
    return this.#indices.has(name);
  }

  /**
   * The values of a row by the names of the columns. A boolean is true or false where the file says so, or 1 and 0, and
   * else the file's own word, such as "No". Throws {@link ArgumentError} for an index out of range.
   */
  row(index: number): Record<string, Value> {
    checkCount("row", "the index", index, 0);
    if (index >= this.size) throw new ArgumentError(`row: expected an index from 0 to ${this.size - 1}, got ${index}.`);
    return Object.fromEntries(this.columns.map((column) => [column.name, valueAt(column, index)]));
  }

  /** The columns of these names, in this order. Throws {@link ArgumentError} for a name that is not there. */
  select(...names: readonly string[]): Table {
    return new Table(names.map((name) => this.column(name)));
  }

  /** All columns but these. Throws {@link ArgumentError} for a name that is not there. */
  drop(...names: readonly string[]): Table {
    for (const name of names) this.column(name);
    return new Table(this.columns.filter(({ name }) => !names.includes(name)));
  }

  /** The rows at these indices, in this order, copied. Throws {@link ArgumentError} for an index out of range. */
  rows(indices: ArrayLike<number>): Table {
    const rows = Int32Array.from(indices);
    const wrong = rows.find((row, i) => row !== indices[i] || row < 0 || row >= this.size);
    if (wrong !== undefined)
      throw new ArgumentError(`rows: expected indices from 0 to ${this.size - 1}, got ${wrong}.`);
    return new Table(this.columns.map((column) => gatherColumn(column, rows)));
  }

  /** The rows with a value in each of these columns, or in all. Throws {@link ArgumentError} for an unknown name. */
  dropMissing(...names: readonly string[]): Table {
    const columns = names.length > 0 ? names.map((name) => this.column(name)) : this.columns;
    const rows = Array.from({ length: this.size }, (_, i) => i);
    return this.rows(rows.filter((row) => columns.every((column) => cellAt(column, row) !== null)));
  }

  /** Rows `start` to `end` − 1, as `Array.prototype.slice` counts them. */
  slice(start: number, end: number = this.size): Table {
    return new Table(
      this.columns.map((column) => ({ ...column, values: column.values.slice(start, end) }) as TableColumn),
    );
  }

  /**
   * Splits the rows into parts that have none in common: by shares that sum to at most 1, after a shuffle by `seed`.
   *
   * `stratify` names a column whose values come in each part as often as in the whole; `group` names one whose equal
   * values stay together in one part, such as the patient of several measurements. A part keeps the order of its rows.
   *
   * @throws ArgumentError for shares that sum to more than 1, or an unknown column
   *
   * @example
   * const table = await parseTable("x,y\n1,a\n2,b\n3,a\n4,b\n");
   * const [train, test] = table.split([0.5, 0.5], { seed: 1, stratify: "y" });
   * [train.size, test.size]; // [2, 2]
   */
  split(shares: readonly number[], options: SplitOptions = {}): Table[] {
    return splitRows(this, shares, options).map((rows) => this.rows(rows));
  }

  /** What there is to say about each column: how many values are missing, mean, extremes, the most frequent ones. */
  describe(): ColumnStatistics[] {
    return this.columns.map(statisticsOf);
  }
}

/** A value as a cell of a file would say it. */
function cellOf(name: string, value: unknown): Cell {
  if (value === undefined || value === null || typeof value === "string" || typeof value === "boolean")
    return value ?? null;
  if (typeof value === "number") return Number.isNaN(value) ? null : value;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? null : value.toISOString().replace(/T00:00:00\.000Z$/, "");
  throw new ArgumentError(
    `column ${quote(name)}: expected a number, a text, true, false, a Date or null, got ${describe(value)}.`,
  );
}

/** The bit of {@link booleanPairs} for true and false. */
const plainPair = 1;

/** The value of a cell. */
function valueAt(column: TableColumn, index: number): Value {
  const cell = cellAt(column, index);
  if (cell === null || column.type === "category" || column.type === "text") return cell;
  const value = column.values[index]!;
  if (column.type === "date") return new Date(value);
  if (column.type !== "boolean") return value;
  const word = wordOf(column, value);
  return booleanPairs(word) > plainPair ? word : value === 1;
}

function gatherColumn(column: TableColumn, rows: Int32Array): TableColumn {
  if (column.type === "text") return { ...column, values: Array.from(rows, (row) => column.values[row]!) };
  const values = column.type === "category" ? new Int32Array(rows.length) : new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]!]!;
  return { ...column, values } as TableColumn;
}
