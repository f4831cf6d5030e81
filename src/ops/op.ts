// What a primitive operation declares, and the node of the graph that applies one to its inputs.

import type { ScalarBuilder, ScalarOp } from "../compile/scalar.ts";
import { type DType, dtypeInfo, type TypedArray } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Affine } from "../view.ts";

/** One value of the graph: an operation applied to inputs. Immutable but for `value`, the numbers once computed. */
export interface Node<A = any> {
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attrs: A;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Where in the user's model the node was made: `dense_1`, for messages and prints. */
  readonly scope: string;
  /** The node's numbers, once somebody has asked for them. */
  value?: TypedArray;
}

/** The primitives' own builders, handed to gradient and simplification rules so that no family imports another. */
export type Ops = typeof import("./index.ts");

/** What every primitive declares, whatever its kind. */
interface Declaration<A> {
  readonly name: string;
  /** The shape and dtype of the result. Throws a ShapeError or DTypeError which names what came. */
  readonly infer: (inputs: readonly Node[], attrs: A) => { shape: Shape; dtype: DType };
  /** For each input its cotangent, given that of the output; `null` for an input that has no gradient. */
  readonly vjp: (o: Ops, dy: Node, inputs: readonly Node[], y: Node<A>) => readonly (Node | null)[];
  /** An equal node that is cheaper, or null. */
  readonly simplify?: (o: Ops, node: Node<A>) => Node | null;
  /**
   * The operation on inputs that all have a further leading axis, done for each place on it: a node with that axis. For
   * operations whose kind does not tell.
   */
  readonly batch?: (o: Ops, y: Node<A>, inputs: readonly Node[], rewrite: Rewrite) => Node;
  /** For attributes that speak of nodes: the same where the graph of those nodes has been rewritten. */
  readonly rewritten?: (y: Node<A>, rewrite: Rewrite) => A;
}

/** What has become of nodes in a graph that is being rewritten, with others in the place of those in `given`. */
export type Rewrite = (nodes: readonly Node[], given: ReadonlyMap<Node, Node>) => Node[];

/** One element from one element of each input; all inputs have the shape of the output. */
export interface ElementwiseOp<A> extends Declaration<A> {
  readonly kind: "elementwise";
  readonly scalar: <T>(b: ScalarBuilder<T>, operands: readonly T[], attrs: A) => T;
  /** True where a float32 result rounds once, so that folding a constant gives the very bits of every backend. */
  readonly exact?: boolean;
  /**
   * The values of a constant operand of which a rule makes something; any other number may as well be an input of the
   * program. Undeclared: each value may matter.
   */
  readonly special?: readonly number[];
  /** True where the result is the sum of the operands, so that the sum of many results is the sum of the operands' sums. */
  readonly isSum?: boolean;
}

/** Axes of the input folded by an associative instruction. */
export interface ReduceOp<A extends { axes: readonly number[] }> extends Declaration<A> {
  readonly kind: "reduce";
  readonly combine: ScalarOp;
  readonly identity: (dtype: DType) => number;
}

/** A rearrangement that computes nothing: where each element of the output lies in the input. */
export interface MovementOp<A> extends Declaration<A> {
  readonly kind: "movement";
  /** Index of the input from an index of the output; null for a reshape, whose index goes by row-major order. */
  readonly source: ((node: Node<A>, index: readonly Affine[]) => Affine[]) | null;
  /** Axes of the input on which an index may fall outside, where `fill` stands instead. */
  readonly fill?: (node: Node<A>) => { readonly value: number; readonly axes: readonly number[] };
  /** Inputs after the first are not read, but waited for: the value is used only after they have been computed. */
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

/** Slices of the first input, chosen along an axis by the second input's whole numbers. */
export interface GatherOp<A extends { axis: number }> extends Declaration<A> {
  readonly kind: "gather";
}

/** Slices of the first input, added up along an axis at the places that the second input names. */
export interface ScatterOp<A extends { axis: number; size: number }> extends Declaration<A> {
  readonly kind: "scatter";
}

/** The few that are no loop nest: a routine along one axis that each backend has of its own. */
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
  /** An array that is given, an argument of a compiled function, or the value of `attrs.variable`. */
  readonly holds: "array" | "argument" | "variable";
}

/** A body applied step after step. */
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

/** Tests for the three kinds of leaves; passes know no operation by its name or identity. */
const holds =
  (what: LeafOp<unknown>["holds"]) =>
  ({ op }: Node): boolean =>
    op.kind === "leaf" && op.holds === what;
export const isGiven = holds("array");
export const isArgument = holds("argument");
export const isRead = holds("variable");

/** Every primitive by name, in the order of definition: for tests, tables and prints. */
export const primitives = new Map<string, Op>();

/** Registers a primitive. */
export function defineOp<O extends Op>(op: O): O {
  primitives.set(op.name, op);
  return op;
}

let nextId = 0;
let scope = "";

/** Makes a node, after the operation's own rule has checked the inputs. */
export function apply<A>(op: Op<A>, inputs: readonly Node[], attrs: A): Node<A> {
  const { shape, dtype } = op.infer(inputs, attrs as any);
  return { id: nextId++, op, inputs, attrs, shape, dtype, scope };
}

/** The same operation on other inputs of the same shapes, with its own number. */
export function withInputs<A>(node: Node<A>, inputs: readonly Node[], attrs: A = node.attrs): Node<A> {
  const { op, shape, dtype, scope: own } = node;
  return { id: nextId++, op, inputs, attrs, shape, dtype, scope: own };
}

/** Runs `body`, labelling the nodes that it makes with `name`. */
export function withScope<T>(name: string, body: () => T): T {
  const outer = scope;
  scope = outer ? `${outer}/${name}` : name;
  try {
    return body();
  } finally {
    scope = outer;
  }
}

/** Keeps a node's numbers, and forgets how they came about where no gradient will ever ask. */
export function settle(node: Node, value: TypedArray): void {
  node.value = value;
  if (node.op.vjp === noGradient || !dtypeInfo(node.dtype).isFloat) (node as { inputs: readonly Node[] }).inputs = [];
}

/** For rules of operations without a gradient. */
export const noGradient = (_o: Ops, _dy: Node, inputs: readonly Node[]): null[] => inputs.map(() => null);
