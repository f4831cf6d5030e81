// Reduces a graph that shows a fault until a person can read it: drops outputs, and replaces nodes by their numbers.
import { toArray } from "../src/backends/reference/index.ts";
import { interpret } from "../src/backends/reference/interpret.ts";
import { closeGraph, type Graph, graphNodes } from "../src/graph/graph.ts";
import { data } from "../src/ops/index.ts";
import { asInputs, type Node } from "../src/ops/op.ts";
import { backend } from "../src/runtime/device.ts";
import { difference } from "./compare.ts";

/** True if the backend that `setBackend` chose differs from the reference, or fails. */
async function isWrong(graph: Graph): Promise<boolean> {
  const want = interpret(
    graph,
    graph.inputs.map((node) => Float64Array.from(node.value!)),
    new Map(),
  ).outputs;
  try {
    const program = await backend().compile(graph);
    const got = await program.run(
      graph.inputs.map((node) => node.value!),
      [],
      1,
    );
    program.free();
    return graph.outputs.some(
      (node, i) => difference(got[i]!, want[i]!, node.dtype, { relative: 1e-3, floor: 1 }) !== null,
    );
  } catch {
    return true;
  }
}

/** The same graph with some nodes exchanged for numbers. */
function withNumbers(roots: readonly Node[], numbers: ReadonlyMap<Node, Node>): Graph {
  const done = new Map<Node, Node>(numbers);
  const rebuild = (node: Node): Node => {
    let made = done.get(node);
    if (!made) {
      const inputs = node.value === undefined ? asInputs(node.inputs.map(rebuild)) : node.inputs;
      done.set(node, (made = inputs.every((x, i) => x === node.inputs[i]) ? node : { ...node, inputs }));
    }
    return made;
  };
  return closeGraph(roots.map(rebuild), []);
}

/**
 * A small graph without variables that is computed wrongly where `graph` is, or null where none is found. `given` are
 * its numbers.
 */
export async function shrink(graph: Graph, given: ReadonlyMap<Node, Float64Array>): Promise<Graph | null> {
  const roots = [...graph.outputs, ...graph.assignments.map((a) => a.value)];
  const leaf = (node: Node, values: Float64Array): Node => data(toArray(values, node.dtype), node.shape, node.dtype);
  const start = withNumbers(roots, new Map([...given].map(([node, values]) => [node, leaf(node, values)])));
  if (!(await isWrong(start))) return null;

  let small = start;
  for (const output of start.outputs) {
    const fewer = closeGraph(
      small.outputs.filter((x) => x !== output),
      [],
    );
    if (await isWrong(fewer)) small = fewer;
  }
  // From the outputs backwards, so that one exchange drops as much as it can.
  for (let at = 0; ; at++) {
    const inner = graphNodes(small)
      .reverse()
      .filter((node) => node.value === undefined && node.inputs.length > 0 && !small.outputs.includes(node));
    const node = inner[at];
    if (!node) return small;
    const values = interpret(
      { ...small, outputs: [node] },
      small.inputs.map((x) => Float64Array.from(x.value!)),
      new Map(),
    ).outputs[0]!;
    const next = withNumbers(small.outputs, new Map([[node, leaf(node, values)]]));
    if (await isWrong(next)) {
      small = next;
      at = -1;
    }
  }
}
