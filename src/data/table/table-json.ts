// Tables in JSON: a list of objects, an object of lists, and JSON lines.
import { FileError, quote } from "../../errors.ts";
import { describe } from "../../options.ts";
import type { Cell } from "./cells.ts";
import type { RowBlock } from "./row-block.ts";

const longestJson = 2 ** 29 - 2 ** 16;
const blockRows = 1024;
const mostNames = 2 ** 16;
const mostHoles = 2 ** 24;

/** The names of the columns, in the order in which they first come, and the index of each. */
class Names {
  readonly list: string[] = [];
  readonly #indices = new Map<string, number>();
  readonly #fail: (what: string) => FileError;
  #given = 0;
  #made = 0;

  constructor(fail: (what: string) => FileError) {
    this.#fail = fail;
  }

  indexOf(name: string): number {
    let index = this.#indices.get(name);
    if (index === undefined) {
      index = this.list.length;
      if (index === mostNames) throw this.#fail(`expected at most ${mostNames} columns, got more`);
      this.#indices.set(name, index);
      this.list.push(name);
    }
    return index;
  }

  /** The cells of an object, in the order of the names. */
  row(value: unknown, where: string): Cell[] {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw this.#fail(`${where}: expected an object such as {"age": 5}, got ${describe(value)}`);
    const cells: Cell[] = [];
    for (const [name, cell] of Object.entries(value)) {
      cells[this.indexOf(name)] = this.cell(cell, name, where);
      this.#given++;
    }
    this.#made += cells.length;
    // Rows that have few names in common would take much more memory than their file.
    if (this.#made > mostHoles && this.#made > 64 * this.#given)
      throw this.#fail(
        `${where}: expected objects with the same names, got ${this.list.length} different names so far`,
      );
    return Array.from(cells, (cell) => cell ?? null);
  }

  cell(value: unknown, name: string, where: string): Cell {
    if (value === null || typeof value === "number" || typeof value === "string" || typeof value === "boolean")
      return value;
    throw this.#fail(
      `${where}: expected a number, a text, true, false or null in column ${quote(name)}, got ${describe(value)}`,
    );
  }
}

/** The rows of a JSON text: `[{"a": 1}, …]`, or `{"a": [1, …], …}`. */
export async function* jsonRows(name: string, pieces: AsyncIterable<string>): AsyncGenerator<RowBlock> {
  const fail = (what: string) => new FileError(`${quote(name, 200)}: ${what}.`);
  const parts: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > longestJson)
      throw fail(`expected JSON of at most ${longestJson} characters, got more; larger tables can come as JSON lines`);
    parts.push(piece);
  }
  let value: unknown;
  try {
    value = JSON.parse(parts.join(""));
  } catch (error) {
    throw fail(`expected JSON, got other text: ${(error as Error).message}`);
  }
  const names = new Names(fail);
  const rows = Array.isArray(value) ? listedRows(value, names) : columnRows(value, names, fail);
  if (rows.length === 0) throw fail("expected a list of rows, got an empty one");
  for (let at = 0; at < rows.length; at += blockRows)
    yield { names: names.list, rows: rows.slice(at, at + blockRows), whereOf: (i) => `row ${at + i + 1}` };
}

const listedRows = (list: readonly unknown[], names: Names): Cell[][] =>
  list.map((row, i) => names.row(row, `row ${i + 1}`));

function columnRows(value: unknown, names: Names, fail: (what: string) => FileError): Cell[][] {
  if (typeof value !== "object" || value === null)
    throw fail(`expected a list of objects or an object of lists, got ${describe(value)}`);
  const columns = Object.entries(value);
  const [, first] = columns[0] ?? [];
  if (!Array.isArray(first)) throw fail(`expected a list of objects or an object of lists, got ${describe(value)}`);
  const rows: Cell[][] = first.map(() => []);
  for (const [name, cells] of columns) {
    if (!Array.isArray(cells) || cells.length !== rows.length)
      throw fail(
        `expected a list of ${rows.length} values in column ${quote(name)}, as in the first, ` +
          `got ${Array.isArray(cells) ? cells.length : describe(cells)}`,
      );
    const index = names.indexOf(name);
    cells.forEach((cell: unknown, i) => {
      rows[i]![index] = names.cell(cell, name, `row ${i + 1}`);
    });
  }
  return rows;
}

/** The rows of JSON lines: an object on each line. */
export async function* jsonLines(name: string, pieces: AsyncIterable<string>): AsyncGenerator<RowBlock> {
  let line = 0;
  const names = new Names((what) => new FileError(`${quote(name, 200)}, ${what}.`));
  for await (const lines of linesOf(name, pieces)) {
    const first = line;
    const places: number[] = [];
    const rows: Cell[][] = [];
    for (const text of lines) {
      line++;
      if (text.trim() === "") continue;
      places.push(line);
      rows.push(names.row(parseLine(name, line, text), `line ${line}`));
    }
    if (rows.length > 0) yield { names: names.list, rows, whereOf: (i) => `line ${places[i] ?? first}` };
  }
}

function parseLine(name: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(
      `${quote(name, 200)}, line ${line}: expected JSON, got other text: ${(error as Error).message}.`,
    );
  }
}

const longestLine = 2 ** 24;

/** The lines of a text that comes in pieces, as many at once as a piece holds. */
async function* linesOf(name: string, pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
  let parts: string[] = [];
  let length = 0;
  for await (const piece of pieces) {
    const at = piece.lastIndexOf("\n");
    parts.push(at < 0 ? piece : piece.slice(0, at));
    length += piece.length;
    if (at < 0) {
      if (length > longestLine)
        throw new FileError(`${quote(name, 200)}: expected lines of at most ${longestLine} characters, got more.`);
      continue;
    }
    yield parts.join("").split("\n");
    parts = [piece.slice(at + 1)];
    length = parts[0]!.length;
  }
  if (length > 0) yield parts.join("").split("\n");
}
