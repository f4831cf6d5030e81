// Rows of a table as examples.
import { dateText, type NumericColumn, type TableColumn } from "../data/table/column.ts";
import type { Table } from "../data/table/table.ts";
import { ArgumentError, printable, quote } from "../errors.ts";
import { thousands } from "../quantities.ts";
import type { Examples } from "./learn.ts";
import { reportWords } from "./report/words.ts";
import { learnRowEncoder, type RowEncoder } from "./row-encoder.ts";
import { answersOf, type Task } from "./target.ts";

/** How a table is learnt from. */
export interface TableTask {
  /** The column that is predicted. */
  readonly target: string;
  /** Default: what follows from the target's values. */
  readonly task?: Task | undefined;
  /** A column whose equal values stay on one side of each split; it is no input. */
  readonly group?: string | undefined;
}

const words = reportWords.en;

/** The number of the group of each row: equal values have one. */
function groupCodes(column: TableColumn): Int32Array {
  const numbers = new Map<unknown, number>();
  return Int32Array.from(column.values as ArrayLike<unknown>, (value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  });
}

/** The number of columns by which a row is described, and the length of a text. */
const [fewColumns, fewLetters] = [6, 160];

function describeRow(table: Table, names: readonly string[], row: number): string {
  const shown = names.slice(0, fewColumns);
  const values = table.row(row);
  const texts = shown.flatMap((name) => {
    const [value, column] = [values[name]!, table.column(name)];
    if (value === null) return [];
    const text = value instanceof Date ? dateText(column as NumericColumn, value.getTime()) : String(value);
    return [shown.length === 1 ? text : `${name} ${text}`];
  });
  return printable(texts.join(", "), fewLetters);
}

/**
 * The rows of a table as examples.
 *
 * @throws ArgumentError for a column that is not there, or cannot be predicted
 */
export function tableExamples(table: Table, { target, task, group }: TableTask): Examples<Table> {
  const answers = answersOf(table.column(target), task);
  const names = table.names.filter((name) => name !== target && name !== group);
  if (names.length === 0) throw new ArgumentError(`expected columns beside the target to predict it from, got none.`);
  return {
    size: table.size,
    answers,
    learnEncoder(rows): RowEncoder {
      const encoder = learnRowEncoder(table, names, rows);
      if (encoder.columns.length > 0) return encoder;
      const told = encoder.uses
        .slice(0, fewColumns)
        .map((use) => `${quote(use.name)}: ${words.column(use, thousands)}`);
      throw new ArgumentError(`expected a column to predict the target from, got none of use (${told.join("; ")}).`);
    },
    take: (rows) => table.rows(rows),
    groups: group === undefined ? null : groupCodes(table.column(group)),
    inTime: false,
    heldOut: null,
    skipped: [],
    lastValues: null,
    moves: null,
    describe: (row) => describeRow(table, names, row),
    json: { kind: "table" },
  };
}
