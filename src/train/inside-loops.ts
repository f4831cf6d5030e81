// Tells values in the bodies of loops, which stand for those of every step, from values that can be read.
import { topologicalOrder } from "../graph/order.ts";
import { placeholderOp } from "../ops/leaf.ts";
import type { Node } from "../ops/op.ts";

/** The nodes that depend on a placeholder: within the body of a loop, say, whose values nobody outside can read. */
export function insideLoops(nodes: readonly Node[]): Set<Node> {
  const inside = new Set<Node>();
  for (const node of topologicalOrder(nodes))
    if (node.op === placeholderOp || node.inputs.some((input) => inside.has(input as Node))) inside.add(node);
  return inside;
}
