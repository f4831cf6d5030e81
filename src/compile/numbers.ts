// Scalar instructions on JavaScript numbers: floats in float64, integers wrapped to their width, bool as 0 and 1.

import { type DType, dtypeInfo } from "../dtype.ts";
import { isHalf, roundToHalf } from "../half.ts";
import { erf } from "./erf.ts";
import { type ScalarBuilder, type ScalarOp, scalarOps, scalarResultDType } from "./scalar.ts";

/** A number together with its dtype. */
export interface Typed {
  readonly value: number;
  readonly dtype: DType;
}

const roundToEven = (x: number): number => {
  const up = Math.round(x); // halves go up, and the sign of zero is kept
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
};

const extreme = (pick: (a: number, b: number) => number) => (a: number, b: number) =>
  Number.isNaN(a) || Number.isNaN(b) ? NaN : pick(a, b);

type Compute = (a: number, b: number, c: number, dtype: DType) => number;

const table = {
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  round: (a) => roundToEven(a),
  trunc: (a) => Math.trunc(a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  tanh: (a) => Math.tanh(a),
  erf: (a) => erf(a),
  not: (a, _b, _c, dtype) => (dtype === "bool" ? 1 - a : ~a),
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b, _c, dtype) => (dtypeInfo(dtype).isInteger ? Math.imul(a, b) : a * b),
  div: (a, b) => a / b,
  // The sign of the divisor, as in Python and NumPy; an integer modulo 0 is 0.
  mod: (a, b, _c, dtype) => (dtypeInfo(dtype).isInteger && b === 0 ? 0 : floorMod(a, b)),
  pow: (a, b) => a ** b,
  min: extreme(Math.min),
  max: extreme(Math.max),
  atan2: (a, b) => Math.atan2(a, b),
  less: (a, b) => Number(a < b),
  lessEqual: (a, b) => Number(a <= b),
  equal: (a, b) => Number(a === b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shiftLeft: (a, b) => a << b,
  shiftRight: (a, b, _c, dtype) => (dtype === "uint32" ? a >>> b : a >> b),
  select: (a, b, c) => (a ? b : c),
} satisfies Record<ScalarOp, Compute>;

/** NumPy's modulo: a − b⌊a/b⌋, with the sign of b, which a zero has too. */
function floorMod(a: number, b: number): number {
  const rest = a % b;
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return rest < 0 !== b < 0 ? rest + b : rest;
}

/** A number wrapped to the range of `dtype`. A float32 keeps float64's digits, as a reference should. */
export function wrap(value: number, dtype: DType): number {
  if (dtype === "int32") return value | 0;
  if (dtype === "uint32") return value >>> 0;
  if (dtype === "uint8") return value & 255;
  return value;
}

export function convert(value: number, from: DType, to: DType): number {
  if (to === "bool") return Number(value !== 0);
  if (isHalf(to)) return roundToHalf(from === "float64" ? value : Math.fround(value), to);
  if (dtypeInfo(to).isFloat) return value;
  if (!dtypeInfo(from).isFloat && !isHalf(from)) return wrap(value, to);
  if (Number.isNaN(value)) return 0;
  const [low, high] = to === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, to === "uint32" ? 2 ** 32 - 1 : 255];
  return Math.min(high, Math.max(low, Math.trunc(value))) + 0; // an integer has no −0
}

/** An instruction whose first operand is of the dtype `from`, and whose result is of the dtype `to`. */
export function instruction(op: ScalarOp, from: DType, to: DType): (a: number, b: number, c: number) => number {
  const compute: Compute = table[op];
  return dtypeInfo(to).isInteger ? (a, b, c) => wrap(compute(a, b, c, from), to) : (a, b, c) => compute(a, b, c, from);
}

/** The scalar language over numbers: computes an element at once. */
export const numbers: ScalarBuilder<Typed> = {
  ...(Object.fromEntries(
    (Object.keys(scalarOps) as ScalarOp[]).map((op) => [
      op,
      (a: Typed, b = a, c = a): Typed => {
        const dtype = scalarResultDType(op, [a.dtype, b.dtype]);
        return { value: instruction(op, a.dtype, dtype)(a.value, b.value, c.value), dtype };
      },
    ]),
  ) as unknown as Pick<ScalarBuilder<Typed>, ScalarOp>),
  constant: (value, dtype) => ({ value, dtype }),
  cast: (a, dtype) => ({ value: convert(a.value, a.dtype, dtype), dtype }),
};
