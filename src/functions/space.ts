// Arguments of functions that slide over axes of space: strides, sizes, padding, the order of the axes.
import { ArgumentError, ShapeError } from "../errors.ts";
import { describe } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** One number for all axes of space, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * "valid": no padding. "same": as much as lets each stride have its result, ⌈length / stride⌉ of them, the odd place at
 * the end. A number: that many places at both ends of each axis. A list: for each axis one number, or a pair [before,
 * after].
 */
export type Padding = "valid" | "same" | number | readonly (number | readonly [number, number])[];

/** Where the channels stand: "channelsLast" [batch, ...space, channels], or "channelsFirst" [batch, channels, ...space]. */
export type DataFormat = "channelsLast" | "channelsFirst";

/** How messages name so many axes of space. */
export const spaceWords = (rank: number): string =>
  ["one axis of space", "two axes of space", "three axes of space"][rank - 1]!;

/** One whole number from `least` up for each axis of space. */
export function perAxis(where: string, name: string, value: PerAxis, rank: number, least = 1): number[] {
  const list = typeof value === "number" ? new Array<number>(rank).fill(value) : value;
  if (!Array.isArray(list) || list.length !== rank || list.some((n) => !Number.isInteger(n) || n < least)) {
    const shown = Array.isArray(value) ? `[${value}]` : describe(value);
    throw new ArgumentError(
      `${where}: ${name} is a whole number from ${least} up, or a list of ${rank}, one for each axis of space, but came ${shown}.`,
    );
  }
  return [...list];
}

/** Places added before and after each axis, from what the user said. `lengths` are those of the axes, `reach` those of the windows. */
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
    return lengths.map((n, i) => {
      const total = Math.max(0, (Math.ceil(n / strides[i]!) - 1) * strides[i]! + reach[i]! - n);
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
      `${where}: padding is "valid", "same", a whole number from 0 up, or a list of ${rank} such numbers or pairs [before, after], but came ${shown}.`,
    );
  }
  return list.map((p: number | readonly [number, number]): [number, number] =>
    typeof p === "number" ? [p, p] : [p[0], p[1]],
  );
}

/** x with its channels last, after a check of its rank; and the way back. */
export function channelsLast(
  where: string,
  x: Tensor,
  rank: number | null,
  dataFormat: DataFormat,
): { x: Tensor; back: (y: Tensor) => Tensor } {
  if (dataFormat !== "channelsLast" && dataFormat !== "channelsFirst") {
    throw new ArgumentError(
      `${where}: dataFormat is "channelsLast" or "channelsFirst", but came ${describe(dataFormat)}.`,
    );
  }
  const first = dataFormat === "channelsFirst";
  if (rank === null ? x.ndim < 3 : x.ndim !== rank + 2) {
    const layout = first ? "[batch, channels, ...space]" : "[batch, ...space, channels]";
    throw new ShapeError(
      `${where}: x is ${layout} with ${rank === null ? "at least one axis of space" : spaceWords(rank)}, but came ${formatShape(x.shape)}.`,
    );
  }
  if (!first) return { x, back: (y) => y };
  const inner = Array.from({ length: x.ndim - 2 }, (_, i) => i + 1);
  return {
    x: x.transpose([0, ...inner.map((i) => i + 1), 1]),
    back: (y) => (y.ndim < 3 ? y : y.transpose([0, x.ndim - 1, ...inner])),
  };
}

/** Throws where a window is longer than the axis that it goes over. */
export function checkReach(
  where: string,
  what: string,
  x: Shape,
  window: Shape,
  lengths: Shape,
  reach: readonly number[],
  padding: readonly (readonly [number, number])[],
): void {
  lengths.forEach((n, i) => {
    const padded = n + padding[i]![0] + padding[i]![1];
    if (reach[i]! > padded) {
      const more = padded === n ? "" : ` (${n} and the padding)`;
      throw new ShapeError(
        `${where}: ${what} ${formatShape(window)} reaches over ${reach[i]} places of axis ${i} of space, but x ${formatShape(x)} has ${padded} there${more}; try padding: "same".`,
      );
    }
  });
}
