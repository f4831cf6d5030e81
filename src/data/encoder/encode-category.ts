// Categories as a network takes them: a place each, or an index for an embedding.

import { type CategoryColumn, sortTexts, type TableColumn } from "../table/column.ts";
import type { CategoryCode, ColumnEncoder, ColumnLearner } from "./column-encoder.ts";

/** Learns which categories there are, the most frequent ones if there are more than `most`. */
export class CategoryLearner implements ColumnLearner {
  readonly #code: Pick<CategoryCode, "kind" | "name">;
  readonly #most: number;
  readonly #counts = new Map<string, number>();
  #missing = 0;

  constructor(code: Pick<CategoryCode, "kind" | "name">, most: number) {
    this.#code = code;
    this.#most = most;
  }

  see(column: TableColumn): void {
    const { values, categories } = column as CategoryColumn;
    const counts = new Array<number>(categories.length).fill(0);
    for (const value of values) {
      if (value < 0) this.#missing++;
      else counts[value]!++;
    }
    counts.forEach((count, i) => {
      const category = categories[i]!;
      if (count > 0) this.#counts.set(category, (this.#counts.get(category) ?? 0) + count);
    });
  }

  finish(): CategoryCode {
    const sorted = sortTexts(this.#counts.keys());
    const frequent = sorted.toSorted((a, b) => this.#counts.get(b)! - this.#counts.get(a)!).slice(0, this.#most);
    return { ...this.#code, categories: sortTexts(frequent), hasMissing: this.#missing > 0 };
  }
}

/**
 * Writes a 1 in one of k + 1 places: that of the category, or the last one for a category that was not learnt. A
 * missing one has a place of its own after it, if some were missing in the training part. The index is 1 to k, and 0
 * for all others.
 */
export function categoryEncoder(code: CategoryCode): ColumnEncoder {
  const { name, kind, categories, hasMissing } = code;
  const places = new Map(categories.map((category, i) => [category, i]));
  const other = categories.length;
  const labels = [...categories.map((category) => `${name}=${category}`), `${name} is another`];
  if (kind === "index")
    return {
      code,
      names: [name],
      write(column, out, at, stride) {
        const indexOf = (column as CategoryColumn).categories.map((category) => 1 + (places.get(category) ?? -1));
        column.values.forEach((value, i) => {
          out[at + i * stride] = indexOf[value as number] ?? 0;
        });
      },
    };
  const missing = hasMissing ? other + 1 : other;
  return {
    code,
    names: hasMissing ? [...labels, `${name} is missing`] : labels,
    write(column, out, at, stride) {
      const placeOf = (column as CategoryColumn).categories.map((category) => places.get(category) ?? other);
      column.values.forEach((value, i) => {
        out.fill(0, at + i * stride, at + i * stride + missing + 1);
        out[at + i * stride + (placeOf[value as number] ?? missing)] = 1;
      });
    },
  };
}
