// Pass 2: merges equal loops; drops unused results. Also turns a loop's body into a graph of its own.
import { bodyGraph, type Graph, graphNodes, graphRoots } from "../graph/graph.ts";
import { topologicalOrder } from "../graph/order.ts";
import { replaceNodes } from "../graph/replace.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { zip } from "../zip.ts";
import { simplify } from "./simplify.ts";

type LoopNode = Node<ops.LoopAttrs>;

/** An equal graph in which no two loops are equal, and every loop computes only results that are read. */
export function tidyLoops(graph: Graph): Graph {
  let tidy = graph;
  for (let pair = twins(tidy); pair; pair = twins(tidy)) tidy = exchange(tidy, merge(...pair));
  // From the last loop to the first, as pruning one may leave results of an earlier one unread.
  const done = new Set<ops.Body>();
  for (;;) {
    const next = loopsOf(tidy)
      .reverse()
      .find((loop) => !done.has(loop.attrs.body));
    if (!next) return tidy;
    const { results, body } = prune(tidy, next);
    done.add(body);
    tidy = exchange(tidy, results);
  }
}

function loopsOf(graph: Graph): LoopNode[] {
  const inputs = new Set(graph.inputs);
  return graphNodes(graph).filter((node) => node.op.kind === "loop" && !inputs.has(node));
}

/** Replaces results of loops. */
function exchange(graph: Graph, results: (loop: Node, index: number) => Node | null): Graph {
  const inputs = new Set(graph.inputs);
  const roots = replaceNodes(graphRoots(graph), (node) => {
    if (inputs.has(node)) return node;
    return node.op.kind === "result" ? results(node.inputs[0], node.attrs.index) : null;
  });
  return {
    ...graph,
    outputs: roots.slice(0, graph.outputs.length),
    assignments: zip(graph.assignments, roots.slice(graph.outputs.length)).map(([{ variable }, value]) => ({
      variable,
      value,
    })),
  };
}

/** Two loops that differ only in the values that they stack: a loop, and the copy of it that its gradient asks for. */
function twins(graph: Graph): [LoopNode, LoopNode] | null {
  const loops = loopsOf(graph);
  for (const [i, a] of loops.entries()) {
    for (const b of loops.slice(i + 1)) {
      const { body, length, reverse } = a.attrs;
      const given = body.carries.length + body.slices.length;
      const same = body.family === b.attrs.body.family && length === b.attrs.length && reverse === b.attrs.reverse;
      if (!same || a.inputs.slice(0, given).some((input, k) => input !== b.inputs[k])) continue;
      const constants = new Map(zip(body.constants, a.inputs.slice(given)));
      const agree = zip(b.attrs.body.constants, b.inputs.slice(given)).every(
        ([placeholder, input]) => (constants.get(placeholder) ?? input) === input,
      );
      if (
        agree &&
        !topologicalOrder([...a.inputs, ...b.inputs], (node) => graph.inputs.includes(node)).some(
          (node) => node === a || node === b,
        )
      )
        return [a, b];
    }
  }
  return null;
}

function merge(a: LoopNode, b: LoopNode): (loop: Node, index: number) => Node | null {
  const [p, q] = [a.attrs.body, b.attrs.body];
  const given = p.carries.length + p.slices.length;
  const stacked = [...new Set([...p.stacked, ...q.stacked])];
  const constants = new Map([a, b].flatMap(({ attrs, inputs }) => zip(attrs.body.constants, inputs.slice(given))));
  const body = new ops.Body({ ...p, constants: [...constants.keys()], stacked });
  const merged = {
    ...ops.loop([...a.inputs.slice(0, given), ...constants.values()], { ...a.attrs, body }),
    scope: a.scope,
  };
  const results = new Map<number, Node>();
  const result = (index: number): Node => {
    const made = results.get(index) ?? ops.result(merged, index);
    results.set(index, made);
    return made;
  };
  return (loop, index) => {
    if (loop !== a && loop !== b) return null;
    const own = loop === a ? p : q;
    const value = own.stacked[index - own.next.length];
    return result(value ? own.next.length + stacked.indexOf(value) : index);
  };
}

/** A loop that computes only the results of `loop` that are read, over placeholders of its own. */
function prune(graph: Graph, loop: LoopNode): { body: ops.Body; results: (loop: Node, index: number) => Node | null } {
  const { body, length, reverse } = loop.attrs;
  const carried = body.carries.length;
  const sliced = carried + body.slices.length;
  const places = ownPlaceholders(loop);
  const outputs = ownOutputs(body, places);

  // A carry that never changes is a constant.
  const isCarry = (i: number): boolean => i < carried && outputs[i] !== places[i];
  const used = usedResults(graph, loop);
  const stacked = [
    ...new Set(
      at(
        used.filter((i) => i >= carried),
        outputs,
      ),
    ),
  ];
  const kept = new Set(used.filter(isCarry));
  const leaves = new Set(places);
  let reached = new Set<Node>();
  for (let size = -1; size !== kept.size; ) {
    size = kept.size;
    reached = new Set(topologicalOrder([...at([...kept], outputs), ...stacked], (node) => leaves.has(node)));
    places.forEach((node, i) => isCarry(i) && reached.has(node) && kept.add(i));
  }

  // The indices of the inputs that stay. Equal inputs share a placeholder, and plain numbers need none.
  const taken = places.flatMap((node, i) =>
    (isCarry(i) ? kept.has(i) : reached.has(node) && node.op.kind !== "generate" && places.indexOf(node) === i)
      ? [i]
      : [],
  );
  const carries = taken.filter(isCarry);
  const slices = taken.filter((i) => i >= carried && i < sliced);
  const constants = taken.filter((i) => !carries.includes(i) && !slices.includes(i));
  const pruned = new ops.Body({
    carries: at(carries, places),
    slices: at(slices, places),
    constants: at(constants, places),
    next: at(carries, outputs),
    stacked,
    family: {},
  });
  const made = {
    ...ops.loop(at([...carries, ...slices, ...constants], loop.inputs), { body: pruned, length, reverse }),
    scope: loop.scope,
  };
  const results = new Map(
    zip(used, at(used, outputs), at(used, loop.inputs)).map(([i, output, input]): [number, Node] => {
      if (i >= carried) return [i, ops.result(made, carries.length + stacked.indexOf(output))];
      return [i, isCarry(i) ? ops.result(made, carries.indexOf(i)) : input];
    }),
  );
  return { body: pruned, results: (other, index) => (other === loop ? (results.get(index) ?? null) : null) };
}

/** The entries of a list with these indices. */
const at = (indices: readonly number[], of: readonly Node[]): Node[] => indices.map((i) => of[i]!);

/** The indices of a loop's results that are read. */
function usedResults(graph: Graph, loop: LoopNode): number[] {
  const inputs = new Set(graph.inputs);
  const reads = graphNodes(graph).filter(
    (node) => node.op.kind === "result" && !inputs.has(node) && node.inputs[0] === loop,
  );
  return [...new Set(reads.map((node) => node.attrs.index as number))];
}

/** New placeholders for a loop's inputs. Equal inputs share one; an input that is one number everywhere becomes it. */
function ownPlaceholders({ inputs, attrs: { body } }: LoopNode): Node[] {
  const own = new Map<string, Node>();
  const carried = body.carries.length;
  return zip(body.placeholders, inputs).map(([node, input], i) => {
    const key =
      i < carried ? `carry ${i}` : `${i < carried + body.slices.length ? "slice" : "constant"} of ${input.id}`;
    const plain = i < carried ? null : ops.constantLike(input, node.shape);
    const made = own.get(key) ?? plain ?? ops.placeholder(i, node.shape, node.dtype);
    own.set(key, made);
    return made;
  });
}

/** The outputs of a body over other placeholders, simplified. */
function ownOutputs(body: ops.Body, places: readonly Node[]): readonly Node[] {
  const replacement = new Map(zip(body.placeholders, places));
  const outputs = replaceNodes(body.outputs, (node) => replacement.get(node) ?? null);
  const inputs = [...new Set(places)].filter((node) => node.op.kind !== "generate");
  return tidyLoops(simplify({ ...bodyGraph(body), inputs, outputs })).outputs;
}

/**
 * A step of a loop as a graph without inputs. Everything that it reads or writes outside is a variable: the loop's
 * inputs, in their order, then the stacked results.
 */
export function stepGraph(loop: LoopNode): Graph {
  const { body } = loop.attrs;
  const named = (nodes: readonly Node[], name: string): ops.Resident[] =>
    nodes.map(({ shape, dtype }, i) => ({ name: `${name}${i}`, shape, dtype }));
  const [carries, stacked] = [named(body.carries, "carry"), named(body.stacked, "y")];
  const given = [...carries, ...named(body.slices, "x"), ...named(body.constants, "c")];
  const reads = new Map<Node, Node>(zip(body.placeholders, given.map(ops.read)));
  const values = replaceNodes(body.outputs, (node) => reads.get(node) ?? null);
  return {
    inputs: [],
    outputs: [],
    assignments: zip([...carries, ...stacked], values).map(([variable, value]) => ({ variable, value })),
    variables: [...given, ...stacked],
  };
}
