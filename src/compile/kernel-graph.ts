// Kernels and the order between them: clusters with the stores that somebody reads.
import { type Graph, graphRoots } from "../graph/graph.ts";
import type { LoopAttrs } from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { zip } from "../zip.ts";
import type { Buffers } from "./buffers.ts";
import type { Cluster, Grouping } from "./cluster.ts";
import type { Kernel, Loop, LoweredGraph, Store } from "./kernel.ts";
import { loopOperandsOf } from "./open-cluster.ts";
import { placedPart } from "./results.ts";

export interface KernelGraph {
  readonly graph: Graph;
  /** In the order in which they were opened; a kernel may read what a later one of this list writes. */
  readonly kernels: readonly Kernel[];
  /**
   * For each kernel the indices of those whose results it reads or waits for. Buffers alone do not tell: the parts of a
   * concatenation share one.
   */
  readonly reads: readonly ReadonlySet<number>[];
  readonly buffers: Buffers;
}

/** Writes out the clusters as kernels. `stepOf` lowers a loop's body. */
export function kernelGraph(grouping: Grouping, stepOf: (loop: Node) => LoweredGraph): KernelGraph {
  const needed = neededNodes(grouping);
  const kernels = grouping.clusters.map((cluster) => {
    const [first] = cluster.members;
    return cluster.kind === "loop" && first
      ? { ...emptyKernel(cluster), loop: loopOf(grouping, first, stepOf) }
      : { ...emptyKernel(cluster), stores: storesOf(grouping, cluster, needed) };
  });
  const reads = grouping.clusters.map(({ number }) => grouping.order.directlyBefore(number));
  return { graph: grouping.roots.graph, kernels, reads, buffers: grouping.buffers };
}

function emptyKernel({ kind, frame, parallel, reductions, contract, routine, members }: Cluster): Kernel {
  const scope = [...new Set(members.map((node) => node.scope).filter(Boolean))].join(" ");
  return { kind, extents: frame.extents, parallel, reductions, stores: [], contract, routine, loop: null, scope };
}

/** Nodes that a kernel loads or that are results; of a concatenation, its parts. */
function neededNodes({ roots, clusters }: Grouping): Set<Node> {
  const needed = new Set<Node>(graphRoots(roots.graph));
  for (const cluster of clusters) for (const source of cluster.sources) needed.add(source);
  const addParts = (join: Node): void => {
    for (const part of join.inputs) {
      const base = placedPart(join, part, roots.placements);
      needed.add(base);
      if (base.op.kind === "join") addParts(base);
    }
  };
  for (const node of [...needed]) if (node.op.kind === "join") addParts(node);
  return needed;
}

function storesOf({ buffers }: Grouping, cluster: Cluster, needed: ReadonlySet<Node>): Store[] {
  const { frame, levels, kind } = cluster;
  return cluster.members
    .filter((node) => needed.has(node))
    .map((node) => {
      const { element, value } = frame.members.get(node)!;
      const { buffer, offsetOf } = buffers.locate(node);
      const at = offsetOf(element, frame.rank);
      return { buffer, at, value, per: levels.get(node)!, accumulate: kind === "scatter" };
    });
}

function loopOf(grouping: Grouping, loop: Node, stepOf: (loop: Node) => LoweredGraph): Loop {
  const { buffers } = grouping;
  const { body, length, reverse } = loop.attrs as LoopAttrs;
  const operands = loopOperandsOf(grouping, loop).map((operand) => buffers.locate(operand).buffer);
  const results = buffers.results(loop);
  const [carried, sliced] = [body.carries.length, body.carries.length + body.slices.length];
  return {
    length,
    reverse,
    step: stepOf(loop),
    carries: zip(operands.slice(0, carried), results).map(([init, result]) => ({ init, result })),
    slices: operands.slice(carried, sliced),
    constants: operands.slice(sliced),
    stacked: results.slice(carried),
  };
}
