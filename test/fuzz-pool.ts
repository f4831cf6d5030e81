// The values that a random program has so far, and the ways in which its next operation chooses among them.
import type { DType } from "../src/dtype.ts";
import type { HostArray } from "../src/host-array.ts";
import type { HostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { type Tensor, tensor } from "../src/tensor.ts";
import { drawFloat, hostArray } from "./compare.ts";

/** A value that the program has so far. */
export interface Entry {
  readonly x: Tensor;
  /** No element is greater in magnitude. */
  readonly bound: number;
  /** True if float32 and float64 hold the same numbers, so that comparing and rounding them is safe. */
  readonly exact: boolean;
}

/** The lengths that axes are drawn from. */
export const lengths = [1, 1, 2, 2, 3, 3, 4, 5, 5, 7, 8, 9, 13, 17, 33, 70];
/** The most elements of a value. */
export const largest = 3000;

/** The values of a program in the making. */
export class Pool {
  readonly random: HostRandom;
  readonly entries: Entry[] = [];

  constructor(random: HostRandom) {
    this.random = random;
  }

  /** A new float of the program, which no argument holds. */
  leaf(shape: Shape): Tensor {
    return tensor(randomLeaf(this.random, shape, "float32"));
  }

  keep(x: Tensor, bound: number, exact: boolean): true {
    const entry =
      x.dtype === "float32" && bound > 8 ? { x: x.mul(4 / bound), bound: 4, exact: false } : { x, bound, exact };
    this.entries.push(entry);
    return true;
  }

  among<T>(list: readonly T[]): T {
    return list[this.random.below(list.length)]!;
  }

  /** Recent values are likelier, so that programs grow deep as well as wide. */
  any(wanted: (e: Entry) => boolean = () => true): Entry | null {
    const list = this.entries.filter(wanted);
    if (list.length === 0) return null;
    return this.random.below(2)
      ? list[list.length - 1 - this.random.below(Math.min(3, list.length))]!
      : this.among(list);
  }

  float(): Entry {
    const found = this.any((e) => e.x.dtype === "float32");
    if (found) return found;
    const any = this.any()!.x;
    const small = any.dtype === "bool" || any.dtype === "uint8" ? any.cast("int32") : any;
    return { x: small.mod(7).cast("float32").mul(0.25), bound: 2, exact: true };
  }

  /** Another float that broadcasts with `a`: one that is there, or one made to fit. */
  partner(a: Entry): Entry | null {
    const fits = (e: Entry): boolean => {
      if (e.x.dtype !== "float32") return false;
      const rank = Math.max(e.x.ndim, a.x.ndim);
      const at = (s: Shape, i: number): number => s[i - rank + s.length] ?? 1;
      const shape = Array.from({ length: rank }, (_, i) => [at(e.x.shape, i), at(a.x.shape, i)]);
      return (
        shape.every(([n, m]) => n === m || n === 1 || m === 1) &&
        shape.reduce((size, [n, m]) => size * Math.max(n!, m!), 1) <= largest
      );
    };
    const found = this.any(fits);
    if (found && found.x !== a.x) return found;
    const shape = a.x.shape
      .map((n) => (this.random.below(3) ? n : 1))
      .slice(this.random.below(2) && a.x.ndim > 1 ? 1 : 0);
    return { x: this.leaf(shape), bound: 1, exact: true };
  }

  shuffle<T>(list: T[]): T[] {
    return list
      .map((value) => [this.random.uint32(), value] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, value]) => value);
  }

  someAxes(x: Tensor): number[] {
    return x.shape.flatMap((_, i) => (this.random.below(2) ? [i] : []));
  }
}

export function randomShape(random: HostRandom, most: number): Shape {
  const shape = Array.from({ length: random.below(5) }, () => lengths[random.below(lengths.length)]!);
  if (random.below(60) === 0 && shape.length > 0) shape[0] = 0;
  while (sizeOf(shape) > most) shape.splice(random.below(shape.length), 1);
  return shape;
}

export function randomLeaf(random: HostRandom, shape: Shape, dtype?: DType): HostArray {
  const kind =
    dtype ??
    (["float32", "float32", "float32", "float32", "int32", "uint32", "bool", "uint8"] as const)[random.below(8)]!;
  const draw: Record<string, () => number> = {
    float32: () => drawFloat(random, -1, 1),
    int32: () => random.uint32() | 0,
    uint32: () => random.uint32(),
    bool: () => random.below(2),
    uint8: () => random.below(256),
  };
  return hostArray(shape, kind, draw[kind]!);
}
