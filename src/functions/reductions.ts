// Functions that reduce axes, with NumPy's names.
import { ArgumentError } from "../errors.ts";
import { checkOptions, describe } from "../options.ts";
import { type Axes, normalizeAxes } from "../shape.ts";
import { asFloat, asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { variance, where } from "./array.ts";
import { isfinite } from "./elementwise.ts";

interface KeepDims {
  /** Keeps the reduced axes with length 1. Default: false. */
  readonly keepDims?: boolean;
}

// The functions that are also methods of a tensor.
/**
 * The greatest element over axes (default: all); NaN where there is one. {@link maximum} compares two tensors.
 *
 * @example await max([[1, 5], [4, 2]], 1).array(); // [5, 4]
 */
export const max = (x: TensorLike, ...rest: Parameters<Tensor["max"]>): Tensor => asTensor(x).max(...rest);
/**
 * The least element over axes (default: all); NaN where there is one. {@link minimum} compares two tensors.
 *
 * @example await min([[1, 5], [4, 2]], 1).array(); // [1, 2]
 */
export const min = (x: TensorLike, ...rest: Parameters<Tensor["min"]>): Tensor => asTensor(x).min(...rest);
/**
 * The product over axes (default: all). bool and uint8 are multiplied as int32.
 *
 * @example await prod([2, 3, 4]).item(); // 24
 */
export const prod = (x: TensorLike, ...rest: Parameters<Tensor["prod"]>): Tensor => asTensor(x).prod(...rest);
/**
 * The index of the greatest element along `axis` (default: the last), the first of equal ones. int32.
 *
 * @example await argmax([[1, 5], [4, 2]]).array(); // [1, 0]
 */
export const argmax = (x: TensorLike, axis = -1): Tensor => asTensor(x).argmax(axis);
/**
 * The index of the least element along `axis` (default: the last), the first of equal ones. int32.
 *
 * @example await argmin([[1, 5], [4, 2]]).array(); // [0, 1]
 */
export const argmin = (x: TensorLike, axis = -1): Tensor => asTensor(x).argmin(axis);

/** Checks axes and options in the name of the function that was called. */
function checkReduction(where: string, x: Tensor, axes: Axes | undefined, options: KeepDims): void {
  checkOptions(where, options, ["keepDims"]);
  normalizeAxes(axes, x.ndim, where);
}

/** √x with the derivative 0 at 0, where that of the square root is infinite. */
function root(x: Tensor): Tensor {
  const isZero = x.equal(0);
  return where(isZero, 0, where(isZero, 1, x).sqrt());
}

/**
 * The standard deviation √(Σ (x − mean)² / n) over axes (default: all). Its gradient is 0 where it is 0.
 *
 * @example await std([1, 2, 3, 4]).item(); // 1.118034
 */
export function std(x: TensorLike, axes?: Axes, options: KeepDims = {}): Tensor {
  const at = asFloat(x);
  checkReduction("std", at, axes, options);
  return root(variance(at, axes, options));
}

/**
 * Mean and variance over axes (default: all), as normalization uses them. `keepDims` keeps the axes with length 1.
 *
 * @example
 * const { mean, variance } = moments([1, 2, 3, 4]);
 * await variance.item(); // 1.25
 */
export function moments(x: TensorLike, axes?: Axes, options: KeepDims = {}): { mean: Tensor; variance: Tensor } {
  const at = asFloat(x);
  checkReduction("moments", at, axes, options);
  const { keepDims = false } = options;
  const mean = at.mean(axes, { keepDims: true });
  const spread = at.sub(mean).square().mean(axes, { keepDims });
  return { mean: keepDims ? mean : at.mean(axes), variance: spread };
}

/**
 * The length of a vector, over axes (default: all). `ord` 2: √Σ x²; 1: Σ |x|; Infinity: max |x|. The gradient of a
 * vector of zeros is 0.
 *
 * @throws ArgumentError for another `ord`
 * @example await norm([3, 4]).item(); // 5
 */
export function norm(
  x: TensorLike,
  options: KeepDims & { readonly ord?: 1 | 2 | typeof Infinity; readonly axes?: Axes } = {},
): Tensor {
  checkOptions("norm", options, ["ord", "axes", "keepDims"]);
  const { ord = 2, axes, keepDims = false } = options;
  const at = asFloat(x);
  if (ord === 2) return root(at.square().sum(axes, { keepDims }));
  if (ord === 1) return at.abs().sum(axes, { keepDims });
  if (ord === Infinity) return at.abs().max(axes, { keepDims });
  throw new ArgumentError(`norm: expected ord 1, 2 or Infinity, got ${describe(ord)}.`);
}

/**
 * True where any element over the axes (default: all) is true; numbers count as ≠ 0. bool.
 *
 * @example await any([[0, 1], [0, 0]], 1).array(); // [true, false]
 */
export function any(x: TensorLike, axes?: Axes, options: KeepDims = {}): Tensor {
  const at = asTensor(x);
  checkReduction("any", at, axes, options);
  return at.cast("bool").sum(axes, options).greater(0);
}

/**
 * True where all elements over the axes (default: all) are true; numbers count as ≠ 0. bool.
 *
 * @example await all([[1, 1], [0, 1]], 1).array(); // [true, false]
 */
export function all(x: TensorLike, axes?: Axes, options: KeepDims = {}): Tensor {
  const at = asTensor(x);
  checkReduction("all", at, axes, options);
  return at.logicalNot().sum(axes, options).equal(0);
}

/**
 * ln Σ eˣ over axes (default: all). The greatest element is subtracted first, so that nothing overflows. If all
 * elements are −∞, the result is −∞.
 *
 * @example await logsumexp([1000, 1000]).item(); // 1000.6931…
 */
export function logsumexp(x: TensorLike, axes?: Axes, options: KeepDims = {}): Tensor {
  const at = asFloat(x);
  checkReduction("logsumexp", at, axes, options);
  const top = at.max(axes, { keepDims: true }).stopGradient();
  const shift = where(isfinite(top), top, 0);
  const y = at.sub(shift).exp().sum(axes, { keepDims: true }).log().add(shift);
  return options.keepDims ? y : y.squeeze(axes ?? at.shape.map((_, i) => i));
}
