// Reads a column as one of another type: the numbers of one file may be the categories of another.
import { ArgumentError, quote } from "../../errors.ts";
import { columnBuilder } from "./build-column.ts";
import { type Cell, defaultForm } from "./cells.ts";
import type { ColumnInfo, TableColumn } from "./column.ts";

const isNumeric = (type: string): boolean => type === "number" || type === "integer";

/**
 * A column as one of the type of `info`: itself if it is.
 *
 * @throws ArgumentError for a value that the type does not hold
 */
export function retyped(column: TableColumn, info: ColumnInfo): TableColumn {
  if (column.type === info.type || (isNumeric(column.type) && isNumeric(info.type))) return column;
  if (info.type === "number" && column.type === "boolean") return column;
  const { categories: _, ...own } = info;
  const builder = columnBuilder(own, defaultForm);
  for (let i = 0; i < column.values.length; i++) {
    const cell = cellAt(column, i);
    if (builder.push(cell)) continue;
    const noun = info.type === "integer" ? "an integer" : `a ${info.type}`;
    throw new ArgumentError(`column ${quote(info.name)}, row ${i + 1}: expected ${noun}, got ${quote(String(cell))}.`);
  }
  return builder.finish(info.name);
}

/** A value as a file would say it. */
export function cellAt(column: TableColumn, index: number): Cell {
  const value = column.values[index]!;
  if (column.type === "text") return value;
  if (column.type === "category") return column.categories[value as number] ?? null;
  if (Number.isNaN(value)) return null;
  if (column.type === "boolean") return value === 1;
  return column.type === "date" ? new Date(value as number).toISOString() : value;
}
