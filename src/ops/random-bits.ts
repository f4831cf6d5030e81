// Random bits from a key and a counter: stateless, and the same on every machine and in any order.
import type { ScalarBuilder } from "../compile/scalar.ts";
import { DTypeError } from "../errors.ts";
import { parity, rotations } from "../random.ts";
import { sameShape } from "../shape.ts";
import { apply, defineOp, type ElementwiseOp, type Node, noGradient } from "./op.ts";

interface RandomBitsAttrs {
  /** The counter's second word, so that different streams have independent blocks. */
  readonly stream: number;
  /** The index of the word in its block. */
  readonly word: 0 | 1;
}

/**
 * One word of Threefry-2x32 with 20 rounds: key (k0, k1), counter (counter, stream).
 * Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011.
 */
function threefry<T>(b: ScalarBuilder<T>, k0: T, k1: T, counter: T, { stream, word }: RandomBitsAttrs): T {
  const u32 = (value: number) => b.constant(value, "uint32");
  let [key, next, last] = [k0, k1, b.xor(b.xor(k0, k1), u32(parity))];
  let x = b.add(counter, k0);
  let y = stream === 0 ? k1 : b.add(k1, u32(stream));
  for (const [round, turn] of rotations.entries()) {
    x = b.add(x, y);
    y = b.xor(b.or(b.shiftLeft(y, u32(turn)), b.shiftRight(y, u32(32 - turn))), x);
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      [key, next, last] = [next, last, key];
      x = b.add(x, key);
      y = b.add(y, b.add(next, u32(injection)));
    }
  }
  return word === 0 ? x : y;
}

export const randomBitsOp: ElementwiseOp<RandomBitsAttrs> = defineOp({
  name: "randomBits",
  kind: "elementwise",
  infer: (inputs) => {
    const [k0, k1, counter] = inputs;
    if (
      inputs.some((x) => x.dtype !== "uint32") ||
      !sameShape(k0.shape, counter.shape) ||
      !sameShape(k1.shape, counter.shape)
    ) {
      throw new DTypeError(
        "randomBits: expected two keys and a counter of uint32 and of one shape, " +
          `got ${inputs.map((x) => x.dtype).join(", ")}.`,
      );
    }
    return { shape: counter.shape, dtype: "uint32" };
  },
  scalar: (b, [k0, k1, counter], attrs) => threefry(b, k0, k1, counter, attrs),
  vjp: noGradient,
});

/** 32 random bits for each element: one word of the block that belongs to the key, the counter and the stream. */
export function randomBits(k0: Node, k1: Node, counter: Node, stream = 0, word: 0 | 1 = 0): Node {
  return apply(randomBitsOp, [k0, k1, counter], { stream, word });
}
