// Pass 5: groups roots into kernels. Each root joins a kernel whose loops it fits, or opens one of its own.
import { NablaError } from "../errors.ts";
import type { Node } from "../ops/op.ts";
import { sameShape, sizeOf } from "../shape.ts";
import { type Cluster, Grouping } from "./cluster.ts";
import { Misfit } from "./lower.ts";
import { addRoot, openCluster } from "./open-cluster.ts";
import type { Lessons, Roots } from "./roots.ts";
import { smallKernel } from "./thresholds.ts";

/** The roots in groups; or, where the choice of roots was a bad one, the lessons by which to choose again. */
export type Attempt = { readonly grouping: Grouping } | { readonly lessons: Lessons };

/** Groups the roots that were chosen by `lessons`. */
export function fuse(roots: Roots, lessons: Lessons): Attempt {
  const fuser = new Fuser(roots);
  const misfits = fuser.group();
  for (const node of misfits) if (lessons.forced.has(node)) throw unfit(node);
  if (misfits.size > 0) return { lessons: { ...lessons, forced: union(lessons.forced, misfits) } };
  const lone = readInOneKernel(fuser.grouping).filter((node) => !lessons.forced.has(node));
  if (lone.length > 0) return { lessons: { ...lessons, inlined: union(lessons.inlined, lone) } };
  return { grouping: fuser.grouping };
}

const unfit = ({ op }: Node): NablaError =>
  new NablaError(
    `expected loops that fit ${op.name}, got none. ` +
      "This is a bug in Nabla; please report it with the program that led here.",
  );

const union = (a: Iterable<Node>, b: Iterable<Node>): Set<Node> => new Set([...a, ...b]);

/** Optional roots in maps of their own that a single other kernel reads: it can compute them itself. */
function readInOneKernel(grouping: Grouping): Node[] {
  const readers = new Map<Node, number>();
  for (const { sources } of grouping.clusters)
    for (const source of sources) readers.set(source, (readers.get(source) ?? 0) + 1);
  return [...grouping.roots.optional].filter(
    (node) => readers.get(node) === 1 && grouping.clusterOf(node)?.kind === "map",
  );
}

class Fuser {
  readonly grouping: Grouping;
  readonly #roots: Roots;
  /** Clusters with equal loops, the latest first: reductions of one domain, or maps over equally many elements. */
  readonly #alike = new Map<string, Cluster[]>();

  constructor(roots: Roots) {
    this.#roots = roots;
    this.grouping = new Grouping(roots);
  }

  /** Groups all roots. Gives the nodes that fitted no loops and must become roots; one attempt may find several. */
  group(): Set<Node> {
    const misfits = new Set<Node>();
    for (const node of this.#roots.roots) {
      try {
        this.#group(node);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        misfits.add(error.node);
      }
    }
    return misfits;
  }

  #group(node: Node): void {
    const { grouping } = this;
    if (node.op.kind === "join") return;
    if (node.op.kind === "result") {
      const [loop] = node.inputs;
      const cluster = grouping.clusterOf(loop);
      if (cluster) grouping.alias(node, cluster);
      return;
    }
    for (const candidate of this.#candidates(node)) if (this.#join(node, candidate)) return;
    const opened = openCluster(grouping, node);
    grouping.clusters.push(opened);
    const key = loopsOf(opened);
    this.#alike.set(key, [opened, ...(this.#alike.get(key) ?? [])]);
  }

  /** Clusters that a root may join: first those whose results it reads, then its siblings; in both the latest first. */
  *#candidates(node: Node): Iterable<Cluster> {
    const { grouping } = this;
    const { kind } = node.op;
    if (kind === "contract" || kind === "scatter" || kind === "loop" || kind === "routine") return;
    const leaves = grouping.leavesOf(node.inputs);
    const producers = new Set(leaves.flatMap((leaf) => grouping.producersOf(leaf)));
    // A cluster that runs before a producer cannot read the producer's result.
    const mayJoin = (cluster: Cluster): boolean =>
      takes(cluster, node) &&
      [...producers].every((p) => p === cluster || !grouping.order.isBefore(cluster.number, p.number));
    for (const cluster of [...producers].reverse()) if (mayJoin(cluster)) yield cluster;
    const alike = this.#alike.get(loopsFor(node)) ?? [];
    for (const cluster of alike)
      if (!producers.has(cluster) && isSibling(node, leaves, cluster) && mayJoin(cluster)) yield cluster;
  }

  #join(node: Node, cluster: Cluster): boolean {
    const { extents } = cluster.frame;
    const rows = sizeOf(extents.slice(0, cluster.parallel));
    const elements = sizeOf(extents);
    const size = sizeOf(node.shape);
    const isReduction = node.op.kind === "reduce";
    if ((isReduction || size === rows) && this.#fits(node, cluster, "row")) return true;
    const hasInnerLoop = !isReduction && cluster.kind === "rows" && elements !== rows;
    return hasInnerLoop && size === elements && this.#fits(node, cluster, "element");
  }

  /** Adds a root to a cluster if it fits; one that does not fit leaves no trace. */
  #fits(node: Node, cluster: Cluster, level: "row" | "element"): boolean {
    try {
      addRoot(this.grouping, node, cluster, level);
      return true;
    } catch (error) {
      if (error instanceof Misfit) return false;
      throw error;
    }
  }
}

/** True if a cluster's loops may compute a root: a reduction's must fold the same domain. */
function takes(cluster: Cluster, { op, inputs, attrs }: Node): boolean {
  if (cluster.kind === "scatter" || cluster.kind === "loop" || cluster.kind === "routine") return false;
  if (op.kind !== "reduce") return true;
  const { domain } = cluster;
  return domain !== null && sameShape(domain.shape, inputs[0].shape) && sameShape(domain.axes, attrs.axes);
}

/**
 * Independent roots share a kernel if they fold one domain, or are maps that read the same memory or are small. Short
 * arrays are no reason: the initial weights of a large model read a few numbers in common, and all of them in one
 * kernel took longer to print and to compile.
 */
function isSibling(node: Node, leaves: readonly Node[], cluster: Cluster): boolean {
  if (node.op.kind === "reduce") return true;
  const isMemory = (leaf: Node): boolean => sizeOf(leaf.shape) > smallKernel;
  return sizeOf(node.shape) <= smallKernel || leaves.some((leaf) => isMemory(leaf) && cluster.sources.has(leaf));
}

/** A key that equals {@link loopsOf} of the clusters among which a root's siblings are. */
function loopsFor({ op, inputs, attrs, shape }: Node): string {
  return op.kind === "reduce" ? `fold ${attrs.axes} of ${inputs[0].shape}` : `map ${sizeOf(shape)}`;
}

function loopsOf({ kind, domain, frame }: Cluster): string {
  return domain ? `fold ${domain.axes} of ${domain.shape}` : `${kind} ${sizeOf(frame.extents)}`;
}
