// Graphs as text: one line a node, for people and for snapshots.

import { Body } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { bodyGraph, type Graph, graphNodes } from "./graph.ts";

/** `%2 = contract(%0, %1) a=[0,1] … : float32[128,10]`, one line for each node, in an order in which they can be computed. */
export function printGraph(graph: Graph): string {
  const names = new Map<Node, string>();
  const name = (node: Node): string => {
    if (!names.has(node)) names.set(node, `%${names.size}`);
    return names.get(node)!;
  };
  const inputs = new Set(graph.inputs);
  const lines = graphNodes(graph).map((node) => {
    const call = inputs.has(node)
      ? `input ${graph.inputs.indexOf(node)}`
      : `${node.op.name}(${node.inputs.map(name).join(", ")})${attributes(node)}`;
    return `${name(node)} = ${call} : ${node.dtype}${formatShape(node.shape)}${node.scope ? `  # ${node.scope}` : ""}${inputs.has(node) ? "" : bodyText(node)}`;
  });
  for (const output of graph.outputs) lines.push(`return ${name(output)}`);
  for (const { variable, value } of graph.assignments) lines.push(`${variable.name} := ${name(value)}`);
  return lines.join("\n");
}

/** What a loop does at each step, on lines of its own. */
function bodyText(node: Node): string {
  const body: unknown = node.attrs?.body;
  return body instanceof Body ? `\n${printGraph(bodyGraph(body)).replace(/^/gm, "    ")}` : "";
}

function attributes(node: Node): string {
  if (node.attrs === null) return "";
  return Object.entries(node.attrs)
    .filter(([key]) => key !== "shape" && key !== "dtype" && key !== "body")
    .map(
      ([key, value]) =>
        ` ${key}=${key === "variable" ? (value as { name: string }).name : Array.isArray(value) ? `[${value}]` : value}`,
    )
    .join("");
}
