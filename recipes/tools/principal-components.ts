// Principal components of points, to which what a network learns is compared (Pearson, 1901).
import { compile, linalg, random, type Tensor, variable } from "nabla";

/** The affine space of `count` dimensions that is nearest to some points. */
export interface PrincipalComponents {
  /** [dimensions] */
  readonly mean: Tensor;
  /** Orthonormal columns, those of the greatest variance first: [dimensions, count]. */
  readonly basis: Tensor;
}

/** The components of points [count, dimensions], by orthogonal iteration with a few columns more than asked for. */
export async function principalComponents(points: Tensor, count: number): Promise<PrincipalComponents> {
  const [size = 1, dimensions = 0] = points.shape;
  const mean = points.mean(0);
  const centred = points.sub(mean);
  const covariance = centred.transpose().matmul(centred).div(size);
  const columns = Math.min(dimensions, count + 8);
  const basis = variable(random.normal(random.key(0), [dimensions, columns]));
  const step = compile((matrix: Tensor) => basis.assign(linalg.qr(matrix.matmul(basis.value)).q));
  await step.repeat(60, covariance);
  return { mean, basis: basis.value.at([], [0, count]) };
}

/** The nearest points of the space. */
export function projected(points: Tensor, { mean, basis }: PrincipalComponents): Tensor {
  return points.sub(mean).matmul(basis).matmul(basis.transpose()).add(mean);
}
