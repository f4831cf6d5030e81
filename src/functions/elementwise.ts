// Elementwise functions with NumPy's names, except activations.

import { dtypeInfo } from "../dtype.ts";
import * as ops from "../ops/index.ts";
import { asTensor, operand, Tensor, type TensorLike } from "../tensor.ts";

// The functions that are also methods of a tensor.
/**
 * The sum a + b, element by element. Broadcasts.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example await add([1, 2], 10).array(); // [11, 12]
 */
export const add = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).add(b);
/**
 * The difference a − b, element by element. Broadcasts.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example await subtract([5, 7], [1, 2]).array(); // [4, 5]
 */
export const subtract = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).sub(b);
/**
 * The product a · b, element by element. Broadcasts. {@link matmul} multiplies matrices.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example await multiply([1, 2], [3, 4]).array(); // [3, 8]
 */
export const multiply = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).mul(b);
/**
 * The quotient a / b, element by element, in float32. Broadcasts. x/0 is ±∞, 0/0 is NaN.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example await divide([1, 6], 4).array(); // [0.25, 1.5]
 */
export const divide = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).div(b);
/**
 * The power aᵇ, element by element, in float32. Broadcasts. NaN for a negative base with a fractional exponent.
 *
 * @throws ShapeError where the shapes do not broadcast
 * @example await power([2, 3], 2).array(); // [4, 9]
 */
export const power = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).pow(b);
/**
 * The square x², element by element.
 *
 * @example await square([-3, 4]).array(); // [9, 16]
 */
export const square = (x: TensorLike): Tensor => asTensor(x).square();
/**
 * The greatest integer ≤ x, element by element. Its gradient is 0.
 *
 * @example await floor([-1.5, 1.5]).array(); // [-2, 1]
 */
export const floor = (x: TensorLike): Tensor => asTensor(x).floor();
/**
 * The least integer ≥ x, element by element. Its gradient is 0.
 *
 * @example await ceil([-1.5, 1.5]).array(); // [-1, 2]
 */
export const ceil = (x: TensorLike): Tensor => asTensor(x).ceil();
/**
 * The nearest integer, element by element; halves go to the even one. Its gradient is 0.
 *
 * @example await round([0.5, 1.5, 2.4]).array(); // [0, 2, 2]
 */
export const round = (x: TensorLike): Tensor => asTensor(x).round();
/**
 * eˣ − 1, element by element, accurate near 0 too, where subtracting 1 from eˣ would lose digits.
 *
 * @example await expm1([0, 1e-6]).array(); // [0, 1.0000005e-6]
 */
export const expm1 = (x: TensorLike): Tensor => asTensor(x).expm1();
/**
 * ln(1 + x), element by element, accurate near 0 too: −∞ at −1, NaN below.
 *
 * @example await log1p([0, 1]).array(); // [0, 0.693147]
 */
export const log1p = (x: TensorLike): Tensor => asTensor(x).log1p();
/**
 * The tangent of angles in radians, element by element. Accurate for |x| up to 10⁴.
 *
 * @example await tan([0, 1]).array(); // [0, 1.557408]
 */
export const tan = (x: TensorLike): Tensor => asTensor(x).tan();

/**
 * The angle of the point (x, y) in radians, from −π to π, with the signs of both. Broadcasts.
 *
 * @example await arctan2([1, -1], [1, 1]).array(); // [0.785398, -0.785398]
 */
export const arctan2 = (y: TensorLike, x: TensorLike): Tensor => new Tensor(ops.atan2(asTensor(y).node, operand(x)));

/**
 * The reciprocal square root 1 / √x, element by element.
 *
 * @example await rsqrt([4, 16]).array(); // [0.5, 0.25]
 */
export const rsqrt = (x: TensorLike): Tensor => new Tensor(ops.div(1, asTensor(x).sqrt().node));

/**
 * x, limited to [`min`, `max`]; `null` (or NaN) means no bound. NaN stays NaN. The gradient is 1 within the bounds,
 * both included, and 0 outside, as in PyTorch.
 *
 * @example await clip([-2, 0.5, 7], 0, 1).array(); // [0, 0.5, 1]
 */
export function clip(x: TensorLike, min: TensorLike | null, max: TensorLike | null): Tensor {
  let y = asTensor(x);
  if (min !== null) y = new Tensor(ops.select(y.less(min).node, operand(min), y.node));
  if (max !== null) y = new Tensor(ops.select(y.greater(max).node, operand(max), y.node));
  return y;
}

/**
 * True where an element is NaN. bool.
 *
 * @example await isnan([1, NaN]).array(); // [false, true]
 */
export const isnan = (x: TensorLike): Tensor => asTensor(x).notEqual(x);

/**
 * True where an element is neither NaN nor infinite. bool.
 *
 * @example await isfinite([1, Infinity]).array(); // [true, false]
 */
export function isfinite(x: TensorLike): Tensor {
  const at = asTensor(x);
  return dtypeInfo(at.dtype).isFloat ? at.abs().less(Infinity) : new Tensor(ops.full(at.shape, 1, "bool"));
}

/**
 * True where an element is ∞ or −∞. bool.
 *
 * @example await isinf([1, -Infinity]).array(); // [false, true]
 */
export function isinf(x: TensorLike): Tensor {
  const at = asTensor(x);
  return dtypeInfo(at.dtype).isFloat ? at.abs().equal(Infinity) : new Tensor(ops.full(at.shape, 0, "bool"));
}
