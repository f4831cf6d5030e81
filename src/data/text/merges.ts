// The heart of byte-pair encoding: which pairs are merged, and the merging of a word.
import { mostTokens } from "./tokenizer.ts";

/** Tokens of a word, and how often it occurs. */
export interface CountedWord {
  tokens: number[];
  readonly count: number;
}

/** One number for a pair of tokens, which orders pairs by the first token, then by the second. */
export const pairKey = (a: number, b: number): number => a * mostTokens + b;

/**
 * Merges the neighbours of a word, the pair that was learnt first at each step, until none is left. `ranks` has the new
 * token of each pair; lower numbers were learnt earlier.
 */
export function mergeWord(tokens: number[], ranks: ReadonlyMap<number, number>): number[] {
  for (;;) {
    let best = Infinity;
    for (let i = 0; i + 1 < tokens.length; i++)
      best = Math.min(best, ranks.get(pairKey(tokens[i]!, tokens[i + 1]!)) ?? best);
    if (best === Infinity) return tokens;
    let length = 0;
    for (let i = 0; i < tokens.length; i++) {
      const isPair = i + 1 < tokens.length && ranks.get(pairKey(tokens[i]!, tokens[i + 1]!)) === best;
      tokens[length++] = isPair ? best : tokens[i]!;
      if (isPair) i++;
    }
    tokens.length = length;
  }
}

/**
 * The pairs that become tokens `first`, `first` + 1, …, `most` of them at most: each the most frequent pair of
 * neighbours in the words as they then are, of at least `minCount`; among equals the one with the lowest {@link
 * pairKey}.
 *
 * Only words that hold the merged pair change, so each merge costs no more than those.
 */
export function learnMerges(
  words: readonly CountedWord[],
  first: number,
  most: number,
  minCount: number,
): [number, number][] {
  const counts = new Map<number, number>();
  /** The words in which a pair occurs, or did once. */
  const places = new Map<number, Set<number>>();
  const queue = new PairQueue();
  const count = (at: number, sign: 1 | -1, changed: Set<number>): void => {
    const { tokens, count } = words[at]!;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const key = pairKey(tokens[i]!, tokens[i + 1]!);
      counts.set(key, (counts.get(key) ?? 0) + sign * count);
      changed.add(key);
      if (sign < 0) continue;
      const found = places.get(key);
      if (found) found.add(at);
      else places.set(key, new Set([at]));
    }
  };
  const enqueue = (changed: Set<number>): void => {
    for (const key of changed) {
      const frequency = counts.get(key)!;
      if (frequency >= minCount) queue.push(key, frequency);
      else if (frequency === 0) counts.delete(key);
    }
  };
  const all = new Set<number>();
  for (let at = 0; at < words.length; at++) count(at, 1, all);
  enqueue(all);
  const merges: [number, number][] = [];
  while (merges.length < most) {
    const key = queue.pop();
    if (key === undefined) break;
    // Entries of counts that have changed since are stale: another entry has the present one.
    if (counts.get(key.pair) !== key.frequency) continue;
    const pair: [number, number] = [Math.floor(key.pair / mostTokens), key.pair % mostTokens];
    const rank = new Map([[key.pair, first + merges.length]]);
    merges.push(pair);
    const changed = new Set<number>();
    for (const at of places.get(key.pair)!) {
      count(at, -1, changed);
      mergeWord(words[at]!.tokens, rank);
      count(at, 1, changed);
    }
    places.delete(key.pair);
    enqueue(changed);
  }
  return merges;
}

interface QueuedPair {
  readonly pair: number;
  readonly frequency: number;
}

/** A binary heap of pairs: the most frequent first, and of equals the one with the lowest key. */
class PairQueue {
  readonly #heap: QueuedPair[] = [];

  push(pair: number, frequency: number): void {
    const heap = this.#heap;
    const added = { pair, frequency };
    let at = heap.length;
    heap.push(added);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(added, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = added;
  }

  pop(): QueuedPair | undefined {
    const heap = this.#heap;
    const [top, last] = [heap[0], heap.pop()];
    if (heap.length === 0 || !last) return top;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return top;
  }
}

const isBefore = (a: QueuedPair, b: QueuedPair): boolean =>
  a.frequency > b.frequency || (a.frequency === b.frequency && a.pair < b.pair);
