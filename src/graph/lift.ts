// Turns constants into inputs of the program, so that x · 3 and x · 4 share one program.
import { constantValue } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { type Graph, graphNodes, graphRoots } from "./graph.ts";

/**
 * Maps the constants of a graph that may be inputs to the index of their value. Other constants stay, so that the
 * program computes the same bits as before: values that an operation declares as special, constants that are folded
 * with others, and operands of operations that declare no special values.
 */
export function liftNumbers(graph: Graph): ReadonlyMap<Node, number> {
  const found = new Map<Node, number>();
  const folded = new Set<Node>();
  for (const node of graphNodes(graph)) {
    const constant = constantValue(node);
    if (constant !== undefined) found.set(node, constant);
    const foldable = node.inputs.length > 0 && node.inputs.every((input) => folded.has(input));
    if (constant !== undefined || foldable) folded.add(node);
    const special = !foldable && node.op.kind === "elementwise" ? node.op.special : undefined;
    for (const input of node.inputs) {
      const value = found.get(input);
      if (value !== undefined && (!special || special.includes(value))) found.delete(input);
    }
  }
  for (const root of graphRoots(graph)) found.delete(root);
  const numbers = new Map<string, number>();
  const lifted = new Map<Node, number>();
  for (const [node, value] of found) {
    const name = `${node.dtype} ${1 / value} ${value}`;
    const index = numbers.get(name) ?? numbers.size;
    numbers.set(name, index);
    lifted.set(node, index);
  }
  return lifted;
}
