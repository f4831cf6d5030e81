// How a slot lies in its variable: the variable's shape, and where each parameter's share of it is.
import type { TrainedRange } from "../nn/tree/store.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Slot } from "./rule.ts";

/** What a parameter has in a slot. */
export interface SlotPart {
  readonly path: string;
  readonly shape: Shape;
  /** The number of elements that lie together; there is one such row for each start. */
  readonly size: number;
  readonly starts: readonly number[];
}

/** The layout of a slot of a range; `shape` is the range's own, which a slot of a number for each element has too. */
export function slotLayout(
  slot: Slot,
  { from, to, segments }: TrainedRange,
  shape: Shape,
): { readonly shape: Shape; readonly first: number; readonly parts: readonly SlotPart[] } {
  if (typeof slot === "number") {
    const parts = segments.map((segment) => ({ ...segment, starts: [segment.offset] }));
    return { shape, first: slot, parts };
  }
  const { first } = slot;
  if ("rows" in slot) {
    const [rows, width] = [slot.rows, to - from];
    const parts = segments.map(({ path, shape: own, offset, size }) => ({
      path,
      shape: [rows, ...own],
      size,
      starts: Array.from({ length: rows }, (_, row) => row * width + offset),
    }));
    return { shape: [rows, width], first, parts };
  }
  let end = 0;
  const parts = segments.flatMap((segment) => {
    const own = slot.shape(segment);
    if (own === null) return [];
    const size = sizeOf(own);
    end += size;
    return [{ path: segment.path, shape: own, size, starts: [end - size] }];
  });
  return { shape: [end], first, parts };
}
