// Pass 3: which nodes get memory of their own. All others are computed anew inside whatever reads them.

import { elementCost } from "../graph/cost.ts";
import { type Graph, graphNodes, graphRoots } from "../graph/graph.ts";
import { stopGradientOp } from "../ops/index.ts";
import { apply, type Node } from "../ops/op.ts";
import { sizeOf } from "../shape.ts";

/** Where a node's elements lie: in a buffer of its own, or at a place inside a concatenation's. */
export interface Placement {
  readonly join: Node;
  /** Where the first element lies, in elements of the join. */
  readonly offset: number;
  /** Distances in the join between neighbours along each axis; null where the elements lie in one run. */
  readonly strides: readonly number[] | null;
}

/** What an earlier try at fusing has taught. */
export interface Lessons {
  /** Nodes that fitted no loops as expressions. */
  readonly forced: ReadonlySet<Node>;
  /** Nodes that had memory of their own, but whose readers all came to lie in one kernel. */
  readonly inlined: ReadonlySet<Node>;
}

export interface Roots {
  readonly graph: Graph;
  /** In an order in which they can be computed. */
  readonly roots: readonly Node[];
  readonly isRoot: (node: Node) => boolean;
  /** Roots only because several others read them. */
  readonly optional: ReadonlySet<Node>;
  /** Roots that are written straight into a concatenation. */
  readonly placements: ReadonlyMap<Node, Placement>;
}

/** An expression that costs more is stored rather than computed by each of several readers. */
const cheap = 4;
/** An expression that costs less may be computed again for every repetition of a broadcast. */
const dear = 10;
/** An expression that costs more, or nests deeper, is computed in parts: printers walk expressions recursively. */
const largest = 400;
const deepest = 100;

/** A graph whose results and concatenations are ready to be given memory. */
export interface Prepared {
  readonly graph: Graph;
  readonly placements: ReadonlyMap<Node, Placement>;
}

/** Sees to it that each result, and each part of a concatenation, is a node that can be written to its own place. */
export function prepare(graph: Graph): Prepared {
  return placeJoins(separateResults(graph));
}

/** Gives memory to reductions, products, results, and what is dear and read more than once; and to what was forced. */
export function chooseRoots({ graph: ready, placements }: Prepared, { forced, inlined }: Lessons): Roots {
  const nodes = graphNodes(ready);
  const inputs = new Set(ready.inputs);
  const results = new Set(graphRoots(ready));
  const users = new Map<Node, Node[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) if (!inputs.has(node)) for (const input of node.inputs) users.get(input)!.push(node);
  const operands = loopOperands(ready);

  const rooted = new Set<Node>();
  const optional = new Set<Node>();
  const readers = new Map<Node, Set<Node>>();
  const isLeaf = (node: Node): boolean => inputs.has(node) || node.op.kind === "leaf";
  const isInline = (node: Node): boolean => !isLeaf(node) && inlineKinds.has(node.op.kind);

  const again = readAgain(nodes, users);

  // What computing an element costs, counted from the inputs on; an expression that grows too large is cut here.
  const costs = new Map<Node, number>();
  const depths = new Map<Node, number>();
  const large = new Set<Node>();
  const repeated = new Set<Node>();
  for (const node of nodes) {
    let cost = elementCost(node);
    let depth = 0;
    for (const input of isInline(node) ? node.inputs : []) {
      const inside = isInline(input) && !large.has(input) && !repeated.has(input);
      // A single number is computed once, before the loops.
      cost += inside && sizeOf(input.shape) > 1 ? costs.get(input)! : 1;
      if (inside) depth = Math.max(depth, depths.get(input)!);
    }
    costs.set(node, cost);
    depths.set(node, depth + 1);
    if (cost > largest || depth > deepest) large.add(node);
    if (cost >= dear && sizeOf(node.shape) > 1 && again.has(node)) repeated.add(node);
  }

  for (const node of [...nodes].reverse()) {
    if (isLeaf(node)) continue;
    const reading = new Set<Node>();
    for (const user of users.get(node)!) {
      if (rooted.has(user)) reading.add(user);
      else for (const reader of readers.get(user)!) reading.add(reader);
    }
    readers.set(node, reading);
    const keep =
      !isInline(node) ||
      results.has(node) ||
      forced.has(node) ||
      operands.has(node) ||
      placements.has(node) ||
      large.has(node) ||
      repeated.has(node);
    const shared = reading.size > 1 && !isView(node) && costs.get(node)! > cheap && !inlined.has(node);
    if (keep || shared) rooted.add(node);
    if (!keep && shared) optional.add(node);
  }
  return {
    graph: ready,
    roots: nodes.filter((node) => rooted.has(node)),
    isRoot: (node) => rooted.has(node),
    optional,
    placements,
  };
}

/** What is read through a view, by several or again and again, is what lies behind it; unless the view shows only a part of that. */
const isView = (node: Node): boolean =>
  node.op.kind === "movement" && !node.op.fill && sizeOf(node.shape) >= sizeOf(node.inputs[0]!.shape);

/** Nodes whose elements are read more than once. */
function readAgain(nodes: readonly Node[], users: ReadonlyMap<Node, readonly Node[]>): Set<Node> {
  const again = new Set<Node>();
  const passedOn = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (!users.get(node)!.some((user) => repeats(user, node) || passedOn.has(user))) continue;
    (isView(node) ? passedOn : again).add(node);
  }
  return again;
}

const inlineKinds = new Set(["elementwise", "movement", "generate", "gather"]);

/** The node whose memory holds a node's elements in the same order: the node itself, or what it is a reshape of. */
export function memoryOf(node: Node, inputs: ReadonlySet<Node>): Node {
  let base = node;
  while (base.op.kind === "movement" && base.op.source === null && !inputs.has(base)) base = base.inputs[0]!;
  return base;
}

/** What loops read: a step takes its slice by address, so that each operand lies in memory as it is. */
function loopOperands(graph: Graph): Set<Node> {
  const inputs = new Set(graph.inputs);
  const loops = graphNodes(graph).filter((node) => node.op.kind === "loop" && !inputs.has(node));
  return new Set(loops.flatMap((loop) => loop.inputs.map((input) => memoryOf(input, inputs))));
}

/** Whether `user` reads elements of `node` more than once in a way that no outer loop can share. */
function repeats(user: Node, node: Node): boolean {
  if (user.op.kind === "gather") return user.inputs[0] === node;
  if (user.op.kind !== "movement" || sizeOf(user.shape) <= sizeOf(node.shape) || user.op.fill) return false;
  // A broadcast of trailing axes is computed once for each row; one of leading axes is not.
  const firstOwn = user.shape.findIndex(
    (n, i) => n !== 1 && node.shape[i - (user.shape.length - node.shape.length)] === n,
  );
  return user.shape.length !== node.shape.length || firstOwn < 0 || user.shape.slice(0, firstOwn).some((n) => n !== 1);
}

const copy = (node: Node): Node => apply(stopGradientOp, [node], null);

/** Results that are inputs, variables or one another get copies, so that each result has memory of its own. */
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

/** Rebuilds concatenations so that each part is a node that can be written straight to its place. */
function placeJoins(graph: Graph): Prepared {
  const placements = new Map<Node, Placement>();
  const results = new Set(graphRoots(graph));
  const inputs = new Set(graph.inputs);
  const operands = loopOperands(graph);
  const done = new Map<Node, Node>();
  const uses = new Map<Node, number>();
  for (const node of graphNodes(graph)) for (const input of node.inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  for (const node of graphNodes(graph)) {
    if (inputs.has(node)) {
      done.set(node, node);
      continue;
    }
    const own = node.inputs.map((input) => done.get(input)!);
    let rebuilt = own.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs: own };
    if (node.op.kind === "join") {
      const axis: number = node.attrs.axis;
      const leading = node.shape.slice(0, axis).every((n) => n === 1);
      const row = sizeOf(node.shape.slice(axis + 1));
      let at = 0;
      const parts = own.map((part, i) => {
        let base = part;
        if (leading) base = memoryOf(base, inputs);
        const given = leading ? memoryOf(node.inputs[i]!, inputs) : node.inputs[i]!;
        // What does not lie in one run is read by the concatenation alone; a scatter clears its whole buffer first.
        const owned =
          base.op.kind === "leaf" ||
          base.op.kind === "result" ||
          operands.has(given) ||
          base.op.kind === "scatter" ||
          inputs.has(base) ||
          results.has(base) ||
          placements.has(base) ||
          (!leading && (base.op.kind === "join" || uses.get(node.inputs[i]!)! > 1));
        const placed = owned ? copy(part) : base;
        const strides = leading ? null : stridesOf(node.shape);
        placements.set(placed, { join: node, offset: at * row, strides });
        at += part.shape[axis]!;
        return placed === base && base !== part ? part : placed;
      });
      rebuilt = { ...node, inputs: parts };
      for (const [part, placement] of placements)
        if (placement.join === node) placements.set(part, { ...placement, join: rebuilt });
    }
    done.set(node, rebuilt);
    if (results.has(node)) results.add(rebuilt);
  }
  const root = (node: Node): Node => done.get(node)!;
  return {
    graph: {
      ...graph,
      outputs: graph.outputs.map(root),
      assignments: graph.assignments.map((a) => ({ ...a, value: root(a.value) })),
    },
    placements,
  };
}

/** The node that is written to a part's place: the part, or what it is a reshape of. */
export function placedPart(join: Node, part: Node, placements: Prepared["placements"]): Node {
  let base = part;
  while (placements.get(base)?.join !== join) base = base.inputs[0]!;
  return base;
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}
