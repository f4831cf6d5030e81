// Arguments of functions that slide over spatial axes: strides, sizes, padding, the order of the axes.
import { ArgumentError, ShapeError } from "../errors.ts";
import { describe } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { zip } from "../zip.ts";

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * "valid": no padding. "same": as much as gives ⌈length / stride⌉ results, with the odd element at the end. A number:
 * that many elements at both ends of each axis. A list: for each axis one number, or a pair [before, after].
 */
export type Padding = "valid" | "same" | number | readonly (number | readonly [number, number])[];

/** The layout: "channelsLast" is [batch, ...space, channels], "channelsFirst" is [batch, channels, ...space]. */
export type DataFormat = "channelsLast" | "channelsFirst";

/** A number of spatial axes in words, for messages. */
export const spaceWords = (rank: number): string =>
  ["one spatial axis", "two spatial axes", "three spatial axes"][rank - 1] ?? `${rank} spatial axes`;

/** One integer from `least` up for each spatial axis. */
export function perAxis(where: string, name: string, value: PerAxis, rank: number, least = 1): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  if (!Array.isArray(list) || list.length !== rank || list.some((n) => !Number.isInteger(n) || n < least)) {
    const shown = Array.isArray(value) ? `[${value}]` : describe(value);
    throw new ArgumentError(
      `${where}: expected ${name} to be an integer from ${least} up, or a list of ${rank}, one for each spatial ` +
        `axis, got ${shown}.`,
    );
  }
  return [...list];
}

/**
 * The number of elements added before and after each axis. `lengths` are the lengths of the axes, `reach` those of the
 * windows.
 */
export function resolvePadding(
  where: string,
  padding: Padding,
  lengths: Shape,
  reach: readonly number[],
  strides: readonly number[],
): [number, number][] {
  const rank = lengths.length;
  if (padding === "valid") return lengths.map(() => [0, 0]);
  if (padding === "same") {
    return zip(lengths, strides, reach).map(([n, stride, size]) => {
      const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + size - n);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
  }
  const isCount = (n: unknown): n is number => Number.isInteger(n) && (n as number) >= 0;
  const list = isCount(padding) ? lengths.map(() => padding) : padding;
  if (
    !Array.isArray(list) ||
    list.length !== rank ||
    !list.every((p) => isCount(p) || (Array.isArray(p) && p.length === 2 && p.every(isCount)))
  ) {
    const shown = Array.isArray(padding) ? JSON.stringify(padding) : describe(padding);
    throw new ArgumentError(
      `${where}: expected padding to be "valid", "same", an integer from 0 up, or a list of ${rank} such numbers or ` +
        `pairs [before, after], got ${shown}.`,
    );
  }
  return list.map((p: number | readonly [number, number]): [number, number] =>
    typeof p === "number" ? [p, p] : [p[0], p[1]],
  );
}

/** Checks the rank of x and moves its channels last; `back` moves those of a result back. */
export function channelsLast(
  where: string,
  x: Tensor,
  rank: number | null,
  dataFormat: DataFormat,
): { x: Tensor; back: (y: Tensor) => Tensor } {
  if (dataFormat !== "channelsLast" && dataFormat !== "channelsFirst") {
    throw new ArgumentError(
      `${where}: expected dataFormat "channelsLast" or "channelsFirst", got ${describe(dataFormat)}.`,
    );
  }
  const first = dataFormat === "channelsFirst";
  if (rank === null ? x.ndim < 3 : x.ndim !== rank + 2) {
    const layout = first ? "[batch, channels, ...space]" : "[batch, ...space, channels]";
    throw new ShapeError(
      `${where}: expected x ${layout} with ${rank === null ? "at least one spatial axis" : spaceWords(rank)}, ` +
        `got ${formatShape(x.shape)}.`,
    );
  }
  if (!first) return { x, back: (y) => y };
  const inner = Array.from({ length: x.ndim - 2 }, (_, i) => i + 1);
  return {
    x: x.transpose([0, ...inner.map((i) => i + 1), 1]),
    back: (y) => (y.ndim < 3 ? y : y.transpose([0, x.ndim - 1, ...inner])),
  };
}

/** Throws a ShapeError if a window is longer than its padded axis. */
export function checkReach(
  where: string,
  what: string,
  x: Shape,
  window: Shape,
  lengths: Shape,
  reach: readonly number[],
  padding: readonly (readonly [number, number])[],
): void {
  zip(lengths, padding, reach).forEach(([n, [low, high], size], i) => {
    const padded = n + low + high;
    if (size > padded) {
      const more = padded === n ? "" : ` (${n} and the padding)`;
      throw new ShapeError(
        `${where}: ${what} ${formatShape(window)} covers ${size} elements of spatial axis ${i}, but x ` +
          `${formatShape(x)} has ${padded} there${more}; try padding: "same".`,
      );
    }
  });
}
