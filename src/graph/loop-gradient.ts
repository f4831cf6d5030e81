// The gradient of a loop: another loop that runs the other way, from what the first one saved.
import { dtypeInfo } from "../dtype.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { elementCost } from "./cost.ts";
import { type Deferred, deferSum } from "./loop-sums.ts";
import { closeLoop, extendLoop } from "./loop.ts";
import { sizeOf } from "../shape.ts";
import { topologicalOrder } from "./order.ts";

/** Cotangents of `xs`, given those of `ys`; nodes among `leaves` hide what is behind them. */
export type Differentiate = (ys: readonly Node[], seeds: readonly Node[], xs: readonly Node[], leaves: ReadonlySet<Node>) => (Node | null)[];

/** A value of the loop's body that costs more to compute again is saved at each step. */
const cheap = 6;

const isFloat = (node: Node): boolean => dtypeInfo(node.dtype).isFloat;
const zeros = (node: Node): Node => ops.full(node.shape, 0, node.dtype);

/**
 * For each input of a loop its cotangent, given those of the results; `null` where there is none, or none is `wanted`.
 *
 * The carries' cotangents are the carries of the second loop. Values of the first loop that the rules of the gradient ask
 * for come as slices: those dear to compute are saved by the first loop, the rest is computed again.
 */
export function loopCotangents(loop: Node<ops.LoopAttrs>, dys: readonly (Node | undefined)[], wanted: readonly boolean[], differentiate: Differentiate): (Node | null)[] {
  const { body, length, reverse } = loop.attrs;
  const { carries, slices, constants, next, stacked } = body;
  const placeholders = body.placeholders;
  const hidden = new Set(placeholders);
  const varying = varyingPlaceholders(body, hidden, wanted);

  // Which carries have a cotangent is not known before their successors' have been passed back.
  const active = new Set(carries.flatMap((carry, i) => (varying.has(carry) && dys[i] ? [i] : [])));
  const given = stacked.flatMap((y, j) => (isFloat(y) && dys[carries.length + j] ? [j] : []));
  const dStacked = new Map(given.map((j) => [j, ops.parameter(j, stacked[j]!.shape, stacked[j]!.dtype)]));
  const dNext = new Map<number, Node>();
  let parts: (Node | null)[] = [];
  for (let count = -1; count !== active.size; ) {
    count = active.size;
    for (const i of active) if (!dNext.has(i)) dNext.set(i, ops.parameter(i, carries[i]!.shape, carries[i]!.dtype));
    const from = [...active].map((i) => next[i]!).concat(given.map((j) => stacked[j]!));
    const seeds = [...active].map((i) => dNext.get(i)!).concat(given.map((j) => dStacked.get(j)!));
    const to = placeholders.filter((node) => varying.has(node));
    const found = new Map(differentiate(from, seeds, to, hidden).map((part, i) => [to[i]!, part]));
    parts = placeholders.map((node) => found.get(node) ?? null);
    carries.forEach((_, i) => parts[i] && active.add(i));
  }

  const carried = [...active];
  const dCarries = carried.map((i) => parts[i] ?? zeros(carries[i]!));
  const dSlices = slices.flatMap((_, i) => (parts[carries.length + i] ? [i] : []));
  const dConstants = constants.flatMap((_, k) => (parts[carries.length + slices.length + k] ? [k] : []));
  const partOf = (k: number): Node => parts[carries.length + slices.length + k]!;

  // Sums over the steps that are better made of stacked operands, after the loop; all others are carried.
  const own = new Set<Node>([...dNext.values(), ...dStacked.values()]);
  const steps = changing([...dCarries, ...dSlices.map((i) => parts[carries.length + i]!), ...dConstants.map(partOf)], new Set([...own, ...carries, ...slices]), hidden);
  const operands = new Set<Node>();
  const deferred = new Map<number, Deferred>();
  for (const later of [false, true]) {
    for (const k of dConstants) {
      const sum = deferred.has(k) ? null : deferSum(partOf(k), (node) => steps.has(node), later ? operands : null);
      if (sum) deferred.set(k, sum);
      for (const node of sum?.operands ?? []) operands.add(node);
    }
  }
  const summed = dConstants.filter((k) => !deferred.has(k));
  const totals = summed.map((k) => ops.parameter(k, constants[k]!.shape, constants[k]!.dtype));
  const sums = summed.map((k, n) => ops.add(totals[n]!, partOf(k)));

  // The first loop's values that the second needs, and where their stacked numbers are.
  const stacks = new Map<Node, Node>(slices.map((slice, i) => [slice, loop.inputs[carries.length + i]!]));
  const dSliceNodes = dSlices.map((i) => parts[carries.length + i]!);
  const { saved, read } = neededValues([...dCarries, ...sums, ...dSliceNodes, ...operands], own, body);
  const fresh = [...saved].filter((node) => !stacked.includes(node));
  const forward = extendLoop(loop, fresh);
  for (const node of saved) stacks.set(node, ops.result(forward, carries.length + forward.attrs.body.stacked.indexOf(node)));
  for (const [j, placeholder] of dStacked) stacks.set(placeholder, dys[carries.length + j]!);

  const inside = [...read, ...saved, ...dStacked.values()];
  const left = [...operands].filter((node) => !stacks.has(node));
  const backward = closeLoop({
    init: [...carried.map((i) => dys[i] ?? zeros(carries[i]!)), ...totals.map(zeros)],
    xs: inside.map((node) => stacks.get(node)!),
    carries: [...carried.map((i) => dNext.get(i)!), ...totals],
    slices: inside,
    next: [...dCarries, ...sums],
    stacked: [...dSliceNodes, ...left],
    length,
    reverse: !reverse,
  });
  const afterCarries = carried.length + totals.length;
  left.forEach((node, i) => stacks.set(node, ops.result(backward, afterCarries + dSlices.length + i)));
  const stackOf = (node: Node): Node => stacks.get(node)!;

  return placeholders.map((_, at): Node | null => {
    if (!wanted[at]) return null;
    if (at < carries.length) return active.has(at) ? ops.result(backward, carried.indexOf(at)) : null;
    const slice = at - carries.length;
    if (slice < slices.length) return dSlices.includes(slice) ? ops.result(backward, afterCarries + dSlices.indexOf(slice)) : null;
    const k = slice - slices.length;
    if (!dConstants.includes(k)) return null;
    return deferred.get(k)?.finish(stackOf) ?? ops.result(backward, carried.length + summed.indexOf(k));
  });
}

/** The floating placeholders that change with an input whose cotangent is wanted. */
function varyingPlaceholders(body: ops.Body, hidden: ReadonlySet<Node>, wanted: readonly boolean[]): Set<Node> {
  const varying = new Set(body.placeholders.filter((node, i) => wanted[i] && isFloat(node)));
  for (let size = -1; size !== varying.size; ) {
    size = varying.size;
    const reached = changing(body.next, varying, hidden);
    body.carries.forEach((carry, i) => isFloat(carry) && reached.has(body.next[i]!) && varying.add(carry));
  }
  return varying;
}

/** What behind `roots` depends on one of `sources`. */
function changing(roots: readonly Node[], sources: ReadonlySet<Node>, hidden: ReadonlySet<Node>): Set<Node> {
  const found = new Set(sources);
  const first = Math.min(...[...sources].map((node) => node.id));
  for (const node of topologicalOrder(roots, (x) => hidden.has(x) || x.id < first)) {
    if (!hidden.has(node) && node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** What the second loop takes from the first. */
interface Needed {
  /** What the first loop saves at each step. */
  readonly saved: ReadonlySet<Node>;
  /** Which of its slices are read again. */
  readonly read: ReadonlySet<Node>;
}

/** Values of the first loop's body behind `roots` that the second loop needs, in as few bytes as can be found. */
function neededValues(roots: readonly Node[], own: ReadonlySet<Node>, body: ops.Body): Needed {
  const hidden = new Set(body.placeholders);
  const [carries, slices] = [new Set(body.carries), new Set(body.slices)];
  const ofGradient = changing(roots, own, hidden);
  const ofLoop = changing(roots, new Set([...carries, ...slices]), hidden);
  const collect = (chosen: ReadonlySet<Node>): Needed & { joints: Node[] } => {
    const [saved, read, joints] = [new Set<Node>(), new Set<Node>(), [] as Node[]];
    const seen = new Set<Node>();
    const waiting = [...roots];
    while (waiting.length > 0) {
      const node = waiting.pop()!;
      if (seen.has(node) || own.has(node) || !(ofGradient.has(node) || ofLoop.has(node))) continue;
      seen.add(node);
      if (slices.has(node)) read.add(node);
      else if (carries.has(node) || chosen.has(node) || (!ofGradient.has(node) && isDear(node))) saved.add(node);
      else {
        if (!ofGradient.has(node) && node.inputs.filter((input) => ofLoop.has(input)).length > 1) joints.push(node);
        waiting.push(...node.inputs);
      }
    }
    return { saved, read, joints };
  };
  // Where two saved values meet in something cheap that alone is asked for, that is saved instead: one sum, not two summands.
  let best = collect(new Set());
  const chosen = new Set<Node>();
  for (const joint of best.joints) {
    const other = collect(new Set([...chosen, joint]));
    if (savedBytes(other) >= savedBytes(best)) continue;
    chosen.add(joint);
    best = other;
  }
  return best;
}

const savedBytes = ({ saved }: Needed): number => [...saved].reduce((n, { shape, dtype }) => n + sizeOf(shape) * dtypeInfo(dtype).bytes, 0);

function isDear(node: Node): boolean {
  const { kind } = node.op;
  return kind === "elementwise" ? elementCost(node) > cheap : kind !== "movement" && kind !== "generate" && kind !== "gather";
}
