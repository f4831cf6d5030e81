// Elements computed from their index alone: constants and counters.
import { checkDType, type DType, toDType } from "../dtype.ts";
import { checkShape, type Shape } from "../shape.ts";
import { fixed } from "../view.ts";
import { apply, defineOp, type GenerateOp, type Node } from "./op.ts";

interface ConstantAttrs {
  readonly value: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export const constantOp: GenerateOp<ConstantAttrs> = defineOp({
  name: "constant",
  kind: "generate",
  infer: (_, { shape, dtype }: ConstantAttrs) => ({ shape, dtype }),
  element: (y, index) => fixed(y.attrs.value, index[0]?.coefficients.length ?? 0),
  vjp: () => [],
});

/** A constant: `value`, converted to `dtype`. Throws an ArgumentError if an integer dtype cannot hold it. */
export function full(shape: Shape, value: number, dtype: DType, where = "full"): Node {
  checkShape(shape, where);
  return apply(constantOp, [], { value: toDType(value, checkDType(dtype), where), shape, dtype });
}

/** The value of a constant node; undefined for any other node. */
export function constantValue(node: Node): number | undefined {
  return node.op === constantOp ? (node.attrs as ConstantAttrs).value : undefined;
}

/** A constant of the same value in another shape; null if `node` is not a constant. */
export function constantLike(node: Node, shape: Shape): Node | null {
  const value = constantValue(node);
  return value === undefined ? null : full(shape, value, node.dtype);
}

interface IotaAttrs {
  readonly axis: number;
  readonly shape: Shape;
  readonly dtype: DType;
}

export const iotaOp: GenerateOp<IotaAttrs> = defineOp({
  name: "iota",
  kind: "generate",
  infer: (_, { shape, dtype }: IotaAttrs) => ({ shape, dtype }),
  element: (y, index) => index[y.attrs.axis]!,
  vjp: () => [],
});

/** Each element is its own index along `axis`: 0, 1, 2 … */
export function iota(shape: Shape, axis: number, dtype: DType): Node {
  return apply(iotaOp, [], { axis, shape, dtype });
}
