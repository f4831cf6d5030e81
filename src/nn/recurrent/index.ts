// Factories of recurrent layers, with Keras's names in camel case.
import type { Tensor } from "../../tensor.ts";
import type { Layer, LayerOptions } from "../tree/layer.ts";
import type { Tensors } from "../tree/tree.ts";
import { Bidirectional, type BidirectionalOptions } from "./bidirectional.ts";
import { GRU, GRUCell, type GRUCellOptions, type GRUOptions } from "./gru.ts";
import { LSTM, LSTMCell, type LSTMCellOptions, type LSTMOptions } from "./lstm.ts";
import type { RecurrentCell, RecurrentOptions } from "./recurrent-cell.ts";
import { RNN, type RNNOptions } from "./rnn.ts";
import { SimpleRNN, SimpleRNNCell, type SimpleRNNOptions } from "./simple-rnn.ts";
import { StackedRNNCells } from "./stacked-rnn-cells.ts";
import { TimeDistributed } from "./time-distributed.ts";

type WithStates = { readonly returnState: true };
type Cells = RecurrentCell | readonly RecurrentCell[];

/** {@link Bidirectional}: runs a recurrent layer in both directions. */
export function bidirectional(
  layer: RNN<any>,
  options: BidirectionalOptions & { readonly mergeMode: null },
): Bidirectional<readonly Tensor[]>;
export function bidirectional<Out extends Tensors>(layer: RNN<Out>, options?: BidirectionalOptions): Bidirectional<Out>;
export function bidirectional(layer: RNN<any>, options: BidirectionalOptions = {}): Bidirectional<any> {
  return new Bidirectional({ ...options, layer });
}
/** {@link GRU}: the gated recurrent unit. */
export function gru(units: number, options: GRUOptions & WithStates): GRU<readonly Tensor[]>;
export function gru(units: number, options?: GRUOptions): GRU;
export function gru(units: number, options: GRUOptions = {}): GRU<any> {
  return new GRU({ ...options, units });
}
/** {@link GRUCell}: one step of a gated recurrent unit. */
export const gruCell = (units: number, options: GRUCellOptions = {}): GRUCell => new GRUCell({ ...options, units });
/** {@link LSTM}: long short-term memory. */
export function lstm(units: number, options: LSTMOptions & WithStates): LSTM<readonly Tensor[]>;
export function lstm(units: number, options?: LSTMOptions): LSTM;
export function lstm(units: number, options: LSTMOptions = {}): LSTM<any> {
  return new LSTM({ ...options, units });
}
/** {@link LSTMCell}: one step of long short-term memory. */
export const lstmCell = (units: number, options: LSTMCellOptions = {}): LSTMCell => new LSTMCell({ ...options, units });
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
/** {@link StackedRNNCells}: several cells as one. */
export const stackedRNNCells = (cells: readonly RecurrentCell[], options: LayerOptions = {}): StackedRNNCells =>
  new StackedRNNCells({ ...options, cells });
/** {@link TimeDistributed}: applies a layer to each step. */
export const timeDistributed = (layer: Layer<Tensor, Tensor>, options: LayerOptions = {}): TimeDistributed =>
  new TimeDistributed({ ...options, layer });
