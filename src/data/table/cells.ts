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
  /** More texts that stand for no value in a column of numbers or dates; elsewhere they are words like others. */
  readonly absent: ReadonlySet<string>;
  /** The decimal sign. Commas (with "," points), spaces and "_" may group thousands. */
  readonly decimal: "." | ",";
  /** True if a number stands for no value, such as -99. */
  readonly hasMissingNumbers: boolean;
}

/** A form with these texts for missing values, and this decimal sign. Default: the usual texts. */
export function cellForm(missing: Iterable<string> | undefined, decimal: "." | ","): CellForm {
  const absent = missing ? new Set<string>() : new Set(absentTexts);
  const form: CellForm = { missing: new Set(missing ?? missingTexts), absent, decimal, hasMissingNumbers: false };
  return { ...form, hasMissingNumbers: [...form.missing].some((text) => !Number.isNaN(numberIn(text, form))) };
}

/** Each text as it is, in small letters, in capitals, and with a capital first. */
const inAllCases = (texts: readonly string[]): readonly string[] =>
  texts.flatMap((text) => [text, text.toLowerCase(), text.toUpperCase(), text[0]!.toUpperCase() + text.slice(1)]);

/** The texts that pandas, R, SQL and the UCI repository write for no value. */
const missingTexts: readonly string[] = [
  ...["", "NA", "<NA>", "NaN", "-NaN", "None", "NONE", "?", "-", "--", "\u2013", "\u2014", "."],
  ...inAllCases(["n/a", "#n/a", "nan", "-nan", "null", "no data", "нет данных", "н/д"]),
];

/** Words that say "no value" among numbers and dates, but may be an answer, a chemical element, … among words. */
const absentTexts: readonly string[] = inAllCases([
  ...["none", "missing", "na", "n.a.", "nil", "no", "unknown", "undefined", "нет", "неизвестно"],
]);

/** True for a cell without a value. */
export const isMissing = (cell: Cell | undefined, { missing }: CellForm): boolean =>
  cell === null || cell === undefined || (typeof cell === "string" && missing.has(cell.trim()));

/** True for a cell without a value of a column of numbers or dates; an infinite number is none there. */
export function isAbsent(cell: Cell | undefined, form: CellForm): boolean {
  if (isMissing(cell, form)) return true;
  if (typeof cell === "number") return !Number.isFinite(cell);
  if (typeof cell !== "string" || cell.length > 400) return false;
  const text = cell.trim();
  if (form.absent.has(text) || /^[+-]?(inf|infinity|∞)$/i.test(text)) return true;
  return /^[+-]?[\d.]+(e\+?\d+)?$/i.test(text) && Math.abs(Number(text)) === Infinity;
}

const grouped = {
  ".": /^[+-]?\d{1,3}(?:([,_ \u00a0\u202f])\d{3})(?:\1\d{3})*(\.\d*)?$/,
  ",": /^[+-]?\d{1,3}(?:([._ \u00a0\u202f])\d{3})(?:\1\d{3})*(,\d*)?$/,
};

export const defaultForm: CellForm = cellForm(undefined, ".");

/** True for an integer beyond 2⁵³, whose last digits a number cannot hold. */
export const isLongInteger = (cell: Cell): boolean =>
  typeof cell === "string" && cell.length > 15 && /^\s*[+-]?\d+\s*$/.test(cell) && !Number.isSafeInteger(Number(cell));

const unit = /^([+-]?)\s*([$€£¥₽])\s*|\s*([$€£¥₽%])$/;

/**
 * A reader of the numbers of one column: as {@link numberIn}, and with one sign of a currency or "%" before or behind
 * them, the same for the whole column, which is left out: "5%" is 5. NaN for a cell that says no such number.
 */
export function numberReader(form: CellForm): (cell: Cell) => number {
  let own = "";
  return (cell) => {
    const plain = numberIn(cell, form);
    if (plain === plain || typeof cell !== "string" || cell.length > 40) return plain;
    const text = cell.trim();
    const [, , before, behind] = unit.exec(text) ?? [];
    const sign = before ?? behind;
    if (sign === undefined || (own !== "" && sign !== own)) return NaN;
    const value = numberIn(text.replace(unit, "$1"), form);
    if (value === value) own = sign;
    return value;
  };
}

/**
 * The number that a cell says, NaN if it says none. Infinity is none, nor are 0x1f and integers that begin with 0,
 * such as a postal code: those are names.
 */
export function numberIn(cell: Cell, { decimal }: CellForm): number {
  if (typeof cell === "number") return Number.isFinite(cell) ? cell : NaN;
  if (typeof cell !== "string") return NaN;
  let text = cell;
  if (decimal === ",") {
    if (grouped[","].test(text.trim())) text = text.replace(/[._ \u00a0\u202f]/g, "");
    else if (text.includes(".")) return NaN;
    text = text.replace(",", ".");
  }
  let value = Number(text);
  if (value !== value && decimal === "." && grouped["."].test(text.trim()))
    value = Number(text.replace(/[,_ \u00a0\u202f]/g, ""));
  if (value - value !== 0) return NaN;
  // What begins with 1 … 9 and is short, and "0.5", are plain numbers; the rest is looked at more closely.
  const [zero, nine, point] = [48, 57, 46];
  const start = text.startsWith("-") ? 1 : 0;
  const first = text.charCodeAt(start);
  if (first > zero && first <= nine && text.length < 16) return value;
  if (first === zero && (text.length === start + 1 || text.charCodeAt(start + 1) === point)) return value;
  const digits = text.trim().replace(/^[+-]/, "");
  if (digits === "" || /^0[\dxob]/i.test(digits)) return NaN;
  return value;
}

const pairs: readonly (readonly [no: string, yes: string])[] = [
  ...([
    ["false", "true"],
    ["no", "yes"],
    ["f", "t"],
    ["n", "y"],
    ["off", "on"],
  ] as const),
  ...([
    ["нет", "да"],
    ["non", "oui"],
    ["nein", "ja"],
  ] as const),
];

const wordValues = new Map<string, readonly [pair: number, value: number]>(
  pairs.flatMap(([no, yes], i) => [[no, [i, 0]] as const, [yes, [i, 1]] as const]),
);

const wordOf = (cell: Cell): readonly [pair: number, value: number] | undefined =>
  typeof cell === "string" && cell.length <= 8 ? wordValues.get(cell.trim().toLowerCase()) : undefined;

/** All that {@link booleanPairs} can say. */
export const allPairs = 2 ** pairs.length - 1;

/** Which of the pairs true/false, yes/no, t/f, y/n, on/off, … a word belongs to, as a bit; 0 for any other word. */
export function booleanPairs(cell: Cell): number {
  if (typeof cell === "boolean") return 1;
  const word = wordOf(cell);
  return word ? 1 << word[0] : 0;
}

/** 1 or 0 of a cell that {@link booleanPairs} knows. */
export const booleanIn = (cell: Cell): number => (typeof cell === "boolean" ? Number(cell) : (wordOf(cell)?.[1] ?? 0));

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
      const text = cell.trim().replace(unit, "$1");
      if (/^[+-]?\d*\.\d+(e[+-]?\d+)?$/i.test(text) && !grouped[","].test(text)) return ".";
      comma ||= /^[+-]?(\d*,(\d{1,2}|\d{4,})|0?,\d+|\d{4,},\d+|\d{1,3}(\.\d{3})+,\d+)$/.test(text);
    }
  return comma ? "," : ".";
}
