// Elementwise functions with NumPy's names that are no activations.

import { dtypeInfo } from "../dtype.ts";
import * as ops from "../ops/index.ts";
import { asTensor, operand, Tensor, type TensorLike } from "../tensor.ts";

// The functions that are also methods of a tensor.
export const add = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).add(b);
export const subtract = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).sub(b);
export const multiply = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).mul(b);
export const divide = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).div(b);
export const power = (a: TensorLike, b: TensorLike): Tensor => asTensor(a).pow(b);
export const square = (x: TensorLike): Tensor => asTensor(x).square();
export const floor = (x: TensorLike): Tensor => asTensor(x).floor();
export const ceil = (x: TensorLike): Tensor => asTensor(x).ceil();
export const round = (x: TensorLike): Tensor => asTensor(x).round();
export const expm1 = (x: TensorLike): Tensor => asTensor(x).expm1();
export const log1p = (x: TensorLike): Tensor => asTensor(x).log1p();
export const tan = (x: TensorLike): Tensor => asTensor(x).tan();

/** The angle of the point (x, y), from −π to π, with the signs of both. */
export const arctan2 = (y: TensorLike, x: TensorLike): Tensor => new Tensor(ops.atan2(asTensor(y).node, operand(x)));

/** 1 / √x. */
export const rsqrt = (x: TensorLike): Tensor => new Tensor(ops.div(1, asTensor(x).sqrt().node));

/**
 * x, but no less than `min` and no more than `max`; `null` (or NaN) for no bound. NaN stays NaN. The gradient is 1 from bound to
 * bound, both included, and 0 outside, as in PyTorch.
 *
 * @example await clip([-2, 0.5, 7], 0, 1).array(); // [0, 0.5, 1]
 */
export function clip(x: TensorLike, min: TensorLike | null, max: TensorLike | null): Tensor {
  let y = asTensor(x);
  if (min !== null) y = new Tensor(ops.select(y.less(min).node, operand(min), y.node));
  if (max !== null) y = new Tensor(ops.select(y.greater(max).node, operand(max), y.node));
  return y;
}

/** Whether an element is NaN. bool. */
export const isnan = (x: TensorLike): Tensor => asTensor(x).notEqual(x);

/** Whether an element is neither NaN nor infinite. bool. */
export function isfinite(x: TensorLike): Tensor {
  const at = asTensor(x);
  return dtypeInfo(at.dtype).isFloat ? at.abs().less(Infinity) : new Tensor(ops.full(at.shape, 1, "bool"));
}

/** Whether an element is ∞ or −∞. bool. */
export function isinf(x: TensorLike): Tensor {
  const at = asTensor(x);
  return dtypeInfo(at.dtype).isFloat ? at.abs().equal(Infinity) : new Tensor(ops.full(at.shape, 0, "bool"));
}
