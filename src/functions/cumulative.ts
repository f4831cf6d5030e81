// Running sums and products along an axis.
import { computedDType } from "../dtype.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { normalizeAxis } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";

/** Length of a block, within which each running sum is computed directly; longer axes are split into blocks. */
const block = 32;

type Fold = (x: Node, axes: readonly number[]) => Node;
type Combine = (a: Node, b: Node) => Node;

/**
 * y[…, i] = x[…, 0] ∘ … ∘ x[…, i] along the last axis. Each element reduces the elements up to it in its block, which
 * one kernel does without intermediate memory; the totals of the blocks are accumulated in the same way. No element
 * depends on later ones, so that NaN and infinity spread forwards only.
 */
function running(x: Node, fold: Fold, combine: Combine, identity: number): Node {
  const { shape } = x;
  const n = shape.at(-1)!;
  const outer = shape.slice(0, -1);
  if (n <= block) return withinBlocks(ops.reshape(x, [...outer, 1, n]), fold, identity, shape);
  const count = Math.ceil(n / block);
  const padded = ops.resized(x, outer.length, 0, count * block, identity);
  const blocks = ops.reshape(padded, [...outer, count, block]);
  const inside = withinBlocks(blocks, fold, identity, blocks.shape);
  const totals = ops.resized(fold(blocks, [outer.length + 1]), outer.length, -1, count, identity);
  const before = ops.reshape(running(totals, fold, combine, identity), [...outer, count, 1]);
  const whole = ops.reshape(combine(inside, ops.broadcast(before, blocks.shape)), [...outer, count * block]);
  return ops.resized(whole, outer.length, 0, n);
}

/** Reduces, for each index of the last axis, the elements up to it. */
function withinBlocks(x: Node, fold: Fold, identity: number, shape: Node["shape"]): Node {
  const n = x.shape.at(-1)!;
  const table = [...x.shape, n];
  const each = ops.broadcast(ops.reshape(x, [...x.shape.slice(0, -1), 1, n]), table);
  const upTo = ops.lessEqual(ops.iota(table, table.length - 1, "int32"), ops.iota(table, table.length - 2, "int32"));
  return ops.reshape(fold(ops.select(upTo, each, identity), [table.length - 1]), shape);
}

function cumulative(
  where: string,
  x: TensorLike,
  axis: number | undefined,
  fold: Fold,
  combine: Combine,
  identity: number,
): Tensor {
  const given = asTensor(x);
  const counted = given.cast(computedDType(given.dtype));
  const at = axis === undefined ? counted.reshape([counted.size]) : counted;
  const along = normalizeAxis(axis ?? 0, at.ndim, where);
  const order = [...at.shape.map((_, i) => i).filter((i) => i !== along), along];
  const moved = at.transpose(order);
  const y = new Tensor(at.size === 0 ? moved.node : running(moved.node, fold, combine, identity));
  return y.transpose(at.shape.map((_, i) => order.indexOf(i)));
}

/**
 * The running sum y[i] = x[0] + … + x[i] along an axis; without one, of x flattened. bool and uint8 are summed as
 * int32.
 *
 * @example await cumsum([1, 2, 3]).array(); // [1, 3, 6]
 */
export const cumsum = (x: TensorLike, axis?: number): Tensor => cumulative("cumsum", x, axis, ops.sum, ops.add, 0);

/**
 * The running product y[i] = x[0] · … · x[i] along an axis; without one, of x flattened. bool and uint8 are multiplied
 * as int32.
 *
 * @example await cumprod([2, 3, 4]).array(); // [2, 6, 24]
 */
export const cumprod = (x: TensorLike, axis?: number): Tensor => cumulative("cumprod", x, axis, ops.prod, ops.mul, 1);
