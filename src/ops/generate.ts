// Elements made of their index alone: constants and counters.
import { checkDType, type DType } from "../dtype.ts";
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
  onnx: "ConstantOfShape",
});

/** The same value everywhere, rounded to `dtype`. */
export function full(shape: Shape, value: number, dtype: DType): Node {
  return apply(constantOp, [], { value: roundTo(value, checkDType(dtype)), shape: checkShape(shape, "full"), dtype });
}

/** A value as `dtype` holds it. */
function roundTo(value: number, dtype: DType): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float64") return value;
  if (dtype === "int32") return value | 0;
  if (dtype === "uint32") return value >>> 0;
  return dtype === "bool" ? Number(value !== 0) : value & 255;
}

/** The one value of which a node is full, or undefined. */
export function constantValue(node: Node): number | undefined {
  return node.op === constantOp ? (node.attrs as ConstantAttrs).value : undefined;
}

/** A constant, stretched to another shape; null where `node` is no constant. */
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

/** Each element is its own place along `axis`: 0, 1, 2 … */
export function iota(shape: Shape, axis: number, dtype: DType): Node {
  return apply(iotaOp, [], { axis, shape: checkShape(shape, "iota"), dtype });
}
