// The declaration of a primitive operation, and the graph node that applies one to its inputs.

import type { ScalarBuilder, ScalarOp } from "../compile/scalar.ts";
import { type DType, dtypeInfo, type TypedArray } from "../dtype.ts";
import { checkShape, type Shape } from "../shape.ts";
import type { Affine } from "../view.ts";

/** One value of the graph: an operation applied to inputs. Immutable except for `value`. */
export interface Node<A = any> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: Inputs;
  readonly attrs: A;
  readonly shape: Shape;
  readonly dtype: DType;
  /** The part of the user's model that made the node, such as `dense_1`, for messages and prints. */
  readonly scope: string;
  /** The node's numbers, once they have been computed. */
  value?: TypedArray;
}

/** The primitives' own builders, handed to gradient and simplification rules so that no family imports another. */
export type Ops = typeof import("./builders.ts");

/**
 * The inputs of a node, or something for each of them. Who looks at them knows how many the operation takes, so that
 * the type promises the first three, which is what any operation of fixed arity takes at most.
 */
export type Inputs<T = Node> = readonly [T, T, T, ...T[]];
export const asInputs = <T>(inputs: readonly T[]): Inputs<T> => inputs as Inputs<T>;

/** The declarations that primitives of all kinds have in common. */
interface Declaration<A> {
  readonly name: string;
  /** The shape and dtype of the result. Throws a ShapeError or DTypeError that names the given ones. */
  readonly infer: (inputs: Inputs, attrs: A) => { shape: Shape; dtype: DType };
  /** The cotangent of each input, given that of the output; `null` for an input that has no gradient. */
  readonly vjp: (o: Ops, dy: Node, inputs: Inputs, y: Node<A>) => readonly (Node | null)[];
  /** An equal node that is cheaper, or null. */
  readonly simplify?: (o: Ops, node: Node<A>) => Node | null;
  /**
   * The operation over a leading batch axis, which all `inputs` have. Declared if the rule does not follow from the
   * kind.
   */
  readonly batch?: (o: Ops, y: Node<A>, inputs: Inputs, rewrite: Rewrite) => Node;
  /** The attributes after the graph has been rewritten, for attributes that refer to nodes. */
  readonly rewritten?: (y: Node<A>, rewrite: Rewrite) => A;
}

/** Maps nodes to their replacements in a graph that is being rewritten; `given` adds replacements of leaves. */
export type Rewrite = (nodes: readonly Node[], given: ReadonlyMap<Node, Node>) => Node[];

/** One element from one element of each input; all inputs have the shape of the output. */
export interface ElementwiseOp<A> extends Declaration<A> {
  readonly kind: "elementwise";
  readonly scalar: <T>(b: ScalarBuilder<T>, operands: Inputs<T>, attrs: A) => T;
  /** True if a float32 result is rounded once, so that constant folding gives the same bits as every backend. */
  readonly exact?: boolean;
  /**
   * The values of a constant operand that some rule treats specially; any other number may become an input of the
   * program. If it is not declared, any value may be special.
   */
  readonly special?: readonly number[];
  /** True if the result is the sum of the operands, so that summing results can be done operand by operand. */
  readonly isSum?: boolean;
}

/** Reduces axes of the input by an associative instruction. */
export interface ReduceOp<A extends { axes: readonly number[] }> extends Declaration<A> {
  readonly kind: "reduce";
  readonly combine: ScalarOp;
  readonly identity: (dtype: DType) => number;
}

/** A rearrangement that computes nothing: it maps each index of the output to an index of the input. */
export interface MovementOp<A> extends Declaration<A> {
  readonly kind: "movement";
  /** The index of the input for an index of the output; null for a reshape, which keeps the row-major order. */
  readonly source: ((node: Node<A>, index: readonly Affine[]) => Affine[]) | null;
  /** The axes of the input on which an index may be out of range; the element is then `value`. */
  readonly fill?: (node: Node<A>) => { readonly value: number; readonly axes: readonly number[] };
  /** True if inputs after the first are not read: the value is only used after they have been computed. */
  readonly waits?: boolean;
}

/** The inputs laid side by side along an axis. */
export interface JoinOp<A extends { axis: number }> extends Declaration<A> {
  readonly kind: "join";
}

/** C = Σ A·B over the labels that the output lacks: the general two-operand einsum. */
export interface ContractOp<A extends ContractLabels> extends Declaration<A> {
  readonly kind: "contract";
}

/** One label for each axis of each operand. */
export interface ContractLabels {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly out: readonly number[];
}

/** Slices of the first input, chosen along an axis by the second input's integers. */
export interface GatherOp<A extends { axis: number }> extends Declaration<A> {
  readonly kind: "gather";
}

/** Slices of the first input, added up along an axis at the indices in the second input. */
export interface ScatterOp<A extends { axis: number; size: number }> extends Declaration<A> {
  readonly kind: "scatter";
}

/** An operation that is no loop nest: each backend implements the routine, which works along one axis. */
export interface RoutineOp<A extends { axis: number; descending: boolean }> extends Declaration<A> {
  readonly kind: "routine";
  readonly routine: "argsort";
}

/** Elements computed from their index alone: constants and counters. */
export interface GenerateOp<A> extends Declaration<A> {
  readonly kind: "generate";
  /** The element at an index, as an affine function of it. */
  readonly element: (node: Node<A>, index: readonly Affine[]) => Affine;
}

/** Numbers from outside the graph. */
export interface LeafOp<A> extends Declaration<A> {
  readonly kind: "leaf";
  /** An array, an argument of a compiled function, or the value of `attrs.variable`. */
  readonly holds: "array" | "argument" | "variable";
}

/** A body applied once for each step. */
export interface LoopOp<A> extends Declaration<A> {
  readonly kind: "loop";
}

/** One of the results of a loop. */
export interface ResultOp<A extends { index: number }> extends Declaration<A> {
  readonly kind: "result";
}

export type Op<A = any> =
  | ElementwiseOp<A>
  | ReduceOp<A extends { axes: readonly number[] } ? A : any>
  | MovementOp<A>
  | JoinOp<A extends { axis: number } ? A : any>
  | ContractOp<A extends ContractLabels ? A : any>
  | GatherOp<A extends { axis: number } ? A : any>
  | ScatterOp<A extends { axis: number; size: number } ? A : any>
  | RoutineOp<A extends { axis: number; descending: boolean } ? A : any>
  | GenerateOp<A>
  | LeafOp<A>
  | LoopOp<A>
  | ResultOp<A extends { index: number } ? A : any>;

/** Tests for kinds of leaves. Passes use them because they know no operation by its name or identity. */
const holds =
  (what: LeafOp<unknown>["holds"]) =>
  ({ op }: Node): boolean =>
    op.kind === "leaf" && op.holds === what;
export const isArgument = holds("argument");
export const isRead = holds("variable");

/** Every primitive by name, in the order of definition: for tests, tables and prints. */
export const primitives = new Map<string, Op>();

/**
 * Registers a primitive. A bundler may drop the ones that a page does not use: nobody looks for them.
 *
 * @__NO_SIDE_EFFECTS__
 */
export function defineOp<O extends Op>(op: O): O {
  primitives.set(op.name, op);
  return op;
}

let nextId = 0;
let scope = "";

/** Makes a node. The operation's `infer` checks the inputs; no axis of the result may be too long. */
export function apply<A>(op: Op<A>, given: readonly Node[], attrs: A): Node<A> {
  const inputs = asInputs(given);
  const { shape, dtype } = op.infer(inputs, attrs as any);
  return { id: nextId++, op, inputs, attrs, shape: checkShape(shape, op.name), dtype, scope };
}

/** A new node with the same operation on other inputs of the same shapes. */
export function withInputs<A>(node: Node<A>, inputs: readonly Node[], attrs: A = node.attrs): Node<A> {
  const { op, shape, dtype, scope: own } = node;
  return { id: nextId++, op, inputs: asInputs(inputs), attrs, shape, dtype, scope: own };
}

/** Runs `body`, and labels the nodes that it makes with `name`. */
export function withScope<T>(name: string, body: () => T): T {
  const outer = scope;
  scope = outer ? `${outer}/${name}` : name;
  try {
    return body();
  } finally {
    scope = outer;
  }
}

/** Keeps a node's computed numbers, and drops its inputs if no gradient can pass through it. */
export function keepValue(node: Node, value: TypedArray): void {
  node.value = value;
  if (node.op.vjp === noGradient || !dtypeInfo(node.dtype).isFloat) (node as { inputs: readonly Node[] }).inputs = [];
}

/** The gradient rule of operations without a gradient. */
export const noGradient = (_o: Ops, _dy: Node, inputs: readonly Node[]): null[] => inputs.map(() => null);
