// Long short-term memory: the recurrent layer with a memory and three gates, and its cell.
import { concatenate, onesLike, split } from "../../functions/array.ts";
import type { Key } from "../../functions/random.ts";
import { checkFlag } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import { Activator } from "../core/activation.ts";
import type { Tensors } from "../tree/tree.ts";
import type { Initializer } from "../weights/initializers.ts";
import { type CellOutputs, type GatedOptions, KernelCell, recurrentNames } from "./recurrent-cell.ts";
import { KernelRNN, type RNNOptions } from "./rnn.ts";

/** The options of {@link LSTMCell}. */
export interface LSTMCellOptions extends GatedOptions {
  /** The bias of the forget gate begins with 1, so that memory lasts (Jozefowicz and others, 2015). Default: true. */
  readonly unitForgetBias?: boolean;
}

/** The options of {@link LSTMCell}, and its size. */
export interface LSTMCellConfig extends LSTMCellOptions {
  /** The length of the state h, which is the output, and of the memory c. */
  readonly units: number;
}

const lstmNames = [...recurrentNames, "recurrentActivation", "unitForgetBias"];

/**
 * One step of {@link LSTM}, with the states h and c.
 *
 * Parameters: `kernel [inputs, 4·units]`, `recurrentKernel [units, 4·units]`, `bias [4·units]`, with the parts of i, f,
 * c̃ and o side by side.
 *
 * @example layers.rnn([layers.lstmCell(8), layers.lstmCell(8)])
 */
export class LSTMCell extends KernelCell {
  override readonly className = "LSTMCell";
  readonly stateSize: readonly number[];
  readonly unitForgetBias: boolean;
  protected readonly gates = 4;
  readonly #gate: Activator;

  constructor(config: LSTMCellConfig, place = "lstmCell") {
    super(place, config, lstmNames);
    const { recurrentActivation = "sigmoid", unitForgetBias = true } = config;
    this.stateSize = [this.units, this.units];
    this.unitForgetBias = checkFlag(place, "unitForgetBias", unitForgetBias);
    this.#gate = new Activator(place, recurrentActivation);
  }

  protected override declareBias(): void {
    if (!this.unitForgetBias) return super.declareBias();
    const others = this.bias.initializer;
    const bias: Initializer = {
      ...others,
      make: (key, shape) => {
        const [i, f, c, o] = split(others.make(key, shape), 4) as [Tensor, Tensor, Tensor, Tensor];
        return concatenate([i, onesLike(f), c, o]);
      },
    };
    this.addParameter("bias", [4 * this.units], bias, this.bias);
  }

  step(projected: Tensor, [h, c]: readonly Tensor[], key: Key | null): CellOutputs {
    const sums = projected.add(this.kept(h!, key).matmul(this.parameter("recurrentKernel")));
    const [i, f, candidate, o] = split(sums, 4, -1) as [Tensor, Tensor, Tensor, Tensor];
    const gate = (x: Tensor): Tensor => this.#gate.apply(x);
    const memory = gate(f)
      .mul(c!)
      .add(gate(i).mul(this.activator.apply(candidate)));
    const output = gate(o).mul(this.activator.apply(memory));
    return { output, states: [output, memory] };
  }

  override config() {
    return {
      ...super.config(),
      recurrentActivation: this.#gate.toConfig(this),
      unitForgetBias: this.unitForgetBias,
    };
  }
}

/** The options of {@link LSTM}. */
export interface LSTMOptions extends LSTMCellOptions, RNNOptions {}

/** The options of {@link LSTM}, and its size. */
export interface LSTMConfig extends LSTMOptions {
  readonly units: number;
}

/**
 * Long short-term memory: `[batch, steps, inputs]` becomes the last h, `[batch, units]`, or all,
 * `[batch, steps, units]`. With z = x[t] · kernel + h[t−1] · recurrentKernel + bias, cut into zᵢ, z_f, z_c, zₒ:
 *
 *     i = recurrentActivation(zᵢ), f = recurrentActivation(z_f), o = recurrentActivation(zₒ)
 *     c[t] = f·c[t−1] + i·activation(z_c)
 *     h[t] = o·activation(c[t])
 *
 * The states are h and c. Parameters, in its cell: `kernel [inputs, 4·units]`, `recurrentKernel [units, 4·units]`,
 * `bias [4·units]`. Masks, first states and errors are those of {@link RNN}. Hochreiter and Schmidhuber, 1997.
 *
 * PyTorch has two biases, of which this one is the sum, and other initial values.
 *
 * @example layers.lstm(64, { returnSequences: true, recurrentDropout: 0.2 })
 */
export class LSTM<Out extends Tensors = Tensor> extends KernelRNN<Out> {
  override readonly className = "LSTM";

  constructor(config: LSTMConfig) {
    super("lstm", config, LSTMCell, lstmNames);
  }
}
