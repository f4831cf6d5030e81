// Checks the invariants that passes rely on. Runs between passes in tests and under NABLA_DEBUG.
import { NablaError } from "../errors.ts";
import { asInputs, type Node, primitives } from "../ops/op.ts";
import { formatShape, sameShape } from "../shape.ts";
import { type Graph, graphNodes } from "./graph.ts";

/** Throws where a node's shape or dtype is not the one that its operation infers, or an input comes after its user. */
export function verifyGraph(graph: Graph, after: string): void {
  const seen = new Set<object>();
  const inputs = new Set(graph.inputs);
  const fail = (what: string): never => {
    throw new NablaError(
      `after ${after}, the graph is not sound: ${what}. ` +
        "This is a bug in Nabla; please report it with the program that led here.",
    );
  };
  for (const node of graphNodes(graph)) {
    if (!inputs.has(node)) {
      if (primitives.get(node.op.name) !== node.op) fail(`${node.op.name} is no registered primitive`);
      for (const input of node.inputs) if (!seen.has(input)) fail(`${node.op.name} uses a value before it is computed`);
      const { shape, dtype } = node.op.infer(asInputs(node.inputs), node.attrs as never);
      if (!sameShape(shape, node.shape) || dtype !== node.dtype) {
        fail(`${node.op.name} declares ${typeText(node)}, but computes ${typeText({ dtype, shape })}`);
      }
    }
    seen.add(node);
  }
  for (const { variable, value } of graph.assignments) {
    if (!sameShape(variable.shape, value.shape) || variable.dtype !== value.dtype) {
      fail(`${variable.name} is ${typeText(variable)}, but is assigned ${typeText(value)}`);
    }
  }
}

const typeText = ({ dtype, shape }: Pick<Node, "dtype" | "shape">): string => `${dtype}${formatShape(shape)}`;
