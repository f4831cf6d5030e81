// Reductions: axes reduced to one value by an associative instruction.
import { computedDType, type DType, dtypeInfo } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { isHalf } from "../half.ts";
import { formatShape, type Shape } from "../shape.ts";
import { apply, defineOp, type Inputs, type Node, noGradient, type Ops, type ReduceOp } from "./op.ts";

interface ReduceAttrs {
  readonly axes: readonly number[];
}

const infer =
  (name: string, needsElements: boolean) =>
  ([x]: Inputs, { axes }: ReduceAttrs) => {
    if (x.dtype !== computedDType(x.dtype))
      throw new DTypeError(
        `${name}: no arithmetic on ${x.dtype}; cast to ${isHalf(x.dtype) ? "float32" : "int32 or float32"} first.`,
      );
    if (needsElements && axes.some((a) => x.shape[a] === 0)) {
      throw new ShapeError(
        `${name}: axis ${axes.find((a) => x.shape[a] === 0)} of ${formatShape(x.shape)} is empty, ` +
          `and ${name} of nothing is not defined.`,
      );
    }
    return { shape: x.shape.filter((_, i) => !axes.includes(i)), dtype: x.dtype };
  };

/** Shape of the result with the reduced axes kept as 1, so that it broadcasts against the input. */
function keptShape(x: Node, axes: readonly number[]): Shape {
  return x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
}

const spread = (o: Ops, value: Node, x: Node, axes: readonly number[]): Node =>
  o.broadcast(o.reshape(value, keptShape(x, axes)), x.shape);

/** Replaces a reduction of axes of length 1, or of none, by a reshape. */
const overOnes = (o: Ops, y: Node<ReduceAttrs>): Node | null => {
  const x = y.inputs[0];
  return y.attrs.axes.every((a) => x.shape[a] === 1) ? o.reshape(x, y.shape) : null;
};

export const sumOp: ReduceOp<ReduceAttrs> = defineOp({
  name: "sum",
  kind: "reduce",
  combine: "add",
  identity: () => 0,
  infer: infer("sum", false),
  vjp: (o, dy, [x], y) => [spread(o, dy, x, y.attrs.axes)],
  simplify: overOnes,
});

/** Σ over the axes, which are removed from the shape. */
export function sum(x: Node, axes: readonly number[]): Node {
  return apply(sumOp, [x], { axes });
}

// The cotangent goes to the extreme element, in equal parts if there are several.
const extremeGradient = (o: Ops, dy: Node, [x]: Inputs, y: Node<ReduceAttrs>): Node[] => {
  const { axes } = y.attrs;
  if (!dtypeInfo(x.dtype).isFloat) return noGradient(o, dy, [x]) as never;
  // y may have been computed by an earlier program, and x in this one may differ from the x there in its last bits.
  const extreme = apply(y.op, [x], y.attrs);
  const holds = o.cast(o.equal(x, spread(o, extreme, x, axes)), x.dtype);
  return [o.mul(holds, spread(o, o.div(dy, o.sum(holds, axes)), x, axes))];
};

const lowest = (dtype: DType): number => (dtypeInfo(dtype).isFloat ? -Infinity : dtype === "int32" ? -(2 ** 31) : 0);
const highest = (dtype: DType): number =>
  dtypeInfo(dtype).isFloat ? Infinity : dtype === "int32" ? 2 ** 31 - 1 : 2 ** 32 - 1;

export const maxOp: ReduceOp<ReduceAttrs> = defineOp({
  name: "max",
  kind: "reduce",
  combine: "max",
  identity: lowest,
  infer: infer("max", true),
  vjp: extremeGradient,
  simplify: overOnes,
});

/** The greatest element over the axes; NaN if one is NaN. */
export function max(x: Node, axes: readonly number[]): Node {
  return apply(maxOp, [x], { axes });
}

export const minOp: ReduceOp<ReduceAttrs> = defineOp({
  name: "min",
  kind: "reduce",
  combine: "min",
  identity: highest,
  infer: infer("min", true),
  vjp: extremeGradient,
  simplify: overOnes,
});

/** The least element over the axes; NaN if one is NaN. */
export function min(x: Node, axes: readonly number[]): Node {
  return apply(minOp, [x], { axes });
}

export const prodOp: ReduceOp<ReduceAttrs> = defineOp({
  name: "prod",
  kind: "reduce",
  combine: "mul",
  identity: () => 1,
  infer: infer("prod", false),
  // d Π x = (Π of the other factors) dx. That is y / x only if no factor is zero. With one other zero the cofactor is
  // that zero times the rest, a form that has the right derivative, too; with two other zeros it is zero.
  vjp: (o, dy, [x], y) => {
    const { axes } = y.attrs as ReduceAttrs;
    const isZero = o.equal(x, 0);
    const factors = o.select(isZero, 1, x);
    const zeros = o.select(isZero, x, 0);
    const count = o.cast(isZero, x.dtype);
    const rest = o.div(spread(o, o.prod(factors, axes), x, axes), factors);
    const otherZeros = o.sub(spread(o, o.sum(zeros, axes), x, axes), zeros);
    const others = o.sub(spread(o, o.sum(count, axes), x, axes), count);
    const cofactor = o.select(o.equal(others, 0), rest, o.select(o.equal(others, 1), o.mul(rest, otherZeros), 0));
    return [o.mul(spread(o, dy, x, axes), cofactor)];
  },
  simplify: overOnes,
});

/** Π over the axes, which are removed from the shape. */
export function prod(x: Node, axes: readonly number[]): Node {
  return apply(prodOp, [x], { axes });
}
