// Measures whether a flow is what it claims to be: a map with an inverse, and with the determinant that it tells.
import { compile, jacrev, linalg, type Tensor } from "nabla";

/** A map of points [count, dimensions] to noise of the same shape, and back. */
export interface Invertible {
  /** The noise, and ln |det ∂z/∂x| for each point. */
  encode(x: Tensor): { readonly z: Tensor; readonly logDeterminant: Tensor };
  decode(z: Tensor): Tensor;
}

/**
 * The greatest errors of decode(encode(x)) over all points, and of the log-determinant beside that of the Jacobian
 * matrix over the first `count` of them.
 */
export async function checkInverse(
  flow: Invertible,
  x: Tensor,
  count: number,
): Promise<{ roundTrip: number; logDeterminant: number }> {
  const back = compile((x: Tensor) => flow.decode(flow.encode(x).z).sub(x).abs().max());
  const differ = compile((x: Tensor) => {
    const jacobian = jacrev((point: Tensor) => flow.encode(point.expandDims(0)).z.squeeze(0))(x);
    return linalg
      .slogdet(jacobian)
      .logabsdet.sub(flow.encode(x.expandDims(0)).logDeterminant.squeeze(0))
      .abs();
  });
  let worst = 0;
  for (let i = 0; i < count && i < x.shape[0]!; i++) worst = Math.max(worst, await (await differ(x.at(i))).item());
  return { roundTrip: await (await back(x)).item(), logDeterminant: worst };
}
