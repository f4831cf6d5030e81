// Factories of the basic layers, with Keras's names in camel case.
import type { Shape } from "../../shape.ts";
import type { LayerOptions } from "../tree/layer.ts";
import { type First, named } from "../tree/positional.ts";
import { Activation, type ActivationLike } from "./activation.ts";
import { Dense, type DenseOptions } from "./dense.ts";
import { Embedding, type EmbeddingOptions } from "./embedding.ts";
import { Input } from "./input.ts";
import { Identity, Lambda, type LambdaFunction } from "./lambda.ts";
import { Masking, type MaskingOptions } from "./masking.ts";
import { Maxout, type MaxoutOptions } from "./maxout.ts";
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

/** {@link Activation}: an activation as a layer. */
export const activation = (activation: ActivationLike, options: LayerOptions = {}): Activation =>
  new Activation({ ...options, activation });
/** {@link Dense}: the fully connected layer. */
export const dense = (units: number, options: DenseOptions = {}): Dense => new Dense({ ...options, units });
/** {@link ELU}: x, or α(eˣ − 1) below 0. */
export const elu = (...given: First<ELUConfig, "alpha">): ELU => new ELU(named("alpha", given));
/** {@link Embedding}: a learned vector for each integer. */
export const embedding = (inputDim: number, outputDim: number, options: EmbeddingOptions = {}): Embedding =>
  new Embedding({ ...options, inputDim, outputDim });
/** {@link Identity}: returns its input. */
export const identity = (options: LayerOptions = {}): Identity => new Identity(options);
/** {@link Input}: the shape of the examples, without the batch axis. */
export const input = (shape: Shape, options: LayerOptions = {}): Input => new Input({ ...options, shape });
/** {@link Lambda}: applies a function of your own. */
export const lambda = (f: LambdaFunction | string, options: LayerOptions = {}): Lambda =>
  new Lambda({ ...options, function: f });
/** {@link LeakyReLU}: x, or negativeSlope·x below 0. */
export const leakyRelu = (...given: First<LeakyReLUConfig, "negativeSlope">): LeakyReLU =>
  new LeakyReLU(named("negativeSlope", given));
/** {@link Masking}: masks steps that hold nothing but one value. */
export const masking = (...given: First<MaskingOptions, "maskValue">): Masking =>
  new Masking(named("maskValue", given));
/** {@link Maxout}: the greatest of several linear functions. */
export const maxout = (units: number, options: MaxoutOptions = {}): Maxout => new Maxout({ ...options, units });
/** {@link PReLU}: a leaky relu whose slope is learned. */
export const prelu = (config: PReLUConfig = {}): PReLU => new PReLU(config);
/** {@link ReLU}: max(x, 0). */
export const relu = (options: LayerOptions = {}): ReLU => new ReLU(options);
/** {@link Softmax}: turns scores into probabilities. */
export const softmax = (...given: First<SoftmaxConfig, "axis">): Softmax => new Softmax(named("axis", given));
