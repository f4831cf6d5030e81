// Expands the scalar language into vector instructions: transcendental functions become polynomials.

import type { Buffer, Expression, Guard } from "../../../compile/expression.ts";
import { type ScalarOp, scalarResultDType } from "../../../compile/scalar.ts";
import type { DType } from "../../../dtype.ts";
import { dtypeInfo } from "../../../dtype.ts";
import { isHalf } from "../../../half.ts";
import type { Affine } from "../../../view.ts";
import { fromHalf, toHalf } from "./half.ts";
import { expansions, type MathBuilder, type TranscendentalOp } from "./math.ts";

/** The instructions that `vector-table.ts` can print. */
export type VectorOp = Exclude<ScalarOp, TranscendentalOp | "sign"> | "cast" | "fma" | "reinterpret" | "remainder";

/** An expression over four lanes. */
export type Vector =
  | { readonly kind: "constant"; readonly dtype: DType; readonly value: number }
  | {
      readonly kind: "load";
      readonly dtype: DType;
      readonly buffer: Buffer;
      readonly at: VectorAffine;
      readonly guards: readonly { at: VectorAffine; size: number }[];
    }
  | { readonly kind: "index"; readonly dtype: "int32"; readonly at: VectorAffine }
  | { readonly kind: "reduced"; readonly dtype: DType; readonly id: number }
  | { readonly kind: "op"; readonly dtype: DType; readonly op: VectorOp; readonly operands: readonly Vector[] };

/** An affine index whose memory terms are vectors. */
export interface VectorAffine {
  readonly offset: number;
  readonly coefficients: readonly number[];
  readonly terms: readonly { readonly scale: number; readonly value: Vector }[];
}

const isTranscendental = (op: ScalarOp): op is TranscendentalOp => op in expansions;

/** Expands the expressions of one kernel. Equal ones become the same object. */
export class Expander {
  readonly #done = new Map<Expression, Vector>();
  readonly #made = new Map<string, Vector>();
  readonly #names = new Map<Vector, number>();
  readonly #builder: MathBuilder<Vector>;

  constructor() {
    const simple =
      (op: VectorOp & ScalarOp) =>
      (...operands: Vector[]) =>
        this.#op(
          op,
          scalarResultDType(
            op,
            operands.map((x) => x.dtype),
          ),
          operands,
        );
    const names = [
      "neg",
      "abs",
      "floor",
      "round",
      "trunc",
      "sqrt",
      "add",
      "sub",
      "mul",
      "div",
      "min",
      "max",
      "less",
      "lessEqual",
      "equal",
      "and",
      "or",
      "xor",
      "not",
      "shiftLeft",
      "shiftRight",
      "select",
    ] as const;
    this.#builder = {
      ...(Object.fromEntries(names.map((op) => [op, simple(op)])) as unknown as Pick<
        MathBuilder<Vector>,
        (typeof names)[number]
      >),
      constant: (value, dtype) =>
        this.#share({ kind: "constant", value, dtype }, `c${dtype}${Object.is(value, -0) ? "-0" : value}`),
      cast: (a, dtype) => this.#cast(a, dtype),
      fma: (a, b, c) => this.#op("fma", a.dtype, [a, b, c]),
      reinterpret: (a, dtype) => this.#op("reinterpret", dtype, [a]),
    };
  }

  expand(e: Expression): Vector {
    let made = this.#done.get(e);
    if (!made) this.#done.set(e, (made = this.#expand(e)));
    return made;
  }

  affine(a: Affine): VectorAffine {
    return { ...a, terms: a.terms.map((t) => ({ scale: t.scale, value: this.expand(t.value as Expression) })) };
  }

  #expand(e: Expression): Vector {
    const b = this.#builder;
    switch (e.kind) {
      case "constant":
        return b.constant(e.value, e.dtype);
      case "load":
        return {
          ...e,
          at: this.affine(e.at),
          guards: e.guards.map((g: Guard) => ({ at: this.affine(g.at), size: g.size })),
        };
      case "index":
        return { ...e, at: this.affine(e.at) };
      case "reduced":
        return e;
      case "cast":
        return b.cast(this.expand(e.operand), e.dtype);
      case "scalar": {
        const operands = e.operands.map((x) => this.expand(x));
        if (isTranscendental(e.op))
          return (expansions[e.op] as (b: MathBuilder<Vector>, ...xs: Vector[]) => Vector)(b, ...operands);
        if (e.op === "sign") return this.#sign(operands[0]!);
        if (e.op === "mod" && dtypeInfo(e.dtype).isFloat) return this.#floatMod(operands[0]!, operands[1]!);
        return this.#op(e.op, e.dtype, operands);
      }
    }
  }

  /** Converts; from and to the bits of 16-bit floats by way of float32. */
  #cast(x: Vector, to: DType): Vector {
    const b = this.#builder;
    if (x.dtype === to) return x;
    if (isHalf(x.dtype)) return b.cast(fromHalf(b, x, x.dtype), to);
    return isHalf(to) ? b.reinterpret(toHalf(b, b.cast(x, "float32"), to), to) : this.#op("cast", to, [x]);
  }

  /** −1, x itself where it is ±0 or NaN, or 1. */
  #sign(x: Vector): Vector {
    const b = this.#builder;
    const c = (value: number) => b.constant(value, x.dtype);
    return b.select(b.less(c(0), x), c(1), x.dtype === "uint32" ? x : b.select(b.less(x, c(0)), c(-1), x));
  }

  /** x mod y with the sign of y, from the exact remainder of a division that truncates, as NumPy has it. */
  #floatMod(x: Vector, y: Vector): Vector {
    const b = this.#builder;
    const zero = b.constant(0, x.dtype);
    const rest = this.#op("remainder", x.dtype, [x, y]);
    const otherSide = b.or(b.and(b.less(rest, zero), b.less(zero, y)), b.and(b.less(zero, rest), b.less(y, zero)));
    const bits = (v: Vector, mask: number) => b.and(b.reinterpret(v, "int32"), b.constant(mask, "int32"));
    const withSign = b.reinterpret(b.or(bits(rest, 0x7fffffff), bits(y, -0x80000000)), x.dtype);
    return b.select(otherSide, b.add(rest, y), withSign);
  }

  #op(op: VectorOp, dtype: DType, operands: readonly Vector[]): Vector {
    return this.#share({ kind: "op", op, dtype, operands }, `${op}${dtype} ${operands.map((x) => this.#name(x))}`);
  }

  #share(made: Vector, key: string): Vector {
    const known = this.#made.get(key);
    if (known) return known;
    this.#made.set(key, made);
    return made;
  }

  #name(x: Vector): number {
    let name = this.#names.get(x);
    if (name === undefined) this.#names.set(x, (name = this.#names.size));
    return name;
  }
}

/** The operands of a vector, including those inside its indices. */
export function vectorOperands(v: Vector): readonly Vector[] {
  switch (v.kind) {
    case "op":
      return v.operands;
    case "load":
      return [...v.at.terms.map((t) => t.value), ...v.guards.flatMap((g) => g.at.terms.map((t) => t.value))];
    case "index":
      return v.at.terms.map((t) => t.value);
    default:
      return [];
  }
}
