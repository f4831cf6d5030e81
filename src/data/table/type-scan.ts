// Finds out the type of a column of a stream, whose cells are seen and not kept.

import { absenceOf, readerOf } from "./build-column.ts";
import type { Cell, CellForm, ColumnType } from "./cells.ts";
import type { ColumnInfo, NumericColumn } from "./column.ts";
import { ColumnScan } from "./infer-column.ts";

/** A column of categories has at most as many of them as this. */
const mostCategories = 2 ** 16;

/** Sees the cells of a column of a type that is expected ("numbers", say), given, or to be inferred (null). */
export class TypeScan {
  readonly #form: CellForm;
  readonly #info: ColumnInfo | null;
  readonly #read: ((cell: Cell) => number) | null;
  readonly #scan: ColumnScan | null;
  #isInteger = true;
  #present = 0;
  /** The type that the user has given, if any. */
  readonly given: ColumnType | undefined;

  constructor(wanted: ColumnInfo | "numbers" | null, form: CellForm, given?: ColumnType) {
    this.#form = form;
    this.#info = wanted === "numbers" ? null : wanted;
    this.#read = wanted === null ? null : readerOf(wanted, form);
    this.#scan = this.#read ? null : new ColumnScan(form, wanted ? mostCategories : undefined);
    this.given = given;
  }

  /** False for a cell that the type does not hold. */
  see(cell: Cell | undefined): boolean {
    if (!this.#read) {
      this.#scan?.see(cell);
      return true;
    }
    const value = cell === undefined || cell === null ? Number.NaN : this.#read(cell);
    if (value !== value) return absenceOf((this.#info?.type ?? null) as NumericColumn["type"] | null)(cell, this.#form);
    this.#present++;
    if (this.#isInteger && !Number.isSafeInteger(value)) this.#isInteger = false;
    return true;
  }

  /** The type, of all cells seen. */
  info(name: string): ColumnInfo {
    if (this.#info?.type === "category") return { name, type: "category", categories: this.#scan!.categories };
    if (this.#info) return { ...this.#info, name };
    if (this.#scan) return this.#scan.info(name);
    return { name, type: this.#isInteger && this.#present > 0 ? "integer" : "number" };
  }
}
