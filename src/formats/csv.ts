// CSV, TSV and their like: rows of texts out of pieces of text, by the parser papaparse.
import { FileError, quote } from "../errors.ts";

/** How a file separates its cells. */
export interface CsvForm {
  /** The character between cells. Default: the one of tab, ";", "|", "," and space with which all rows are as long. */
  readonly delimiter?: string | undefined;
  /**
   * The character around cells that hold delimiters, quotes or line ends; written twice within. "" if there is none.
   * Default: `"`; but "" for a file with tabs whose first 64 KB make no sense with it.
   */
  readonly quote?: string | undefined;
}

/** Some rows that follow one another. */
export interface CsvRows {
  readonly rows: string[][];
  /** The number of the line in the file on which the i-th of the rows begins, from 1. */
  lineOf(i: number): number;
}

/** The longest row that is read, in characters: 10,000 columns of 1,600 each. */
const longestRow = 2 ** 24;
/** As much text as the delimiter is chosen by. */
const sampleLength = 2 ** 16;

/** What papaparse's parser gives. */
interface Parsed {
  readonly data: string[][];
  readonly errors: readonly { readonly code: string; readonly row: number }[];
  readonly meta: { readonly cursor: number };
}

type Parse = (text: string, isLast: boolean) => Parsed;
type ParserOf = (delimiter: string, quoteChar: string) => Parse;

/**
 * Reads the rows of a text that comes in pieces. Lines end in LF, CRLF or CR; blank ones are passed over.
 *
 * Throws {@link FileError}, with the number of the line, for a quotation mark that is never closed or that is followed
 * by more text, and for a row of more than 16 million characters.
 *
 * @example
 * const pieces = (async function* () { yield "a;b\n1;"; yield "2\n"; })();
 * const { value } = await readCsv("a.csv", pieces).next();
 * value.rows; // [["a", "b"], ["1", "2"]]
 */
export async function* readCsv(
  name: string,
  pieces: AsyncIterable<string>,
  form: CsvForm = {},
): AsyncGenerator<CsvRows> {
  const source = pieces[Symbol.asyncIterator]();
  let text = "";
  let isEnd = false;
  const more = async (length: number): Promise<void> => {
    const added = [text];
    let have = text.length;
    while (have < length && !isEnd) {
      const { done, value } = await source.next();
      if (done) isEnd = true;
      else {
        added.push(value);
        have += value.length;
      }
    }
    text = added.join("");
  };
  try {
    await more(sampleLength);
    const newline = newlineOf(text);
    const parserOf = await makeParser(newline);
    const delimiter = form.delimiter ?? chooseDelimiter(parserOf, form.quote ?? '"', text, isEnd);
    const quoteChar = form.quote ?? (delimiter === "\t" && !isQuoted(parserOf, text, isEnd) ? "" : '"');
    const parse = parserOf(delimiter, quoteChar);
    let line = 1;
    while (text !== "") {
      const parsed = parse(text, isEnd);
      const lines = lineCounter(parsed.data, newline, line, quoteChar !== "" && text.includes(quoteChar));
      const bad = parsed.errors.find(({ code }) => code.endsWith("Quotes"));
      if (bad) throw badQuotes(name, lines(bad.row), bad.code);
      const { rows, starts } = withoutBlankLines(parsed.data, newline);
      if (rows.length > 0) yield { rows, lineOf: (i) => lines(starts ? starts[i]! : i) };
      line = lines(parsed.data.length);
      const rest = isEnd ? "" : text.slice(parsed.meta.cursor);
      if (rest.length > longestRow)
        throw new FileError(
          `${quote(name)}, line ${line}: expected rows of at most ${longestRow} characters, got a longer one; ` +
            "is a quotation mark never closed?",
        );
      // A row longer than the text so far is tried again with twice as much, so that time grows as length does.
      const isLonger = parsed.meta.cursor === 0;
      text = rest;
      await more(Math.max(sampleLength, isLonger ? 2 * rest.length : rest.length + sampleLength));
    }
  } finally {
    await source.return?.();
  }
}

const newlineOf = (text: string): string => (text.includes("\n") || !text.includes("\r") ? "\n" : "\r");

/** A maker of parsers. The package is loaded when the first table is read. */
async function makeParser(newline: string): Promise<ParserOf> {
  const { default: Papa } = await import("papaparse");
  return (delimiter, quoteChar) => {
    // The fast mode knows no quotes; without it, the parser takes that mode itself wherever a piece has none.
    const quoting = quoteChar === "" ? { fastMode: true } : { quoteChar };
    const parser = new Papa.Parser({ delimiter, newline: newline as "\n", ...quoting });
    return (text, isLast) => parser.parse(text, 0, !isLast) as Parsed;
  };
}

/** False if quotation marks in a text with tabs are part of the words, as the format's definition has it. */
function isQuoted(parserOf: ParserOf, text: string, isWhole: boolean): boolean {
  const { data, errors } = parserOf("\t", '"')(text, isWhole);
  const [first] = data;
  return errors.length === 0 && data.every((row) => row.length === first?.length || row.length === 1);
}

/** Takes blank lines out, and the CR of CRLF off the last cells; `starts` are the old indices, if any has changed. */
function withoutBlankLines(all: string[][], newline: string): { rows: string[][]; starts: number[] | null } {
  let blank = false;
  for (const row of all) {
    const last = row.length - 1;
    const cell = row[last]!;
    if (newline === "\n" && cell.charCodeAt(cell.length - 1) === 13) row[last] = cell.slice(0, -1);
    if (last === 0 && row[0]!.trim() === "") blank = true;
  }
  if (!blank) return { rows: all, starts: null };
  const starts: number[] = [];
  all.forEach((row, i) => (row.length > 1 || row[0]!.trim() !== "" ? starts.push(i) : null));
  return { rows: starts.map((i) => all[i]!), starts };
}

/** Gives the line on which a row begins: rows may hold line ends within quotes. */
function lineCounter(rows: string[][], newline: string, first: number, isQuoted: boolean): (i: number) => number {
  if (!isQuoted) return (i) => first + i;
  return (i) => {
    let line = first + i;
    for (let row = 0; row < Math.min(i, rows.length); row++)
      for (const cell of rows[row]!)
        for (let at = cell.indexOf(newline); at >= 0; at = cell.indexOf(newline, at + 1)) line++;
    return line;
  };
}

function badQuotes(name: string, line: number, code: string): FileError {
  return new FileError(
    code === "MissingQuotes"
      ? `${quote(name)}, line ${line}: expected a closing quotation mark, got the end of the file.`
      : `${quote(name)}, line ${line}: expected a delimiter after a closing quotation mark, got more text; ` +
          'quotation marks within a quoted cell are written twice; { quote: "" } takes them as they are.',
  );
}

/** The delimiters, the less likely ones in ordinary text first: "1,5;2,5" is cut at ";". */
const delimiters = ["\t", ";", "|", ",", " "];

/** The delimiter by which all rows have equally many cells, else the one by which most rows have. */
function chooseDelimiter(parserOf: ParserOf, quoteChar: string, text: string, isWhole: boolean): string {
  let best = { delimiter: ",", share: 0 };
  for (const delimiter of delimiters) {
    if (!text.includes(delimiter)) continue;
    const isAll = isWhole || !/[\r\n]/.test(text);
    const own = delimiter === "\t" && !isQuoted(parserOf, text, isAll) ? "" : quoteChar;
    const { data } = parserOf(delimiter, own)(text, isAll);
    const rows = data.filter((row) => row.length > 1 || row[0]!.trim() !== "").slice(0, 200);
    const counts = new Map<number, number>();
    for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
    const [length, often] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
    if (length < 2) continue;
    // Spaces separate numbers, not words.
    if (delimiter === " " && rows.some((row) => row.some((cell) => cell === "" || Number.isNaN(Number(cell)))))
      continue;
    const share = often / rows.length;
    if (share > best.share) best = { delimiter, share };
  }
  return best.delimiter;
}
