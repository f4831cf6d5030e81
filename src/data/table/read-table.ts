// Reads a table into memory: a CSV, TSV or JSON file, plain or gzipped, from a disk, a page or a text.
import { ArgumentError, FileError, quote } from "../../errors.ts";
import { dateOrders } from "../../formats/dates.ts";
import { type FileSource, type OpenedFile, openFile } from "../../io/opened-file.ts";
import { checkChoice, checkOptions, describe } from "../../options.ts";
import { type ColumnBuilder, columnBuilder } from "./build-column.ts";
import {
  type Cell,
  type CellForm,
  type ColumnType,
  cellForm,
  columnTypes,
  dateOrdersOf,
  decimalIn,
  isMissing,
} from "./cells.ts";
import type { ColumnInfo } from "./column.ts";
import { ColumnScan } from "./infer-column.ts";
import { oddCells, oddNote } from "./odd-cells.ts";
import type { RowBlock, TableNote } from "./row-block.ts";
import { Table } from "./table.ts";
import { type RowOptions, readRows } from "./table-rows.ts";

/** How a table is read. */
export interface TableOptions extends RowOptions {
  /** The types of columns by their names. Default: inferred from all values of a column. */
  readonly types?: Readonly<Record<string, ColumnType>>;
  /** The `schema` of another table, whose columns are read with the same types here; others are inferred. */
  readonly schema?: readonly ColumnInfo[];
  /** The order of day, month and year in columns whose type is given as "date". Default: the one that fits. */
  readonly dates?: ColumnInfo["dates"];
  /**
   * The texts that stand for no value. Default: none at all, NA, N/A, NaN, null, None, "?", "-", "—" and their like,
   * and among numbers and dates also words such as none, missing and unknown. Infinite numbers count as missing.
   */
  readonly missing?: readonly string[];
  /** The decimal sign. Default: "," if the cells prove it ("0,5"), else ".". */
  readonly decimal?: "." | ",";
  /** As many rows are read at most. Default: all. */
  readonly rows?: number;
}

export const tableOptionNames: readonly (keyof TableOptions)[] = [
  ...(["types", "schema", "dates", "missing", "decimal", "rows"] as const),
  ...(["format", "header", "encoding", "delimiter", "quote"] as const),
];

/** The types are guessed from so many rows; whatever does not fit later is read once more. */
const sampleRows = 1000;
/** A table of more cells than this belongs in {@link streamTable}. */
const mostCells = 2 ** 28;

/**
 * Reads a table: CSV, TSV and their like, JSON (a list of objects, or an object of lists) and JSON lines, each also
 * gzipped. `source` is a path, in a page an address, else a URL, a `File` or bytes.
 *
 * Each column gets the type that all its values have: numbers ("integer" where all are), "boolean" (true/false, yes/no,
 * y/n), "date" (in UTC), "category" for texts that come again and again, and "text". The delimiter, the header, the
 * decimal comma and the missing values are found out, or given as options.
 *
 * Throws {@link FileError} with the line for a file that is missing, damaged, no table, empty, or has rows of different
 * lengths, and for a cell that its given type does not hold.
 *
 * @throws ArgumentError for an unknown option, and for a type of a column that is not there
 *
 * @example
 * const file = new Blob(["city,rooms,price\nBonn,3,310000\nKiel,?,280000\n"]);
 * const table = await readTable(file);
 * table.size; // 2
 * table.column("rooms").values; // [3, NaN]
 */
export async function readTable(source: FileSource, options: TableOptions = {}): Promise<Table> {
  checkOptions("readTable", options, tableOptionNames);
  return readFrom("readTable", openFile(source), options);
}

/**
 * {@link readTable} for a text that is there already.
 *
 * @example
 * const table = await parseTable("height;weight\n1,72;65\n1,80;80,5\n");
 * table.column("weight").values; // [65, 80.5]
 */
export async function parseTable(text: string, options: TableOptions = {}): Promise<Table> {
  if (typeof text !== "string") throw new ArgumentError(`parseTable: expected a text, got ${describe(text)}.`);
  checkOptions("parseTable", options, tableOptionNames);
  const bytes = async function* () {
    yield new TextEncoder().encode(text);
  };
  return readFrom("parseTable", { name: "text", bytes }, { ...options, encoding: "utf-8" });
}

async function readFrom(where: string, file: OpenedFile, options: TableOptions): Promise<Table> {
  const sample = await sampleTable(where, file, options);
  const { columns, misfits } = await build(file, sample, wantedTypes(sample, options), options);
  if (misfits.size === 0) return noted(file, columns, sample, options);
  // A column that looked like numbers in the sample, say, and has a word further down. All of it is read as texts now.
  const again = columns.map(({ name }) => (misfits.has(name) ? null : ("skip" as const)));
  const { columns: mended } = await build(file, { ...sample, names: columns.map(({ name }) => name) }, again, options);
  const all = columns.map((column, i) => (misfits.has(column.name) ? mended[i]! : column));
  return noted(file, all, sample, options);
}

/** The table of these columns, with notes of the cells that make columns of numbers columns of texts. */
async function noted(
  file: OpenedFile,
  columns: Table["columns"],
  { form, notes }: Sample,
  options: TableOptions,
): Promise<Table> {
  const given = givenTypes(options);
  const odd = columns.flatMap((column) => (given.has(column.name) ? [] : (oddCells(column, form) ?? [])));
  if (odd.length === 0) return new Table(columns, notes);
  const places = new Map<number, string>();
  const last = odd.reduce((row, own) => Math.max(row, own.row), 0);
  let size = 0;
  for await (const block of readRows(file, options)) {
    for (const { row } of odd)
      if (row >= size && row < size + block.rows.length) places.set(row, block.whereOf(row - size));
    size += block.rows.length;
    if (size > last) break;
  }
  return new Table(columns, [...notes, ...odd.map((own) => oddNote(own, places.get(own.row) ?? `row ${own.row + 1}`))]);
}

/** The beginning of a table, by which the rest is read. */
export interface Sample {
  readonly names: readonly string[];
  readonly rows: readonly (readonly (Cell | undefined)[])[];
  readonly form: CellForm;
  /** What was decided about the header and may not be meant. */
  readonly notes: readonly TableNote[];
}

/**
 * Reads the first rows of a table and checks the options against them.
 *
 * @throws FileError, ArgumentError
 */
export async function sampleTable(where: string, file: OpenedFile, options: TableOptions): Promise<Sample> {
  const { types = {}, missing, decimal } = options;
  const rows: (readonly (Cell | undefined)[])[] = [];
  let names: readonly string[] = [];
  let notes: readonly TableNote[] = [];
  for await (const block of readRows(file, options)) {
    names = [...block.names];
    notes = block.notes ?? [];
    rows.push(...block.rows.slice(0, sampleRows - rows.length));
    if (rows.length === sampleRows) break;
  }
  if (rows.length === 0) {
    const shown = quote(names.join(", "), 80);
    throw new FileError(`${quote(file.name, 200)}: expected rows, got only a header: the one line ${shown}.`);
  }
  for (const [name, type] of Object.entries(types)) {
    if (!names.includes(name))
      throw new ArgumentError(
        `${where}: types: expected names of columns (${names.slice(0, 20).join(", ")}), got ${quote(name)}.`,
      );
    checkChoice(where, `the type of ${quote(name)}`, type, columnTypes);
  }
  const sign = decimal === undefined ? decimalIn(rows) : checkChoice(where, "decimal", decimal, [".", ","]);
  const texts = missing?.map((text) => String(text).trim());
  const form = cellForm(texts, sign);
  return { names, rows, form, notes };
}

type Expected = ColumnInfo | "numbers" | null;

/** The types of the columns, as far as they are known from the options and the first rows. */
export const wantedTypes = (sample: Sample, options: TableOptions): Expected[] =>
  sample.names.map((name, i) => typeOf(name, sample, i, options));

/** The types that the options give. */
export function givenTypes({ types = {}, schema = [] }: TableOptions): ReadonlyMap<string, ColumnType> {
  const given = new Map<string, ColumnType>(schema.map(({ name, type }) => [name, type]));
  for (const [name, type] of Object.entries(types)) given.set(name, type);
  return given;
}

/** The type of the i-th column, as far as it is known from the options and the first rows. */
function typeOf(name: string, { rows, form }: Sample, i: number, { types, schema, dates }: TableOptions): Expected {
  const given = types && Object.hasOwn(types, name) ? types[name] : undefined;
  const known = schema?.find((info) => info.name === name);
  // The categories are those that this table has, which may be others.
  if (given === undefined && known) return { name, type: known.type, dates: dates ?? known.dates ?? "ymd" };
  if (given === "date") {
    const cells = rows.map((row) => row[i]).filter((cell) => !isMissing(cell, form)) as Cell[];
    const bits = cells.reduce<number>((all, cell) => all & dateOrdersOf(cell), 0b111);
    return { name, type: given, dates: dates ?? dateOrders.find((_, k) => bits & (1 << k)) ?? "ymd" };
  }
  if (given !== undefined) return { name, type: given };
  const scan = new ColumnScan(form);
  for (const row of rows) scan.see(row[i]);
  const info = scan.info(name);
  if (scan.missing === scan.count) return null;
  if (info.type === "number" || info.type === "integer") return "numbers";
  return info.type === "boolean" || info.type === "date" ? info : null;
}

/** Reads all rows into columns of these types, and names the columns with cells that do not fit. */
async function build(
  file: OpenedFile,
  { names, form }: Sample,
  wanted: readonly (Expected | "skip")[],
  options: TableOptions,
): Promise<{ columns: Table["columns"]; misfits: ReadonlySet<string> }> {
  const limit = options.rows ?? Infinity;
  const given = givenTypes(options);
  const all = [...names];
  const builders = wanted.map((type) => (type === "skip" ? null : columnBuilder(type, form)));
  const misfits = new Set<string>();
  let size = 0;
  for await (const block of readRows(file, options)) {
    const rows = size + block.rows.length > limit ? block.rows.slice(0, limit - size) : block.rows;
    for (const name of block.names.slice(all.length)) {
      all.push(name);
      builders.push(lateColumn(size, form));
    }
    size += rows.length;
    if (size * all.length > mostCells)
      throw new FileError(
        `${quote(file.name, 200)}: expected a table of at most ${mostCells} cells, got more; use streamTable, which ` +
          "does not keep it in memory.",
      );
    builders.forEach((builder, i) => {
      if (!builder) return;
      const wrong = pushAll(builder, rows, i);
      if (wrong < 0 || misfits.has(all[i]!)) return;
      const type = given.get(all[i]!);
      if (type !== undefined) throw misfit(file, block, wrong, i, type);
      misfits.add(all[i]!);
    });
    if (size >= limit) break;
  }
  return { columns: builders.map((builder, i) => builder?.finish(all[i]!) ?? emptyColumn(all[i]!)), misfits };
}

const emptyColumn = (name: string): Table["columns"][number] => ({ name, type: "text", values: [] });

/** The builder of a column of JSON lines that comes after so many rows, in which it is missing. */
function lateColumn(size: number, form: CellForm): ColumnBuilder {
  const builder = columnBuilder(null, form);
  for (let i = 0; i < size; i++) builder.push(null);
  return builder;
}

/** Pushes the cells of a column; gives the index of the first row that does not fit, or −1. */
function pushAll(builder: ColumnBuilder, rows: RowBlock["rows"], column: number): number {
  let wrong = -1;
  for (let i = 0; i < rows.length; i++) if (!builder.push(rows[i]![column]) && wrong < 0) wrong = i;
  return wrong;
}

/** The error for a cell that the given type of its column does not hold. */
export function misfit(file: OpenedFile, block: RowBlock, row: number, column: number, type: ColumnType): FileError {
  const noun = type === "integer" ? "an integer" : `a ${type}`;
  return new FileError(
    `${quote(file.name, 200)}, ${block.whereOf(row)}: expected ${noun} in column ${quote(block.names[column]!)}, ` +
      `got ${quote(String(block.rows[row]![column]))}.`,
  );
}
