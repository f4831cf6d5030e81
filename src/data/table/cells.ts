// What a cell of a table says: nothing, a number, yes or no, a date, or a text.
import { type DateOrder, dateOrders, parseDate } from "../../formats/dates.ts";

/** A cell as a file gives it. */
export type Cell = string | number | boolean | null;

/** What a column holds. */
export type ColumnType = "number" | "integer" | "boolean" | "date" | "category" | "text";

export const columnTypes: readonly ColumnType[] = ["number", "integer", "boolean", "date", "category", "text"];

/** How a table writes its cells. */
export interface CellForm {
  /** The texts that stand for no value. */
  readonly missing: ReadonlySet<string>;
  /** The decimal sign. With "," points and spaces may group thousands, with "." commas may. */
  readonly decimal: "." | ",";
  /** True if a number stands for no value, such as -99. */
  readonly hasMissingNumbers: boolean;
}

/** A form with these texts for missing values, and this decimal sign. */
export function cellForm(missing: Iterable<string>, decimal: "." | ","): CellForm {
  const form: CellForm = { missing: new Set(missing), decimal, hasMissingNumbers: false };
  return { ...form, hasMissingNumbers: [...form.missing].some((text) => !Number.isNaN(numberIn(text, form))) };
}

/** The texts that pandas, R, SQL and the UCI repository write for no value. */
export const missingTexts: readonly string[] = [
  ...["", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NAN", "-nan", "null", "NULL", "Null", "None", "NONE"],
  ...["?", "-", "--", "."],
];

/** True for a cell without a value. */
export const isMissing = (cell: Cell | undefined, { missing }: CellForm): boolean =>
  cell === null || cell === undefined || (typeof cell === "string" && missing.has(cell.trim()));

const grouped = { ".": /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/, ",": /^[+-]?\d{1,3}([. \u00a0\u202f]\d{3})+(,\d*)?$/ };

export const defaultForm: CellForm = cellForm(missingTexts, ".");

/**
 * The number that a cell says, NaN if it says none. Infinity is none, nor are 0x1f and integers that begin with 0,
 * such as a postal code: those are names. Integers beyond 2⁵³, which a number cannot hold, are names too.
 */
export function numberIn(cell: Cell, { decimal }: CellForm): number {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : NaN;
  if (typeof cell !== "string") return NaN;
  let text = cell;
  if (decimal === ",") {
    if (grouped[","].test(text.trim())) text = text.replace(/[. \u00a0\u202f]/g, "");
    else if (text.includes(".")) return NaN;
    text = text.replace(",", ".");
  }
  let value = Number(text);
  if (value !== value && decimal === "." && grouped["."].test(text.trim())) value = Number(text.replaceAll(",", ""));
  if (value - value !== 0) return NaN;
  // What begins with 1 … 9 and is short, and "0.5", are plain numbers; the rest is looked at more closely.
  const [zero, nine, point] = [48, 57, 46];
  const start = text.startsWith("-") ? 1 : 0;
  const first = text.charCodeAt(start);
  if (first > zero && first <= nine && text.length < 16) return value;
  if (first === zero && (text.length === start + 1 || text.charCodeAt(start + 1) === point)) return value;
  const digits = text.trim().replace(/^[+-]/, "");
  if (digits === "" || /^0[\dxob]/i.test(digits)) return NaN;
  return /^\d+$/.test(digits) && !Number.isSafeInteger(value) ? NaN : value;
}

const words: readonly (readonly [yes: string, no: string])[] = [
  ["true", "false"],
  ["yes", "no"],
  ["t", "f"],
  ["y", "n"],
];

/** Which of the pairs true/false, yes/no, t/f and y/n a word belongs to, as bits; 0 for any other word. */
export function booleanPairs(cell: Cell): number {
  if (typeof cell === "boolean") return 1;
  if (typeof cell !== "string" || cell.length > 8) return 0;
  const word = cell.trim().toLowerCase();
  return words.reduce((bits, [yes, no], i) => (word === yes || word === no ? bits | (1 << i) : bits), 0);
}

/** 1 or 0 of a cell that {@link booleanPairs} knows. */
export const booleanIn = (cell: Cell): number =>
  typeof cell === "boolean" ? Number(cell) : /^\s*[ty]/i.test(String(cell)) ? 1 : 0;

/** The milliseconds since 1970 that a cell says in this order, NaN if it says no date. */
export const dateIn = (cell: Cell, order: DateOrder): number =>
  typeof cell === "string" ? parseDate(cell.trim(), order) : NaN;

/** The orders in which a cell can be read as a date, as bits. */
export const dateOrdersOf = (cell: Cell): number =>
  typeof cell === "string" && /^\s*\d/.test(cell)
    ? dateOrders.reduce((bits, order, i) => (Number.isNaN(dateIn(cell, order)) ? bits : bits | (1 << i)), 0)
    : 0;

/**
 * The decimal sign that cells prove: "," if some have digits behind a comma that cannot be a group of thousands, as
 * "0,5" and "12,25", and none has them behind a point; else ".".
 */
export function decimalIn(rows: readonly (readonly (Cell | undefined)[])[]): "." | "," {
  let comma = false;
  for (const row of rows)
    for (const cell of row) {
      if (typeof cell !== "string" || cell.length > 40) continue;
      const text = cell.trim();
      if (/^[+-]?\d*\.\d+(e[+-]?\d+)?$/i.test(text) && !grouped[","].test(text)) return ".";
      comma ||= /^[+-]?(\d*,(\d{1,2}|\d{4,})|0?,\d+|\d{4,},\d+|\d{1,3}(\.\d{3})+,\d+)$/.test(text);
    }
  return comma ? "," : ".";
}
