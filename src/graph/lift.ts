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
  const found = new Map<Node, boolean>();
  const folded = new Set<Node>();
  for (const node of graphNodes(graph)) {
    const isConstant = constantValue(node) !== undefined;
    if (isConstant) found.set(node, true);
    const foldable = node.inputs.length > 0 && node.inputs.every((input) => folded.has(input));
    if (isConstant || foldable) folded.add(node);
    const special = !foldable && node.op.kind === "elementwise" ? node.op.special : undefined;
    for (const input of node.inputs)
      if (found.has(input) && (!special || special.includes(constantValue(input)!))) found.set(input, false);
  }
  for (const root of graphRoots(graph)) found.delete(root);
  const numbers = new Map<string, number>();
  const lifted = new Map<Node, number>();
  for (const [node, isFree] of found) {
    if (!isFree) continue;
    const value = constantValue(node)!;
    const name = `${node.dtype} ${1 / value} ${value}`;
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    lifted.set(node, numbers.get(name)!);
  }
  return lifted;
}
