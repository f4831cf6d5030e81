// Normalization: numbers brought to mean 0 and variance 1, over whatever axes, then scaled and shifted.
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkCount, checkOptions, checkRange } from "../options.ts";
import { type Axes, formatShape, normalizeAxes, normalizeAxis } from "../shape.ts";
import { asFloat, asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { rsqrt } from "./elementwise.ts";
import { moments } from "./reductions.ts";

interface Affine {
  /** Multiplied with the result. Default: 1. */
  readonly gamma?: TensorLike;
  /** Added to the result. Default: 0. */
  readonly beta?: TensorLike;
  /** Added to the variance, so that the root of 0 is never a divisor. */
  readonly epsilon?: number;
}

/** A parameter with the lengths of some axes of x, as it broadcasts against x. */
function along(where: string, name: string, value: TensorLike, x: Tensor, axes: readonly number[]): Tensor {
  const parameter = asTensor(value);
  const shape = x.shape.map((n, i) => (axes.includes(i) ? n : 1));
  const own = axes.map((i) => x.shape[i]!);
  if (
    parameter.ndim > 0 &&
    (parameter.ndim !== own.length || parameter.shape.some((n, i) => n !== own[i] && n !== 1))
  ) {
    throw new ShapeError(
      `${where}: ${name} ${formatShape(parameter.shape)} does not fit x ${formatShape(x.shape)}, which wants ${formatShape(own)} or a number.`,
    );
  }
  return parameter.ndim === 0
    ? parameter
    : parameter.reshape(shape.map((_, i) => (axes.includes(i) ? parameter.shape[axes.indexOf(i)]! : 1)));
}

function scaled(where: string, y: Tensor, { gamma, beta }: Affine, axes: readonly number[]): Tensor {
  const multiplied = gamma === undefined ? y : y.mul(along(where, "gamma", gamma, y, axes));
  return beta === undefined ? multiplied : multiplied.add(along(where, "beta", beta, y, axes));
}

const positive = (where: string, epsilon: number): number => checkRange(where, "epsilon", epsilon, 0);

/**
 * (x − mean) / √(variance + ε) · gamma + beta with mean and variance over `axes` of each example (default: the last).
 * Default ε = 10⁻³, as in Keras; PyTorch has 10⁻⁵. gamma and beta have the lengths of those axes. Ba and others, 2016.
 *
 * @throws ShapeError where gamma or beta do not fit
 * @example await layerNorm([[1, 3]], { epsilon: 0 }).array(); // [[-1, 1]]
 */
export function layerNorm(x: TensorLike, options: Affine & { readonly axes?: Axes } = {}): Tensor {
  const where = "layerNorm";
  checkOptions(where, options, ["gamma", "beta", "epsilon", "axes"]);
  const at = asFloat(x);
  const axes = normalizeAxes(options.axes ?? -1, at.ndim, where);
  const { mean, variance } = moments(at, axes, { keepDims: true });
  const y = at.sub(mean).mul(rsqrt(variance.add(positive(where, options.epsilon ?? 1e-3))));
  return scaled(where, y, options, axes);
}

/**
 * x / √(mean of x² + ε) · gamma over `axes` (default: the last): a layer normalization without the mean. Default ε =
 * 10⁻⁶. Zhang and Sennrich, 2019.
 *
 * @throws ShapeError where gamma does not fit
 * @example await rmsNorm([3, 4]).array(); // [0.848528, 1.131371]
 */
export function rmsNorm(x: TensorLike, options: Omit<Affine, "beta"> & { readonly axes?: Axes } = {}): Tensor {
  const where = "rmsNorm";
  checkOptions(where, options, ["gamma", "epsilon", "axes"]);
  const at = asFloat(x);
  const axes = normalizeAxes(options.axes ?? -1, at.ndim, where);
  const power = at.square().mean(axes, { keepDims: true });
  return scaled(where, at.mul(rsqrt(power.add(positive(where, options.epsilon ?? 1e-6)))), options, axes);
}

/**
 * A layer normalization over space and each of `groups` equal parts of the channels, which are the last axis: x [batch,
 * ...space, channels]. One group is a layer normalization of all, as many as channels an instance normalization. gamma
 * and beta [channels]. Default ε = 10⁻³. Wu and He, 2018.
 *
 * @throws ArgumentError where `groups` does not divide the channels
 * @example groupNorm(ones([8, 7, 7, 64]), 4).shape; // [8, 7, 7, 64]
 */
export function groupNorm(x: TensorLike, groups: number, options: Affine = {}): Tensor {
  const where = "groupNorm";
  checkOptions(where, options, ["gamma", "beta", "epsilon"]);
  const at = asFloat(x);
  checkCount(where, "groups", groups);
  if (at.ndim < 2)
    throw new ShapeError(`${where}: x is [batch, ...space, channels], but came ${formatShape(at.shape)}.`);
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
  return scaled(where, y, options, [at.ndim - 1]);
}

/** The options of {@link batchNorm}. */
export interface BatchNormOptions extends Affine {
  /** Of each channel, [channels]. Default: those of x itself, over all other axes. */
  readonly mean?: TensorLike;
  readonly variance?: TensorLike;
  /** Where the channels stand. Default: −1. */
  readonly axis?: number;
}

/**
 * (x − mean) / √(variance + ε) · gamma + beta for each channel, over the whole batch and all of space: with the
 * statistics of x itself while training (those of {@link moments} over the same axes), with running ones given
 * afterwards. Default ε = 10⁻³, as in Keras; PyTorch has 10⁻⁵. Ioffe and Szegedy, 2015.
 *
 * @throws ArgumentError where only one of mean and variance is given; ShapeError where a parameter does not fit
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
    mean === undefined
      ? moments(at, others, { keepDims: true })
      : {
          mean: along(where, "mean", mean, at, [channel]),
          variance: along(where, "variance", variance!, at, [channel]),
        };
  const y = at.sub(own.mean).mul(rsqrt(own.variance.add(positive(where, options.epsilon ?? 1e-3))));
  return scaled(where, y, options, [channel]);
}

/**
 * x / ‖x‖ over `axes` (default: the last): vectors of length 1. Where Σ x² is less than ε (default 10⁻¹²) it is divided
 * by √ε, so that a vector of zeros stays one.
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
