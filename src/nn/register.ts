// The layer classes of Nabla, and those of the user's own, by the names that model files give them.
import { ArgumentError } from "../errors.ts";
import { Activation } from "./activation.ts";
import { ActivityRegularization } from "./activity-regularization.ts";
import { Normalization } from "./adapted-normalization.ts";
import { BatchNormalization } from "./batch-normalization.ts";
import { Bidirectional } from "./bidirectional.ts";
import { CategoryEncoding } from "./category-encoding.ts";
import { Concatenate } from "./concatenate.ts";
import { Conv1D, Conv2D, Conv3D } from "./convolution.ts";
import { Dense } from "./dense.ts";
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from "./depthwise.ts";
import { Discretization } from "./discretization.ts";
import { Dot } from "./dot.ts";
import { AdditiveAttention, Attention } from "./dot-attention.ts";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Flatten } from "./flatten.ts";
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
} from "./global-pooling.ts";
import { GRU, GRUCell } from "./gru.ts";
import { Hashing } from "./hashing.ts";
import { Input } from "./input.ts";
import { IntegerLookup } from "./integer-lookup.ts";
import { Identity, Lambda } from "./lambda.ts";
import type { Layer } from "./layer.ts";
import { LSTM, LSTMCell } from "./lstm.ts";
import { Cropping1D, Cropping2D, Cropping3D, ZeroPadding1D, ZeroPadding2D, ZeroPadding3D } from "./margins.ts";
import { Masking } from "./masking.ts";
import { Maxout } from "./maxout.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging.ts";
import { GroupedQueryAttention, MultiHeadAttention } from "./multi-head-attention.ts";
import {
  AlphaDropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from "./noise.ts";
import { GroupNormalization, LayerNormalization, RMSNormalization, UnitNormalization } from "./normalization.ts";
import { Permute, RepeatVector } from "./permute.ts";
import { ELU, LeakyReLU, ReLU, Softmax } from "./pointwise.ts";
import {
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
} from "./pooling.ts";
import { PositionEmbedding, RotaryEmbedding, SinePositionEncoding } from "./positions.ts";
import { PReLU } from "./prelu.ts";
import { RandomRotation, RandomTranslation, RandomZoom } from "./random-affine.ts";
import { RandomFlip } from "./random-flip.ts";
import { RandomBrightness, RandomContrast } from "./random-intensity.ts";
import { addFactory, isRegistered, type LayerFactory } from "./registry.ts";
import { Rescaling } from "./rescaling.ts";
import { Reshape } from "./reshape.ts";
import { CenterCrop, RandomCrop, Resizing } from "./resizing.ts";
import { RNN } from "./rnn.ts";
import { SimpleRNN, SimpleRNNCell } from "./simple-rnn.ts";
import { SpectralNormalization } from "./spectral-normalization.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";
import { StringLookup } from "./string-lookup.ts";
import { TextVectorization } from "./text-vectorization.ts";
import { TimeDistributed } from "./time-distributed.ts";
import { FeedForward, TransformerDecoder, TransformerEncoder } from "./transformer.ts";
import { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from "./transposed.ts";
import { UpSampling1D, UpSampling2D, UpSampling3D } from "./up-sampling.ts";

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
