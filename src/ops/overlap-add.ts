// Adds windows back onto the axes that they were taken from: the gradient of sliding windows.
import { zip } from "../zip.ts";
import { add } from "./binary.ts";
import { full } from "./generate.ts";
import { pad, permute, reshape, slice } from "./movement.ts";
import type { Node } from "./op.ts";

/** The positions of the windows on one axis that they slide along. */
export interface Overlap {
  /** Length of the axis. */
  readonly length: number;
  /** Index on the axis of the first window's first element; negative if that lies before the axis. */
  readonly start: number;
  readonly stride: number;
  readonly dilation: number;
}

/**
 * Elements k to k + width of the windows, which are consecutive on the axis: of window i they lie at [q + i, r] to
 * [q + i, r + width] if the axis is split into [q, r].
 */
interface Run {
  readonly k: number;
  readonly width: number;
  /** The first of the windows whose elements lie on the axis, and how many there are. */
  readonly from: number;
  readonly count: number;
  /** How much of [q, r] lies before and after these elements. */
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/**
 * The sum of overlapping windows: x[…, start + i·stride + k·dilation, …] += y[…, i, …, k], where the i run along the
 * axes from `first` on and the k along as many last axes. Elements outside an axis are dropped. Splitting an axis into
 * [q, r] with r < stride lets a run of consecutive k be added at once: there are about ⌈size / stride⌉ terms for each
 * axis, and none is an addition unless windows overlap.
 */
export function overlapAdd(windows: Node, first: number, overlaps: readonly Overlap[]): Node {
  const { shape } = windows;
  const rank = shape.length - overlaps.length;
  const order = Array.from({ length: rank }, (_, i) =>
    i >= first && i - first < overlaps.length ? [i, rank + i - first] : [i],
  ).flat();
  const spread = (at: number, n: readonly number[]): number[] =>
    shape.slice(0, rank).map((m, i) => n[i - first] ?? m * at);
  const inPairs = (pairs: readonly (readonly [number, number])[]): number[] =>
    shape.slice(0, rank).flatMap((_, i) => pairs[i - first] ?? [0]);
  const choices = zip(overlaps, shape.slice(first), shape.slice(rank)).map((along) => runsOf(...along));
  let sum: Node | null = null;
  for (const runs of combinations(choices)) {
    const from = spread(
      0,
      runs.map((run) => run.from),
    );
    const count = spread(
      1,
      runs.map((run) => run.count),
    );
    const part = slice(windows, [...from, ...runs.map((run) => run.k)], [...count, ...runs.map((run) => run.width)]);
    const low = inPairs(runs.map((run) => run.low));
    const high = inPairs(runs.map((run) => run.high));
    const placed = pad(permute(part, order), low, high);
    sum = sum ? add(sum, placed) : placed;
  }
  const merged = spread(
    1,
    overlaps.map(({ length, stride }) => Math.ceil(length / stride) * stride),
  );
  const wanted = spread(
    1,
    overlaps.map((overlap) => overlap.length),
  );
  return sum
    ? slice(
        reshape(sum, merged),
        wanted.map(() => 0),
        wanted,
      )
    : full(wanted, 0, windows.dtype);
}

/** The runs of `count` windows of `size` elements of which anything lies on the axis. */
function runsOf({ length, start, stride, dilation }: Overlap, count: number, size: number): Run[] {
  const rows = Math.ceil(length / stride);
  const runs: Run[] = [];
  for (let k = 0; k < size; ) {
    const index = start + k * dilation;
    const q = Math.floor(index / stride);
    const r = index - q * stride;
    const width = dilation === 1 ? Math.min(stride - r, size - k) : 1;
    const from = Math.max(0, -q);
    const end = Math.min(count, rows - q);
    if (end > from)
      runs.push({ k, width, from, count: end - from, low: [q + from, r], high: [rows - q - end, stride - r - width] });
    k += width;
  }
  return runs;
}

/** Every choice of one entry from each list. */
const combinations = <T>(lists: readonly (readonly T[])[]): T[][] =>
  lists.reduce<T[][]>((found, list) => found.flatMap((chosen) => list.map((entry) => [...chosen, entry])), [[]]);

/** `length` elements of an axis from `start` on; elements before or after the axis are `value`. */
export function resized(x: Node, axis: number, start: number, length: number, value = 0): Node {
  const n = x.shape[axis]!;
  const inside = Math.max(0, Math.min(n, start + length) - Math.max(0, start));
  const low = inside === 0 ? 0 : Math.max(0, -start);
  const one = (at: number) => x.shape.map((_, i) => (i === axis ? at : 0));
  const kept =
    inside === n
      ? x
      : slice(
          x,
          one(inside === 0 ? 0 : Math.max(0, start)),
          x.shape.map((m, i) => (i === axis ? inside : m)),
        );
  return inside === length ? kept : pad(kept, one(low), one(length - inside - low), value);
}
