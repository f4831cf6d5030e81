// Elementwise operations of one operand.
import { cast, castOp, elementwise, instruction, type Operand } from "./elementwise.ts";
import { apply, defineOp, type ElementwiseOp, type Node, noGradient } from "./op.ts";

export { cast, castOp };

export const negOp: ElementwiseOp<null> = defineOp(
  instruction("neg", {
    name: "neg",
    domain: "number",
    exact: true,
    vjp: (o, dy) => [o.neg(dy)], // d(−x) = −dx
  }),
);

export const absOp: ElementwiseOp<null> = defineOp(
  instruction("abs", {
    name: "abs",
    domain: "number",
    exact: true,
    vjp: (o, dy, [x]) => [o.mul(dy, o.sign(x))], // d|x| = sign(x) dx, and 0 at 0
  }),
);

export const signOp: ElementwiseOp<null> = defineOp(
  instruction("sign", { name: "sign", domain: "number", exact: true, vjp: noGradient }),
);
export const floorOp: ElementwiseOp<null> = defineOp(
  instruction("floor", { name: "floor", domain: "float", exact: true, vjp: noGradient }),
);
export const ceilOp: ElementwiseOp<null> = defineOp(
  instruction("ceil", { name: "ceil", domain: "float", exact: true, vjp: noGradient }),
);
export const roundOp: ElementwiseOp<null> = defineOp(
  instruction("round", { name: "round", domain: "float", exact: true, vjp: noGradient }),
);

export const sqrtOp: ElementwiseOp<null> = defineOp(
  instruction("sqrt", {
    name: "sqrt",
    domain: "float",
    exact: true,
    vjp: (o, dy, _, y) => [o.div(o.mul(dy, 0.5), y)], // d√x = dx / 2√x
  }),
);

export const expOp: ElementwiseOp<null> = defineOp(
  instruction("exp", {
    name: "exp",
    domain: "float",
    vjp: (o, dy, _, y) => [o.mul(dy, y)], // d eˣ = eˣ dx
  }),
);

export const expm1Op: ElementwiseOp<null> = defineOp(
  instruction("expm1", {
    name: "expm1",
    domain: "float",
    vjp: (o, dy, _, y) => [o.mul(dy, o.add(y, 1))], // d(eˣ − 1) = eˣ dx
  }),
);

export const logOp: ElementwiseOp<null> = defineOp(
  instruction("log", {
    name: "log",
    domain: "float",
    vjp: (o, dy, [x]) => [o.div(dy, x)], // d ln x = dx / x
  }),
);

export const log1pOp: ElementwiseOp<null> = defineOp(
  instruction("log1p", {
    name: "log1p",
    domain: "float",
    vjp: (o, dy, [x]) => [o.div(dy, o.add(x, 1))], // d ln(1 + x) = dx / (1 + x)
  }),
);

export const sinOp: ElementwiseOp<null> = defineOp(
  instruction("sin", {
    name: "sin",
    domain: "float",
    vjp: (o, dy, [x]) => [o.mul(dy, o.cos(x))], // d sin x = cos x dx
  }),
);

export const cosOp: ElementwiseOp<null> = defineOp(
  instruction("cos", {
    name: "cos",
    domain: "float",
    vjp: (o, dy, [x]) => [o.neg(o.mul(dy, o.sin(x)))], // d cos x = −sin x dx
  }),
);

export const tanOp: ElementwiseOp<null> = defineOp(
  instruction("tan", {
    name: "tan",
    domain: "float",
    vjp: (o, dy, _, y) => [o.mul(dy, o.add(o.mul(y, y), 1))], // d tan x = (1 + tan²x) dx
  }),
);

export const tanhOp: ElementwiseOp<null> = defineOp(
  instruction("tanh", {
    name: "tanh",
    domain: "float",
    vjp: (o, dy, _, y) => [o.mul(dy, o.sub(1, o.mul(y, y)))], // d tanh x = (1 − tanh²x) dx
  }),
);

export const erfOp: ElementwiseOp<null> = defineOp(
  instruction("erf", {
    name: "erf",
    domain: "float",
    // d erf x = 2/√π e^(−x²) dx
    vjp: (o, dy, [x]) => [o.mul(dy, o.mul(o.exp(o.neg(o.mul(x, x))), 2 / Math.sqrt(Math.PI)))],
  }),
);

export const notOp: ElementwiseOp<null> = defineOp(
  instruction("not", { name: "not", domain: "bits", exact: true, vjp: noGradient }),
);

/** The identity, with no gradient. */
export const stopGradientOp: ElementwiseOp<null> = defineOp({
  name: "stopGradient",
  kind: "elementwise",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  scalar: (_, [x]) => x,
  exact: true,
  vjp: noGradient,
  simplify: (_, y) => y.inputs[0],
});

export const reluOp: ElementwiseOp<null> = defineOp({
  ...instruction("max", {
    name: "relu",
    domain: "float",
    exact: true,
    // d relu(x) = dx where x > 0, else 0. The rule uses the output, so that x need not be kept.
    vjp: (o, dy, _, y) => [o.select(o.less(0, y), dy, 0)],
  }),
  scalar: (b, [x]) => b.max(x, b.constant(0, "float32")),
});

export const neg = (x: Operand): Node => elementwise(negOp, "number", [x]);
export const abs = (x: Operand): Node => elementwise(absOp, "number", [x]);
export const sign = (x: Operand): Node => elementwise(signOp, "number", [x]);
export const floor = (x: Operand): Node => elementwise(floorOp, "float", [x]);
export const ceil = (x: Operand): Node => elementwise(ceilOp, "float", [x]);
export const round = (x: Operand): Node => elementwise(roundOp, "float", [x]);
export const sqrt = (x: Operand): Node => elementwise(sqrtOp, "float", [x]);
export const exp = (x: Operand): Node => elementwise(expOp, "float", [x]);
export const expm1 = (x: Operand): Node => elementwise(expm1Op, "float", [x]);
export const log = (x: Operand): Node => elementwise(logOp, "float", [x]);
export const log1p = (x: Operand): Node => elementwise(log1pOp, "float", [x]);
export const sin = (x: Operand): Node => elementwise(sinOp, "float", [x]);
export const cos = (x: Operand): Node => elementwise(cosOp, "float", [x]);
export const tan = (x: Operand): Node => elementwise(tanOp, "float", [x]);
export const tanh = (x: Operand): Node => elementwise(tanhOp, "float", [x]);
export const erf = (x: Operand): Node => elementwise(erfOp, "float", [x]);
export const not = (x: Operand): Node => elementwise(notOp, "bits", [x]);
export const relu = (x: Operand): Node => elementwise(reluOp, "float", [x]);
export const stopGradient = (x: Node): Node => apply(stopGradientOp, [x], null);
