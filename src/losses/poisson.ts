// The log loss of counts.
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { alignTargets, epsilon } from "./loss.ts";

/**
 * The negative logarithm of a Poisson distribution, without the term that depends on the target alone:
 * Σ (p − t·ln(p + 1e-7)) / n over the last axis. The prediction p ≥ 0 is the expected count, so let the last
 * activation be `exp` or `softplus`; targets t ≥ 0 are counts. `[batch, n]` and `[batch, n]` give `[batch]`.
 *
 * @throws ShapeError where the shapes differ
 * @example await poisson([[2, 0]], [[1.5, 0.25]]).array(); // [0.469535]
 */
export function poisson(targets: TensorLike, predictions: TensorLike): Tensor {
  const p = asTensor(predictions);
  const t = alignTargets("poisson", asTensor(targets), p);
  return p.sub(t.mul(p.add(epsilon).log())).mean(-1);
}
