// The gated recurrent unit, and its cell.
import { concatenate, split } from "../../functions/array.ts";
import type { Key } from "../../functions/random.ts";
import { checkFlag } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import { Activator } from "../core/activation.ts";
import type { Tensors } from "../tree/tree.ts";
import { type CellOutputs, type GatedOptions, KernelCell, recurrentNames } from "./recurrent-cell.ts";
import { KernelRNN, type RNNOptions } from "./rnn.ts";

/** The options of {@link GRUCell}. */
export interface GRUCellOptions extends GatedOptions {
  /**
   * Applies the reset gate after the product with the recurrent kernel, with a bias of its own, as PyTorch and cuDNN
   * do; false applies it before, as the paper does. Default: true.
   */
  readonly resetAfter?: boolean;
}

/** The options of {@link GRUCell}, and its size. */
export interface GRUCellConfig extends GRUCellOptions {
  /** The length of the state, which is the output. */
  readonly units: number;
}

const gruNames = [...recurrentNames, "recurrentActivation", "resetAfter"];

/**
 * One step of {@link GRU}, with the state h.
 *
 * Parameters: `kernel [inputs, 3·units]`, `recurrentKernel [units, 3·units]`, and `bias [2, 3·units]` (for inputs and
 * state), or `[3·units]` if the reset gate comes before the product; with the parts of z, r and h̃ side by side.
 *
 * @example layers.rnn(layers.gruCell(8, { resetAfter: false }))
 */
export class GRUCell extends KernelCell {
  override readonly className = "GRUCell";
  readonly stateSize: readonly number[];
  readonly resetAfter: boolean;
  protected readonly gates = 3;
  readonly #gate: Activator;

  constructor(config: GRUCellConfig, place = "gruCell") {
    super(place, config, gruNames);
    const { recurrentActivation = "sigmoid", resetAfter = true } = config;
    this.stateSize = [this.units];
    this.resetAfter = checkFlag(place, "resetAfter", resetAfter);
    this.#gate = new Activator(place, recurrentActivation);
  }

  protected override declareBias(): void {
    if (!this.resetAfter) return super.declareBias();
    this.addParameter("bias", [2, 3 * this.units], this.bias.initializer, this.bias);
  }

  protected override inputBias(): Tensor {
    const bias = this.parameter("bias");
    if (!this.resetAfter) return bias;
    // The state's biases of z and r are only ever added to those of the inputs.
    const [zr] = split(bias.at(1), [2 * this.units]) as [Tensor, Tensor];
    const [own, candidate] = split(bias.at(0), [2 * this.units]) as [Tensor, Tensor];
    return concatenate([own.add(zr), candidate]);
  }

  step(projected: Tensor, [before]: readonly Tensor[], key: Key | null): CellOutputs {
    const h = this.kept(before!, key);
    const kernel = this.parameter("recurrentKernel");
    const gate = (x: Tensor): Tensor => this.#gate.apply(x);
    const [xz, xr, xh] = split(projected, 3, -1) as [Tensor, Tensor, Tensor];
    let z: Tensor;
    let inner: Tensor;
    if (this.resetAfter) {
      const [hz, hr, hh] = split(h.matmul(kernel), 3, -1) as [Tensor, Tensor, Tensor];
      const biased = this.useBias ? hh.add(this.parameter("bias").at(1, [2 * this.units, 3 * this.units])) : hh;
      z = gate(xz.add(hz));
      inner = gate(xr.add(hr)).mul(biased);
    } else {
      const [gates, candidate] = split(kernel, [2 * this.units], -1) as [Tensor, Tensor];
      const [hz, hr] = split(h.matmul(gates), 2, -1) as [Tensor, Tensor];
      z = gate(xz.add(hz));
      inner = gate(xr.add(hr)).mul(h).matmul(candidate);
    }
    const output = z.mul(h).add(
      z
        .neg()
        .add(1)
        .mul(this.activator.apply(xh.add(inner))),
    );
    return { output, states: [output] };
  }

  override config() {
    return { ...super.config(), recurrentActivation: this.#gate.toConfig(this), resetAfter: this.resetAfter };
  }
}

/** The options of {@link GRU}. */
export interface GRUOptions extends GRUCellOptions, RNNOptions {}

/** The options of {@link GRU}, and its size. */
export interface GRUConfig extends GRUOptions {
  readonly units: number;
}

/**
 * The gated recurrent unit: `[batch, steps, inputs]` becomes the last h, `[batch, units]`, or all,
 * `[batch, steps, units]`. With x[t] · kernel + bias[0] cut into x_z, x_r, x_h, and h[t−1] · recurrentKernel + bias[1]
 * into s_z, s_r, s_h:
 *
 *     z = recurrentActivation(x_z + s_z), r = recurrentActivation(x_r + s_r)
 *     h[t] = z·h[t−1] + (1 − z)·activation(x_h + r·s_h)
 *
 * Without `resetAfter`, r·s_h is (r·h[t−1]) · recurrentKernel's last part, and there is one bias.
 *
 * Parameters, in its cell: `kernel [inputs, 3·units]`, `recurrentKernel [units, 3·units]`, `bias [2, 3·units]` or
 * `[3·units]`. Masks, first states and errors are those of {@link RNN}. Cho and others, 2014.
 *
 * @example layers.gru(64, { returnSequences: true })
 */
export class GRU<Out extends Tensors = Tensor> extends KernelRNN<Out> {
  override readonly className = "GRU";

  constructor(config: GRUConfig) {
    super("gru", config, GRUCell, gruNames);
  }
}
