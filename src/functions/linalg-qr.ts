// The QR factorisation by Householder's reflections.
import { ArgumentError } from "../errors.ts";
import { checkOptions, describe } from "../options.ts";
import { formatShape } from "../shape.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import { concatenate, where } from "./array.ts";
import { tril, triu } from "./diagonals.ts";
import { columnsOf, identities, indices, matrices, nothing, rowsOf, transposed, withRule } from "./linalg-matrices.ts";
import { solveTriangular } from "./linalg-triangular.ts";
import { scan } from "./scan.ts";

/** The factors of [..., m, n] with m ≥ n: `columns` columns of Q (n to m), and R [..., n, n]. Without gradients. */
export function householder(a: Tensor, columns: number): { q: Tensor; r: Tensor } {
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const i = indices(m);
  // Reflection k, I − τ v vᵀ, turns what is left of column k into a multiple of the k-th unit vector.
  const [rest, reflections] = scan(
    (left: Tensor, k: Tensor) => {
      const column = where(i.less(k), 0, left.take(k, -1));
      const greatest = column.abs().max(-1, { keepDims: true });
      // Divided by its greatest element, the column has squares that neither overflow nor vanish. v and τ stay as they
      // are.
      const x = column.div(where(greatest.equal(0), 1, greatest));
      const isBelow = i.greater(k);
      const top = x.take(k, -1).expandDims(-1);
      const below = where(isBelow, x, 0).square().sum(-1, { keepDims: true });
      const isDone = below.equal(0);
      const length = top.square().add(below).sqrt();
      // The sign is the one without cancellation in top − target.
      const target = where(top.less(0), length, length.neg());
      const v = where(isBelow, x.div(where(isDone, 1, top.sub(target))), i.equal(k).cast(a.dtype)).expandDims(-1);
      const tau = where(isDone, 0, target.sub(top).div(target)).expandDims(-1);
      return [reflected(left, v, tau), [v, tau] as const];
    },
    a,
    indices(n),
  );
  const [q] = scan(
    (product: Tensor, [v, tau]: readonly [Tensor, Tensor]) => [reflected(product, v, tau), null],
    identities(a, m, columns),
    reflections,
    { reverse: true },
  );
  return { q, r: triu(rest.at("...", [0, n], [])) };
}

/** (I − τ v vᵀ) x. */
const reflected = (x: Tensor, v: Tensor, tau: Tensor): Tensor => x.sub(v.mul(tau).mul(transposed(v).matmul(x)));

/** The options of {@link qr}. */
export interface QROptions {
  /** `"reduced"`: q [..., m, k] and r [..., k, n] with k = min(m, n); `"complete"`: [..., m, m] and [..., m, n]. */
  readonly mode?: "reduced" | "complete";
}

/**
 * a = q r for matrices [..., m, n]: q has orthonormal columns, r is upper triangular. By Householder's reflections with
 * LAPACK's signs: an element on r's diagonal is positive only where its column needed no reflection. Exact for any
 * rank.
 *
 * The gradient, for m ≥ n: da = (dq + q C(r drᵀ − dqᵀ q)) r⁻ᵀ, where C mirrors the lower triangle. It is not finite
 * where the first min(m, n) columns are linearly dependent (S. Walter and L. Lehmann, "Algorithmic differentiation of
 * linear algebra functions", 2010). In mode `"complete"`, q has none if m > n.
 *
 * @param options.mode default: `"reduced"`
 * @throws ShapeError for less than two axes; ArgumentError for another mode, or when a gradient of the complete q of a
 *   matrix with m > n is taken
 * @example
 * const { q, r } = linalg.qr([[3, 1], [4, 2]]);
 * (await r.array<2>()).map((row) => row.map((v) => v.toFixed(3))); // [["-5.000", "-2.200"], ["0.000", "0.400"]]
 */
export function qr(a: TensorLike, options: QROptions = {}): { q: Tensor; r: Tensor } {
  checkOptions("qr", options, ["mode"]);
  const { mode = "reduced" } = options;
  if (mode !== "reduced" && mode !== "complete")
    throw new ArgumentError(`qr: expected mode to be "reduced" or "complete", got ${describe(mode)}.`);
  const x = matrices("qr", a);
  const [m, n] = [rowsOf(x), columnsOf(x)];
  if (x.size === 0) {
    const k = mode === "complete" ? m : Math.min(m, n);
    return { q: identities(x, m, k), r: nothing(x, k, n) };
  }
  if (m < n) {
    const { q, r } = qr(x.at("...", [0, m]), options);
    return { q, r: concatenate([r, transposed(q).matmul(x.at("...", [m, n]))], -1) };
  }
  const whole = householder(x, mode === "complete" ? m : n);
  const { q, r } = factored(x, whole.q.at("...", [0, n]), whole.r);
  if (mode === "reduced" || m === n) return { q, r };
  return {
    q: withRule(whole.q, [x], () => {
      throw new ArgumentError(
        `qr: the complete q of ${formatShape(x.shape)} has no gradient, because the columns after the first ${n} are ` +
          `not determined by the matrix; use mode "reduced".`,
      );
    }),
    r: concatenate([r, nothing(x, m - n, n)], -2),
  };
}

/** The factors [..., m, n] and [..., n, n] with their gradients. */
function factored(x: Tensor, qValue: Tensor, rValue: Tensor): { q: Tensor; r: Tensor } {
  const q: Tensor = withRule(qValue, [x], (dq) => [cotangent(dq, transposed(dq).matmul(q).neg())]);
  const r: Tensor = withRule(rValue, [x], (dr) => [cotangent(null, r.matmul(transposed(dr)))]);
  /** (dq + q C(M)) r⁻ᵀ. */
  function cotangent(dq: Tensor | null, product: Tensor): Tensor {
    const mirrored = q.matmul(tril(product).add(transposed(tril(product, -1))));
    const left = dq ? dq.add(mirrored) : mirrored;
    return transposed(solveTriangular(r, transposed(left), "upper"));
  }
  return { q, r };
}
