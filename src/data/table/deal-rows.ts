// Deals the rows of a stream out to parts, by their index and seed, so that no row need be kept.
import { permutation, seedKey, threefry2x32 } from "../../random.ts";
import { checkShares, cutsOf } from "./split-rows.ts";

/** What tells classes and groups apart. */
export type Key = string | number | boolean | null;

/** How rows are dealt. */
export interface DealOptions {
  readonly seed: number;
  /** "strata": the rows of one key in equal shares; "groups": all to one part. */
  readonly kind: "strata" | "groups" | null;
  /** The number of rows; null if only the end tells. */
  readonly size: number | null;
}

/** As many rows are permuted together, where their number is known. */
const largeBlock = 2 ** 16;
/** As many rows, all or of a class, where only the end tells how many there are. */
const smallBlock = 100;

/**
 * Makes functions that give the part of a row, by its index and key, when they are called for one row after the other;
 * −1 for a row that goes to none.
 *
 * @throws ArgumentError for shares that sum to more than 1, and for a seed that is none
 */
export function dealer(shares: readonly number[], { seed, kind, size }: DealOptions) {
  checkShares(shares);
  const [k0, k1] = seedKey(seed);
  if (kind === "groups") {
    const cuts = cutsOf(2 ** 32, shares);
    return () => (_: number, key: Key) => {
      const [bits] = threefry2x32(k0, k1, hashOf(key), 0x67726f75);
      return cuts.findIndex((end) => bits < end);
    };
  }
  if (kind === "strata")
    return () => {
      const classes = new Map<Key, { readonly number: number; count: number; parts: Int8Array | Int32Array }>();
      return (_: number, key: Key) => {
        let own = classes.get(key);
        if (!own) classes.set(key, (own = { number: classes.size, count: 0, parts: new Int32Array(0) }));
        const at = own.count++ % smallBlock;
        const block = (own.count - 1 - at) / smallBlock;
        if (at === 0) own.parts = partsOf(smallBlock, shares, seed, (own.number * 2 ** 20 + block) % 2 ** 32);
        return own.parts[at]!;
      };
    };
  const blockRows = size === null ? smallBlock : largeBlock;
  return () => {
    let parts = new Int32Array(0);
    return (index: number) => {
      const at = index % blockRows;
      const start = index - at;
      if (at === 0) parts = partsOf(Math.min(blockRows, (size ?? Infinity) - start), shares, seed, start / blockRows);
      return parts[at]!;
    };
  };
}

/** The part of each of `count` rows, −1 for none: the same rows as those of a split in memory. */
function partsOf(count: number, shares: readonly number[], seed: number, stream: number): Int32Array<ArrayBuffer> {
  const order = permutation(count, seed, stream);
  const parts = new Int32Array(count).fill(-1);
  const cuts = cutsOf(count, shares);
  cuts.forEach((end, part) => {
    for (let i = part === 0 ? 0 : cuts[part - 1]!; i < end; i++) parts[order[i]!] = part;
  });
  return parts;
}

/** FNV-1a of the key's text. */
function hashOf(key: Key): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(`${typeof key}${key}`)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
