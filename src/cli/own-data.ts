// Reads data of a person's own: a table, or lines of text with labels.

import type { ColumnType } from "../data/cells.ts";
import { readTable } from "../data/read-table.ts";
import { Table } from "../data/table.ts";
import { FileError, quote } from "../errors.ts";
import { readFile } from "../io/files.ts";
import { kindOf } from "../io/kind.ts";

/** The size of the largest file of lines that is read, in bytes. */
const mostBytes = 2 ** 28;

/** The columns of lines of text. */
export const [textColumn, labelColumn] = ["text", "label"];

/**
 * The table in a file. Lines of a .txt file become the columns "text" and "label": the label stands after the last tab,
 * or before the first one where that says less often something new, or is the first word `__label__x`.
 *
 * @throws FileError for a file that is missing or holds no table
 */
export async function readOwnTable(path: string, types: Readonly<Record<string, ColumnType>> = {}): Promise<Table> {
  if (/\.txt$/i.test(path)) return linesTable(path, await readFile(path, { maxBytes: mostBytes }));
  if (Object.keys(types).length === 0) return readTable(path);
  // A file of new records may lack columns, or the target: only types of columns that are there are given.
  const { names } = await readTable(path, { rows: 1 });
  const known = Object.fromEntries(Object.entries(types).filter(([name]) => names.includes(name)));
  return readTable(path, { types: known });
}

function linesTable(path: string, bytes: Uint8Array): Table {
  const kind = kindOf(bytes);
  if (kind !== undefined && kind !== "plain text" && kind !== "JSON text")
    throw new FileError(`${quote(path, 200)}: expected lines of text, got ${kind}.`);
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new FileError(`${quote(path, 200)}: expected lines of text, got an empty file.`);
  const labelled = lines.filter((line) => /\t|^__label__/.test(line)).length;
  if (labelled === 0) return new Table([texts(lines)]);
  if (labelled < lines.length)
    throw new FileError(
      `${quote(path, 200)}: expected a tab between text and label on every line, got ${lines.length - labelled} ` +
        `lines of ${lines.length} without one.`,
    );
  const parts = lines.map((line) => {
    const [, name, rest] = /^__label__(\S+)\s+(.*)$/.exec(line) ?? [];
    if (name !== undefined) return { first: name, last: name, head: rest!, tail: rest! };
    const [start, end] = [line.indexOf("\t"), line.lastIndexOf("\t")];
    return {
      first: line.slice(0, start),
      last: line.slice(end + 1),
      head: line.slice(0, end),
      tail: line.slice(start + 1),
    };
  });
  const distinct = (labels: readonly string[]): number => new Set(labels).size;
  const isLast = distinct(parts.map(({ last }) => last)) <= distinct(parts.map(({ first }) => first));
  const labels = parts.map(({ first, last }) => (isLast ? last : first).trim());
  const categories = [...new Set(labels)].filter((label) => label !== "").sort();
  const codes = new Map(categories.map((label, i) => [label, i]));
  return new Table([
    texts(parts.map(({ head, tail }) => (isLast ? head : tail))),
    {
      name: labelColumn!,
      type: "category",
      values: Int32Array.from(labels, (label) => codes.get(label) ?? -1),
      categories,
    },
  ]);
}

const texts = (lines: readonly string[]) =>
  ({ name: textColumn!, type: "text", values: lines.map((line) => line.trim()) }) as const;
