// A closed graph with its inputs, outputs and assignments: the unit that a backend compiles.
import { ArgumentError } from "../errors.ts";
import { Body, type Resident } from "../ops/index.ts";
import { isArgument, isRead, type Node } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { topologicalOrder } from "./order.ts";

export interface Assignment {
  readonly variable: Resident;
  readonly value: Node;
}

export interface Graph {
  /** Nodes whose numbers are given at each run. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  /** Carried out after everything has been computed. */
  readonly assignments: readonly Assignment[];
  /** Every variable that is read or assigned. */
  readonly variables: readonly Resident[];
}

/** The roots of a graph: outputs and assigned values. */
export function graphRoots(graph: Pick<Graph, "outputs" | "assignments">): Node[] {
  return [...graph.outputs, ...graph.assignments.map((a) => a.value)];
}

/** Collects the inputs and variables behind outputs and assignments. Nodes that already hold numbers become inputs. */
export function closeGraph(
  outputs: readonly Node[],
  assignments: readonly Assignment[],
  placeholders: readonly Node[] = [],
): Graph {
  const isInput = (node: Node): boolean => node.value !== undefined || placeholders.includes(node);
  const order = topologicalOrder(graphRoots({ outputs, assignments }), isInput);
  const variables = new Set<Resident>();
  for (const node of order) {
    if (isInput(node)) continue;
    if (isRead(node)) variables.add(node.attrs.variable);
    if (isArgument(node)) {
      throw new ArgumentError(
        `a tensor ${formatShape(node.shape)} from inside a function under compile, scan or vmap ` +
          "stands for any argument, and has no numbers. Return the values that you compute from it (under scan as " +
          "part of y or of the carry), and use the returned tensors.",
      );
    }
  }
  for (const { variable } of assignments) variables.add(variable);
  const inputs = [...placeholders, ...order.filter((node) => isInput(node) && !placeholders.includes(node))];
  return { inputs, outputs, assignments, variables: [...variables] };
}

/** The nodes of a graph, inputs first. */
export function graphNodes(graph: Graph): Node[] {
  const inputs = new Set(graph.inputs);
  return topologicalOrder(graphRoots(graph), (node) => inputs.has(node));
}

/** The body of a loop as a graph from its placeholders to its outputs. */
export function bodyGraph(body: Body): Graph {
  return { inputs: body.placeholders, outputs: body.outputs, assignments: [], variables: [] };
}

/**
 * A key that two graphs share if and only if one program can run both, given the numbers in `lifted`. Without `lifted`
 * it has the labels of the nodes and the names of the variables, too, for programs that can be looked at.
 */
export function programKey(graph: Graph, lifted?: ReadonlyMap<Node, number>): string {
  const indices = new Map<Node, number>();
  const lines = lifted ? [] : graph.variables.map(({ name }) => JSON.stringify(name));
  graph.inputs.forEach((node, i) => {
    indices.set(node, i);
    lines.push(`in ${node.dtype}[${node.shape}]`);
  });
  for (const node of graphNodes(graph)) {
    if (indices.has(node)) continue;
    indices.set(node, indices.size);
    const number = lifted?.get(node);
    lines.push(
      number === undefined
        ? `${node.op.name}(${node.inputs.map((x) => indices.get(x))})${attrsText(node, graph.variables, lifted)}`
        : `number ${number} ${node.dtype}[${node.shape}]`,
    );
    if (!lifted) lines.push(node.scope);
  }
  lines.push(`out ${graph.outputs.map((x) => indices.get(x))}`);
  for (const { variable, value } of graph.assignments)
    lines.push(`${graph.variables.indexOf(variable)} := ${indices.get(value)}`);
  return lines.join("\n");
}

/** A node's attributes as text, with variables named by their index in the graph's list. */
function attrsText(node: Node, variables: readonly Resident[], lifted: ReadonlyMap<Node, number> | undefined): string {
  if (node.attrs === null) return "";
  return JSON.stringify(node.attrs, (key, value) => {
    if (value instanceof Body)
      return `${value.carries.length} ${value.slices.length} ${programKey(bodyGraph(value), lifted && new Map())}`;
    if (key === "variable") return `${variables.indexOf(value)}:${value.dtype}[${value.shape}]`;
    return typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? `${1 / value < 0 ? "-" : ""}${value}`
      : value;
  });
}
