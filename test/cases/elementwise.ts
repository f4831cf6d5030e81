// Cases of elementwise operations on floats: one operand, two, comparisons, choices.
import * as array from "../../src/functions/array.ts";
import { erfinv } from "../../src/functions/special.ts";
import * as ops from "../../src/ops/index.ts";
import { asTensor } from "../../src/tensor.ts";
import {
  awayFromZero,
  between,
  bools,
  decades,
  listed,
  offGrid,
  onGrid,
  sample,
  specialFloats,
  whole,
} from "../samples.ts";
import { add, elementwise, type F, lift, smooth } from "./table.ts";

const moderate = specialFloats.filter((x) => !Number.isFinite(x) || Math.abs(x) < 1e4);

elementwise("neg", (x) => x.neg(), [between(-3, 3)], { expect: (x) => -x });
elementwise("abs", (x) => x.abs(), [awayFromZero(0.2, 3)], { expect: Math.abs });
elementwise("sign", (x) => x.sign(), [awayFromZero(0.2, 3)], { expect: Math.sign, gradient: "zero" });
elementwise("floor", (x) => x.floor(), [offGrid(6)], { expect: Math.floor, gradient: "zero" });
elementwise("ceil", (x) => x.ceil(), [offGrid(6)], { expect: Math.ceil, gradient: "zero" });
const halvesToEven = (x: number): number => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
elementwise("round", (x) => x.round(), [offGrid(6)], { expect: halvesToEven, gradient: "zero" });
elementwise("sqrt", (x) => x.sqrt(), [between(0.2, 9)], { expect: Math.sqrt, ...smooth });
elementwise("square", (x) => x.square(), [awayFromZero(0.2, 3)], { expect: (x) => x * x, ...smooth });
elementwise("exp", (x) => x.exp(), [between(-3, 3)], { expect: Math.exp, ...smooth });
elementwise("exp of large", (x) => x.exp(), [awayFromZero(20, 80)], {
  expect: Math.exp,
  floor: 0,
  gradient: "none",
  specials: null,
});
elementwise("expm1", (x) => x.expm1(), [between(-2, 2)], { expect: Math.expm1, floor: 0, ...smooth });
elementwise("expm1 of small", (x) => x.expm1(), [decades(-8, -1)], { expect: Math.expm1, floor: 0, specials: null });
elementwise("log", (x) => x.log(), [between(0.2, 6)], { expect: Math.log, ...smooth });
elementwise("log of small and large", (x) => x.log(), [decades(-37, 37, false)], {
  expect: Math.log,
  gradient: "none",
  specials: null,
});
elementwise("log1p", (x) => x.log1p(), [between(-0.8, 4)], { expect: Math.log1p, floor: 0, ...smooth });
elementwise("log1p of small", (x) => x.log1p(), [decades(-8, -1)], { expect: Math.log1p, floor: 0, specials: null });
elementwise("sin", (x) => x.sin(), [between(-1.3, 1.3)], { expect: Math.sin, specials: moderate, ...smooth });
elementwise("sin of large", (x) => x.sin(), [between(-200, 200)], { expect: Math.sin, specials: null });
elementwise("cos", (x) => x.cos(), [awayFromZero(0.3, 2.8)], { expect: Math.cos, specials: moderate, ...smooth });
elementwise("cos of large", (x) => x.cos(), [between(-200, 200)], { expect: Math.cos, specials: null });
elementwise("tan", (x) => x.tan(), [awayFromZero(0.1, 1.3)], { expect: Math.tan, specials: moderate, ...smooth });
elementwise("tanh", (x) => x.tanh(), [awayFromZero(0.1, 2)], { expect: Math.tanh, ...smooth });
elementwise("tanh of small and large", (x) => x.tanh(), [decades(-8, 2)], {
  expect: Math.tanh,
  floor: 0,
  gradient: "none",
  specials: null,
});
elementwise("erf", (x) => x.erf(), [awayFromZero(0.1, 1.8)], smooth);
elementwise("erf of small and large", (x) => x.erf(), [decades(-8, 1)], { floor: 0, gradient: "none", specials: null });
elementwise("erfinv", (x) => erfinv(x), [awayFromZero(0.05, 0.95)], { specials: null, ...smooth });
elementwise("erfinv near its ends", (x) => erfinv(x), [awayFromZero(0.998, 0.999)], { specials: null, relative: 1e-4 });
elementwise("relu", lift(ops.relu), [awayFromZero(0.2, 3)], { expect: (x) => Math.max(x, 0), zeroSigns: false });
elementwise("stopGradient", (x) => x.stopGradient(), [between(-3, 3)], { expect: (x) => x, gradient: "zero" });
elementwise("stopGradient beside x", (x) => x.stopGradient().mul(3), [between(-3, 3)], {
  expect: (x) => 3 * x,
  gradient: "zero",
});

elementwise("add", (a, b) => a.add(b), [between(-3, 3), between(-3, 3)], { expect: (a, b) => a + b });
elementwise("sub", (a, b) => a.sub(b), [between(-3, 3), between(-3, 3)], { expect: (a, b) => a - b });
elementwise("mul", (a, b) => a.mul(b), [awayFromZero(0.2, 3), awayFromZero(0.2, 3)], {
  expect: (a, b) => a * b,
  ...smooth,
});
elementwise("div", (a, b) => a.div(b), [awayFromZero(0.2, 3), awayFromZero(0.4, 3)], {
  expect: (a, b) => a / b,
  ...smooth,
});
/** The remainder with the sign of the divisor. */
export const floorMod = (a: number, b: number): number => (a % b !== 0 && a % b < 0 !== b < 0 ? (a % b) + b : a % b);
elementwise("mod", (a, b) => a.mod(b), [onGrid(0.5, 1), awayFromZero(0.95, 1.05)], {
  expect: floorMod,
  specials: null,
});
const modSpecials = [NaN, Infinity, -Infinity, 0, 1, -1, 0.5, -0.5, 2.5, -2.5, 7.25, -7.25, 100.25];
add(
  "mod",
  "special values",
  (a, b) => a.mod(b),
  [sample(listed(modSpecials), [13, 1]), sample(listed(modSpecials), [13])],
  { gradient: "none", elementwise: true, expect: (a, b) => floorMod(a, b) },
);
elementwise("pow", (a, b) => a.pow(b), [between(0.3, 2.5), awayFromZero(0.2, 2)], {
  expect: (a, b) => a ** b,
  specials: null,
  ...smooth,
});
const powSpecials = moderate.filter((x) => x === 0 || !(Math.abs(x) < 1e-5));
add(
  "pow",
  "special values",
  (a, b) => a.pow(b),
  [sample(listed(powSpecials), [powSpecials.length, 1]), sample(listed(powSpecials), [powSpecials.length])],
  { gradient: "none", elementwise: true, zeroSigns: true, floor: 0 },
);
for (const power of [-2, -1, 0.5, 1, 2, 3]) {
  const domain = power === 0.5 ? between(0.3, 2) : awayFromZero(0.3, 2);
  elementwise(`pow ${power}`, (x) => x.pow(power), [domain], {
    expect: (x) => x ** power,
    specials: null,
    smooth: power !== 1,
  });
}
elementwise("pow 0", (x) => x.pow(0), [awayFromZero(0.3, 2)], { expect: () => 1, gradient: "zero" });
elementwise("atan2", lift(ops.atan2), [awayFromZero(0.3, 2), between(-2, 2)], {
  expect: Math.atan2,
  specials: moderate,
  ...smooth,
});
elementwise("maximum", (a, b) => a.maximum(b), [onGrid(0), onGrid(0.5)], { expect: Math.max, zeroSigns: false });
elementwise("minimum", (a, b) => a.minimum(b), [onGrid(0), onGrid(0.5)], { expect: Math.min, zeroSigns: false });
// A comparison has no gradient; on grids that meet, so that equality happens.
const comparable = [whole(-2, 2, "float32"), whole(-2, 2, "float32")];
elementwise("less", (a, b) => a.less(b), comparable, { expect: (a, b) => Number(a < b) });
elementwise("lessEqual", (a, b) => a.lessEqual(b), comparable, { expect: (a, b) => Number(a <= b) });
elementwise("greater", (a, b) => a.greater(b), comparable, { expect: (a, b) => Number(a > b) });
elementwise("greaterEqual", (a, b) => a.greaterEqual(b), comparable, { expect: (a, b) => Number(a >= b) });
elementwise("equal", (a, b) => a.equal(b), comparable, { expect: (a, b) => Number(a === b) });
elementwise("notEqual", (a, b) => a.notEqual(b), comparable, { expect: (a, b) => Number(a !== b) });
elementwise("select", (c, a, b) => array.where(c, a, b), [bools, between(-3, 3), between(-3, 3)], {
  expect: (c, a, b) => (c ? a : b),
});
elementwise("select by comparison", (a, b) => array.where(a.less(b), a.mul(2), b.mul(3)), [onGrid(0), onGrid(0.5)], {
  expect: (a, b) => (a < b ? a * 2 : b * 3),
});
elementwise("where of numbers", (x) => array.where(x.greater(0), 2, -1), [awayFromZero(0.2, 3)], {
  expect: (x) => (x > 0 ? 2 : -1),
  gradient: "zero",
});
elementwise("numbers at the left", (x) => asTensor(3).sub(x).add(asTensor(2).div(x)), [awayFromZero(0.5, 3)], {
  expect: (x) => 3 - x + 2 / x,
  ...smooth,
});
elementwise("logicalAnd", (a, b) => a.logicalAnd(b), comparable, { expect: (a, b) => Number(a !== 0 && b !== 0) });
elementwise("logicalOr", (a, b) => a.logicalOr(b), comparable, { expect: (a, b) => Number(a !== 0 || b !== 0) });
elementwise("logicalNot", (x) => x.logicalNot(), [whole(-1, 1, "float32")], { expect: (x) => Number(x === 0) });

for (const name of ["exp", "log", "sqrt", "abs", "sign", "sin", "cos", "tanh", "erf"] as const) {
  const f: F = (x) => array[name](x).add(array[name](2));
  add("functions that are methods", name, f, [sample(between(0.3, 1.2), [5])], {
    gradient: name === "sign" ? "zero" : "checked",
  });
}
add("functions that are methods", "maximum, minimum", (a, b) => [array.maximum(a, b), array.minimum(a, [1, 2, 3])], [
  sample(onGrid(0), [3]),
  sample(onGrid(0.5), [3]),
]);
add(
  "functions that are methods",
  "matmul",
  (a, b) => array.matmul(a, b),
  [sample(between(-1, 1), [2, 3]), sample(between(-1, 1), [3, 4])],
  smooth,
);
add("functions that are methods", "sum, mean", (x) => [array.sum(x, 0), array.mean(x, -1, { keepDims: true })], [
  sample(between(-1, 1), [2, 3]),
]);
