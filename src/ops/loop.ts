// A loop with carried state: one body, applied to slice after slice. Its results are read by projections.

import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { apply, defineOp, type LoopOp, type Node, type ResultOp } from "./op.ts";

/**
 * What a loop does at each step. Carries, slices and constants are placeholders: whatever node stands there, its numbers
 * are given from outside, and what is behind it is of no account.
 */
export class Body {
  readonly carries: readonly Node[];
  readonly slices: readonly Node[];
  readonly constants: readonly Node[];
  /** What the carries become. */
  readonly next: readonly Node[];
  /** What is stacked up, one slice a step. */
  readonly stacked: readonly Node[];
  /** Bodies of one family differ in what they stack up only: one loop can do the work of several. */
  readonly family: object;

  constructor(parts: Pick<Body, "carries" | "slices" | "constants" | "next" | "stacked" | "family">) {
    this.carries = parts.carries;
    this.slices = parts.slices;
    this.constants = parts.constants;
    this.next = parts.next;
    this.stacked = parts.stacked;
    this.family = parts.family;
  }

  /** In the order of the loop's inputs. */
  get placeholders(): Node[] {
    return [...this.carries, ...this.slices, ...this.constants];
  }

  /** In the order of the loop's results. */
  get outputs(): Node[] {
    return [...this.next, ...this.stacked];
  }
}

export interface LoopAttrs {
  readonly body: Body;
  readonly length: number;
  /** From the last slice to the first. */
  readonly reverse: boolean;
}

/** The shape and dtype of each result: the carries as they end, then what was stacked up. */
export function resultTypes({ body, length }: LoopAttrs): { shape: Shape; dtype: DType }[] {
  return [
    ...body.next.map(({ shape, dtype }) => ({ shape, dtype })),
    ...body.stacked.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype })),
  ];
}

/** The loop itself stands for all its results, one after the other. Its gradient is another loop: graph/loop-gradient.ts. */
export const loopOp: LoopOp<LoopAttrs> = defineOp({
  name: "loop",
  kind: "loop",
  infer: (inputs, attrs: LoopAttrs) => {
    const { body, length } = attrs;
    const wants = [
      ...body.carries,
      ...body.slices.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype })),
      ...body.constants,
    ];
    const same = (a: { shape: Shape; dtype: DType }, b: { shape: Shape; dtype: DType } | undefined) =>
      b !== undefined && sameShape(a.shape, b.shape) && a.dtype === b.dtype;
    if (inputs.length !== wants.length)
      throw new ShapeError(`loop: the body takes ${wants.length} values, but came ${inputs.length}.`);
    wants.forEach((want, i) => {
      if (!same(want, inputs[i]))
        throw new ShapeError(
          `loop: value ${i} is ${inputs[i]!.dtype}${formatShape(inputs[i]!.shape)}, but the body takes ${want.dtype}${formatShape(want.shape)}.`,
        );
    });
    body.carries.forEach((carry, i) => {
      if (!same(carry, body.next[i]))
        throw new ShapeError(
          `loop: carry ${i} changes from ${carry.dtype}${formatShape(carry.shape)} to ${body.next[i]?.dtype}${formatShape(body.next[i]?.shape ?? [])}.`,
        );
    });
    return { shape: [resultTypes(attrs).reduce((n, { shape }) => n + sizeOf(shape), 0)], dtype: "float32" };
  },
  vjp: (_o, _dy, inputs) => inputs.map(() => null),
});

export const resultOp: ResultOp<{ index: number }> = defineOp({
  name: "result",
  kind: "result",
  infer: ([loop], { index }: { index: number }) => resultTypes(loop!.attrs as LoopAttrs)[index]!,
  vjp: () => [null],
});

/** The loop's result number `index`. */
export function result(loop: Node, index: number): Node {
  return apply(resultOp, [loop], { index });
}

/** `body`, applied `length` times. `inputs`: first carries, stacked slices, constants. */
export function loop(inputs: readonly Node[], attrs: LoopAttrs): Node<LoopAttrs> {
  return apply(loopOp, inputs, attrs);
}
