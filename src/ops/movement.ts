// Movement operations: the same elements in another order. They compute nothing; their indexing is folded into loads.
import { toDType } from "../dtype.ts";
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkShape, formatShape, inversePermutation, type Shape, sameShape, sizeOf } from "../shape.ts";
import { fixed, scaled, sum } from "../view.ts";
import { zip } from "../zip.ts";
import { apply, defineOp, type MovementOp, type Node } from "./op.ts";

const dtypeOf = (x: Node) => x.dtype;

export const reshapeOp: MovementOp<{ shape: Shape }> = defineOp({
  name: "reshape",
  kind: "movement",
  infer: ([x], { shape }: { shape: Shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape)) {
      throw new ShapeError(
        `reshape: expected a shape of ${sizeOf(x.shape)} elements, as ${formatShape(x.shape)} has, ` +
          `got ${formatShape(shape)} with ${sizeOf(shape)}.`,
      );
    }
    return { shape, dtype: dtypeOf(x) };
  },
  source: null,
  vjp: (o, dy, [x]) => [o.reshape(dy, x.shape)],
  batch: (o, y, [x]) => o.reshape(x, [...x.shape.slice(0, 1), ...y.shape]),
  simplify: (o, y) => {
    const x = y.inputs[0];
    if (sameShape(x.shape, y.shape)) return x;
    return x.op === reshapeOp ? o.reshape(x.inputs[0], y.shape) : null;
  },
});

/** The same elements in row-major order under another shape of the same size. */
export function reshape(x: Node, shape: Shape): Node {
  return sameShape(x.shape, shape) ? x : apply(reshapeOp, [x], { shape });
}

export const permuteOp: MovementOp<{ axes: readonly number[] }> = defineOp({
  name: "permute",
  kind: "movement",
  infer: ([x], { axes }: { axes: readonly number[] }) => {
    const seen = new Set(axes);
    if (axes.length !== x.shape.length || seen.size !== axes.length || axes.some((a) => x.shape[a] === undefined)) {
      throw new ArgumentError(
        `permute: expected an order of the ${x.shape.length} axes of ${formatShape(x.shape)}, got [${axes}].`,
      );
    }
    return { shape: axes.map((a) => x.shape[a]!), dtype: dtypeOf(x) };
  },
  source: (y, index) => {
    const out = new Array(index.length);
    y.attrs.axes.forEach((axis: number, i: number) => (out[axis] = index[i]));
    return out;
  },
  vjp: (o, dy, _, y) => [o.permute(dy, inversePermutation(y.attrs.axes))],
  batch: (o, y, [x]) => o.permute(x, [0, ...y.attrs.axes.map((a: number) => a + 1)]),
  simplify: (o, y) => {
    const x = y.inputs[0];
    if (y.attrs.axes.every((a: number, i: number) => a === i)) return x;
    return x.op === permuteOp
      ? o.permute(
          x.inputs[0],
          y.attrs.axes.map((a: number) => x.attrs.axes[a]),
        )
      : null;
  },
});

/** Axis i of the result is axis `axes[i]` of x. */
export function permute(x: Node, axes: readonly number[]): Node {
  return apply(permuteOp, [x], { axes });
}

export const broadcastOp: MovementOp<{ shape: Shape }> = defineOp({
  name: "broadcast",
  kind: "movement",
  infer: ([x], { shape }: { shape: Shape }) => {
    const skipped = shape.length - x.shape.length;
    if (skipped < 0 || x.shape.some((n, i) => n !== 1 && n !== shape[i + skipped])) {
      throw new ShapeError(
        `broadcast: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}: ` +
          "axes align at the right, and each must be equal or 1.",
      );
    }
    return { shape, dtype: dtypeOf(x) };
  },
  source: (y, index) => {
    const x = y.inputs[0];
    const skipped = index.length - x.shape.length;
    return x.shape.map((n, i) => (n === 1 ? fixed(0, index[0]?.coefficients.length ?? 0) : index[i + skipped]!));
  },
  // The cotangent of an element that is used many times is the sum of the cotangents of its uses.
  vjp: (o, dy, [x], y) => {
    const skipped = y.shape.length - x.shape.length;
    const axes = y.shape.flatMap((n, i) => (i < skipped || (x.shape[i - skipped] === 1 && n !== 1) ? [i] : []));
    return [o.reshape(o.sum(dy, axes), x.shape)];
  },
  batch: (o, y, [x]) => {
    const [size, ...own] = x.shape as [number, ...number[]];
    const missing = new Array<number>(y.shape.length - own.length).fill(1);
    return o.broadcast(o.reshape(x, [size, ...missing, ...own]), [size, ...y.shape]);
  },
  simplify: (o, y) => {
    const x = y.inputs[0];
    if (sameShape(x.shape, y.shape)) return x;
    return x.op === broadcastOp ? o.broadcast(x.inputs[0], y.shape) : null;
  },
});

/** Repeats axes of length 1, and adds axes at the left, until the shape is `shape`. */
export function broadcast(x: Node, shape: Shape): Node {
  return sameShape(x.shape, checkShape(shape, "broadcast")) ? x : apply(broadcastOp, [x], { shape });
}

interface SliceAttrs {
  readonly start: readonly number[];
  readonly size: readonly number[];
  readonly step: readonly number[];
}

export const sliceOp: MovementOp<SliceAttrs> = defineOp({
  name: "slice",
  kind: "movement",
  infer: ([x], { start, size, step }: SliceAttrs) => {
    zip(x.shape, start, size, step).forEach(([n, from, count, by], i) => {
      const last = from + (count - 1) * by;
      if (count > 0 && (from < 0 || from >= n || last < 0 || last >= n || by < 1)) {
        throw new ArgumentError(
          `slice: ${count} elements from ${from} by ${by} exceed axis ${i} of ${formatShape(x.shape)}, ` +
            `which has ${n}.`,
        );
      }
    });
    return { shape: size, dtype: dtypeOf(x) };
  },
  source: (y, index) => zip(index, y.attrs.step, y.attrs.start).map(([part, step, start]) => scaled(part, step, start)),
  vjp: (o, dy, [x], y) => {
    const { start, size, step } = y.attrs as SliceAttrs;
    const spread = dilate(o, dy, step);
    const low = [...start];
    const high = zip(x.shape, start, size, step).map(
      ([n, from, count, by]) => n - from - (count === 0 ? 0 : (count - 1) * by + 1),
    );
    return [o.pad(spread, low, high, 0)];
  },
  batch: (o, y, [x]) =>
    o.slice(x, [0, ...y.attrs.start], [...x.shape.slice(0, 1), ...y.attrs.size], [1, ...y.attrs.step]),
  simplify: (o, y) => {
    const x = y.inputs[0];
    if (sameShape(x.shape, y.shape)) return x;
    if (x.op !== sliceOp) return null;
    const inner = x.attrs as SliceAttrs;
    const outer = y.attrs as SliceAttrs;
    return o.slice(
      x.inputs[0],
      zip(inner.start, outer.start, inner.step).map(([start, more, step]) => start + more * step),
      outer.size,
      zip(inner.step, outer.step).map(([step, more]) => step * more),
    );
  },
});

/** `size[i]` elements of axis i, from `start[i]` on, every `step[i]`-th. */
export function slice(
  x: Node,
  start: readonly number[],
  size: Shape,
  step: readonly number[] = start.map(() => 1),
): Node {
  return apply(sliceOp, [x], { start, size, step });
}

/** Puts step − 1 zeros between neighbours along each axis, for the gradient of a strided slice. */
function dilate(
  o: { pad: typeof pad; reshape: typeof reshape; slice: typeof slice },
  x: Node,
  step: readonly number[],
): Node {
  let y = x;
  zip(step, x.shape).forEach(([s, n], i) => {
    if (s === 1 || n <= 1) return;
    const before = y.shape.slice(0, i);
    const after = y.shape.slice(i + 1);
    const split = o.reshape(y, [...before, n, 1, ...after]);
    const high = split.shape.map((_, axis) => (axis === i + 1 ? s - 1 : 0));
    const merged = o.reshape(
      o.pad(
        split,
        high.map(() => 0),
        high,
        0,
      ),
      [...before, n * s, ...after],
    );
    const size = merged.shape.map((m, axis) => (axis === i ? (n - 1) * s + 1 : m));
    y = o.slice(
      merged,
      size.map(() => 0),
      size,
    );
  });
  return y;
}

interface PadAttrs {
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly value: number;
}

export const padOp: MovementOp<PadAttrs> = defineOp({
  name: "pad",
  kind: "movement",
  infer: ([x], { low, high }: PadAttrs) => {
    if (low.length !== x.shape.length || [...low, ...high].some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ArgumentError(
        `pad: expected an integer ≥ 0 for each axis of ${formatShape(x.shape)}, got [${low}] and [${high}].`,
      );
    }
    return { shape: zip(x.shape, low, high).map(([n, before, after]) => n + before + after), dtype: dtypeOf(x) };
  },
  source: (y, index) => zip(index, y.attrs.low).map(([part, low]) => scaled(part, 1, -low)),
  fill: (y) => {
    const { low, high, value } = y.attrs as PadAttrs;
    return { value, axes: zip(low, high).flatMap(([before, after], i) => (before > 0 || after > 0 ? [i] : [])) };
  },
  vjp: (o, dy, [x], y) => [o.slice(dy, y.attrs.low, x.shape)],
  batch: (o, y, [x]) => o.pad(x, [0, ...y.attrs.low], [0, ...y.attrs.high], y.attrs.value),
  simplify: (_, y) => (sameShape(y.inputs[0].shape, y.shape) ? y.inputs[0] : null),
});

/** `low[i]` and `high[i]` copies of `value` before and after axis i. */
export function pad(x: Node, low: readonly number[], high: readonly number[], value = 0): Node {
  return apply(padOp, [x], { low, high, value: toDType(value, x.dtype, "pad") });
}

export const flipOp: MovementOp<{ axes: readonly number[] }> = defineOp({
  name: "flip",
  kind: "movement",
  infer: ([x], { axes }: { axes: readonly number[] }) => {
    if (axes.some((a) => x.shape[a] === undefined)) {
      throw new ArgumentError(`flip: ${formatShape(x.shape)} has no axis in [${axes}].`);
    }
    return { shape: x.shape, dtype: dtypeOf(x) };
  },
  source: (y, index) =>
    zip(index, y.shape).map(([part, n], i) => (y.attrs.axes.includes(i) ? scaled(part, -1, n - 1) : part)),
  vjp: (o, dy, _, y) => [o.flip(dy, y.attrs.axes)],
  batch: (o, y, [x]) =>
    o.flip(
      x,
      y.attrs.axes.map((a: number) => a + 1),
    ),
});

/** The elements of the named axes in reverse order. */
export function flip(x: Node, axes: readonly number[]): Node {
  return apply(flipOp, [x], { axes });
}

interface WindowAttrs {
  readonly axis: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

export const windowOp: MovementOp<WindowAttrs> = defineOp({
  name: "window",
  kind: "movement",
  infer: ([x], { axis, size, stride, dilation }: WindowAttrs) => {
    const n = x.shape[axis];
    const reach = (size - 1) * dilation + 1;
    if (n === undefined || ![size, stride, dilation].every((v) => Number.isInteger(v) && v >= 1) || reach > n) {
      throw new ShapeError(
        `window: size ${size}, stride ${stride} and dilation ${dilation} do not fit axis ${axis} ` +
          `of ${formatShape(x.shape)}.`,
      );
    }
    const shape = [...x.shape, size];
    shape[axis] = Math.floor((n - reach) / stride) + 1;
    return { shape, dtype: dtypeOf(x) };
  },
  source: (y, index) => {
    const { axis, stride, dilation } = y.attrs as WindowAttrs;
    const inWindow = scaled(index.at(-1)!, dilation);
    return index.slice(0, -1).map((part, i) => (i === axis ? sum(scaled(part, stride), inWindow) : part));
  },
  batch: (o, y, [x]) => o.window(x, y.attrs.axis + 1, y.attrs.size, y.attrs.stride, y.attrs.dilation),
  vjp: (o, dy, [x], y) => {
    const { axis, stride, dilation } = y.attrs as WindowAttrs;
    return [o.overlapAdd(dy, axis, [{ length: x.shape[axis]!, start: 0, stride, dilation }])];
  },
});

/**
 * Sliding windows along `axis` as a new last axis: y[…, i, …, k] = x[…, i·stride + k·dilation, …].
 * [n] becomes [⌊(n − (size−1)·dilation − 1)/stride⌋ + 1, size].
 */
export function window(x: Node, axis: number, size: number, stride = 1, dilation = 1): Node {
  return apply(windowOp, [x], { axis, size, stride, dilation });
}
