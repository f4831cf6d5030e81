// Normalization to mean 0 and variance 1 over some axes, followed by a scale and a shift.
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkCount, checkOptions, checkRange } from "../options.ts";
import { type Axes, formatShape, normalizeAxes, normalizeAxis } from "../shape.ts";
import { asFloat, asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { rsqrt } from "./elementwise.ts";
import { moments } from "./reductions.ts";

interface Affine {
  /** A factor of the result. Default: 1. */
  readonly gamma?: TensorLike;
  /** Added to the result. Default: 0. */
  readonly beta?: TensorLike;
  /** Added to the variance, so that the divisor is never 0. */
  readonly epsilon?: number;
}

/** Reshapes `value`, which has the lengths of some axes of x, so that it broadcasts against x. */
function along(where: string, name: string, value: TensorLike, x: Tensor, axes: readonly number[]): Tensor {
  const given = asTensor(value);

  const own = axes.map((i) => x.shape[i]!);
  if (given.ndim === 0) return given;
  if (given.ndim !== own.length || given.shape.some((n, i) => n !== own[i] && n !== 1)) {
    throw new ShapeError(
      `${where}: expected ${name} to be ${formatShape(own)} or a number for x ${formatShape(x.shape)}, ` +
        `got ${formatShape(given.shape)}.`,
    );
  }
  return given.reshape(x.shape.map((_, i) => given.shape[axes.indexOf(i)] ?? 1));
}

/** y · gamma + beta, each of which may be absent. */
function scaledAndShifted(where: string, y: Tensor, { gamma, beta }: Affine, axes: readonly number[]): Tensor {
  const multiplied = gamma === undefined ? y : y.mul(along(where, "gamma", gamma, y, axes));
  return beta === undefined ? multiplied : multiplied.add(along(where, "beta", beta, y, axes));
}

const positive = (where: string, epsilon: number): number => checkRange(where, "epsilon", epsilon, 0);

/**
 * (x − mean) / √(variance + ε) · gamma + beta with mean and variance over `axes` of each example (default: the last).
 * Default ε = 10⁻³, as in Keras; PyTorch has 10⁻⁵. gamma and beta have the lengths of those axes. Ba and others, 2016.
 *
 * @throws ShapeError if gamma or beta do not fit
 * @example await layerNorm([[1, 3]], { epsilon: 0 }).array(); // [[-1, 1]]
 */
export function layerNorm(x: TensorLike, options: Affine & { readonly axes?: Axes } = {}): Tensor {
  const where = "layerNorm";
  checkOptions(where, options, ["gamma", "beta", "epsilon", "axes"]);
  const at = asFloat(x);
  const axes = normalizeAxes(options.axes ?? -1, at.ndim, where);
  const { mean, variance } = moments(at, axes, { keepDims: true });
  const y = at.sub(mean).mul(rsqrt(variance.add(positive(where, options.epsilon ?? 1e-3))));
  return scaledAndShifted(where, y, options, axes);
}

/**
 * x / √(mean of x² + ε) · gamma over `axes` (default: the last): a layer normalization without the mean. Default ε =
 * 10⁻⁶. Zhang and Sennrich, 2019.
 *
 * @throws ShapeError if gamma does not fit
 * @example await rmsNorm([3, 4]).array(); // [0.848528, 1.131371]
 */
export function rmsNorm(x: TensorLike, options: Omit<Affine, "beta"> & { readonly axes?: Axes } = {}): Tensor {
  const where = "rmsNorm";
  checkOptions(where, options, ["gamma", "epsilon", "axes"]);
  const at = asFloat(x);
  const axes = normalizeAxes(options.axes ?? -1, at.ndim, where);
  const power = at.square().mean(axes, { keepDims: true });
  return scaledAndShifted(where, at.mul(rsqrt(power.add(positive(where, options.epsilon ?? 1e-6)))), options, axes);
}

/**
 * A normalization over the spatial axes and each of `groups` equal parts of the channels: x [batch, ...space,
 * channels]. One group is a layer normalization over all, and a group for each channel an instance normalization. gamma
 * and beta [channels]. Default ε = 10⁻³. Wu and He, 2018.
 *
 * @throws ArgumentError if `groups` does not divide the channels
 * @example groupNorm(ones([8, 7, 7, 64]), 4).shape; // [8, 7, 7, 64]
 */
export function groupNorm(x: TensorLike, groups: number, options: Affine = {}): Tensor {
  const where = "groupNorm";
  checkOptions(where, options, ["gamma", "beta", "epsilon"]);
  const at = asFloat(x);
  checkCount(where, "groups", groups);
  if (at.ndim < 2)
    throw new ShapeError(`${where}: expected x [batch, ...space, channels], got ${formatShape(at.shape)}.`);
  const channels = at.shape.at(-1)!;
  if (channels % groups !== 0)
    throw new ArgumentError(
      `${where}: ${groups} groups must divide the ${channels} channels of x ${formatShape(at.shape)}.`,
    );
  const apart = at.reshape([...at.shape.slice(0, -1), groups, channels / groups]);
  const axes = apart.shape.map((_, i) => i).filter((i) => i !== 0 && i !== apart.ndim - 2);
  const { mean, variance } = moments(apart, axes, { keepDims: true });
  const y = apart
    .sub(mean)
    .mul(rsqrt(variance.add(positive(where, options.epsilon ?? 1e-3))))
    .reshape(at.shape);
  return scaledAndShifted(where, y, options, [at.ndim - 1]);
}

/** The options of {@link batchNorm}. */
export interface BatchNormOptions extends Affine {
  /** The mean of each channel, [channels]. Default: the mean of x over all other axes. */
  readonly mean?: TensorLike;
  /** The variance of each channel, [channels]. Default: the variance of x over all other axes. */
  readonly variance?: TensorLike;
  /** The axis of the channels. Default: −1. */
  readonly axis?: number;
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta for each channel, over the batch and all spatial axes. In training leave
 * mean and variance out, so that the statistics of x are used (see {@link moments}); afterwards pass running ones.
 * Default ε = 10⁻³, as in Keras; PyTorch has 10⁻⁵. Ioffe and Szegedy, 2015.
 *
 * @throws ArgumentError if only one of mean and variance is given; ShapeError if gamma, beta or a statistic does not
 *   fit
 * @example await batchNorm([[1], [3]], { epsilon: 1e-9 }).array(); // [[-1], [1]]
 */
export function batchNorm(x: TensorLike, options: BatchNormOptions = {}): Tensor {
  const where = "batchNorm";
  checkOptions(where, options, ["gamma", "beta", "epsilon", "mean", "variance", "axis"]);
  const { mean, variance } = options;
  const at = asFloat(x);
  const channel = normalizeAxis(options.axis ?? -1, at.ndim, where);
  if ((mean === undefined) !== (variance === undefined))
    throw new ArgumentError(`${where}: give both mean and variance, or neither.`);
  const others = at.shape.map((_, i) => i).filter((i) => i !== channel);
  const own =
    mean === undefined || variance === undefined
      ? moments(at, others, { keepDims: true })
      : {
          mean: along(where, "mean", mean, at, [channel]),
          variance: along(where, "variance", variance, at, [channel]),
        };
  const y = at.sub(own.mean).mul(rsqrt(own.variance.add(positive(where, options.epsilon ?? 1e-3))));
  return scaledAndShifted(where, y, options, [channel]);
}

/**
 * x / ‖x‖ over `axes` (default: the last): vectors of length 1. If Σ x² is less than ε (default 10⁻¹²), x is divided by
 * √ε, so that a vector of zeros stays one.
 *
 * @example await l2Normalize([3, 4]).array(); // [0.6, 0.8]
 */
export function l2Normalize(x: TensorLike, options: { readonly axes?: Axes; readonly epsilon?: number } = {}): Tensor {
  const where = "l2Normalize";
  checkOptions(where, options, ["axes", "epsilon"]);
  const at = asFloat(x);
  return at.mul(
    rsqrt(
      at
        .square()
        .sum(options.axes ?? -1, { keepDims: true })
        .maximum(positive(where, options.epsilon ?? 1e-12)),
    ),
  );
}
