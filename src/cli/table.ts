// Tables and numbers as text.
import { stripVTControlCharacters } from "node:util";

export interface TableOptions {
  /** The columns that are set flush right, counted from 0. */
  readonly right?: readonly number[];
  /** Stands before each line. Default: two spaces. */
  readonly indent?: string;
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Rows with their columns set one under the other. Colours do not count. */
export function table(rows: readonly (readonly string[])[], { right = [], indent = "  " }: TableOptions = {}): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const space = " ".repeat(widths[i]! - widthOf(cell));
        return right.includes(i) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return rows.map((row) => indent + line(row)).join("\n");
}

/** 60000 → `60,000` */
export function thousands(n: number): string {
  return Math.round(n).toLocaleString("en-US");
}

/** 0.9665 → `96.65 %` */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** A measure as people read it: shares as percentages, anything else with four digits. */
export function measure(name: string, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return /accuracy/i.test(name) ? percent(value) : String(Number(value.toPrecision(4)));
}

/** 83 s → `1 min 23 s`, 0.004 s → `4 ms` */
export function duration(seconds: number): string {
  if (seconds < 0.05) return `${Math.ceil(1000 * seconds)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
