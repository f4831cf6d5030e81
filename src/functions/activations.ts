// Activation functions, elementwise unless stated otherwise, and the names that layers take for them.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkOptions, lookUp } from "../options.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { abs, concatenate, exp, sign, split, tanh, where } from "./array.ts";
import {
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  relu6,
  softShrink,
  sparsePlus,
  sparseSigmoid,
} from "./piecewise.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { sparsemax } from "./sparsemax.ts";

/**
 * x itself: no activation.
 *
 * @example await linear([-1, 2]).array(); // [-1, 2]
 */
export const linear = (x: TensorLike): Tensor => asTensor(x);

/**
 * max(x, 0). Its derivative at 0 is 0. Nair and Hinton, 2010.
 *
 * @example await relu([-1, 2]).array(); // [0, 2]
 */
export const relu = (x: TensorLike): Tensor => asTensor(x).relu();

/**
 * x for x > 0, else negativeSlope·x. Maas and others, 2013. Default slope 0.01, as in PyTorch and most courses; Keras's
 * function has 0.2, and its layer (also `layers.leakyRelu`) 0.3.
 *
 * @example await leakyRelu([-1, 2]).array(); // [-0.01, 2]
 */
export function leakyRelu(x: TensorLike, options: { readonly negativeSlope?: number } = {}): Tensor {
  checkOptions("leakyRelu", options, ["negativeSlope"]);
  const { negativeSlope = 0.01 } = options;
  const at = asTensor(x);
  return where(at.greater(0), at, at.mul(negativeSlope));
}

/**
 * x for x > 0, else α(eˣ − 1). Default α = 1. Clevert and others, 2015.
 *
 * @example await elu([-1, 2]).array(); // [-0.63212, 2]
 */
export function elu(x: TensorLike, options: { readonly alpha?: number } = {}): Tensor {
  checkOptions("elu", options, ["alpha"]);
  const { alpha = 1 } = options;
  const at = asTensor(x);
  const positive = at.greater(0);
  // Positive x are replaced by 0 before the exponential, which could overflow there although it is not used.
  return where(positive, at, where(positive, 0, at).expm1().mul(alpha));
}

/**
 * λ·elu(x, α) with λ = 1.0507009873554805 and α = 1.6732632423543772, which keeps mean 0 and variance 1 from layer to
 * layer (with lecunNormal weights). Klambauer and others, 2017.
 *
 * @example await selu([-1, 1]).array(); // [-1.11133, 1.0507]
 */
export const selu = (x: TensorLike): Tensor => elu(x, { alpha: 1.6732632423543772 }).mul(1.0507009873554805);

/**
 * x·Φ(x) = ½x(1 + erf(x/√2)). Hendrycks and Gimpel, 2016.
 *
 * @param options.approximate ½x(1 + tanh(√(2/π)(x + 0.044715x³))) instead, as GPT-2 has it. Default: false.
 * @example await gelu([-1, 1]).array(); // [-0.158655, 0.841345]
 */
export function gelu(x: TensorLike, options: { readonly approximate?: boolean } = {}): Tensor {
  checkOptions("gelu", options, ["approximate"]);
  const { approximate = false } = options;
  const at = asTensor(x);
  const inner = approximate
    ? at
        .mul(at.mul(at).mul(0.044715).add(1))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
    : at.mul(Math.SQRT1_2).erf();
  return at.mul(0.5).mul(inner.add(1));
}

/**
 * σ(x) = 1/(1 + e⁻ˣ), from 0 to 1. Its derivative is σ(1 − σ). Results below e⁻⁸⁸ ≈ 6·10⁻³⁹ are cut there.
 *
 * @example await sigmoid([0, 2]).array(); // [0.5, 0.880797]
 */
export const sigmoid = (x: TensorLike): Tensor => asTensor(x).sigmoid();

/**
 * x·σ(x), also called swish. Ramachandran and others, 2017; Elfwing and others, 2017.
 *
 * @example await silu([-1, 1]).array(); // [-0.268941, 0.731059]
 */
export function silu(x: TensorLike): Tensor {
  const at = asTensor(x);
  return at.mul(sigmoid(at));
}

/**
 * Another name of {@link silu}.
 *
 * @example await swish([-1, 1]).array(); // [-0.268941, 0.731059]
 */
export const swish = silu;

/**
 * ln(1 + eˣ), a smooth relu, computed as max(x, 0) + ln(1 + e^−|x|). Its derivative is the sigmoid.
 *
 * @example await softplus([0, 2]).array(); // [0.693147, 2.126928]
 */
export function softplus(x: TensorLike): Tensor {
  const at = asFloat(x);
  const value = at.maximum(0).add(at.abs().neg().exp().log1p());
  // The parts have kinks at 0 that cancel in the value and its slope, but not in the second derivative.
  return new Tensor(ops.customGradient(value.node, [at.node], (dy) => [ops.mul(dy, ops.sigmoid(at.node))]));
}

/**
 * x / (1 + |x|).
 *
 * @example await softsign([-1, 3]).array(); // [-0.5, 0.75]
 */
export function softsign(x: TensorLike): Tensor {
  const at = asTensor(x);
  return at.div(abs(at).add(1));
}

/**
 * x for x > 0, else α(e^(x/α) − 1): an {@link elu} whose slope has no jump for any α. Default α = 1. Barron, 2017.
 *
 * @example await celu([-1, 2]).array(); // [-0.63212, 2]
 */
export function celu(x: TensorLike, options: { readonly alpha?: number } = {}): Tensor {
  checkOptions("celu", options, ["alpha"]);
  const { alpha = 1 } = options;
  const at = asFloat(x);
  const positive = at.greater(0);
  return where(
    positive,
    at,
    where(positive, 0, at)
      .mul(1 / alpha)
      .expm1()
      .mul(alpha),
  );
}

/**
 * x·tanh(softplus(x)). Misra, 2019.
 *
 * @example await mish([-1, 1]).array(); // [-0.303401, 0.865098]
 */
export function mish(x: TensorLike): Tensor {
  const at = asTensor(x);
  return at.mul(softplus(at).tanh());
}

/**
 * ½(x + √(x² + b)), a softplus without exponentials. Default b = 4. Barron, 2021.
 *
 * @example await squareplus([-1, 0, 1]).array(); // [0.618034, 1, 1.618034]
 */
export function squareplus(x: TensorLike, options: { readonly b?: number } = {}): Tensor {
  checkOptions("squareplus", options, ["b"]);
  const { b = 4 } = options;
  const at = asFloat(x);
  const root = at.square().add(b).sqrt();
  const distance = at.abs();
  // Below 0 the sum is a difference of equals; ½b/(√(x² + b) − x) is the same number.
  const value = where(
    at.less(0),
    root
      .add(distance)
      .pow(-1)
      .mul(0.5 * b),
    root.add(distance).mul(0.5),
  );
  // d squareplus = s dx with s = ½(1 + x/√(x² + b)) = squareplus/√(x² + b), and ds = ½b/(x² + b)^(3/2) dx
  const curve = root.pow(-3).mul(0.5 * b);
  const slope = ops.customGradient(ops.div(value.node, root.node), [at.node], (dy) => [ops.mul(dy, curve.node)]);
  return new Tensor(ops.customGradient(value.node, [at.node], (dy) => [ops.mul(dy, slope)]));
}

/**
 * ln σ(x) = −softplus(−x), exact where σ(x) itself would round to 0 or 1.
 *
 * @example await logSigmoid([-200, 0]).array(); // [-200, -0.693147]
 */
export const logSigmoid = (x: TensorLike): Tensor => softplus(asTensor(x).neg()).neg();

/**
 * x − tanh x.
 *
 * @example await tanhShrink([0, 2]).array(); // [0, 1.035972]
 */
export function tanhShrink(x: TensorLike): Tensor {
  const at = asFloat(x);
  return at.sub(at.tanh());
}

/**
 * 0 for x < 0, ½ at 0, 1 for x > 0: the threshold neuron of McCulloch and Pitts, 1943. Its gradient is 0.
 *
 * @example await heaviside([-1, 0, 3]).array(); // [0, 0.5, 1]
 */
export const heaviside = (x: TensorLike): Tensor => asTensor(x).sign().add(1).mul(0.5);

/**
 * The greatest of each group of neighbours along the last axis: [..., units · pieces] becomes [..., units].
 * Goodfellow and others, 2013. Throws {@link ArgumentError} if `units` does not divide the axis.
 *
 * @example await maxout([1, 5, 4, 2], 2).array(); // [5, 4]
 */
export function maxout(x: TensorLike, units: number): Tensor {
  const at = asTensor(x);
  const width = at.shape.at(-1) ?? 0;
  if (!Number.isInteger(units) || units < 1 || width % units !== 0 || width === 0) {
    throw new ArgumentError(`maxout: ${units} units must divide the last axis of ${formatShape(at.shape)}.`);
  }
  return at.reshape([...at.shape.slice(0, -1), units, width / units]).max(-1);
}

/**
 * a·σ(b), where a and b are the halves of x along `axis` (default: the last): [..., 2n] becomes [..., n]. A gated
 * linear unit. Dauphin and others, 2017.
 *
 * @throws ShapeError where the axis has an odd length
 * @example await glu([1, 2, 0, 100]).array(); // [0.5, 2]
 */
export function glu(x: TensorLike, axis = -1): Tensor {
  const at = asTensor(x);
  const length = at.shape[normalizeAxis(axis, at.ndim, "glu")]!;
  if (length % 2 !== 0)
    throw new ShapeError(`glu: expected an axis of even length, got ${length} in ${formatShape(at.shape)}.`);
  const [a, b] = split(at, 2, axis) as [Tensor, Tensor];
  return a.mul(b.sigmoid());
}

/**
 * relu(x) and relu(−x), one after the other along `axis` (default: the last): [..., n] becomes [..., 2n]. Shang and
 * others, 2016.
 *
 * @example await crelu([-1, 2]).array(); // [0, 2, 1, 0]
 */
export function crelu(x: TensorLike, axis = -1): Tensor {
  const at = asTensor(x);
  return concatenate([at.relu(), at.neg().relu()], axis);
}

/**
 * The activation functions by the names that layers take, such as `layers.dense(10, { activation: "relu" })`. Layers
 * keep the shape of what they activate, so that {@link maxout}, {@link glu} and {@link crelu}, which do not, have no
 * such name, nor has {@link threshold}, which has no defaults.
 *
 * @example await activations.relu([-1, 2]).array(); // [0, 2]
 */
export const activations = {
  linear,
  relu,
  leakyRelu,
  elu,
  selu,
  gelu,
  silu,
  swish,
  softplus,
  softsign,
  sigmoid,
  tanh,
  softmax,
  logSoftmax,
  exp,
  /**
   * Keras's name of {@link exp}.
   *
   * @example layers.dense(1, { activation: "exponential" });
   */
  exponential: exp,
  heaviside,
  sign,
  relu6,
  celu,
  mish,
  squareplus,
  logSigmoid,
  tanhShrink,
  hardSigmoid,
  hardSilu,
  hardSwish,
  hardTanh,
  hardShrink,
  softShrink,
  sparsePlus,
  sparseSigmoid,
  sparsemax,
} as const;

/** A name that layers take for an activation. */
export type ActivationName = keyof typeof activations;

/** A function of a tensor that keeps its shape. */
export type ActivationFunction = (x: Tensor) => Tensor;

/**
 * The function that a name stands for, with its default options. Throws {@link ArgumentError} for an unknown name.
 *
 * @example await activation("relu")(tensor([-1, 2])).array(); // [0, 2]
 */
export function activation(name: string): ActivationFunction {
  const found: (x: TensorLike) => Tensor = lookUp("activation", name, activations);
  return (x) => found(x);
}
