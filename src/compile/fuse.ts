// Pass 4: roots to kernels. Each root joins a kernel whose loops it fits, or opens one of its own.
import { type Graph, graphNodes, graphRoots } from "../graph/graph.ts";
import { labelExtents } from "../ops/contract.ts";
import type { LoopAttrs } from "../ops/index.ts";
import type { ContractLabels, Node } from "../ops/op.ts";
import { type Shape, sameShape, sizeOf } from "../shape.ts";
import { counter, identityIndex, reshapeIndex } from "../view.ts";
import { type Expression, visit } from "./expression.ts";
import type { ContractRoles, Kernel, Loop, Reduction, Routine, Store } from "./kernel.ts";
import { Buffers, Frame, Misfit, type Place } from "./lower.ts";
import { mergeAxes } from "./merge-axes.ts";
import type { Compiled } from "./pipeline.ts";
import { chooseRoots, memoryOf, placedPart, prepare, type Roots } from "./roots.ts";

export interface Fused {
  readonly graph: Graph;
  /** In the order in which they were opened; a kernel may read what a later one of this list writes. */
  readonly kernels: readonly Kernel[];
  /**
   * For each kernel those whose results it reads, or waits for. Buffers alone do not tell: parts of a concatenation share one.
   */
  readonly reads: ReadonlyMap<Kernel, ReadonlySet<Kernel>>;
  readonly buffers: Buffers;
}

/**
 * Chooses roots and groups them into kernels. A try may teach that a node fits no loops as an expression, or that one
 * with memory of its own needs none; then all starts anew with what was learnt. `stepOf` lowers a loop's body.
 */
export function fuse(graph: Graph, stepOf: (loop: Node) => Compiled): Fused {
  const prepared = prepare(graph);
  const lessons = { forced: new Set<Node>(), inlined: new Set<Node>() };
  for (;;) {
    const fuser = new Fuser(chooseRoots(prepared, lessons), stepOf);
    const misfits = fuser.group();
    for (const misfit of misfits) {
      if (lessons.forced.has(misfit.node)) throw misfit;
    }
    for (const { node } of misfits) lessons.forced.add(node);
    if (misfits.length > 0) continue;
    const lone = fuser.readInOneKernel().filter((node) => !lessons.forced.has(node));
    if (lone.length === 0) return fuser.fused();
    for (const node of lone) lessons.inlined.add(node);
  }
}

/** How deep the expressions of a kernel may nest once it has more than one root. */
const deepest = 300;

/** Whether inputs after the first only have to be computed before. */
const waits = ({ op }: Node): boolean => op.kind === "movement" && op.waits === true;

/** Roots that share the loops of one kernel. */
class Cluster {
  readonly kind: Kernel["kind"];
  readonly frame: Frame;
  /** How many of the frame's loops are parallel; they come first. */
  readonly parallel: number;
  /** The reduced node's own shape and folded axes, which a sibling must share. */
  readonly domain: { readonly shape: Shape; readonly axes: readonly number[] } | null;
  readonly members: Node[] = [];
  readonly levels = new Map<Node, Store["per"]>();
  readonly reductions: Reduction[] = [];
  /** Nodes that it reads from memory, and the clusters that write them there. */
  readonly sources = new Set<Node>();
  readonly reads = new Set<Cluster>();
  contract: ContractRoles | null = null;
  routine: Routine | null = null;

  constructor(kind: Kernel["kind"], frame: Frame, parallel: number, domain: Cluster["domain"]) {
    this.kind = kind;
    this.frame = frame;
    this.parallel = parallel;
    this.domain = domain;
  }

  get rowPlace(): Place {
    const { rank, extents } = this.frame;
    return {
      index: Array.from({ length: this.parallel }, (_, i) => counter(i, rank)),
      shape: extents.slice(0, this.parallel),
    };
  }

  /** An index of the reduced node: parallel loops run over the axes that stay, the others over those folded. */
  get elementPlace(): Place {
    if (!this.domain) return this.rowPlace;
    return domainPlace(this.domain.shape, this.domain.axes, this.frame.rank);
  }
}

/** Whether two pieces of work that do not depend on each other are better done in one kernel: equal loops over shared data, or little to do. */
function siblings(node: Node, leaves: readonly Node[], cluster: Cluster): boolean {
  if (node.op.kind === "reduce") return true;
  if (cluster.kind !== "map" || sizeOf(cluster.frame.extents) !== sizeOf(node.shape)) return false;
  return sizeOf(node.shape) <= 64 || leaves.some((leaf) => cluster.sources.has(leaf));
}

function domainPlace(shape: Shape, axes: readonly number[], rank: number): Place {
  let outer = 0;
  let inner = shape.length - axes.length;
  return { index: shape.map((_, i) => counter(axes.includes(i) ? inner++ : outer++, rank)), shape };
}

class Fuser {
  readonly #roots: Roots;
  readonly #buffers: Buffers;
  readonly #clusters: Cluster[] = [];
  readonly #home = new Map<Node, Cluster>();
  readonly #stepOf: (loop: Node) => Compiled;
  readonly #inputs: ReadonlySet<Node>;
  readonly #hasWaits: boolean;

  constructor(roots: Roots, stepOf: (loop: Node) => Compiled) {
    this.#roots = roots;
    this.#stepOf = stepOf;
    this.#inputs = new Set(roots.graph.inputs);
    this.#hasWaits = graphNodes(roots.graph).some(waits);
    this.#buffers = new Buffers(roots);
  }

  /** Groups the roots; gives what fitted no loops, of which there may be several in one try. */
  group(): Misfit[] {
    const misfits: Misfit[] = [];
    for (const node of this.#roots.roots) {
      if (node.op.kind === "join") continue;
      if (node.op.kind === "result") {
        const loop = this.#home.get(node.inputs[0]!);
        if (loop) this.#home.set(node, loop);
        continue;
      }
      try {
        const joined = this.#candidates(node).find((cluster) => this.#join(node, cluster));
        if (!joined) this.#open(node);
      } catch (error) {
        if (!(error instanceof Misfit)) throw error;
        misfits.push(error);
      }
    }
    return misfits;
  }

  /** The kernels, once every root has found its place. */
  fused(): Fused {
    const kernels = this.#kernels();
    const kernelOf = new Map(this.#clusters.map((cluster, i) => [cluster, kernels[i]!]));
    const reads = new Map(
      this.#clusters.map((cluster, i) => [
        kernels[i]!,
        new Set([...cluster.reads].map((other) => kernelOf.get(other)!)),
      ]),
    );
    return { graph: this.#roots.graph, kernels, reads, buffers: this.#buffers };
  }

  /** Optional roots in kernels of their own that a single other kernel reads: it can compute them itself. */
  readInOneKernel(): Node[] {
    return [...this.#roots.optional].filter((node) => {
      const home = this.#home.get(node)!;
      const readers = this.#clusters.filter((cluster) => cluster.sources.has(node));
      return home.kind === "map" && readers.length === 1;
    });
  }

  /** Clusters that a root may join, the likeliest first: those whose results it reads, the latest first, then the rest. */
  #candidates(node: Node): Cluster[] {
    const { kind } = node.op;
    if (kind === "contract" || kind === "scatter" || kind === "loop" || kind === "routine") return [];
    const leaves = this.#leavesOf(node);
    const producers = new Set(leaves.flatMap((leaf) => this.#homesOf(leaf)));
    const takes = (cluster: Cluster): boolean => {
      if (cluster.kind === "scatter" || cluster.kind === "loop" || cluster.kind === "routine") return false;
      return (
        kind !== "reduce" ||
        (cluster.domain !== null &&
          sameShape(cluster.domain.shape, node.inputs[0]!.shape) &&
          sameShape(cluster.domain.axes, node.attrs.axes))
      );
    };
    const others = [...this.#clusters]
      .reverse()
      .filter((cluster) => !producers.has(cluster) && takes(cluster) && siblings(node, leaves, cluster));
    // What a producer itself waits for cannot wait for it.
    const before = new Map([...producers].map((producer) => [producer, this.#behind(producer)]));
    return [...[...producers].reverse().filter(takes), ...others].filter((cluster) =>
      [...before].every(([producer, behind]) => producer === cluster || !behind.has(cluster)),
    );
  }

  /** Where a root's numbers come from: one cluster, or those of a concatenation's parts. */
  #homesOf(root: Node): Cluster[] {
    if (root.op.kind !== "join") return this.#home.has(root) ? [this.#home.get(root)!] : [];
    return root.inputs.flatMap((part) => this.#homesOf(placedPart(root, part, this.#roots.placements)));
  }

  /** The nodes with memory that a root's expression reads. */
  #leavesOf(node: Node): Node[] {
    return node.op.kind === "join" ? [...node.inputs] : this.#leavesBehind(node.inputs);
  }

  #leavesBehind(nodes: readonly Node[]): Node[] {
    const leaves = new Set<Node>();
    const seen = new Set<Node>();
    const walk = (x: Node): void => {
      if (seen.has(x)) return;
      seen.add(x);
      if (this.#hasMemory(x)) leaves.add(x);
      else x.inputs.forEach(walk);
    };
    nodes.forEach(walk);
    return [...leaves];
  }

  #hasMemory(x: Node): boolean {
    return this.#inputs.has(x) || x.op.kind === "leaf" || this.#roots.isRoot(x);
  }

  /** The clusters that a root must come after without reading what they compute. */
  #awaitedBy(node: Node): Cluster[] {
    if (!this.#hasWaits) return [];
    const awaited: Node[] = [];
    const seen = new Set<Node>();
    const walk = (x: Node): void => {
      if (seen.has(x)) return;
      seen.add(x);
      if (waits(x)) awaited.push(...x.inputs.slice(1));
      for (const input of x.inputs) if (!this.#hasMemory(input)) walk(input);
    };
    walk(node);
    return this.#leavesBehind(awaited).flatMap((leaf) => this.#homesOf(leaf));
  }

  /** The clusters that a cluster waits for. */
  #behind(from: Cluster): Set<Cluster> {
    const found = new Set<Cluster>();
    const walk = (cluster: Cluster): void =>
      cluster.reads.forEach((next) => {
        if (found.has(next)) return;
        found.add(next);
        walk(next);
      });
    walk(from);
    return found;
  }

  #join(node: Node, cluster: Cluster): boolean {
    const rows = sizeOf(cluster.frame.extents.slice(0, cluster.parallel));
    const elements = sizeOf(cluster.frame.extents);
    const size = sizeOf(node.shape);
    const levels: Store["per"][] = [];
    if (node.op.kind === "reduce" || size === rows) levels.push("row");
    if (node.op.kind !== "reduce" && cluster.kind === "rows" && size === elements && elements !== rows)
      levels.push("element");
    return levels.some((level) => this.#attempt(() => this.#add(node, cluster, level)));
  }

  /** Whether a root could be added; one that does not fit leaves no trace. */
  #attempt(add: () => void): boolean {
    try {
      add();
      return true;
    } catch (error) {
      if (error instanceof Misfit) return false;
      throw error;
    }
  }

  #add(node: Node, cluster: Cluster, level: Store["per"]): void {
    const { frame, reductions } = cluster;
    const place = level === "row" ? cluster.rowPlace : cluster.elementPlace;
    if (node.op.kind !== "reduce") {
      const value = frame.compute(node, place);
      this.#settle(node, cluster, level, place, value, [value]);
      return;
    }
    const { combine } = node.op;
    const folded = frame.lower(node.inputs[0]!, domainPlace(node.inputs[0]!.shape, node.attrs.axes, frame.rank));
    const value = frame.builder.make({ kind: "reduced", dtype: node.dtype, id: reductions.length });
    this.#settle(node, cluster, level, place, value, [folded]);
    reductions.push({
      combine,
      identity: node.op.identity(node.dtype),
      dtype: node.dtype,
      value: folded,
      stage: stageOf(folded, reductions),
    });
  }

  /** A part of a concatenation that does not lie in one run is stored by its own axes. */
  #ownPlace(node: Node, cluster: Cluster, place: Place): Place {
    if (!this.#roots.placements.get(node)?.strides) return place;
    const index = reshapeIndex(place.index, place.shape, node.shape, cluster.frame.extents);
    if (!index) throw new Misfit(node);
    return { index, shape: node.shape };
  }

  /** Makes a root a member of a kernel. `reading` are the expressions that it adds. Throws, and changes nothing, where it does not fit. */
  #settle(
    node: Node,
    cluster: Cluster,
    level: Store["per"],
    place: Place,
    value: Expression,
    reading: readonly Expression[],
  ): void {
    const own = this.#ownPlace(node, cluster, place);
    const sources = cluster.frame.sourcesOf(reading);
    // A kernel does not read from memory what it writes there itself.
    for (const source of sources) if (this.#homesOf(source).includes(cluster)) throw new Misfit(source);
    // Nor does it grow without bounds where a long chain of operations could all join: printers walk expressions recursively.
    if (cluster.members.length > 0 && cluster.frame.builder.depthOf(value) > deepest) throw new Misfit(node);
    cluster.frame.members.set(node, { place: own, value });
    cluster.members.push(node);
    cluster.levels.set(node, level);
    this.#home.set(node, cluster);
    for (const source of sources) {
      cluster.sources.add(source);
      for (const home of this.#homesOf(source)) cluster.reads.add(home);
    }
    for (const other of this.#awaitedBy(node)) if (other !== cluster) cluster.reads.add(other);
  }

  #open(node: Node): void {
    const frameOf = (extents: readonly number[]) => new Frame(extents, this.#roots, this.#buffers);
    const { op } = node;
    let cluster: Cluster;
    if (op.kind === "reduce") {
      const { shape } = node.inputs[0]!;
      const { axes } = node.attrs as { axes: readonly number[] };
      const kept = shape.filter((_, i) => !axes.includes(i));
      cluster = new Cluster("rows", frameOf([...kept, ...shape.filter((_, i) => axes.includes(i))]), kept.length, {
        shape,
        axes,
      });
      this.#add(node, cluster, "row");
    } else if (op.kind === "contract") {
      cluster = this.#openContract(node);
    } else if (op.kind === "loop") {
      cluster = this.#openLoop(node);
    } else if (op.kind === "scatter") {
      cluster = new Cluster("scatter", frameOf(node.inputs[0]!.shape), node.inputs[0]!.shape.length, null);
      const value = cluster.frame.lower(node.inputs[0]!, cluster.rowPlace);
      const place = scatterPlace(node, cluster.frame);
      const named = place.index.flatMap((part) => part.terms.map((t) => t.value as Expression));
      this.#settle(node, cluster, "row", place, value, [value, ...named]);
    } else if (op.kind === "routine") {
      const { axis, descending } = node.attrs as { axis: number; descending: boolean };
      const kept = node.shape.filter((_, i) => i !== axis);
      cluster = new Cluster("routine", frameOf([...kept, node.shape[axis]!]), kept.length, {
        shape: node.shape,
        axes: [axis],
      });
      cluster.routine = { name: op.routine, descending };
      const value = cluster.frame.lower(node.inputs[0]!, cluster.elementPlace);
      this.#settle(node, cluster, "element", cluster.elementPlace, value, [value]);
    } else {
      cluster = new Cluster("map", frameOf(node.shape), node.shape.length, null);
      this.#add(node, cluster, "row");
    }
    this.#clusters.push(cluster);
  }

  #openContract(node: Node): Cluster {
    const labels = node.attrs as ContractLabels;
    const [a, b] = node.inputs as [Node, Node];
    const extents = labelExtents(a.shape, b.shape, labels);
    const summed = labels.a.filter((label) => !labels.out.includes(label));
    const order = [...labels.out, ...summed];
    const frame = new Frame(
      order.map((label) => extents.get(label)!),
      this.#roots,
      this.#buffers,
    );
    const cluster = new Cluster("contract", frame, labels.out.length, null);
    const placeOf = (of: readonly number[], shape: Shape): Place => ({
      index: of.map((label) => counter(order.indexOf(label), order.length)),
      shape,
    });
    const factors: [Expression, Expression] = [
      frame.lower(a, placeOf(labels.a, a.shape)),
      frame.lower(b, placeOf(labels.b, b.shape)),
    ];
    const axesWhere = (inA: boolean, inB: boolean) =>
      labels.out.flatMap((label, i) =>
        labels.a.includes(label) === inA && labels.b.includes(label) === inB ? [i] : [],
      );
    cluster.contract = {
      batch: axesWhere(true, true),
      m: axesWhere(true, false),
      n: axesWhere(false, true),
      k: summed.map((_, i) => labels.out.length + i),
      a: factors[0],
      b: factors[1],
    };
    cluster.reductions.push({
      combine: "add",
      identity: 0,
      dtype: node.dtype,
      value: frame.builder.scalar.mul(...factors),
      stage: 0,
    });
    this.#settle(
      node,
      cluster,
      "row",
      cluster.rowPlace,
      frame.builder.make({ kind: "reduced", dtype: node.dtype, id: 0 }),
      factors,
    );
    return cluster;
  }

  #openLoop(node: Node): Cluster {
    const cluster = new Cluster("loop", new Frame([], this.#roots, this.#buffers), 0, null);
    cluster.members.push(node);
    this.#home.set(node, cluster);
    for (const source of this.#loopOperands(node)) {
      cluster.sources.add(source);
      for (const home of this.#homesOf(source)) cluster.reads.add(home);
    }
    return cluster;
  }

  #loopOperands(node: Node): Node[] {
    const inputs = new Set(this.#roots.graph.inputs);
    return node.inputs.map((input) => memoryOf(input, inputs));
  }

  #loop(node: Node): Loop {
    const { body, length, reverse } = node.attrs as LoopAttrs;
    const operands = this.#loopOperands(node).map((operand) => this.#buffers.locate(operand).buffer);
    const results = this.#buffers.results(node);
    const [carried, sliced] = [body.carries.length, body.carries.length + body.slices.length];
    return {
      length,
      reverse,
      step: this.#stepOf(node),
      carries: body.carries.map((_, i) => ({ init: operands[i]!, result: results[i]! })),
      slices: operands.slice(carried, sliced),
      constants: operands.slice(sliced),
      stacked: results.slice(carried),
    };
  }

  /** Members that somebody else reads get stores. */
  #kernels(): Kernel[] {
    const needed = new Set<Node>(graphRoots(this.#roots.graph));
    for (const cluster of this.#clusters) for (const source of cluster.sources) needed.add(source);
    const partsOf = (join: Node): void =>
      join.inputs.forEach((part) => {
        const base = placedPart(join, part, this.#roots.placements);
        needed.add(base);
        if (base.op.kind === "join") partsOf(base);
      });
    for (const node of [...needed]) if (node.op.kind === "join") partsOf(node);

    return this.#clusters.map((cluster) => {
      const { frame } = cluster;
      const scope = [...new Set(cluster.members.map((node) => node.scope).filter(Boolean))].join(" ");
      if (cluster.kind === "loop")
        return {
          kind: "loop",
          extents: [],
          parallel: 0,
          reductions: [],
          stores: [],
          contract: null,
          routine: null,
          loop: this.#loop(cluster.members[0]!),
          scope,
        };
      const stores = cluster.members
        .filter((node) => needed.has(node))
        .map((node): Store => {
          const { place, value } = frame.members.get(node)!;
          const { buffer, at } = this.#buffers.locate(node);
          return {
            buffer,
            at: at(place, frame.rank),
            value,
            per: cluster.levels.get(node)!,
            accumulate: cluster.kind === "scatter",
          };
        });
      return mergeAxes({
        kind: cluster.kind,
        extents: frame.extents,
        parallel: cluster.parallel,
        reductions: cluster.reductions,
        stores,
        contract: cluster.contract,
        routine: cluster.routine,
        loop: null,
        scope,
      });
    });
  }
}

/** The place that a scatter adds to: the update's own index, with the named axis taken from memory. */
function scatterPlace(node: Node, frame: Frame): Place {
  const [updates, indices] = node.inputs as [Node, Node];
  const { axis, size } = node.attrs as { axis: number; size: number };
  const own = identityIndex(updates.shape);
  const rank = indices.shape.length;
  const at = frame.named(indices, { index: own.slice(axis, axis + rank), shape: indices.shape }, size);
  return { index: [...own.slice(0, axis), at, ...own.slice(axis + rank)], shape: node.shape };
}

/** One more than the latest stage whose results the expression uses. */
export function stageOf(expression: Expression, reductions: readonly Reduction[]): number {
  let stage = 0;
  visit([expression], (e) => {
    if (e.kind === "reduced") stage = Math.max(stage, reductions[e.id]!.stage + 1);
  });
  return stage;
}
