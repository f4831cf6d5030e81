// Prints graphs as text, one line a node, for people and for snapshots.

import { Body } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { bodyGraph, type Graph, graphNodes } from "./graph.ts";

/** Lines such as `%2 = contract(%0, %1) a=[0,1] … : float32[128,10]`, each node after its inputs. */
export function printGraph(graph: Graph): string {
  const names = new Map<Node, string>();
  const name = (node: Node): string => {
    const known = names.get(node) ?? `%${names.size}`;
    names.set(node, known);
    return known;
  };
  const inputs = new Set(graph.inputs);
  const lines = graphNodes(graph).map((node) => {
    const call = inputs.has(node)
      ? `input ${graph.inputs.indexOf(node)}`
      : `${node.op.name}(${node.inputs.map(name).join(", ")})${attributes(node)}`;
    const scope = node.scope ? `  # ${node.scope}` : "";
    const body = inputs.has(node) ? "" : bodyText(node);
    return `${name(node)} = ${call} : ${node.dtype}${formatShape(node.shape)}${scope}${body}`;
  });
  for (const output of graph.outputs) lines.push(`return ${name(output)}`);
  for (const { variable, value } of graph.assignments) lines.push(`${variable.name} := ${name(value)}`);
  return lines.join("\n");
}

/** The body of a loop, on indented lines. */
function bodyText(node: Node): string {
  const body: unknown = node.attrs?.body;
  return body instanceof Body ? `\n${printGraph(bodyGraph(body)).replace(/^/gm, "    ")}` : "";
}

function attributes(node: Node): string {
  if (node.attrs === null) return "";
  return Object.entries(node.attrs)
    .filter(([key]) => key !== "shape" && key !== "dtype" && key !== "body")
    .map(([key, value]) => {
      if (key === "variable") return ` ${key}=${(value as { name: string }).name}`;
      return ` ${key}=${Array.isArray(value) ? `[${value}]` : value}`;
    })
    .join("");
}
