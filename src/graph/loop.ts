// Closes a loop: values from outside that its body uses become constants of the loop.
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { topologicalOrder } from "./order.ts";

/** A loop whose constants are not known yet. */
export interface OpenLoop {
  /** The initial values of the carries, and the stacks of slices. */
  readonly init: readonly Node[];
  readonly xs: readonly Node[];
  /** Placeholders in the body. */
  readonly carries: readonly Node[];
  readonly slices: readonly Node[];
  readonly next: readonly Node[];
  readonly stacked: readonly Node[];
  readonly length: number;
  readonly reverse: boolean;
  readonly family?: object;
}

/**
 * Makes the loop. A node of the body that depends on no placeholder is the same at every step, and is computed once,
 * outside; only movements and plain numbers stay inside, where they cost nothing.
 */
export function closeLoop(open: OpenLoop): Node<ops.LoopAttrs> {
  const { init, xs, carries, slices, next, stacked, length, reverse, family = {} } = open;
  const placeholders = new Set([...carries, ...slices]);
  // Ids ascend: a node that is older than every placeholder depends on none.
  const first = Math.min(...[...placeholders].map((node) => node.id));
  const isOutside = (node: Node): boolean => placeholders.has(node) || node.id < first || node.value !== undefined;
  const depends = new Set<Node>(placeholders);
  const outputs = [...next, ...stacked];
  const order = topologicalOrder(outputs, isOutside);
  for (const node of order) if (!isOutside(node) && node.inputs.some((input) => depends.has(input))) depends.add(node);

  const constants = new Set<Node>();
  const seen = new Set<Node>();
  const waiting = [...outputs];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node) || placeholders.has(node)) continue;
    seen.add(node);
    const costsNothing = !isOutside(node) && node.op.kind === "movement" && node.inputs.length === 1;
    if (depends.has(node) || costsNothing) waiting.push(...node.inputs);
    else if (node.op.kind !== "generate") constants.add(node);
  }
  const body = new ops.Body({ carries, slices, constants: [...constants], next, stacked, family });
  return ops.loop([...init, ...xs, ...constants], { body, length, reverse });
}

/** The same loop, which also stacks the nodes `more` of its body. */
export function extendLoop(loop: Node<ops.LoopAttrs>, more: readonly Node[]): Node<ops.LoopAttrs> {
  if (more.length === 0) return loop;
  const { body, length, reverse } = loop.attrs;
  const { carries, slices, next, stacked, family } = body;
  const [inits, sliced] = [carries.length, carries.length + slices.length];
  const longer = closeLoop({
    init: loop.inputs.slice(0, inits),
    xs: loop.inputs.slice(inits, sliced),
    carries,
    slices,
    next,
    stacked: [...stacked, ...more],
    length,
    reverse,
    family,
  });
  return { ...longer, scope: loop.scope };
}
