// Comparisons, and the choice that they steer.

import { promote } from "../dtype.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, sameShape } from "../shape.ts";
import { cast, elementwise, instruction, type Operand } from "./elementwise.ts";
import { full } from "./generate.ts";
import { broadcast } from "./movement.ts";
import { apply, defineOp, type ElementwiseOp, type Node, noGradient } from "./op.ts";

export const lessOp: ElementwiseOp<null> = defineOp(
  instruction("less", { name: "less", domain: "number", exact: true, onnx: "Less", vjp: noGradient }),
);
export const lessEqualOp: ElementwiseOp<null> = defineOp(
  instruction("lessEqual", { name: "lessEqual", domain: "number", exact: true, onnx: "LessOrEqual", vjp: noGradient }),
);
export const equalOp: ElementwiseOp<null> = defineOp(
  instruction("equal", { name: "equal", domain: "number", exact: true, onnx: "Equal", vjp: noGradient }),
);

export const less = (a: Operand, b: Operand): Node => elementwise(lessOp, "number", [a, b]);
export const lessEqual = (a: Operand, b: Operand): Node => elementwise(lessEqualOp, "number", [a, b]);
export const equal = (a: Operand, b: Operand): Node => elementwise(equalOp, "number", [a, b]);

export const selectOp: ElementwiseOp<null> = defineOp({
  name: "select",
  kind: "elementwise",
  infer: ([condition, a, b]) => {
    if (condition!.dtype !== "bool" || a!.dtype !== b!.dtype) {
      throw new DTypeError(
        `select: wants bool and two of one dtype, but came ${condition!.dtype}, ${a!.dtype} and ${b!.dtype}.`,
      );
    }
    if (!sameShape(condition!.shape, a!.shape) || !sameShape(a!.shape, b!.shape)) {
      throw new ShapeError(
        `select: shapes ${[condition!, a!, b!].map((x) => formatShape(x.shape)).join(", ")} differ.`,
      );
    }
    return { shape: a!.shape, dtype: a!.dtype };
  },
  scalar: (b, [condition, x, y]) => b.select(condition!, x!, y!),
  exact: true,
  vjp: (o, dy, [condition]) => [null, o.select(condition!, dy, 0), o.select(condition!, 0, dy)],
  onnx: "Where",
});

/** `a` where the condition holds, else `b`. Numbers take the other's dtype; two numbers are float32. */
export function select(condition: Node, a: Operand, b: Operand): Node {
  const branches = [a, b].filter((x): x is Node => typeof x !== "number");
  const dtype = branches.length > 0 ? branches.map((x) => x.dtype).reduce(promote) : "float32";
  const shape = broadcastShapes("select", condition.shape, ...branches.map((x) => x.shape));
  const fit = (x: Operand) => (typeof x === "number" ? full(shape, x, dtype) : broadcast(cast(x, dtype), shape));
  return apply(selectOp, [broadcast(cast(condition, "bool"), shape), fit(a), fit(b)], null);
}
