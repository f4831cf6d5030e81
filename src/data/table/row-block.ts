// Some rows of a table's file, as every format gives them.
import type { Cell } from "./cells.ts";

/** A sentence on what was decided when a table was read and may not be meant, in English and in Russian. */
export interface TableNote {
  readonly en: string;
  readonly ru: string;
}

/** Rows that follow one another. */
export interface RowBlock {
  /** The names of the columns so far; in JSON lines, later blocks may have more. */
  readonly names: readonly string[];
  /** The cells of each row; those at the end may be left out. */
  readonly rows: readonly (readonly (Cell | undefined)[])[];
  /** What was decided about the file and may not be meant. */
  readonly notes?: readonly TableNote[];
  /** Says in which place of the file the i-th of the rows begins: "line 12". */
  whereOf(i: number): string;
}
