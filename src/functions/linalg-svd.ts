// The singular value decomposition, by one-sided Jacobi rotations of a triangular factor.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions } from "../options.ts";
import { formatShape } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { concatenate, where } from "./array.ts";
import { diagonal } from "./diagonals.ts";
import { reciprocalGaps, rowSigns } from "./linalg-eigh.ts";
import { orthogonalRows } from "./linalg-jacobi.ts";
import {
  columnsOf,
  identities,
  matrices,
  nothing,
  rowsOf,
  safeScale,
  transposed,
  withRule,
} from "./linalg-matrices.ts";
import { householder } from "./linalg-qr.ts";
import { argsort, takeAlongAxis } from "./sorting.ts";

/** a = u diag(s) vt, with u [..., m, k], s [..., k], vt [..., k, n] and k = min(m, n). */
export interface Factors {
  readonly u: Tensor;
  readonly s: Tensor;
  readonly vt: Tensor;
}

/**
 * The decomposition without gradients; `rest` are orthonormal columns that complete u if m > n, and v if m < n. The
 * first greatest element of each row of vt (to 1 %) is positive.
 */
export function decomposed(a: Tensor, full = false): Factors & { rest: Tensor | null } {
  const isWide = rowsOf(a) < columnsOf(a);
  const { u, s, v, rest } = decomposedTall(isWide ? transposed(a) : a, full);
  const [left, right] = isWide ? [v, transposed(u)] : [u, transposed(v)];
  const signs = rowSigns(right);
  return { u: left.mul(transposed(signs)), s, vt: right.mul(signs), rest };
}

/** a = u diag(s) vᵀ for m ≥ n, with any signs. */
function decomposedTall(a: Tensor, full: boolean): { u: Tensor; s: Tensor; v: Tensor; rest: Tensor | null } {
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const scale = safeScale(a);
  const { q, r } = householder(a.mul(scale), full ? m : n);
  // J R = S Vᵀ, with orthogonal J.
  const { rows, product } = orthogonalRows(r);
  const lengths = rows.square().sum(-1).sqrt();
  const order = argsort(lengths, -1, { descending: true });
  const sorted = (x: Tensor): Tensor => takeAlongAxis(x, order.expandDims(-1), -2);
  // Reflections find orthonormal directions for rows of zeros, too.
  const right = householder(transposed(sorted(rows)), n);
  const signs = where(diagonal(right.r, 0, -2, -1).less(0), -1, 1)
    .cast(a.dtype)
    .expandDims(-1);
  const left = sorted(product).mul(signs);
  return {
    u: q.at("...", [], [0, n]).matmul(transposed(left)),
    s: takeAlongAxis(lengths, order, -1).div(scale.squeeze(-1)),
    v: right.q,
    rest: full && m > n ? q.at("...", [], [n, m]) : null,
  };
}

/** The options of {@link svd}. */
export interface SVDOptions {
  /** u [..., m, m] and vh [..., n, n] instead of [..., m, k] and [..., k, n]. Default: true, as in NumPy. */
  readonly fullMatrices?: boolean;
  /** If false, the singular values are returned alone. Default: true. */
  readonly computeUv?: boolean;
}

/** The result of {@link svd}. */
export interface SVD {
  readonly u: Tensor;
  readonly s: Tensor;
  readonly vh: Tensor;
}

/**
 * The singular value decomposition a = u diag(s) vh of matrices [..., m, n]: u and vh have orthonormal columns and
 * rows; s [..., k] with k = min(m, n) is in descending order and not negative. The first greatest element (to 1 %) of
 * each of the first k rows of vh is positive. By one-sided Jacobi rotations after a QR factorisation; the time grows
 * with n³ log n, so that it suits matrices whose smaller side is at most a few hundred.
 *
 * The gradient of s is u diag(ds) vh. Those of u and vh have a factor 1 / (sⱼ² − sᵢ²): where two singular values are
 * equal, their vectors are not determined, and the gradient is not finite; if m ≠ n, neither is it where one is 0. (J.
 * Townsend, "Differentiating the singular value decomposition", 2016.) Columns of u and rows of vh after the first k
 * have none: set `fullMatrices` to false.
 *
 * @throws ShapeError for less than two axes; ArgumentError when a gradient of columns or rows after the first k is
 *   taken
 * @example
 * const { u, s, vh } = linalg.svd([[3, 0], [0, 4], [0, 0]], { fullMatrices: false });
 * u.shape; // [3, 2]
 * await s.array(); // [4, 3]
 */
export function svd(a: TensorLike, options: SVDOptions & { readonly computeUv: false }): Tensor;
export function svd(a: TensorLike, options?: SVDOptions & { readonly computeUv?: true }): SVD;
export function svd(a: TensorLike, options: SVDOptions = {}): SVD | Tensor {
  checkOptions("svd", options, ["fullMatrices", "computeUv"]);
  const full = checkFlag("svd", "fullMatrices", options.fullMatrices ?? true);
  const withVectors = checkFlag("svd", "computeUv", options.computeUv ?? true);
  const x = matrices("svd", a);
  const [m, n] = [rowsOf(x), columnsOf(x)];
  const k = Math.min(m, n);
  if (x.size === 0) {
    const s = nothing(x, k);
    return withVectors ? { u: identities(x, m, full ? m : k), s, vh: identities(x, full ? n : k, n) } : s;
  }
  const found = decomposed(x, full && withVectors);
  const { u, s, vt } = differentiable(x, found);
  if (!withVectors) return s;
  if (!found.rest) return { u, s, vh: vt };
  const rest = withRule(found.rest, [x], () => {
    throw new ArgumentError(
      `svd: the full matrices of ${formatShape(x.shape)} have no gradient, because the ${m > n ? "columns" : "rows"} ` +
        `after the first ${k} are not determined by the matrix; set fullMatrices to false.`,
    );
  });
  return m > n ? { u: concatenate([u, rest], -1), s, vh: vt } : { u, s, vh: concatenate([vt, transposed(rest)], -2) };
}

/** The factors with their gradients. */
export function differentiable(x: Tensor, found: Factors): Factors {
  const s: Tensor = withRule(found.s, [x], (ds) => [u.mul(ds.expandDims(-2)).matmul(vt)]);
  const u: Tensor = withRule(found.u, [x], (du) => {
    const inner = skewed(transposed(u).matmul(du)).mul(s.expandDims(-2));
    return [
      u
        .matmul(inner)
        .add(outside(du, u, s))
        .matmul(vt),
    ];
  });
  const vt: Tensor = withRule(found.vt, [x], (dvt) => {
    const [v, dv] = [transposed(vt), transposed(dvt)];
    const inner = skewed(vt.matmul(dv)).mul(s.expandDims(-1));
    return [u.matmul(inner.matmul(vt).add(transposed(outside(dv, v, s))))];
  });
  /** F ∘ (y − yᵀ) with Fᵢⱼ = 1 / (sⱼ² − sᵢ²). */
  const skewed = (y: Tensor): Tensor => {
    const isDiagonal = identities(s.expandDims(-1), s.shape.at(-1)!).cast("bool");
    const sums = where(isDiagonal, 1, s.expandDims(-1).add(s.expandDims(-2)));
    return y.sub(transposed(y)).mul(reciprocalGaps(s)).div(sums);
  };
  return { u, s, vt };
}

/** (I − y yᵀ) dy S⁻¹: the change of the columns' span. */
function outside(dy: Tensor, y: Tensor, s: Tensor): Tensor {
  const isWhole = rowsOf(y) === columnsOf(y);
  return isWhole ? y.mul(0) : dy.sub(y.matmul(transposed(y).matmul(dy))).div(s.expandDims(-2));
}
