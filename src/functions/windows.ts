// Sliding windows over several axes, and the sum of overlapping windows: each is the other's derivative.
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import type { Shape } from "../shape.ts";
import { zip } from "../zip.ts";

/** The geometry of windows along neighbouring axes; lists have one entry for each axis. */
export interface Windows {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
  /** The number of elements added before and after each axis; a negative number cuts elements off. */
  readonly padding: readonly (readonly [number, number])[];
}

/**
 * Windows along the axes from `first` on, each as a new last axis in their order; padding has the value `value`.
 * Windows that neither overlap nor leave gaps are a reshape.
 */
export function windowsOf(x: Node, first: number, windows: Windows, value = 0): Node {
  const { sizes, strides, dilation, padding } = windows;
  const lengths = x.shape.slice(first, first + sizes.length);
  const padded = zip(padding, lengths).reduce(
    (y, [[low, high], n], i) => ops.resized(y, first + i, -low, n + low + high, value),
    x,
  );
  const cut = zip(sizes, strides, dilation).reduce((y, along, i) => windowAlong(y, first + i, ...along), padded);
  return ops.customGradient(cut, [x], (dy) => [layWindows(dy, first, windows, lengths)]);
}

/** The sum of overlapping windows on axes of the given lengths; elements in the padding are dropped. */
export function layWindows(y: Node, first: number, windows: Windows, lengths: Shape): Node {
  const { strides, dilation, padding } = windows;
  const overlaps = zip(lengths, padding, strides, dilation).map(([length, [low], stride, step]) => ({
    length,
    start: -low,
    stride,
    dilation: step,
  }));
  return ops.customGradient(ops.overlapAdd(y, first, overlaps), [y], (dx) => [windowsOf(dx, first, windows)]);
}

function windowAlong(x: Node, axis: number, size: number, stride: number, dilation: number): Node {
  if (size !== stride || (dilation !== 1 && size !== 1)) return ops.window(x, axis, size, stride, dilation);
  const rank = x.shape.length;
  const count = Math.floor(x.shape[axis]! / size);
  const whole = ops.resized(x, axis, 0, count * size);
  const split = ops.reshape(whole, [...x.shape.slice(0, axis), count, size, ...x.shape.slice(axis + 1)]);
  const order = Array.from({ length: rank + 1 }, (_, i) => i).filter((i) => i !== axis + 1);
  return ops.permute(split, [...order, axis + 1]);
}
