// The layer classes of Nabla, and those of the user's own, by the names that model files give them.
import { ArgumentError } from "../errors.ts";
import { Activation } from "./activation.ts";
import { Bidirectional } from "./bidirectional.ts";
import { Concatenate } from "./concatenate.ts";
import { Conv1D, Conv2D, Conv3D } from "./convolution.ts";
import { Dense } from "./dense.ts";
import { DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D } from "./depthwise.ts";
import { Dot } from "./dot.ts";
import { Dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { Flatten } from "./flatten.ts";
import { GRU, GRUCell } from "./gru.ts";
import { Input } from "./input.ts";
import type { Layer } from "./layer.ts";
import { LSTM, LSTMCell } from "./lstm.ts";
import { Maxout } from "./maxout.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging.ts";
import { ELU, LeakyReLU, ReLU, Softmax } from "./pointwise.ts";
import { PReLU } from "./prelu.ts";
import { addFactory, isRegistered, type LayerFactory } from "./registry.ts";
import { Rescaling } from "./rescaling.ts";
import { Reshape } from "./reshape.ts";
import { RNN } from "./rnn.ts";
import { SimpleRNN, SimpleRNNCell } from "./simple-rnn.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";
import { TimeDistributed } from "./time-distributed.ts";
import { Conv1DTranspose, Conv2DTranspose, Conv3DTranspose } from "./transposed.ts";

const classes: Readonly<Record<string, new (config: any) => Layer>> = {
  Activation,
  Add,
  Average,
  Bidirectional,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Conv2DTranspose,
  Conv3D,
  Conv3DTranspose,
  Dense,
  DepthwiseConv1D,
  DepthwiseConv2D,
  Dot,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GRU,
  GRUCell,
  Input,
  LSTM,
  LSTMCell,
  LeakyReLU,
  Maximum,
  Maxout,
  Minimum,
  Multiply,
  PReLU,
  RNN,
  ReLU,
  Rescaling,
  Reshape,
  SeparableConv1D,
  SeparableConv2D,
  SimpleRNN,
  SimpleRNNCell,
  Softmax,
  StackedRNNCells,
  Subtract,
  TimeDistributed,
};

/** Makes the layers of Nabla known. Only who reads or writes files needs this: a page that does not loads no others. */
export function registerLayers(): void {
  for (const [name, Class] of Object.entries(classes)) addFactory(name, (config) => new Class(config));
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
