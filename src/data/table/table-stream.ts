// A table that is larger than memory: read again and again, part by part.
import { FileError, quote } from "../../errors.ts";
import { type FileSource, type OpenedFile, openFile } from "../../io/opened-file.ts";
import { checkOptions } from "../../options.ts";
import { type ColumnBuilder, columnBuilder } from "./build-column.ts";
import type { CellForm } from "./cells.ts";
import type { ColumnInfo } from "./column.ts";
import { dealer, type Key } from "./deal-rows.ts";
import { givenTypes, misfit, sampleTable, type TableOptions, tableOptionNames, wantedTypes } from "./read-table.ts";
import { cellAt } from "./retype-column.ts";
import type { SplitOptions } from "./split-rows.ts";
import { Table } from "./table.ts";
import { readRows } from "./table-rows.ts";
import { TypeScan } from "./type-scan.ts";

/** The rows of a file, or those of one part of a split. */
interface Parts {
  readonly schema: readonly ColumnInfo[];
  tables(): AsyncGenerator<Table>;
}

/**
 * A table that stays in its file: iterating gives its rows in parts of some thousand, as {@link Table}s. Only one part
 * is in memory. {@link TableEncoder.fit} learns from it, and {@link TableEncoder.examples} makes training data of it.
 *
 * @example
 * const stream = await streamTable(new Blob(["x,y\n1,2\n3,4\n"]));
 * stream.names; // ["x", "y"]
 * (await stream.head(1)).row(0)["y"]; // 2
 */
export class TableStream implements AsyncIterable<Table> {
  readonly #parts: Parts;
  /** The type of each column, of all values in the file. */
  readonly schema: readonly ColumnInfo[];
  /** The number of rows; null for a part of a split, whose rows are told while they are read. */
  readonly size: number | null;

  /** Streams are made by {@link streamTable}. */
  constructor(parts: Parts, size: number | null) {
    this.#parts = parts;
    this.schema = parts.schema;
    this.size = size;
  }

  /** The names of the columns. */
  get names(): string[] {
    return this.schema.map(({ name }) => name);
  }

  /** The rows, part by part. The file is read anew each time. */
  [Symbol.asyncIterator](): AsyncGenerator<Table> {
    return this.#parts.tables();
  }

  /** The first rows in memory. */
  async head(rows = 5): Promise<Table> {
    for await (const table of this) return table.slice(0, rows);
    throw new FileError("head: expected rows, got none.");
  }

  /**
   * Splits the rows into parts that have none in common, by shares that sum to at most 1, while they are read.
   *
   * Each row's part follows from seed and index: the same rows as those of {@link Table.split} for a file of up to
   * 65,536 rows, and exact shares of each 65,536 of a longer one. With `stratify`, the shares are exact for each 100
   * rows of a class; with `group`, the rows of one value go to one part, and shares are expected but not exact.
   *
   * @throws ArgumentError for shares that sum to more than 1, or an unknown column
   */
  split(shares: readonly number[], options: SplitOptions = {}): TableStream[] {
    checkOptions("split", options, ["seed", "stratify", "group"]);
    const { seed = 0, stratify, group } = options;
    const column = stratify ?? group ?? null;
    if (column !== null) emptyTable(this.schema).column(column);
    const kind = stratify !== undefined ? "strata" : group !== undefined ? "groups" : null;
    const deal = dealer(shares, { seed, kind, size: this.size });
    return shares.map((_, part) => {
      const tables = () => dealt(this, deal(), column, part);
      return new TableStream({ schema: this.schema, tables }, null);
    });
  }
}

/** The rows of a stream that are dealt to one part. */
async function* dealt(
  stream: TableStream,
  partOf: (index: number, key: Key) => number,
  column: string | null,
  part: number,
): AsyncGenerator<Table> {
  let index = 0;
  for await (const table of stream) {
    const keys = column === null ? null : table.column(column);
    const own: number[] = [];
    for (let i = 0; i < table.size; i++) if (partOf(index++, keys ? cellAt(keys, i) : null) === part) own.push(i);
    if (own.length > 0) yield table.rows(own);
  }
}

const emptyTable = (schema: readonly ColumnInfo[]): Table =>
  new Table(schema.map(({ name }) => ({ name, type: "text", values: [] })));

/**
 * Opens a table that is larger than memory: the files and options of {@link readTable}. The file is read once, or twice
 * where the first thousand rows mislead, to infer the types of its columns from all values and to count its rows; later
 * it is read in parts, as often as it is iterated. JSON that is one list is kept in memory; JSON lines are not.
 *
 * Throws {@link FileError} and {@link ArgumentError} as {@link readTable} does.
 *
 * @example
 * const stream = await streamTable(new Blob(["x,kind\n1,a\n2,b\n3,a\n4,b\n"]));
 * stream.size; // 4
 * const [train, test] = stream.split([0.5, 0.5], { seed: 1 });
 * const encoder = await TableEncoder.fit(train, { target: "kind" });
 * const batches = encoder.examples(train).shuffle({ seed: 1 }).batch(2);
 */
export async function streamTable(source: FileSource, options: TableOptions = {}): Promise<TableStream> {
  checkOptions("streamTable", options, tableOptionNames);
  const file = openFile(source);
  const sample = await sampleTable("streamTable", file, options);
  const { form } = sample;
  let wanted = wantedTypes(sample, options);
  let scanned = await scan(file, sample.names, wanted, form, options);
  if (scanned.misfits.size > 0) {
    wanted = wanted.map((type, i) => (scanned.misfits.has(sample.names[i]!) ? null : type));
    scanned = await scan(file, sample.names, wanted, form, options);
  }
  const { schema, size } = scanned;
  const tables = () => readParts(file, schema, form, options);
  return new TableStream({ schema, tables }, size);
}

type Wanted = ReturnType<typeof wantedTypes>[number];

/** Reads all rows and keeps none: the types of the columns, and which did not turn out as expected. */
async function scan(
  file: OpenedFile,
  names: readonly string[],
  wanted: readonly Wanted[],
  form: CellForm,
  options: TableOptions,
): Promise<{ schema: ColumnInfo[]; size: number; misfits: ReadonlySet<string> }> {
  const given = givenTypes(options);
  const scans = wanted.map((type, i) => new TypeScan(type, form, given.get(names[i]!)));
  const all = [...names];
  const misfits = new Set<string>();
  let size = 0;
  for await (const { rows, block } of limitedRows(file, options)) {
    for (const name of block.names.slice(all.length)) {
      all.push(name);
      scans.push(new TypeScan(null, form));
    }
    size += rows.length;
    scans.forEach((own, i) => {
      for (let row = 0; row < rows.length; row++) {
        if (own.see(rows[row]![i])) continue;
        if (own.given) throw misfit(file, block, row, i, own.given);
        misfits.add(all[i]!);
      }
    });
  }
  return { schema: scans.map((own, i) => own.info(all[i]!)), size, misfits };
}

/** The rows of a file, as many as the options ask for. */
async function* limitedRows(file: OpenedFile, options: TableOptions) {
  let left = options.rows ?? Infinity;
  for await (const block of readRows(file, options)) {
    const rows = block.rows.length > left ? block.rows.slice(0, left) : block.rows;
    left -= rows.length;
    yield { rows, block };
    if (left <= 0) return;
  }
}

async function* readParts(
  file: OpenedFile,
  schema: readonly ColumnInfo[],
  form: CellForm,
  options: TableOptions,
): AsyncGenerator<Table> {
  for await (const { rows, block } of limitedRows(file, options)) {
    const builders: ColumnBuilder[] = schema.map((info) => columnBuilder(info, form));
    builders.forEach((builder, i) => {
      for (let row = 0; row < rows.length; row++)
        if (!builder.push(rows[row]![i])) throw changed(file, block.whereOf(row));
    });
    yield new Table(builders.map((builder, i) => builder.finish(schema[i]!.name)));
  }
}

const changed = (file: OpenedFile, where: string): FileError =>
  new FileError(`${quote(file.name, 200)}, ${where}: expected the file as it was when it was opened, got another one.`);
