// Convolution and its two cotangents on nodes, channels last: three products, each a derivative of the others.
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import type { Shape } from "../shape.ts";
import { zip } from "../zip.ts";
import { layWindows, windowsOf } from "./windows.ts";

/** The geometry of a convolution; lists have one entry for each spatial axis. */
export interface Geometry {
  readonly strides: readonly number[];
  /** The number of zeros added before and after each axis; a negative number cuts elements off. */
  readonly padding: readonly (readonly [number, number])[];
  readonly dilation: readonly number[];
  /** The number of equal parts of the channels that are convolved separately. */
  readonly groups: number;
}

// Labels: batch, group, and channels of x and of y; spatial axes begin at 10, the kernel's spatial axes at 20.
const [batch, group, channel, feature] = [0, 1, 2, 3];

function labelsOf(rank: number, groups: number): { patches: number[]; kernel: number[]; y: number[] } {
  const space = Array.from({ length: rank }, (_, i) => 10 + i);
  const inside = space.map((label) => label + 10);
  const groupOf = groups > 1 ? [group] : [];
  return {
    patches: [batch, ...space, ...groupOf, ...inside, channel],
    kernel: [...inside, channel, ...groupOf, feature],
    y: [batch, ...space, ...groupOf, feature],
  };
}

/** The parts of a shape [batch, ...space, channels]; a kernel's last axis are its features. */
const batchOf = (x: Node): Shape => x.shape.slice(0, 1);
const spaceOf = (x: Node): Shape => x.shape.slice(1, -1);
const lastLength = (x: Node): number => x.shape.at(-1)!;

/** Splits the last axis into [groups, channels of each] if there is more than one group. */
const grouped = (x: Node, groups: number): Node =>
  groups > 1 ? ops.reshape(x, [...x.shape.slice(0, -1), groups, lastLength(x) / groups]) : x;

/** The windows of padded x, as a view: [batch, ...space, (groups), ...kernel space, channels]. */
function patchesOf(x: Node, sizes: Shape, geometry: Geometry): Node {
  const windows = windowsOf(grouped(x, geometry.groups), 1, { ...geometry, sizes });
  const own = windows.shape.length - sizes.length - 1;
  const order = windows.shape.map((_, i) => i);
  return ops.permute(windows, [...order.slice(0, own), ...order.slice(own + 1), own]);
}

/**
 * y[b, i…, f] = Σ over k…, c of x[b, i·stride + k·dilation − padding…, c] · kernel[k…, c, f]. The kernel is not
 * reversed, as in all frameworks. x [batch, ...space, channels], kernel [...space, channels / groups, features].
 */
export function convolve(x: Node, kernel: Node, geometry: Geometry): Node {
  const { groups } = geometry;
  const sizes = kernel.shape.slice(0, -2);
  const labels = labelsOf(sizes.length, groups);
  const y = ops.contract(patchesOf(x, sizes, geometry), grouped(kernel, groups), {
    a: labels.patches,
    b: labels.kernel,
    out: labels.y,
  });
  const value = ops.reshape(y, [...batchOf(x), ...y.shape.slice(1, 1 + sizes.length), lastLength(kernel)]);
  return ops.customGradient(value, [x, kernel], (dy) => [
    inputCotangent(dy, kernel, geometry, spaceOf(x)),
    kernelCotangent(x, dy, geometry, sizes),
  ]);
}

/**
 * The cotangent of the x of {@link convolve}, whose spatial axes have the lengths `space`. It is also the transposed
 * convolution. At stride 1 it is a convolution of dy with the reversed kernel; otherwise the contribution of each
 * element of dy to its window is computed, and the windows are added up.
 */
export function inputCotangent(dy: Node, kernel: Node, geometry: Geometry, space: Shape): Node {
  const { strides, padding, dilation, groups } = geometry;
  const sizes = kernel.shape.slice(0, -2);
  const rank = sizes.length;
  if (strides.every((stride) => stride === 1)) {
    const margins = zip(sizes, dilation, padding, space, spaceOf(dy)).map(
      ([size, step, [low], n, m]): [number, number] => [(size - 1) * step - low, n + low - m],
    );
    return convolve(dy, reversed(kernel, groups), { strides, padding: margins, dilation, groups });
  }
  const labels = labelsOf(rank, groups);
  const patches = ops.contract(grouped(dy, groups), grouped(kernel, groups), {
    a: labels.y,
    b: labels.kernel,
    out: labels.patches,
  });
  // Moves the channels of [batch, ...space, (groups), ...kernel space, channels] before the kernel's axes.
  const own = patches.shape.length - rank - 1;
  const order = patches.shape.map((_, i) => i);
  const windows = ops.permute(patches, [...order.slice(0, own), patches.shape.length - 1, ...order.slice(own, -1)]);
  const x = layWindows(windows, 1, { ...geometry, sizes }, space);
  const value = ops.reshape(x, [...batchOf(dy), ...space, kernel.shape.at(-2)! * groups]);
  return ops.customGradient(value, [dy, kernel], (dx) => [
    convolve(dx, kernel, geometry),
    kernelCotangent(dx, dy, geometry, sizes),
  ]);
}

/** The cotangent of the kernel of {@link convolve}, whose spatial axes have the lengths `sizes`. */
export function kernelCotangent(x: Node, dy: Node, geometry: Geometry, sizes: Shape): Node {
  const { groups } = geometry;
  const labels = labelsOf(sizes.length, groups);
  const product = ops.contract(patchesOf(x, sizes, geometry), grouped(dy, groups), {
    a: labels.patches,
    b: labels.y,
    out: labels.kernel,
  });
  const value = ops.reshape(product, [...sizes, lastLength(x) / groups, lastLength(dy)]);
  return ops.customGradient(value, [x, dy], (dk) => [
    inputCotangent(dy, dk, geometry, spaceOf(x)),
    convolve(x, dk, geometry),
  ]);
}

/** The kernel with reversed spatial axes, and with channels and features exchanged within each group. */
function reversed(kernel: Node, groups: number): Node {
  const rank = kernel.shape.length - 2;
  const space = Array.from({ length: rank }, (_, i) => i);
  const flipped = ops.flip(kernel, space);
  if (groups === 1) return ops.permute(flipped, [...space, rank + 1, rank]);
  const parts = ops.permute(grouped(flipped, groups), [...space, rank + 2, rank + 1, rank]);
  return ops.reshape(parts, [
    ...kernel.shape.slice(0, rank),
    lastLength(kernel) / groups,
    kernel.shape[rank]! * groups,
  ]);
}
