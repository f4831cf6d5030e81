// Symbolic tensors: the values of a functional model, of which only the shape and the dtype are known.
import type { DType } from "../../dtype.ts";
import type { Shape } from "../../shape.ts";
import { leavesOf, type Tree } from "./tree.ts";

/** One application of a layer to symbolic tensors. */
export interface Application<L = unknown> {
  readonly layer: L;
  readonly inputs: Tree<SymbolicTensor<L>>;
  /** The results, in the form in which the layer returns them. */
  outputs: Tree<SymbolicTensor<L>>;
}

/**
 * A value of a functional model before there are numbers: the result of {@link input}, or of a layer that was applied
 * to symbolic tensors.
 *
 * @example
 * const x: SymbolicTensor = input([784]);
 * const y = layers.dense(10).apply(x);
 * y.shape; // [10]
 */
export class SymbolicTensor<L = any> {
  /** The shape of one example, without the batch axis. */
  readonly shape: Shape;
  readonly dtype: DType;
  /** The application that gives it. Null for an input. */
  readonly from: Application<L> | null;
  /** The name of an input. */
  readonly name: string;

  constructor(shape: Shape, dtype: DType, from: Application<L> | null, name = "") {
    this.shape = shape;
    this.dtype = dtype;
    this.from = from;
    this.name = name;
  }
}

export const isSymbolic = (value: unknown): value is SymbolicTensor => value instanceof SymbolicTensor;

/** The same form with symbolic tensors instead of tensors. */
export type Symbolic<T> = T extends readonly (infer Part)[]
  ? readonly Symbolic<Part>[]
  : T extends { readonly ndim: number }
    ? SymbolicTensor
    : { readonly [K in keyof T]: Symbolic<T[K]> };

/** True if a tree holds symbolic tensors, and nothing else. */
export function holdsSymbolic(tree: unknown): tree is Tree<SymbolicTensor> {
  if (typeof tree !== "object" || tree === null) return false;
  if (isSymbolic(tree)) return true;
  const parts = Array.isArray(tree)
    ? tree
    : Object.getPrototypeOf(tree) === Object.prototype
      ? Object.values(tree)
      : [];
  return parts.length > 0 && parts.every(holdsSymbolic);
}

export const symbolicLeaves = (tree: Tree<SymbolicTensor>): SymbolicTensor[] => leavesOf(tree, isSymbolic);
