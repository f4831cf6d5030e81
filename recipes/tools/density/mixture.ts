// A mixture of Gaussians, fitted by expectation and maximisation: what densities were before networks learned them.
import { compile, einsum, eye, linalg, logsumexp, random, type Tensor, tensor, variable } from "nabla";

/** A density of points, which says how likely they are and draws some. */
export interface Density {
  /** ln p(x) of points [count, dimensions]: [count]. */
  logDensity(points: Tensor): Tensor;
  /** Points [count, dimensions] that are drawn from it. */
  draw(count: number, seed: number): Tensor;
}

/** A mixture of Gaussians with full covariances. */
export interface Mixture extends Density {
  readonly components: number;
}

/** How a mixture is fitted. */
export interface MixtureOptions {
  readonly components: number;
  /**
   * The covariance of each component is estimated as if it had so many more points, spread as all components are on
   * average: among many dimensions its own are too few for it. Default: 0.
   */
  readonly shared?: number;
  /** Is added to the variance in each direction, so that no component shrinks to a point. Default: 10⁻⁶. */
  readonly leastVariance?: number;
  /** The first means are drawn with it. */
  readonly seed: number;
  /** EM stops at an iteration that gains less, in nats a point. Default: 10⁻⁵. */
  readonly leastGain?: number;
  /** Default: 300. */
  readonly mostIterations?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fits a mixture to points [count, dimensions] until an iteration of EM gains next to nothing.
 * Dempster, Laird & Rubin 1977. It begins with means at points drawn at random and the covariance of all.
 */
export async function fitMixture(points: Tensor, options: MixtureOptions): Promise<Mixture> {
  const { components, shared = 0, leastVariance = 1e-6, seed, signal } = options;
  const { leastGain = 1e-5, mostIterations = 300 } = options;
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
    const scatter = einsum("nk,nkd,nke->kde", shares, from, from);
    covariances.assign(
      scatter
        .add(scatter.sum(0).mul(shared / count))
        .div(counts.add(shared).reshape([-1, 1, 1]))
        .add(ridge),
    );
    return total.mean();
  });
  const stride = Math.min(10, mostIterations);
  let before = -Infinity;
  for (let i = 0; i < mostIterations && !signal?.aborted; i += stride) {
    const now = await (await iterate.repeat(stride, points)).item();
    if (now - before < stride * leastGain) break;
    before = now;
  }
  const density = compile((x: Tensor) => logsumexp(logs(x), 1));
  return {
    components,
    logDensity: (x) => density.inline(x),
    draw(count, seed) {
      const key = random.key(seed);
      // The greatest of ln w + Gumbel noise is a component drawn with the probabilities w.
      const noise = random.uniform(random.foldIn(key, 0), [count, components]).log().neg().log().neg();
      const drawn = weights.value.log().add(noise).argmax(1);
      const factors = linalg.cholesky(covariances.value).take(drawn);
      const normal = random.normal(random.foldIn(key, 1), [count, dimensions]);
      return einsum("nde,ne->nd", factors, normal).add(means.value.take(drawn));
    },
  };
}

/** Of mixtures that are fitted in several ways, the one under which other points are likeliest. */
export async function bestMixture(
  points: Tensor,
  validation: Tensor,
  choices: readonly MixtureOptions[],
): Promise<Mixture> {
  let best: { mixture: Mixture; likelihood: number } | null = null;
  for (const choice of choices) {
    const mixture = await fitMixture(points, choice);
    const likelihood = await mixture.logDensity(validation).mean().item();
    if (!best || likelihood > best.likelihood) best = { mixture, likelihood };
  }
  return best!.mixture;
}
