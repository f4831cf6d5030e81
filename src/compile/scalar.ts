// The scalar language, in which elementwise operations define one element.
// Operations write their element through a `ScalarBuilder`; the reference backend builds numbers with it, the
// compiler builds expressions, and each printer has a table over `ScalarOp` that the type checker holds complete.
import type { DType } from "../dtype.ts";

/** The scalar instructions, by how many operands they take. Comparisons and `isNaN`-like tests give `bool`. */
export const scalarOps = {
  neg: 1,
  abs: 1,
  sign: 1,
  floor: 1,
  ceil: 1,
  round: 1,
  trunc: 1,
  sqrt: 1,
  exp: 1,
  expm1: 1,
  log: 1,
  log1p: 1,
  sin: 1,
  cos: 1,
  tan: 1,
  tanh: 1,
  erf: 1,
  not: 1,
  add: 2,
  sub: 2,
  mul: 2,
  div: 2,
  mod: 2,
  pow: 2,
  min: 2,
  max: 2,
  atan2: 2,
  less: 2,
  lessEqual: 2,
  equal: 2,
  and: 2,
  or: 2,
  xor: 2,
  shiftLeft: 2,
  shiftRight: 2,
  select: 3,
} as const;

export type ScalarOp = keyof typeof scalarOps;

type Operands<N, T> = N extends 1 ? [a: T] : N extends 2 ? [a: T, b: T] : [condition: T, a: T, b: T];

/** One method for each scalar instruction, and the two that name a dtype. */
export type ScalarBuilder<T> = {
  [Op in ScalarOp]: (...operands: Operands<(typeof scalarOps)[Op], T>) => T;
} & {
  /** A constant of a dtype. */
  constant(value: number, dtype: DType): T;
  /** Converts: to bool by ≠ 0; float to integer by truncation, saturating; NaN to 0. */
  cast(a: T, dtype: DType): T;
};

/** The dtype of a scalar instruction's result. */
export function scalarResultDType(op: ScalarOp, operands: readonly DType[]): DType {
  if (op === "less" || op === "lessEqual" || op === "equal") return "bool";
  return operands[op === "select" ? 1 : 0]!; // Every instruction has an operand; a selection has three.
}
