// Jacobi's method, one-sided: rotates pairs of rows until all rows are orthogonal, half of the rows against the others.
import type { Tensor } from "../tensor.ts";
import { concatenate, where } from "./array.ts";
import { columnsOf, identities, nothing, rowsOf, transposed } from "./linalg-matrices.ts";
import { scan } from "./scan.ts";

/** Rows that are orthogonal, and the orthogonal matrix whose product with the given rows they are. */
interface OrthogonalRows {
  readonly rows: Tensor;
  readonly product: Tensor;
}

/**
 * J x with orthogonal rows, and J, for x [..., n, columns] (M. Hestenes, "Inversion of matrices by biorthogonalization
 * and related results", 1958). The number of rotations follows from n alone.
 */
export function orthogonalRows(x: Tensor): OrthogonalRows {
  const n = rowsOf(x);
  // Rows of zeros fill up an odd number. No rotation mixes them with other rows.
  const even = n + (n % 2);
  const padded = even === n ? x : concatenate([x, nothing(x, 1, columnsOf(x))], -2);
  const first = turned({ rows: padded, product: identities(x, even) }, sweeps(even));
  // The roundings of many rotations add up. The second pass starts from exact products, and has little left to do.
  const product = orthonormalized(first.product);
  const second = turned({ rows: product.matmul(padded), product }, 1);
  return {
    rows: second.rows.at("...", [0, n], []),
    product: orthonormalized(second.product.at("...", [0, n], [0, n])),
  };
}

/** How often every pair is rotated. Graded matrices and those with many equal singular values take longest. */
const sweeps = (n: number): number => Math.ceil(3 * Math.log2(n)) - 1;

/** Rows that are nearly orthonormal, made so to the last bits: (3/2) x − (1/2) x xᵀ x, a step of Newton's. */
const orthonormalized = (x: Tensor): Tensor => x.mul(1.5).sub(x.matmul(transposed(x)).matmul(x).mul(0.5));

/**
 * A step rotates row i with row i + n/2, and then moves the rows as in a round-robin tournament: the first stays, the
 * others go round. After n − 1 steps, a sweep, all have met once, and each is where it was. (R. Brent and F. Luk, "The
 * solution of singular-value and symmetric eigenvalue problems on multiprocessor arrays", 1985.)
 */
function turned(start: OrthogonalRows, sweeps: number): OrthogonalRows {
  const n = rowsOf(start.rows);
  const half = n / 2;
  const source = Array.from({ length: n }, (_, i) => {
    if (i === 0 || n === 2) return i;
    if (i === half) return half + 1 < n ? half + 1 : 1;
    if (i < half) return i === 1 ? half : i - 1;
    return i === n - 1 ? half - 1 : i + 1;
  });
  const partner = source.map((i) => (i < half ? i + half : i - half));
  const pair = source.map((i) => i % half);
  const side = source.map((i) => (i < half ? -1 : 1));
  const [[rows, product]] = scan(
    ([x, j]: readonly [Tensor, Tensor]) => {
      const [upper, lower] = [x.at("...", [0, half], []), x.at("...", [half, n], [])];
      const { cos, sin } = rotations(upper.square().sum(-1), lower.square().sum(-1), upper.mul(lower).sum(-1));
      const own = cos.take(pair, -1).expandDims(-1);
      const other = sin.take(pair, -1).mul(side).expandDims(-1);
      const turn = (y: Tensor): Tensor => y.take(source, -2).mul(own).add(y.take(partner, -2).mul(other));
      return [[turn(x), turn(j)] as const, null];
    },
    [start.rows, start.product] as const,
    null,
    { length: (n - 1) * sweeps },
  );
  return { rows, product };
}

/**
 * The rotations by at most 45° that make [[p, pq], [pq, q]] diagonal: p becomes cos·p − sin·q, and q sin·p + cos·q (H.
 * Rutishauser, "The Jacobi method for real symmetric matrices", 1966).
 */
function rotations(p: Tensor, q: Tensor, pq: Tensor): { cos: Tensor; sin: Tensor } {
  const isDone = pq.equal(0);
  const cot = q.sub(p).div(where(isDone, 1, pq.mul(2)));
  const size = cot.abs().add(cot.square().add(1).sqrt());
  const tan = where(isDone, 0, where(cot.less(0), -1, 1).cast(p.dtype).div(size));
  const cos = tan.square().add(1).sqrt().pow(-1);
  return { cos, sin: tan.mul(cos) };
}
