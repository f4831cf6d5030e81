// The fully connected recurrent layer, and its cell.
import type { Key } from "../../functions/random.ts";
import type { Tensor } from "../../tensor.ts";
import type { Tensors } from "../tree/tree.ts";
import { type CellOutputs, KernelCell, type RecurrentOptions, recurrentNames } from "./recurrent-cell.ts";
import { KernelRNN, type RNNOptions } from "./rnn.ts";

/** The options of {@link SimpleRNNCell}, and its size. */
export interface SimpleRNNCellConfig extends RecurrentOptions {
  /** The length of the state, which is the output. */
  readonly units: number;
}

/**
 * One step of {@link SimpleRNN}: h′ = activation(x · kernel + h · recurrentKernel + bias).
 *
 * Parameters: `kernel [inputs, units]`, `recurrentKernel [units, units]`, `bias [units]`.
 *
 * @example layers.rnn(layers.simpleRNNCell(8))
 */
export class SimpleRNNCell extends KernelCell {
  override readonly className = "SimpleRNNCell";
  readonly stateSize: readonly number[];
  protected readonly gates = 1;

  constructor(config: SimpleRNNCellConfig, place = "simpleRNNCell") {
    super(place, config, []);
    this.stateSize = [this.units];
  }

  step(projected: Tensor, [h]: readonly Tensor[], key: Key | null): CellOutputs {
    const product = this.kept(h!, key).matmul(this.parameter("recurrentKernel"));
    const output = this.activator.apply(projected.add(product));
    return { output, states: [output] };
  }
}

/** The options of {@link SimpleRNN}. */
export interface SimpleRNNOptions extends RecurrentOptions, RNNOptions {}

/** The options of {@link SimpleRNN}, and its size. */
export interface SimpleRNNConfig extends SimpleRNNOptions {
  readonly units: number;
}

/**
 * h[t] = activation(x[t] · kernel + h[t−1] · recurrentKernel + bias): `[batch, steps, inputs]` becomes the last h,
 * `[batch, units]`, or all, `[batch, steps, units]`. Elman, 1990.
 *
 * Parameters, in its cell: `kernel [inputs, units]`, `recurrentKernel [units, units]`, `bias [units]`.
 * Masks, first states and errors are those of {@link RNN}.
 *
 * @example layers.simpleRNN(16, { returnSequences: true })
 */
export class SimpleRNN<Out extends Tensors = Tensor> extends KernelRNN<Out> {
  override readonly className = "SimpleRNN";

  constructor(config: SimpleRNNConfig) {
    super("simpleRNN", config, SimpleRNNCell, recurrentNames);
  }
}
