// Orders the nodes of a graph from inputs to outputs.
import type { Node } from "../ops/op.ts";

/** Every node behind `outputs`, each after its inputs. The walk stops at nodes for which `isLeaf` holds. */
export function topologicalOrder(outputs: readonly Node[], isLeaf: (node: Node) => boolean = () => false): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  // The nodes on the way to the one that is visited, and of each the input that comes next.
  const path: Node[] = [];
  const next: number[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (isLeaf(node) || node.inputs.length === 0) order.push(node);
    else {
      path.push(node);
      next.push(0);
    }
  };
  for (const output of outputs) {
    enter(output);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      const input = node.inputs[next[next.length - 1]!++];
      if (input) enter(input);
      else {
        order.push(node);
        path.pop();
        next.pop();
      }
    }
  }
  return order;
}
