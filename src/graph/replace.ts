// Replaces nodes of a graph.

import * as ops from "../ops/index.ts";
import { isRead, type Node, type Rewrite, withInputs } from "../ops/op.ts";
import { type Each, zip } from "../zip.ts";
import type { Graph } from "./graph.ts";
import { graphRoots } from "./graph.ts";
import { topologicalOrder } from "./order.ts";

/** Rebuilds the graph behind `roots`, with each node replaced for which `exchange` gives another. */
export function replaceNodes<const N extends readonly Node[]>(
  roots: N,
  exchange: (node: Node) => Node | null,
): Each<N, Node> {
  return replacing(new Map(), exchange)(roots, new Map()) as Each<N, Node>;
}

/** Replaces nodes, and remembers the replacements for roots that are rebuilt later. */
function replacing(done: Map<Node, Node>, exchange: (node: Node) => Node | null): Rewrite {
  const now = (node: Node): Node => done.get(node)!; // A node comes after its inputs, and a root after all.
  const rewrite: Rewrite = (roots, given) => {
    for (const [node, other] of given) done.set(node, other);
    const isLeaf = (node: Node): boolean => {
      const other = done.get(node) ?? exchange(node);
      if (other) done.set(node, other);
      return other !== null;
    };
    for (const node of topologicalOrder(roots, isLeaf)) {
      if (done.has(node)) continue;
      const inputs = node.inputs.map(now);
      const same = inputs.every((input, i) => input === node.inputs[i]);
      done.set(node, same ? node : withInputs(node, inputs, node.op.rewritten?.(node, rewrite)));
    }
    return roots.map(now);
  };
  return rewrite;
}

/**
 * The same graph over placeholders and variables of its own, so that a cached program keeps no numbers alive. The
 * constants in `lifted` become further inputs.
 */
export function detachGraph(graph: Graph, lifted: ReadonlyMap<Node, number> = new Map()): Graph {
  const inputs = graph.inputs.map((node, i) => ops.placeholder(i, node.shape, node.dtype));
  const variables = graph.variables.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const ownOf = (variable: ops.Resident): ops.Resident => variables[graph.variables.indexOf(variable)]!;
  const reads = new Map(variables.map((variable) => [variable, ops.read(variable)]));
  const replacements = new Map<Node, Node>(zip(graph.inputs, inputs));
  for (const [node, number] of lifted) {
    const at = graph.inputs.length + number;
    inputs[at] ??= ops.placeholder(at, [], node.dtype);
    replacements.set(node, ops.broadcast(inputs[at], node.shape));
  }
  const exchange = (node: Node): Node | null =>
    replacements.get(node) ?? (isRead(node) ? reads.get(ownOf(node.attrs.variable))! : null);
  const roots = replaceNodes(graphRoots(graph), exchange);
  const outputs = roots.slice(0, graph.outputs.length);
  const values = roots.slice(outputs.length);
  const assignments = zip(graph.assignments, values).map(([{ variable }, value]) => ({
    variable: ownOf(variable),
    value,
  }));
  return { inputs, outputs, assignments, variables };
}
