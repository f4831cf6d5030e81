// Sliding windows over several axes, made of the cheapest view that shows them.
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";

/** A window along each of some neighbouring axes. */
export interface WindowShape {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * Windows along the axes from `first` on, each as a new last axis in their order. Windows that lie side by side are a
 * reshape, whose gradient adds nothing.
 */
export function windowsOf(x: Node, first: number, { sizes, strides, dilation }: WindowShape): Node {
  return sizes.reduce((y, size, i) => windowAlong(y, first + i, size, strides[i]!, dilation[i]!), x);
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
