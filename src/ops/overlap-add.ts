// Windows laid back onto the axis that they were cut from: what a sliding window's gradient is.
import { add } from "./binary.ts";
import { pad, permute, reshape, slice } from "./movement.ts";
import type { Node } from "./op.ts";

/**
 * The sum of windows at their places on an axis of `length`: x[…, i·stride + k·dilation, …] += y[…, i, …, k], where i runs
 * along `axis` and k along the last one. Seen as [q, r] with r < stride, the axis takes whole runs of k at once, so that
 * there are ⌈size / stride⌉ terms, and nothing is added where no windows overlap.
 */
export function overlapAdd(windows: Node, axis: number, length: number, stride: number, dilation: number): Node {
  const { shape } = windows;
  const last = shape.length - 1;
  const [count, size] = [shape[axis]!, shape[last]!];
  const run = dilation === 1 ? stride : 1;
  const rows = count + Math.floor(((size - 1) * dilation) / stride);
  const order = shape.slice(0, last).flatMap((_, i) => (i === axis ? [i, last] : [i]));
  const split = [...shape.slice(0, axis), rows, stride, ...shape.slice(axis + 1, last)];
  let sum: Node | null = null;
  for (let k = 0; k < size; k += run) {
    const width = Math.min(run, size - k);
    const [q, r] = [Math.floor((k * dilation) / stride), (k * dilation) % stride];
    const part = slice(windows, shape.map((_, i) => (i === last ? k : 0)), shape.map((n, i) => (i === last ? width : n)));
    const at = (row: number, column: number) => split.map((_, i) => (i === axis ? row : i === axis + 1 ? column : 0));
    const placed = pad(permute(part, order), at(q, r), at(rows - count - q, stride - width - r));
    sum = sum ? add(sum, placed) : placed;
  }
  const merged = [...shape.slice(0, axis), rows * stride, ...shape.slice(axis + 1, last)];
  return resized(reshape(sum!, merged), axis, 0, length);
}

/** `length` places of an axis from `start` on, which may lie before the axis or reach past it: there zeros stand. */
export function resized(x: Node, axis: number, start: number, length: number): Node {
  const n = x.shape[axis]!;
  const [first, end] = [Math.max(0, start), Math.min(n, start + length)];
  const inside = Math.max(0, end - first);
  const one = (value: number) => x.shape.map((_, i) => (i === axis ? value : 0));
  const kept = inside === n ? x : slice(x, one(inside === 0 ? 0 : first), x.shape.map((m, i) => (i === axis ? inside : m)));
  const low = Math.min(length, Math.max(0, -start));
  return inside === length ? kept : pad(kept, one(inside === 0 ? 0 : low), one(length - inside - (inside === 0 ? 0 : low)));
}
