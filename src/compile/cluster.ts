// Clusters: groups of roots that share the loops of one kernel, and which cluster must run before which.
import type { Node } from "../ops/op.ts";
import type { Shape } from "../shape.ts";
import { counter, reshapeIndex } from "../view.ts";
import { Buffers, type ElementIndex } from "./buffers.ts";
import type { Expression } from "./expression.ts";
import type { ContractRoles, Kernel, Reduction, Routine, Store } from "./kernel.ts";
import { Frame, Misfit } from "./lower.ts";
import { Precedence } from "./precedence.ts";
import { placedPart } from "./results.ts";
import type { Roots } from "./roots.ts";
import { deepestKernel, mostBuffers } from "./thresholds.ts";

/** The shape of a reduced node and the axes that are folded. Reductions of one kernel agree in both. */
export interface Domain {
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/** An index into a reduced node: parallel loops run over the axes that stay, the others over those that are folded. */
export function domainIndex({ shape, axes }: Domain, rank: number): ElementIndex {
  let outer = 0;
  let inner = shape.length - axes.length;
  return { index: shape.map((_, i) => counter(axes.includes(i) ? inner++ : outer++, rank)), shape };
}

/** Roots that share the loops of one kernel. */
export class Cluster {
  readonly number: number;
  readonly kind: Kernel["kind"];
  readonly frame: Frame;
  /** The number of parallel loops of the frame; they come first. */
  readonly parallel: number;
  readonly domain: Domain | null;
  readonly members: Node[] = [];
  readonly levels = new Map<Node, Store["per"]>();
  readonly reductions: Reduction[] = [];
  /** The nodes that it loads. */
  readonly sources = new Set<Node>();
  contract: ContractRoles | null = null;
  routine: Routine | null = null;

  constructor(number: number, kind: Kernel["kind"], frame: Frame, parallel: number, domain: Domain | null) {
    this.number = number;
    this.kind = kind;
    this.frame = frame;
    this.parallel = parallel;
    this.domain = domain;
  }

  /** The element that is computed once for each point of the parallel loops. */
  get rowElement(): ElementIndex {
    const { rank, extents } = this.frame;
    const shape = extents.slice(0, this.parallel);
    return { index: shape.map((_, i) => counter(i, rank)), shape };
  }

  /** The element that is computed at each point of all loops. */
  get innerElement(): ElementIndex {
    return this.domain ? domainIndex(this.domain, this.frame.rank) : this.rowElement;
  }
}

/** The values that a root adds to a cluster. */
interface Addition {
  readonly level: Store["per"];
  readonly element: ElementIndex;
  readonly value: Expression;
  /** The expressions that the root adds to the kernel's loops. */
  readonly reading: readonly Expression[];
}

/** The clusters of a program while it is grouped. */
export class Grouping {
  readonly roots: Roots;
  readonly buffers: Buffers;
  readonly clusters: Cluster[] = [];
  readonly #clusterOf = new Map<Node, Cluster>();
  /** By the clusters' numbers. */
  readonly order: Precedence;
  readonly #hasWaits: boolean;

  constructor(roots: Roots) {
    this.roots = roots;
    this.buffers = new Buffers(roots.graph, roots.placements);
    this.order = new Precedence(roots.roots.length);
    this.#hasWaits = roots.nodes.some(waits);
  }

  /** A cluster without members, which is none of the grouping's yet. */
  empty(kind: Kernel["kind"], extents: readonly number[], parallel: number, domain: Domain | null = null): Cluster {
    const frame = new Frame(extents, this.roots, this.buffers);
    return new Cluster(this.clusters.length, kind, frame, parallel, domain);
  }

  clusterOf(root: Node): Cluster | undefined {
    return this.#clusterOf.get(root);
  }

  /** The clusters that compute a root's elements: one, or those of a concatenation's parts. */
  producersOf(root: Node): Cluster[] {
    const cluster = this.#clusterOf.get(root);
    if (root.op.kind !== "join") return cluster ? [cluster] : [];
    return root.inputs.flatMap((part) => this.producersOf(placedPart(root, part, this.roots.placements)));
  }

  /** The nodes with memory that the expressions of `nodes` read. */
  leavesOf(nodes: readonly Node[]): Node[] {
    const leaves = new Set<Node>();
    const seen = new Set<Node>();
    const walk = (x: Node): void => {
      if (seen.has(x)) return;
      seen.add(x);
      if (this.roots.hasMemory(x)) leaves.add(x);
      else for (const input of x.inputs) walk(input);
    };
    for (const node of nodes) walk(node);
    return [...leaves];
  }

  /** Makes a root a member of a cluster. Throws a {@link Misfit}, and changes nothing, where it does not fit. */
  admit(node: Node, cluster: Cluster, { level, element, value, reading }: Addition): void {
    const own = this.#ownElement(node, cluster, element);
    const sources = cluster.frame.sourcesOf(reading);
    // A kernel does not load what it stores itself.
    for (const source of sources) if (this.producersOf(source).includes(cluster)) throw new Misfit(source);
    // A long chain of roots could all join; printers walk expressions recursively. So could any number of small ones.
    const buffers = cluster.members.length + cluster.sources.size + [...sources].length;
    const isTooMuch = cluster.frame.builder.depthOf(value) > deepestKernel || buffers >= mostBuffers;
    if (cluster.members.length > 0 && isTooMuch) throw new Misfit(node);
    cluster.frame.members.set(node, { element: own, value });
    cluster.levels.set(node, level);
    this.register(node, cluster, sources);
    for (const other of this.#awaitedBy(node)) if (other !== cluster) this.order.add(other.number, cluster.number);
  }

  /** Notes that a cluster computes a root and reads the nodes in `sources`. */
  register(node: Node, cluster: Cluster, sources: Iterable<Node>): void {
    cluster.members.push(node);
    this.alias(node, cluster);
    for (const source of sources) {
      cluster.sources.add(source);
      for (const producer of this.producersOf(source)) this.order.add(producer.number, cluster.number);
    }
  }

  /** Notes that a cluster computes a node without storing it by itself, as a loop does its results. */
  alias(node: Node, cluster: Cluster): void {
    this.#clusterOf.set(node, cluster);
  }

  /** A part of a concatenation that does not lie in one run is stored by its own axes. */
  #ownElement(node: Node, cluster: Cluster, element: ElementIndex): ElementIndex {
    if (!this.roots.placements.get(node)?.strides) return element;
    const index = reshapeIndex(element.index, element.shape, node.shape, cluster.frame.extents);
    if (!index) throw new Misfit(node);
    return { index, shape: node.shape };
  }

  /** The clusters that a root must come after without reading their results. */
  #awaitedBy(node: Node): Cluster[] {
    if (!this.#hasWaits) return [];
    const awaited: Node[] = [];
    const seen = new Set<Node>();
    const walk = (x: Node): void => {
      if (seen.has(x)) return;
      seen.add(x);
      if (waits(x)) awaited.push(...x.inputs.slice(1));
      for (const input of x.inputs) if (!this.roots.hasMemory(input)) walk(input);
    };
    walk(node);
    return this.leavesOf(awaited).flatMap((leaf) => this.producersOf(leaf));
  }
}

/** True if inputs after the first are not read, but only have to be computed before. */
const waits = ({ op }: Node): boolean => op.kind === "movement" && op.waits === true;
