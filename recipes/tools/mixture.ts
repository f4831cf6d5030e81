// A mixture of Gaussians, fitted by expectation and maximisation: what densities were before networks learned them.
import { compile, einsum, eye, linalg, logsumexp, random, type Tensor, tensor, variable } from "nabla";

/** A mixture of Gaussians with full covariances. */
export interface Mixture {
  readonly components: number;
  /** ln p(x) of points [count, dimensions]: [count]. */
  logDensity(points: Tensor): Tensor;
}

/** The variance that is added to each direction, so that no component shrinks to a point; scikit-learn's default. */
const leastVariance = 1e-6;

/**
 * Fits a mixture to points [count, dimensions] until an iteration of EM gains less than 10⁻⁵ nats a point, or for 300
 * of them. Dempster, Laird & Rubin 1977. It begins with means at points drawn at random and the covariance of all.
 */
export async function fitMixture(
  points: Tensor,
  components: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Mixture> {
  const [count = 0, dimensions = 0] = points.shape;
  const ridge = eye(dimensions).mul(leastVariance);
  const centred = points.sub(points.mean(0));
  const spread = centred.transpose().matmul(centred).div(count).add(ridge);
  const first = random.permutation(random.key(seed), count).at([0, components]);
  const weights = variable(tensor(new Float32Array(components).fill(1 / components)));
  const means = variable(points.take(first));
  const covariances = variable(spread.expandDims(0).broadcastTo([components, dimensions, dimensions]));

  /** The logarithms of weight · N(x; mean, covariance): [count, components]. */
  const logs = (x: Tensor): Tensor => {
    const from = x.expandDims(1).sub(means.value);
    const distance = einsum("nkd,kde,nke->nk", from, linalg.inv(covariances.value), from);
    const { logabsdet } = linalg.slogdet(covariances.value);
    return weights.value.log().sub(
      distance
        .add(logabsdet)
        .add(dimensions * Math.log(2 * Math.PI))
        .mul(0.5),
    );
  };
  const iterate = compile((x: Tensor) => {
    const found = logs(x);
    const total = logsumexp(found, 1, { keepDims: true });
    const shares = found.sub(total).exp();
    const counts = shares.sum(0).add(1e-6);
    const mean = shares.transpose().matmul(x).div(counts.expandDims(1));
    const from = x.expandDims(1).sub(mean);
    weights.assign(counts.div(counts.sum()));
    means.assign(mean);
    covariances.assign(
      einsum("nk,nkd,nke->kde", shares, from, from)
        .div(counts.reshape([-1, 1, 1]))
        .add(ridge),
    );
    return total.mean();
  });
  const stride = 10;
  let before = -Infinity;
  for (let i = 0; i < 300 && !signal?.aborted; i += stride) {
    const now = await (await iterate.repeat(stride, points)).item();
    if (now - before < stride * 1e-5) break;
    before = now;
  }
  const density = compile((x: Tensor) => logsumexp(logs(x), 1));
  return { components, logDensity: (x) => density.inline(x) };
}

/** Of mixtures with so many components, the one under which other points are likeliest. */
export async function bestMixture(
  points: Tensor,
  validation: Tensor,
  sizes: readonly number[],
  seed: number,
  signal?: AbortSignal,
): Promise<Mixture> {
  let best: { mixture: Mixture; likelihood: number } | null = null;
  for (const size of sizes) {
    const mixture = await fitMixture(points, size, seed, signal);
    const likelihood = await mixture.logDensity(validation).mean().item();
    if (!best || likelihood > best.likelihood) best = { mixture, likelihood };
  }
  return best!.mixture;
}
