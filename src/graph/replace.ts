// Graphs with some of their nodes exchanged.
import type { Node } from "../ops/op.ts";
import * as ops from "../ops/index.ts";
import type { Graph } from "./graph.ts";
import { graphRoots } from "./graph.ts";
import { topologicalOrder } from "./order.ts";

/** Rebuilds what is behind `roots` with every node for which `exchange` gives another in that one's place. */
export function replaceNodes(roots: readonly Node[], exchange: (node: Node) => Node | null): Node[] {
  const done = new Map<Node, Node>();
  const isLeaf = (node: Node): boolean => {
    const other = exchange(node);
    if (other) done.set(node, other);
    return other !== null;
  };
  for (const node of topologicalOrder(roots, isLeaf)) {
    if (done.has(node)) continue;
    const inputs = node.inputs.map((input) => done.get(input)!);
    done.set(node, inputs.some((input, i) => input !== node.inputs[i]) ? { ...node, inputs } : node);
  }
  return roots.map((root) => done.get(root)!);
}

/** The same graph without hold on anybody's numbers or variables, for a program that outlives them. */
export function detachGraph(graph: Graph): Graph {
  const inputs = graph.inputs.map((node, i) => ops.parameter(i, node.shape, node.dtype));
  const variables = graph.variables.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const reads = variables.map((variable) => ops.read(variable));
  const places = new Map(graph.inputs.map((node, i) => [node, inputs[i]!]));
  const exchange = (node: Node): Node | null => places.get(node) ?? (node.op === ops.readOp ? reads[graph.variables.indexOf(node.attrs.variable)]! : null);
  const roots = replaceNodes(graphRoots(graph), exchange);
  const outputs = roots.slice(0, graph.outputs.length);
  const assignments = graph.assignments.map(({ variable }, i) => ({ variable: variables[graph.variables.indexOf(variable)]!, value: roots[outputs.length + i]! }));
  return { inputs, outputs, assignments, variables };
}
