// Random programs large enough for blocked products, shared loops and several passes, from a seed. All numbers are
// small integers, so that float32 holds every result exactly, whatever the order of a sum.
import type { DType } from "../src/dtype.ts";
import * as array from "../src/functions/array.ts";
import { moveaxis } from "../src/functions/rearrange.ts";
import { gradients } from "../src/gradient.ts";
import * as ops from "../src/ops/index.ts";
import { type HostRandom, hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { Tensor, tensor } from "../src/tensor.ts";
import { hostArray } from "./compare.ts";

/** The outputs of the program of a seed: products and their gradients, or loops over many elements. */
export function largeProgram(seed: number): Tensor[] {
  const builder = new LargeBuilder(hostRandom(seed, 3));
  return seed % 4 === 0 ? builder.loops() : builder.product();
}

/** Lengths of an axis, and how long the axes of one side may be together. */
const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 17, 24, 31, 32, 33, 40, 48, 64, 65, 100, 130, 200, 520, 600, 1040];
const mostMultiplications = 300_000;
const mostElements = 40_000;

class LargeBuilder {
  readonly #random: HostRandom;

  constructor(random: HostRandom) {
    this.#random = random;
  }

  #below(limit: number): number {
    return this.#random.below(limit);
  }
  #among<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }
  #shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((value) => [this.#random.uint32(), value] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, value]) => value);
  }

  #leaf(shape: Shape, dtype: DType = "float32"): Tensor {
    const signed = dtype === "float32" || dtype === "int32";
    return tensor(
      hostArray(shape, dtype, () => (dtype === "bool" ? this.#below(2) : this.#below(5) - (signed ? 2 : 0))),
    );
  }

  /** Axes of one side of a product, most often one. */
  #axes(first: number, most: number): { label: number; n: number }[] {
    return Array.from({ length: 1 + (this.#below(3) === 0 ? 1 + this.#below(2) : 0) }, (_, i) => ({
      label: first + i,
      n: this.#among(lengths.filter((n) => n <= most)),
    }));
  }

  /** Sides whose product is large enough to be blocked, and not too large for the reference. */
  #sides() {
    for (;;) {
      const batch = this.#below(2) ? [] : this.#axes(0, 40);
      const [rows, columns, depth] = [this.#axes(10, 1040), this.#axes(20, 1040), this.#axes(30, 1040)];
      const size = (of: readonly { n: number }[]): number => sizeOf(of.map(({ n }) => n));
      const each = size(rows) * size(columns) * size(depth);
      const fits = [
        [...batch, ...rows, ...depth],
        [...batch, ...depth, ...columns],
        [...batch, ...rows, ...columns],
      ].every((of) => size(of) <= mostElements);
      const isLarge = each >= (size(batch) < 4 ? 16_384 : 2_048) || this.#below(20) === 0;
      if (fits && isLarge && each * size(batch) <= mostMultiplications) return { batch, rows, columns, depth };
    }
  }

  /**
   * A contraction of operands that are views or computed, with something exact after it, and gradients now and then.
   */
  product(): Tensor[] {
    const { batch, rows, columns, depth } = this.#sides();
    // Mostly row after row; sometimes in any order.
    const order = <T>(list: T[]): T[] => (this.#below(3) ? list : this.#shuffled(list));
    const [a, b] = [order([...batch, ...rows, ...depth]), order([...batch, ...depth, ...columns])];
    const out = order([...batch, ...rows, ...columns]);
    const shapeOf = (axes: readonly { n: number }[]): Shape => axes.map(({ n }) => n);
    const operands = [this.#operand(shapeOf(a)), this.#operand(shapeOf(b))] as const;
    const y = new Tensor(
      ops.contract(operands[0].node, operands[1].node, {
        a: a.map(({ label }) => label),
        b: b.map(({ label }) => label),
        out: out.map(({ label }) => label),
      }),
    );
    const outputs = [this.#after(y)];
    if (this.#below(3) === 0) outputs.push(outputs[0]!.sum(this.#below(y.ndim + 1) - 1 || 0));
    if (this.#below(3) === 0) outputs.push(...gradients(y.mul(this.#leaf(y.shape)).sum(), [...operands]));
    return outputs;
  }

  /** Fuses operations onto a product. */
  #after(y: Tensor): Tensor {
    const row = (): Tensor => this.#leaf([y.shape.at(-1)!]);
    return this.#among([
      () => y,
      () => y,
      () => y.add(row()),
      () => y.add(row()).maximum(0),
      () => y.mul(2).sub(this.#operand(y.shape, 1)),
      () => y.flip(this.#below(y.ndim)),
      () => y.transpose(),
      () => y.mul(this.#leaf([...y.shape.slice(0, -1), 1])),
      () => array.where(this.#leaf(y.shape, "bool"), y, this.#leaf([])),
      () => y.less(3),
      () => y.cast("int32"),
      () => y.mod(5).cast("uint8"),
      () => y.pad(y.shape.map(() => [this.#below(2), this.#below(2)] as const)),
      () => array.concatenate([y, this.#leaf(y.shape), y], this.#below(y.ndim)),
      () => new Tensor(ops.iota(y.shape, this.#below(y.ndim), "int32")).cast("float32").add(y),
    ])();
  }

  /** A float of a shape: a leaf, or a view of something else, or computed. */
  #operand(shape: Shape, deepest = 3): Tensor {
    if (deepest === 0 || shape.length === 0 || this.#below(3) === 0) return this.#leaf(shape);
    const axis = this.#below(shape.length);
    const n = shape[axis]!;
    const inner = (of: Shape): Tensor => this.#operand(of, deepest - 1);
    const withAxis = (length: number): Shape => shape.map((m, i) => (i === axis ? length : m));
    const before = shape.slice(0, axis).map(() => []);
    return this.#among<() => Tensor>([
      () => inner(shape).flip(axis),
      () => inner(shape).flip(),
      () => inner(withAxis(2 * n + 1)).at(...before, [1, null, 2]),
      () => inner(withAxis(3 * n)).at(...before, [null, null, -3]),
      () => inner(withAxis(n + 3)).at(...before, [2, n + 2]),
      () => {
        const [before, after] = [this.#below(5), this.#below(3)];
        if (n <= before + after) return inner(shape);
        return inner(withAxis(n - before - after)).pad(shape.map((_, i) => (i === axis ? [before, after] : [0, 0])));
      },
      () => inner(withAxis(1)).broadcastTo(shape),
      () => inner(withAxis(9)).take(this.#indices(n, 9), axis),
      () => {
        const order = this.#shuffled(shape.map((_, i) => i));
        return inner(order.map((i) => shape[i]!)).transpose(shape.map((_, i) => order.indexOf(i)));
      },
      () => inner([sizeOf(shape)]).reshape(shape),
      () => inner([...shape.slice(0, axis), n, 1, ...shape.slice(axis + 1)]).reshape(shape),
      () => this.#windows(shape, inner),
      () => this.#leaf(shape, this.#among(["uint8", "int32", "bool", "uint32"])).cast("float32"),
      () => inner(shape).maximum(this.#leaf([shape.at(-1)!])),
      () => inner(shape).mul(this.#leaf(withAxis(1))),
      () => array.where(this.#leaf(withAxis(1), "bool"), inner(shape), 0),
      () => this.#masked(shape, inner(shape)),
    ])();
  }

  #indices(n: number, of: number): Tensor {
    return tensor(hostArray([n], this.#among(["int32", "uint8"]), () => this.#below(of)));
  }

  /** Two axes that are the windows over one axis, and the elements of each window. */
  #windows(shape: Shape, inner: (of: Shape) => Tensor): Tensor {
    if (shape.length < 2) return inner(shape);
    const [places, taps] = this.#shuffled(shape.map((_, i) => i)) as [number, number];
    const [stride, dilation] = [1 + this.#below(2), 1 + this.#below(2)];
    const length = (shape[places]! - 1) * stride + (shape[taps]! - 1) * dilation + 1;
    const base = shape.flatMap((n, i) => (i === taps ? [] : [i === places ? length : n]));
    const axis = places > taps ? places - 1 : places;
    const windows = inner(base).slidingWindow(axis, shape[taps]!, { strides: stride, dilation });
    return moveaxis(windows, -1, taps);
  }

  /** A condition on indices leaves elements out, as in causal attention. */
  #masked(shape: Shape, x: Tensor): Tensor {
    const [a, b] = [this.#below(shape.length), this.#below(shape.length)];
    const index = (axis: number): Tensor => new Tensor(ops.iota(shape, axis, "int32"));
    return array.where(index(a).lessEqual(index(b).add(this.#below(9))), x, 0);
  }

  /** Maps, rows and scatters that are large enough to be cut into units. */
  loops(): Tensor[] {
    let shape: Shape;
    do shape = Array.from({ length: 1 + this.#below(3) }, () => this.#among([...lengths, 2000, 9001]));
    while (sizeOf(shape) < 8_000 || sizeOf(shape) > 60_000);
    const x = this.#operand(shape, 2);
    const axis = this.#below(shape.length);
    const halves = (y: Tensor): Tensor => y.mul(0.5);
    return [
      this.#among<() => Tensor>([
        () => x,
        () => this.#operand(shape, 2).mul(x).add(x),
        () => array.where(this.#leaf(shape, "bool"), x, true),
        () => x.less(1).logicalNot(),
        () => x.cast("int32").add(3).cast("uint8"),
        () => x.equal(x.round()).logicalAnd(true),
      ])(),
      this.#among<() => Tensor>([
        () => halves(x).sum(axis),
        () => x.max(axis),
        () => x.sum(),
        () => x.sub(x.max(axis, { keepDims: true })),
        () => x.mul(2).sum(axis, { keepDims: true }).add(x),
        () => x.cast("int32").sum(axis),
        () => x.argmax(axis),
        () => x.less(0).cast("int32").sum(axis, { keepDims: true }).add(x.cast("int32")),
      ])(),
      new Tensor(
        ops.scatterAdd(
          this.#below(2) ? x.node : x.cast("int32").node,
          this.#indices(shape[axis]!, 7).cast("int32").node,
          axis,
          7,
        ),
      ),
    ];
  }
}
