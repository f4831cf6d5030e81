// Steps of random programs that move elements: views, concatenations, gathers, scatters.
import * as array from "../src/functions/array.ts";
import * as ops from "../src/ops/index.ts";
import type { Shape } from "../src/shape.ts";
import { Tensor, tensor } from "../src/tensor.ts";
import { hostArray } from "./compare.ts";
import { type Entry, largest, type Pool, randomShape } from "./fuzz-pool.ts";

export function moved(p: Pool): boolean {
  const entry = p.any()!;
  const moved = move(p, entry.x);
  return moved !== null && moved.size <= largest && p.keep(moved, entry.bound, entry.exact);
}

function move(p: Pool, x: Tensor): Tensor | null {
  const { ndim, shape } = x;
  const axis = ndim > 0 ? p.random.below(ndim) : 0;
  const n = shape[axis] ?? 0;
  const below = (limit: number): number => p.random.below(limit);
  return p.among<() => Tensor | null>([
    () => x.reshape(p.shuffle([...factors(p, x.size)])),
    () => x.reshape([x.size]),
    () => x.transpose(p.shuffle(shape.map((_, i) => i))),
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
    () => (n > 1 ? window(p, x, axis, n) : null),
    () => x.broadcastTo([1 + below(4), ...shape]),
    () => x.broadcastTo(shape.map((m) => (m === 1 ? 1 + below(6) : m))),
    () => x.expandDims(below(ndim + 1)),
    () => x.squeeze(),
  ])();
}

function window(p: Pool, x: Tensor, axis: number, n: number): Tensor {
  const size = 1 + p.random.below(Math.min(4, n));
  const dilation = size > 1 ? 1 + p.random.below(Math.min(3, Math.floor((n - 1) / (size - 1)))) : 1;
  return x.slidingWindow(axis, size, { strides: 1 + p.random.below(3), dilation });
}

/** A shape of the same size. */
function factors(p: Pool, size: number): Shape {
  if (size === 0) return [0];
  const shape: number[] = [];
  let rest = size;
  for (const factor of [2, 3, 5, 7, 2, 3, 2]) {
    if (rest % factor === 0 && p.random.below(2)) {
      shape.push(factor);
      rest /= factor;
    }
  }
  return rest > 1 ? [...shape, rest] : shape;
}

export function joined(p: Pool): boolean {
  const { x, bound, exact } = p.any()!;
  if (x.ndim === 0 || x.size * 3 > largest) return false;
  const axis = p.random.below(x.ndim);
  const fits = (e: Entry): boolean =>
    e.x.dtype === x.dtype &&
    e.x.ndim === x.ndim &&
    e.x.size <= largest / 3 &&
    e.x.shape.every((n, i) => i === axis || n === x.shape[i]);
  const other = p.any(fits)!;
  const both = { bound: Math.max(bound, other.bound), exact: exact && other.exact };
  return p.among([
    () => p.keep(array.concatenate([x, other.x], axis), both.bound, both.exact),
    () => p.keep(array.concatenate([other.x, x.flip(axis), x], axis), both.bound, both.exact),
    () => p.keep(array.stack([x, x.flip()], axis), bound, exact),
    () => x.dtype === "float32" && p.keep(array.concatenate([other.x.square(), x], axis), both.bound ** 2 + 1, false),
    () => {
      const parts = array.split(x, [p.random.below(x.shape[axis]! + 1)], axis);
      return p.keep(array.concatenate([parts[1]!, parts[0]!], axis), bound, exact) && p.keep(parts[0]!, bound, exact);
    },
  ])();
}

export function gathered(p: Pool): boolean {
  const { x, bound, exact } = p.any()!;
  if (x.ndim === 0) return false;
  const axis = p.random.below(x.ndim);
  const n = x.shape[axis]!;
  const chosen = p.any((e) => e.x.dtype === "int32" && e.x.size <= 30 && e.x.ndim <= 2);
  const places =
    chosen && p.random.below(2)
      ? chosen.x.mod(Math.max(1, n))
      : randomIndices(p, randomShape(p.random, 12).slice(0, 2), Math.max(1, n));
  if (n === 0 || (x.size / n) * places.size > largest) return false;
  return p.keep(x.take(places, axis), bound, exact);
}

export function scattered(p: Pool): boolean {
  const { x, bound } = p.float();
  if (x.ndim === 0) return false;
  const axis = p.random.below(x.ndim);
  const n = x.shape[axis]!;
  const size = 1 + p.random.below(9);
  const places = randomIndices(p, [n], size);
  return p.keep(new Tensor(ops.scatterAdd(x.node, places.node, axis, size)).mul(1 / Math.max(1, n)), bound, false);
}

function randomIndices(p: Pool, shape: Shape, n: number): Tensor {
  const dtype = p.among(["int32", "int32", "uint32", "uint8"] as const);
  const lost = p.random.below(4) === 0;
  return tensor(
    hostArray(shape, dtype, () => p.random.below(n + (lost ? 3 : 0)) - (lost && dtype === "int32" ? 1 : 0)),
  );
}
