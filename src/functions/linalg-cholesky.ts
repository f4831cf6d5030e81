// The Cholesky factorisation, column by column.
import { checkFlag, checkOptions } from "../options.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { tril } from "./diagonals.ts";
import { indices, mask, rowsOf, squareMatrices, symmetrized, transposed, withRule } from "./linalg-matrices.ts";
import { solveTriangular } from "./linalg-triangular.ts";
import { moveaxis } from "./rearrange.ts";
import { scan } from "./scan.ts";

/** L with A = L Lᵀ, of which the lower triangle is read; NaN in the triangle unless A is positive definite. */
function factor(a: Tensor): Tensor {
  const n = rowsOf(a);
  const i = indices(n);
  const [, columns] = scan(
    (rest: Tensor, k: Tensor) => {
      const column = rest.take(k, -1);
      const pivot = column.take(k, -1).expandDims(-1);
      const l = where(i.less(k), 0, column.div(where(pivot.greater(0), pivot, NaN).sqrt()));
      return [rest.sub(l.expandDims(-1).mul(l.expandDims(-2))), l];
    },
    a,
    i,
  );
  const l = moveaxis(columns, 0, -1);
  // What fails at one column makes the last element NaN. Then the columns before it mean nothing either.
  const corner = l.take([n - 1], -1).take([n - 1], -2);
  const isLost = mask(n, n, (row, column) => row.greaterEqual(column)).logicalAnd(corner.notEqual(corner));
  return where(isLost, NaN, l);
}

/**
 * The Cholesky factor of symmetric positive definite matrices [..., n, n]: the lower triangular L with a positive
 * diagonal and a = L Lᵀ; if `upper`, Lᵀ. As in NumPy, only that triangle of a is read. Where a is not positive
 * definite, the triangle is NaN: NumPy would throw, but nothing is computed yet when `cholesky` is called.
 *
 * The gradient is that with respect to a symmetric matrix, and symmetric: da = (S + Sᵀ)/2 with S = L⁻ᵀ Φ(Lᵀ dL) L⁻¹,
 * where Φ takes the lower triangle and halves its diagonal (I. Murray, "Differentiation of the Cholesky
 * decomposition", 2016).
 *
 * @throws ShapeError unless a is square
 * @example
 * await linalg.cholesky([[4, 2], [2, 5]]).array(); // [[2, 0], [1, 2]]
 *
 * // Linear regression in closed form, by the normal equations (XᵀX) w = Xᵀy.
 * const x = tensor([[1, 0], [1, 1], [1, 2], [1, 3]]); // a column of ones for the intercept
 * const y = tensor([1, 3, 5, 7]); // y = 1 + 2x
 * const xt = x.transpose();
 * const l = linalg.cholesky(xt.matmul(x));
 * const w = linalg.solve(l.transpose(), linalg.solve(l, xt.matmul(y)));
 * (await w.array<1>()).map((v) => v.toFixed(4)); // ["1.0000", "2.0000"]
 */
export function cholesky(a: TensorLike, options: { readonly upper?: boolean } = {}): Tensor {
  checkOptions("cholesky", options, ["upper"]);
  const upper = checkFlag("cholesky", "upper", options.upper ?? false);
  const given = squareMatrices("cholesky", a);
  if (given.size === 0) return given;
  const x = upper ? transposed(given) : given;
  const l: Tensor = withRule(factor(x), [x], (dl) => {
    const product = tril(transposed(l).matmul(dl));
    const halved = product.add(tril(product, -1)).mul(0.5);
    // L⁻ᵀ Φ L⁻¹ = (L⁻ᵀ (L⁻ᵀ Φ)ᵀ)ᵀ, and its symmetric part is that of its transpose.
    const left = solveTriangular(transposed(l), halved, "upper");
    return [symmetrized(solveTriangular(transposed(l), transposed(left), "upper"))];
  });
  return upper ? transposed(l) : l;
}
