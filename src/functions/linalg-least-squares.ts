// Least squares, pseudo-inverses and ranks by the singular value decomposition.
import { checkOptions, checkRange } from "../options.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import {
  columnsOf,
  epsilonOf,
  identities,
  matrices,
  nothing,
  rightSides,
  rowsOf,
  transposed,
  withRule,
} from "./linalg-matrices.ts";
import { decomposed, differentiable, type Factors } from "./linalg-svd.ts";

/** The options of {@link lstsq}, {@link pinv} and {@link matrixRank}. */
export interface CutoffOptions {
  /**
   * Singular values up to this share of the greatest one count as 0. Default: max(m, n) ε, with the distance ε from 1
   * to the next number of the dtype (1.2e-7 for float32).
   */
  readonly rcond?: number;
}

/** True for the singular values that count as greater than 0. */
function nonzero(where: string, a: Tensor, s: Tensor, options: CutoffOptions): Tensor {
  checkOptions(where, options, ["rcond"]);
  const share = options.rcond ?? Math.max(rowsOf(a), columnsOf(a)) * epsilonOf(a);
  return s.greater(s.max(-1, { keepDims: true }).mul(checkRange(where, "rcond", share, 0)));
}

/** A decomposition whose singular values that count as 0 are ∞: their reciprocals are 0. */
const cut = (where_: string, a: Tensor, { u, s, vt }: Factors, options: CutoffOptions): Factors => ({
  u,
  s: where(nonzero(where_, a, s, options), s, Infinity),
  vt,
});

/**
 * x = A⁺ b, from the decomposition of A. The gradient consists of such products, so that it has one too; it holds where
 * the rank stays the same (G. Golub and V. Pereyra, "The differentiation of pseudo-inverses", 1973): with z = A⁺ᵀ dx,
 * db = z and dA = −z xᵀ + (b − A x) (A⁺ z)ᵀ + (A⁺ᵀ x) (dx − Aᵀ z)ᵀ.
 */
function pseudoProduct(a: Tensor, factors: Factors, b: Tensor): Tensor {
  const { u, s, vt } = factors;
  const parts = transposed(u).matmul(b).div(s.expandDims(-1));
  const x: Tensor = withRule(transposed(vt).matmul(parts), [a, b], (dx) => {
    const at = transposed(a);
    const flipped = { u: transposed(vt), s, vt: transposed(u) };
    const z = pseudoProduct(at, flipped, dx);
    const outer = (p: Tensor, q: Tensor): Tensor => p.matmul(transposed(q));
    const da = outer(b.sub(a.matmul(x)), pseudoProduct(a, factors, z))
      .add(outer(pseudoProduct(at, flipped, x), dx.sub(at.matmul(z))))
      .sub(outer(z, x));
    return [da, z];
  });
  return x;
}

/** The result of {@link lstsq}. */
export interface LeastSquares {
  /** [..., n, k], or [n] for a vector b. */
  readonly x: Tensor;
  /** Σ (b − a x)² of each column, [..., k], or [1] for a vector b; [..., 0] if m ≤ n. */
  readonly residuals: Tensor;
  /** The number of singular values that do not count as 0, int32 [...]. */
  readonly rank: Tensor;
  /** The singular values of a in descending order, [..., min(m, n)]. */
  readonly singularValues: Tensor;
}

/**
 * The x that minimises Σ (b − a x)², for a [..., m, n] and b [m] or [..., m, k]; the one with the least Σ x² where
 * there are several. By the singular value decomposition. Leading axes broadcast.
 *
 * As in NumPy, but the sums of squared residuals are given for a deficient rank, too, since it is not known before the
 * numbers are computed; they are empty only if m ≤ n. x and the residuals have the gradient that holds where the rank
 * stays the same; equal singular values do not matter.
 *
 * @throws ShapeError unless b has as many rows as a
 * @example
 * // Linear regression in closed form: w minimises Σ (y − Xw)².
 * const inputs = tensor([[1, 0], [1, 1], [1, 2], [1, 3]]); // a column of ones for the intercept
 * const { x: w, residuals } = linalg.lstsq(inputs, [-1, 0.2, 0.9, 2.1]);
 * (await w.array<1>()).map((v) => v.toFixed(3)); // ["-0.950", "1.000"]
 * (await residuals.array<1>()).map((v) => v.toFixed(3)); // ["0.050"]
 */
export function lstsq(a: TensorLike, b: TensorLike, options: CutoffOptions = {}): LeastSquares {
  const given = matrices("lstsq", a);
  const right = rightSides("lstsq", given, b);
  const [m, n] = [rowsOf(given), columnsOf(given)];
  const size = Math.min(m, n);
  const squeezed = (x: Tensor): Tensor => (right.isVector ? x.squeeze(-1) : x);
  const columns = columnsOf(right.b);
  let x = nothing(right.b, n, columns);
  let rank = nothing(given).cast("int32");
  let s = nothing(given, size);
  if (given.size > 0) {
    const found = decomposed(given);
    s = differentiable(given, found).s;
    rank = nonzero("lstsq", given, found.s, options).sum(-1);
    if (right.b.size > 0) {
      const { u, s: values, vt } = cut("lstsq", given, found, options);
      const fitted = values.broadcastTo([...right.leading, size]);
      x = pseudoProduct(right.fit(given), { u: right.fit(u), s: fitted, vt: right.fit(vt) }, right.b);
    }
  }
  const errors = right.b.sub(given.matmul(x)).square().sum(-2);
  const residuals = m > n ? errors : nothing(right.b, 0);
  return { x: squeezed(x), residuals, rank, singularValues: s };
}

/**
 * The Moore–Penrose pseudo-inverses [..., n, m] of matrices [..., m, n]. The gradient holds where the rank stays the
 * same; equal singular values do not matter.
 *
 * @throws ShapeError for less than two axes
 * @example await linalg.pinv([[2, 0], [0, 0], [0, 0]]).array(); // [[0.5, 0, 0], [0, 0, 0]]
 */
export function pinv(a: TensorLike, options: CutoffOptions = {}): Tensor {
  const x = matrices("pinv", a);
  if (x.size === 0) return transposed(x);
  return pseudoProduct(x, cut("pinv", x, decomposed(x), options), identities(x, rowsOf(x)));
}

/**
 * The ranks of matrices [..., m, n]: the number of singular values that do not count as 0, int32 [...].
 *
 * @throws ShapeError for less than two axes
 * @example await linalg.matrixRank([[1, 2], [2, 4]]).item(); // 1
 */
export function matrixRank(a: TensorLike, options: CutoffOptions = {}): Tensor {
  const x = matrices("matrixRank", a);
  if (x.size === 0) return nothing(x).cast("int32");
  return nonzero("matrixRank", x, decomposed(x).s, options).sum(-1);
}
