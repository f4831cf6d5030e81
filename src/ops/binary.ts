// Elementwise operations of two operands that give numbers.
import { dtypeInfo } from "../dtype.ts";
import { elementwise, instruction, type Operand } from "./elementwise.ts";
import { constantValue, full } from "./generate.ts";
import { joinPads } from "./join.ts";
import { defineOp, type ElementwiseOp, type Node, noGradient, type Ops } from "./op.ts";

/** Drops a neutral element e: x ∘ e = x, and e ∘ x = x if `both`. */
const neutral =
  (e: number, both: boolean) =>
  (y: Node): Node | null => {
    const [a, b] = y.inputs;
    if (Object.is(constantValue(b), e)) return a;
    return both && Object.is(constantValue(a), e) ? b : null;
  };

/** Division by a constant power of two is a product with its reciprocal, which is exact: the same bits, sooner. */
function byReciprocal(o: Ops, y: Node): Node | null {
  const [a, b] = y.inputs;
  const value = constantValue(b) ?? 0;
  const exponent = Math.round(Math.log2(value));
  return 2 ** exponent === value && Math.abs(exponent) <= 126 ? o.mul(a, full(b.shape, 1 / value, b.dtype)) : null;
}

export const addOp: ElementwiseOp<null> = defineOp(
  instruction("add", {
    name: "add",
    special: [0],
    domain: "number",
    exact: true,
    isSum: true,
    vjp: (_, dy) => [dy, dy],
    // For floats the neutral element is −0: x + 0 is not x if x = −0.
    simplify: (o, y) => neutral(dtypeInfo(y.dtype).isFloat ? -0 : 0, true)(y) ?? joinPads(o, y),
  }),
);

export const subOp: ElementwiseOp<null> = defineOp(
  instruction("sub", {
    name: "sub",
    special: [0],
    domain: "number",
    exact: true,
    vjp: (o, dy) => [dy, o.neg(dy)],
    simplify: (_, y) => neutral(0, false)(y),
  }),
);

export const mulOp: ElementwiseOp<null> = defineOp(
  instruction("mul", {
    name: "mul",
    special: [1],
    domain: "number",
    exact: true,
    vjp: (o, dy, [a, b]) => [o.mul(dy, b), o.mul(dy, a)],
    simplify: (_, y) => neutral(1, true)(y),
  }),
);

export const divOp: ElementwiseOp<null> = defineOp(
  instruction("div", {
    name: "div",
    special: [1],
    domain: "float",
    exact: true,
    vjp: (o, dy, [, b], y) => [o.div(dy, b), o.neg(o.div(o.mul(dy, y), b))], // d(a/b) = da/b − (a/b) db/b
    simplify: (o, y) => neutral(1, false)(y) ?? byReciprocal(o, y),
  }),
);

export const modOp: ElementwiseOp<null> = defineOp(
  instruction("mod", {
    name: "mod",
    special: [],
    domain: "number",
    // a mod b = a − b⌊a/b⌋. The quotient comes from the result, since ⌊a/b⌋ of a rounded a/b may be one too large.
    vjp: (o, dy, [a, b], y) => [dy, o.neg(o.mul(dy, o.round(o.div(o.sub(a, y), b))))],
  }),
);

export const powOp: ElementwiseOp<null> = defineOp(
  instruction("pow", {
    name: "pow",
    special: [1, 2],
    domain: "float",
    // d aᵇ = b aᵇ⁻¹ da + aᵇ ln(a) db; the second term has no real value for a < 0, and is 0 there and at a = 0. If both
    // are 0 (or a is NaN), a is replaced by 1: 0·a⁻¹ would be NaN, but every derivative with respect to a is 0.
    vjp: (o, dy, [a, b], y) => {
      const vanishes = o.constantValue(b) ? null : o.and(o.equal(b, 0), o.not(o.less(0, o.abs(a))));
      const slope = o.mul(b, o.pow(vanishes ? o.select(vanishes, 1, a) : a, o.sub(b, 1)));
      const positive = o.less(0, a);
      return [o.mul(dy, slope), o.mul(dy, o.select(positive, o.mul(y, o.log(o.select(positive, a, 1))), 0))];
    },
    simplify: (o, y) => (constantValue(y.inputs[1]) === 2 ? o.mul(y.inputs[0], y.inputs[0]) : neutral(1, false)(y)),
  }),
);

// Equal operands get half of the cotangent each. If one is NaN, both get all of it, as in PyTorch.
const shareOfExtreme =
  (loses: (o: Parameters<(typeof mulOp)["vjp"]>[0], a: Node, b: Node) => Node): (typeof mulOp)["vjp"] =>
  (o, dy, [a, b]) => {
    const tie = o.select(o.equal(a, b), 0.5, 1);
    const first = o.select(loses(o, a, b), 0, tie);
    const second = o.select(loses(o, b, a), 0, tie);
    return [o.mul(dy, o.cast(first, dy.dtype)), o.mul(dy, o.cast(second, dy.dtype))];
  };

export const maximumOp: ElementwiseOp<null> = defineOp(
  instruction("max", {
    name: "maximum",
    domain: "number",
    exact: true,
    vjp: shareOfExtreme((o, a, b) => o.less(a, b)),
  }),
);

export const minimumOp: ElementwiseOp<null> = defineOp(
  instruction("min", {
    name: "minimum",
    domain: "number",
    exact: true,
    vjp: shareOfExtreme((o, a, b) => o.less(b, a)),
  }),
);

export const atan2Op: ElementwiseOp<null> = defineOp(
  instruction("atan2", {
    name: "atan2",
    domain: "float",
    // d atan2(a, b) = (b da − a db) / (a² + b²)
    vjp: (o, dy, [a, b]) => {
      const quotient = o.div(dy, o.add(o.mul(a, a), o.mul(b, b)));
      return [o.mul(quotient, b), o.neg(o.mul(quotient, a))];
    },
  }),
);

export const andOp: ElementwiseOp<null> = defineOp(
  instruction("and", { name: "and", domain: "bits", exact: true, vjp: noGradient }),
);
export const orOp: ElementwiseOp<null> = defineOp(
  instruction("or", { name: "or", domain: "bits", exact: true, vjp: noGradient }),
);
export const xorOp: ElementwiseOp<null> = defineOp(
  instruction("xor", { name: "xor", domain: "bits", exact: true, vjp: noGradient }),
);
export const shiftLeftOp: ElementwiseOp<null> = defineOp(
  instruction("shiftLeft", { name: "shiftLeft", domain: "integer", exact: true, vjp: noGradient }),
);
export const shiftRightOp: ElementwiseOp<null> = defineOp(
  instruction("shiftRight", { name: "shiftRight", domain: "integer", exact: true, vjp: noGradient }),
);

export const add = (a: Operand, b: Operand): Node => elementwise(addOp, "number", [a, b]);
export const sub = (a: Operand, b: Operand): Node => elementwise(subOp, "number", [a, b]);
export const mul = (a: Operand, b: Operand): Node => elementwise(mulOp, "number", [a, b]);
export const div = (a: Operand, b: Operand): Node => elementwise(divOp, "float", [a, b]);
export const mod = (a: Operand, b: Operand): Node => elementwise(modOp, "number", [a, b]);
export const pow = (a: Operand, b: Operand): Node => elementwise(powOp, "float", [a, b]);
export const maximum = (a: Operand, b: Operand): Node => elementwise(maximumOp, "number", [a, b]);
export const minimum = (a: Operand, b: Operand): Node => elementwise(minimumOp, "number", [a, b]);
export const atan2 = (a: Operand, b: Operand): Node => elementwise(atan2Op, "float", [a, b]);
export const and = (a: Operand, b: Operand): Node => elementwise(andOp, "bits", [a, b]);
export const or = (a: Operand, b: Operand): Node => elementwise(orOp, "bits", [a, b]);
export const xor = (a: Operand, b: Operand): Node => elementwise(xorOp, "bits", [a, b]);
export const shiftLeft = (a: Operand, b: Operand): Node => elementwise(shiftLeftOp, "integer", [a, b]);
export const shiftRight = (a: Operand, b: Operand): Node => elementwise(shiftRightOp, "integer", [a, b]);
