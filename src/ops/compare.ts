// Comparisons, and the selection by a condition.

import { DTypeError, ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, sameShape } from "../shape.ts";
import { commonDType, elementwise, fitted, instruction, type Operand } from "./elementwise.ts";
import { apply, defineOp, type ElementwiseOp, type Node, noGradient } from "./op.ts";

export const lessOp: ElementwiseOp<null> = defineOp(
  instruction("less", { name: "less", domain: "number", special: [], exact: true, vjp: noGradient }),
);
export const lessEqualOp: ElementwiseOp<null> = defineOp(
  instruction("lessEqual", { name: "lessEqual", domain: "number", special: [], exact: true, vjp: noGradient }),
);
export const equalOp: ElementwiseOp<null> = defineOp(
  instruction("equal", { name: "equal", domain: "number", special: [], exact: true, vjp: noGradient }),
);

export const less = (a: Operand, b: Operand): Node => elementwise(lessOp, "number", [a, b]);
export const lessEqual = (a: Operand, b: Operand): Node => elementwise(lessEqualOp, "number", [a, b]);
export const equal = (a: Operand, b: Operand): Node => elementwise(equalOp, "number", [a, b]);

export const selectOp: ElementwiseOp<null> = defineOp({
  name: "select",
  kind: "elementwise",
  infer: ([condition, a, b]) => {
    if (condition.dtype !== "bool" || a.dtype !== b.dtype) {
      throw new DTypeError(
        `select: expected bool and two operands of one dtype, got ${condition.dtype}, ${a.dtype} and ${b.dtype}.`,
      );
    }
    if (!sameShape(condition.shape, a.shape) || !sameShape(a.shape, b.shape)) {
      throw new ShapeError(
        `select: expected one shape, got ${[condition, a, b].map((x) => formatShape(x.shape)).join(", ")}.`,
      );
    }
    return { shape: a.shape, dtype: a.dtype };
  },
  special: [],
  scalar: (b, [condition, x, y]) => b.select(condition, x, y),
  exact: true,
  vjp: (o, dy, [condition]) => [null, o.select(condition, dy, 0), o.select(condition, 0, dy)],
});

/** `a` where the condition holds, else `b`. Both are promoted like the operands of a sum. */
export function select(condition: Node, a: Operand, b: Operand): Node {
  const dtype = commonDType([a, b]);
  const shapes = [condition, a, b].flatMap((x) => (typeof x === "number" ? [] : [x.shape]));
  const shape = broadcastShapes("where", ...shapes);
  const branches = [a, b].map((x) => fitted("where", x, shape, dtype));
  return apply(selectOp, [fitted("where", condition, shape, "bool"), ...branches], null);
}
