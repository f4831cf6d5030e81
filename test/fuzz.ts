// Random graph programs from a seed: every kind of operation, shared sub-expressions, several outputs, gradients,
// variables that are read and assigned. Values stay in a sane range by construction.
import type { DType } from "../src/dtype.ts";
import * as array from "../src/functions/array.ts";
import { logSoftmax, softmax } from "../src/functions/softmax.ts";
import { gradients } from "../src/gradient.ts";
import type { HostArray } from "../src/host-array.ts";
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { type HostRandom, hostRandom } from "../src/random.ts";
import { type Shape, sameShape, sizeOf } from "../src/shape.ts";
import { asTensor, Tensor, tensor } from "../src/tensor.ts";
import { drawFloat, drawWeight, hostArray } from "./compare.ts";
import { type Growth, growByFunction } from "./fuzz-functions.ts";

/** What a program gives and what it leaves behind. */
export interface Results {
  readonly outputs: Tensor[];
  /** The new value of each variable, in the order of `Fuzz.variables`. */
  readonly assigned: Tensor[];
  /** Some values on the way, whose numbers may be asked for first. */
  readonly middle: Tensor[];
}

/** A random program: the same seed gives the same one. */
export interface Fuzz {
  readonly args: readonly HostArray[];
  readonly variables: readonly HostArray[];
  readonly body: (args: readonly Tensor[], variables: readonly Tensor[]) => Results;
}

/** A value that the program has so far. */
interface Entry {
  readonly x: Tensor;
  /** No element is greater in magnitude. */
  readonly bound: number;
  /** Whether float32 and float64 hold the very same numbers, so that comparing and rounding them is safe. */
  readonly exact: boolean;
}

const lengths = [1, 1, 2, 2, 3, 3, 4, 5, 5, 7, 8, 9, 13, 17, 33, 70];
const largest = 3000;

/**
 * Programs of seeds beyond this one also call the larger functions of src/functions; those of others are what they
 * were.
 */
export const larger = 1_000_000;

export function fuzzProgram(seed: number): Fuzz {
  const random = hostRandom(seed, 1);
  const shape = (): Shape => randomShape(random, 500);
  const args = Array.from({ length: 1 + random.below(4) }, () => randomLeaf(random, shape()));
  const variables = Array.from({ length: random.below(4) }, (_, i) =>
    randomLeaf(random, shape(), i === 2 ? "int32" : "float32"),
  );
  return { args, variables, body: (xs, vs) => new Builder(seed, variables.length > 0).build(xs, vs) };
}

function randomShape(random: HostRandom, most: number): Shape {
  const shape = Array.from({ length: random.below(5) }, () => lengths[random.below(lengths.length)]!);
  if (random.below(60) === 0 && shape.length > 0) shape[0] = 0;
  while (sizeOf(shape) > most) shape.splice(random.below(shape.length), 1);
  return shape;
}

function randomLeaf(random: HostRandom, shape: Shape, dtype?: DType): HostArray {
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

class Builder {
  readonly #random: HostRandom;
  readonly #pool: Entry[] = [];
  readonly #differentiable: boolean;
  /** What the steps of test/fuzz-functions.ts need; null where there are to be none. */
  readonly #growth: Growth | null;

  constructor(seed: number, hasVariables: boolean) {
    this.#random = hostRandom(seed, 2);
    this.#growth =
      seed <= larger
        ? null
        : {
            random: this.#random,
            float: () => this.#float(),
            exactValue: () => this.#any((e) => e.exact),
            leaf: (shape) => tensor(randomLeaf(this.#random, shape, "float32")),
            keep: (x, bound, exact) => this.#keep(x, bound, exact),
          };
    this.#differentiable = this.#random.below(hasVariables ? 3 : 2) === 0;
  }

  build(args: readonly Tensor[], variables: readonly Tensor[]): Results {
    for (const x of args) this.#keep(x, 1, true);
    // A float variable holds what earlier steps computed, which float32 rounded.
    for (const x of variables) this.#keep(x, 1, x.dtype !== "float32");
    const count = 4 + this.#random.below(22);
    for (let i = 0, tries = 0; i < count && tries < 10 * count; tries++) if (this.#grow()) i++;
    const outputs = Array.from(
      { length: 1 + this.#random.below(3) },
      (_, i) => this.#pool[i === 0 ? this.#pool.length - 1 : this.#random.below(this.#pool.length)]!.x,
    );
    if (this.#differentiable) outputs.push(...this.#slopes([...args, ...variables]));
    const assigned = variables.map((x) => this.#next(x));
    return { outputs, assigned, middle: Array.from({ length: 3 }, () => this.#among(this.#pool).x) };
  }

  /** d (a weighted sum of some float values) / d (the float leaves). */
  #slopes(leaves: readonly Tensor[]): Tensor[] {
    const floats = this.#pool.filter((e) => e.x.dtype === "float32");
    const xs = leaves.filter((x) => x.dtype === "float32");
    if (floats.length === 0 || xs.length === 0) return [];
    const parts = [floats.at(-1)!, this.#among(floats)].map(({ x }) =>
      x
        .mul(tensor(hostArray(x.shape, "float32", () => drawWeight(this.#random))))
        .mul(1 / Math.max(1, x.size))
        .sum(),
    );
    return gradients(parts[0]!.add(parts[1]!), xs);
  }

  /** What a variable is assigned: half of what it was and half of something new, so that steps do not run away. */
  #next(x: Tensor): Tensor {
    if (x.dtype !== "float32") return x.mul(5).add(1);
    const same = this.#pool.filter((e) => e.x.dtype === "float32" && sameShape(e.x.shape, x.shape) && e.x !== x);
    const other = same.length > 0 ? this.#among(same).x : this.#float().x.mean();
    return x.mul(0.5).add(other.tanh().mul(0.5));
  }

  #keep(x: Tensor, bound: number, exact: boolean): true {
    const entry =
      x.dtype === "float32" && bound > 8 ? { x: x.mul(4 / bound), bound: 4, exact: false } : { x, bound, exact };
    this.#pool.push(entry);
    return true;
  }

  #among<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)]!;
  }

  /** Recent values are likelier, so that programs grow deep as well as wide. */
  #any(wanted: (e: Entry) => boolean = () => true): Entry | null {
    const list = this.#pool.filter(wanted);
    if (list.length === 0) return null;
    return this.#random.below(2)
      ? list[list.length - 1 - this.#random.below(Math.min(3, list.length))]!
      : this.#among(list);
  }

  #float(): Entry {
    const found = this.#any((e) => e.x.dtype === "float32");
    if (found) return found;
    const any = this.#any()!.x;
    const small = any.dtype === "bool" || any.dtype === "uint8" ? any.cast("int32") : any;
    return { x: small.mod(7).cast("float32").mul(0.25), bound: 2, exact: true };
  }

  /** One more operation; false where the draw does not fit and another is to be made. */
  #grow(): boolean {
    const kinds = [
      () => this.#unary(),
      () => this.#unary(),
      () => this.#rounded(),
      () => this.#binary(),
      () => this.#binary(),
      () => this.#binary(),
      () => this.#moved(),
      () => this.#moved(),
      () => this.#moved(),
      () => this.#reduced(),
      () => this.#reduced(),
      () => this.#rows(),
      () => this.#contracted(),
      () => this.#contracted(),
      () => this.#gathered(),
      () => this.#scattered(),
      () => this.#joined(),
      () => this.#chosen(),
      () => this.#counted(),
      () => this.#integer(),
      () => this.#integer(),
      () => this.#cast(),
    ];
    if (this.#growth && this.#random.below(3) === 0) return growByFunction(this.#growth);
    return this.#among(kinds)();
  }

  #unary(): boolean {
    const { x, bound, exact } = this.#float();
    const y = (make: Tensor, limit: number, same = false): true => this.#keep(make, limit, same && exact);
    const node = (f: (n: Node) => Node): Tensor => new Tensor(f(x.node));
    return this.#among([
      () => y(x.neg(), bound, true),
      () => y(x.abs(), bound, true),
      () => y(node(ops.relu), bound, true),
      () => y(x.tanh(), 1),
      () => y(x.tanh().tan(), 1.6),
      () => y(x.erf(), 1),
      () => y(x.sin(), 1),
      () => y(x.cos(), 1),
      () => y(x.mul(0.4).sub(0.3), bound),
      () => y(x.square(), bound * bound),
      () => y(x.square().add(0.3).sqrt(), bound + 1),
      () => y(x.abs().add(0.5).log(), 3),
      () => y(x.abs().log1p(), 3),
      () => y(x.minimum(2).exp(), 7.4),
      () => y(x.minimum(1).expm1(), 2),
      () => y(x.abs().add(0.5).pow(1.5), (bound + 0.5) ** 1.5),
      () => y(asTensor(1).div(x.square().add(1)), 1),
      () => y(node(ops.stopGradient), bound, true),
      () => y(x.pow(3), bound ** 3),
      () =>
        y(
          node((n) =>
            ops.fence(
              ops.customGradient(n, [n], (dy) => [dy]),
              this.#pool.at(-1)!.x.node,
            ),
          ),
          bound,
          exact,
        ),
      () =>
        y(
          node((n) => ops.atan2(n, 2)),
          3.2,
        ),
    ])();
  }

  /** Steps: only exact values may be near them. */
  #rounded(): boolean {
    const entry = this.#any((e) => e.exact && e.x.dtype === "float32");
    if (!entry) return false;
    const x = entry.x.mul(4);
    return this.#keep(
      this.#among([() => x.round(), () => x.floor(), () => x.ceil(), () => x.sign(), () => x.round().sub(x.floor())])(),
      4 * entry.bound + 1,
      true,
    );
  }

  #binary(): boolean {
    const a = this.#float();
    const b = this.#partner(a);
    if (!b) return false;
    const exact = a.exact && b.exact;
    const bound = Math.max(a.bound, b.bound);
    return this.#among([
      () => this.#keep(a.x.add(b.x), 2 * bound, false),
      () => this.#keep(a.x.sub(b.x), 2 * bound, false),
      () => this.#keep(a.x.mul(b.x), bound * bound, false),
      () => this.#keep(a.x.div(b.x.square().add(1)), a.bound, false),
      () => this.#keep(a.x.maximum(b.x), bound, exact),
      () => this.#keep(a.x.minimum(b.x), bound, exact),
      () => this.#keep(a.x.mul(a.x).add(b.x.mul(0.5)), bound * bound + bound, false),
      () => this.#keep(new Tensor(ops.atan2(a.x.node, b.x.abs().add(1).node)), 3.2, false),
      () => exact && this.#keep(a.x.mod(b.x.abs().ceil().add(1)), bound + 1, false),
    ])();
  }

  /** Another float that broadcasts with `a`: one that is there, or one made to fit. */
  #partner(a: Entry): Entry | null {
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
    const found = this.#any(fits);
    if (found && found.x !== a.x) return found;
    const shape = a.x.shape
      .map((n) => (this.#random.below(3) ? n : 1))
      .slice(this.#random.below(2) && a.x.ndim > 1 ? 1 : 0);
    return { x: tensor(randomLeaf(this.#random, shape, "float32")), bound: 1, exact: true };
  }

  #moved(): boolean {
    const entry = this.#any()!;
    const moved = this.#move(entry.x);
    return moved !== null && moved.size <= largest && this.#keep(moved, entry.bound, entry.exact);
  }

  #move(x: Tensor): Tensor | null {
    const { ndim, shape } = x;
    const axis = ndim > 0 ? this.#random.below(ndim) : 0;
    const n = shape[axis] ?? 0;
    const below = (limit: number): number => this.#random.below(limit);
    return this.#among<() => Tensor | null>([
      () => x.reshape(this.#shuffle([...this.#factors(x.size)])),
      () => x.reshape([x.size]),
      () => x.transpose(this.#shuffle(shape.map((_, i) => i))),
      () => (ndim > 1 ? x.transpose() : null),
      () => (ndim > 0 ? x.flip(axis) : null),
      () => (n > 1 ? x.at(...shape.slice(0, axis).map(() => []), [below(n), null, 1 + below(3)]) : null),
      () => (n > 1 ? x.at(...shape.slice(0, axis).map(() => []), [null, below(n), -1 - below(2)]) : null),
      () => (n > 0 ? x.at(...shape.slice(0, axis).map(() => []), below(n)) : null),
      () =>
        x.pad(
          shape.map(() => [below(3), below(2)] as const),
          x.dtype === "bool" ? 1 : below(3) - 1 && 1,
        ),
      () => (n > 1 ? this.#window(x, axis, n) : null),
      () => x.broadcastTo([1 + below(4), ...shape]),
      () => x.broadcastTo(shape.map((m) => (m === 1 ? 1 + below(6) : m))),
      () => x.expandDims(below(ndim + 1)),
      () => x.squeeze(),
    ])();
  }

  #window(x: Tensor, axis: number, n: number): Tensor {
    const size = 1 + this.#random.below(Math.min(4, n));
    const dilation = size > 1 ? 1 + this.#random.below(Math.min(3, Math.floor((n - 1) / (size - 1)))) : 1;
    return x.slidingWindow(axis, size, { strides: 1 + this.#random.below(3), dilation });
  }

  /** A shape of the same size. */
  #factors(size: number): Shape {
    if (size === 0) return [0];
    const shape: number[] = [];
    let rest = size;
    for (const p of [2, 3, 5, 7, 2, 3, 2]) {
      if (rest % p === 0 && this.#random.below(2)) {
        shape.push(p);
        rest /= p;
      }
    }
    return rest > 1 ? [...shape, rest] : shape;
  }

  #shuffle<T>(list: T[]): T[] {
    return list
      .map((value) => [this.#random.uint32(), value] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, value]) => value);
  }

  #someAxes(x: Tensor): number[] {
    return x.shape.flatMap((_, i) => (this.#random.below(2) ? [i] : []));
  }

  #reduced(): boolean {
    const { x, bound, exact } = this.#float();
    const axes = this.#someAxes(x);
    const n = axes.reduce((count, axis) => count * x.shape[axis]!, 1);
    const keepDims = this.#random.below(2) === 0;
    return this.#among([
      () => this.#keep(x.sum(axes, { keepDims }).mul(1 / Math.max(1, n)), bound, false),
      () => n > 0 && this.#keep(x.mean(axes, { keepDims }), bound, false),
      () => n > 0 && this.#keep(x.max(axes, { keepDims }), bound, exact),
      () => n > 0 && this.#keep(x.min(axes, { keepDims }), bound, exact),
      () =>
        n <= 20 &&
        this.#keep(
          x
            .mul(0.1 / bound)
            .add(1)
            .prod(axes, { keepDims }),
          8,
          false,
        ),
      () =>
        this.#keep(
          x
            .square()
            .sum(axes, { keepDims })
            .add(0.1)
            .sqrt()
            .mul(1 / Math.max(1, n)),
          bound + 1,
          false,
        ),
    ])();
  }

  #rows(): boolean {
    const { x, bound } = this.#float();
    if (x.ndim === 0 || x.shape.includes(0)) return false;
    const axis = this.#random.below(2) ? -1 : this.#random.below(x.ndim);
    const centred = x.sub(x.mean(axis, { keepDims: true }));
    return this.#among([
      () => this.#keep(softmax(x, axis), 1, false),
      () => this.#keep(logSoftmax(x, axis).mul(0.2), 3 + bound, false),
      () => this.#keep(centred.div(centred.square().mean(axis, { keepDims: true }).add(0.5).sqrt()), 3 * bound, false),
      () => this.#keep(x.sub(x.max(axis, { keepDims: true })), 2 * bound, false),
    ])();
  }

  /**
   * A contraction with labels of every kind: batch, left, right and summed axes, each operand in an order of its own.
   */
  #contracted(): boolean {
    const { x, bound } = this.#float();
    if (x.ndim > 4) return false;
    const kinds = x.shape.map(() => this.#among(["batch", "left", "summed", "summed"] as const));
    const right = Array.from({ length: this.#random.below(3) }, (_, i) => ({
      label: 10 + i,
      n: lengths[this.#random.below(10)]!,
    }));
    const shared = x.shape.flatMap((n, label) => (kinds[label] === "left" ? [] : [{ label, n }]));
    const other = this.#shuffle([...shared, ...right]);
    const out = this.#shuffle([
      ...x.shape.flatMap((n, label) => (kinds[label] === "summed" ? [] : [{ label, n }])),
      ...right,
    ]);
    if (sizeOf(out.map((l) => l.n)) > largest || sizeOf(other.map((l) => l.n)) > largest) return false;
    const terms = x.shape.reduce((count, n, i) => (kinds[i] === "summed" ? count * n : count), 1);
    if (sizeOf(out.map((l) => l.n)) * terms > 60_000) return false;
    let w = tensor(
      randomLeaf(
        this.#random,
        other.map((l) => l.n),
        "float32",
      ),
    );
    if (this.#random.below(3) === 0) w = w.mul(0.7).tanh();
    const y = ops.contract(x.node, w.node, {
      a: x.shape.map((_, i) => i),
      b: other.map((l) => l.label),
      out: out.map((l) => l.label),
    });
    return this.#keep(
      new Tensor(y).mul(1 / Math.sqrt(Math.max(1, terms))),
      bound * Math.sqrt(Math.max(1, terms)),
      false,
    );
  }

  #places(shape: Shape, n: number): Tensor {
    const dtype = this.#among(["int32", "int32", "uint32", "uint8"] as const);
    const lost = this.#random.below(4) === 0;
    return tensor(
      hostArray(shape, dtype, () => this.#random.below(n + (lost ? 3 : 0)) - (lost && dtype === "int32" ? 1 : 0)),
    );
  }

  #gathered(): boolean {
    const { x, bound, exact } = this.#any()!;
    if (x.ndim === 0) return false;
    const axis = this.#random.below(x.ndim);
    const n = x.shape[axis]!;
    const chosen = this.#any((e) => e.x.dtype === "int32" && e.x.size <= 30 && e.x.ndim <= 2);
    const places =
      chosen && this.#random.below(2)
        ? chosen.x.mod(Math.max(1, n))
        : this.#places(randomShape(this.#random, 12).slice(0, 2), Math.max(1, n));
    if (n === 0 || (x.size / n) * places.size > largest) return false;
    return this.#keep(x.take(places, axis), bound, exact);
  }

  #scattered(): boolean {
    const { x, bound } = this.#float();
    if (x.ndim === 0) return false;
    const axis = this.#random.below(x.ndim);
    const n = x.shape[axis]!;
    const size = 1 + this.#random.below(9);
    const places = this.#places([n], size);
    return this.#keep(
      new Tensor(ops.scatterAdd(x.node, places.node, axis, size)).mul(1 / Math.max(1, n)),
      bound,
      false,
    );
  }

  #joined(): boolean {
    const { x, bound, exact } = this.#any()!;
    if (x.ndim === 0 || x.size * 3 > largest) return false;
    const axis = this.#random.below(x.ndim);
    const fits = (e: Entry): boolean =>
      e.x.dtype === x.dtype &&
      e.x.ndim === x.ndim &&
      e.x.size <= largest / 3 &&
      e.x.shape.every((n, i) => i === axis || n === x.shape[i]);
    const other = this.#any(fits)!;
    const both = { bound: Math.max(bound, other.bound), exact: exact && other.exact };
    return this.#among([
      () => this.#keep(array.concatenate([x, other.x], axis), both.bound, both.exact),
      () => this.#keep(array.concatenate([other.x, x.flip(axis), x], axis), both.bound, both.exact),
      () => this.#keep(array.stack([x, x.flip()], axis), bound, exact),
      () =>
        x.dtype === "float32" && this.#keep(array.concatenate([other.x.square(), x], axis), both.bound ** 2 + 1, false),
      () => {
        const parts = array.split(x, [this.#random.below(x.shape[axis]! + 1)], axis);
        return (
          this.#keep(array.concatenate([parts[1]!, parts[0]!], axis), bound, exact) &&
          this.#keep(parts[0]!, bound, exact)
        );
      },
    ])();
  }

  /** A choice between two values, steered by exact ones only: a rounding must not turn it. */
  #chosen(): boolean {
    const condition = this.#any((e) => e.x.dtype === "bool" || e.exact);
    const a = this.#float();
    if (!condition) return false;
    const b = this.#partner(a);
    const c =
      condition.x.dtype === "bool"
        ? condition.x
        : condition.x.dtype === "float32"
          ? condition.x.greater(0.1)
          : condition.x.mod(2).equal(0);
    const shape = a.x.shape;
    const fit = (t: Tensor): Tensor =>
      t.size === 0 || sizeOf(shape) === 0
        ? array.zeros(shape, t.dtype)
        : t
            .reshape([-1])
            .take(array.arange(sizeOf(shape)))
            .reshape(shape);
    return b !== null && this.#keep(array.where(fit(c), a.x, fit(b.x)), Math.max(a.bound, b.bound), a.exact && b.exact);
  }

  /** Whole numbers from exact values: places of extremes, counts. */
  #counted(): boolean {
    const entry = this.#any((e) => e.exact && e.x.ndim > 0 && !e.x.shape.includes(0));
    if (!entry) return false;
    const { x } = entry;
    const axis = this.#random.below(x.ndim);
    return this.#among([
      () => this.#keep(x.argmax(axis), 0, true),
      () => this.#keep(x.argmin(axis), 0, true),
      () => this.#keep(x.cast("bool").sum(axis), 0, true),
      () => x.dtype === "float32" && this.#keep(x.less(0.3), 1, true),
      () => x.dtype === "float32" && this.#keep(x.lessEqual(x.flip(axis)), 1, true),
      () => x.dtype !== "float32" && x.dtype !== "bool" && this.#keep(x.max(axis), 0, true),
      () => this.#keep(new Tensor(ops.iota(x.shape, axis, "int32")), 0, true),
    ])();
  }

  #integer(): boolean {
    const entry = this.#any((e) => e.x.dtype !== "float32");
    if (!entry) return false;
    const { x } = entry;
    if (x.dtype === "bool") {
      const other = this.#any((e) => e.x.dtype === "bool" && sameShape(e.x.shape, x.shape))!.x;
      return this.#keep(
        this.#among([() => x.logicalAnd(other), () => x.logicalOr(other), () => x.logicalNot()])(),
        1,
        true,
      );
    }
    if (x.dtype === "uint8") return this.#keep(x.cast("int32").mul(3).sub(100), 0, true);
    const n = (f: (a: Node) => Node): Tensor => new Tensor(f(x.node));
    const axes = this.#someAxes(x);
    const other = this.#any((e) => e.x.dtype === x.dtype && sameShape(e.x.shape, x.shape))!.x;
    return this.#keep(
      this.#among([
        () => x.mul(1664525).add(1013904223),
        () => x.add(other),
        () => x.sub(other),
        () => x.mul(other),
        () => x.neg(),
        () => x.abs(),
        () => x.mod(11),
        () => x.maximum(7),
        () => x.minimum(100),
        () => n((a) => ops.xor(a, 0x2545)),
        () => n((a) => ops.and(a, 0xff)),
        () => n((a) => ops.or(a, 9)),
        () => n((a) => ops.not(a)),
        () => n((a) => ops.shiftLeft(a, 3)),
        () => n((a) => ops.shiftRight(a, 5)),
        () => x.sum(axes),
        () => (x.size > 0 ? x.min(axes) : x),
        () => x.prod(axes),
        () => x.less(50),
        () => x.lessEqual(other),
        () => x.mod(3).equal(1),
        () => x.sign(),
        () => x.cast("uint8"),
        () => x.cast(x.dtype === "int32" ? "uint32" : "int32"),
      ])(),
      0,
      true,
    );
  }

  #cast(): boolean {
    const entry = this.#any((e) => e.exact)!;
    if (!entry) return false;
    const { x } = entry;
    if (x.dtype === "float32") return this.#keep(x.mul(64).cast(this.#among(["int32", "uint32", "uint8"])), 0, true);
    if (x.dtype === "bool" || x.dtype === "uint8") return this.#keep(x.cast("float32").mul(1 / 256), 1, true);
    return this.#keep(x.mod(9).cast("float32").mul(0.25), 2.5, true);
  }
}
