// Reads data of a person's own: a table, lines of text with labels, or a folder of pictures, recordings or texts.
import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { filesIn } from "../data/folder/class-files.ts";
import { imageFiles } from "../data/folder/image-folder.ts";
import { soundFiles } from "../data/folder/sound-folder.ts";
import type { Cell, ColumnType } from "../data/table/cells.ts";
import { readTable } from "../data/table/read-table.ts";
import { Table } from "../data/table/table.ts";
import { readRows } from "../data/table/table-rows.ts";
import {
  decodeText,
  type LabelledTexts,
  readLabelledLines,
  textFiles,
  textFolder,
} from "../data/text/labelled-text.ts";
import { FileError, quote } from "../errors.ts";
import { fileError, readFile } from "../io/files.ts";
import { openFile } from "../io/opened-file.ts";

/** The size of the largest file of lines that is read, in bytes. */
const mostBytes = 2 ** 28;

/** The columns of lines of text, and of texts in files. */
const [textColumn, labelColumn] = ["text", "label"] as const;
export const fileColumn = "file";

/** What lies at a path. */
export type OwnKind = "table" | "images" | "sounds" | "texts";

const kinds = new Map<string, OwnKind>(
  (
    [
      ["images", imageFiles],
      ["sounds", soundFiles],
      ["texts", textFiles],
    ] as const
  ).flatMap(([kind, { extensions }]) => extensions.map((extension) => [`.${extension}`, kind] as const)),
);
const [mostLevels, mostEntries] = [4, 10_000];

/**
 * What lies at a path: a file is a table; a folder holds what most of its files are, pictures, recordings or texts.
 *
 * @throws FileError for a path that leads nowhere, for one picture or recording, and for a folder with none of them
 */
export function kindOfData(path: string): OwnKind {
  const counts = new Map<OwnKind, number>();
  let isFile: boolean;
  try {
    isFile = !statSync(path).isDirectory();
    if (!isFile) countKinds(path, 0, counts);
  } catch (error) {
    throw fileError("read", path, error);
  }
  const own = kinds.get(extname(path).toLowerCase());
  if (isFile && (own === "images" || own === "sounds"))
    throw new FileError(
      `${quote(path, 200)}: expected a table, or a folder with a folder for each class, got one file.`,
    );
  if (isFile) return "table";
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most) return most[0];
  throw new FileError(`${quote(path, 200)}: expected a folder with pictures, WAV files or texts (.txt), got none.`);
}

/** Counts the files of each kind; of very many, the first ones. */
function countKinds(folder: string, level: number, counts: Map<OwnKind, number>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).slice(0, mostEntries)) {
    if (entry.name.startsWith(".")) continue;
    const kind = kinds.get(extname(entry.name).toLowerCase());
    const path = join(folder, entry.name);
    if (entry.isSymbolicLink() ? isFolder(path) : entry.isDirectory()) {
      if (level < mostLevels) countKinds(path, level + 1, counts);
    } else if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
}

/** True for a folder and for a link to one. A link that leads nowhere is told when files are read. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * The table in a file or in a folder of texts. Lines of a .txt file, `text<TAB>label`, become the columns "text" and
 * "label".
 *
 * @throws FileError for a file that is missing or holds no table
 */
export async function readOwnTable(path: string): Promise<Table> {
  if (kindOfData(path) === "texts") return labelledTable(await textFolder(path));
  if (!isLines(path)) return readTable(path);
  const lines = await readLines(path);
  if (!lines.some((line) => line.includes("\t")))
    throw new FileError(
      `${quote(path, 200)}: expected a text and its label on each line, with a tabulator between, got ` +
        `${quote(lines[0]!, 60)} and no tabulator in any line.`,
    );
  return labelledTable(await readLabelledLines(path));
}

/** New records, and their cells as the file writes them. */
export interface OwnRecords {
  readonly table: Table;
  readonly cells: readonly (readonly (Cell | undefined)[])[];
}

/**
 * New records for a model, of these types where the file has their columns: a table; lines of a .txt file, whose
 * labels may be missing; or texts in a folder, which become the columns "file" and "text". A table that has only a
 * header holds none.
 *
 * @throws FileError for a file that is missing or holds no table, and for a cell that its type does not hold
 */
export async function readOwnRecords(path: string, types: Readonly<Record<string, ColumnType>>): Promise<OwnRecords> {
  if (isFolder(path)) return withCells(await filesTable(await filesIn(path, textFiles)));
  if (isLines(path)) {
    const lines = await readLines(path);
    // Where lines have labels, all of them do: a tabulator in one is a part of its text.
    if (lines.every((line) => line.includes("\t"))) return withCells(labelledTable(await readLabelledLines(path)));
    return withCells(new Table([{ name: textColumn, type: "text", values: lines }]));
  }
  let names: readonly string[] = [];
  const cells: (readonly (Cell | undefined)[])[] = [];
  for await (const block of readRows(openFile(path), {})) {
    names = block.names;
    for (const row of block.rows) cells.push(row);
  }
  // A file of new records may lack columns, or the target: only types of columns that are there are given.
  const known = Object.fromEntries(Object.entries(types).filter(([name]) => names.includes(name)));
  if (cells.length > 0) return { table: await readTable(path, { types: known }), cells };
  const columns = names.map((name) => ({ name, type: known[name] ?? "text" }));
  return { table: Table.from([], columns), cells };
}

/** A table of texts and labels, whose cells are its values. */
const withCells = (table: Table): OwnRecords => ({
  table,
  cells: Array.from({ length: table.size }, (_, i) => Object.values(table.row(i)) as Cell[]),
});

const isLines = (path: string): boolean => /\.txt$/i.test(path);

/** The lines of a file that hold something, without blanks around. */
async function readLines(path: string): Promise<string[]> {
  const text = decodeText(await readFile(path, { maxBytes: mostBytes }), path);
  const lines = text.split(/\r\n|\n|\r/).flatMap((line) => line.trim() || []);
  if (lines.length > 0) return lines;
  throw new FileError(`${quote(path, 200)}: expected lines of text, got none.`);
}

async function filesTable(files: readonly string[]): Promise<Table> {
  const texts: string[] = [];
  for (const file of files) texts.push(decodeText(await readFile(file, { maxBytes: mostBytes }), file));
  return new Table([
    { name: fileColumn, type: "text", values: [...files] },
    { name: textColumn, type: "text", values: texts },
  ]);
}

/** More different numbers than this are no classes. */
const mostNumberedClasses = 20;

/** Texts with their labels: classes, or numbers where all are numbers that cannot well be classes. */
function labelledTable({ texts, labels, classNames }: LabelledTexts): Table {
  const numbers = classNames.map((name) => (name === "" ? NaN : Number(name)));
  const areNumbers =
    numbers.every(Number.isFinite) &&
    (numbers.length > mostNumberedClasses || numbers.some((number) => !Number.isInteger(number)));
  return new Table([
    { name: textColumn, type: "text", values: [...texts] },
    areNumbers
      ? { name: labelColumn, type: "number", values: Float64Array.from(labels, (label) => numbers[label]!) }
      : { name: labelColumn, type: "category", values: labels, categories: classNames },
  ]);
}
