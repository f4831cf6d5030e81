// Opens a cluster for a root: the loops that each kind of operation asks for.
import { labelExtents } from "../ops/contract.ts";
import type { ContractLabels, Node } from "../ops/op.ts";
import type { Shape } from "../shape.ts";
import { counter, identityIndex } from "../view.ts";
import type { ElementIndex } from "./buffers.ts";
import { type Cluster, domainIndex, type Grouping } from "./cluster.ts";
import type { Expression } from "./expression.ts";
import { type Store, stageOf } from "./kernel.ts";
import type { Frame } from "./lower.ts";
import { memoryOf } from "./results.ts";

/** A new cluster whose first member is `node`. */
export function openCluster(grouping: Grouping, node: Node): Cluster {
  const { kind } = node.op;
  if (kind === "reduce") return openRows(grouping, node);
  if (kind === "contract") return openContract(grouping, node);
  if (kind === "loop") return openLoop(grouping, node);
  if (kind === "scatter") return openScatter(grouping, node);
  if (kind === "routine") return openRoutine(grouping, node);
  const cluster = grouping.empty("map", node.shape, node.shape.length);
  addRoot(grouping, node, cluster, "row");
  return cluster;
}

/** Adds a root to the loops of a cluster, at the points of its parallel loops (`row`) or of all. */
export function addRoot(grouping: Grouping, node: Node, cluster: Cluster, level: Store["per"]): void {
  const { frame, reductions } = cluster;
  const { op } = node;
  const element = level === "row" ? cluster.rowElement : cluster.innerElement;
  if (op.kind !== "reduce") {
    const value = frame.compute(node, element);
    grouping.admit(node, cluster, { level, element, value, reading: [value] });
    return;
  }
  const [x] = node.inputs;
  const folded = frame.lower(x, domainIndex({ shape: x.shape, axes: node.attrs.axes }, frame.rank));
  const value = frame.builder.make({ kind: "reduced", dtype: node.dtype, id: reductions.length });
  grouping.admit(node, cluster, { level, element, value, reading: [folded] });
  reductions.push({
    combine: op.combine,
    identity: op.identity(node.dtype),
    dtype: node.dtype,
    value: folded,
    stage: stageOf(folded, reductions),
  });
}

/** The loops of a domain: the axes that stay, then those that are folded. */
function extentsOf(shape: Shape, axes: readonly number[]): { extents: number[]; parallel: number } {
  const kept = shape.filter((_, i) => !axes.includes(i));
  return { extents: [...kept, ...shape.filter((_, i) => axes.includes(i))], parallel: kept.length };
}

function openRows(grouping: Grouping, node: Node): Cluster {
  const [{ shape }] = node.inputs;
  const { axes } = node.attrs as { axes: readonly number[] };
  const { extents, parallel } = extentsOf(shape, axes);
  const cluster = grouping.empty("rows", extents, parallel, { shape, axes });
  addRoot(grouping, node, cluster, "row");
  return cluster;
}

function openRoutine(grouping: Grouping, node: Node): Cluster {
  const { op, shape } = node;
  if (op.kind !== "routine") throw new TypeError(`expected a routine, got ${op.name}`);
  const [x] = node.inputs;
  const { axis, descending } = node.attrs as { axis: number; descending: boolean };
  const { extents, parallel } = extentsOf(shape, [axis]);
  const cluster = grouping.empty("routine", extents, parallel, { shape, axes: [axis] });
  cluster.routine = { name: op.routine, descending };
  const element = cluster.innerElement;
  const value = cluster.frame.lower(x, element);
  grouping.admit(node, cluster, { level: "element", element, value, reading: [value] });
  return cluster;
}

function openScatter(grouping: Grouping, node: Node): Cluster {
  const [updates] = node.inputs;
  const cluster = grouping.empty("scatter", updates.shape, updates.shape.length);
  const value = cluster.frame.lower(updates, cluster.rowElement);
  const element = scatterIndex(node, cluster.frame);
  const indices = element.index.flatMap((part) => part.terms.map((t) => t.value as Expression));
  grouping.admit(node, cluster, { level: "row", element, value, reading: [value, ...indices] });
  return cluster;
}

/** The element that a scatter adds to: the update's own index, with the scattered axis read from memory. */
function scatterIndex(node: Node, frame: Frame): ElementIndex {
  const [updates, indices] = node.inputs;
  const { axis, size } = node.attrs as { axis: number; size: number };
  const own = identityIndex(updates.shape);
  const after = axis + indices.shape.length;
  const at = frame.indexFrom(indices, { index: own.slice(axis, after), shape: indices.shape }, size);
  return { index: [...own.slice(0, axis), at, ...own.slice(after)], shape: node.shape };
}

function openContract(grouping: Grouping, node: Node): Cluster {
  const labels = node.attrs as ContractLabels;
  const [a, b] = node.inputs;
  const lengths = labelExtents(a.shape, b.shape, labels);
  const summed = labels.a.filter((label) => !labels.out.includes(label));
  const order = [...labels.out, ...summed];
  const extents = order.map((label) => lengths.get(label)!);
  const cluster = grouping.empty("contract", extents, labels.out.length);
  const { frame } = cluster;
  const factor = (x: Node, of: readonly number[]): Expression =>
    frame.lower(x, { index: of.map((label) => counter(order.indexOf(label), order.length)), shape: x.shape });
  const factors: [Expression, Expression] = [factor(a, labels.a), factor(b, labels.b)];
  const axesWhere = (inA: boolean, inB: boolean) =>
    labels.out.flatMap((label, i) => (labels.a.includes(label) === inA && labels.b.includes(label) === inB ? [i] : []));
  cluster.contract = {
    batch: axesWhere(true, true),
    m: axesWhere(true, false),
    n: axesWhere(false, true),
    k: summed.map((_, i) => labels.out.length + i),
    a: factors[0],
    b: factors[1],
  };
  const { dtype } = node;
  cluster.reductions.push({
    combine: "add",
    identity: 0,
    dtype,
    value: frame.builder.scalar.mul(...factors),
    stage: 0,
  });
  grouping.admit(node, cluster, {
    level: "row",
    element: cluster.rowElement,
    value: frame.builder.make({ kind: "reduced", dtype, id: 0 }),
    reading: factors,
  });
  return cluster;
}

function openLoop(grouping: Grouping, node: Node): Cluster {
  const cluster = grouping.empty("loop", [], 0);
  grouping.register(node, cluster, loopOperandsOf(grouping, node));
  return cluster;
}

/** The nodes whose memory a loop's operands lie in. */
export function loopOperandsOf(grouping: Grouping, loop: Node): Node[] {
  const inputs = new Set(grouping.roots.graph.inputs);
  return loop.inputs.map((input) => memoryOf(input, inputs));
}
