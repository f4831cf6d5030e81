// Graphs with some of their nodes exchanged.

import * as ops from "../ops/index.ts";
import { isRead, type Node, type Rewrite, withInputs } from "../ops/op.ts";
import type { Graph } from "./graph.ts";
import { graphRoots } from "./graph.ts";
import { topologicalOrder } from "./order.ts";

/** Rebuilds what is behind `roots` with every node for which `exchange` gives another in that one's place. */
export function replaceNodes(roots: readonly Node[], exchange: (node: Node) => Node | null): Node[] {
  return replacing(new Map(), exchange)(roots, new Map());
}

/** Replaces, and remembers what has become of each node, for roots that are asked for later. */
function replacing(done: Map<Node, Node>, exchange: (node: Node) => Node | null): Rewrite {
  const rewrite: Rewrite = (roots, given) => {
    for (const [node, other] of given) done.set(node, other);
    const isLeaf = (node: Node): boolean => {
      const other = done.get(node) ?? exchange(node);
      if (other) done.set(node, other);
      return other !== null;
    };
    for (const node of topologicalOrder(roots, isLeaf)) {
      if (done.has(node)) continue;
      const inputs = node.inputs.map((input) => done.get(input)!);
      const same = inputs.every((input, i) => input === node.inputs[i]);
      done.set(node, same ? node : withInputs(node, inputs, node.op.rewritten?.(node, rewrite)));
    }
    return roots.map((root) => done.get(root)!);
  };
  return rewrite;
}

/** The same graph without hold on anybody's numbers or variables, for a program that outlives them. */
export function detachGraph(graph: Graph): Graph {
  const inputs = graph.inputs.map((node, i) => ops.placeholder(i, node.shape, node.dtype));
  const variables = graph.variables.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const reads = variables.map((variable) => ops.read(variable));
  const places = new Map(graph.inputs.map((node, i) => [node, inputs[i]!]));
  const exchange = (node: Node): Node | null =>
    places.get(node) ?? (isRead(node) ? reads[graph.variables.indexOf(node.attrs.variable)]! : null);
  const roots = replaceNodes(graphRoots(graph), exchange);
  const outputs = roots.slice(0, graph.outputs.length);
  const assignments = graph.assignments.map(({ variable }, i) => ({
    variable: variables[graph.variables.indexOf(variable)]!,
    value: roots[outputs.length + i]!,
  }));
  return { inputs, outputs, assignments, variables };
}
