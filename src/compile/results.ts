// Pass 3: every result, and every part of a concatenation, becomes a node that can be written to memory of its own.
import { type Graph, graphNodes, graphRoots } from "../graph/graph.ts";
import { stopGradient } from "../ops/index.ts";
import { asInputs, type Node } from "../ops/op.ts";
import { contiguousStrides, sizeOf } from "../shape.ts";

/** The part of a concatenation's buffer that a node is written to. */
export interface Placement {
  readonly join: Node;
  /** The index of the first element, in elements of the join. */
  readonly offset: number;
  /** The join's strides along the node's axes; null where the node's elements lie in one run. */
  readonly strides: readonly number[] | null;
}

/** A graph whose results and concatenations are ready to be given memory. */
export interface PreparedGraph {
  readonly graph: Graph;
  readonly placements: ReadonlyMap<Node, Placement>;
}

export function prepareResults(graph: Graph): PreparedGraph {
  return placeJoins(separateResults(graph));
}

const copy = stopGradient;

/** Copies results that are inputs, variables or one another, so that each result has memory of its own. */
function separateResults(graph: Graph): Graph {
  const taken = new Set<Node>();
  const inputs = new Set(graph.inputs);
  const own = (node: Node): Node => {
    if (inputs.has(node) || node.op.kind === "leaf" || node.op.kind === "join" || taken.has(node)) return copy(node);
    taken.add(node);
    return node;
  };
  return {
    ...graph,
    outputs: graph.outputs.map(own),
    assignments: graph.assignments.map(({ variable, value }) => ({ variable, value: own(value) })),
  };
}

/** Rebuilds concatenations so that each part can be written straight into the concatenation's buffer. */
function placeJoins(graph: Graph): PreparedGraph {
  const placements = new Map<Node, Placement>();
  const nodes = graphNodes(graph);
  const results = new Set(graphRoots(graph));
  const inputs = new Set(graph.inputs);
  const operands = loopOperands(nodes, inputs);
  const rebuilt = new Map<Node, Node>();
  const uses = new Map<Node, number>();
  for (const { inputs: read } of nodes) for (const input of read) uses.set(input, (uses.get(input) ?? 0) + 1);
  const now = (node: Node): Node => rebuilt.get(node)!;

  const rebuildJoin = (node: Node): Node => {
    const axis: number = node.attrs.axis;
    const isLeading = node.shape.slice(0, axis).every((n) => n === 1);
    const strides = isLeading ? null : contiguousStrides(node.shape);
    const row = sizeOf(node.shape.slice(axis + 1));
    const placed: [Node, Omit<Placement, "join">][] = [];
    const isTaken = (base: Node): boolean => placements.has(base) || placed.some(([other]) => other === base);
    let start = 0;
    const parts = node.inputs.map((given) => {
      const part = now(given);
      const base = isLeading ? memoryOf(part, inputs) : part;
      // A scatter clears its whole buffer first. A part that does not lie in one run has no other reader.
      const hasOtherMemory =
        base.op.kind === "leaf" ||
        base.op.kind === "result" ||
        base.op.kind === "scatter" ||
        inputs.has(base) ||
        results.has(base) ||
        isTaken(base) ||
        operands.has(isLeading ? memoryOf(given, inputs) : given) ||
        (!isLeading && (base.op.kind === "join" || uses.get(given)! > 1));
      const own = hasOtherMemory ? copy(part) : base;
      placed.push([own, { offset: start * row, strides }]);
      start += part.shape[axis]!;
      return own === base ? part : own;
    });
    const join = { ...node, inputs: asInputs(parts) };
    for (const [part, placement] of placed) placements.set(part, { join, ...placement });
    return join;
  };

  for (const node of nodes) {
    let made = node;
    if (!inputs.has(node)) {
      const read = asInputs(node.inputs.map(now));
      if (node.op.kind === "join") made = rebuildJoin(node);
      else if (read.some((input, i) => input !== node.inputs[i])) made = { ...node, inputs: read };
    }
    rebuilt.set(node, made);
    if (results.has(node)) results.add(made);
  }
  return {
    graph: {
      ...graph,
      outputs: graph.outputs.map(now),
      assignments: graph.assignments.map(({ variable, value }) => ({ variable, value: now(value) })),
    },
    placements,
  };
}

/** The node whose memory holds a node's elements in the same order: the node itself, or the node that it reshapes. */
export function memoryOf(node: Node, inputs: ReadonlySet<Node>): Node {
  let base = node;
  while (base.op.kind === "movement" && base.op.source === null && !inputs.has(base)) base = base.inputs[0];
  return base;
}

/** The operands of the loops in `nodes`. A step takes its slice by address, so an operand lies in memory unchanged. */
export function loopOperands(nodes: readonly Node[], inputs: ReadonlySet<Node>): Set<Node> {
  const loops = nodes.filter((node) => node.op.kind === "loop" && !inputs.has(node));
  return new Set(loops.flatMap((loop) => loop.inputs.map((input) => memoryOf(input, inputs))));
}

/** The node that is written into a part of a concatenation: the part, or the node that it reshapes. */
export function placedPart(join: Node, part: Node, placements: PreparedGraph["placements"]): Node {
  let base = part;
  while (placements.get(base)?.join !== join) base = base.inputs[0];
  return base;
}
