// Reading and adding at indices that are data themselves.
import { computedDType, dtypeInfo } from "../dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { formatShape, sameShape } from "../shape.ts";
import { apply, defineOp, type GatherOp, type Node, type ScatterOp } from "./op.ts";

/** Throws a DTypeError if a node does not hold integers. */
export function checkIndices(where: string, indices: Node): void {
  if (!dtypeInfo(indices.dtype).isInteger)
    throw new DTypeError(
      `${where}: expected indices that are integers (int32), got ${indices.dtype}${formatShape(indices.shape)}.`,
    );
}

export const gatherOp: GatherOp<{ axis: number }> = defineOp({
  name: "gather",
  kind: "gather",
  infer: ([x, indices], { axis }: { axis: number }) => {
    checkIndices("gather", indices);
    const n = x.shape[axis];
    if (n === undefined) throw new ArgumentError(`gather: ${formatShape(x.shape)} has no axis ${axis}.`);
    if (n === 0 && !indices.shape.includes(0))
      throw new ShapeError(`gather: axis ${axis} of ${formatShape(x.shape)} is empty.`);
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype };
  },
  vjp: (o, dy, [x, indices], y) => [o.scatterAdd(dy, indices, y.attrs.axis, x.shape[y.attrs.axis]!), null],
});

/**
 * Slices of x along `axis`, in the order of `indices`, whose axes replace that axis. An index outside the axis is
 * clamped.
 */
export function gather(x: Node, indices: Node, axis: number): Node {
  return apply(gatherOp, [x, indices], { axis });
}

export const scatterAddOp: ScatterOp<{ axis: number; size: number }> = defineOp({
  name: "scatterAdd",
  kind: "scatter",
  infer: ([updates, indices], { axis, size }: { axis: number; size: number }) => {
    checkIndices("scatterAdd", indices);
    const rank = indices.shape.length;
    if (!sameShape(updates.shape.slice(axis, axis + rank), indices.shape)) {
      throw new ShapeError(
        `scatterAdd: expected updates with the indices' axes ${formatShape(indices.shape)} at axis ${axis}, ` +
          `got ${formatShape(updates.shape)}.`,
      );
    }
    if (updates.dtype !== computedDType(updates.dtype))
      throw new DTypeError(`scatterAdd: no arithmetic on ${updates.dtype}.`);
    return {
      shape: [...updates.shape.slice(0, axis), size, ...updates.shape.slice(axis + rank)],
      dtype: updates.dtype,
    };
  },
  vjp: (o, dy, [, indices], y) => [o.gather(dy, indices, y.attrs.axis), null],
});

/**
 * Zeros of length `size` along `axis`, with each slice of `updates` added at its index. Repeated indices add up, in
 * order; an index outside the axis is clamped, as in {@link gather}.
 */
export function scatterAdd(updates: Node, indices: Node, axis: number, size: number): Node {
  return apply(scatterAddOp, [updates, indices], { axis, size });
}
