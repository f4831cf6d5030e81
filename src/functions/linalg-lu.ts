// Systems, inverses and determinants by Gaussian elimination with partial pivoting: P A = L U.
import type { Tensor, TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { diagonal } from "./diagonals.ts";
import {
  columnsOf,
  identities,
  indices,
  leadingOf,
  mask,
  nothing,
  rightSides,
  rowsOf,
  squareMatrices,
  transposed,
  withRule,
} from "./linalg-matrices.ts";
import { substitute } from "./linalg-triangular.ts";
import { moveaxis } from "./rearrange.ts";
import { any } from "./reductions.ts";
import { scan } from "./scan.ts";
import { argsort, takeAlongAxis } from "./sorting.ts";

/** L (below the diagonal, which is 1) and U (the rest) in one matrix, and the rows of A in the order of P A. */
interface Elimination {
  readonly factors: Tensor;
  readonly order: Tensor;
}

/** Rows [..., n, k] of matrices at indices [..., n]. */
const rowsAt = (x: Tensor, order: Tensor): Tensor => takeAlongAxis(x, order.expandDims(-1), -2);

function eliminate(a: Tensor): Elimination {
  const n = rowsOf(a);
  const i = indices(n);
  // Rows stay where they are until the end; `free` are those that have not been a pivot yet.
  const [[last], pivots] = scan(
    ([rest, free]: readonly [Tensor, Tensor], k: Tensor) => {
      const column = rest.take(k, -1);
      const pivot = where(free, column.abs(), -1).argmax(-1).expandDims(-1);
      const row = rowsAt(rest, pivot);
      const value = row.take(k, -1);
      const next = free.logicalAnd(i.notEqual(pivot));
      // A pivot of 0 has zeros below it. The matrix is singular, and its determinant is to be 0.
      const factor = where(next.logicalAnd(value.notEqual(0)), column.div(value), 0).expandDims(-1);
      const isMultiplier = i.equal(k).logicalAnd(next.expandDims(-1));
      const reduced = where(i.greater(k), rest.sub(factor.mul(row)), rest);
      return [[where(isMultiplier, factor, reduced), next] as const, pivot.squeeze(-1)];
    },
    [a, i.greaterEqual(0).broadcastTo([...leadingOf(a), n])] as const,
    i,
  );
  const order = moveaxis(pivots, 0, -1);
  return { factors: rowsAt(last, order), order };
}

/**
 * A⁻¹ b, or A⁻ᵀ b if `flipped`, from the elimination of A. NaN where A is singular. The gradient is another such
 * product: for x = A⁻¹ b, db = A⁻ᵀ dx and dA = −db xᵀ.
 */
function inverseProduct(a: Tensor, { factors, order }: Elimination, b: Tensor, flipped = false): Tensor {
  const isSingular = any(diagonal(factors, 0, -2, -1).equal(0), -1, { keepDims: true }).expandDims(-1);
  let y: Tensor;
  if (flipped) {
    const u = transposed(factors);
    y = rowsAt(substitute(u, substitute(u, b, "lower"), "upper", true), argsort(order));
  } else y = substitute(factors, substitute(factors, rowsAt(b, order), "lower", true), "upper");
  const x: Tensor = withRule(where(isSingular, NaN, y), [a, b], (dx) => {
    const db = inverseProduct(a, { factors, order }, dx, !flipped);
    const product = flipped ? x.matmul(transposed(db)) : db.matmul(transposed(x));
    return [product.neg(), db];
  });
  return x;
}

/**
 * x with a x = b, for square a [..., n, n], by elimination with partial pivoting. b is a vector [n], or matrices
 * [..., n, k], whose columns are solved one by one; leading axes broadcast. As in NumPy 2, only a b with one axis is a
 * vector. Where a is singular, all of x is NaN: NumPy would throw, but nothing is computed yet when `solve` is called.
 *
 * db = a⁻ᵀ dx, da = −db xᵀ.
 *
 * @throws ShapeError unless a is square and b has as many rows
 * @example await linalg.solve([[3, 1], [1, 2]], [9, 8]).array(); // [2, 3]
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  const x = squareMatrices("solve", a);
  const right = rightSides("solve", x, b);
  const shape = [...right.leading, rowsOf(x), columnsOf(right.b)];
  const elimination = (): Tensor => {
    const { factors, order } = eliminate(x);
    const orders = order.broadcastTo([...right.leading, rowsOf(x)]);
    return inverseProduct(right.fit(x), { factors: right.fit(factors), order: orders }, right.b);
  };
  const y = shape.includes(0) ? right.b : elimination();
  return right.isVector ? y.squeeze(-1) : y;
}

/**
 * The inverses of square matrices [..., n, n]. NaN where a matrix is singular. To compute a⁻¹ b, {@link solve} is
 * faster and more exact. For y = a⁻¹, da = −yᵀ dy yᵀ.
 *
 * @throws ShapeError unless a is square
 * @example await linalg.inv([[2, 0], [0, 4]]).array(); // [[0.5, 0], [0, 0.25]]
 */
export function inv(a: TensorLike): Tensor {
  const x = squareMatrices("inv", a);
  return x.size === 0 ? x : inverseProduct(x, eliminate(x), identities(x, rowsOf(x)));
}

/** The sign of the permutation: the parity of the number of pairs in the wrong order. */
function parity(order: Tensor, like: Tensor): Tensor {
  const n = columnsOf(order);
  const isLater = mask(n, n, (i, j) => i.less(j));
  const wrong = order.expandDims(-1).greater(order.expandDims(-2)).logicalAnd(isLater).sum([-2, -1]);
  return wrong.mod(2).mul(-2).add(1).cast(like.dtype);
}

/**
 * The determinants of square matrices [..., n, n], which overflow easily: see {@link slogdet}. da = dy · det a · a⁻ᵀ,
 * which is NaN where a is singular. The determinant of a matrix without rows is 1.
 *
 * @throws ShapeError unless a is square
 * @example await linalg.det([[1, 2], [3, 4]]).item(); // -2
 */
export function det(a: TensorLike): Tensor {
  const x = squareMatrices("det", a);
  if (x.size === 0) return nothing(x).add(1);
  const elimination = eliminate(x);
  const pivots = diagonal(elimination.factors, 0, -2, -1);
  const y: Tensor = withRule(pivots.prod(-1).mul(parity(elimination.order, x)), [x], (dy) => [
    inverseProduct(x, elimination, identities(x, rowsOf(x)), true).mul(perMatrix(dy.mul(y))),
  ]);
  return y;
}

/** Numbers [...] as [..., 1, 1]. */
const perMatrix = (x: Tensor): Tensor => x.reshape([...x.shape, 1, 1]);

/**
 * The sign of the determinant (−1, 0 or 1) and ln |det a|, for square matrices [..., n, n]; where a is singular, 0 and
 * −∞. The gradient of ln |det a| is a⁻ᵀ, and NaN where a is singular; the sign has none.
 *
 * @throws ShapeError unless a is square
 * @example
 * const { sign, logabsdet } = linalg.slogdet([[0, 2], [3, 0]]); // the determinant is −6
 * await sign.item(); // -1
 * await logabsdet.item(); // 1.7917…
 */
export function slogdet(a: TensorLike): { sign: Tensor; logabsdet: Tensor } {
  const x = squareMatrices("slogdet", a);
  if (x.size === 0) return { sign: nothing(x).add(1), logabsdet: nothing(x) };
  const elimination = eliminate(x);
  const pivots = diagonal(elimination.factors, 0, -2, -1);
  return {
    sign: pivots.sign().prod(-1).mul(parity(elimination.order, x)).stopGradient(),
    logabsdet: withRule(pivots.abs().log().sum(-1), [x], (dy) => [
      inverseProduct(x, elimination, identities(x, rowsOf(x)), true).mul(perMatrix(dy)),
    ]),
  };
}
