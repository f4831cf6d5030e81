// What becomes of each column of a table: how it is read, or why it is left out.
import type { TableColumn } from "../data/table/column.ts";
import { type Encoding, type LeftOut, widthOf } from "./column-encoding.ts";

/** How a column was read. */
export interface ColumnUse {
  readonly name: string;
  /** Null for a column that is left out. */
  readonly use: "number" | "boolean" | "category" | "date" | "text" | null;
  /** Why it is left out. */
  readonly reason?: LeftOut;
  /** The number of different values in the training part. */
  readonly values: number;
  /** The number of rows of the training part that have a value. */
  readonly rows: number;
  /** The number of inputs of the network that it becomes. */
  readonly inputs: number;
}

/** How a column with this encoding is read, counted over these rows. */
export function columnUse(column: TableColumn, rows: ArrayLike<number>, learnt: Encoding | LeftOut): ColumnUse {
  const different = new Set<unknown>();
  let present = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = column.values[rows[i]!];
    if (value === null || (typeof value === "number" && Number.isNaN(value))) continue;
    if (column.type === "category" && (value as number) < 0) continue;
    different.add(value);
    present++;
  }
  const counts = { values: different.size, rows: present };
  if (typeof learnt === "string") return { name: column.name, use: null, reason: learnt, ...counts, inputs: 0 };
  const use = column.type === "boolean" ? "boolean" : learnt.kind;
  return { name: column.name, use, ...counts, inputs: widthOf(learnt) };
}

/** The columns with those that are left out in front, for lists that are cut. */
export const leftOutFirst = (columns: readonly ColumnUse[]): ColumnUse[] => [
  ...columns.filter(({ use }) => use === null),
  ...columns.filter(({ use }) => use !== null),
];
