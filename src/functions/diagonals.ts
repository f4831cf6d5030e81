// Diagonals and triangles of matrices.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { describe } from "../options.ts";
import { formatShape, normalizeAxis, type Shape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";

function checkOffset(where: string, offset: number): number {
  if (!Number.isInteger(offset))
    throw new ArgumentError(
      `${where}: expected an offset that is an integer (0 for the main diagonal), got ${describe(offset)}.`,
    );
  return offset;
}

/** The elements with second index = first + `offset`, as a new last axis: every (n + 1)-th of the flat matrix. */
export function diagonalNode(x: Node, offset: number, axis1: number, axis2: number): Node {
  const rest = x.shape.map((_, i) => i).filter((i) => i !== axis1 && i !== axis2);
  const [rows, columns] = [x.shape[axis1]!, x.shape[axis2]!];
  const outer = x.shape.filter((_, i) => rest.includes(i));
  const flat = ops.reshape(ops.permute(x, [...rest, axis1, axis2]), [...outer, rows * columns]);
  const size = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const zeros = outer.map(() => 0);
  const ones = outer.map(() => 1);
  const start = size === 0 ? 0 : offset >= 0 ? offset : -offset * columns;
  return ops.slice(flat, [...zeros, start], [...outer, size], [...ones, columns + 1]);
}

/** A matrix of the shape's last two axes that is true where column − row satisfies the condition. */
function below(shape: Shape, condition: (distance: Tensor) => Tensor): Tensor {
  const table = shape.slice(-2);
  return condition(new Tensor(ops.sub(ops.iota(table, 1, "int32"), ops.iota(table, 0, "int32"))));
}

function triangle(where: string, x: TensorLike, k: number, condition: (distance: Tensor, k: number) => Tensor): Tensor {
  const at = asTensor(x);
  checkOffset(where, k);
  if (at.ndim < 2) throw new ShapeError(`${where}: expected at least two axes, got ${formatShape(at.shape)}.`);
  return new Tensor(ops.select(below(at.shape, (distance) => condition(distance, k)).node, at.node, 0));
}

/**
 * The lower triangle of the last two axes: x where column − row ≤ `k`, else 0.
 *
 * @example await tril(ones([3, 3])).array(); // [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
 */
export const tril = (x: TensorLike, k = 0): Tensor =>
  triangle("tril", x, k, (distance, most) => distance.lessEqual(most));

/**
 * The upper triangle of the last two axes: x where column − row ≥ `k`, else 0.
 *
 * @example await triu(ones([3, 3])).array(); // [[1, 1, 1], [0, 1, 1], [0, 0, 1]]
 */
export const triu = (x: TensorLike, k = 0): Tensor =>
  triangle("triu", x, k, (distance, least) => distance.greaterEqual(least));

/**
 * The elements x[…, i, …, i + offset, …] of two axes (default: the first two), as a new last axis.
 *
 * @throws ShapeError if x has fewer than two axes
 * @example await diagonal([[1, 2], [3, 4]]).array(); // [1, 4]
 */
export function diagonal(x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor {
  const at = asTensor(x);
  checkOffset("diagonal", offset);
  if (at.ndim < 2)
    throw new ShapeError(
      `diagonal: expected at least two axes, got ${formatShape(at.shape)}; diag makes a matrix of a vector.`,
    );
  const [first, second] = [normalizeAxis(axis1, at.ndim, "diagonal"), normalizeAxis(axis2, at.ndim, "diagonal")];
  if (first === second)
    throw new ArgumentError(`diagonal: expected two axes of ${formatShape(at.shape)}, got axis ${axis1} twice.`);
  return new Tensor(diagonalNode(at.node, offset, first, second));
}

/**
 * For a vector, the matrix with it on the k-th diagonal and zeros elsewhere; for a matrix, its k-th diagonal.
 *
 * @example await diag([1, 2]).array(); // [[1, 0], [0, 2]]
 */
export function diag(x: TensorLike, k = 0): Tensor {
  const at = asTensor(x);
  checkOffset("diag", k);
  if (at.ndim === 2) return diagonal(at, k);
  if (at.ndim !== 1)
    throw new ShapeError(
      `diag: expected a vector or a matrix, got ${formatShape(at.shape)}; diagonal takes any two axes.`,
    );
  const n = at.size + Math.abs(k);
  const column = at
    .pad([[Math.max(0, -k), Math.max(0, k)]])
    .expandDims(1)
    .broadcastTo([n, n]);
  return new Tensor(ops.select(below([n, n], (distance) => distance.equal(k)).node, column.node, 0));
}

/**
 * Σ x[…, i, …, i + offset, …] over two axes (default: the first two).
 *
 * @throws ShapeError if x has fewer than two axes
 * @example await trace([[1, 2], [3, 4]]).item(); // 5
 */
export const trace = (x: TensorLike, offset = 0, axis1 = 0, axis2 = 1): Tensor =>
  diagonal(x, offset, axis1, axis2).sum(-1);
