// Recurrent cells: the one step that a recurrent layer repeats.
import { foldIn, type Key } from "../../functions/random.ts";
import { checkCount, checkFlag, checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type ActivationLike, Activator } from "../core/activation.ts";
import { dropped } from "../regularization/dropout.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { type BiasOptions, type KernelOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import type { ConstraintLike } from "../weights/constraints.ts";
import type { InitializerLike } from "../weights/initializers.ts";
import type { RegularizerLike } from "../weights/regularizers.ts";

/** The input of one step, `[batch, ...]`, and the states before it, each `[batch, size]`. */
export type CellInputs = { readonly x: Tensor; readonly states: readonly Tensor[] };

/** The output of one step, and the states after it. */
export type CellOutputs = { readonly output: Tensor; readonly states: readonly Tensor[] };

/**
 * A recurrent cell: a layer that makes an output and new states of `{ x, states }`. A class of your own with a
 * `stateSize` is one.
 *
 * @example
 * class Sum extends Layer<CellInputs, CellOutputs> {
 *   readonly stateSize = 2;
 *   call({ x, states: [total] }: CellInputs): CellOutputs {
 *     const output = x.add(total!);
 *     return { output, states: [output] };
 *   }
 * }
 * layers.rnn(new Sum()).apply([[[1, 10], [2, 20]]]).shape; // [1, 2]
 */
export type RecurrentCell = Layer<CellInputs, CellOutputs> & {
  /** The length of each state. */
  readonly stateSize: number | readonly number[];
  /** The length of the output. Default: that of the first state. */
  readonly outputSize?: number;
};

/** A cell whose work on the inputs of all steps is done before the loop. */
export abstract class SplitCell extends Layer<CellInputs, CellOutputs> {
  abstract readonly stateSize: readonly number[];
  /** The index of the state that is the output too; null if none is. */
  abstract readonly outputState: number | null;
  /** The work that needs no state, for one step `[batch, ...]` or for all, `[steps, batch, ...]`. */
  abstract project(x: Tensor, key: Key | null): Tensor;
  /** One step on projected inputs. */
  abstract step(projected: Tensor, states: readonly Tensor[], key: Key | null): CellOutputs;
  /** A new cell of the same options. */
  abstract copy(): SplitCell;

  call({ x, states }: CellInputs, { training, key: own }: CallContext): CellOutputs {
    const key = training ? own : null;
    return this.step(this.project(x, key), states, key);
  }
}

/** The options that simpleRNN, lstm and gru share. */
export interface RecurrentOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default: "tanh". */
  readonly activation?: ActivationLike;
  /** Adds a bias. Default: true. */
  readonly useBias?: boolean;
  /** The first values of the recurrent kernel. Default: "orthogonal". */
  readonly recurrentInitializer?: InitializerLike;
  /** A penalty on the recurrent kernel that is added to the loss. Default: none. */
  readonly recurrentRegularizer?: RegularizerLike | null;
  /** Is applied to the recurrent kernel after each step of training. Default: none. */
  readonly recurrentConstraint?: ConstraintLike | null;
  /** The share of the inputs that is set to zero in training, the same at all steps. Default: 0. */
  readonly dropout?: number;
  /** The share of the state that is set to zero in training, the same at all steps. Default: 0. */
  readonly recurrentDropout?: number;
}

/** The options that cells with gates share. */
export interface GatedOptions extends RecurrentOptions {
  /** The activation of the gates. Default: "sigmoid". */
  readonly recurrentActivation?: ActivationLike;
}

export const recurrentNames = [
  "units",
  "activation",
  "useBias",
  ...weightOptionNames("kernel"),
  ...weightOptionNames("recurrent"),
  ...weightOptionNames("bias"),
  "dropout",
  "recurrentDropout",
];

/**
 * What the cells with a kernel for inputs and one for the state share: x · kernel + bias for all gates and steps at
 * once, before the loop.
 */
export abstract class KernelCell extends SplitCell {
  readonly units: number;
  readonly useBias: boolean;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly outputState = 0;
  protected readonly activator: Activator;
  protected readonly bias: WeightOptions;
  readonly #kernel: WeightOptions;
  readonly #recurrent: WeightOptions;
  readonly #given: RecurrentOptions;

  constructor(where: string, config: RecurrentOptions & { readonly units: number }, more: readonly string[]) {
    super(where, config, [...recurrentNames, ...more]);
    const { units, activation = "tanh", useBias = true, dropout = 0, recurrentDropout = 0 } = config;
    this.units = checkCount(where, "units", units);
    this.activator = new Activator(where, activation);
    this.useBias = checkFlag(where, "useBias", useBias);
    this.#kernel = new WeightOptions("kernel", config, "glorotUniform");
    this.#recurrent = new WeightOptions("recurrent", config, "orthogonal");
    this.bias = new WeightOptions("bias", config, "zeros");
    this.dropout = checkRange(where, "dropout", dropout, 0, 1);
    this.recurrentDropout = checkRange(where, "recurrentDropout", recurrentDropout, 0, 1);
    this.#given = config;
  }

  /** The number of parts of `units` columns in each kernel. */
  protected abstract readonly gates: number;

  override build({ x }: { readonly x: Shape }): void {
    this.checkRank(x, 1);
    const width = this.gates * this.units;
    this.addParameter("kernel", [x.at(-1)!, width], this.#kernel.initializer, this.#kernel);
    this.addParameter("recurrentKernel", [this.units, width], this.#recurrent.initializer, this.#recurrent);
    if (this.useBias) this.declareBias();
  }

  protected declareBias(): void {
    this.addParameter("bias", [this.gates * this.units], this.bias.initializer, this.bias);
  }

  project(x: Tensor, key: Key | null): Tensor {
    const { dropout: rate } = this;
    const kept = key && rate > 0 ? dropped(asFloat(x), rate, foldIn(key, 0), x.shape.slice(-2)) : asFloat(x);
    const product = kept.matmul(this.parameter("kernel"));
    return this.useBias ? product.add(this.inputBias()) : product;
  }

  /** The bias that is added before the loop. */
  protected inputBias(): Tensor {
    return this.parameter("bias");
  }

  /** The state with dropout. */
  protected kept(state: Tensor, key: Key | null): Tensor {
    const { recurrentDropout: rate } = this;
    return key && rate > 0 ? dropped(state, rate, foldIn(key, 1)) : state;
  }

  copy(): SplitCell {
    const { name: _, ...given } = this.#given;
    return new (this.constructor as new (config: object) => SplitCell)(given);
  }

  override config() {
    return {
      units: this.units,
      activation: this.activator.toConfig(this),
      useBias: this.useBias,
      ...this.#kernel.config(),
      ...this.#recurrent.config(),
      ...this.bias.config(),
      dropout: this.dropout,
      recurrentDropout: this.recurrentDropout,
    };
  }
}
