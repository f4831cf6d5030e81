// Finds columns that are no numbers because of a few cells only, which is more often an error than meant.
import { quote } from "../../errors.ts";
import { type Cell, type CellForm, isAbsent, numberReader } from "./cells.ts";
import type { TableColumn } from "./column.ts";
import type { TableNote } from "./row-block.ts";

/** As large a share of the values of a column may be odd, or one value. */
const largestShare = 0.05;
const fewestValues = 5;

/** The cells that make a column of numbers one of texts. */
export interface OddCells {
  readonly name: string;
  readonly count: number;
  /** The number of values in the column. */
  readonly present: number;
  /** The first of the cells, and its row. */
  readonly text: string;
  readonly row: number;
}

/** The few cells of a column of categories or texts that are no numbers while all others are; null if none are. */
export function oddCells(column: TableColumn, form: CellForm): OddCells | null {
  if (column.type !== "category" && column.type !== "text") return null;
  const read = numberReader(form);
  const isOdd = (cell: Cell): boolean => Number.isNaN(read(cell)) && !isAbsent(cell, form);
  const odd = column.type === "category" ? column.categories.map(isOdd) : [];
  let [count, present, row] = [0, 0, -1];
  for (let i = 0; i < column.values.length; i++) {
    const value = column.values[i]!;
    if (value === null || value === -1) continue;
    present++;
    if (!(typeof value === "number" ? odd[value] : isOdd(value))) continue;
    if (count === 0) row = i;
    count++;
  }
  if (count === 0 || present < fewestValues || count > Math.max(1, largestShare * present)) return null;
  const text = column.type === "category" ? column.categories[column.values[row]!]! : column.values[row]!;
  return { name: column.name, count, present, text, row };
}

/** The sentence that tells of such cells; `where` is the place of the first one, such as "line 12". */
export function oddNote({ name, count, present, text }: OddCells, where: string): TableNote {
  const [column, cell] = [quote(name), quote(text)];
  const line = where.replace(/^\D+/, "");
  return {
    en:
      `Column ${column} is no column of numbers because of ${count} of its ${present} values: ${cell} in ` +
      `${where}${count > 1 ? " is the first" : ""}. Emptied cells count as missing, and the column as numbers.`,
    ru:
      `Столбец ${column} не считается числовым: значений, которые не являются числами, ${count} из ${present}, ` +
      `${count > 1 ? "первое" : "это"} — ${cell} в строке ${line}. Если очистить такие ячейки, они будут считаться ` +
      "пропусками, а столбец — числовым.",
  };
}
