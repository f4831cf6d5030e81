// Formats tables as text.
import { stripVTControlCharacters } from "node:util";

export interface TableOptions {
  /** The indices of the columns that are aligned to the right. */
  readonly right?: readonly number[];
  /** The text before each line. Default: two spaces. */
  readonly indent?: string;
}

const widthOf = (text: string): number => stripVTControlCharacters(text).length;

/** Formats rows with aligned columns. Escape sequences of colours do not count as width. */
export function table(rows: readonly (readonly string[])[], { right = [], indent = "  " }: TableOptions = {}): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, widthOf(cell))));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => {
        const space = " ".repeat((widths[i] ?? 0) - widthOf(cell));
        return right.includes(i) ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd();
  return rows.map((row) => indent + line(row)).join("\n");
}
