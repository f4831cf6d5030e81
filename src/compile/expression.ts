// The expressions of kernels: how one element is computed, given the counters of the loops.
import { type DType, dtypeInfo } from "../dtype.ts";
import type { Affine } from "../view.ts";
import { type ScalarBuilder, type ScalarOp, scalarOps, scalarResultDType } from "./scalar.ts";

/** Elements in memory: an input, a variable, an output, or a temporary in the arena. */
export interface Buffer {
  readonly name: string;
  readonly dtype: DType;
  readonly size: number;
  readonly place: "input" | "variable" | "temporary";
  /** The index of the input or variable in the graph's list; the number of a temporary. */
  readonly index: number;
}

export const bytesOf = (buffer: Buffer): number => buffer.size * dtypeInfo(buffer.dtype).bytes;

/** A load is made only where the index lies in [0, size). */
export interface Guard {
  readonly at: Affine;
  readonly size: number;
}

export type Expression =
  | { readonly kind: "constant"; readonly dtype: DType; readonly value: number }
  /** One element. Where a guard fails, nothing is read and the value is undefined: a `select` around it ignores it. */
  | {
      readonly kind: "load";
      readonly dtype: DType;
      readonly buffer: Buffer;
      readonly at: Affine;
      readonly guards: readonly Guard[];
    }
  /** An integer computed from the counters. */
  | { readonly kind: "index"; readonly dtype: "int32"; readonly at: Affine }
  | { readonly kind: "scalar"; readonly dtype: DType; readonly op: ScalarOp; readonly operands: readonly Expression[] }
  | { readonly kind: "cast"; readonly dtype: DType; readonly operand: Expression }
  /** The result of the kernel's reduction number `id`. */
  | { readonly kind: "reduced"; readonly dtype: DType; readonly id: number };

/** The methods of the scalar language, which make expressions with a builder. */
class ScalarExpressions {
  readonly builder: ExpressionBuilder;

  constructor(builder: ExpressionBuilder) {
    this.builder = builder;
  }

  constant(value: number, dtype: DType): Expression {
    return this.builder.make({ kind: "constant", value, dtype });
  }

  cast(operand: Expression, dtype: DType): Expression {
    return operand.dtype === dtype ? operand : this.builder.make({ kind: "cast", operand, dtype });
  }

  static {
    for (const op of Object.keys(scalarOps) as ScalarOp[]) {
      Object.defineProperty(ScalarExpressions.prototype, op, {
        value(this: ScalarExpressions, ...operands: Expression[]): Expression {
          const dtypes = operands.map((x) => x.dtype);
          return this.builder.make({ kind: "scalar", op, operands, dtype: scalarResultDType(op, dtypes) });
        },
      });
    }
  }
}

/** Makes expressions. Equal expressions are one object, so that printers compute each once. */
export class ExpressionBuilder {
  readonly #made = new Map<string, Expression>();
  readonly #depths = new Map<Expression, number>();
  readonly #names = new WeakMap<object, number>();
  #count = 0;

  /** The scalar language, in which operations define their elements. */
  readonly scalar: ScalarBuilder<Expression> = new ScalarExpressions(this) as unknown as ScalarBuilder<Expression>;

  make(expression: Expression): Expression {
    const key = this.#key(expression);
    const known = this.#made.get(key);
    if (known) return known;
    this.#made.set(key, expression);
    this.#depths.set(
      expression,
      1 + operandsOf(expression).reduce((deepest, e) => Math.max(deepest, this.depthOf(e)), 0),
    );
    return expression;
  }

  /** The nesting depth of an expression. */
  depthOf(expression: Expression): number {
    return this.#depths.get(expression) ?? 1;
  }

  #key(e: Expression): string {
    switch (e.kind) {
      case "constant":
        return `c${e.dtype}${Object.is(e.value, -0) ? "-0" : e.value}`;
      case "load":
        return e.guards.reduce(
          (key, g) => `${key} ${this.affineKey(g.at)}<${g.size}`,
          `l${this.#name(e.buffer)} ${this.affineKey(e.at)}`,
        );
      case "index":
        return `i${this.affineKey(e.at)}`;
      case "scalar":
        return `${e.op} ${e.operands.map((x) => this.#name(x))}`;
      case "cast":
        return `t${e.dtype} ${this.#name(e.operand)}`;
      case "reduced":
        return `r${e.id}`;
    }
  }

  /** Equal for equal index functions. */
  affineKey(a: Affine): string {
    const plain = `${a.offset}+${a.coefficients}`;
    return a.terms.length === 0 ? plain : a.terms.reduce((key, t) => `${key}+${t.scale}*${this.#name(t.value)}`, plain);
  }

  #name(thing: object): number {
    let name = this.#names.get(thing);
    if (name === undefined) this.#names.set(thing, (name = this.#count++));
    return name;
  }
}

/** The operands of an expression, including those inside its indices. */
export function operandsOf(e: Expression): readonly Expression[] {
  const inside = (a: Affine) => a.terms.map((t) => t.value as Expression);
  switch (e.kind) {
    case "scalar":
      return e.operands;
    case "cast":
      return [e.operand];
    case "load":
      return [...inside(e.at), ...e.guards.flatMap((g) => inside(g.at))];
    case "index":
      return inside(e.at);
    default:
      return [];
  }
}

/** Visits `roots` and every expression inside them once, operands first. */
export function visit(roots: Iterable<Expression>, each: (e: Expression) => void): void {
  const seen = new Set<Expression>();
  const walk = (e: Expression): void => {
    if (seen.has(e)) return;
    seen.add(e);
    operandsOf(e).forEach(walk);
    each(e);
  };
  for (const root of roots) walk(root);
}

/**
 * True if an expression changes along one of the axes. Each part is visited once: a random number's expression reads
 * its parts twice in each of twenty rounds.
 */
export function usesAxes(e: Expression, axes: readonly number[]): boolean {
  let uses = false;
  visit([e], (part) => {
    if (part.kind !== "load" && part.kind !== "index") return;
    const indices = part.kind === "load" ? [part.at, ...part.guards.map((guard) => guard.at)] : [part.at];
    uses ||= indices.some((at) => axes.some((axis) => at.coefficients[axis] !== 0));
  });
  return uses;
}
