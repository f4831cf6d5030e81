// Batches a loop: only those values of its body that depend on the example get the batch axis.
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { zip } from "../zip.ts";
import { closeLoop } from "./loop.ts";

/** A node with a leading batch axis, or the node itself if it does not depend on the example. */
export interface Batched {
  readonly node: Node;
  readonly hasAxis: boolean;
}

/** Batches the body of a loop, and can look up the batched nodes of the graph around it. */
export interface BodyBatching {
  /** Replaces a leaf. */
  place(leaf: Node, other: Batched): void;
  /** The replacement of a leaf, if it has one. */
  placed(leaf: Node): Batched | undefined;
  batch(roots: readonly Node[]): Batched[];
}

/** A batched loop, and for each of its results a flag that says if it has the batch axis. */
export interface BatchedLoop {
  readonly loop: Node<ops.LoopAttrs>;
  readonly hasAxis: readonly boolean[];
}

/** A batched body. Loops of one family differ only in the values that they stack, so they share it. */
interface Step {
  readonly body: BodyBatching;
  readonly carries: readonly Batched[];
  readonly slices: readonly Batched[];
  readonly family: object;
  /** For each input of the loop a flag that says if it has the batch axis. */
  readonly given: readonly boolean[];
}

/** Batches the loops of one graph of `size` examples. */
export class LoopBatching {
  readonly #size: number;
  readonly #open: () => BodyBatching;
  readonly #spread: (x: Batched) => Node;
  readonly #steps = new Map<object, Step>();

  constructor(size: number, open: () => BodyBatching, spread: (x: Batched) => Node) {
    this.#size = size;
    this.#open = open;
    this.#spread = spread;
  }

  /** Constants and slices have the axis if the inputs do; a carry has it if its initial value or a later one does. */
  batch(node: Node<ops.LoopAttrs>, inputs: readonly Batched[]): BatchedLoop {
    const { body, length, reverse } = node.attrs;
    const step = this.#step(body, inputs);
    const next = step.body.batch(body.next);
    const stacked = step.body.batch(body.stacked);
    const [inits, sliced] = [body.carries.length, body.carries.length + body.slices.length];
    const asCarried = ([x, carry]: [Batched, Batched]): Node => (carry.hasAxis ? this.#spread(x) : x.node);
    const loop = closeLoop({
      init: zip(inputs.slice(0, inits), step.carries).map(asCarried),
      // A stack of slices has the axis of steps first, then the batch axis.
      xs: inputs.slice(inits, sliced).map((x) => (x.hasAxis ? exchangeFirst(x.node) : x.node)),
      carries: step.carries.map((x) => x.node),
      slices: step.slices.map((x) => x.node),
      next: zip(next, step.carries).map(asCarried),
      stacked: stacked.map((x) => x.node),
      length,
      reverse,
      family: step.family,
    });
    return { loop: { ...loop, scope: node.scope }, hasAxis: [...step.carries, ...stacked].map((x) => x.hasAxis) };
  }

  #step(body: ops.Body, inputs: readonly Batched[]): Step {
    const leaves = [...body.carries, ...body.slices];
    const given = inputs.slice(0, leaves.length).map((x) => x.hasAxis);
    const constants = inputs.slice(leaves.length);
    const held = zip(body.constants, constants);
    const hold = (step: Step): void => {
      for (const [leaf, x] of held) step.body.place(leaf, x);
    };
    const fits = (step: Step): boolean =>
      step.given.every((hasAxis, i) => hasAxis === given[i]) &&
      held.every(([leaf, { node }]) => (step.body.placed(leaf)?.node ?? node) === node);
    const known = this.#steps.get(body.family);
    if (known && fits(known)) {
      hold(known);
      return known;
    }
    for (const withAxis = [...given]; ; ) {
      const opened = this.#open();
      const placeholders = zip(leaves, withAxis).map(([leaf, hasAxis], i): Batched => {
        const other = {
          node: ops.placeholder(i, hasAxis ? [this.#size, ...leaf.shape] : leaf.shape, leaf.dtype),
          hasAxis,
        };
        opened.place(leaf, other);
        return other;
      });
      const step = {
        body: opened,
        carries: placeholders.slice(0, body.carries.length),
        slices: placeholders.slice(body.carries.length),
        family: {},
        given,
      };
      hold(step);
      const late = opened.batch(body.next).flatMap((x, i) => (x.hasAxis && !withAxis[i] ? [i] : []));
      if (late.length === 0) {
        this.#steps.set(body.family, step);
        return step;
      }
      for (const i of late) withAxis[i] = true;
    }
  }
}

/** The batched form of a loop's result. */
export function batchedResult({ loop, hasAxis }: BatchedLoop, index: number): Batched {
  const node = ops.result(loop, index);
  const isStacked = index >= loop.attrs.body.carries.length;
  const isBatched = hasAxis[index]!;
  return { node: isBatched && isStacked ? exchangeFirst(node) : node, hasAxis: isBatched };
}

/** Swaps the first two axes. */
function exchangeFirst(x: Node): Node {
  return ops.permute(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}
