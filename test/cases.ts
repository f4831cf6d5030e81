// The one table of cases: every primitive, every composite and every method of a tensor, with samplers of its inputs.
import { erf } from "../src/compile/erf.ts";
import type { DType } from "../src/dtype.ts";
import * as activations from "../src/functions/activations.ts";
import * as array from "../src/functions/array.ts";
import * as random from "../src/functions/random.ts";
import { scan } from "../src/functions/scan.ts";
import { logSoftmax, softmax } from "../src/functions/softmax.ts";
import { erfinv } from "../src/functions/special.ts";
import * as ops from "../src/ops/index.ts";
import type { ContractLabels } from "../src/ops/op.ts";
import type { Shape } from "../src/shape.ts";
import { asTensor, Tensor } from "../src/tensor.ts";
import { add, elementwise, type F, integers, layouts, lift, type Options, shapesText } from "./cases/table.ts";
import {
  anyBits,
  awayFromZero,
  between,
  bools,
  bytes,
  type Domain,
  decades,
  distinct,
  extremeInts,
  extremeUints,
  listed,
  offGrid,
  onGrid,
  type Sample,
  sample,
  specialFloats,
  whole,
} from "./samples.ts";
import "./cases/array.ts";
import "./cases/convolution.ts";
import "./cases/models.ts";
import "./cases/pooling.ts";
import "./cases/sorting.ts";

export { type Case, cases } from "./cases/table.ts";

const moderate = specialFloats.filter((x) => !Number.isFinite(x) || Math.abs(x) < 1e4);
const smooth = { smooth: true };

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
const floorMod = (a: number, b: number): number => (a % b !== 0 && a % b < 0 !== b < 0 ? (a % b) + b : a % b);
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

// Activation functions, by plain formulas that know nothing of overflow; those of large numbers stand under "far out".
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const elu = (x: number, alpha = 1): number => (x > 0 ? x : alpha * Math.expm1(x));
const off0 = awayFromZero(0.2, 3);
const safe = { specials: null, relative: 2e-5 };
elementwise("linear", (x) => activations.linear(x), [between(-3, 3)], { ...safe, expect: (x) => x });
elementwise("relu by name", (x) => activations.activation("relu")(x).add(activations.relu(x.neg())), [off0], {
  ...safe,
  expect: (x) => Math.abs(x),
});
elementwise("leakyRelu", (x) => activations.leakyRelu(x), [off0], { ...safe, expect: (x) => (x > 0 ? x : 0.01 * x) });
elementwise("leakyRelu 0.1", (x) => activations.leakyRelu(x, { negativeSlope: 0.1 }), [off0], {
  ...safe,
  expect: (x) => (x > 0 ? x : 0.1 * x),
});
elementwise("elu", (x) => activations.elu(x), [off0], { ...safe, expect: (x) => elu(x) });
elementwise("elu 0.7", (x) => activations.elu(x, { alpha: 0.7 }), [off0], { ...safe, expect: (x) => elu(x, 0.7) });
elementwise("selu", (x) => activations.selu(x), [off0], {
  ...safe,
  expect: (x) => 1.0507009873554805 * elu(x, 1.6732632423543772),
});
elementwise("gelu", (x) => activations.gelu(x), [awayFromZero(0.2, 2)], {
  ...safe,
  ...smooth,
  expect: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
});
elementwise("gelu approximately", (x) => activations.gelu(x, { approximate: true }), [awayFromZero(0.2, 2)], {
  ...safe,
  ...smooth,
  expect: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
});
elementwise("sigmoid", (x) => activations.sigmoid(x), [between(-3, 3)], { ...safe, ...smooth, expect: sigmoid });
elementwise("silu", (x) => activations.silu(x), [between(-3, 3)], {
  ...safe,
  ...smooth,
  expect: (x) => x * sigmoid(x),
});
elementwise("swish", (x) => activations.swish(x), [between(-3, 3)], { ...safe, expect: (x) => x * sigmoid(x) });
elementwise("softplus", (x) => activations.softplus(x), [off0], { ...safe, expect: (x) => Math.log(1 + Math.exp(x)) });
elementwise("softsign", (x) => activations.softsign(x), [off0], { ...safe, expect: (x) => x / (1 + Math.abs(x)) });
elementwise("heaviside", (x) => activations.heaviside(x), [off0], {
  ...safe,
  expect: (x) => (x > 0 ? 1 : 0),
  gradient: "zero",
});
add("maxout", "2 of 6", (x) => activations.maxout(x, 2), [sample(distinct(), [5, 6])]);
add("maxout", "of a dense layer", (x, w) => activations.maxout(x.matmul(w), 3).sum(0), [
  sample(awayFromZero(0.5, 1), [2, 3]),
  sample(distinct(), [3, 6]),
]);
for (const name of ["relu", "leakyRelu", "elu", "selu", "gelu", "silu", "softplus", "softsign", "sigmoid"] as const) {
  const far = sample({ ...listed([30, -30, 90, -70, 300, -300, 1e4, -1e4]), hasGradient: true }, [8]);
  // Beyond these no gradient may be NaN or infinite: backend against reference, whose values and gradients must be
  // finite.
  add("far out", name, (x) => activations[name](x), [far], { floor: 0.01, relative: 1e-4 });
}

// ---- integers, bools, bytes -----------------------------------------------------------------------------------

for (const dtype of ["int32", "uint32"] as const) {
  const wrap = (x: number): number => (dtype === "int32" ? x | 0 : x >>> 0);
  const two = [anyBits(dtype), anyBits(dtype)];
  const small = [
    dtype === "int32" ? whole(-20, 20) : whole(0, 40, dtype),
    dtype === "int32" ? whole(-5, 5) : whole(0, 7, dtype),
  ];
  integers(
    `neg ${dtype}`,
    (x) => x.neg(),
    [anyBits(dtype)],
    (x) => wrap(-x),
  );
  integers(
    `abs ${dtype}`,
    (x) => x.abs(),
    [anyBits(dtype)],
    (x) => wrap(Math.abs(x)),
  );
  integers(`sign ${dtype}`, (x) => x.sign(), [anyBits(dtype)], Math.sign);
  integers(
    `add ${dtype}`,
    (a, b) => a.add(b),
    two,
    (a, b) => wrap(a + b),
  );
  integers(
    `sub ${dtype}`,
    (a, b) => a.sub(b),
    two,
    (a, b) => wrap(a - b),
  );
  integers(
    `mul ${dtype}`,
    (a, b) => a.mul(b),
    two,
    (a, b) => wrap(Math.imul(a, b)),
  );
  integers(
    `mod ${dtype}`,
    (a, b) => a.mod(b),
    small,
    (a, b) => (b === 0 ? 0 : floorMod(a, b)),
  );
  integers(`maximum ${dtype}`, (a, b) => a.maximum(b), two, Math.max);
  integers(`minimum ${dtype}`, (a, b) => a.minimum(b), two, Math.min);
  integers(
    `less ${dtype}`,
    (a, b) => a.less(b),
    two,
    (a, b) => Number(a < b),
  );
  integers(
    `lessEqual ${dtype}`,
    (a, b) => a.lessEqual(b),
    two,
    (a, b) => Number(a <= b),
  );
  integers(
    `equal ${dtype}`,
    (a, b) => a.equal(b),
    small,
    (a, b) => Number(a === b),
  );
  integers(`not ${dtype}`, lift(ops.not), [anyBits(dtype)], (x) => wrap(~x));
  integers(`and ${dtype}`, lift(ops.and), two, (a, b) => wrap(a & b));
  integers(`or ${dtype}`, lift(ops.or), two, (a, b) => wrap(a | b));
  integers(`xor ${dtype}`, lift(ops.xor), two, (a, b) => wrap(a ^ b));
  integers(`shiftLeft ${dtype}`, lift(ops.shiftLeft), [anyBits(dtype), whole(0, 31, dtype)], (a, b) => wrap(a << b));
  integers(`shiftRight ${dtype}`, lift(ops.shiftRight), [anyBits(dtype), whole(0, 31, dtype)], (a, b) =>
    dtype === "int32" ? a >> b : a >>> b,
  );
  integers(`select ${dtype}`, (a, b) => array.where(a.less(b), b, a), two, Math.max);
  integers(
    `add 1, mul 3 ${dtype}`,
    (x) => x.add(1).mul(3),
    [anyBits(dtype)],
    (x) => wrap(Math.imul(wrap(x + 1), 3)),
  );
}
integers("and bool", lift(ops.and), [bools, bools], (a, b) => a & b);
integers("or bool", lift(ops.or), [bools, bools], (a, b) => a | b);
integers("xor bool", lift(ops.xor), [bools, bools], (a, b) => a ^ b);
integers("not bool", lift(ops.not), [bools], (x) => 1 - x);
integers(
  "select bool",
  lift((c, a, b) => ops.select(c, a, b)),
  [bools, bools, bools],
  (c, a, b) => (c ? a : b),
);
integers(
  "select uint8",
  lift((c, a, b) => ops.select(c, a, b)),
  [bools, bytes, bytes],
  (c, a, b) => (c ? a : b),
);
elementwise("div int32", (a, b) => a.div(b), [whole(-20, 20), whole(1, 9)], { expect: (a, b) => a / b });
elementwise("sqrt uint8", (x) => x.sqrt(), [bytes], { expect: Math.sqrt });
elementwise("add bool", (a, b) => a.add(b), [bools, bools], { expect: (a, b) => a + b });
elementwise("add uint8", (a, b) => a.add(b), [bytes, bytes], { expect: (a, b) => a + b });
elementwise("add int32 to float32", (a, b) => a.add(b), [between(-3, 3), whole(-9, 9)], { expect: (a, b) => a + b });
elementwise("less of uint8", (a, b) => a.less(b), [bytes, bytes], { expect: (a, b) => Number(a < b) });
elementwise("pixels scaled", (x) => x.cast("float32").div(255).sub(0.5), [bytes], { expect: (x) => x / 255 - 0.5 });

const castValues: Record<"float32" | "int32" | "uint32" | "bool" | "uint8", readonly number[]> = {
  float32: [
    NaN,
    Infinity,
    -Infinity,
    0,
    -0,
    0.5,
    -0.5,
    0.9999,
    -0.9999,
    1.5,
    -1.5,
    127.7,
    128.2,
    255,
    255.7,
    256,
    300,
    -300,
    1e10,
    -1e10,
    2147483520,
    2147483648,
    -2147483648,
    4294967040,
    4294967296,
    1e-40,
    16777217,
  ],
  int32: [...extremeInts, 127, 128, 255, 256, 257, -129, 16777217],
  uint32: [...extremeUints, 127, 128, 255, 256, 257, 16777217],
  bool: [0, 1],
  uint8: [0, 1, 2, 127, 128, 255],
};
/** What a cast means, in plain JavaScript. */
function castOne(value: number, from: string, to: string): number {
  if (to === "bool") return Number(value !== 0);
  if (to === "float32") return value;
  if (from !== "float32") return { int32: value | 0, uint32: value >>> 0, uint8: value & 255 }[to]!;
  const [low, high] = { int32: [-(2 ** 31), 2 ** 31 - 1], uint32: [0, 2 ** 32 - 1], uint8: [0, 255] }[to] as [
    number,
    number,
  ];
  if (Number.isNaN(value)) return 0;
  return value <= low ? low : value >= high ? high : value < 0 ? 0 - Math.floor(-value) : Math.floor(value);
}
const castDTypes = Object.keys(castValues) as (keyof typeof castValues)[];
for (const from of castDTypes) {
  for (const to of castDTypes) {
    const domain = listed(castValues[from], from);
    const options: Options = {
      gradient: "none",
      elementwise: true,
      zeroSigns: true,
      expect: (x) => castOne(x, from, to),
    };
    for (const n of [castValues[from].length, 3, 65])
      add("cast", `${from} to ${to} [${n}]`, (x) => x.cast(to), [sample(domain, [n])], options);
    add(
      "cast",
      `${from} to ${to} and to float32`,
      (x) => x.transpose().cast(to).cast("float32").mul(0.5),
      [sample(domain, [5, 7])],
      { gradient: "none", zeroSigns: true },
    );
  }
}
add(
  "cast",
  "float32 through int32 and back",
  (x) => x.cast("int32").cast("float32").mul(x),
  [sample(offGrid(5), [9])],
  { gradient: "checked" },
);

// ---- movement -------------------------------------------------------------------------------------------------

/** A movement for its own sake, between two elementwise operations, and on every dtype. */
function movement(of: string, name: string, shape: Shape, move: (x: Tensor) => Tensor): void {
  add(of, `${name} of [${shape}]`, (x) => move(x), [sample(between(-2, 2), shape)], { elementwise: true });
  add(of, `${name} of [${shape}] between`, (x) => move(x.exp()).mul(move(x)), [sample(between(-2, 2), shape)], {
    smooth: true,
  });
  add(
    of,
    `${name} of [${shape}] of integers`,
    (x, y, z) => [move(x), move(y), move(z)],
    [sample(anyBits("int32"), shape), sample(bools, shape), sample(bytes, shape)],
    { gradient: "none", elementwise: true },
  );
}

movement("reshape", "to [6]", [2, 3], (x) => x.reshape([6]));
movement("reshape", "to [3,-1]", [2, 3, 5], (x) => x.reshape([3, -1]));
movement("reshape", "to a scalar", [1, 1], (x) => x.reshape([]));
movement("reshape", "to [1,5,1]", [5], (x) => x.reshape([1, 5, 1]));
movement("reshape", "after transpose", [4, 6], (x) => x.transpose().reshape([3, 8]));
movement("reshape", "after a slice", [5, 6], (x) => x.at([1, 4], [0, 4]).reshape([2, 6]));
movement("reshape", "of windows", [9], (x) => x.slidingWindow(0, 3).reshape([21]));
movement("reshape", "of padding", [2, 3], (x) =>
  x
    .pad([
      [1, 0],
      [0, 2],
    ])
    .reshape([-1]),
);
movement("reshape", "of a broadcast", [3, 1], (x) => x.broadcastTo([3, 4]).reshape([2, 6]));
movement("reshape", "of nothing", [0, 3], (x) => x.reshape([3, 0, 2]));
movement("reshape", "expandDims, squeeze", [1, 3, 1], (x) => x.expandDims(-1).squeeze([0, 3]).expandDims(0));
for (const order of [
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
])
  movement("permute", `${order}`, [2, 5, 3], (x) => x.transpose(order));
movement("permute", "of a matrix", [13, 17], (x) => x.transpose());
movement("permute", "of a larger matrix", [33, 70], (x) => x.transpose());
movement("permute", "of an axis of 1", [1, 7, 1], (x) => x.transpose([1, 2, 0]));
movement("permute", "of four axes", [2, 3, 4, 5], (x) => x.transpose([0, 2, 1, 3]));
movement("permute", "twice around a reshape", [2, 3, 4], (x) => x.transpose([1, 0, 2]).reshape([6, 4]).transpose());
movement("permute", "of nothing", [0, 3], (x) => x.transpose());
movement("broadcast", "of a scalar", [], (x) => x.broadcastTo([2, 3]));
movement("broadcast", "of a row", [5], (x) => x.broadcastTo([3, 5]));
movement("broadcast", "of a column", [3, 1], (x) => x.broadcastTo([2, 3, 7]));
movement("broadcast", "to nothing", [1, 3], (x) => x.broadcastTo([0, 3]));
movement("broadcast", "of an inner axis", [2, 1, 3], (x) => x.broadcastTo([2, 67, 3]));
movement("slice", "from the middle", [9], (x) => x.at([2, 7]));
movement("slice", "by 3", [10], (x) => x.at([1, null, 3]));
movement("slice", "of two axes", [5, 7], (x) => x.at([1, -1], [null, null, 2]));
movement("slice", "of a row", [4, 6], (x) => x.at(-1));
movement("slice", "of a column", [4, 6], (x) => x.at([], 2));
movement("slice", "of a slice", [20], (x) => x.at([2, 18, 2]).at([1, null, 3]));
movement("slice", "of nothing", [5], (x) => x.at([3, 3]));
movement("slice", "of one element", [5, 3], (x) => x.at(4, 2));
movement("slice", "of padding", [3], (x) => x.pad([[2, 2]], 1).at([1, 6]));
movement("pad", "with zeros", [2, 3], (x) =>
  x.pad([
    [1, 2],
    [0, 1],
  ]),
);
movement("pad", "with 1", [5], (x) => x.pad([[3, 70]], 1));
movement("pad", "of nothing", [0, 2], (x) =>
  x.pad(
    [
      [2, 1],
      [1, 0],
    ],
    1,
  ),
);
movement("pad", "of padding", [3], (x) => x.pad([[1, 0]], 1).pad([[0, 2]]));
movement("pad", "of a transpose", [2, 3], (x) =>
  x.transpose().pad([
    [1, 0],
    [1, 1],
  ]),
);
movement("flip", "of a vector", [13], (x) => x.flip());
movement("flip", "of one axis", [3, 5], (x) => x.flip(-1));
movement("flip", "of both axes", [3, 5], (x) => x.flip([0, 1]));
movement("flip", "of a slice by a negative step", [9, 4], (x) => x.at([7, 1, -2], [null, null, -1]));
movement("flip", "of padding", [4], (x) => x.pad([[1, 2]], 1).flip());
movement("window", "of 3", [7], (x) => x.slidingWindow(0, 3));
movement("window", "of 2 by 2", [8], (x) => x.slidingWindow(0, 2, { strides: 2 }));
movement("window", "of 3 by 2 with gaps", [11], (x) => x.slidingWindow(0, 3, { strides: 2, dilation: 2 }));
movement("window", "of 2 by 5", [13], (x) => x.slidingWindow(0, 2, { strides: 5 }));
movement("window", "of all", [5], (x) => x.slidingWindow(0, 5));
movement("window", "of 1", [4, 2], (x) => x.slidingWindow(1, 1));
movement("window", "in two axes", [5, 6], (x) => x.slidingWindow(0, 3).slidingWindow(1, 2, { strides: 2 }));
movement("window", "of padding", [4, 2], (x) =>
  x
    .pad([
      [1, 1],
      [0, 0],
    ])
    .slidingWindow(0, 3),
);
movement("window", "of a flip", [7], (x) => x.flip().slidingWindow(0, 3, { dilation: 2 }));
add(
  "pad",
  "with −∞",
  (x) =>
    x
      .pad(
        [
          [0, 0],
          [2, 1],
        ],
        -Infinity,
      )
      .max(1),
  [sample(distinct(), [3, 4])],
);
add("pad", "with a value of int32", (x) => x.pad([[2, 1]], -7), [sample(anyBits("int32"), [5])], { gradient: "none" });

// ---- joins ----------------------------------------------------------------------------------------------------

function joins(axis: number, shapes: readonly Shape[]): void {
  const name = `${shapesText(shapes)} along ${axis}`;
  const inputs = (d: Domain): Sample[] => shapes.map((s) => sample(d, s));
  add("concatenate", name, (...xs) => array.concatenate(xs, axis), inputs(between(-2, 2)), { elementwise: true });
  add(
    "concatenate",
    `${name} of expressions`,
    (...xs) =>
      array
        .concatenate(
          xs.map((x, i) => x.mul(i + 2).exp()),
          axis,
        )
        .square(),
    inputs(between(-0.5, 0.5)),
    smooth,
  );
  for (const d of [anyBits("int32"), bools, bytes])
    add("concatenate", `${name} of ${d.dtype}`, (...xs) => array.concatenate(xs, axis), inputs(d), {
      gradient: "none",
      elementwise: true,
    });
}
joins(0, [[3], [5]]);
joins(0, [[1], [70], [2]]);
joins(0, [
  [2, 3],
  [1, 3],
  [4, 3],
]);
joins(1, [
  [3, 2],
  [3, 5],
]);
joins(-1, [
  [2, 1, 4],
  [2, 1, 4],
  [2, 1, 1],
]);
joins(1, [
  [2, 3, 2],
  [2, 1, 2],
]);
joins(0, [[0], [5]]);
joins(1, [
  [3, 2],
  [3, 0],
  [3, 1],
]);
joins(0, [[4]]);
add(
  "concatenate",
  "views",
  (a, b) => array.concatenate([a.transpose(), b.at([1]), a.flip().transpose(), b.at([0, 1])]),
  [sample(between(-1, 1), [3, 2]), sample(between(-1, 1), [4, 3])],
);
add("concatenate", "its own sum", (x) => array.concatenate([x, x, x.sum(0, { keepDims: true })]).mul(2), [
  sample(between(-1, 1), [3, 2]),
]);
add("concatenate", "stack", (a, b) => [array.stack([a, b]), array.stack([a, b, a], 1), array.stack([a, b], -1)], [
  sample(between(-1, 1), [3, 2]),
  sample(between(-1, 1), [3, 2]),
]);
add(
  "concatenate",
  "split",
  (x) => [...array.split(x, 3), ...array.split(x, [1, 4], 1), ...array.split(x, [0, 0], -1)],
  [sample(between(-1, 1), [6, 5])],
);
add(
  "concatenate",
  "split and joined in another order",
  (x) => array.concatenate(array.split(x, [2, 3]).reverse()).square(),
  [sample(between(-1, 1), [7])],
);
add("concatenate", "a sum of paddings", (a, b) => a.pad([[0, 4]]).add(b.pad([[3, 0]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [4]),
]);
add("concatenate", "a sum of paddings with a gap", (a, b) => a.pad([[5, 1]]).add(b.pad([[1, 6]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [2]),
]);
add("concatenate", "a sum of paddings that overlap", (a, b) => a.pad([[0, 3]]).add(b.pad([[2, 0]])), [
  sample(between(-1, 1), [3]),
  sample(between(-1, 1), [4]),
]);
add(
  "concatenate",
  "a sum of paddings in two axes",
  (a, b) =>
    a
      .pad([
        [0, 1],
        [1, 0],
      ])
      .add(
        b.pad([
          [1, 0],
          [0, 1],
        ]),
      ),
  [sample(between(-1, 1), [2, 2]), sample(between(-1, 1), [2, 2])],
);

add(
  "concatenate",
  "a scatter, a product, a sum and a gather as they are",
  (x, at, w) => {
    const parts = [
      new Tensor(ops.scatterAdd(x.node, at.node, 0, 4)),
      x.matmul(w),
      x.sum(0, { keepDims: true }),
      x.take(at),
    ];
    return [
      array.concatenate([x, ...parts, x]),
      array.concatenate([...parts].reverse()),
      array.stack([x.sum(1), x.max(1), new Tensor(ops.scatterAdd(x.sum(1).node, at.node, 0, 5))], 1),
    ];
  },
  [sample(distinct(), [5, 3]), sample(listed([3, 0, 3, 1, 1], "int32"), [5]), sample(between(-1, 1), [3, 3])],
);

// ---- reductions -----------------------------------------------------------------------------------------------

const reductions: [Shape, (number[] | undefined)[]][] = [
  [[], [undefined]],
  [[1], [undefined, [0]]],
  [[3], [[0], []]],
  [[7], [[0]]],
  [[17], [undefined]],
  [[67], [[0]]],
  [
    [2, 3],
    [undefined, [0], [1], [-1]],
  ],
  [
    [5, 1],
    [[0], [1]],
  ],
  [
    [13, 17],
    [[0], [1]],
  ],
  [
    [3, 130],
    [[1], [0]],
  ],
  [
    [2, 3, 5],
    [undefined, [0], [1], [2], [0, 1], [0, 2], [1, 2], [2, 0]],
  ],
  [
    [2, 3, 4, 5],
    [
      [1, 3],
      [0, 2],
    ],
  ],
];
for (const [name, domain, options] of [
  ["sum", between(-1, 2), { smooth: false, relative: 1e-5 }],
  ["mean", between(-1, 2), { smooth: false, relative: 1e-5 }],
  ["max", distinct(), { smooth: false, relative: 1e-5 }],
  ["min", distinct(), { smooth: false, relative: 1e-5 }],
  ["prod", awayFromZero(0.8, 1.25), { smooth: true, relative: 3e-5 }],
] as const) {
  for (const [shape, lists] of reductions) {
    for (const axes of lists) {
      for (const keepDims of [false, true]) {
        const folded = (axes ?? shape.map((_, i) => i)).reduce((n, axis) => n * shape.at(axis)!, 1);
        const over = `[${shape}] over ${axes ?? "all"}${keepDims ? " kept" : ""}`;
        add(name, over, (x) => x[name](axes, { keepDims }), [sample(domain, shape)], {
          ...options,
          smooth: options.smooth && folded > 1,
        });
      }
    }
  }
  for (const [layout, { shape, view }] of Object.entries(layouts)) {
    // Rows that are repeated tie, and a tie is a kink.
    const gradient = /max|min/.test(name) && /windows|stretched|taken|joined/.test(layout) ? "none" : "checked";
    add(
      name,
      `${layout} [${shape}]`,
      (x) => [view(x)[name](0), view(x)[name](-1), view(x)[name]()],
      [sample(domain, shape)],
      { ...options, gradient },
    );
  }
  add(name, "of an expression", (x) => x.mul(2).sub(0.1)[name](1).exp(), [sample(between(0.3, 0.9), [3, 5])]);
  if (name !== "mean") {
    for (const d of [anyBits("int32"), anyBits("uint32"), bools, bytes]) {
      add(name, `${d.dtype} [5,7]`, (x) => [x[name](0), x[name](1), x[name]()], [sample(d, [5, 7])], {
        gradient: "none",
      });
    }
  }
  const dubious = sample(listed([1, NaN, Infinity, -Infinity, 2, 3, -Infinity, Infinity, 0.5, -0, 0, 2]), [4, 3]);
  add(name, "NaN and infinity", (x) => [x[name](0), x[name](1), x[name](), x.at([2])[name](1)], [dubious], {
    gradient: "none",
  });
}
add("sum", "of 10,000", (x) => [x.sum(), x.mean(), x.square().mean()], [sample(between(-1, 1), [10, 1000])], {
  relative: 1e-4,
});
add("sum", "of nothing", (x) => [x.sum(), x.sum(0), x.sum(1), x.prod(0)], [sample(between(-1, 1), [0, 3])], {
  gradient: "none",
});
add("sum", "of windows", (x) => x.slidingWindow(0, 3).sum(-1), [sample(between(-1, 1), [9])]);
add(
  "mean",
  "of integers",
  (x, y) => [x.mean(0), y.mean(), y.cast("bool").mean(1)],
  [sample(whole(-9, 9), [3, 5]), sample(bytes, [3, 5])],
  { gradient: "none" },
);
add(
  "prod",
  "with one zero",
  (x) => x.prod(1),
  [sample({ ...listed([0.9, 0, 1.2, -0.7, 1.1, 0.8]), hasGradient: true }, [2, 3])],
  { relative: 3e-5, smooth: true },
);
add(
  "prod",
  "with two zeros, twice",
  (x) => x.prod(1).add(x.square().sum(1)),
  [sample({ ...listed([0, 1.5, 0, 1.2, 0.7, 0, 0, 0]), hasGradient: true }, [2, 4])],
  { relative: 3e-5, smooth: true },
);
add(
  "prod",
  "with two zeros",
  (x) => [x.prod(1), x.at([], [1]).prod(1)],
  [sample({ ...listed([1.5, 0, 1.2, 0]), hasGradient: true }, [2, 4])],
  { gradient: "zero" },
);
add("max", "with ties", (x) => [x.max(0), x.min(1), x.max()], [sample(whole(-1, 1, "float32"), [7, 5])], {
  gradient: "none",
});
add("max", "all −∞", (x) => [x.max(), x.min()], [sample(listed([-Infinity]), [5])], { gradient: "none" });
for (const d of [distinct(), whole(-2, 2), bytes, bools, whole(0, 3, "uint32")]) {
  add("argmax", `${d.dtype}`, (x) => [x.argmax(), x.argmin(), x.argmax(0), x.argmin(1)], [sample(d, [5, 7, 3])], {
    gradient: "none",
  });
}
add(
  "argmax",
  "NaN and infinity",
  (x) => [x.argmax(1), x.argmin(0)],
  [sample(listed([NaN, 1, 2, Infinity, 3, Infinity, -Infinity, 0, -0]), [3, 3])],
  { gradient: "none" },
);
add(
  "variance",
  "over each axis",
  (x) => [array.variance(x), array.variance(x, 0), array.variance(x, [0, -1], { keepDims: true })],
  [sample(between(-2, 2), [3, 5, 4])],
  smooth,
);

// ---- rows: reductions with row-local values between ------------------------------------------------------------

const logSumExp = (x: Tensor, axis: number): Tensor => {
  const top = x.max(axis, { keepDims: true }).stopGradient();
  return x.sub(top).exp().sum(axis, { keepDims: true }).log().add(top);
};
for (const shape of [
  [1, 1],
  [3, 2],
  [4, 3],
  [2, 10],
  [5, 17],
  [2, 70],
]) {
  for (const axis of [0, 1]) {
    add("rows", `softmax [${shape}] over ${axis}`, (x) => softmax(x, axis), [sample(between(-2, 2), shape)], {
      gradient: shape[axis] === 1 ? "none" : "checked",
    });
    add(
      "rows",
      `log-softmax [${shape}] over ${axis}`,
      (x) => [logSoftmax(x, axis), x.sub(logSumExp(x, axis))],
      [sample(between(-2, 2), shape)],
      { gradient: shape[axis] === 1 ? "none" : "checked" },
    );
  }
  add(
    "rows",
    `cross-entropy [${shape}]`,
    (x) =>
      logSumExp(x, 1)
        .squeeze(1)
        .sub(x.mul(array.oneHot(x.argmax(1), shape[1]!)).sum(1))
        .mean(),
    [sample(distinct(), shape)],
    { gradient: shape[1] === 1 ? "none" : "checked" },
  );
}
add(
  "rows",
  "softmax of three axes",
  (x) => [softmax(x), logSoftmax(x), softmax(x, 1), logSoftmax(x, 0)],
  [sample(between(-2, 2), [3, 4, 5])],
  smooth,
);
add("rows", "softmax of integers", (x) => [softmax(x), logSoftmax(x, 0)], [sample(whole(-3, 3), [3, 4])], {
  gradient: "none",
});
const squareByRule = lift((x) => ops.customGradient(ops.mul(x, x), [x], (dy, o) => [o.mul(o.mul(dy, x), 2)]));
add(
  "customGradient",
  "a rule that is right",
  (x) => squareByRule(x).add(squareByRule(x.mul(2)).sum(1, { keepDims: true })),
  [sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "fence",
  "a value that waits for another",
  lift((x, y) => ops.add(ops.exp(ops.fence(x, ops.sum(ops.tanh(y), [0, 1]))), ops.mul(ops.exp(x), y))),
  [sample(between(-2, 2), [3, 5]), sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "fence",
  "a value that waits for what is made of it",
  lift((x) => ops.fence(ops.exp(ops.fence(x, ops.exp(x))), x)),
  [sample(between(-2, 2), [3, 5])],
  smooth,
);
add(
  "rows",
  "softmax of large numbers",
  (x) => [softmax(x, 1), logSoftmax(x, 1)],
  [sample(listed([1e4, 1e4 - 1, -1e4, 0, 3e38, 1]), [2, 3])],
  { gradient: "none" },
);
add(
  "rows",
  "softmax with −∞",
  (x) => [softmax(x, 1), logSoftmax(x, 1)],
  [sample(listed([-Infinity, 1, 2, -Infinity, -Infinity, 0]), [2, 3])],
  { gradient: "none" },
);
add(
  "rows",
  "layer norm",
  (x, scale, bias) => {
    const centred = x.sub(x.mean(-1, { keepDims: true }));
    return centred
      .div(centred.square().mean(-1, { keepDims: true }).add(1e-3).sqrt())
      .mul(scale)
      .add(bias);
  },
  [sample(between(-2, 2), [3, 13]), sample(between(0.5, 2), [13]), sample(between(-1, 1), [13])],
  { ...smooth, relative: 3e-5 },
);
add(
  "rows",
  "a column's mean taken from each element",
  (x) => x.sub(x.mean(0)).square().sum(),
  [sample(between(-2, 2), [7, 5])],
  smooth,
);
add(
  "rows",
  "row and column sums together",
  (x) =>
    x
      .sum(0, { keepDims: true })
      .mul(x.sum(1, { keepDims: true }))
      .add(x),
  [sample(between(-1, 1), [5, 7])],
  smooth,
);
add(
  "rows",
  "clipping by global norm",
  (x, y) => {
    const norm = x.square().sum().add(y.square().sum()).sqrt();
    const factor = asTensor(1).div(norm.maximum(1));
    return [x.mul(factor), y.mul(factor)];
  },
  [sample(between(-2, 2), [3, 5]), sample(between(-2, 2), [7])],
  smooth,
);

// ---- contractions ---------------------------------------------------------------------------------------------

/** einsum's notation as labels. */
function labels(text: string): ContractLabels {
  const [a, b, out] = text.split(/,|->/).map((part) => [...part].map((letter) => letter.charCodeAt(0)));
  return { a: a!, b: b!, out: out! };
}
const einsum = (text: string): F => lift((a, b) => ops.contract(a, b, labels(text)));
/** A dot product of K terms loses √K roundings. */
const byTerms = (k: number): Options => ({ relative: 3e-6 * Math.sqrt(Math.max(1, k)), smooth: k < 20 });

function contraction(text: string, a: Shape, b: Shape, k: number): void {
  add(
    "contract",
    `${text} [${a}] [${b}]`,
    einsum(text),
    [sample(between(-1, 1), a), sample(between(-1, 1), b)],
    byTerms(k),
  );
}
contraction(",->", [], [], 1);
contraction("i,->i", [7], [], 1);
contraction("i,i->", [7], [7], 7);
contraction("i,i->", [130], [130], 130);
contraction("i,i->i", [5], [5], 1);
contraction("i,j->ij", [5], [9], 1);
contraction("i,j->ji", [5], [9], 1);
contraction("ij,j->i", [5, 7], [7], 7);
contraction("i,ij->j", [5], [5, 7], 5);
contraction("ij,kj->ik", [5, 7], [9, 7], 7);
contraction("ji,jk->ik", [5, 7], [5, 9], 5);
contraction("ji,kj->ki", [5, 7], [9, 5], 5);
contraction("ij,jk->ki", [5, 7], [7, 9], 7);
contraction("bij,bjk->bik", [3, 5, 7], [3, 7, 2], 7);
contraction("bij,bkj->bik", [3, 5, 7], [3, 2, 7], 7);
contraction("bij,bjk->kbi", [3, 5, 7], [3, 7, 2], 7);
contraction("bij,jk->bik", [3, 5, 7], [7, 9], 7);
contraction("ij,bjk->bik", [5, 7], [2, 7, 9], 7);
contraction("bij,bij->b", [3, 5, 7], [3, 5, 7], 35);
contraction("bij,bij->", [3, 5, 7], [3, 5, 7], 105);
contraction("ij,ij->ij", [5, 7], [5, 7], 1);
contraction("ab,ba->ab", [5, 7], [7, 5], 1);
contraction("abc,bcd->ad", [3, 4, 5], [4, 5, 6], 20);
contraction("abc,cbd->da", [3, 4, 5], [5, 4, 6], 20);
contraction("acb,bcd->ad", [3, 4, 5], [5, 4, 6], 20);
contraction("bqhd,bkhd->bhqk", [2, 5, 3, 4], [2, 7, 3, 4], 4);
contraction("bhqk,bkhd->bqhd", [2, 3, 5, 7], [2, 7, 3, 4], 7);
contraction("abij,bjk->aibk", [2, 3, 4, 5], [3, 5, 6], 5);
contraction("ij,jk->ik", [0, 3], [3, 4], 3);
contraction("ij,jk->ik", [2, 0], [0, 4], 1);
contraction("bij,bjk->bik", [0, 2, 3], [0, 3, 4], 3);
contraction("ij,jk->ik", [65, 70], [70, 130], 70);
// Longer than one pass over the sum, and more rows than one block holds.
add(
  "contract",
  "long sums and many rows",
  einsum("ij,jk->ik"),
  [sample(between(-1, 1), [131, 1030]), sample(between(-1, 1), [1030, 21])],
  { gradient: "none", relative: 1e-4 },
);
// Around the multiples of every tile: 4, 6, 8 and 16, one less and one more.
for (const [m, k, n] of [
  [1, 1, 1],
  [1, 9, 1],
  [1, 5, 33],
  [33, 5, 1],
  [2, 3, 4],
  [3, 4, 5],
  [4, 4, 4],
  [4, 6, 8],
  [5, 1, 9],
  [6, 8, 16],
  [7, 7, 7],
  [8, 2, 12],
  [9, 17, 7],
  [11, 3, 13],
  [12, 16, 24],
  [13, 31, 15],
  [15, 32, 17],
  [16, 33, 9],
  [17, 8, 8],
  [5, 129, 6],
  [3, 257, 5],
  [31, 4, 23],
  [40, 40, 40],
])
  contraction("ij,jk->ik", [m!, k!], [k!, n!], k!);

const unit = between(-1, 1);
add(
  "contract",
  "views",
  (a, b) => [
    a.transpose().matmul(b),
    a
      .flip(0)
      .transpose()
      .matmul(b.at([], [1, null, 2])),
    a.at([1]).matmul(b.at([0, 6], [0, 4])),
    b.transpose().matmul(a.at([null, null, -1])),
  ],
  [sample(unit, [7, 6]), sample(unit, [7, 9])],
  { ...smooth },
);
add(
  "contract",
  "broadcast operands",
  (a, b) => [
    a.broadcastTo([5, 7]).matmul(b),
    b.matmul(b.at(0).expandDims(1).broadcastTo([3, 4])),
    a
      .pad([
        [2, 1],
        [0, 0],
      ])
      .matmul(b),
  ],
  [sample(unit, [1, 7]), sample(unit, [7, 3])],
  smooth,
);
add(
  "contract",
  "operands that are expressions",
  (a, b) => a.exp().sub(1).matmul(b.mul(2).tanh()),
  [sample(unit, [5, 6]), sample(unit, [6, 9])],
  smooth,
);
add(
  "contract",
  "an operand used twice",
  (a) => [a.matmul(a.transpose()), a.transpose().matmul(a)],
  [sample(unit, [5, 9])],
  smooth,
);
add("contract", "bytes, scaled", (x, w) => x.cast("float32").div(255).matmul(w), [
  sample(bytes, [9, 13]),
  sample(unit, [13, 5]),
]);
add(
  "contract",
  "rows taken",
  (x, w) => x.take([3, 0, 0, 2]).matmul(w),
  [sample(unit, [4, 5]), sample(unit, [5, 6])],
  smooth,
);
add("contract", "a dense layer", (x, w, b) => new Tensor(ops.relu(x.matmul(w).add(b).node)), [
  sample(unit, [5, 9]),
  sample(unit, [9, 13]),
  sample(unit, [13]),
]);
add(
  "contract",
  "an epilogue with a mask, a scale and an accumulator",
  (x, w, c) => array.where(c.greater(0), x.matmul(w).mul(0.5).add(c), 0).sum(1),
  [sample(unit, [5, 9]), sample(unit, [9, 13]), sample(awayFromZero(0.1, 1), [5, 13])],
);
add(
  "contract",
  "its result used twice",
  (x, w) => [x.matmul(w), x.matmul(w).exp(), x.matmul(w).sum(0)],
  [sample(unit, [4, 6]), sample(unit, [6, 5])],
  smooth,
);
add(
  "contract",
  "two in a row",
  (x, v, w) => x.matmul(v).tanh().matmul(w),
  [sample(unit, [5, 6]), sample(unit, [6, 7]), sample(unit, [7, 3])],
  smooth,
);
add(
  "contract",
  "attention",
  (q, k, v) => {
    const scores = new Tensor(ops.contract(q.node, k.node, labels("bqhd,bkhd->bhqk"))).mul(0.5);
    return new Tensor(ops.contract(softmax(scores, -1).node, v.node, labels("bhqk,bkhd->bqhd")));
  },
  [sample(unit, [2, 5, 2, 4]), sample(unit, [2, 6, 2, 4]), sample(unit, [2, 6, 2, 3])],
);
add(
  "contract",
  "convolution",
  (x, w) =>
    new Tensor(
      ops.contract(
        x
          .pad([
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ])
          .slidingWindow(1, 3, { strides: 2 })
          .slidingWindow(2, 3).node,
        w.node,
        labels("bhwcij,ijco->bhwo"),
      ),
    ),
  [sample(unit, [2, 7, 5, 3]), sample(unit, [3, 3, 3, 4])],
  smooth,
);
const special = listed([1, 2, Infinity, 4, NaN, 6, 7, -Infinity, 0, 10]);
add(
  "contract",
  "NaN and infinity stay in their rows",
  (a, b) => [a.matmul(b), b.transpose().matmul(a.transpose()), a.matmul(b.at([], 0))],
  [sample(special, [10, 3]), sample(unit, [3, 5])],
  { gradient: "none" },
);
add(
  "matmul",
  "vectors",
  (a, b, m) => [a.matmul(b), m.matmul(b), a.matmul(m.transpose())],
  [sample(unit, [7]), sample(unit, [7]), sample(unit, [5, 7])],
  smooth,
);
add(
  "matmul",
  "leading axes",
  (a, b, m) => [a.matmul(b), a.matmul(m), m.transpose().matmul(b)],
  [sample(unit, [2, 1, 3, 4]), sample(unit, [5, 4, 4]), sample(unit, [4, 3])],
  smooth,
);
add(
  "matmul",
  "leading axes of 1",
  (a, b) => a.matmul(b),
  [sample(unit, [1, 3, 4]), sample(unit, [5, 1, 4, 2])],
  smooth,
);
add("matmul", "integers", (a, b) => a.matmul(b), [sample(whole(-9, 9), [3, 4]), sample(bytes, [4, 2])], {
  gradient: "none",
});

// ---- gather and scatter ---------------------------------------------------------------------------------------

const places = (values: readonly number[], shape: Shape, dtype: DType = "int32"): Sample =>
  sample(listed(values, dtype), shape);
const astray = [2, 0, -3, 9, 2, 4, 2 ** 31 - 1, -(2 ** 31)];
for (const axis of [0, 1, 2]) {
  for (const shape of [[], [1], [3], [8], [2, 2], [0]]) {
    add(
      "gather",
      `[5,4,6] along ${axis} at [${shape}]`,
      lift((x, at) => ops.gather(x, at, axis)),
      [sample(unit, [5, 4, 6]), places(astray, shape)],
    );
  }
  add(
    "scatterAdd",
    `[3] of [8,8,8] along ${axis}`,
    lift((x, at) => ops.scatterAdd(x, at, axis, 5)),
    [sample(unit, [8, 8, 8]), places(astray, [8])],
  );
}
for (const d of [anyBits("int32"), anyBits("uint32"), bools, bytes]) {
  add("gather", `of ${d.dtype}`, (x, at) => x.take(at, 1), [sample(d, [3, 5]), places(astray, [7])], {
    gradient: "none",
  });
}
add("gather", "at places of uint32 and uint8", (x, i, j) => [x.take(i), x.take(j)], [
  sample(unit, [5, 3]),
  places([2 ** 32 - 1, 0, 3, 2 ** 31], [4], "uint32"),
  places([255, 0, 3], [3], "uint8"),
]);
add(
  "gather",
  "of an expression at an expression",
  (x, at) => x.exp().take(at.mul(2).sub(1), 1).mul(3),
  [sample(unit, [3, 5]), places([0, 1, 2, 3, -1], [5])],
  smooth,
);
add("gather", "of a gather", (x, at) => x.take(at).take(at, 1), [sample(unit, [5, 5]), places([4, 1, 1], [3])]);
add(
  "gather",
  "of views",
  (x, at) => [
    x.transpose().take(at),
    x.flip().take(at, 1),
    x
      .pad(
        [
          [1, 1],
          [0, 0],
        ],
        7,
      )
      .take(at),
    x.at([], [1, null, 2]).take(at, 1),
  ],
  [sample(unit, [4, 6]), places([2, 0, 5], [3])],
);
add("gather", "at argmax", (x) => x.take(x.argmax(0), 0).sum(), [sample(distinct(), [5, 3])]);
add(
  "gather",
  "an embedding and its mean",
  (x, at) => x.take(at).mean(1).tanh(),
  [sample(unit, [11, 5]), places([3, 3, 10, 0, 7, 1], [3, 2])],
  smooth,
);
add("gather", "by at()", (x, at) => [x.at(at), x.at([], at), x.at(1, at, null), x.at("...", at)], [
  sample(unit, [4, 3, 5]),
  places([2, 0, 0, 1], [2, 2]),
]);
add(
  "scatterAdd",
  "along the only axis",
  lift((x, at) => ops.scatterAdd(x, at, 0, 4)),
  [sample(unit, [7]), places([1, 1, 3, 0, 9, -1, 1], [7])],
);
add(
  "scatterAdd",
  "one place",
  lift((x, at) => ops.scatterAdd(x, at, 1, 6)),
  [sample(unit, [3, 5]), places([4], [])],
);
add(
  "scatterAdd",
  "places of two axes",
  lift((x, at) => ops.scatterAdd(x, at, 1, 5)),
  [sample(unit, [2, 3, 2, 4]), places([0, 4, 4, 2, 0, 4], [3, 2])],
);
add(
  "scatterAdd",
  "nothing",
  lift((x, at) => ops.scatterAdd(x, at, 0, 3)),
  [sample(unit, [0, 2]), places([], [0])],
  { gradient: "none" },
);
add(
  "scatterAdd",
  "integers that wrap",
  lift((x, y, at) => ops.add(ops.scatterAdd(x, at, 0, 3), ops.scatterAdd(ops.cast(y, "int32"), at, 0, 3))),
  [sample(anyBits("int32"), [9, 2]), sample(anyBits("uint32"), [9, 2]), places([0, 1, 1, 2, 0, 0, 2, 2, 1], [9])],
  { gradient: "none" },
);
add(
  "scatterAdd",
  "an expression between",
  (x, at) => new Tensor(ops.scatterAdd(x.exp().node, at.node, 0, 4)).square().add(1),
  [sample(unit, [6, 3]), places([3, 0, 0, 3, 1, 3], [6])],
  smooth,
);
add(
  "scatterAdd",
  "a histogram",
  lift((at) => ops.scatterAdd(ops.full([9], 1, "float32"), at, 0, 5)),
  [places([0, 1, 1, 4, 4, 4, 2, 0, 9], [9])],
  { gradient: "none" },
);

// ---- loops: more of them, against the unrolled computation, in test/scan.test.ts -------------------------------

const summing = (c: Tensor, x: Tensor) => [c.mul(0.5).add(x), c.mul(x)] as const;
for (const shape of [[1], [5], [1, 1], [4, 3], [3, 2, 5], [2, 67]]) {
  for (const reverse of [false, true]) {
    add(
      "scan",
      `a running mean of [${shape}]${reverse ? " from the end" : ""}`,
      (c, xs) => scan(summing, c, xs, { reverse }),
      [sample(unit, shape.slice(1)), sample(unit, shape)],
      smooth,
    );
  }
}
add(
  "scan",
  "a recurrent layer",
  (h, xs, w, u) => {
    const [last, ys] = scan(
      (c: Tensor, x: Tensor) => {
        const y = x.matmul(w).add(c.matmul(u)).tanh();
        return [y, y];
      },
      h,
      xs,
    );
    return [last, ys];
  },
  [sample(unit, [2, 4]), sample(unit, [3, 2, 3]), sample(unit, [3, 4]), sample(unit, [4, 4])],
  smooth,
);
add(
  "scan",
  "powers, with no slices and no stack",
  (x) => scan((c: Tensor) => [c.mul(x), null], x, null, { length: 3 })[0],
  [sample(between(0.5, 1.5), [7])],
  smooth,
);
add(
  "scan",
  "a loop in a loop, of an expression, in an expression",
  (c, xs) => {
    const inner = (row: Tensor, rows: Tensor) => scan(summing, row, rows.sin());
    const [last, ys] = scan((row: Tensor, rows: Tensor) => inner(row, rows), c.exp(), xs.mul(2));
    return [last.add(1).square(), ys.sum(0)];
  },
  [sample(unit, [3]), sample(unit, [2, 4, 3])],
  smooth,
);
add(
  "scan",
  "integers",
  (c, xs) => scan((a: Tensor, x: Tensor) => [a.mul(1664525).add(x), a.maximum(x)], c, xs),
  [sample(anyBits("int32"), [3]), sample(anyBits("int32"), [5, 3])],
  { gradient: "none" },
);
add(
  "scan",
  "bytes and choices",
  (c, xs) => scan((a: Tensor, x: Tensor) => [a.logicalOr(x.less(10)), a], c, xs),
  [sample(bools, [5]), sample(bytes, [4, 5])],
  { gradient: "none" },
);

// ---- numbers made of nothing ----------------------------------------------------------------------------------

const made = (name: string, f: () => Tensor | readonly Tensor[], options: Options = {}): void =>
  add("made", name, f, [], { gradient: "none", ...options });
made("zeros, ones, full", () => [
  array.zeros([2, 3]),
  array.ones([3], "int32"),
  array.full([2, 1], 0.1),
  array.full([], -Infinity),
  array.full([3], 1, "bool"),
  array.ones([0, 2]),
  array.full([5], 200, "uint8"),
]);
made("iota", () => [
  ...[0, 1, 2].map((axis) => new Tensor(ops.iota([3, 5, 2], axis, "int32"))),
  new Tensor(ops.iota([67], 0, "float32")),
  new Tensor(ops.iota([5], 0, "uint32")),
  new Tensor(ops.iota([4], 0, "uint8")),
]);
made("iota through views", () => [
  array.arange(12).reshape([3, 4]).transpose(),
  array.arange(9).flip().mul(2),
  array.arange(7).slidingWindow(0, 3),
  array.arange(5).pad([[1, 2]], -1),
  array.arange(20).at([3, null, 4]),
]);
made("arange", () => [
  array.arange(5),
  array.arange(2, 9, 3),
  array.arange(0, 1, 0.25),
  array.arange(5, 0, -2),
  array.arange(3, 3),
]);
made("linspace", () => [array.linspace(0, 1, 5), array.linspace(-2, 7), array.linspace(3, 9, 1)]);
made("eye", () => [array.eye(4), array.eye(1, "int32"), array.eye(3, "bool")]);
made("constants alone", () => [
  array.full([3], 2).mul(3).exp(),
  array.ones([2, 2]).matmul(array.full([2, 2], 0.5)),
  array.zeros([4]).sum(),
  array.full([2, 3], 5).prod(1),
]);
add(
  "made",
  "oneHot",
  (x) => [array.oneHot(x, 4), array.oneHot(x.reshape([2, 3]), 1), array.oneHot(x.cast("uint8"), 3)],
  [places([0, 3, 1, 5, -1, 2], [6])],
  { gradient: "none" },
);
add(
  "randomBits",
  "of a key",
  (k) => [random.bits(k, [2, 5]), random.bits(k, []), random.bits(k, [131])],
  [sample(anyBits("uint32"), [2])],
  { gradient: "none", elementwise: true },
);
add(
  "randomBits",
  "primitive",
  lift((a, b, c) => ops.randomBits(a, b, c)),
  [sample(anyBits("uint32"), [17]), sample(anyBits("uint32"), [17]), sample(anyBits("uint32"), [17])],
  { gradient: "none", elementwise: true },
);
made(
  "random",
  () => {
    const key = random.foldIn(random.key(2 ** 40 + 7), 3);
    return [
      key,
      random.uniform(key, [7, 11]),
      random.uniform(key, [13], { min: -2, max: 3 }),
      random.bernoulli(key, [67], 0.3),
    ];
  },
  { relative: 1e-6 },
);
made(
  "random by the inverse of the distribution function",
  () => {
    const key = random.key(11);
    return [
      random.normal(key, [67]),
      random.normal(random.foldIn(key, 1), [5, 3], { mean: 2, std: 0.5 }),
      random.truncatedNormal(key, [131], { std: 3 }),
    ];
  },
  { relative: 1e-4 },
);
