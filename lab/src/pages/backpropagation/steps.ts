// The steps in which a graph is computed: the variables are fed, then one node at a time forwards, then backwards.
import type { Graph } from "./graph.ts";

export type Step = { readonly phase: "feed" } | { readonly phase: "forward" | "backward"; readonly node: number };

export function stepsOf({ nodes, variables }: Graph): Step[] {
  const all = nodes.map((_, node) => node);
  return [
    { phase: "feed" },
    ...all.slice(variables.length).map((node): Step => ({ phase: "forward", node })),
    ...all.reverse().map((node): Step => ({ phase: "backward", node })),
  ];
}

/** The number of the step, from 1, that computes a node's value or its gradient. */
export function stepOf({ nodes, variables }: Graph, node: number, phase: "forward" | "backward"): number {
  const operations = nodes.length - variables.length;
  if (phase === "backward") return 1 + operations + nodes.length - node;
  return node < variables.length ? 1 : 2 + node - variables.length;
}
