// How one column of a table becomes inputs of a network. All that is learnt comes from the training part.
import type { TableColumn } from "../data/table/column.ts";
import { termsOf, vocabularyOf } from "./words.ts";

/** A number: (x − mean) / deviation, and 1 in a second input where it is missing. */
export interface NumberEncoding {
  readonly kind: "number";
  readonly mean: number;
  readonly deviation: number;
  readonly flag: boolean;
}

/** A date: its standardised days, and the angle of its day in the year and in the week. */
export interface DateEncoding extends Omit<NumberEncoding, "kind"> {
  readonly kind: "date";
}

/** A category: 1 in its own input; 0 in all for one that the training part does not have. */
export interface OneHotEncoding {
  readonly kind: "category";
  readonly categories: readonly string[];
}

/** A text: 1 for each term that it has. */
export interface TextEncoding {
  readonly kind: "text";
  readonly terms: readonly string[];
}

/** What is learnt of a column. */
export type Encoding = NumberEncoding | DateEncoding | OneHotEncoding | TextEncoding;

/**
 * Why a column is left out: no values; the same value in all rows; short texts that hardly ever repeat, such as names
 * of users; texts of which no two share a word; numbers whose variance is beyond all bounds; no numbers, in a forecast.
 */
export type LeftOut = "empty" | "constant" | "identifier" | "unrepeated" | "huge" | "notNumbers";

/** Short texts count as categories if so many rows have them. */
const leastOften = 2;
/** Texts of fewer words on average are names and codes, not prose. */
const fewWords = 1.5;
/** Names and codes of which a greater share differs tell rows apart, and say nothing of others. */
const identifierShare = 0.9;
/** Scripts that leave no blanks between words. */
const unspaced = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}]/u;
/** Categories beyond the most frequent ones share the inputs of unknown ones. */
const mostCategories = 100;
/** Numbers further from the mean than so many deviations count as that far. */
const farthest = 8;
const day = 86_400_000;
/** The inputs of a date beside its days: sine and cosine of its place in the year and in the week. */
const cycles = [365.2425 * day, 7 * day];

/** Learns the encoding of a column from these rows, or finds why it can say nothing. */
export function learnEncoding(column: TableColumn, rows: ArrayLike<number>): Encoding | LeftOut {
  switch (column.type) {
    case "category":
      return learnCategories(column.values, column.categories, rows);
    case "text":
      return learnTexts(Array.from(rows, (row) => column.values[row] ?? null));
    case "date": {
      const encoding = learnNumber(column.values, rows);
      return typeof encoding === "string" ? encoding : { ...encoding, kind: "date" };
    }
    default:
      return learnNumber(column.values, rows);
  }
}

/** Prose becomes its words; names and codes become categories, unless nearly all differ. */
function learnTexts(texts: readonly (string | null)[]): Encoding | LeftOut {
  const counts = new Map<string, number>();
  let [present, words] = [0, 0];
  for (const text of texts) {
    if (text === null) continue;
    present++;
    words += unspaced.test(text) ? 2 : text.trim().split(/\s+/, 4).length;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (present === 0) return "empty";
  if (words > fewWords * present) {
    const terms = vocabularyOf(texts);
    return terms.length === 0 ? "unrepeated" : { kind: "text", terms };
  }
  if (counts.size > identifierShare * present) return "identifier";
  const repeated = [...counts].filter(([, count]) => count >= leastOften);
  repeated.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const categories = repeated.slice(0, mostCategories).map(([text]) => text);
  return { kind: "category", categories: categories.sort() };
}

function learnNumber(values: Float64Array, rows: ArrayLike<number>): NumberEncoding | LeftOut {
  let [count, sum] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  const mean = sum / count;
  let squares = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / count);
  const flag = count < rows.length;
  if (count === 0) return "empty";
  if (!Number.isFinite(deviation)) return "huge";
  // Equal values differ by rounding from their mean; they say something only where others are missing.
  const isConstant = deviation <= 1e-12 * Math.abs(mean);
  if (isConstant && !flag) return "constant";
  return { kind: "number", mean, deviation: isConstant ? 1 : deviation, flag };
}

function learnCategories(values: Int32Array, names: readonly string[], rows: ArrayLike<number>) {
  const counts = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const code = values[rows[i]!]!;
    if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const first = [...counts.values()][0];
  if (counts.size === 0) return "empty";
  if (counts.size === 1 && first === rows.length) return "constant";
  const frequent = [...counts].sort(([a, m], [b, n]) => n - m || a - b).slice(0, mostCategories);
  const categories = frequent.map(([code]) => names[code]!).sort();
  return { kind: "category", categories } as const;
}

/** The number of inputs. */
export function widthOf(encoding: Encoding): number {
  if (encoding.kind === "category") return encoding.categories.length;
  if (encoding.kind === "text") return encoding.terms.length;
  return (encoding.kind === "date" ? 1 + 2 * cycles.length : 1) + (encoding.flag ? 1 : 0);
}

/** Writes the inputs of a column, row by row, to `out` from `start` on, with `width` inputs a row. */
export function writeEncoded(encoding: Encoding, column: TableColumn, out: Float32Array, start: number, width: number) {
  if (encoding.kind === "category") writeCategories(encoding, column, out, start, width);
  else if (encoding.kind === "text") writeTerms(encoding, column, out, start, width);
  else writeNumbers(encoding, column, out, start, width);
}

function writeNumbers(
  encoding: NumberEncoding | DateEncoding,
  { values }: TableColumn,
  out: Float32Array,
  start: number,
  width: number,
): void {
  const { mean, deviation, flag, kind } = encoding;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    let at = row * width + start;
    const isMissing = Number.isNaN(value);
    const standard = (value - mean) / deviation;
    out[at++] = isMissing ? 0 : Math.max(-farthest, Math.min(farthest, standard));
    if (kind === "date")
      for (const cycle of cycles) {
        const angle = (2 * Math.PI * (value % cycle)) / cycle;
        out[at++] = isMissing ? 0 : Math.sin(angle);
        out[at++] = isMissing ? 0 : Math.cos(angle);
      }
    if (flag) out[at] = isMissing ? 1 : 0;
  }
}

function writeCategories(
  { categories }: OneHotEncoding,
  column: TableColumn,
  out: Float32Array,
  start: number,
  width: number,
): void {
  const inputs = new Map(categories.map((name, i) => [name, i]));
  if (column.type === "text")
    column.values.forEach((text, row) => {
      const input = inputs.get(text ?? "");
      if (input !== undefined) out[row * width + start + input] = 1;
    });
  if (column.type !== "category") return;
  const own = column.categories.map((name) => inputs.get(name) ?? -1);
  for (let row = 0; row < column.values.length; row++) {
    const input = own[column.values[row]!] ?? -1;
    if (input >= 0) out[row * width + start + input] = 1;
  }
}

function writeTerms({ terms }: TextEncoding, column: TableColumn, out: Float32Array, start: number, width: number) {
  if (column.type !== "text") return;
  const inputs = new Map(terms.map((term, i) => [term, i]));
  column.values.forEach((text, row) => {
    for (const term of termsOf(text ?? "")) {
      const input = inputs.get(term);
      if (input !== undefined) out[row * width + start + input] = 1;
    }
  });
}
