// Pass 4: which nodes get memory of their own. All others are computed inside each kernel that reads them.
import { elementCost } from "../graph/cost.ts";
import { type Graph, graphNodes, graphRoots } from "../graph/graph.ts";
import type { Node } from "../ops/op.ts";
import { sizeOf } from "../shape.ts";
import { loopOperands, type PreparedGraph } from "./results.ts";
import { deepestExpression, largestExpression, recomputeBelow, storeRepeatedFrom } from "./thresholds.ts";

/** Lessons of earlier attempts at fusing. */
export interface Lessons {
  /** Nodes that fitted no loops as expressions. */
  readonly forced: ReadonlySet<Node>;
  /** Nodes that had memory of their own, though all their readers ended up in one kernel. */
  readonly inlined: ReadonlySet<Node>;
}

export interface Roots {
  readonly graph: Graph;
  readonly nodes: readonly Node[];
  /** In an order in which they can be computed. */
  readonly roots: readonly Node[];
  readonly isRoot: (node: Node) => boolean;
  /** True for nodes whose elements can be loaded: roots, inputs and leaves. */
  readonly hasMemory: (node: Node) => boolean;
  /** True for nodes that several nodes read. */
  readonly isShared: (node: Node) => boolean;
  /** Roots that could be computed inside their readers as well. */
  readonly optional: ReadonlySet<Node>;
  /** Roots that are written straight into a concatenation. */
  readonly placements: PreparedGraph["placements"];
}

/** The candidates for roots: everything about the choice that does not depend on earlier attempts. */
export interface RootChoice {
  readonly prepared: PreparedGraph;
  readonly nodes: readonly Node[];
  readonly usersOf: (node: Node) => readonly Node[];
  readonly isLeaf: (node: Node) => boolean;
  /** Nodes that must be roots. */
  readonly needed: ReadonlySet<Node>;
  /** Nodes that are worth storing if several kernels read them. */
  readonly worthStoring: ReadonlySet<Node>;
}

const inlineKinds = new Set(["elementwise", "movement", "generate", "gather"]);

/** Weighs each node of the graph. */
export function weighRoots(prepared: PreparedGraph): RootChoice {
  const { graph, placements } = prepared;
  const nodes = graphNodes(graph);
  const inputs = new Set(graph.inputs);
  const results = new Set(graphRoots(graph));
  const users = new Map<Node, Node[]>(nodes.map((node) => [node, []]));
  for (const node of nodes) if (!inputs.has(node)) for (const input of node.inputs) users.get(input)?.push(node);
  const usersOf = (node: Node): readonly Node[] => users.get(node) ?? [];
  const operands = loopOperands(nodes, inputs);
  const isLeaf = (node: Node): boolean => inputs.has(node) || node.op.kind === "leaf";
  const isInline = (node: Node): boolean => !isLeaf(node) && inlineKinds.has(node.op.kind);
  const readAgain = nodesReadAgain(nodes, usersOf);

  // The cost of one element, summed from the inputs on. An expression that grows too large is cut.
  const expressions = new Map<Node, { readonly cost: number; readonly depth: number }>();
  const needed = new Set<Node>();
  const worthStoring = new Set<Node>();
  const cut = new Set<Node>();
  for (const node of nodes) {
    let cost = elementCost(node);
    let depth = 0;
    for (const input of isInline(node) ? node.inputs : []) {
      const inside = isInline(input) && !cut.has(input) ? expressions.get(input) : undefined;
      // A single number is computed once, before the loops, unless it is the result.
      cost += inside && (sizeOf(input.shape) > 1 || sizeOf(node.shape) === 1) ? inside.cost : 1;
      depth = Math.max(depth, inside?.depth ?? 0);
    }
    expressions.set(node, { cost, depth: depth + 1 });
    const isLarge = cost > largestExpression || depth > deepestExpression;
    const isRepeated = cost >= storeRepeatedFrom && sizeOf(node.shape) > 1 && readAgain.has(node);
    if (isLarge || isRepeated) cut.add(node);
    if (isLeaf(node)) continue;
    if (!isInline(node) || cut.has(node) || results.has(node) || operands.has(node) || placements.has(node))
      needed.add(node);
    if (cost > recomputeBelow && !isView(node)) worthStoring.add(node);
  }
  return { prepared, nodes, usersOf, isLeaf, needed, worthStoring };
}

/** Gives memory to what needs it, to what was forced, and to what is worth storing and has several readers. */
export function chooseRoots(choice: RootChoice, { forced, inlined }: Lessons): Roots {
  const { nodes, usersOf, isLeaf, needed, worthStoring } = choice;
  const rooted = new Set<Node>();
  const optional = new Set<Node>();
  const readers = new Map<Node, ReadonlySet<Node>>();
  for (const node of [...nodes].reverse()) {
    if (isLeaf(node)) continue;
    const reading = readersOf(usersOf(node), rooted, readers);
    readers.set(node, reading);
    const must = needed.has(node) || forced.has(node);
    const may = reading.size > 1 && worthStoring.has(node) && !inlined.has(node);
    if (must || may) rooted.add(node);
    if (may && !must) optional.add(node);
  }
  return {
    graph: choice.prepared.graph,
    nodes,
    roots: nodes.filter((node) => rooted.has(node)),
    isRoot: (node) => rooted.has(node),
    hasMemory: (node) => rooted.has(node) || isLeaf(node),
    isShared: (node) => usersOf(node).length > 1,
    optional,
    placements: choice.prepared.placements,
  };
}

const nobody: ReadonlySet<Node> = new Set();

/** The roots whose expressions read a node: its users, or, behind users without memory, their readers. */
function readersOf(
  users: readonly Node[],
  rooted: ReadonlySet<Node>,
  readers: ReadonlyMap<Node, ReadonlySet<Node>>,
): ReadonlySet<Node> {
  const [only, ...others] = users;
  if (!only) return nobody;
  if (others.length === 0 && !rooted.has(only)) return readers.get(only) ?? nobody;
  const reading = new Set<Node>();
  for (const user of users) {
    if (rooted.has(user)) reading.add(user);
    else for (const reader of readers.get(user) ?? nobody) reading.add(reader);
  }
  return reading;
}

/** Materialise a view's source, not the view, unless the view is a strict subset of it. */
const isView = (node: Node): boolean =>
  node.op.kind === "movement" && !node.op.fill && sizeOf(node.shape) >= sizeOf(node.inputs[0].shape);

/** Nodes whose elements are read more than once by the same reader. */
function nodesReadAgain(nodes: readonly Node[], usersOf: RootChoice["usersOf"]): Set<Node> {
  const again = new Set<Node>();
  const viewedAgain = new Set<Node>();
  for (const node of [...nodes].reverse()) {
    if (!usersOf(node).some((user) => repeats(user, node) || viewedAgain.has(user))) continue;
    (isView(node) ? viewedAgain : again).add(node);
  }
  return again;
}

/** True if `user` reads elements of `node` more than once in a way that no outer loop can share. */
function repeats(user: Node, node: Node): boolean {
  if (user.op.kind === "gather") return user.inputs[0] === node;
  if (user.op.kind !== "movement" || sizeOf(user.shape) <= sizeOf(node.shape) || user.op.fill) return false;
  const added = user.shape.length - node.shape.length;
  if (added !== 0) return true;
  // A broadcast along trailing axes is computed once for each row; one along leading axes is not.
  const firstOwn = user.shape.findIndex((n, i) => n !== 1 && node.shape[i] === n);
  return firstOwn < 0 || user.shape.slice(0, firstOwn).some((n) => n !== 1);
}
