// Splits the rows of a table into parts: at random, with equal shares of each class, or by groups.
import { ArgumentError } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import { permutation } from "../../random.ts";

/** How rows are split. */
export interface SplitOptions {
  /** Default 0. */
  readonly seed?: number;
  /** The column whose values each part has in equal shares. */
  readonly stratify?: string;
  /** The column whose equal values stay in one part. */
  readonly group?: string;
}

/** What a split needs of a table. */
interface Rows {
  readonly size: number;
  column(name: string): { readonly values: ArrayLike<unknown> };
}

/**
 * The indices of the rows of each part, ascending.
 *
 * @throws ArgumentError for shares or options that do not fit
 */
export function splitRows(table: Rows, shares: readonly number[], options: SplitOptions): Int32Array[] {
  checkOptions("split", options, ["seed", "stratify", "group"]);
  const { seed = 0, stratify, group } = options;
  return splitIndices(table.size, shares, {
    seed,
    ...(stratify !== undefined && { strata: table.column(stratify).values }),
    ...(group !== undefined && { groups: table.column(group).values }),
  });
}

/** How indices are split. */
export interface SplitIndices {
  readonly seed: number;
  /** A key for each row; rows of one key are shared out equally. */
  readonly strata?: ArrayLike<unknown>;
  /** A key for each row; rows of one key stay in one part. */
  readonly groups?: ArrayLike<unknown>;
}

/**
 * The indices of the rows of each part, ascending.
 *
 * @throws ArgumentError for shares or options that do not fit
 */
export function splitIndices(count: number, shares: readonly number[], given: SplitIndices): Int32Array[] {
  checkShares(shares);
  const { seed, strata, groups } = given;
  if (strata && groups) throw new ArgumentError("split: expected stratify or group, got both.");
  const order = permutation(count, seed);
  const parts = groups ? splitGroups(groups, order, shares) : splitStrata(strata ?? null, order, shares);
  return parts.map((rows) => rows.sort());
}

/** Throws {@link ArgumentError} unless `shares` are positive numbers that sum to at most 1. */
export function checkShares(shares: unknown): asserts shares is readonly number[] {
  const isList = Array.isArray(shares) && shares.length > 0;
  if (!isList || shares.some((share) => !(typeof share === "number" && share > 0 && share <= 1)))
    throw new ArgumentError(`split: expected a list of shares such as [0.8, 0.2], got ${JSON.stringify(shares)}.`);
  const sum = (shares as number[]).reduce((a, b) => a + b, 0);
  if (sum > 1 + 1e-9) throw new ArgumentError(`split: expected shares that sum to at most 1, got ${sum}.`);
}

/** Where each part ends among `count` rows. Shares that sum to 1 leave no row out. */
export function cutsOf(count: number, shares: readonly number[]): number[] {
  let sum = 0;
  return shares.map((share) => {
    sum += share;
    return sum > 1 - 1e-9 ? count : Math.round(sum * count);
  });
}

/**
 * Cuts the rows of each class by the shares. The rows that are left over by rounding go where the whole is cut, so that
 * the parts have their sizes: the classes stand one after another, and each row of a part is taken at even distances.
 */
function splitStrata(keys: ArrayLike<unknown> | null, order: Int32Array, shares: readonly number[]): Int32Array[] {
  const sorted = keys === null ? order : byKey(order, (row) => keys[row] ?? null);
  const count = order.length;
  const cuts = cutsOf(count, shares);
  if (keys === null) return cuts.map((end, i) => sorted.slice(i === 0 ? 0 : cuts[i - 1]!, end));
  const parts: number[][] = shares.map(() => []);
  const taken = shares.map(() => 0);
  const sizes = cuts.map((end, i) => end - (i === 0 ? 0 : cuts[i - 1]!));
  for (let at = 0; at < count; at++) {
    // The part that lags most behind its share of the rows so far gets the next one; none, if the rest does.
    let [best, lag] = [-1, count - sizes.reduce((a, b) => a + b, 0) > 0 ? restLag(at, taken, sizes, count) : -Infinity];
    sizes.forEach((size, i) => {
      const own = (size * (at + 1)) / count - taken[i]!;
      if (own > lag && taken[i]! < size) [best, lag] = [i, own];
    });
    if (best < 0) continue;
    taken[best]!++;
    parts[best]!.push(sorted[at]!);
  }
  return parts.map((rows) => Int32Array.from(rows));
}

/** How far the rows that go into no part lag behind their share. */
function restLag(at: number, taken: readonly number[], sizes: readonly number[], count: number): number {
  const rest = count - sizes.reduce((a, b) => a + b, 0);
  return (rest * (at + 1)) / count - (at - taken.reduce((a, b) => a + b, 0));
}

/** The rows with those of one key side by side, the keys in the order in which they first come in the data. */
function byKey(order: Int32Array, keyOf: (row: number) => unknown): Int32Array {
  return Int32Array.from(groupsOf(order, keyOf).flat());
}

function groupsOf(order: Int32Array, keyOf: (row: number) => unknown): number[][] {
  const groups = new Map<unknown, number[]>();
  for (let row = 0; row < order.length; row++) if (!groups.has(keyOf(row))) groups.set(keyOf(row), []);
  for (const row of order) groups.get(keyOf(row))!.push(row);
  return [...groups.values()];
}

/** Deals whole groups, in random order, to the part that lacks most of its share of the rows. */
function splitGroups(values: ArrayLike<unknown>, order: Int32Array, shares: readonly number[]): Int32Array[] {
  const first = new Map<unknown, number>();
  order.forEach((row, i) => {
    if (!first.has(values[row])) first.set(values[row], i);
  });
  const groups = groupsOf(order, (row) => values[row]).sort(
    (a, b) => first.get(values[a[0]!])! - first.get(values[b[0]!])!,
  );
  const rest = 1 - shares.reduce((a, b) => a + b, 0);
  const wanted = (rest > 1e-9 ? [...shares, rest] : shares).map((share) => share * order.length);
  const parts: number[][] = wanted.map(() => []);
  for (const group of groups) {
    const lacks = wanted.map((size, i) => (size - parts[i]!.length) / size);
    parts[lacks.indexOf(Math.max(...lacks))]!.push(...group);
  }
  return parts.slice(0, shares.length).map((rows) => Int32Array.from(rows));
}
