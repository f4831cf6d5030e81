// The table that gives each integer a learned vector.
import { checkCount, checkFlag } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import { WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import type { ConstraintLike } from "../weights/constraints.ts";
import type { InitializerLike } from "../weights/initializers.ts";
import type { RegularizerLike } from "../weights/regularizers.ts";

/** The options of {@link Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** Default: "randomUniform", ±0.05. */
  readonly embeddingsInitializer?: InitializerLike;
  /** A penalty on the vectors that is added to the loss. Default: none. */
  readonly embeddingsRegularizer?: RegularizerLike | null;
  /** Is applied to the vectors after each step of training. Default: none. */
  readonly embeddingsConstraint?: ConstraintLike | null;
  /** Takes 0 for padding: the steps that hold it are masked for the layers that follow. Default: false. */
  readonly maskZero?: boolean;
}

/** The options of {@link Embedding}, and its sizes. */
export interface EmbeddingConfig extends EmbeddingOptions {
  /** The number of different integers: they are 0 … inputDim − 1. */
  readonly inputDim: number;
  /** The length of a vector. */
  readonly outputDim: number;
}

/**
 * y = embeddings[x]: integers `[batch, ...]` become `[batch, ..., outputDim]`. An integer outside 0 … inputDim − 1 is
 * taken for the nearest one in it. Floats are cut to integers.
 *
 * Parameters: `embeddings [inputDim, outputDim]`. Bengio and others, 2003.
 *
 * @example layers.embedding(1000, 64, { maskZero: true })
 */
export class Embedding extends Layer<Tensor, Tensor> {
  override readonly className = "Embedding";
  readonly inputDim: number;
  readonly outputDim: number;
  readonly maskZero: boolean;
  readonly #embeddings: WeightOptions;

  constructor(config: EmbeddingConfig) {
    super("embedding", config, ["inputDim", "outputDim", "maskZero", ...weightOptionNames("embeddings")]);
    const { inputDim, outputDim, maskZero = false } = config;
    this.inputDim = checkCount("embedding", "inputDim", inputDim);
    this.outputDim = checkCount("embedding", "outputDim", outputDim);
    this.maskZero = checkFlag("embedding", "maskZero", maskZero);
    this.#embeddings = new WeightOptions("embeddings", config, "randomUniform");
  }

  override build(): void {
    this.addParameter("embeddings", [this.inputDim, this.outputDim], this.#embeddings.initializer, this.#embeddings);
  }

  call(x: Tensor): Tensor {
    // A negative index would count from the end.
    return this.parameter("embeddings").take(x.cast("int32").maximum(0));
  }

  override computeMask(x: Tensor, mask: Masks | null): Masks | null {
    return this.maskZero ? x.cast("int32").notEqual(0) : mask;
  }

  override activationName(): string {
    return "linear";
  }

  override config() {
    return {
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      maskZero: this.maskZero,
      ...this.#embeddings.config(),
    };
  }
}
