// Array functions with NumPy's names.

import { type DType, fitsDType } from "../dtype.ts";
import { ArgumentError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkOptions } from "../options.ts";
import { formatShape, longestAxis, normalizeAxes, normalizeAxis, type Shape } from "../shape.ts";
import { asTensor, operand, Tensor, type TensorLike } from "../tensor.ts";

/**
 * A tensor of zeros. Default dtype: float32.
 *
 * @example await zeros([2, 2]).array(); // [[0, 0], [0, 0]]
 */
export const zeros = (shape: Shape, dtype: DType = "float32"): Tensor => new Tensor(ops.full(shape, 0, dtype, "zeros"));
/**
 * A tensor of ones. Default dtype: float32.
 *
 * @example await ones([3]).array(); // [1, 1, 1]
 */
export const ones = (shape: Shape, dtype: DType = "float32"): Tensor => new Tensor(ops.full(shape, 1, dtype, "ones"));
/**
 * A tensor with `value` in every element. Default dtype: float32.
 *
 * @example await full([2], 7, "int32").array(); // [7, 7]
 */
export const full = (shape: Shape, value: number, dtype: DType = "float32"): Tensor =>
  new Tensor(ops.full(shape, value, dtype));

/**
 * Zeros with the shape and dtype of `x`.
 *
 * @example await zerosLike([[1, 2]]).array(); // [[0, 0]]
 */
export const zerosLike = (x: TensorLike): Tensor => zeros(asTensor(x).shape, asTensor(x).dtype);
/**
 * Ones with the shape and dtype of `x`.
 *
 * @example await onesLike([[1, 2]]).array(); // [[1, 1]]
 */
export const onesLike = (x: TensorLike): Tensor => ones(asTensor(x).shape, asTensor(x).dtype);

/**
 * The numbers start, start + step, … up to, but not including, `stop`: int32 where start and step are integers, else
 * float32. With one argument: 0, 1, …, stop − 1.
 *
 * @throws ArgumentError where the number of steps is not finite, as with a step of 0, or above 2³¹, and for integers
 *   beyond int32
 * @example await arange(2, 8, 3).array(); // [2, 5]
 */
export function arange(start: number, stop?: number, step = 1): Tensor {
  const [first, end] = stop === undefined ? [0, start] : [start, stop];
  const size = Math.max(0, Math.ceil((end - first) / step));
  if (!Number.isFinite(size))
    throw new ArgumentError(`arange: no finite number of steps of ${step} leads from ${first} to ${end}.`);
  if (size > longestAxis) throw new ArgumentError(`arange: expected at most ${longestAxis} numbers, got ${size}.`);
  const indices = new Tensor(ops.iota([size], 0, "int32"));
  if (first === 0 && step === 1) return indices;
  const fits = [first, step, first + step * Math.max(0, size - 1)].every((x) => fitsDType(x, "int32"));
  if (!fits && Number.isInteger(first) && Number.isInteger(step))
    throw new ArgumentError(
      `arange: expected integers from ${-(2 ** 31)} to ${2 ** 31 - 1}, got ${first} to ${end} by ${step}; ` +
        `try arange(${size}).cast("float32") and its multiples.`,
    );
  return fits ? indices.mul(step).add(first) : indices.cast("float32").mul(step).add(first);
}

/**
 * `count` evenly spaced numbers from `start` to `stop`, both included. float32. Default count: 50.
 *
 * @throws ArgumentError where `count` is not an integer from 1 up
 * @example await linspace(0, 1, 5).array(); // [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count = 50): Tensor {
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`linspace: expected a count of points that is an integer from 1 up, got ${count}.`);
  const indices = new Tensor(ops.iota([count], 0, "float32"));
  return count === 1 ? indices.add(start) : indices.mul((stop - start) / (count - 1)).add(start);
}

/**
 * The identity matrix with `n` rows and columns. Default dtype: float32.
 *
 * @example await eye(2).array(); // [[1, 0], [0, 1]]
 */
export const eye = (n: number, dtype: DType = "float32"): Tensor =>
  new Tensor(ops.cast(ops.equal(ops.iota([n, n], 0, "int32"), ops.iota([n, n], 1, "int32")), dtype));

/**
 * Elementwise choice: `a` where the condition is true, else `b`. All three broadcast; gradients flow to `a` and `b`.
 *
 * @example await where([true, false], [1, 2], [3, 4]).array(); // [1, 4]
 */
export const where = (condition: TensorLike, a: TensorLike, b: TensorLike): Tensor =>
  new Tensor(ops.select(asTensor(condition).cast("bool").node, operand(a), operand(b)));

/**
 * Joins tensors along an existing axis (default: the first). Their other axes have equal lengths.
 *
 * @throws ArgumentError for an empty list; ShapeError where other axes differ
 * @example await concatenate([[1, 2], [3]]).array(); // [1, 2, 3]
 */
export function concatenate(xs: readonly TensorLike[], axis = 0): Tensor {
  const tensors = xs.map((x) => asTensor(x));
  const [first] = tensors;
  if (!first) throw new ArgumentError("concatenate: expected at least one tensor, got an empty list.");
  return new Tensor(
    ops.concatenate(
      tensors.map((x) => x.node),
      normalizeAxis(axis, first.ndim, "concatenate"),
    ),
  );
}

/**
 * Joins tensors of one shape along a new axis (default: a new first one).
 *
 * @throws ArgumentError for an empty list; ShapeError where shapes differ
 * @example await stack([[1, 2], [3, 4]], 1).array(); // [[1, 3], [2, 4]]
 */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  return concatenate(
    xs.map((x) => asTensor(x).expandDims(axis)),
    axis,
  );
}

/**
 * Cuts an axis (default: the first) into `parts` equal parts or, given a list, before each of the listed indices: [1,
 * 3] gives the slices 0 to 1, 1 to 3 and 3 to the end.
 *
 * @throws ArgumentError where the axis does not divide into so many equal parts
 * @example
 * const [left, right] = split([1, 2, 3, 4], 2);
 * await right!.array(); // [3, 4]
 */
export function split(x: TensorLike, parts: number | readonly number[], axis = 0): Tensor[] {
  const whole = asTensor(x);
  const at = normalizeAxis(axis, whole.ndim, "split");
  const n = whole.shape[at]!;
  if (typeof parts === "number" && (!Number.isInteger(parts) || parts < 1 || n % parts !== 0)) {
    throw new ArgumentError(
      `split: axis ${at} of ${formatShape(whole.shape)} has ${n}, which does not make ${parts} equal parts.`,
    );
  }
  const cuts = typeof parts === "number" ? Array.from({ length: parts - 1 }, (_, i) => ((i + 1) * n) / parts) : parts;
  const bounds = [0, ...cuts, n];
  const before = Array.from({ length: at }, () => []);
  return bounds.slice(1).map((stop, i) => whole.at(...before, [bounds[i], stop]));
}

/**
 * One-hot vectors: integers [...] become float32 [..., depth], with 1 at the index and 0 elsewhere.
 *
 * @example await oneHot([2, 0], 3).array(); // [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, depth: number): Tensor {
  const column = asTensor(indices).cast("int32").expandDims(-1);
  const shape = [...column.shape.slice(0, -1), depth];
  return column.equal(new Tensor(ops.iota(shape, shape.length - 1, "int32"))).cast("float32");
}

// The functions that are also methods of a tensor.
/**
 * The exponential eˣ, element by element.
 *
 * @example await exp([0, 1]).array(); // [1, 2.71828]
 */
export const exp = (x: TensorLike): Tensor => asTensor(x).exp();
/**
 * The natural logarithm ln x, element by element: −∞ at 0, NaN below.
 *
 * @example await log([1, 10]).array(); // [0, 2.302585]
 */
export const log = (x: TensorLike): Tensor => asTensor(x).log();
/**
 * The square root √x, element by element; NaN below 0.
 *
 * @example await sqrt([4, 9]).array(); // [2, 3]
 */
export const sqrt = (x: TensorLike): Tensor => asTensor(x).sqrt();
/**
 * The absolute value |x|, element by element. Its gradient at 0 is 0.
 *
 * @example await abs([-2, 3]).array(); // [2, 3]
 */
export const abs = (x: TensorLike): Tensor => asTensor(x).abs();
/**
 * −1 for negative elements, 0 for zeros, 1 for positive ones. Its gradient is 0.
 *
 * @example await sign([-2, 0, 3]).array(); // [-1, 0, 1]
 */
export const sign = (x: TensorLike): Tensor => asTensor(x).sign();
/**
 * The sine of angles in radians, element by element. Accurate for |x| up to 10⁵.
 *
 * @example await sin([0, Math.PI / 2]).array(); // [0, 1]
 */
export const sin = (x: TensorLike): Tensor => asTensor(x).sin();
/**
 * The cosine of angles in radians, element by element. Accurate for |x| up to 10⁵.
 *
 * @example await cos([0, Math.PI]).array(); // [1, -1]
 */
export const cos = (x: TensorLike): Tensor => asTensor(x).cos();
/**
 * The hyperbolic tangent (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), element by element: from −1 to 1.
 *
 * @example await tanh([0, 0.5]).array(); // [0, 0.462117]
 */
export const tanh = (x: TensorLike): Tensor => asTensor(x).tanh();
/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt, element by element: from −1 to 1.
 *
 * @example await erf([0, 0.5]).array(); // [0, 0.5205]
 */
export const erf = (x: TensorLike): Tensor => asTensor(x).erf();
/**
 * The greater of two, element by element; NaN where either is NaN. Broadcasts. {@link max} folds axes.
 *
 * @example await maximum([1, 5], 3).array(); // [3, 5]
 */
export const maximum = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).maximum(b);
/**
 * The lesser of two, element by element; NaN where either is NaN. Broadcasts. {@link min} folds axes.
 *
 * @example await minimum([1, 5], 3).array(); // [1, 3]
 */
export const minimum = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).minimum(b);
/**
 * The matrix product Σₖ a[…, i, k] · b[…, k, j] with NumPy's rules: [..., m, k] and [..., k, n] give [..., m, n];
 * leading axes broadcast. A vector is a row on the left and a column on the right, and its axis is dropped from the
 * result.
 *
 * @throws ShapeError where the inner lengths differ, or an operand is a scalar
 * @example await matmul([[1, 2], [3, 4]], [[5], [6]]).array(); // [[17], [39]]
 */
export const matmul = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).matmul(b);
/**
 * The sum over axes (default: all). bool and uint8 are summed as int32. `keepDims` keeps the summed axes with length 1.
 *
 * @example await sum([[1, 2], [3, 4]], 0).array(); // [4, 6]
 */
export const sum = (x: TensorLike, ...rest: Parameters<Tensor["sum"]>): Tensor => asTensor(x).sum(...rest);
/**
 * The arithmetic mean over axes (default: all), in float32. `keepDims` keeps the axes with length 1.
 *
 * @example await mean([[1, 2], [3, 4]], 1).array(); // [1.5, 3.5]
 */
export const mean = (x: TensorLike, ...rest: Parameters<Tensor["mean"]>): Tensor => asTensor(x).mean(...rest);
/**
 * The variance Σ (x − mean)² / n over axes (default: all), in float32. `keepDims` keeps the axes with length 1.
 *
 * @example await variance([1, 2, 3, 4]).item(); // 1.25
 */
export function variance(
  x: TensorLike,
  axes?: Parameters<Tensor["mean"]>[0],
  options: { keepDims?: boolean } = {},
): Tensor {
  const at = asTensor(x);
  checkOptions("variance", options, ["keepDims"]);
  normalizeAxes(axes, at.ndim, "variance");
  return at
    .sub(at.mean(axes, { keepDims: true }))
    .square()
    .mean(axes, options);
}
