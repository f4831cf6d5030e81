// `checkpoint`: a function whose gradient recomputes intermediate values instead of keeping them.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import { cotangentNodes } from "../graph/gradient.ts";
import { topologicalOrder } from "../graph/order.ts";
import { replaceNodes } from "../graph/replace.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { dirty } from "../runtime/cell.ts";
import { transformed } from "../runtime/trace.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { outputOf, type Tensors } from "./outputs.ts";

/**
 * The same function, but its intermediate values are not kept for the backward pass: the gradient computes them again.
 * For a chain of n equal layers in √n checkpointed pieces, the gradient needs memory for about 2√n layers instead of n,
 * and one more forward pass. Values and gradients are the same. `f` returns one tensor; tensors and variables that it
 * uses without taking them as arguments have gradients as usual. Chen, Xu, Zhang and Guestrin, "Training deep nets with
 * sublinear memory cost", 2016.
 *
 * @throws ArgumentError if `f` returns anything but one tensor
 * @example
 * const block = checkpoint((x: Tensor) => x.sin().exp().tanh());
 * await grad((x: Tensor) => block(x).sum())([0, 1]).array(); // [0.4199…, 0.0475…]
 */
export function checkpoint<Args extends TensorLike[]>(f: (...xs: Tensors<Args>) => Tensor): (...xs: Args) => Tensor {
  return (...given) => {
    const xs = given.map((x) => asTensor(x));
    const firstId = ops.full([], 0, "float32").id;
    const value: unknown = transformed(() => f(...(xs as Tensors<Args>)));
    if (Array.isArray(value))
      throw new ArgumentError(
        "checkpoint: expected a function that returns one tensor, got an array; join several by concatenate or stack.",
      );
    const y = outputOf("checkpoint", value).node;
    const edge = edgeOf(
      y,
      xs.map((x) => x.node),
      firstId,
    );
    return new Tensor(
      ops.customGradient(y, edge, (dy, o) => {
        const fenced = new Map(edge.map((node) => [node, o.fence(node, dy)]));
        const again = replaceNodes([y], (node) => fenced.get(node) ?? null);
        const ends = [...fenced.values()].filter((node) => dtypeInfo(node.dtype).isFloat);
        const found = new Map(zip(ends, cotangentNodes(again, [dy], ends, new Set(ends), o)));
        return [...fenced.values()].map((end) => found.get(end) ?? null);
      }),
    );
  };
}

/** The nodes that the function's value is computed from: its arguments, and other nodes from outside. */
function edgeOf(y: Node, arguments_: readonly Node[], firstId: number): Node[] {
  // A variable with a pending assignment is represented by the node that computes the assigned value.
  const known = new Set([...arguments_, ...[...dirty].map((cell) => cell.node())]);
  const isEdge = (node: Node): boolean =>
    node.id < firstId || node.op.kind === "leaf" || node.value !== undefined || known.has(node);
  return topologicalOrder([y], isEdge).filter((node) => isEdge(node) && node.op.kind !== "generate");
}
