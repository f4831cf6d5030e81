// Orders the nodes of a graph from inputs to outputs.
import type { Node } from "../ops/op.ts";

/** Every node behind `outputs`, each after its inputs. The walk stops at nodes for which `isLeaf` holds. */
export function topologicalOrder(outputs: readonly Node[], isLeaf: (node: Node) => boolean = () => false): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = isLeaf(top.node) ? undefined : top.node.inputs[top.next++];
      if (!input) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(input)) {
        seen.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}
