// Loops with carried state: recurrences in a program whose size does not depend on the number of steps.
import { ArgumentError, DTypeError, ShapeError } from "../errors.ts";
import { closeLoop } from "../graph/loop.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkCount, checkNotAsync, checkOptions } from "../options.ts";
import { Cell } from "../runtime/cell.ts";
import { withoutAssignments } from "../runtime/trace.ts";
import { formatShape, mostSteps, sameShape } from "../shape.ts";
import { asTensor, Tensor } from "../tensor.ts";
import { zip } from "../zip.ts";

/** Tensors, alone or nested in arrays and records; null stands for no tensor. */
export type TensorTree = Tensor | null | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** Options of {@link scan}. */
export interface ScanOptions {
  /** The number of steps, required if `xs` holds no tensor. Default: the length of the first axis of `xs`. */
  readonly length?: number;
  /** Runs from the last slice to the first. y is still stacked at the index of its slice. Default: false. */
  readonly reverse?: boolean;
}

/**
 * Applies `f` step by step to a carried state:
 *
 *     carry = init
 *     for t in 0 … n − 1: carry, y[t] = f(carry, x[t])
 *
 * The program holds the body once, for any number of steps, and so does the program of the gradient, which runs the
 * other way. As in JAX, `f` is called once, with tensors that have no numbers yet; tensors and variables from outside
 * may be used in it.
 *
 * @param f (carry, x) → [new carry, y]. The new carry has the same structure, shapes and dtypes as the old one.
 * @param init the first carry: a tensor, or tensors in arrays and records
 * @param xs tensors `[steps, ...]`, of which each step gets one slice along the first axis; null for none
 * @returns the last carry, and the y of all steps, stacked along a new first axis: `[steps, ...]`
 * @throws ArgumentError if `f` is async, returns something else than a pair, or assigns a variable; for 2³¹ steps or
 *   more
 * @throws ShapeError if the tensors of `xs` differ in length, or a carry changes its shape; DTypeError for its dtype
 * @example
 * const xs = tensor([1, 2, 3, 4]);
 * const [total, partial] = scan((sum: Tensor, x: Tensor) => [sum.add(x), sum.add(x)], tensor(0), xs);
 * await total.item(); // 10
 * await partial.array(); // [1, 3, 6, 10]
 */
export function scan<C extends TensorTree, X extends TensorTree, Y extends TensorTree>(
  f: (carry: C, x: X) => readonly [carry: C, y: Y],
  init: C,
  xs: X,
  options: ScanOptions = {},
): [carry: C, ys: Y] {
  checkOptions("scan", options, ["length", "reverse"]);
  const [inits, stacks] = [leavesOf(init, "init"), leavesOf(xs, "xs")];
  const length = stepsOf(stacks, options.length);
  const placeholder = (index: number, { shape, dtype }: Tensor, skip: number): Tensor =>
    new Tensor(ops.placeholder(index, shape.slice(skip), dtype));
  const carries = inits.map((x, i) => placeholder(i, x, 0));
  const slices = stacks.map((x, i) => placeholder(inits.length + i, x, 1));
  const given: unknown = withoutAssignments("scan", () => f(rebuilt(init, carries), rebuilt(xs, slices)));
  checkNotAsync("scan", given);
  if (!Array.isArray(given) || given.length !== 2)
    throw new ArgumentError("scan: f must give a pair [new carry, y]; where there is nothing to stack, let y be null.");
  const [next, y] = given as [C, Y];
  const nexts = leavesOf(next, "the new carry");
  const ys = leavesOf(y, "y");
  checkCarry(treeText(init), inits, treeText(next), nexts);

  const nodes = (tensors: readonly Tensor[]): Node[] => tensors.map((x) => x.node);
  const loop = closeLoop({
    init: nodes(inits),
    xs: nodes(stacks),
    carries: nodes(carries),
    slices: nodes(slices),
    next: nodes(nexts),
    stacked: nodes(ys),
    length,
    reverse: options.reverse ?? false,
  });
  const result = (index: number): Tensor => new Tensor(ops.result(loop, index));
  return [
    rebuilt(
      init,
      inits.map((_, i) => result(i)),
    ),
    rebuilt(
      y,
      ys.map((_, i) => result(inits.length + i)),
    ),
  ];
}

/** The entries of a record, sorted by name, so that the order in which it was made does not matter. */
const entriesOf = (record: object): [string, TensorTree][] =>
  Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));

/** The tensors of a tree. */
function leavesOf(tree: unknown, where: string): Tensor[] {
  if (tree === null) return [];
  if (tree instanceof Tensor) return [tree];
  if (tree instanceof Cell) return [asTensor(tree)];
  if (Array.isArray(tree)) return tree.flatMap((part) => leavesOf(part, where));
  if (typeof tree === "object" && Object.getPrototypeOf(tree) === Object.prototype)
    return entriesOf(tree).flatMap(([, part]) => leavesOf(part, where));
  const what = typeof tree === "object" ? tree.constructor.name : typeof tree;
  throw new ArgumentError(
    `scan: expected ${where} to hold tensors, alone or in arrays and records, ` +
      `got ${what === "undefined" ? "undefined" : `a ${what}`}; make a tensor of it with tensor(…).`,
  );
}

/** A tree of the same structure with other tensors. */
function rebuilt<T extends TensorTree>(tree: T, tensors: readonly Tensor[]): T {
  let at = 0;
  const walk = (part: TensorTree): TensorTree => {
    if (part === null) return null;
    if (part instanceof Tensor || part instanceof Cell) return tensors[at++]!;
    if (Array.isArray(part)) return part.map(walk);
    return Object.fromEntries(entriesOf(part).map(([key, inner]) => [key, walk(inner)]));
  };
  return walk(tree) as T;
}

/** The structure of a tree as text: `[tensor, { h: tensor }]`. */
function treeText(tree: TensorTree): string {
  if (tree === null) return "null";
  if (tree instanceof Tensor || tree instanceof Cell) return "tensor";
  if (Array.isArray(tree)) return `[${tree.map(treeText).join(", ")}]`;
  return `{ ${entriesOf(tree)
    .map(([key, part]) => `${key}: ${treeText(part)}`)
    .join(", ")} }`;
}

function stepsOf(stacks: readonly Tensor[], length: number | undefined): number {
  if (length !== undefined && checkCount("scan", "length", length, 0) > mostSteps)
    throw new ArgumentError(
      `scan: expected at most ${mostSteps} steps, got a length of ${length}; scan parts of it, one after another.`,
    );
  const scalar = stacks.find((x) => x.ndim === 0);
  if (scalar)
    throw new ShapeError(
      "scan: xs are stacked along their first axis, but one of them is a single number; use it in f as it is.",
    );
  const [first] = stacks.map((x) => x.shape);
  const steps = length ?? first?.[0];
  if (steps === undefined) throw new ArgumentError("scan: how many steps? xs holds no tensor, so give { length }.");
  const other = stacks.find((x) => x.shape[0] !== steps);
  if (other && length !== undefined)
    throw new ShapeError(
      `scan: length is ${length}, but one of xs has shape ${formatShape(other.shape)}, ` +
        `whose first axis is ${other.shape[0]}.`,
    );
  if (other && first)
    throw new ShapeError(
      `scan: xs have ${steps} and ${other.shape[0]} slices: ${formatShape(first)} and ` +
        `${formatShape(other.shape)}; their first axes must be equal.`,
    );
  return steps;
}

function checkCarry(was: string, before: readonly Tensor[], is: string, after: readonly Tensor[]): void {
  if (was !== is) throw new ArgumentError(`scan: the carry was ${was}, but f gave ${is}; it must keep its structure.`);
  zip(before, after).forEach(([x, y], i) => {
    const which = before.length > 1 ? ` (tensor ${i} of ${before.length})` : "";
    if (!sameShape(x.shape, y.shape)) {
      throw new ShapeError(
        `scan: the carry${which} has shape ${formatShape(x.shape)}, but f gave ${formatShape(y.shape)}; ` +
          `it must keep its shape. Broadcast init to ${formatShape(y.shape)}, perhaps?`,
      );
    }
    if (x.dtype !== y.dtype)
      throw new DTypeError(`scan: the carry${which} is ${x.dtype}, but f gave ${y.dtype}; cast one of them.`);
  });
}
