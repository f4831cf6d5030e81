// `vmap`: a function of one example as a function of many.
import { ArgumentError, ShapeError } from "../errors.ts";
import { batchNodes } from "../graph/batch.ts";
import { topologicalOrder } from "../graph/order.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { type Cell, dirty } from "../runtime/cell.ts";
import { currentTrace, transformed } from "../runtime/trace.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { inForm, type Outputs, outputsOf, type Tensors } from "./outputs.ts";

/** The options of {@link vmap}. */
export interface VmapOptions {
  /**
   * Which axis of each argument runs over the examples; `null` for an argument that all examples share. One for all
   * arguments, or an array with one for each. Default: 0.
   */
  readonly inAxes?: number | null | readonly (number | null)[];
  /** Where the axis of the examples stands in each output. One for all, or an array with one for each. Default: 0. */
  readonly outAxes?: number | readonly number[];
}

/**
 * A function of one example, made one of many: `f` is written without the axis of the examples, and applied to all at
 * once. Nothing loops: each operation of `f` gets one more axis (a product becomes a batched product), and what does
 * not depend on an example is computed once. `vmap` of {@link grad} gives each example's own gradient; `grad` of `vmap`
 * and `vmap` of `vmap` are as good.
 *
 * `f` may read variables, but not assign what depends on an example. Random numbers come from keys: with one key for
 * all, all examples see the same numbers; make each its own by `random.foldIn(key, i)`, with i from `arange(n)` an
 * argument.
 *
 * @throws ShapeError where the examples' axes differ in length; ArgumentError for axes that are not there.
 * @example
 * const distance = (a: Tensor, b: Tensor) => a.sub(b).square().sum();
 * const points = tensor([[0, 0], [3, 4], [1, 0]]);
 * await vmap(distance, { inAxes: [0, null] })(points, [0, 0]).array(); // [0, 25, 1]
 */
export function vmap<Args extends TensorLike[], R extends Outputs>(
  f: (...xs: Tensors<Args>) => R,
  { inAxes = 0, outAxes = 0 }: VmapOptions = {},
): (...xs: Args) => R {
  return (...given) => {
    const xs = given.map((x) => asTensor(x));
    const axes = axesOf("inAxes", inAxes, xs, "argument").map((axis, i) =>
      axis === null ? null : normalizeAxis(axis, xs[i]!.ndim, `vmap: argument ${i}`),
    );
    const size = examples(xs, axes);
    const batched = new Map<Node, Node>();
    const one = xs.map((x, i) => {
      const axis = axes[i];
      if (axis === null || axis === undefined) return x;
      const standIn = ops.placeholder(
        i,
        x.shape.filter((_, k) => k !== axis),
        x.dtype,
      );
      batched.set(standIn, moveAxis(x.node, axis, 0));
      return new Tensor(standIn);
    });
    const result = guardingVariables(batched, () => transformed(() => f(...(one as Tensors<Args>))));
    const ys = outputsOf("vmap", result);
    const places = axesOf("outAxes", outAxes, ys, "output") as number[];
    const done = batchNodes(
      ys.map((y) => y.node),
      batched,
      size,
    ).map(({ node, hasAxis }, i) => {
      const whole = hasAxis ? node : ops.broadcast(ops.reshape(node, [1, ...node.shape]), [size, ...node.shape]);
      return new Tensor(moveAxis(whole, 0, normalizeAxis(places[i]!, whole.shape.length, `vmap: output ${i}`)));
    });
    return inForm(result, done);
  };
}

function axesOf(
  option: string,
  axes: number | null | readonly (number | null)[],
  of: readonly Tensor[],
  what: string,
): (number | null)[] {
  if (!Array.isArray(axes)) return of.map(() => axes as number | null);
  if (axes.length !== of.length)
    throw new ArgumentError(
      `vmap: ${option} has ${axes.length} entries for ${of.length} ${what}s; give one for each, or a single number for all.`,
    );
  return [...axes];
}

/** How many examples there are. */
function examples(xs: readonly Tensor[], axes: readonly (number | null)[]): number {
  const first = axes.findIndex((axis) => axis !== null);
  if (first < 0)
    throw new ArgumentError(
      "vmap: no argument has an axis of examples, as inAxes is null for all; call the function itself.",
    );
  const lengthOf = (i: number): number => xs[i]!.shape[axes[i]!]!;
  xs.forEach((x, i) => {
    if (axes[i] === null || lengthOf(i) === lengthOf(first)) return;
    throw new ShapeError(
      `vmap: argument ${first} ${formatShape(xs[first]!.shape)} has ${lengthOf(first)} examples along axis ${axes[first]}, but argument ${i} ${formatShape(x.shape)} has ${lengthOf(i)} along axis ${axes[i]}. ` +
        "Give null in inAxes for an argument that all examples share.",
    );
  });
  return lengthOf(first);
}

function moveAxis(x: Node, from: number, to: number): Node {
  if (from === to) return x;
  const axes = x.shape.map((_, i) => i).filter((i) => i !== from);
  axes.splice(to, 0, from);
  return ops.permute(x, axes);
}

/** Runs `body`, and sees to it that no variable keeps what is known for single examples only. */
function guardingVariables<T>(standIns: ReadonlyMap<Node, Node>, body: () => T): T {
  const valuesNow = (): Map<Cell, Node> =>
    new Map((currentTrace()?.assigned as Map<Cell, Node> | undefined) ?? [...dirty].map((cell) => [cell, cell.node()]));
  const before = valuesNow();
  const firstId = [...standIns.keys()][0]!.id;
  const result = body();
  for (const [cell, value] of valuesNow()) {
    const made = topologicalOrder([value], (node) => node.id < firstId);
    if (before.get(cell) === value || !made.some((node) => standIns.has(node))) continue;
    cell.assignNode(before.get(cell) ?? ops.read(cell));
    throw new ArgumentError(
      `vmap: ${cell.name} is assigned a value of a single example. Return the value, and assign outside of vmap what you make of all of them.`,
    );
  }
  return result;
}
