// The layer classes of Nabla, and those of the user's own, by the names that model files give them.
import { ArgumentError } from "../errors.ts";
import { AdditiveAttention, Attention } from "./attention/dot-attention.ts";
import { GroupedQueryAttention, MultiHeadAttention } from "./attention/multi-head-attention.ts";
import { PositionEmbedding, RotaryEmbedding, SinePositionEncoding } from "./attention/positions.ts";
import { FeedForward, TransformerDecoder, TransformerEncoder } from "./attention/transformer.ts";
import { Conv1D, Conv2D, Conv3D } from "./convolution/convolution.ts";
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from "./convolution/depthwise.ts";
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
} from "./convolution/global-pooling.ts";
import {
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
} from "./convolution/pooling.ts";
import { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from "./convolution/transposed.ts";
import { Activation } from "./core/activation.ts";
import { Dense } from "./core/dense.ts";
import { Embedding } from "./core/embedding.ts";
import { Input } from "./core/input.ts";
import { Identity, Lambda } from "./core/lambda.ts";
import { Masking } from "./core/masking.ts";
import { Maxout } from "./core/maxout.ts";
import { ELU, LeakyReLU, ReLU, Softmax } from "./core/pointwise.ts";
import { PReLU } from "./core/prelu.ts";
import { Concatenate } from "./merging/concatenate.ts";
import { Dot } from "./merging/dot.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging/merging.ts";
import { BatchNormalization } from "./normalization/batch-normalization.ts";
import {
  GroupNormalization,
  LayerNormalization,
  RMSNormalization,
  UnitNormalization,
} from "./normalization/normalization.ts";
import { SpectralNormalization } from "./normalization/spectral-normalization.ts";
import { Normalization } from "./preprocessing/adapted-normalization.ts";
import { CategoryEncoding } from "./preprocessing/category-encoding.ts";
import { Discretization } from "./preprocessing/discretization.ts";
import { Hashing } from "./preprocessing/hashing.ts";
import { IntegerLookup } from "./preprocessing/integer-lookup.ts";
import { RandomRotation, RandomTranslation, RandomZoom } from "./preprocessing/random-affine.ts";
import { RandomFlip } from "./preprocessing/random-flip.ts";
import { RandomBrightness, RandomContrast } from "./preprocessing/random-intensity.ts";
import { Rescaling } from "./preprocessing/rescaling.ts";
import { CenterCrop, RandomCrop, Resizing } from "./preprocessing/resizing.ts";
import { StringLookup } from "./preprocessing/string-lookup.ts";
import { TextVectorization } from "./preprocessing/text-vectorization.ts";
import { Bidirectional } from "./recurrent/bidirectional.ts";
import { GRU, GRUCell } from "./recurrent/gru.ts";
import { LSTM, LSTMCell } from "./recurrent/lstm.ts";
import { RNN } from "./recurrent/rnn.ts";
import { SimpleRNN, SimpleRNNCell } from "./recurrent/simple-rnn.ts";
import { StackedRNNCells } from "./recurrent/stacked-rnn-cells.ts";
import { TimeDistributed } from "./recurrent/time-distributed.ts";
import { ActivityRegularization } from "./regularization/activity-regularization.ts";
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
import {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} from "./reshaping/margins.ts";
import { Permute, RepeatVector } from "./reshaping/permute.ts";
import { Reshape } from "./reshaping/reshape.ts";
import { UpSampling1D, UpSampling2D, UpSampling3D } from "./reshaping/up-sampling.ts";
import type { Layer } from "./tree/layer.ts";
import { addFactory, isRegistered, type LayerFactory } from "./tree/registry.ts";

/** All layer classes of Nabla by name. */
export const layerClasses: Readonly<Record<string, new (config: any) => Layer>> = {
  Activation,
  ActivityRegularization,
  Add,
  AdditiveAttention,
  AlphaDropout,
  Attention,
  Average,
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  BatchNormalization,
  Bidirectional,
  CategoryEncoding,
  CenterCrop,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  Cropping1D,
  Cropping2D,
  Cropping3D,
  Dense,
  DepthwiseConv1D,
  DepthwiseConv2D,
  Discretization,
  Dot,
  Dropout,
  ELU,
  Embedding,
  FeedForward,
  Flatten,
  GRU,
  GRUCell,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  GroupNormalization,
  GroupedQueryAttention,
  Hashing,
  Identity,
  Input,
  IntegerLookup,
  LSTM,
  LSTMCell,
  Lambda,
  LayerNormalization,
  LeakyReLU,
  Masking,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  Maximum,
  Maxout,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Normalization,
  PReLU,
  Permute,
  PositionEmbedding,
  RMSNormalization,
  RNN,
  RandomBrightness,
  RandomContrast,
  RandomCrop,
  RandomFlip,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  ReLU,
  RepeatVector,
  Rescaling,
  Reshape,
  Resizing,
  RotaryEmbedding,
  SeparableConv1D,
  SeparableConv2D,
  SimpleRNN,
  SimpleRNNCell,
  SinePositionEncoding,
  Softmax,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
  SpectralNormalization,
  StackedRNNCells,
  StringLookup,
  Subtract,
  TextVectorization,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  UnitNormalization,
  UpSampling1D,
  UpSampling2D,
  UpSampling3D,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
};

/** Makes the layers of Nabla known. Only who reads or writes files needs this: a page that does not loads no others. */
export function registerLayers(): void {
  for (const [name, Class] of Object.entries(layerClasses)) addFactory(name, (config) => new Class(config));
}

/**
 * Makes a layer class of your own known to model files: `factory` makes a layer from the options that `config()`
 * returned.
 *
 * @throws ArgumentError if the name is taken
 * @example registerLayer("Double", (config) => new Dense(config));
 */
export function registerLayer(className: string, factory: LayerFactory): void {
  registerLayers();
  if (isRegistered(className)) throw new ArgumentError(`a layer class "${className}" is already registered.`);
  addFactory(className, factory);
}
