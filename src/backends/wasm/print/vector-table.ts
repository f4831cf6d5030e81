// Prints vector instructions: a table with one entry for each. A missing entry is a type error.
import { type DType, dtypeInfo } from "../../../dtype.ts";
import type { FunctionBuilder } from "../assemble/assembler.ts";
import type { Opcode } from "../assemble/instructions.ts";
import type { Vector, VectorOp } from "./expand.ts";

/** The printer as table entries see it: the function being written, and a way to push operands. */
export interface Push {
  readonly f: FunctionBuilder;
  readonly fusedMultiplyAdd: boolean;
  /** Pushes a vector onto the stack. */
  value(v: Vector): void;
}

type OpVector = Extract<Vector, { kind: "op" }>;
type Print = (p: Push, v: OpVector) => void;

const isFloat = (v: Vector): boolean => dtypeInfo(v.dtype).isFloat;

/** Pushes all operands, then one instruction chosen by their dtype. */
const direct =
  (float: Opcode | null, signed: Opcode | null = null, unsigned: Opcode | null = signed): Print =>
  (p, v) => {
    for (const operand of v.operands) p.value(operand);
    const { dtype } = v.operands[0]!;
    const op = isFloat(v.operands[0]!) ? float : dtype === "int32" ? signed : unsigned;
    if (!op) throw new Error(`${v.op} is not for ${dtype}`);
    p.f.emit(op);
  };

const isQuiet = (v: Vector): boolean => v.kind === "constant" && !Number.isNaN(v.value);

// If the second operand is a constant other than NaN, pmin and pmax propagate the first one's NaN, in one machine
// instruction. The exact min and max take seven.
const extreme =
  (pick: Opcode, exact: Opcode, signed: Opcode, unsigned: Opcode): Print =>
  (p, v) => {
    const [a, b] = v.operands as [Vector, Vector];
    if (!isFloat(v)) return direct(null, signed, unsigned)(p, v);
    const [first, second] = isQuiet(b) ? [a, b] : [b, a];
    p.value(first);
    p.value(second);
    p.f.emit(isQuiet(second) && !Object.is((second as { value: number }).value, -0) ? pick : exact);
  };

/** Computes lane by lane with i32 instructions; `body` gets both operands in locals and pushes the result. */
const laneByLane =
  (body: (p: Push, a: number, b: number, v: OpVector) => void): Print =>
  (p, v) => {
    const { f } = p;
    const [x, y, out] = [f.local("v128"), f.local("v128"), f.local("v128")];
    const [a, b] = [f.local("i32"), f.local("i32")];
    p.value(v.operands[0]!);
    f.set(x);
    p.value(v.operands[1]!);
    f.set(y);
    for (let lane = 0; lane < 4; lane++) {
      f.get(x).emit("i32x4.extract_lane", lane).set(a).get(y).emit("i32x4.extract_lane", lane).set(b);
      f.get(out);
      body(p, a, b, v);
      f.emit("i32x4.replace_lane", lane).set(out);
    }
    f.get(out);
    for (const local of [x, y, out]) f.release(local, "v128");
    for (const local of [a, b]) f.release(local, "i32");
  };

const shift =
  (left: boolean): Print =>
  (p, v) => {
    const [x, by] = v.operands as [Vector, Vector];
    const unsigned = x.dtype === "uint32";
    if (by.kind === "constant") {
      p.value(x);
      p.f.i32(by.value).emit(left ? "i32x4.shl" : unsigned ? "i32x4.shr_u" : "i32x4.shr_s");
      return;
    }
    laneByLane(({ f }, a, b) =>
      f
        .get(a)
        .get(b)
        .emit(left ? "i32.shl" : unsigned ? "i32.shr_u" : "i32.shr_s"),
    )(p, v);
  };

// a − b⌊a/b⌋, with the sign of b; 0 for b = 0.
const integerMod = laneByLane(({ f }, a, b, v) => {
  if (v.dtype === "uint32") {
    f.i32(0).get(a).get(b).i32(1).get(b).emit("select").emit("i32.rem_u").get(b).emit("i32.eqz").emit("select");
    return;
  }
  const rest = f.local("i32");
  f.get(a).get(b).i32(1).get(b).emit("select").emit("i32.rem_s").set(rest);
  f.i32(0); // the answer for b = 0
  f.get(rest).get(b).emit("i32.add").get(rest);
  f.get(rest)
    .i32(0)
    .emit("i32.ne")
    .get(rest)
    .get(b)
    .emit("i32.xor")
    .i32(0)
    .emit("i32.lt_s")
    .emit("i32.and")
    .emit("select");
  f.get(b).emit("i32.eqz").emit("select");
  f.release(rest, "i32");
});

/**
 * Mask of the sign, the exponent and the first 27 bits of the fraction of two float64: times a float32 they are exact.
 */
const leadingDigits = [-(2 ** 25), -1, -(2 ** 25), -1].map((word) => word >>> 0);

/**
 * The remainder of a truncating division, two lanes at a time in float64: subtracts the greatest multiple of |y| with a
 * 28-bit factor until less than |y| is left. Every step is exact. The quotient of two floats has at most 277 bits
 * before the point, so that ten steps suffice.
 */
const remainder: Print = (p, v) => {
  const { f } = p;
  const locals = Array.from({ length: 6 }, () => f.local("v128"));
  const [x, y, rest, divisor, above, out] = locals as [number, number, number, number, number, number];
  p.value(v.operands[0]!);
  f.set(x);
  p.value(v.operands[1]!);
  f.set(y);
  const isAbove = () => f.get(rest).emit("f64x2.abs").get(divisor).emit("f64x2.ge").tee(above);
  for (const half of [0, 1]) {
    for (const [from, to] of [
      [x, rest],
      [y, divisor],
    ] as const) {
      f.get(from)
        .get(from)
        .emit("i8x16.shuffle", ...Array.from({ length: 16 }, (_, i) => 8 * half + (i % 8)));
      f.emit("f64x2.promote_low_f32x4").emit("f64x2.abs").set(to);
    }
    isAbove().emit("drop").emit("loop");
    f.get(rest)
      .get(rest)
      .get(divisor)
      .emit("f64x2.div")
      .emit("v128.const", ...leadingDigits)
      .emit("v128.and");
    f.emit("f64x2.trunc").get(divisor).emit("f64x2.mul").get(above).emit("v128.and").emit("f64x2.sub").set(rest);
    isAbove().emit("v128.any_true").emit("br_if", 0).emit("end");
    // A quotient that was rounded up leaves a negative remainder.
    f.get(rest).get(divisor).emit("f64x2.add").get(rest).get(rest).splat(0, "i32").emit("f64x2.lt");
    f.emit("v128.bitselect").emit("f32x4.demote_f64x2_zero");
    if (half === 0) f.set(out);
  }
  f.set(rest).get(out).get(rest);
  f.emit("i8x16.shuffle", ...Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8)));
  f.set(rest);
  // The sign is that of x. A NaN in y gives NaN: the comparisons above are false for it.
  f.get(rest)
    .get(x)
    .splat(-(2 ** 31), "i32")
    .emit("v128.and")
    .emit("v128.or")
    .get(y);
  f.get(y).get(y).emit("f32x4.eq").emit("v128.bitselect");
  for (const local of locals) f.release(local, "v128");
};

const select: Print = (p, v) => {
  const [condition, a, b] = v.operands as [Vector, Vector, Vector];
  if (condition.kind === "op" && condition.op === "less" && isFloat(a)) {
    const [x, y] = condition.operands as [Vector, Vector];
    if ((a === x && b === y) || (a === y && b === x)) {
      p.value(b);
      p.value(a);
      p.f.emit(a === x ? "f32x4.pmin" : "f32x4.pmax");
      return;
    }
  }
  p.value(a);
  p.value(b);
  p.value(condition);
  p.f.emit("v128.bitselect");
};

/** Casts the vector on the stack from one dtype to another. A bool lane is a mask of all ones or all zeros. */
function printCast(f: FunctionBuilder, from: DType, to: DType): void {
  if (from === to) return;
  if (to === "bool") {
    f.splat(0, "i32").emit(dtypeInfo(from).isFloat ? "f32x4.ne" : "i32x4.ne");
  } else if (from === "bool") {
    f.splat(1, dtypeInfo(to).isFloat ? "f32" : "i32").emit("v128.and");
  } else if (dtypeInfo(to).isFloat) {
    f.emit(from === "uint32" ? "f32x4.convert_i32x4_u" : "f32x4.convert_i32x4_s");
  } else if (dtypeInfo(from).isFloat) {
    f.emit(to === "int32" ? "i32x4.trunc_sat_f32x4_s" : "i32x4.trunc_sat_f32x4_u");
    if (to === "uint8") f.splat(255, "i32").emit("i32x4.min_u");
  } else if (to === "uint8") {
    f.splat(255, "i32").emit("v128.and");
  }
}

const table = {
  neg: direct("f32x4.neg", "i32x4.neg"),
  abs: (p, v) => (v.dtype === "uint32" ? p.value(v.operands[0]!) : direct("f32x4.abs", "i32x4.abs")(p, v)),
  floor: direct("f32x4.floor"),
  ceil: direct("f32x4.ceil"),
  round: direct("f32x4.nearest"),
  trunc: direct("f32x4.trunc"),
  sqrt: direct("f32x4.sqrt"),
  not: direct(null, "v128.not"),
  add: direct("f32x4.add", "i32x4.add"),
  sub: direct("f32x4.sub", "i32x4.sub"),
  mul: direct("f32x4.mul", "i32x4.mul"),
  div: direct("f32x4.div"),
  mod: integerMod,
  remainder,
  min: extreme("f32x4.pmin", "f32x4.min", "i32x4.min_s", "i32x4.min_u"),
  max: extreme("f32x4.pmax", "f32x4.max", "i32x4.max_s", "i32x4.max_u"),
  less: direct("f32x4.lt", "i32x4.lt_s", "i32x4.lt_u"),
  lessEqual: direct("f32x4.le", "i32x4.le_s", "i32x4.le_u"),
  equal: direct("f32x4.eq", "i32x4.eq"),
  and: direct(null, "v128.and"),
  or: direct(null, "v128.or"),
  xor: direct(null, "v128.xor"),
  shiftLeft: shift(true),
  shiftRight: shift(false),
  select,
  cast: (p, v) => {
    p.value(v.operands[0]!);
    printCast(p.f, v.operands[0]!.dtype, v.dtype);
  },
  fma: (p, v) => {
    const [a, b, c] = v.operands as [Vector, Vector, Vector];
    p.value(a);
    p.value(b);
    if (!p.fusedMultiplyAdd) p.f.emit("f32x4.mul");
    p.value(c);
    p.f.emit(p.fusedMultiplyAdd ? "f32x4.relaxed_madd" : "f32x4.add");
  },
  reinterpret: (p, v) => p.value(v.operands[0]!),
} satisfies Record<VectorOp, Print>;

/** Pushes the result of one instruction. */
export function printOp(p: Push, v: OpVector): void {
  table[v.op](p, v);
}

/** The instruction with which a reduction combines the two vectors on the stack. */
export function combineOpcode(combine: string, dtype: DType): Opcode {
  const float = dtypeInfo(dtype).isFloat;
  const sign = dtype === "uint32" ? "u" : "s";
  if (combine === "add" || combine === "mul") return `${float ? "f32x4" : "i32x4"}.${combine}`;
  return float ? (`f32x4.${combine}` as Opcode) : (`i32x4.${combine}_${sign}` as Opcode);
}
