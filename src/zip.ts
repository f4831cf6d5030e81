// Walks lists side by side.

/** The i-th entries of lists together, for each entry of the first: `zip([1, 2], [3, 4])` is `[[1, 3], [2, 4]]`. */
export function zip<L extends readonly [readonly unknown[], ...(readonly unknown[])[]]>(
  ...lists: L
): { -readonly [K in keyof L]: L[K][number] }[] {
  // Plain loops: compiling asks for this more often than for anything else.
  const rows = new Array(lists[0].length);
  for (let i = 0; i < rows.length; i++) {
    const row = new Array(lists.length);
    for (let k = 0; k < row.length; k++) row[k] = lists[k]![i];
    rows[i] = row;
  }
  return rows as any;
}

/** A list of the same length with entries of another type. */
export type Each<L extends readonly unknown[], T> = { -readonly [K in keyof L]: T };
