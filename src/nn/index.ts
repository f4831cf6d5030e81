// The `layers` namespace: one factory a layer, with Keras's names in camel case.

import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  TransformerDecoder,
  type TransformerDecoderOptions,
  TransformerEncoder,
  type TransformerOptions,
} from "./attention/transformer.ts";
import {
  Conv1D,
  type Conv1DOptions,
  Conv2D,
  Conv3D,
  type ConvConfig,
  type ConvOptions,
} from "./convolution/convolution.ts";
import {
  type DepthwiseConfig,
  DepthwiseConv1D,
  DepthwiseConv2D,
  type DepthwiseOptions,
  type SeparableConfig,
  SeparableConv1D,
  SeparableConv2D,
  type SeparableOptions,
} from "./convolution/depthwise.ts";
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  type GlobalPoolingLayerOptions,
} from "./convolution/global-pooling.ts";
import {
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  type PoolingLayerOptions,
} from "./convolution/pooling.ts";
import {
  Conv1DTranspose,
  Conv2DTranspose,
  Conv3DTranspose,
  type TransposedConfig,
  type TransposedOptions,
} from "./convolution/transposed.ts";
import { Activation, type ActivationLike } from "./core/activation.ts";
import { Dense, type DenseOptions } from "./core/dense.ts";
import { Embedding, type EmbeddingOptions } from "./core/embedding.ts";
import { Input } from "./core/input.ts";
import { Maxout, type MaxoutOptions } from "./core/maxout.ts";
import {
  ELU,
  type ELUConfig,
  LeakyReLU,
  type LeakyReLUConfig,
  ReLU,
  Softmax,
  type SoftmaxConfig,
} from "./core/pointwise.ts";
import { PReLU, type PReLUConfig } from "./core/prelu.ts";
import { Concatenate, type ConcatenateConfig } from "./merging/concatenate.ts";
import { Dot, type DotConfig, type DotOptions } from "./merging/dot.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging/merging.ts";
import { BatchNormalization, type BatchNormalizationOptions } from "./normalization/batch-normalization.ts";
import {
  GroupNormalization,
  type GroupNormalizationOptions,
  LayerNormalization,
  type LayerNormalizationOptions,
  RMSNormalization,
  type RMSNormalizationOptions,
  UnitNormalization,
  type UnitNormalizationOptions,
} from "./normalization/normalization.ts";
import { SpectralNormalization, type SpectralNormalizationOptions } from "./normalization/spectral-normalization.ts";
import { Rescaling } from "./preprocessing/rescaling.ts";
import { Bidirectional, type BidirectionalOptions } from "./recurrent/bidirectional.ts";
import { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from "./recurrent/gru.ts";
import { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions } from "./recurrent/lstm.ts";
import type { RecurrentCell, RecurrentOptions } from "./recurrent/recurrent-cell.ts";
import { RNN, type RNNOptions } from "./recurrent/rnn.ts";
import { SimpleRNN, SimpleRNNCell, type SimpleRNNOptions } from "./recurrent/simple-rnn.ts";
import { StackedRNNCells } from "./recurrent/stacked-rnn-cells.ts";
import { TimeDistributed } from "./recurrent/time-distributed.ts";
import {
  ActivityRegularization,
  type ActivityRegularizationOptions,
} from "./regularization/activity-regularization.ts";
import { Dropout } from "./regularization/dropout.ts";
import {
  AlphaDropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from "./regularization/noise.ts";
import { Flatten } from "./reshaping/flatten.ts";
import { Reshape } from "./reshaping/reshape.ts";
import type { Layer, LayerOptions } from "./tree/layer.ts";
import type { Tensors } from "./tree/tree.ts";

type WithStates = { readonly returnState: true };
type Cells = RecurrentCell | readonly RecurrentCell[];

import {
  AdditiveAttention,
  Attention,
  type AttentionLayerOptions,
  type DotAttentionOptions,
} from "./attention/dot-attention.ts";
import {
  GroupedQueryAttention,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
  type MultiHeadOptions,
} from "./attention/multi-head-attention.ts";
import {
  PositionEmbedding,
  type PositionEmbeddingOptions,
  RotaryEmbedding,
  SinePositionEncoding,
  type WavelengthOptions,
} from "./attention/positions.ts";
import { Identity, Lambda, type LambdaFunction } from "./core/lambda.ts";
import { Masking, type MaskingOptions } from "./core/masking.ts";
import {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  type Margin1D,
  type Margins,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} from "./reshaping/margins.ts";
import { Permute, RepeatVector } from "./reshaping/permute.ts";
import {
  UpSampling1D,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  type UpSamplingOptions,
} from "./reshaping/up-sampling.ts";

type WithScores = { readonly returnAttentionScores: true };

/** The arguments of a factory whose first option may be given by position, as in Keras. */
type First<Options, Key extends keyof Options> =
  | [options?: Options]
  | [value: NonNullable<Options[Key]>, options?: Omit<Options, Key>];

/** The options of `maxPooling2d(2)`, which is `maxPooling2d({ poolSize: 2 })`. */
function named<Options extends object, Key extends keyof Options>(key: Key, given: First<Options, Key>): Options {
  const [first, options] = given as [unknown, object?];
  const byPosition = typeof first === "number" || Array.isArray(first);
  return (byPosition ? { ...options, [key]: first } : first) as Options;
}

/** {@link Activation}: an activation as a layer. */
export const activation = (activation: ActivationLike, options: LayerOptions = {}): Activation =>
  new Activation({ ...options, activation });
/** {@link ActivityRegularization}: a penalty on the values that pass through. */
export const activityRegularization = (options: ActivityRegularizationOptions = {}): ActivityRegularization =>
  new ActivityRegularization(options);
/** {@link Add}: the sum of several inputs. */
export const add = (options: LayerOptions = {}): Add => new Add(options);
/** {@link AlphaDropout}: the dropout that goes with selu. */
export const alphaDropout = (rate: number, options: LayerOptions = {}): AlphaDropout =>
  new AlphaDropout({ ...options, rate });
/** {@link Average}: the mean of several inputs. */
export const average = (options: LayerOptions = {}): Average => new Average(options);
/** {@link AveragePooling1D}: the mean of each window of steps. */
export const averagePooling1d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling1D =>
  new AveragePooling1D(named("poolSize", given));
/** {@link AveragePooling2D}: the mean of each window of pixels. */
export const averagePooling2d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling2D =>
  new AveragePooling2D(named("poolSize", given));
/** {@link AveragePooling3D}: the mean of each window of a volume. */
export const averagePooling3d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling3D =>
  new AveragePooling3D(named("poolSize", given));
/** {@link BatchNormalization}: each channel gets mean 0 and variance 1 over the batch. */
export const batchNormalization = (options: BatchNormalizationOptions = {}): BatchNormalization =>
  new BatchNormalization(options);
/** {@link Concatenate}: several inputs joined along an axis. */
export const concatenate = (config: ConcatenateConfig = {}): Concatenate => new Concatenate(config);
/** {@link Conv1D}: the convolution of sequences. */
export const conv1d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: Conv1DOptions = {}): Conv1D =>
  new Conv1D({ ...options, filters, kernelSize });
/** {@link Conv1DTranspose}: the transposed convolution of sequences. */
export const conv1dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv1DTranspose => new Conv1DTranspose({ ...options, filters, kernelSize });
/** {@link Conv2D}: the convolution of images. */
export const conv2d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: ConvOptions = {}): Conv2D =>
  new Conv2D({ ...options, filters, kernelSize });
/** {@link Conv2DTranspose}: the transposed convolution of images. */
export const conv2dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv2DTranspose => new Conv2DTranspose({ ...options, filters, kernelSize });
/** {@link Conv3D}: the convolution of volumes. */
export const conv3d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: ConvOptions = {}): Conv3D =>
  new Conv3D({ ...options, filters, kernelSize });
/** {@link Conv3DTranspose}: the transposed convolution of volumes. */
export const conv3dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv3DTranspose => new Conv3DTranspose({ ...options, filters, kernelSize });
/** {@link Bidirectional}: runs a recurrent layer in both directions. */
export function bidirectional(
  layer: RNN<any>,
  options: BidirectionalOptions & { readonly mergeMode: null },
): Bidirectional<readonly Tensor[]>;
export function bidirectional<Out extends Tensors>(layer: RNN<Out>, options?: BidirectionalOptions): Bidirectional<Out>;
export function bidirectional(layer: RNN<any>, options: BidirectionalOptions = {}): Bidirectional<any> {
  return new Bidirectional({ ...options, layer });
}
/** {@link Cropping1D}: cuts off steps at both ends. */
export const cropping1d = (cropping: Margin1D = 1, options: LayerOptions = {}): Cropping1D =>
  new Cropping1D({ ...options, cropping });
/** {@link Cropping2D}: cuts off the edges of images. */
export const cropping2d = (cropping: Margins = 0, options: LayerOptions = {}): Cropping2D =>
  new Cropping2D({ ...options, cropping });
/** {@link Cropping3D}: cuts off the faces of volumes. */
export const cropping3d = (cropping: Margins = 1, options: LayerOptions = {}): Cropping3D =>
  new Cropping3D({ ...options, cropping });
/** {@link Dense}: the fully connected layer. */
export const dense = (units: number, options: DenseOptions = {}): Dense => new Dense({ ...options, units });
/** {@link DepthwiseConv1D}: the convolution of sequences, each channel by itself. */
export const depthwiseConv1d = (
  kernelSize: DepthwiseConfig["kernelSize"],
  options: DepthwiseOptions = {},
): DepthwiseConv1D => new DepthwiseConv1D({ ...options, kernelSize });
/** {@link DepthwiseConv2D}: the convolution of images, each channel by itself. */
export const depthwiseConv2d = (
  kernelSize: DepthwiseConfig["kernelSize"],
  options: DepthwiseOptions = {},
): DepthwiseConv2D => new DepthwiseConv2D({ ...options, kernelSize });
/** {@link Dot}: products of two inputs, summed over an axis of each. */
export const dot = (axes: DotConfig["axes"], options: DotOptions = {}): Dot => new Dot({ ...options, axes });
/** {@link Dropout}: sets values to zero at random while training. */
export const dropout = (rate: number, options: LayerOptions = {}): Dropout => new Dropout({ ...options, rate });
/** {@link ELU}: x, or α(eˣ − 1) below 0. */
export const elu = (...given: First<ELUConfig, "alpha">): ELU => new ELU(named("alpha", given));
/** {@link Embedding}: a learned vector for each integer. */
export const embedding = (inputDim: number, outputDim: number, options: EmbeddingOptions = {}): Embedding =>
  new Embedding({ ...options, inputDim, outputDim });
/** {@link Flatten}: all axes of an example become one. */
export const flatten = (options: LayerOptions = {}): Flatten => new Flatten(options);
/** {@link GRU}: the gated recurrent unit. */
export function gru(units: number, options: GRUOptions & WithStates): GRU<readonly Tensor[]>;
export function gru(units: number, options?: GRUOptions): GRU;
export function gru(units: number, options: GRUOptions = {}): GRU<any> {
  return new GRU({ ...options, units });
}
/** {@link GRUCell}: one step of a gated recurrent unit. */
export const gruCell = (units: number, options: GRUCellOptions = {}): GRUCell => new GRUCell({ ...options, units });
/** {@link GaussianDropout}: multiplies by noise while training. */
export const gaussianDropout = (rate: number, options: LayerOptions = {}): GaussianDropout =>
  new GaussianDropout({ ...options, rate });
/** {@link GaussianNoise}: adds noise while training. */
export const gaussianNoise = (stddev: number, options: LayerOptions = {}): GaussianNoise =>
  new GaussianNoise({ ...options, stddev });
/** {@link GlobalAveragePooling1D}: the mean of each channel over all steps. */
export const globalAveragePooling1d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling1D =>
  new GlobalAveragePooling1D(options);
/** {@link GlobalAveragePooling2D}: the mean of each channel over all pixels. */
export const globalAveragePooling2d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling2D =>
  new GlobalAveragePooling2D(options);
/** {@link GlobalAveragePooling3D}: the mean of each channel over all of a volume. */
export const globalAveragePooling3d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling3D =>
  new GlobalAveragePooling3D(options);
/** {@link GlobalMaxPooling1D}: the maximum of each channel over all steps. */
export const globalMaxPooling1d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling1D =>
  new GlobalMaxPooling1D(options);
/** {@link GlobalMaxPooling2D}: the maximum of each channel over all pixels. */
export const globalMaxPooling2d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling2D =>
  new GlobalMaxPooling2D(options);
/** {@link GlobalMaxPooling3D}: the maximum of each channel over all of a volume. */
export const globalMaxPooling3d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling3D =>
  new GlobalMaxPooling3D(options);
/** {@link GroupNormalization}: groups of channels get mean 0 and variance 1 in each example. */
export const groupNormalization = (...given: First<GroupNormalizationOptions, "groups">): GroupNormalization =>
  new GroupNormalization(named("groups", given));
/** {@link Identity}: returns its input. */
export const identity = (options: LayerOptions = {}): Identity => new Identity(options);
/** {@link Input}: the shape of the examples, without the batch axis. */
export const input = (shape: Shape, options: LayerOptions = {}): Input => new Input({ ...options, shape });
/** {@link Lambda}: applies a function of your own. */
export const lambda = (f: LambdaFunction | string, options: LayerOptions = {}): Lambda =>
  new Lambda({ ...options, function: f });
/** {@link LayerNormalization}: each example gets mean 0 and variance 1. */
export const layerNormalization = (options: LayerNormalizationOptions = {}): LayerNormalization =>
  new LayerNormalization(options);
/** {@link LeakyReLU}: x, or negativeSlope·x below 0. */
export const leakyRelu = (...given: First<LeakyReLUConfig, "negativeSlope">): LeakyReLU =>
  new LeakyReLU(named("negativeSlope", given));
/** {@link Masking}: masks steps that hold nothing but one value. */
export const masking = (...given: First<MaskingOptions, "maskValue">): Masking =>
  new Masking(named("maskValue", given));
/** {@link Maximum}: the greatest of several inputs, element by element. */
export const maximum = (options: LayerOptions = {}): Maximum => new Maximum(options);
/** {@link LSTM}: long short-term memory. */
export function lstm(units: number, options: LSTMOptions & WithStates): LSTM<readonly Tensor[]>;
export function lstm(units: number, options?: LSTMOptions): LSTM;
export function lstm(units: number, options: LSTMOptions = {}): LSTM<any> {
  return new LSTM({ ...options, units });
}
/** {@link LSTMCell}: one step of long short-term memory. */
export const lstmCell = (units: number, options: LSTMCellOptions = {}): LSTMCell => new LSTMCell({ ...options, units });
/** {@link Maxout}: the greatest of several linear functions. */
export const maxout = (units: number, options: MaxoutOptions = {}): Maxout => new Maxout({ ...options, units });
/** {@link MaxPooling1D}: the maximum of each window of steps. */
export const maxPooling1d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling1D =>
  new MaxPooling1D(named("poolSize", given));
/** {@link MaxPooling2D}: the maximum of each window of pixels. */
export const maxPooling2d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling2D =>
  new MaxPooling2D(named("poolSize", given));
/** {@link MaxPooling3D}: the maximum of each window of a volume. */
export const maxPooling3d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling3D =>
  new MaxPooling3D(named("poolSize", given));
/** {@link Minimum}: the least of several inputs, element by element. */
export const minimum = (options: LayerOptions = {}): Minimum => new Minimum(options);
/** {@link Multiply}: the elementwise product of several inputs. */
export const multiply = (options: LayerOptions = {}): Multiply => new Multiply(options);
/** {@link Permute}: exchanges the axes of an example. */
export const permute = (dims: readonly number[], options: LayerOptions = {}): Permute =>
  new Permute({ ...options, dims });
/** {@link PReLU}: a leaky relu whose slope is learned. */
export const prelu = (config: PReLUConfig = {}): PReLU => new PReLU(config);
/** {@link ReLU}: max(x, 0). */
export const relu = (options: LayerOptions = {}): ReLU => new ReLU(options);
/** {@link RepeatVector}: the same vector at each of n steps. */
export const repeatVector = (n: number, options: LayerOptions = {}): RepeatVector =>
  new RepeatVector({ ...options, n });
/** {@link Rescaling}: x · scale + offset. */
export const rescaling = (scale: number, offset = 0, options: LayerOptions = {}): Rescaling =>
  new Rescaling({ ...options, scale, offset });
/** {@link Reshape}: gives examples another shape. */
export const reshape = (targetShape: Shape, options: LayerOptions = {}): Reshape =>
  new Reshape({ ...options, targetShape });
/** {@link RMSNormalization}: each example gets a mean square of 1. */
export const rmsNormalization = (options: RMSNormalizationOptions = {}): RMSNormalization =>
  new RMSNormalization(options);
/** {@link SeparableConv1D}: the convolution of sequences, each channel by itself, then a mixture of the channels. */
export const separableConv1d = (
  filters: number,
  kernelSize: SeparableConfig["kernelSize"],
  options: SeparableOptions<"valid" | "same" | "causal"> = {},
): SeparableConv1D => new SeparableConv1D({ ...options, filters, kernelSize });
/** {@link SeparableConv2D}: the convolution of images, each channel by itself, then a mixture of the channels. */
export const separableConv2d = (
  filters: number,
  kernelSize: SeparableConfig["kernelSize"],
  options: SeparableOptions = {},
): SeparableConv2D => new SeparableConv2D({ ...options, filters, kernelSize });
/** {@link Subtract}: the difference of two inputs. */
export const subtract = (options: LayerOptions = {}): Subtract => new Subtract(options);
/** {@link RNN}: a recurrent layer over a cell, or several. */
export function rnn(cell: Cells, options: RNNOptions & WithStates): RNN<readonly Tensor[]>;
export function rnn(cell: Cells, options?: RNNOptions): RNN;
export function rnn(cell: Cells, options: RNNOptions = {}): RNN<any> {
  return new RNN({ ...options, cell });
}
/** {@link SimpleRNN}: the fully connected recurrent layer. */
export function simpleRNN(units: number, options: SimpleRNNOptions & WithStates): SimpleRNN<readonly Tensor[]>;
export function simpleRNN(units: number, options?: SimpleRNNOptions): SimpleRNN;
export function simpleRNN(units: number, options: SimpleRNNOptions = {}): SimpleRNN<any> {
  return new SimpleRNN({ ...options, units });
}
/** {@link SimpleRNNCell}: one step of a fully connected recurrent layer. */
export const simpleRNNCell = (units: number, options: RecurrentOptions = {}): SimpleRNNCell =>
  new SimpleRNNCell({ ...options, units });
/** {@link Softmax}: turns scores into probabilities. */
export const softmax = (...given: First<SoftmaxConfig, "axis">): Softmax => new Softmax(named("axis", given));
/** {@link StackedRNNCells}: several cells as one. */
export const stackedRNNCells = (cells: readonly RecurrentCell[], options: LayerOptions = {}): StackedRNNCells =>
  new StackedRNNCells({ ...options, cells });
/** {@link TimeDistributed}: applies a layer to each step. */
export const timeDistributed = (layer: Layer<Tensor, Tensor>, options: LayerOptions = {}): TimeDistributed =>
  new TimeDistributed({ ...options, layer });
/** {@link SpatialDropout1D}: sets whole channels of sequences to zero at random while training. */
export const spatialDropout1d = (rate: number, options: LayerOptions = {}): SpatialDropout1D =>
  new SpatialDropout1D({ ...options, rate });
/** {@link SpatialDropout2D}: sets whole channels of images to zero at random while training. */
export const spatialDropout2d = (rate: number, options: LayerOptions = {}): SpatialDropout2D =>
  new SpatialDropout2D({ ...options, rate });
/** {@link SpatialDropout3D}: sets whole channels of volumes to zero at random while training. */
export const spatialDropout3d = (rate: number, options: LayerOptions = {}): SpatialDropout3D =>
  new SpatialDropout3D({ ...options, rate });
/** {@link SpectralNormalization}: calls a layer with its kernel divided by the kernel's greatest singular value. */
export const spectralNormalization = (
  layer: Layer,
  options: SpectralNormalizationOptions = {},
): SpectralNormalization => new SpectralNormalization({ ...options, layer });
/** {@link UnitNormalization}: vectors of length 1. */
export const unitNormalization = (options: UnitNormalizationOptions = {}): UnitNormalization =>
  new UnitNormalization(options);
/** {@link UpSampling1D}: makes sequences longer by an integer factor. */
export const upSampling1d = (...given: First<UpSamplingOptions, "size">): UpSampling1D =>
  new UpSampling1D(named("size", given));
/** {@link UpSampling2D}: makes images larger by an integer factor. */
export const upSampling2d = (...given: First<UpSampling2DOptions, "size">): UpSampling2D =>
  new UpSampling2D(named("size", given));
/** {@link UpSampling3D}: makes volumes larger by an integer factor. */
export const upSampling3d = (...given: First<UpSamplingOptions, "size">): UpSampling3D =>
  new UpSampling3D(named("size", given));
/** {@link ZeroPadding1D}: adds zeros at both ends of sequences. */
export const zeroPadding1d = (padding: Margin1D = 1, options: LayerOptions = {}): ZeroPadding1D =>
  new ZeroPadding1D({ ...options, padding });
/** {@link ZeroPadding2D}: adds zeros around images. */
export const zeroPadding2d = (padding: Margins = 1, options: LayerOptions = {}): ZeroPadding2D =>
  new ZeroPadding2D({ ...options, padding });
/** {@link ZeroPadding3D}: adds zeros around volumes. */
export const zeroPadding3d = (padding: Margins = 1, options: LayerOptions = {}): ZeroPadding3D =>
  new ZeroPadding3D({ ...options, padding });
/** {@link Attention}: dot-product attention without projections. */
export function attention(options: AttentionLayerOptions & WithScores): Attention<readonly Tensor[]>;
export function attention(options?: AttentionLayerOptions): Attention;
export function attention(options: AttentionLayerOptions = {}): Attention<any> {
  return new Attention(options);
}
/** {@link AdditiveAttention}: attention by sums of queries and keys. */
export function additiveAttention(options: DotAttentionOptions & WithScores): AdditiveAttention<readonly Tensor[]>;
export function additiveAttention(options?: DotAttentionOptions): AdditiveAttention;
export function additiveAttention(options: DotAttentionOptions = {}): AdditiveAttention<any> {
  return new AdditiveAttention(options);
}
/** {@link MultiHeadAttention}: several attentions side by side. */
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options: MultiHeadAttentionOptions & WithScores,
): MultiHeadAttention<readonly Tensor[]>;
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options?: MultiHeadAttentionOptions,
): MultiHeadAttention;
export function multiHeadAttention(
  numHeads: number,
  keyDim: number,
  options: MultiHeadAttentionOptions = {},
): MultiHeadAttention<any> {
  return new MultiHeadAttention({ ...options, numHeads, keyDim });
}
/** {@link GroupedQueryAttention}: heads of queries that share keys and values. */
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options: MultiHeadOptions & WithScores,
): GroupedQueryAttention<readonly Tensor[]>;
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options?: MultiHeadOptions,
): GroupedQueryAttention;
export function groupedQueryAttention(
  headDim: number,
  numQueryHeads: number,
  numKeyValueHeads: number,
  options: MultiHeadOptions = {},
): GroupedQueryAttention<any> {
  return new GroupedQueryAttention({ ...options, headDim, numQueryHeads, numKeyValueHeads });
}
/** {@link PositionEmbedding}: a learned vector for each position. */
export const positionEmbedding = (sequenceLength: number, options: PositionEmbeddingOptions = {}): PositionEmbedding =>
  new PositionEmbedding({ ...options, sequenceLength });
/** {@link RotaryEmbedding}: turns features by their position. */
export const rotaryEmbedding = (options: WavelengthOptions = {}): RotaryEmbedding => new RotaryEmbedding(options);
/** {@link SinePositionEncoding}: sines and cosines of the positions. */
export const sinePositionEncoding = (options: WavelengthOptions = {}): SinePositionEncoding =>
  new SinePositionEncoding(options);
/** {@link TransformerDecoder}: a block of a decoder, or of a language model. */
export const transformerDecoder = (
  intermediateDim: number,
  numHeads: number,
  options: TransformerDecoderOptions = {},
): TransformerDecoder => new TransformerDecoder({ ...options, intermediateDim, numHeads });
/** {@link TransformerEncoder}: a block of an encoder. */
export const transformerEncoder = (
  intermediateDim: number,
  numHeads: number,
  options: TransformerOptions = {},
): TransformerEncoder => new TransformerEncoder({ ...options, intermediateDim, numHeads });

export * from "./preprocessing/preprocessing.ts";
