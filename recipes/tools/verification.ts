// Whether two pictures show the same: errors of a threshold on distances.

/** Distances of pairs that belong together, and of pairs that do not. */
export interface Pairs {
  readonly same: readonly number[];
  readonly different: readonly number[];
}

/** The Euclidean distances of all pairs of vectors, [count][n], of these owners. */
export function pairsOf(vectors: readonly ArrayLike<number>[], owners: ArrayLike<number>): Pairs {
  const [same, different]: [number[], number[]] = [[], []];
  for (let a = 0; a < vectors.length; a++)
    for (let b = a + 1; b < vectors.length; b++)
      (owners[a] === owners[b] ? same : different).push(distance(vectors[a]!, vectors[b]!));
  return { same, different };
}

/** √Σ (aᵢ − bᵢ)² */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum);
}

/** A threshold, and its errors: different pairs that are let in, and same pairs that are refused. */
export interface Rates {
  readonly threshold: number;
  readonly accepted: number;
  readonly refused: number;
}

/** The errors of `count` thresholds, at equal steps through the distances of pairs that belong together. */
export function ratesOf({ same, different }: Pairs, count: number): Rates[] {
  const [near, far] = [same.toSorted((a, b) => a - b), different.toSorted((a, b) => a - b)];
  return Array.from({ length: count }, (_, i) => {
    const threshold = near[Math.min(near.length - 1, Math.floor((i * near.length) / (count - 1)))]!;
    return {
      threshold,
      accepted: countUpTo(far, threshold) / far.length,
      refused: 1 - countUpTo(near, threshold) / near.length,
    };
  });
}

/** How many of the ascending numbers are at most x. */
function countUpTo(ascending: readonly number[], x: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The equal error rate: the threshold at which as great a share of different pairs is let in as of same pairs is
 * refused, and the mean of the two shares there, which differ by a pair at most.
 */
export function equalErrorRate(pairs: Pairs): { readonly threshold: number; readonly rate: number } {
  const all = ratesOf(pairs, pairs.same.length + 1);
  const best = all.reduce((a, b) => (Math.abs(a.accepted - a.refused) <= Math.abs(b.accepted - b.refused) ? a : b));
  return { threshold: best.threshold, rate: (best.accepted + best.refused) / 2 };
}
