// A dense layer that takes the greatest of several linear functions instead of an activation.
import { maxout } from "../../functions/activations.ts";
import { checkCount } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";

export interface MaxoutOptions extends LayerOptions {
  /** The number of linear functions of which each unit takes the greatest. Default: 2. */
  readonly pieces?: number;
  /** Default: "glorotUniform". */
  readonly kernelInitializer?: InitializerLike;
  /** Default: "zeros". */
  readonly biasInitializer?: InitializerLike;
}

export interface MaxoutConfig extends MaxoutOptions {
  readonly units: number;
}

/**
 * y = max over p of (x · kernelₚ + biasₚ): `[batch, ..., inputs]` becomes `[batch, ..., units]`.
 * Goodfellow and others, 2013.
 *
 * Parameters: `kernel [inputs, units·pieces]` and `bias [units·pieces]`, a unit's pieces side by side.
 *
 * @example layers.maxout(32, { pieces: 3 })
 */
export class Maxout extends Layer<Tensor, Tensor> {
  override readonly className = "Maxout";
  readonly units: number;
  readonly pieces: number;
  readonly #kernel: Initializer;
  readonly #bias: Initializer;

  constructor(config: MaxoutConfig) {
    super("maxout", config, ["units", "pieces", "kernelInitializer", "biasInitializer"]);
    const { units, pieces = 2, kernelInitializer = "glorotUniform", biasInitializer = "zeros" } = config;
    this.units = checkCount("maxout", "units", units);
    this.pieces = checkCount("maxout", "pieces", pieces);
    this.#kernel = initializer(kernelInitializer);
    this.#bias = initializer(biasInitializer);
  }

  override build(inputShape: Shape): void {
    this.checkRank(inputShape, 1);
    const width = this.units * this.pieces;
    this.addParameter("kernel", [inputShape.at(-1)!, width], this.#kernel);
    this.addParameter("bias", [width], this.#bias);
  }

  call(x: Tensor): Tensor {
    return maxout(asFloat(x).matmul(this.parameter("kernel")).add(this.parameter("bias")), this.units);
  }

  override activationName(): string {
    return "maxout";
  }

  override config() {
    return {
      units: this.units,
      pieces: this.pieces,
      kernelInitializer: initializerConfig(this.#kernel),
      biasInitializer: initializerConfig(this.#bias),
    };
  }
}
