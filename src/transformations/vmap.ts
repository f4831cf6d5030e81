// `vmap`: turns a function of one example into a function of a batch.

import { ArgumentError, ShapeError } from "../errors.ts";
import { batchNodes } from "../graph/batch.ts";
import { topologicalOrder } from "../graph/order.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { checkOptions } from "../options.ts";
import { type Cell, dirty } from "../runtime/cell.ts";
import { currentTrace, transformed } from "../runtime/trace.ts";
import { formatShape, moveBlock, normalizeAxis } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { inForm, type Outputs, outputsOf, type Tensors } from "./outputs.ts";

/** The options of {@link vmap}. */
export interface VmapOptions {
  /**
   * The batch axis of each argument; `null` for an argument that all examples share. One for all arguments, or an array
   * with one for each. Default: 0.
   */
  readonly inAxes?: number | null | readonly (number | null)[];
  /** The batch axis of each output. One for all, or an array with one for each. Default: 0. */
  readonly outAxes?: number | readonly number[];
}

/**
 * Turns a function of one example into a function of a batch: `f` is written without the batch axis, and applied to all
 * examples at once. There is no loop: each operation of `f` gets a batch axis (a product becomes a batched product),
 * and values that do not depend on an example are computed once. `vmap` of {@link grad} gives each example's own
 * gradient; `grad` of `vmap` and `vmap` of `vmap` work as well.
 *
 * `f` may read variables, but not assign values that depend on an example. Random numbers come from keys: with one key
 * for all, all examples get the same numbers; derive one for each by `random.foldIn(key, i)`, with i from `arange(n)`
 * as an argument.
 *
 * @throws ShapeError if the batch axes differ in length; ArgumentError for axes that do not exist
 * @example
 * const distance = (a: Tensor, b: Tensor) => a.sub(b).square().sum();
 * const points = tensor([[0, 0], [3, 4], [1, 0]]);
 * await vmap(distance, { inAxes: [0, null] })(points, [0, 0]).array(); // [0, 25, 1]
 */
export function vmap<Args extends TensorLike[], R extends Outputs>(
  f: (...xs: Tensors<Args>) => R,
  options: VmapOptions = {},
): (...xs: Args) => R {
  checkOptions("vmap", options, ["inAxes", "outAxes"]);
  const { inAxes = 0, outAxes = 0 } = options;
  return (...given) => {
    const xs = given.map((x) => asTensor(x));
    const along = zip(xs, axesOf("inAxes", inAxes, xs, "argument")).map(([x, axis], i): [Tensor, number | null] => [
      x,
      axis === null ? null : normalizeAxis(axis, x.ndim, `vmap: argument ${i}`),
    ]);
    const size = examples(along);
    const batched = new Map<Node, Node>();
    const one = along.map(([x, axis], i) => {
      if (axis === null) return x;
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
    const batchAxes = axesOf("outAxes", outAxes, ys, "output") as number[];
    const nodes = batchNodes(
      ys.map((y) => y.node),
      batched,
      size,
    );
    const done = zip(nodes, batchAxes).map(([{ node, hasAxis }, axis], i) => {
      const whole = hasAxis ? node : ops.broadcast(ops.reshape(node, [1, ...node.shape]), [size, ...node.shape]);
      return new Tensor(moveAxis(whole, 0, normalizeAxis(axis, whole.shape.length, `vmap: output ${i}`)));
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
      `vmap: ${option} has ${axes.length} entries for ${of.length} ${what}s; ` +
        "give one for each, or a single number for all.",
    );
  return [...axes];
}

/** The number of examples. */
function examples(along: readonly (readonly [Tensor, number | null])[]): number {
  const batches = along.flatMap(([{ shape }, axis], i) =>
    axis === null ? [] : [{ i, shape, axis, length: shape[axis]! }],
  );
  const [first] = batches;
  if (!first)
    throw new ArgumentError(
      "vmap: no argument has an axis of examples, as inAxes is null for all; call the function itself.",
    );
  const other = batches.find(({ length }) => length !== first.length);
  if (other)
    throw new ShapeError(
      `vmap: argument ${first.i} ${formatShape(first.shape)} has ${first.length} examples along axis ` +
        `${first.axis}, but argument ${other.i} ${formatShape(other.shape)} has ${other.length} along axis ` +
        `${other.axis}. Give null in inAxes for an argument that all examples share.`,
    );
  return first.length;
}

const moveAxis = (x: Node, from: number, to: number): Node =>
  from === to ? x : ops.permute(x, moveBlock(from, 1, to - from, x.shape.length));

/** Runs `body`, and throws if it has assigned a variable a value that depends on an example. */
function guardingVariables<T>(standIns: ReadonlyMap<Node, Node>, body: () => T): T {
  const valuesNow = (): Map<Cell, Node> =>
    new Map((currentTrace()?.assigned as Map<Cell, Node> | undefined) ?? [...dirty].map((cell) => [cell, cell.node()]));
  const before = valuesNow();
  const firstId = Math.min(...[...standIns.keys()].map((node) => node.id));
  const result = body();
  for (const [cell, value] of valuesNow()) {
    const made = topologicalOrder([value], (node) => node.id < firstId);
    if (before.get(cell) === value || !made.some((node) => standIns.has(node))) continue;
    cell.assignNode(before.get(cell) ?? ops.read(cell));
    throw new ArgumentError(
      `vmap: ${cell.name} is assigned a value of a single example. ` +
        "Return the value, and assign a value of the whole batch outside of vmap.",
    );
  }
  return result;
}
