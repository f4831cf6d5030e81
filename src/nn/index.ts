// The `layers` namespace: one factory a layer, with Keras's names in camel case.

import type { Shape } from "../shape.ts";
import { Activation, type ActivationLike } from "./activation.ts";
import { Concatenate, type ConcatenateConfig } from "./concatenate.ts";
import { Dense, type DenseOptions } from "./dense.ts";
import { Dot, type DotConfig, type DotOptions } from "./dot.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { Input } from "./input.ts";
import type { LayerOptions } from "./layer.ts";
import { Maxout, type MaxoutOptions } from "./maxout.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging.ts";
import {
  ELU,
  type ELUConfig,
  LeakyReLU,
  type LeakyReLUConfig,
  ReLU,
  Softmax,
  type SoftmaxConfig,
} from "./pointwise.ts";
import { PReLU, type PReLUConfig } from "./prelu.ts";
import { Rescaling } from "./rescaling.ts";
import { Reshape } from "./reshape.ts";

/** {@link Activation}: an activation as a layer. */
export const activation = (activation: ActivationLike, options: LayerOptions = {}): Activation =>
  new Activation({ ...options, activation });
/** {@link Add}: the sum of several inputs. */
export const add = (options: LayerOptions = {}): Add => new Add(options);
/** {@link Average}: the mean of several inputs. */
export const average = (options: LayerOptions = {}): Average => new Average(options);
/** {@link Concatenate}: several inputs joined along an axis. */
export const concatenate = (config: ConcatenateConfig = {}): Concatenate => new Concatenate(config);
/** {@link Dense}: the fully connected layer. */
export const dense = (units: number, options: DenseOptions = {}): Dense => new Dense({ ...options, units });
/** {@link Dot}: products of two inputs, summed over an axis of each. */
export const dot = (axes: DotConfig["axes"], options: DotOptions = {}): Dot => new Dot({ ...options, axes });
/** {@link Dropout}: sets values to zero at random while training. */
export const dropout = (rate: number, options: LayerOptions = {}): Dropout => new Dropout({ ...options, rate });
/** {@link ELU}: x, or α(eˣ − 1) below 0. */
export const elu = (config: ELUConfig = {}): ELU => new ELU(config);
/** {@link Flatten}: all axes of an example become one. */
export const flatten = (options: LayerOptions = {}): Flatten => new Flatten(options);
/** {@link Input}: the shape of the examples, without the batch axis. */
export const input = (shape: Shape, options: LayerOptions = {}): Input => new Input({ ...options, shape });
/** {@link LeakyReLU}: x, or negativeSlope·x below 0. */
export const leakyRelu = (config: LeakyReLUConfig = {}): LeakyReLU => new LeakyReLU(config);
/** {@link Maximum}: the greatest of several inputs, element by element. */
export const maximum = (options: LayerOptions = {}): Maximum => new Maximum(options);
/** {@link Maxout}: the greatest of several linear functions. */
export const maxout = (units: number, options: MaxoutOptions = {}): Maxout => new Maxout({ ...options, units });
/** {@link Minimum}: the least of several inputs, element by element. */
export const minimum = (options: LayerOptions = {}): Minimum => new Minimum(options);
/** {@link Multiply}: the elementwise product of several inputs. */
export const multiply = (options: LayerOptions = {}): Multiply => new Multiply(options);
/** {@link PReLU}: a leaky relu whose slope is learned. */
export const prelu = (config: PReLUConfig = {}): PReLU => new PReLU(config);
/** {@link ReLU}: max(x, 0). */
export const relu = (options: LayerOptions = {}): ReLU => new ReLU(options);
/** {@link Rescaling}: x · scale + offset. */
export const rescaling = (scale: number, offset = 0, options: LayerOptions = {}): Rescaling =>
  new Rescaling({ ...options, scale, offset });
/** {@link Reshape}: gives examples another shape. */
export const reshape = (targetShape: Shape, options: LayerOptions = {}): Reshape =>
  new Reshape({ ...options, targetShape });
/** {@link Softmax}: turns scores into probabilities. */
export const softmax = (config: SoftmaxConfig = {}): Softmax => new Softmax(config);
/** {@link Subtract}: the difference of two inputs. */
export const subtract = (options: LayerOptions = {}): Subtract => new Subtract(options);
