// Decides whether the first row of a CSV holds the names of its columns, and makes names where there are none.
import { defaultForm, isMissing, numberIn } from "./cells.ts";

/** True if the first row holds names, false if it is data, "auto" if its looks decide; or the names themselves. */
export type HeaderOption = boolean | "auto" | readonly string[];

/** The head of a CSV. */
export interface CsvHeader {
  readonly names: readonly string[];
  /** As many rows at the beginning are no data. */
  readonly rows: number;
  /** The classes whose numbers the last column holds, as scikit-learn's files say in their first row. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * The names of the columns. With "auto", the first row holds names if none of its cells is empty or a number, or if
 * it counts 0, 1, 2, …, as pandas names columns that have no names. scikit-learn's files begin with the counts of rows
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
  const isHeader = option === true || (option === "auto" && looksLikeNames(first));
  return { names: uniqueNames(isHeader ? first : first.map(() => "")), rows: isHeader ? 1 : 0 };
}

const isNumber = (cell: string): boolean => !Number.isNaN(numberIn(cell, defaultForm)) || /^\s*[+-]?\d/.test(cell);

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
