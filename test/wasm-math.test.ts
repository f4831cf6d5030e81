// Holds the float32 polynomials of the WebAssembly backend to their stated errors, with an emulator that rounds
// after every instruction, as an engine with and as one without fused multiply-add does.
import { beforeEach, describe, expect, test } from "vitest";
import { errorBounds, expansions, type MathBuilder, type TranscendentalOp } from "../src/backends/wasm/print/math.ts";
import type { DType } from "../src/dtype.ts";

// ---- The emulator: it writes the expansion down as JavaScript, one line an instruction ------------------------

interface Value {
  readonly code: string;
  readonly dtype: DType;
}
interface Emulation {
  evaluate(x: Float32Array, y: Float32Array): Float32Array;
  instructions: number;
}

const prelude = `
  const f = Math.fround, cell = new Float32Array(1), bits = new Int32Array(cell.buffer);
  const toBits = (v) => (cell[0] = v, bits[0]), fromBits = (v) => (bits[0] = v, cell[0]);
  const saturate = (v) => v !== v ? 0 : Math.max(-0x80000000, Math.min(0x7fffffff, Math.trunc(v)));
  const nearest = (v) => { const r = Math.round(v); return r - v === 0.5 && r % 2 ? r - 1 : r; };`;

function emulate(op: TranscendentalOp, fused: boolean): Emulation {
  const lines: string[] = [];
  const emit = (dtype: DType, code: string): Value => {
    lines.push(`const v${lines.length} = ${code};`);
    return { code: `v${lines.length - 1}`, dtype };
  };
  const float =
    (code: (...operands: string[]) => string) =>
    (...operands: Value[]) => {
      for (const operand of operands) expect(operand.dtype).toBe("float32");
      return emit("float32", `f(${code(...operands.map((v) => v.code))})`);
    };
  const arithmetic = (sign: string) => (a: Value, b: Value) => {
    expect(a.dtype).toBe(b.dtype);
    return a.dtype === "float32"
      ? float((p, q) => `${p} ${sign} ${q}`)(a, b)
      : emit(a.dtype, `${a.code} ${sign} ${b.code} | 0`);
  };
  const compare = (sign: string) => (a: Value, b: Value) => {
    expect(a.dtype).toBe(b.dtype);
    return emit("bool", `+(${a.code} ${sign} ${b.code})`);
  };
  const bitwise = (sign: string) => (a: Value, b: Value) => {
    expect([a.dtype, b.dtype]).not.toContain("float32");
    return emit(a.dtype, `${a.code} ${sign} ${b.code}`);
  };
  const builder: MathBuilder<Value> = {
    neg: float((a) => `-${a}`),
    abs: float((a) => `Math.abs(${a})`),
    sqrt: float((a) => `Math.sqrt(${a})`),
    floor: float((a) => `Math.floor(${a})`),
    trunc: float((a) => `Math.trunc(${a})`),
    round: float((a) => `nearest(${a})`),
    min: float((a, b) => `Math.min(${a}, ${b})`),
    max: float((a, b) => `Math.max(${a}, ${b})`),
    add: arithmetic("+"),
    sub: arithmetic("-"),
    mul: float((a, b) => `${a} * ${b}`),
    div: float((a, b) => `${a} / ${b}`),
    fma: float((a, b, c) => (fused ? `${a} * ${b} + ${c}` : `f(${a} * ${b}) + ${c}`)),
    less: compare("<"),
    lessEqual: compare("<="),
    equal: compare("==="),
    and: bitwise("&"),
    or: bitwise("|"),
    xor: bitwise("^"),
    shiftLeft: bitwise("<<"),
    shiftRight: (a, b) => bitwise(a.dtype === "uint32" ? ">>>" : ">>")(a, b),
    not: (a) => emit(a.dtype, a.dtype === "bool" ? `1 - ${a.code}` : `~${a.code}`),
    select(condition, a, b) {
      expect([condition.dtype, a.dtype]).toEqual(["bool", b.dtype]);
      return emit(a.dtype, `${condition.code} ? ${a.code} : ${b.code}`);
    },
    constant: (value, dtype) => ({ code: `(${dtype === "float32" ? Math.fround(value) : value})`, dtype }),
    cast: (a, dtype) => emit(dtype, dtype === "float32" ? `f(${a.code})` : `saturate(${a.code})`),
    reinterpret: (a, dtype) => ({ code: `${dtype === "float32" ? "fromBits" : "toBits"}(${a.code})`, dtype }),
  };
  const operand = (code: string): Value => ({ code, dtype: "float32" });
  const result = expansions[op](builder, operand("x"), operand("y"));
  const body = `${prelude}
    return (xs, ys) => xs.map((x, i) => { const y = ys[i]; ${lines.join("\n")} return ${result.code}; });`;
  return { evaluate: new Function(body)() as Emulation["evaluate"], instructions: lines.length };
}

// ---- The references, in float64 -------------------------------------------------------------------------------

/** erf x = (2/√π)·e^(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!, a series of positive terms; beyond 6 it is 1 to 17 digits. */
function erf(x: number): number {
  if (!(Math.abs(x) < 6)) return Math.sign(x);
  let term = x,
    sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const references: Record<TranscendentalOp, (x: number, y: number) => number> = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  tanh: Math.tanh,
  erf,
  pow: Math.pow,
  atan2: Math.atan2,
};

const doubleCell = new DataView(new ArrayBuffer(8));

/** The distance between neighbouring floats at x. */
function unitInLastPlace(x: number): number {
  doubleCell.setFloat64(0, x);
  const exponent = ((doubleCell.getUint16(0) >> 4) & 0x7ff) - 1023;
  return 2 ** (Math.min(127, Math.max(-126, exponent)) - 23);
}

/** The error of a float32 in ulps. ∞ counts as 2¹²⁸, the float that would follow the largest; signs of zero count. */
function ulps(actual: number, exact: number): number {
  if (Object.is(actual, exact) || (actual !== actual && exact !== exact)) return 0;
  if (actual !== actual || exact !== exact || Math.abs(exact) === Infinity) return Infinity;
  if (actual === 0 && exact === 0) return Infinity;
  if (Math.abs(actual) === Infinity) {
    const overflowed = Math.fround(exact) === actual;
    return overflowed ? 0 : Math.abs(Math.sign(actual) * 2 ** 128 - exact) / unitInLastPlace(exact);
  }
  return Math.abs(actual - exact) / unitInLastPlace(exact);
}

// ---- The samples ----------------------------------------------------------------------------------------------

const special = new Float32Array([
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  2.5,
  -2.5,
  Infinity,
  -Infinity,
  NaN,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  -(2 ** -126),
  1e-38,
  -1e-38,
  1e-10,
  -1e-10,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  2 ** 23 + 1,
  -(2 ** 23) - 1,
  2 ** 24,
  -(2 ** 24),
  1 - 2 ** -24,
  1 + 2 ** -23,
  -1 + 2 ** -24,
  -1 - 2 ** -23,
  88.72283,
  88.72284,
  -87.33654,
  -103.97208,
  -103.97209,
  1e9,
  -1e9,
]);

/** Deterministic numbers in [0, 1): a 32-bit generator (mulberry32). */
let state = 1;
beforeEach(() => {
  state = 1;
});
function uniform(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), state | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}

/** Floats of every exponent and sign, infinities and NaN among them. */
const anyFloats = (count: number) =>
  new Float32Array(Uint32Array.from({ length: count }, (_, i) => (i + uniform()) * (2 ** 32 / count)).buffer);

const join = (...parts: ArrayLike<number>[]) => Float32Array.from(parts.flatMap((part) => Array.from(part)));
const between = (low: number, high: number, count: number) =>
  Float32Array.from({ length: count }, () => low + (high - low) * uniform());

/** Floats close to each centre, at distances from one unit in the last place to a hundredth. */
const around = (centres: number[], count: number) =>
  Float32Array.from({ length: count }, (_, i) => {
    const centre = centres[i % centres.length]!;
    return centre * (1 + (uniform() - 0.5) * 10 ** (-2 - 6 * uniform()));
  });

const multiples = (step: number, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i) * step).filter((v) => v !== 0);
const angles = () =>
  join(
    between(-1e4, 1e4, 50_000),
    between(-10, 10, 30_000),
    around(multiples(Math.PI / 2, -6366, 6366), 30_000),
    around(multiples(Math.PI / 4, -40, 40), 20_000),
    [252.89820861816406, 505.7964172363281, 1011.5928344726562],
  );

const hardPoints: Record<Exclude<TranscendentalOp, "pow" | "atan2">, () => Float32Array> = {
  exp: () => join(between(-104, 89, 60_000), around(multiples(Math.LN2 / 2, -300, 256), 30_000)),
  expm1: () => join(between(-18, 3, 60_000), between(-1, 1, 20_000), around(multiples(Math.LN2 / 2, -50, 256), 20_000)),
  log: () => join(between(0.4, 2.2, 60_000), around([1, 2 / 3, 4 / 3, 2 ** -126], 20_000)),
  log1p: () => join(between(-1, 2, 60_000), around([-1, -2 / 3, -1 / 3, 1 / 3, 5 / 3, 2 ** 24], 20_000)),
  sin: angles,
  cos: angles,
  tan: angles,
  tanh: () => join(between(-10, 10, 50_000), between(0.3, 1, 30_000), around([0.55, 8, 9.01], 10_000)),
  erf: () => join(between(-4.2, 4.2, 50_000), between(0.5, 1.5, 30_000), around([0.92, 3.92, 4], 10_000)),
};

type Pairs = [x: Float32Array, y: Float32Array];
const specialPairs = (): Pairs => [
  Float32Array.from({ length: special.length ** 2 }, (_, i) => special[Math.floor(i / special.length)]!),
  Float32Array.from({ length: special.length ** 2 }, (_, i) => special[i % special.length]!),
];

/** Bases of every size with exponents that bring the power into the range of float32, and a little over. */
function powers(count: number): Pairs {
  const bases = join(
    around([1, 2 ** 0.25, 2 ** -0.25], count / 4),
    between(0.5, 2, count / 4),
    anyFloats(count / 2).map(Math.abs),
  );
  const exponents = bases.map((x) => ((uniform() * 2 - 1) * 151) / Math.log2(x));
  for (let i = 0; i < count; i += 4) {
    exponents[i] = Math.round(exponents[i]!);
    if (i % 8 === 0) bases[i] = -bases[i]!;
  }
  return [bases, exponents];
}

/** Points all around the circle, on it and at every distance from it, the diagonals among them. */
function points(count: number): Pairs {
  const y = join(between(-1, 1, count / 2), anyFloats(count / 2));
  return [
    y,
    y.map((v) => v * (uniform() < 0.5 ? 1 : -1) * (uniform() < 0.3 ? 1 + 0.1 * uniform() : 8 ** (2 * uniform() - 1))),
  ];
}

/** At least 200 000 points at which an instruction is measured. */
function samples(op: TranscendentalOp): Pairs {
  if (op === "pow" || op === "atan2") {
    const [x, y] = (op === "pow" ? powers : points)(160_000);
    const [x0, y0] = specialPairs();
    return [
      join(x0, x, anyFloats(40_000)),
      join(
        y0,
        y,
        anyFloats(40_000).map((_, i, all) => all[(i * 7919) % all.length]!),
      ),
    ];
  }
  const x = join(special, hardPoints[op](), anyFloats(200_000));
  return [x, x];
}

// ---- The tests ------------------------------------------------------------------------------------------------

const ops = Object.keys(expansions) as TranscendentalOp[];
const trigonometric: TranscendentalOp[] = ["sin", "cos", "tan"];
const inDomain = (op: TranscendentalOp, x: number) =>
  !trigonometric.includes(op) || !(Math.abs(x) > 1e4) || Math.abs(x) === Infinity;

describe.each([true, false])("fused multiply-add: %s", (fused) => {
  test.each(ops)("%s keeps to its error bound", (op) => {
    const [x, y] = samples(op);
    const actual = emulate(op, fused).evaluate(x, y);
    let [worst, at] = [0, 0];
    for (let i = 0; i < x.length; i++) {
      if (!inDomain(op, x[i]!)) continue;
      const error = ulps(actual[i]!, references[op](x[i]!, y[i]!));
      if (error > worst) [worst, at] = [error, i];
    }
    expect(worst, `${op}(${x[at]}, ${y[at]}) = ${actual[at]}`).toBeLessThanOrEqual(errorBounds[op].ulp);
  });

  test.each(["sin", "cos"] as const)("%s stays close up to 1e5 and within [−1, 1] everywhere", (op) => {
    const close = between(-1e5, 1e5, 50_000);
    const { evaluate } = emulate(op, fused);
    const worst = evaluate(close, close).reduce(
      (worst, v, i) => Math.max(worst, Math.abs(v - references[op](close[i]!, 0))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(1e-6);
    const all = anyFloats(50_000).filter((v) => Number.isFinite(v));
    expect(evaluate(all, all).every((v) => Math.abs(v) <= 1)).toBe(true);
  });

  test.each(["tanh", "erf"] as const)("%s never leaves [−1, 1]", (op) => {
    const x = between(-12, 12, 50_000);
    expect(
      emulate(op, fused)
        .evaluate(x, x)
        .every((v) => Math.abs(v) <= 1),
    ).toBe(true);
  });

  test("powers of small integers are exact", () => {
    const cases = [2, 3, 4, 5].flatMap((n) => Array.from({ length: 51 }, (_, i) => [i - 25, n] as const));
    const [x, y] = [0, 1].map((k) => Float32Array.from(cases, (c) => c[k]!)) as Pairs;
    expect(Array.from(emulate("pow", fused).evaluate(x, y))).toEqual(cases.map(([v, n]) => v ** n));
  });
});

test("the hot expansions stay short", () => {
  const instructions = (op: TranscendentalOp) => emulate(op, true).instructions;
  expect(instructions("exp")).toBeLessThanOrEqual(20);
  expect(instructions("log")).toBeLessThanOrEqual(28);
  expect(instructions("tanh")).toBeLessThanOrEqual(28);
});
