// Systems with a triangular matrix, by substitution.
import type { Tensor } from "../tensor.ts";
import { tril, triu } from "./diagonals.ts";
import { indices, rowsOf, transposed, withRule } from "./linalg-matrices.ts";
import { moveaxis } from "./rearrange.ts";
import { scan } from "./scan.ts";

/**
 * x with T x = b, for T [..., n, n] and b [..., n, k] of the same leading axes. Only the triangle of T is read; if
 * `unit`, not even its diagonal, which then counts as ones. It has no gradient of its own.
 */
export function substitute(t: Tensor, b: Tensor, triangle: "lower" | "upper", unit = false): Tensor {
  // Each step finds one row of x, and subtracts what it contributes to the others.
  const [, rows] = scan(
    (rest: Tensor, [column, k]: readonly [Tensor, Tensor]) => {
      const right = rest.take(k, -2);
      const row = unit ? right : right.div(column.take(k, -1).expandDims(-1));
      return [rest.sub(column.expandDims(-1).mul(row.expandDims(-2))), row];
    },
    b,
    [moveaxis(t, -1, 0), indices(rowsOf(t))] as const,
    { reverse: triangle === "upper" },
  );
  return moveaxis(rows, 0, -2);
}

/** x with T x = b, like {@link substitute}, with its gradient: db = T⁻ᵀ dx, dT = −db xᵀ within the triangle. */
export function solveTriangular(t: Tensor, b: Tensor, triangle: "lower" | "upper"): Tensor {
  const [inside, other] = triangle === "lower" ? ([tril, "upper"] as const) : ([triu, "lower"] as const);
  const x: Tensor = withRule(substitute(t, b, triangle), [t, b], (dx) => {
    const db = solveTriangular(transposed(t), dx, other);
    return [inside(db.matmul(transposed(x)).neg()), db];
  });
  return x;
}
