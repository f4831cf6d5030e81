// Activations that are layers of their own, with Keras's names and defaults.
import { ArgumentError } from "../../errors.ts";
import { elu, leakyRelu, relu } from "../../functions/activations.ts";
import { softmax } from "../../functions/softmax.ts";
import { checkFinite } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";

/** A layer without parameters that applies one elementwise function with one number as its option. */
abstract class Pointwise extends Layer<Tensor, Tensor> {
  readonly #option: string;
  readonly #value: number;

  constructor(where: string, config: LayerOptions, option: string, given: unknown, fallback: number) {
    super(where, config, [option]);
    this.#option = option;
    this.#value = checkFinite(where, option, given ?? fallback);
  }

  protected get value(): number {
    return this.#value;
  }

  override config() {
    return { [this.#option]: this.#value };
  }
}

/**
 * max(x, 0). Nair and Hinton, 2010.
 *
 * @example layers.relu();
 */
export class ReLU extends Layer<Tensor, Tensor> {
  override readonly className = "ReLU";

  constructor(options: LayerOptions = {}) {
    super("relu", options, []);
  }

  call(x: Tensor): Tensor {
    return relu(x);
  }

  override activationName(): string {
    return "relu";
  }

  override config() {
    return {};
  }
}

export interface LeakyReLUConfig extends LayerOptions {
  /** Default: 0.3, as Keras's layer has it (its function has 0.2, and `leakyRelu` of Nabla and PyTorch 0.01). */
  readonly negativeSlope?: number;
}

/**
 * x for x > 0, else negativeSlope·x. Maas and others, 2013.
 *
 * @example layers.leakyRelu({ negativeSlope: 0.1 });
 */
export class LeakyReLU extends Pointwise {
  override readonly className = "LeakyReLU";

  constructor(config: LeakyReLUConfig = {}) {
    super("leakyRelu", config, "negativeSlope", config.negativeSlope, 0.3);
  }

  call(x: Tensor): Tensor {
    return leakyRelu(asFloat(x), { negativeSlope: this.value });
  }

  override activationName(): string {
    return "leakyRelu";
  }
}

export interface ELUConfig extends LayerOptions {
  /** Default: 1. */
  readonly alpha?: number;
}

/**
 * x for x > 0, else α(eˣ − 1). Clevert and others, 2015.
 *
 * @example layers.elu({ alpha: 1 });
 */
export class ELU extends Pointwise {
  override readonly className = "ELU";

  constructor(config: ELUConfig = {}) {
    super("elu", config, "alpha", config.alpha, 1);
  }

  call(x: Tensor): Tensor {
    return elu(x, { alpha: this.value });
  }

  override activationName(): string {
    return "elu";
  }
}

export interface SoftmaxConfig extends LayerOptions {
  /** The axis along which the results sum to 1, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number;
}

/**
 * exp(x) / Σ exp(x) along an axis. Throws {@link ArgumentError} for an axis that does not exist, and for the batch
 * axis.
 *
 * @example sequential([layers.dense(10), layers.softmax()]);
 */
export class Softmax extends Pointwise {
  override readonly className = "Softmax";

  constructor(config: SoftmaxConfig = {}) {
    super("softmax", config, "axis", config.axis, -1);
  }

  override build(inputShape: Shape): void {
    const rank = inputShape.length + 1;
    const axis = this.value < 0 ? this.value + rank : this.value;
    if (Number.isInteger(axis) && axis >= 1 && axis < rank) return;
    throw new ArgumentError(
      `${this.describe()}: expected an axis of ${formatBatchShape(inputShape)} other than the batch, ` +
        `got ${this.value}.`,
    );
  }

  call(x: Tensor): Tensor {
    return softmax(x, this.value);
  }

  override activationName(): string {
    return "softmax";
  }
}
