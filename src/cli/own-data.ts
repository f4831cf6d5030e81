// Reads data of a person's own: a table, lines of text with labels, or a folder of pictures, recordings or texts.
import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { ColumnType } from "../data/table/cells.ts";
import { readTable } from "../data/table/read-table.ts";
import { Table } from "../data/table/table.ts";
import { type LabelledTexts, readLabelledLines, textFolder } from "../data/text/labelled-text.ts";
import { FileError, quote } from "../errors.ts";
import { fileError, readFile } from "../io/files.ts";

/** The size of the largest file of lines that is read, in bytes. */
const mostBytes = 2 ** 28;

/** The columns of lines of text. */
const [textColumn, labelColumn] = ["text", "label"] as const;

/** What lies at a path. */
export type OwnKind = "table" | "images" | "sounds" | "texts";

const kinds: Readonly<Record<string, OwnKind>> = {
  ...{ ".png": "images", ".jpg": "images", ".jpeg": "images", ".jfif": "images", ".webp": "images" },
  ...{ ".wav": "sounds", ".wave": "sounds", ".txt": "texts" },
};
const [mostLevels, mostEntries] = [4, 10_000];

/**
 * What lies at a path: a file is a table; a folder holds what most of its files are, pictures, recordings or texts.
 *
 * @throws FileError for a path that leads nowhere, and for a folder with none of them
 */
export function kindOfData(path: string): OwnKind {
  const counts = new Map<OwnKind, number>();
  try {
    if (!statSync(path).isDirectory()) return "table";
    countKinds(path, 0, counts);
  } catch (error) {
    throw fileError("read", path, error);
  }
  const [most] = [...counts].sort(([, a], [, b]) => b - a);
  if (most) return most[0];
  throw new FileError(`${quote(path, 200)}: expected a folder with pictures, WAV files or texts (.txt), got none.`);
}

/** Counts the files of each kind; of very many, the first ones. */
function countKinds(folder: string, level: number, counts: Map<OwnKind, number>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }).slice(0, mostEntries)) {
    if (entry.name.startsWith(".")) continue;
    const kind = kinds[extname(entry.name).toLowerCase()];
    if (entry.isDirectory()) {
      if (level < mostLevels) countKinds(join(folder, entry.name), level + 1, counts);
    } else if (kind) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
}

/**
 * The table in a file or in a folder of texts. Lines of a .txt file become the columns "text"
 * and, where there are tabs, "label".
 *
 * @throws FileError for a file that is missing or holds no table
 */
export async function readOwnTable(path: string, types: Readonly<Record<string, ColumnType>> = {}): Promise<Table> {
  if (kindOfData(path) === "texts") return labelledTable(await textFolder(path));
  if (/\.txt$/i.test(path)) return linesTable(path);
  if (Object.keys(types).length === 0) return readTable(path);
  // A file of new records may lack columns, or the target: only types of columns that are there are given.
  const { names } = await readTable(path, { rows: 1 });
  const known = Object.fromEntries(Object.entries(types).filter(([name]) => names.includes(name)));
  return readTable(path, { types: known });
}

async function linesTable(path: string): Promise<Table> {
  const bytes = await readFile(path, { maxBytes: mostBytes });
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  if (lines.some((line) => line.includes("\t"))) return labelledTable(await readLabelledLines(bytes));
  const texts = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (texts.length === 0 || texts.some((line) => line.includes("\0")))
    throw new FileError(
      `${quote(path, 200)}: expected lines of text, got ${texts.length === 0 ? "none" : "other bytes"}.`,
    );
  return new Table([{ name: textColumn, type: "text", values: texts }]);
}

const labelledTable = ({ texts, labels, classNames }: LabelledTexts): Table =>
  new Table([
    { name: textColumn, type: "text", values: texts },
    { name: labelColumn, type: "category", values: labels, categories: classNames },
  ]);
