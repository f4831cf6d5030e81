// A loop with carried state: one body, applied to one slice after another. `result` nodes read its results.

import type { DType } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { apply, defineOp, type LoopOp, type Node, type ResultOp } from "./op.ts";

/**
 * One step of a loop. Carries, slices and constants are placeholders: the loop provides their numbers, and the inputs
 * of the nodes that are used as placeholders are ignored.
 */
export class Body {
  readonly carries: readonly Node[];
  readonly slices: readonly Node[];
  readonly constants: readonly Node[];
  /** The carries of the next step. */
  readonly next: readonly Node[];
  /** The values that are stacked, one slice a step. */
  readonly stacked: readonly Node[];
  /** Bodies of one family differ only in the values that they stack, so that one loop can replace several. */
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

interface ValueType {
  readonly shape: Shape;
  readonly dtype: DType;
}

const typeText = (type: ValueType | undefined): string => (type ? `${type.dtype}${formatShape(type.shape)}` : "absent");

/** The shape and dtype of each result: the final carries, then the stacked values. */
export function resultTypes({ body, length }: LoopAttrs): ValueType[] {
  return [
    ...body.next.map(({ shape, dtype }) => ({ shape, dtype })),
    ...body.stacked.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype })),
  ];
}

/** The node stands for all results of the loop. Its gradient is another loop: see graph/loop-gradient.ts. */
export const loopOp: LoopOp<LoopAttrs> = defineOp({
  name: "loop",
  kind: "loop",
  infer: (inputs, attrs: LoopAttrs) => {
    const { body, length } = attrs;
    const expected = [
      ...body.carries,
      ...body.slices.map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype })),
      ...body.constants,
    ];
    if (inputs.length !== expected.length)
      throw new ShapeError(`loop: expected ${expected.length} inputs, got ${inputs.length}.`);
    const checkTypes = (what: string, types: readonly ValueType[], values: readonly Node[]): void => {
      for (const [i, value] of values.entries()) {
        const type = types[i];
        if (!type || !sameShape(type.shape, value.shape) || type.dtype !== value.dtype)
          throw new ShapeError(`loop: expected ${what} ${i} to be ${typeText(type)}, got ${typeText(value)}.`);
      }
    };
    checkTypes("input", expected, inputs);
    checkTypes("the next value of carry", body.carries, body.next);
    return { shape: [resultTypes(attrs).reduce((n, { shape }) => n + sizeOf(shape), 0)], dtype: "float32" };
  },
  vjp: (_o, _dy, inputs) => inputs.map(() => null),
});

export const resultOp: ResultOp<{ index: number }> = defineOp({
  name: "result",
  kind: "result",
  infer: ([loop], { index }: { index: number }) => resultTypes(loop.attrs as LoopAttrs)[index]!,
  vjp: () => [null],
});

/** The loop's result with this index. */
export function result(loop: Node, index: number): Node {
  return apply(resultOp, [loop], { index });
}

/** `body`, applied `length` times. `inputs` are the initial carries, the stacks of slices, and the constants. */
export function loop(inputs: readonly Node[], attrs: LoopAttrs): Node<LoopAttrs> {
  return apply(loopOp, inputs, attrs);
}
