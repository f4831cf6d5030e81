// Activation functions made of straight and parabolic pieces, element by element. NaN stays NaN.
import { checkOptions } from "../options.ts";
import { asFloat, asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";

/** `below` for x ≤ from, `above` for x ≥ to, `between` (a function of x itself) elsewhere. */
function pieces(x: Tensor, from: number, to: number, below: Tensor | number, between: Tensor, above: Tensor | number) {
  return where(x.lessEqual(from), below, where(x.greaterEqual(to), above, between));
}

/**
 * min(max(x, 0), 6): a relu that keeps its range in 8 bits. Its slope is 0 at 0 and at 6. Krizhevsky, 2010.
 *
 * @example await relu6([-1, 2, 7]).array(); // [0, 2, 6]
 */
export function relu6(x: TensorLike): Tensor {
  const at = asTensor(x);
  return pieces(at, 0, 6, 0, at, 6);
}

/**
 * x limited to [−1, 1]. Its slope is 0 at −1 and at 1. Collobert, 2004.
 *
 * @example await hardTanh([-2, 0.5, 3]).array(); // [-1, 0.5, 1]
 */
export function hardTanh(x: TensorLike): Tensor {
  const at = asTensor(x);
  return pieces(at, -1, 1, -1, at, 1);
}

/**
 * x/6 + ½, limited to [0, 1]: a sigmoid without an exponential. Courbariaux and others, 2015; these slopes are Keras
 * 3's and PyTorch's.
 *
 * @example await hardSigmoid([-4, 0, 1.5]).array(); // [0, 0.5, 0.75]
 */
export function hardSigmoid(x: TensorLike): Tensor {
  const at = asFloat(x);
  return pieces(at, -3, 3, 0, at.add(3).mul(1 / 6), 1);
}

/**
 * x·hardSigmoid(x): {@link silu} without an exponential. Howard and others, 2019.
 *
 * @example await hardSilu([-4, -1, 4]).array(); // [0, -0.333333, 4]
 */
export function hardSilu(x: TensorLike): Tensor {
  const at = asFloat(x);
  return pieces(at, -3, 3, 0, at.mul(at.add(3)).mul(1 / 6), at);
}

/**
 * Another name of {@link hardSilu}.
 *
 * @example await hardSwish([-4, -1, 4]).array(); // [0, -0.333333, 4]
 */
export const hardSwish = hardSilu;

/**
 * 0 for |x| ≤ threshold, else x. Default threshold: 0.5. Donoho and Johnstone, 1994.
 *
 * @example await hardShrink([-1, 0.5, 2]).array(); // [-1, 0, 2]
 */
export function hardShrink(x: TensorLike, options: { readonly threshold?: number } = {}): Tensor {
  checkOptions("hardShrink", options, ["threshold"]);
  const { threshold = 0.5 } = options;
  const at = asTensor(x);
  return where(at.abs().lessEqual(threshold), 0, at);
}

/**
 * 0 for |x| ≤ threshold, else x, moved towards 0 by the threshold: the proximal step of an L1 penalty. Default
 * threshold: 0.5. Donoho, 1995.
 *
 * @example await softShrink([-1, 0.5, 2]).array(); // [-0.5, 0, 1.5]
 */
export function softShrink(x: TensorLike, options: { readonly threshold?: number } = {}): Tensor {
  checkOptions("softShrink", options, ["threshold"]);
  const { threshold = 0.5 } = options;
  const at = asFloat(x);
  return where(at.abs().lessEqual(threshold), 0, at.sub(at.sign().mul(threshold)));
}

/**
 * x above `limit`, else `value`.
 *
 * @example await threshold([-1, 0.5, 2], 0.5, -3).array(); // [-3, -3, 2]
 */
export function threshold(x: TensorLike, limit: number, value: number): Tensor {
  const at = asTensor(x);
  return where(at.lessEqual(limit), value, at);
}

/**
 * 0 for x ≤ −1, ¼(x + 1)² to 1, then x: a softplus that reaches 0, as in JAX and Keras. Its slope is
 * {@link sparseSigmoid}.
 *
 * @example await sparsePlus([-2, 0, 3]).array(); // [0, 0.25, 3]
 */
export function sparsePlus(x: TensorLike): Tensor {
  const at = asFloat(x);
  return pieces(at, -1, 1, 0, at.add(1).square().mul(0.25), at);
}

/**
 * ½(x + 1), limited to [0, 1]: {@link sparsemax} of two scores, [x, −x]/2, as sigmoid is the softmax of two. Martins
 * and Astudillo, 2016.
 *
 * @example await sparseSigmoid([-2, 0, 0.5]).array(); // [0, 0.5, 0.75]
 */
export function sparseSigmoid(x: TensorLike): Tensor {
  const at = asFloat(x);
  return pieces(at, -1, 1, 0, at.mul(0.5).add(0.5), 1);
}
