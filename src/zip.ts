// Walks lists side by side.

/** The i-th entries of lists together, for each entry of the first: `zip([1, 2], [3, 4])` is `[[1, 3], [2, 4]]`. */
export function zip<L extends readonly [readonly unknown[], ...(readonly unknown[])[]]>(
  ...lists: L
): { -readonly [K in keyof L]: L[K][number] }[] {
  return lists[0].map((_, i) => lists.map((list) => list[i])) as any;
}

/** A list of the same length with entries of another type. */
export type Each<L extends readonly unknown[], T> = { -readonly [K in keyof L]: T };
