// Numbers from outside the graph: arrays, placeholders for the arguments of a compiled function, and variables' values.
import type { DType, TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import { apply, defineOp, type LeafOp, type Node } from "./op.ts";

interface LeafAttrs {
  readonly shape: Shape;
  readonly dtype: DType;
}

const declared = (_: readonly Node[], { shape, dtype }: LeafAttrs) => ({ shape, dtype });

export const dataOp: LeafOp<LeafAttrs> = defineOp({
  name: "data",
  kind: "leaf",
  holds: "array",
  infer: declared,
  vjp: () => [],
});

/** Numbers in JavaScript's memory. */
export function data(value: TypedArray, shape: Shape, dtype: DType): Node {
  return Object.assign(apply(dataOp, [], { shape, dtype }), { value });
}

export const placeholderOp: LeafOp<LeafAttrs & { index: number }> = defineOp({
  name: "placeholder",
  kind: "leaf",
  holds: "argument",
  infer: (_: readonly Node[], { shape, dtype }: LeafAttrs & { index: number }) => ({ shape, dtype }),
  vjp: () => [],
});

/** The `index`-th tensor that a compiled function will be called with. */
export function placeholder(index: number, shape: Shape, dtype: DType): Node {
  return apply(placeholderOp, [], { index, shape, dtype });
}

/** Numbers that live in a backend's own memory between programs. The runtime's `Variable` is one. */
export interface Resident {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly name: string;
}

export const readOp: LeafOp<{ variable: Resident }> = defineOp({
  name: "read",
  kind: "leaf",
  holds: "variable",
  infer: (_: readonly Node[], { variable }: { variable: Resident }) => ({
    shape: variable.shape,
    dtype: variable.dtype,
  }),
  vjp: () => [],
});

/** The value that a variable has now. */
export function read(variable: Resident): Node<{ variable: Resident }> {
  return apply(readOp, [], { variable });
}
