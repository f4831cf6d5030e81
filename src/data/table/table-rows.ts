// The rows of a table's file, block by block, whatever its format: CSV and its like, JSON, JSON lines.
import { FileError, quote } from "../../errors.ts";
import { type CsvForm, readCsv } from "../../formats/csv.ts";
import { kindOf } from "../../io/kind.ts";
import type { OpenedFile } from "../../io/opened-file.ts";
import type { RowBlock } from "./row-block.ts";
import { type CsvHeader, findHeader, type HeaderOption } from "./table-header.ts";
import { jsonLines, jsonRows } from "./table-json.ts";

/** The format of a table's file. */
export type TableFormat = "csv" | "json" | "jsonl";

/** How a table's file is read. */
export interface RowOptions extends CsvForm {
  /** Default: by the name and the first character of the text. */
  readonly format?: TableFormat | undefined;
  /** "auto" takes the first row of a CSV for names if it looks like names. Default: "auto". */
  readonly header?: HeaderOption | undefined;
  /** The encoding of the text, such as "windows-1251". Default: that of the byte order mark, or "utf-8". */
  readonly encoding?: string | undefined;
}

/** As many columns as a table may have. */
export const mostColumns = 2 ** 16;

/**
 * The rows of a file; of a CSV that has only a header, one block of none.
 *
 * @throws FileError for a file that holds no table, and for a row that does not fit
 */
export async function* readRows(file: OpenedFile, options: RowOptions): AsyncGenerator<RowBlock> {
  const pieces = textOf(file, options.encoding);
  let start = "";
  while (start.trim() === "") {
    const { done, value } = await pieces.next();
    if (done) throw new FileError(`${quote(file.name, 200)}: expected a table, got an empty file.`);
    start = value;
  }
  const whole = (async function* () {
    yield start;
    yield* pieces;
  })();
  const format = options.format ?? formatOf(file.name, start);
  try {
    if (format === "json") yield* jsonRows(file.name, whole);
    else if (format === "jsonl") yield* jsonLines(file.name, whole);
    else yield* csvRows(file.name, whole, options);
  } finally {
    await pieces.return(undefined);
  }
}

function formatOf(name: string, start: string): TableFormat {
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(name)) return "jsonl";
  if (/\.[ct]sv(\.gz)?$/i.test(name)) return "csv";
  const text = start.trimStart();
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return /\.json(\.gz)?$/i.test(name) ? "json" : "csv";
  // JSON lines have one whole object on the first line, and more after it.
  const end = text.indexOf("\n");
  if (end < 0 || text.slice(end).trim() === "") return "json";
  try {
    JSON.parse(text.slice(0, end));
    return "jsonl";
  } catch {
    return "json";
  }
}

/** The text of a file, in pieces. */
async function* textOf(file: OpenedFile, encoding: string | undefined): AsyncGenerator<string> {
  const binary = (): FileError => new FileError(`${quote(file.name, 200)}: expected a table of text, got binary data.`);
  let decoder: TextDecoder | null = null;
  for await (const bytes of file.bytes()) {
    if (!decoder) {
      const kind = kindOf(bytes);
      if (kind !== undefined && kind !== "plain text" && kind !== "JSON text")
        throw new FileError(`${quote(file.name, 200)}: expected a table (CSV, TSV or JSON), got ${kind}.`);
      const own = encoding ?? markedEncoding(bytes);
      if (!/^utf-?16/i.test(own) && bytes.includes(0)) throw binary();
      decoder = decoderOf(file.name, own);
    }
    const text = decode(file.name, decoder, bytes);
    if (text.includes("\0")) throw binary();
    if (text !== "") yield text;
  }
  const end = decoder ? decode(file.name, decoder) : "";
  if (end !== "") yield end;
}

/** The encoding by the byte order mark. */
function markedEncoding([a, b]: Uint8Array): string {
  if (a === 0xff && b === 0xfe) return "utf-16le";
  return a === 0xfe && b === 0xff ? "utf-16be" : "utf-8";
}

function decoderOf(name: string, encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new FileError(`${quote(name, 200)}: the encoding ${quote(encoding)} is not known here.`);
  }
}

function decode(name: string, decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch {
    throw new FileError(
      `${quote(name, 200)}: expected text in ${decoder.encoding}, got other bytes; save it in UTF-8, or name its ` +
        'encoding to readTable, such as { encoding: "windows-1252" }.',
    );
  }
}

/** As many rows as are looked at for the header. */
const headerSample = 100;

async function* csvRows(name: string, pieces: AsyncIterable<string>, options: RowOptions): AsyncGenerator<RowBlock> {
  const delimiter = options.delimiter ?? (/\.tsv(\.gz)?$/i.test(name) ? "\t" : undefined);
  let header: CsvHeader | null = null;
  let hasRows = false;
  for await (const { rows, lineOf } of readCsv(name, pieces, { delimiter, quote: options.quote })) {
    let from = 0;
    if (!header) {
      header = findHeader(rows.slice(0, headerSample), options.header ?? "auto");
      from = header.rows;
      if (header.names.length > mostColumns)
        throw new FileError(
          `${quote(name, 200)}: expected at most ${mostColumns} columns, got ${header.names.length}.`,
        );
    }
    const { names, classNames, notes = [] } = header;
    const wrong = rows.findIndex((row, i) => i >= from && row.length !== names.length);
    if (wrong >= 0)
      throw new FileError(
        `${quote(name, 200)}, line ${lineOf(wrong)}: expected ${cells(names.length)} as in the rows before, ` +
          `got ${cells(rows[wrong]!.length)}.`,
      );
    const own = from > 0 ? rows.slice(from) : rows;
    const whereOf = (i: number): string => `line ${lineOf(from + i)}`;
    if (classNames)
      own.forEach((row, i) => {
        const last = row.length - 1;
        const found = classNames[Number(row[last])];
        if (found === undefined)
          throw new FileError(
            `${quote(name, 200)}, ${whereOf(i)}: expected a class number from 0 to ${classNames.length - 1}, ` +
              `got ${quote(row[last]!)}.`,
          );
        row[last] = found;
      });
    if (own.length > 0) yield { names, rows: own, whereOf, notes };
    hasRows ||= own.length > 0;
  }
  if (!hasRows && header) yield { names: header.names, rows: [], whereOf: () => "line 1" };
}

const cells = (count: number): string => (count === 1 ? "1 cell" : `${count} cells`);
