// What there is to say about the values of a column.
import type { TableColumn } from "./column.ts";

/** Statistics of a column, of the values that are not missing. */
export interface ColumnStatistics {
  readonly name: string;
  readonly type: TableColumn["type"];
  /** The number of rows. */
  readonly count: number;
  readonly missing: number;
  /** The number of different values. */
  readonly distinct: number;
  /** The arithmetic mean, of numbers, booleans and dates; a date in milliseconds. NaN without values. */
  readonly mean?: number;
  /** √(Σ(x − mean)² / n). */
  readonly deviation?: number;
  readonly least?: number;
  /** The middle one of the sorted values, or the mean of the two middle ones. */
  readonly median?: number;
  readonly greatest?: number;
  /** The ten most frequent categories with their counts, the most frequent first. */
  readonly top?: readonly (readonly [category: string, count: number])[];
}

/** The statistics of a column. */
export function statisticsOf(column: TableColumn): ColumnStatistics {
  const { name, type } = column;
  const count = column.values.length;
  if (column.type === "text") {
    const present = column.values.filter((text) => text !== null);
    return { name, type, count, missing: count - present.length, distinct: new Set(present).size };
  }
  if (column.type === "category") {
    const counts = countCategories(column.values, column.categories.length);
    const missing = count - counts.reduce((a, b) => a + b, 0);
    const top = column.categories
      .map((category, i): [string, number] => [category, counts[i]!])
      .filter(([, often]) => often > 0)
      .sort(([, a], [, b]) => b - a);
    return { name, type, count, missing, distinct: top.length, top: top.slice(0, 10) };
  }
  const sorted = column.values.filter((value) => value === value).sort();
  const n = sorted.length;
  const mean = column.values.reduce((sum, value) => (value === value ? sum + value : sum), 0) / n;
  const squares = column.values.reduce((sum, value) => (value === value ? sum + (value - mean) ** 2 : sum), 0);
  let distinct = 0;
  for (let i = 0; i < n; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) distinct++;
  const at = (i: number): number => sorted[i] ?? NaN;
  const median = (at((n - 1) >> 1) + at(n >> 1)) / 2;
  const deviation = Math.sqrt(squares / n);
  return {
    name,
    type,
    count,
    missing: count - n,
    distinct,
    mean,
    deviation,
    least: at(0),
    median,
    greatest: at(n - 1),
  };
}

/** How often each category comes. */
function countCategories(codes: Int32Array, length: number): number[] {
  const counts = new Array<number>(length).fill(0);
  for (const code of codes) if (code >= 0) counts[code]!++;
  return counts;
}
