// The gradient of a loop: a second loop, which runs the other way over values that the first one saved.
import { saveInLoopAbove } from "../compile/thresholds.ts";
import { dtypeInfo } from "../dtype.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { sizeOf } from "../shape.ts";
import { zip } from "../zip.ts";
import { elementCost } from "./cost.ts";
import { closeLoop, extendLoop } from "./loop.ts";
import { type Deferred, deferSum } from "./loop-sums.ts";
import { topologicalOrder } from "./order.ts";

/** The cotangents of `xs`, given those of `ys`; the walk stops at `leaves`. */
export type Differentiate = (
  ys: readonly Node[],
  seeds: readonly Node[],
  xs: readonly Node[],
  leaves: ReadonlySet<Node>,
) => (Node | null)[];

const isFloat = (node: Node): boolean => dtypeInfo(node.dtype).isFloat;
const zeros = (node: Node): Node => ops.full(node.shape, 0, node.dtype);

/**
 * The cotangent of each input of a loop, given those of its results; `null` where there is none or none is `wanted`.
 *
 * The cotangents of the carries are the carries of the second loop. Values of the first loop that gradient rules use
 * come as slices: the first loop saves the expensive ones, the second loop computes the cheap ones again.
 */
export function loopCotangents(
  loop: Node<ops.LoopAttrs>,
  dys: readonly (Node | undefined)[],
  wanted: readonly boolean[],
  differentiate: Differentiate,
): (Node | null)[] {
  const { body, length, reverse } = loop.attrs;
  const { carries, slices, constants } = body;
  const { carried, dStacked, parts } = passBack(body, dys, wanted, differentiate);
  const sliceParts = partsOf(parts, slices);
  const constantParts = partsOf(parts, constants);
  const dCarries = carried.map(({ carry }) => parts.get(carry) ?? zeros(carry));

  // Some sums over the steps are computed after the loop, from stacked operands; all others are carried.
  const dNext = carried.map((part) => part.placeholder);
  const own = new Set<Node>([...dNext, ...dStacked.map((part) => part.placeholder)]);
  const steps = changing(
    [...constantParts.values()],
    new Set([...own, ...carries, ...slices]),
    new Set(body.placeholders),
  );
  const deferred = deferSums(constantParts, (node) => steps.has(node));
  const operands = new Set([...deferred.values()].flatMap((sum) => sum.operands));
  const summed = [...constantParts].filter(([constant]) => !deferred.has(constant));
  const totals = summed.map(([constant], i) => ops.placeholder(i, constant.shape, constant.dtype));
  const sums = zip(totals, summed).map(([total, [, part]]) => ops.add(total, part));

  // The values that the second loop takes from the first, and the stacks that hold them for all steps.
  const { saved, read } = neededValues([...dCarries, ...sums, ...sliceParts.values(), ...operands], own, body);
  const forward = extendLoop(
    loop,
    [...saved].filter((node) => !body.stacked.includes(node)),
  );
  const stacks = new Map<Node, Node>(zip(slices, loop.inputs.slice(carries.length)));
  for (const node of saved)
    stacks.set(node, ops.result(forward, carries.length + forward.attrs.body.stacked.indexOf(node)));
  for (const { placeholder, dy } of dStacked) stacks.set(placeholder, dy);

  const inside = [...read, ...saved, ...dStacked.map((part) => part.placeholder)];
  const stacked = [...sliceParts.values(), ...[...operands].filter((node) => !stacks.has(node))];
  const backward = closeLoop({
    init: [...carried.map(({ carry, dy }) => dy ?? zeros(carry)), ...totals.map(zeros)],
    xs: inside.map((node) => stacks.get(node)!), // Slices, saved values and cotangents have got theirs above.
    carries: [...dNext, ...totals],
    slices: inside,
    next: [...dCarries, ...sums],
    stacked,
    length,
    reverse: !reverse,
  });

  const found = new Map<Node, Node>(carried.map(({ carry }, i) => [carry, ops.result(backward, i)]));
  summed.forEach(([constant], i) => found.set(constant, ops.result(backward, carried.length + i)));
  const stackOf = (node: Node): Node =>
    stacks.get(node) ?? ops.result(backward, carried.length + totals.length + stacked.indexOf(node));
  [...sliceParts.keys()].forEach((slice, i) =>
    found.set(slice, ops.result(backward, carried.length + totals.length + i)),
  );
  for (const [constant, sum] of deferred) found.set(constant, sum.finish(stackOf));
  return body.placeholders.map((node, i) => (wanted[i] ? (found.get(node) ?? null) : null));
}

/** One step of the second loop, over placeholders for the incoming cotangents. */
interface PassedBack {
  /** The carries that have a cotangent, and the stacked values that have one. */
  readonly carried: readonly Carried[];
  readonly dStacked: readonly Stacked[];
  /** The cotangents of the body's placeholders. */
  readonly parts: ReadonlyMap<Node, Node>;
}

/** A carry with its next value; `placeholder` stands for its cotangent, of which the last step gives `dy`. */
interface Carried {
  readonly carry: Node;
  readonly next: Node;
  readonly placeholder: Node;
  readonly dy: Node | undefined;
}

/** A value that is stacked; `placeholder` stands for its cotangent at one step, which is a slice of `dy`. */
interface Stacked {
  readonly value: Node;
  readonly placeholder: Node;
  readonly dy: Node;
}

function passBack(
  body: ops.Body,
  dys: readonly (Node | undefined)[],
  wanted: readonly boolean[],
  differentiate: Differentiate,
): PassedBack {
  const { carries, next, stacked, placeholders } = body;
  const hidden = new Set(placeholders);
  const varying = varyingPlaceholders(body, hidden, wanted);
  const to = placeholders.filter((node) => varying.has(node));
  const dStacked = stacked.flatMap((value, j): Stacked[] => {
    const dy = dys[carries.length + j];
    return dy && isFloat(value) ? [{ value, placeholder: ops.placeholder(j, value.shape, value.dtype), dy }] : [];
  });
  const carried = new Map<Node, Carried>();
  const activate = (isActive: (carry: Node, dy: Node | undefined) => boolean): void =>
    zip(carries, next).forEach(([carry, after], i) => {
      if (carried.has(carry) || !isActive(carry, dys[i])) return;
      const placeholder = ops.placeholder(i, carry.shape, carry.dtype);
      carried.set(carry, { carry, next: after, placeholder, dy: dys[i] });
    });
  activate((carry, dy) => varying.has(carry) && dy !== undefined);
  // A carry may turn out to have a cotangent only once those of others have been propagated: repeat until none is new.
  for (;;) {
    const active = [...carried.values()];
    const found = differentiate(
      [...active.map((part) => part.next), ...dStacked.map((part) => part.value)],
      [...active, ...dStacked].map((part) => part.placeholder),
      to,
      hidden,
    );
    const parts = new Map(zip(to, found).flatMap(([node, part]): [Node, Node][] => (part ? [[node, part]] : [])));
    activate((carry) => parts.has(carry));
    if (carried.size === active.length) return { carried: active, dStacked, parts };
  }
}

const partsOf = (parts: ReadonlyMap<Node, Node>, nodes: readonly Node[]): Map<Node, Node> =>
  new Map(
    nodes.flatMap((node): [Node, Node][] => {
      const part = parts.get(node);
      return part ? [[node, part]] : [];
    }),
  );

/** Defers products first; then plain sums of nodes that are stacked for the products anyway. */
function deferSums(parts: ReadonlyMap<Node, Node>, varies: (node: Node) => boolean): Map<Node, Deferred> {
  const deferred = new Map<Node, Deferred>();
  const operands = new Set<Node>();
  for (const stacked of [null, operands]) {
    for (const [constant, part] of parts) {
      const sum = deferred.has(constant) ? null : deferSum(part, varies, stacked);
      if (sum) deferred.set(constant, sum);
      for (const node of sum?.operands ?? []) operands.add(node);
    }
  }
  return deferred;
}

/** The float placeholders that depend on an input whose cotangent is wanted. */
function varyingPlaceholders(body: ops.Body, hidden: ReadonlySet<Node>, wanted: readonly boolean[]): Set<Node> {
  const varying = new Set(body.placeholders.filter((node, i) => wanted[i] && isFloat(node)));
  for (let size = -1; size !== varying.size; ) {
    size = varying.size;
    const reached = changing(body.next, varying, hidden);
    for (const [carry, next] of zip(body.carries, body.next))
      if (isFloat(carry) && reached.has(next)) varying.add(carry);
  }
  return varying;
}

/** The nodes behind `roots` that depend on one of `sources`. */
function changing(roots: readonly Node[], sources: ReadonlySet<Node>, hidden: ReadonlySet<Node>): Set<Node> {
  const found = new Set(sources);
  const first = Math.min(...[...sources].map((node) => node.id));
  for (const node of topologicalOrder(roots, (x) => hidden.has(x) || x.id < first)) {
    if (!hidden.has(node) && node.inputs.some((input) => found.has(input))) found.add(node);
  }
  return found;
}

/** The values that the second loop takes from the first. */
interface Needed {
  /** Values that the first loop saves at each step. */
  readonly saved: ReadonlySet<Node>;
  /** Slices of the first loop that are read again. */
  readonly read: ReadonlySet<Node>;
}

/** Chooses which values of the first loop's body behind `roots` to save, in as few bytes as possible. */
function neededValues(roots: readonly Node[], own: ReadonlySet<Node>, body: ops.Body): Needed {
  const hidden = new Set(body.placeholders);
  const [carries, slices] = [new Set(body.carries), new Set(body.slices)];
  const ofGradient = changing(roots, own, hidden);
  const ofLoop = changing(roots, new Set([...carries, ...slices]), hidden);
  const collect = (chosen: ReadonlySet<Node>): Needed & { joints: Node[] } => {
    const [saved, read, joints] = [new Set<Node>(), new Set<Node>(), [] as Node[]];
    const seen = new Set<Node>();
    const waiting = [...roots];
    for (let node = waiting.pop(); node; node = waiting.pop()) {
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
  // If two saved values are used only in a cheap expression of both, save the expression: one sum, not two summands.
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

const savedBytes = ({ saved }: Needed): number =>
  [...saved].reduce((n, { shape, dtype }) => n + sizeOf(shape) * dtypeInfo(dtype).bytes, 0);

function isDear(node: Node): boolean {
  const { kind } = node.op;
  return kind === "elementwise"
    ? elementCost(node) > saveInLoopAbove
    : kind !== "movement" && kind !== "generate" && kind !== "gather";
}
