// Makes elementwise operations: operands are promoted to a common dtype and broadcast to a common shape.
import { type ScalarBuilder, type ScalarOp, scalarResultDType } from "../compile/scalar.ts";
import { checkDType, computedDType, type DType, dtypeInfo, promote } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, type Shape, sameShape } from "../shape.ts";
import { constantValue, full } from "./generate.ts";
import { broadcast } from "./movement.ts";

import { apply, defineOp, type ElementwiseOp, type Inputs, type Node, type Op } from "./op.ts";

/** A node, or a number that takes the dtype of the other operand. */
export type Operand = Node | number;

/** The dtypes that an elementwise operation computes in. */
export type Domain = "float" | "number" | "integer" | "bits" | "any";

const domains: Record<Domain, { accepts: (dtype: DType) => boolean; expected: string }> = {
  float: { accepts: (d) => dtypeInfo(d).isFloat, expected: "float32" },
  number: { accepts: (d) => d === computedDType(d), expected: "float32, int32 or uint32" },
  integer: { accepts: (d) => d === "int32" || d === "uint32", expected: "int32 or uint32" },
  bits: { accepts: (d) => d === "int32" || d === "uint32" || d === "bool", expected: "int32, uint32 or bool" },
  any: { accepts: () => true, expected: "any dtype" },
};

interface Rule {
  readonly name: string;
  readonly domain: Domain;
  readonly vjp: ElementwiseOp<null>["vjp"];
  readonly exact?: boolean;
  readonly special?: readonly number[];
  readonly isSum?: boolean;
  readonly simplify?: NonNullable<ElementwiseOp<null>["simplify"]>;
}

/** An operation that is one scalar instruction. */
export function instruction(op: ScalarOp, rule: Rule): ElementwiseOp<null> {
  const scalar = <T>(b: ScalarBuilder<T>, operands: readonly T[]): T =>
    (b[op] as (...xs: readonly T[]) => T)(...operands);
  return {
    kind: "elementwise",
    ...rule,
    scalar,
    infer: inferSame(rule.name, rule.domain, (d) => scalarResultDType(op, d)),
  };
}

/** The shape and dtype rule of nearly all: operands of one shape and of one dtype in the operation's domain. */
function inferSame(name: string, domain: Domain, result: (operands: DType[]) => DType) {
  return (inputs: Inputs) => {
    const [first] = inputs;
    for (const x of inputs) {
      if (!sameShape(x.shape, first.shape)) {
        throw new ShapeError(
          `${name}: expected one shape, got ${inputs.map((i) => formatShape(i.shape)).join(" and ")}.`,
        );
      }
      if (x.dtype !== first.dtype || !domains[domain].accepts(x.dtype)) {
        throw new DTypeError(
          `${name}: expected ${domains[domain].expected}, got ${inputs.map((i) => i.dtype).join(" and ")}.`,
        );
      }
    }
    return { shape: first.shape, dtype: result(inputs.map((x) => x.dtype)) };
  };
}

export const castOp: ElementwiseOp<{ dtype: DType }> = defineOp({
  name: "cast",
  kind: "elementwise",
  infer: ([x], { dtype }) => ({ shape: x.shape, dtype }),
  scalar: (b, [x], { dtype }) => b.cast(x, dtype),
  exact: true,
  vjp: (o, dy, [x], y) => [dtypeInfo(x.dtype).isFloat && dtypeInfo(y.dtype).isFloat ? o.cast(dy, x.dtype) : null],
  simplify: (_, y) => (y.inputs[0].dtype === y.dtype ? y.inputs[0] : null),
});

/** Converts: to bool by ≠ 0; float to integer by truncation, saturating, NaN to 0. */
export function cast(x: Node, dtype: DType): Node {
  if (x.dtype === dtype) return x;
  const value = constantValue(x);
  if (value !== undefined && dtypeInfo(checkDType(dtype)).isFloat) return full(x.shape, value, dtype);
  return apply(castOp, [x], { dtype: checkDType(dtype) });
}

/**
 * Applies an elementwise operation after casting its operands to a common dtype of its domain and broadcasting them.
 */
export function elementwise(op: Op<null>, domain: Domain, operands: readonly Operand[]): Node {
  let dtype = commonDType(operands);
  if (domain === "float" && !dtypeInfo(dtype).isFloat) dtype = "float32";
  if (dtype === "uint8" && domain !== "any") dtype = "int32";
  if (dtype === "bool" && (domain === "number" || domain === "integer")) dtype = "int32";
  const shape = broadcastShapes(op.name, ...operands.flatMap((x) => (typeof x === "number" ? [] : [x.shape])));
  const inputs = operands.map((x) => fitted(op.name, x, shape, dtype));
  return apply(op, inputs, null);
}

/**
 * The dtype that operands are promoted to. A bare number takes the dtype of the nodes, unless it is a fraction and they
 * are integers: 0.5 promotes int32 to float32. Numbers alone are float32.
 */
export function commonDType(operands: readonly Operand[]): DType {
  const nodes = operands.filter((x): x is Node => typeof x !== "number");
  let dtype = nodes.reduce<DType>((d, x) => promote(d, x.dtype), "bool");
  for (const x of operands) {
    if (typeof x !== "number") continue;
    if (nodes.length === 0 || (!Number.isInteger(x) && !dtypeInfo(dtype).isFloat)) dtype = promote(dtype, "float32");
    else if (dtype === "bool" && x !== 0 && x !== 1) dtype = "int32";
  }
  return dtype;
}

/** An operand in its operation's dtype and shape. Throws an ArgumentError for a number that the dtype cannot hold. */
export const fitted = (where: string, x: Operand, shape: Shape, dtype: DType): Node =>
  typeof x === "number" ? full(shape, x, dtype, where) : broadcast(cast(x, dtype), shape);
