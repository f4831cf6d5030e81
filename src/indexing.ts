// NumPy's basic indexing, built from slices, reshapes and gathers.
import { ArgumentError } from "./errors.ts";
import * as ops from "./ops/index.ts";
import type { Node } from "./ops/op.ts";
import { formatShape } from "./shape.ts";

type Bound = number | null | undefined;

/**
 * One entry of an index: an integer, `[start, stop, step]`, `null` for a new axis, `"..."`, or a tensor of integers.
 */
export type TensorIndex = number | null | "..." | readonly Bound[] | { readonly node: Node };

/** The part of `x` at an index. */
export function indexNode(x: Node, index: readonly TensorIndex[]): Node {
  const consumed = index.filter((entry) => entry !== null && entry !== "...").length;
  const dots = index.filter((entry) => entry === "...").length;
  const rank = x.shape.length;
  if (dots > 1) throw new ArgumentError(`at: expected "..." at most once, got it ${dots} times.`);
  if (consumed > rank)
    throw new ArgumentError(
      `at: expected at most ${rank} entries for the axes of ${formatShape(x.shape)}, got ${consumed}.`,
    );
  const spread = Array.from({ length: rank - consumed }, (): TensorIndex => []);
  const full = dots ? index.flatMap((entry) => (entry === "..." ? spread : [entry])) : [...index, ...spread];

  let y = x;
  let axis = 0;
  for (const entry of full) {
    if (entry === null) {
      y = ops.reshape(y, [...y.shape.slice(0, axis), 1, ...y.shape.slice(axis)]);
      axis++;
    } else if (typeof entry === "number") {
      y = cut(y, axis, fromStart("at", entry, y, axis), 1, 1);
      y = ops.reshape(y, [...y.shape.slice(0, axis), ...y.shape.slice(axis + 1)]);
    } else if (typeof entry === "object" && "node" in entry) {
      // The gather clamps indices that are out of range.
      y = ops.gather(y, indicesFromStart("at", entry.node, y.shape[axis]!), axis);
      axis += entry.node.shape.length;
    } else if (Array.isArray(entry)) {
      y = range(y, axis, entry as readonly Bound[]);
      axis++;
    } else {
      throw new ArgumentError(
        `at: expected an integer, [start, stop, step], null, "..." or a tensor, got ${String(entry)}.`,
      );
    }
  }
  return y;
}

/** The index from the start of an axis; a negative `index` counts from the end. Throws if it is out of range. */
export function fromStart(where: string, index: number, x: Node, axis: number): number {
  const n = x.shape[axis]!;
  if (!Number.isInteger(index) || index < -n || index >= n) {
    throw new ArgumentError(
      `${where}: index ${index} is out of range for axis ${axis} of ${formatShape(x.shape)}, which has ${n}.`,
    );
  }
  return index < 0 ? index + n : index;
}

/** The indices in a tensor, from the start of an axis of length `n`: negative ones count from the end. */
export function indicesFromStart(where: string, indices: Node, n: number): Node {
  ops.checkIndices(where, indices);
  return indices.dtype === "int32" ? ops.select(ops.less(indices, 0), ops.add(indices, n), indices) : indices;
}

/** Python's slice: negative bounds count from the end, and bounds are clamped to the axis. */
function range(x: Node, axis: number, [start, stop, step = 1]: readonly Bound[]): Node {
  const n = x.shape[axis]!;
  const stride = step ?? 1;
  if (!Number.isInteger(stride) || stride === 0)
    throw new ArgumentError(`at: expected a step that is an integer and not 0, got ${stride}.`);
  if (stride < 0) {
    const first = bound(start, n, n - 1, -1, n - 1);
    const end = bound(stop, n, -1, -1, n - 1);
    const size = Math.max(0, Math.ceil((first - end) / -stride));
    if (size === 0) return cut(x, axis, 0, 0, 1);
    return ops.flip(cut(x, axis, first + (size - 1) * stride, size, -stride), [axis]);
  }
  const first = bound(start, n, 0, 0, n);
  const size = Math.max(0, Math.ceil((bound(stop, n, n, 0, n) - first) / stride));
  return cut(x, axis, size === 0 ? 0 : first, size, stride);
}

function bound(value: Bound, n: number, missing: number, least: number, most: number): number {
  if (value === null || value === undefined) return missing;
  if (!Number.isInteger(value)) throw new ArgumentError(`at: expected a bound that is an integer, got ${value}.`);
  return Math.min(most, Math.max(least, value < 0 ? value + n : value));
}

function cut(x: Node, axis: number, start: number, size: number, step: number): Node {
  const at = (value: number, other: (n: number) => number): number[] =>
    x.shape.map((n, i) => (i === axis ? value : other(n)));
  return ops.slice(
    x,
    at(start, () => 0),
    at(size, (n) => n),
    at(step, () => 1),
  );
}
