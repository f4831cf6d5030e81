// The fully connected layer.
import { checkCount, checkFlag } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { type BiasOptions, type KernelOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import { type ActivationLike, Activator } from "./activation.ts";

export interface DenseOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default: "linear", no activation. */
  readonly activation?: ActivationLike;
  /** Adds a bias. Default: true. */
  readonly useBias?: boolean;
}

export interface DenseConfig extends DenseOptions {
  /** The number of outputs. */
  readonly units: number;
}

const optionNames = ["units", "activation", "useBias", ...weightOptionNames("kernel"), ...weightOptionNames("bias")];

/**
 * y = activation(x · kernel + bias), along the last axis: `[batch, ..., inputs]` becomes `[batch, ..., units]`.
 *
 * Parameters: `kernel [inputs, units]` and `bias [units]`. Throws {@link ShapeError} for inputs without a feature axis.
 *
 * @example layers.dense(128, { activation: "relu" })
 */
export class Dense extends Layer<Tensor, Tensor> {
  override readonly className = "Dense";
  readonly units: number;
  readonly useBias: boolean;
  readonly #activator: Activator;
  readonly #kernel: WeightOptions;
  readonly #bias: WeightOptions;

  constructor(config: DenseConfig) {
    super("dense", config, optionNames);
    const { units, activation = "linear", useBias = true } = config;
    this.units = checkCount("dense", "units", units);
    this.useBias = checkFlag("dense", "useBias", useBias);
    this.#activator = new Activator("dense", activation);
    this.#kernel = new WeightOptions("kernel", config, "glorotUniform");
    this.#bias = new WeightOptions("bias", config, "zeros");
  }

  override build(inputShape: Shape): void {
    this.checkRank(inputShape, 1);
    this.addParameter("kernel", [inputShape.at(-1)!, this.units], this.#kernel.initializer, this.#kernel);
    if (this.useBias) this.addParameter("bias", [this.units], this.#bias.initializer, this.#bias);
  }

  call(x: Tensor): Tensor {
    const product = asFloat(x).matmul(this.parameter("kernel"));
    return this.#activator.apply(this.useBias ? product.add(this.parameter("bias")) : product);
  }

  override activationName(): string {
    return this.#activator.name ?? "custom";
  }

  override config() {
    return {
      units: this.units,
      activation: this.#activator.toConfig(this),
      useBias: this.useBias,
      ...this.#kernel.config(),
      ...this.#bias.config(),
    };
  }
}
