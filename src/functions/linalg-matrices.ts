// The parts that functions of linear algebra share: matrices in the last two axes, batches of them in the axes before.
import { dtypeInfo } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { broadcastShapes, formatShape, type Shape } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { where, zeros } from "./array.ts";
import { swapaxes } from "./rearrange.ts";

/** The argument as matrices [..., rows, columns] of floats. */
export function matrices(where: string, a: TensorLike): Tensor {
  const x = asFloat(a);
  if (x.ndim < 2)
    throw new ShapeError(`${where}: expected a matrix, or matrices [..., rows, columns], got ${formatShape(x.shape)}.`);
  return x;
}

/** The argument as square matrices [..., n, n] of floats. */
export function squareMatrices(where: string, a: TensorLike): Tensor {
  const x = matrices(where, a);
  if (rowsOf(x) !== columnsOf(x))
    throw new ShapeError(`${where}: expected square matrices [..., n, n], got ${formatShape(x.shape)}.`);
  return x;
}

/**
 * The right sides b of a system with matrices a [..., m, n], as [..., m, k] with the leading axes of both; a vector
 * counts as one column. `leading` are the axes that they broadcast to.
 */
export function rightSides(
  where: string,
  a: Tensor,
  b: TensorLike,
): { b: Tensor; leading: Shape; isVector: boolean; fit: (x: Tensor) => Tensor } {
  const given = asFloat(b);
  const isVector = given.ndim === 1;
  const y = isVector ? given.expandDims(1) : given;
  if (y.ndim < 2 || rowsOf(y) !== rowsOf(a))
    throw new ShapeError(
      `${where}: expected b to be a vector of ${rowsOf(a)} elements or matrices [..., ${rowsOf(a)}, k], ` +
        `because a is ${formatShape(a.shape)}; got ${formatShape(given.shape)}.`,
    );
  const leading = broadcastShapes(`${where}: leading axes`, leadingOf(a), leadingOf(y));
  const fit = (x: Tensor): Tensor => x.broadcastTo([...leading, ...x.shape.slice(-2)]);
  return { b: fit(y), leading, isVector, fit };
}

export const rowsOf = (x: Tensor): number => x.shape.at(-2)!;
export const columnsOf = (x: Tensor): number => x.shape.at(-1)!;
export const leadingOf = (x: Tensor): Shape => x.shape.slice(0, -2);

/** The transposed matrices. */
export const transposed = (x: Tensor): Tensor => swapaxes(x, -1, -2);

/** (x + xᵀ)/2. */
export const symmetrized = (x: Tensor): Tensor => x.add(transposed(x)).mul(0.5);

/** 0, 1 … n − 1, int32. */
export const indices = (n: number): Tensor => new Tensor(ops.iota([n], 0, "int32"));

/** True where the row and the column satisfy a condition; [rows, columns], bool. */
export const mask = (rows: number, columns: number, condition: (i: Tensor, j: Tensor) => Tensor): Tensor =>
  condition(indices(rows).expandDims(1).broadcastTo([rows, columns]), indices(columns));

/** Matrices with ones on the diagonal and zeros elsewhere. */
export const identities = (like: Tensor, rows: number, columns = rows): Tensor =>
  mask(rows, columns, (i, j) => i.equal(j))
    .cast(like.dtype)
    .broadcastTo([...leadingOf(like), rows, columns]);

/** Zeros of another shape, in place of results without elements, or of those that need no computation. */
export const nothing = (like: Tensor, ...shape: number[]): Tensor => zeros([...leadingOf(like), ...shape], like.dtype);

/** The distance from 1 to the next greater number of a float dtype. */
export const epsilonOf = ({ dtype }: Tensor): number => (dtypeInfo(dtype).bytes === 8 ? 2 ** -52 : 2 ** -23);

/** A value whose gradient is given by a formula, instead of going through the steps that computed it. */
export const withRule = (value: Tensor, args: readonly Tensor[], rule: (dy: Tensor) => readonly Tensor[]): Tensor =>
  new Tensor(
    ops.customGradient(
      value.node,
      args.map((x) => x.node),
      (dy) => rule(new Tensor(dy)).map((x) => x.node),
    ),
  );

/**
 * A power of two for each matrix [..., 1, 1] that brings elements into the range where their squares neither overflow
 * nor vanish. It is 1 unless the greatest element is beyond 2^±50 (2^±400 in float64), so that it costs no rounding.
 */
export function safeScale(x: Tensor): Tensor {
  const [limit, step] = dtypeInfo(x.dtype).bytes === 8 ? [2 ** 400, 2 ** 600] : [2 ** 50, 2 ** 100];
  const greatest = x.abs().max([-2, -1], { keepDims: true });
  const power = (value: number): Tensor => asTensor(value, x.dtype);
  return where(greatest.less(1 / limit), power(step), where(greatest.greater(limit), power(1 / step), power(1)));
}
