// Activation functions, elementwise unless stated otherwise, and the names that layers take for them.
import { ArgumentError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { lookUp } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { abs, exp, sign, tanh, where } from "./array.ts";
import { logSoftmax, softmax } from "./softmax.ts";

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
export function leakyRelu(x: TensorLike, { negativeSlope = 0.01 }: { readonly negativeSlope?: number } = {}): Tensor {
  const at = asTensor(x);
  return where(at.greater(0), at, at.mul(negativeSlope));
}

/**
 * x for x > 0, else α(eˣ − 1). Default α = 1. Clevert and others, 2015.
 *
 * @example await elu([-1, 2]).array(); // [-0.63212, 2]
 */
export function elu(x: TensorLike, { alpha = 1 }: { readonly alpha?: number } = {}): Tensor {
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
export function gelu(x: TensorLike, { approximate = false }: { readonly approximate?: boolean } = {}): Tensor {
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
 * The activation functions by the names that layers take, such as `layers.dense(10, { activation: "relu" })`.
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
  heaviside,
  sign,
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
