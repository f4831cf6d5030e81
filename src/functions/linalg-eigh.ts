// Eigenvalues and eigenvectors of symmetric matrices, by Jacobi's method.
import { ArgumentError } from "../errors.ts";
import { checkOptions, describe } from "../options.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { tril, triu } from "./diagonals.ts";
import { orthogonalRows } from "./linalg-jacobi.ts";
import {
  identities,
  mask,
  nothing,
  rowsOf,
  safeScale,
  squareMatrices,
  symmetrized,
  transposed,
  withRule,
} from "./linalg-matrices.ts";
import { argsort, takeAlongAxis } from "./sorting.ts";

/** The eigenvalues of symmetric matrices in ascending order, and the eigenvectors as rows. Without gradients. */
function diagonalized(symmetric: Tensor): { values: Tensor; rows: Tensor } {
  const scale = safeScale(symmetric);
  const a = symmetric.mul(scale);
  // No eigenvalue of a² is greater than its greatest sum of a row. A shift makes all eigenvalues positive; then the
  // eigenvectors are the singular vectors, for eigenvalues of equal size and opposite sign, too.
  const bound = a.matmul(a).abs().sum(-1, { keepDims: true }).max(-2, { keepDims: true }).sqrt();
  const shift = bound.mul(1.1);
  const rows = orthogonalRows(a.add(identities(a, rowsOf(a)).mul(shift))).product;
  // The Rayleigh quotients do not suffer from the shift.
  const values = rows.matmul(a).mul(rows).sum(-1);
  const order = argsort(values);
  const sorted = takeAlongAxis(rows, order.expandDims(-1), -2);
  return {
    values: takeAlongAxis(values, order, -1).div(scale.squeeze(-1)),
    rows: sorted.mul(rowSigns(sorted)),
  };
}

/**
 * 1 or −1 for each row, [..., n, 1]: the sign of the first element whose size is at least 0.99 of the greatest. The
 * margin keeps the choice stable where several are equal but for rounding.
 */
export function rowSigns(rows: Tensor): Tensor {
  const sizes = rows.abs();
  const first = sizes
    .greaterEqual(sizes.max(-1, { keepDims: true }).mul(0.99))
    .argmax(-1)
    .expandDims(-1);
  return where(takeAlongAxis(rows, first, -1).less(0), -1, 1).cast(rows.dtype);
}

/** The options of {@link eigh}. */
export interface EighOptions {
  /** The triangle of a that is read: `"L"`, the lower (the default), or `"U"`, the upper. */
  readonly uplo?: "L" | "U";
}

/**
 * The eigenvalues and eigenvectors of symmetric matrices [..., n, n], a = V diag(w) Vᵀ: w [..., n] in ascending order,
 * and the columns of V [..., n, n]. The first greatest element of each eigenvector (to 1 %) is positive. By Jacobi's
 * method; the time grows with n³ log n, so that it suits matrices of up to a few hundred rows.
 *
 * The gradient is that with respect to a symmetric matrix, and symmetric: that of w is V diag(dw) Vᵀ; that of V is the
 * symmetric part of V (F ∘ Vᵀ dV) Vᵀ with Fᵢⱼ = 1 / (wⱼ − wᵢ). Where two eigenvalues are equal, their eigenvectors are
 * not determined, and the gradient of V is not finite; where they are close, it is large and inexact. The eigenvalues
 * alone have theirs always: for equal ones, it is right for all functions in which these are interchangeable. (M.
 * Giles, "An extended collection of matrix derivative results", 2008.)
 *
 * @throws ShapeError unless a is square
 * @example
 * const { eigenvalues, eigenvectors } = linalg.eigh([[2, 1], [1, 2]]);
 * (await eigenvalues.array<1>()).map((v) => v.toFixed(4)); // ["1.0000", "3.0000"]
 * (await eigenvectors.array<2>()).flat().map((v) => v.toFixed(3)); // ["0.707", "0.707", "-0.707", "0.707"]
 */
export function eigh(a: TensorLike, options: EighOptions = {}): { eigenvalues: Tensor; eigenvectors: Tensor } {
  checkOptions("eigh", options, ["uplo"]);
  const { uplo = "L" } = options;
  if (uplo !== "L" && uplo !== "U")
    throw new ArgumentError(`eigh: expected uplo to be "L" or "U", got ${describe(uplo)}.`);
  const x = squareMatrices("eigh", a);
  const n = rowsOf(x);
  if (x.size === 0) return { eigenvalues: nothing(x, n), eigenvectors: x };
  const [inside, without] = uplo === "L" ? [tril(x), tril(x, -1)] : [triu(x), triu(x, 1)];
  const found = diagonalized(inside.add(transposed(without)));
  const w: Tensor = withRule(found.values, [x], (dw) => [v.mul(dw.expandDims(-2)).matmul(transposed(v))]);
  const v: Tensor = withRule(transposed(found.rows), [x], (dv) => {
    const inner = transposed(v).matmul(dv).mul(reciprocalGaps(w));
    return [symmetrized(v.matmul(inner).matmul(transposed(v)))];
  });
  return { eigenvalues: w, eigenvectors: v };
}

/** 1 / (wⱼ − wᵢ), and 0 on the diagonal. */
export function reciprocalGaps(w: Tensor): Tensor {
  const n = w.shape.at(-1)!;
  const isDiagonal = mask(n, n, (i, j) => i.equal(j));
  const gaps = w.expandDims(-2).sub(w.expandDims(-1));
  return where(isDiagonal, 0, where(isDiagonal, 1, gaps).pow(-1));
}
