// Shapes, axes and NumPy's broadcasting rule.
import { ArgumentError, ShapeError } from "./errors.ts";
import { describe } from "./options.ts";

/** The lengths of a tensor's axes, outermost first; `[]` for a scalar. */
export type Shape = readonly number[];

export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** A shape as text, for messages and prints: `[2,3]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** Row-major strides in elements: `[2,3,4]` has `[12,4,1]`. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  shape.reduceRight((stride, n, i) => {
    strides[i] = stride;
    return stride * n;
  }, 1);
  return strides;
}

/** The order of axes that undoes `order`. */
export function inversePermutation(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length);
  order.forEach((axis, i) => (inverse[axis] = i));
  return inverse;
}

/**
 * The permutation that moves `count` axes, from `start` on, behind the `by` axes that follow them, or before
 * the −`by` that precede them.
 */
export function moveBlock(start: number, count: number, by: number, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  const block = axes.splice(start, count);
  axes.splice(start + by, 0, ...block);
  return axes;
}

/** The most elements along one axis. Indices are of int32, and loops count in 32 bits up to a step past their end. */
export const longestAxis = 2 ** 31 - 1;
/** The most steps of a loop, which are an axis of what it stacks. */
export const mostSteps = longestAxis;

/** Throws unless a shape is a list of integers from `least` up to {@link longestAxis}, with an exact product. */
export function checkShape(shape: Shape, where: string, least = 0): Shape {
  if (!Array.isArray(shape)) {
    const hint = typeof shape === "number" ? `; try [${shape}]` : "";
    throw new ShapeError(`${where}: expected a shape such as [2, 3], got ${describe(shape)}${hint}.`);
  }
  // The copy has `undefined` in place of holes, which `some` would skip.
  const isBad = [...shape].some((n) => !Number.isInteger(n) || n < least || n > longestAxis);
  if (isBad || sizeOf(shape) >= 2 ** 53) {
    const what = isBad ? `of integers from ${least} to ${longestAxis}` : "of fewer than 2^53 elements";
    throw new ShapeError(`${where}: expected a shape ${what}, got ${formatShape(shape)}.`);
  }
  return shape;
}

/** NumPy's broadcasting: axes align at the right, and an axis of length 1 is repeated. */
export function broadcastShapes(where: string, ...shapes: Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [i, n] of shape.entries()) {
      const at = rank - shape.length + i;
      if (n === 1) continue;
      if (out[at] !== 1 && out[at] !== n) {
        throw new ShapeError(
          `${where}: shapes ${shapes.map(formatShape).join(" and ")} do not broadcast together: ` +
            `axis ${at - rank} is ${out[at]} in one and ${n} in the other. ` +
            "Axes align at the right; each must be equal or 1.",
        );
      }
      out[at] = n;
    }
  }
  return out;
}

/** Converts a negative axis to its index from the left. Throws an ArgumentError if there is no such axis. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  if (typeof axis === "object" && axis !== null)
    throw new ArgumentError(`${where}: expected an axis, which is an integer, got ${describe(axis)}.`);
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    throw new ArgumentError(
      `${where}: axis ${describe(axis)} is out of range for a tensor with ${rank} ${rank === 1 ? "axis" : "axes"}` +
        (rank > 0 ? ` (allowed: ${-rank} to ${rank - 1}).` : "."),
    );
  }
  return axis < 0 ? axis + rank : axis;
}

/** One axis or several; −1 is the last one. */
export type Axes = number | readonly number[];

/** Axes in ascending order and without repetition; `undefined` means all of them. */
export function normalizeAxes(axes: Axes | undefined, rank: number, where: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = [axes].flat().map((a) => normalizeAxis(a, rank, where));
  if (new Set(list).size !== list.length) throw new ArgumentError(`${where}: an axis is named twice in [${list}].`);
  return [...list].sort((a, b) => a - b);
}
