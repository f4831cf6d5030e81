// Decides whether the first row of a CSV holds the names of its columns, and makes names where there are none.
import { defaultForm, isMissing, numberIn } from "./cells.ts";
import type { TableNote } from "./row-block.ts";

/** True if the first row holds names, false if it is data, "auto" if its looks decide; or the names themselves. */
export type HeaderOption = boolean | "auto" | readonly string[];

/** The head of a CSV. */
export interface CsvHeader {
  readonly names: readonly string[];
  /** As many rows at the beginning are no data. */
  readonly rows: number;
  /** The classes whose numbers the last column holds, as scikit-learn's files say in their first row. */
  readonly classNames?: readonly string[] | undefined;
  /** What was decided and may not be meant. */
  readonly notes?: readonly TableNote[];
}

/**
 * The names of the columns. With "auto", the first row holds names
 * - if none of its cells is empty or a number, but for the first one, which may be empty,
 * - if some cells are words above columns of numbers, and the others are empty, words or years,
 * - if it counts 0, 1, 2, …, as pandas names columns that have no names,
 * - or if it holds different years, two at least, each outside of the range of the numbers below it, and nothing else.
 *
 * Any other first row is data. A note tells of the last case, and of different integers outside of those ranges which
 * are no years. scikit-learn's files begin with the counts of rows
 * and features and the names of the classes: their columns are called feature_1 … and target.
 */
export function findHeader(rows: readonly (readonly string[])[], option: HeaderOption): CsvHeader {
  const [first = [], second] = rows;
  if (Array.isArray(option)) return { names: uniqueNames(option as readonly string[]), rows: 0 };
  const classNames = option === "auto" && second ? sklearnClasses(first, second) : null;
  if (classNames) {
    const names = second!.map((_, i) => (i === second!.length - 1 ? "target" : `feature_${i + 1}`));
    return { names, rows: 1, classNames };
  }
  const guess = option === "auto" ? guessHeader(first, rows.slice(1)) : { isHeader: option === true, notes: [] };
  const { isHeader, notes } = guess;
  return { names: uniqueNames(isHeader ? first : first.map(() => "")), rows: isHeader ? 1 : 0, notes };
}

const isNumber = (cell: string): boolean => !Number.isNaN(numberIn(cell, defaultForm)) || /^\s*[+-]?\d/.test(cell);

/** Numbers below a row prove something about it from as many columns and rows on. */
const fewestColumns = 3;
const fewestRows = 10;

const isYear = (cell: string): boolean => /^\s*(1[89]|20|21)\d\d\s*$/.test(cell);

function guessHeader(
  first: readonly string[],
  below: readonly (readonly string[])[],
): { isHeader: boolean; notes: readonly TableNote[] } {
  if (looksLikeNames(first)) return { isHeader: true, notes: [] };
  const ranges = first.map((_, i) => rangeOf(below.map((row) => row[i] ?? "")));
  const isWord = (cell: string): boolean => !isMissing(cell, defaultForm) && !isNumber(cell);
  const isNamed = first.some((cell, i) => ranges[i] && isWord(cell));
  if (isNamed && first.every((cell) => cell.trim() === "" || isWord(cell) || isYear(cell)))
    return { isHeader: true, notes: [] };
  const isInteger = first.every((cell) => /^\s*\d+\s*$/.test(cell));
  const isOutside = first.every((cell, i) => ranges[i] && (Number(cell) < ranges[i][0] || Number(cell) > ranges[i][1]));
  if (!isInteger || !isOutside || first.length < 2 || new Set(first).size < first.length)
    return { isHeader: false, notes: [] };
  const shown = first.slice(0, 5).join(", ") + (first.length > 5 ? ", …" : "");
  if (first.every(isYear))
    return {
      isHeader: true,
      notes: [
        {
          en:
            `The first row (${shown}) is taken for the names of the columns, since its integers are years that none ` +
            "of the columns holds; a row of names above it says otherwise.",
          ru:
            `Первая строка (${shown}) принята за названия столбцов: это годы, которых нет среди значений столбцов. ` +
            "Если это данные, добавьте над ней строку с названиями.",
        },
      ],
    };
  if (first.length < fewestColumns || below.length < fewestRows) return { isHeader: false, notes: [] };
  return {
    isHeader: false,
    notes: [
      {
        en:
          `The first row (${shown}) is taken for data, since its integers are no years; if they are names, write ` +
          "them with a letter.",
        ru:
          `Первая строка (${shown}) принята за данные: её целые числа — не годы. Если это названия столбцов, ` +
          "добавьте к ним букву.",
      },
    ],
  };
}

/** The least and the greatest of numbers; null if there are none or a cell says another thing. */
function rangeOf(cells: readonly string[]): readonly [least: number, greatest: number] | null {
  const present = cells.filter((cell) => !isMissing(cell, defaultForm));
  // A decimal comma is a sign of numbers here, too.
  const numbers = present.map((cell) => numberIn(cell.replace(/^([^.,]*),([^.,]*)$/, "$1.$2"), defaultForm));
  if (numbers.length === 0 || numbers.some(Number.isNaN)) return null;
  return numbers.reduce<[number, number]>(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
}

function looksLikeNames(first: readonly string[]): boolean {
  if (first.length > 2 && first.every((cell, i) => cell.trim() === String(i))) return true;
  const [, ...others] = first;
  // The first cell may be empty: a column of row numbers has no name in files that pandas and R write.
  return !isNumber(first[0]!) && others.every((cell) => !isMissing(cell, defaultForm) && !isNumber(cell));
}

function sklearnClasses(first: readonly string[], second: readonly string[]): readonly string[] | null {
  const [rows = "", features = "", ...names] = first;
  if (!/^\d+$/.test(rows) || Number(features) !== second.length - 1 || names.length === 0) return null;
  return names.some(isNumber) ? null : names;
}

/** Names without spaces at their ends, none empty, none twice: `a`, `column_2`, `a_2`. */
function uniqueNames(given: readonly string[]): string[] {
  const taken = new Set<string>();
  return given.map((cell, i) => {
    const name = cell.trim() || `column_${i + 1}`;
    let own = name;
    for (let n = 2; taken.has(own); n++) own = `${name}_${n}`;
    taken.add(own);
    return own;
  });
}
