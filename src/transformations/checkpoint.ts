// `checkpoint`: a function whose gradient computes its interior again instead of keeping it.
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
import { outputsOf, type Tensors } from "./outputs.ts";

/**
 * The same function with another way to its gradient: nothing between its arguments and its value is kept for the
 * backward pass; it is computed once more when the gradient comes by. Of a chain of n equal layers in √n checkpointed
 * pieces, the gradient needs memory for about 2√n layers instead of n, and one more forward pass.
 * Values and gradients are the same. `f` gives one tensor; what it uses without being an argument, variables too, has
 * its gradient as ever. Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear memory cost", 2016.
 *
 * @throws ArgumentError where `f` gives anything but one tensor.
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
      throw new ArgumentError("checkpoint: the function must give one tensor; join several by concatenate or stack.");
    const y = outputsOf("checkpoint", value)[0]!.node;
    const edge = edgeOf(
      y,
      xs.map((x) => x.node),
      firstId,
    );
    return new Tensor(
      ops.customGradient(y, edge, (dy, o) => {
        const fenced = new Map(edge.map((node) => [node, o.fence(node, dy)]));
        const [again] = replaceNodes([y], (node) => fenced.get(node) ?? null) as [Node];
        const floats = edge.filter((node) => dtypeInfo(node.dtype).isFloat);
        const ends = floats.map((node) => fenced.get(node)!);
        const found = cotangentNodes([again], [dy], ends, new Set(ends), o);
        return edge.map((node) => found[floats.indexOf(node)] ?? null);
      }),
    );
  };
}

/** What the function's value is computed from: its arguments, and whatever else it knew. */
function edgeOf(y: Node, arguments_: readonly Node[], firstId: number): Node[] {
  // A variable with an assignment that waits has a node which computes it; to gradients that node is the variable.
  const known = new Set([...arguments_, ...[...dirty].map((cell) => cell.node())]);
  const isEdge = (node: Node): boolean =>
    node.id < firstId || node.op.kind === "leaf" || node.value !== undefined || known.has(node);
  return topologicalOrder([y], isEdge).filter((node) => isEdge(node) && node.op.kind !== "generate");
}
