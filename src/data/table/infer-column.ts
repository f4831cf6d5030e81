// Infers the type of a column from its cells, which are seen one after another and not kept.
import { dateOrders } from "../../formats/dates.ts";
import {
  allPairs,
  booleanPairs,
  type Cell,
  type CellForm,
  dateOrdersOf,
  isAbsent,
  isLongInteger,
  isMissing,
  numberReader,
} from "./cells.ts";
import { type ColumnInfo, sortTexts } from "./column.ts";

/** A column of more different texts than this is one of texts, not of categories. */
const mostCategories = 1000;

/** Few texts are categories however rarely each comes. */
const alwaysCategories = 10;

/**
 * What the cells of a column have in common.
 *
 * All numbers: "integer" if all are, else "number"; but integers that are all too long to be exact are names.
 * All words of one pair (true/false, yes/no, y/n, t/f, on/off, да/нет, …): "boolean".
 * All dates in one order of day, month and year: "date". Dates such as 01/02/2024 that fit two orders stay
 * categories, since only their writer knows the order. Other texts: "category" if there are at most 1000 different
 * ones, each twice on average or only ten in all, of at most four words on average; else "text".
 */
export class ColumnScan {
  readonly #form: CellForm;
  count = 0;
  missing = 0;
  readonly #read: (cell: Cell) => number;
  #isNumber = true;
  /** Numbers that are no integers beyond 2⁵³. */
  #numbers = 0;
  #dates = 0;
  #isInteger = true;
  #pairs = allPairs;
  #orders = 0b111;
  #words = 0;
  readonly #distinct = new Set<string>();

  readonly #most: number;

  /** Of a column whose type is given to be categories, up to `most` of them are kept. */
  constructor(form: CellForm, most = mostCategories) {
    this.#form = form;
    this.#read = numberReader(form);
    this.#most = most;
  }

  /** The categories, sorted. */
  get categories(): string[] {
    return sortTexts(this.#distinct);
  }

  see(cell: Cell | undefined): void {
    this.count++;
    if (cell === undefined || cell === null || isMissing(cell, this.#form)) {
      this.missing++;
      return;
    }
    if (this.#isNumber) {
      const value = this.#read(cell);
      if (value !== value) this.#isNumber = isAbsent(cell, this.#form);
      else {
        this.#isInteger &&= Number.isSafeInteger(value);
        if (!isLongInteger(cell)) this.#numbers++;
      }
    }
    if (this.#pairs !== 0) this.#pairs &= booleanPairs(cell);
    if (this.#orders !== 0) {
      const orders = dateOrdersOf(cell);
      if (orders !== 0) this.#dates++;
      if (orders !== 0 || !isAbsent(cell, this.#form)) this.#orders &= orders;
    }
    const text = String(cell);
    this.#words += wordsIn(text);
    if (this.#distinct.size <= this.#most) this.#distinct.add(text.trim());
  }

  /** The type, of the cells seen so far. A column without values is one of numbers. */
  info(name: string): ColumnInfo {
    const present = this.count - this.missing;
    if (present === 0) return { name, type: "number" };
    if (this.#isNumber && this.#numbers > 0) return { name, type: this.#isInteger ? "integer" : "number" };
    if (this.#pairs !== 0) return { name, type: "boolean" };
    const orders = dateOrders.filter((_, i) => this.#orders & (1 << i));
    if (orders.length === 1 && this.#dates > 0) return { name, type: "date", dates: orders[0]! };
    const { size } = this.#distinct;
    const isRepeated = size <= alwaysCategories || (size <= mostCategories && size <= present / 2);
    if (!isRepeated || this.#words > 4 * present) return { name, type: "text" };
    return { name, type: "category", categories: sortTexts(this.#distinct) };
  }
}

function wordsIn(text: string): number {
  let words = 1;
  for (let at = text.indexOf(" "); at >= 0; at = text.indexOf(" ", at + 1)) words++;
  return words;
}
