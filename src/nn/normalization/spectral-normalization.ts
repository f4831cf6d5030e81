// Spectral normalisation: a wrapper that holds the greatest singular value of a layer's kernel at 1.
import { ArgumentError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { l2Normalize } from "../../functions/normalization.ts";
import { checkCount, describe } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";
import type { Parameter } from "../tree/parameter.ts";
import { type LayerJson, layerFromJson, layerToJson } from "../tree/registry.ts";
import type { Shapes } from "../tree/tree.ts";
import { initializers } from "../weights/initializers.ts";

/** The options of `layers.spectralNormalization`. */
export interface SpectralNormalizationOptions extends LayerOptions {
  /** The number of power iterations in each step of training. Default: 1. */
  readonly powerIterations?: number;
}

export interface SpectralNormalizationConfig extends SpectralNormalizationOptions {
  /** A layer with a `kernel` or with `embeddings`. */
  readonly layer: Layer | LayerJson;
}

/**
 * Calls a layer with its kernel divided by σ, the kernel's greatest singular value, where the kernel is a matrix
 * `[..., features]` with all other axes in one. σ = v · W · u is found by power iteration, which goes on from step to
 * step of training: v ← W·u / ‖W·u‖, u ← Wᵀ·v / ‖Wᵀ·v‖. The gradient goes through σ, with u and v held fixed. Miyato
 * and others, 2018.
 *
 * As in the paper and in PyTorch, the kernel itself stays as the optimizer made it, and is divided outside training
 * too; Keras overwrites it in each step of training.
 *
 * Parameter: `vectorU [1, features]`, not trainable. The mask is that of the layer's output. Throws
 * {@link ArgumentError} for a layer without a kernel.
 *
 * @example layers.spectralNormalization(layers.conv2d(8, 3)).apply(input([6, 6, 3])).shape; // [4, 4, 8]
 */
export class SpectralNormalization extends Layer<Tensor, Tensor> {
  override readonly className = "SpectralNormalization";
  readonly layer: Layer;
  readonly powerIterations: number;

  constructor(config: SpectralNormalizationConfig) {
    super("spectralNormalization", config, ["layer", "powerIterations"]);
    const { layer, powerIterations = 1 } = config;
    if (typeof layer !== "object" || layer === null)
      throw new ArgumentError(
        `spectralNormalization: expected a layer such as layers.dense(8), got ${describe(layer)}.`,
      );
    this.layer = layer instanceof Layer ? layer : layerFromJson(layer);
    this.powerIterations = checkCount("spectralNormalization", "powerIterations", powerIterations);
  }

  override build(inputShape: Shapes): void {
    this.layer.prepare(inputShape);
    const features = this.#kernel().shape.at(-1)!;
    const initializer = initializers.truncatedNormal({ stddev: 0.02 });
    this.addParameter("vectorU", [1, features], initializer, { trainable: false });
  }

  #kernel(): Parameter {
    const found = this.layer.parameters.find(({ name }) => name === "kernel" || name === "embeddings");
    if (found) return found;
    throw new ArgumentError(`${this.describe()}: expected a layer with a kernel, got ${this.layer.describe()}.`);
  }

  call(x: Tensor, { training }: CallContext): Tensor {
    const kernel = this.#kernel();
    const weights = kernel.value.reshape([-1, kernel.shape.at(-1)!]);
    const fixed = weights.stopGradient();
    let u = this.parameter("vectorU");
    let v = l2Normalize(u.matmul(fixed.transpose()));
    for (let i = 0; training && i < this.powerIterations; i++) {
      if (i > 0) v = l2Normalize(u.matmul(fixed.transpose()));
      u = l2Normalize(v.matmul(fixed));
    }
    if (training) this.assignParameter("vectorU", u);
    const sigma = v.matmul(weights).mul(u).sum();
    // A kernel of zeros stays one.
    const divided = kernel.value.div(where(sigma.equal(0), 1, sigma));
    return kernel.during(divided, () => this.layer.apply(x)) as Tensor;
  }

  override computeMask(): undefined {
    return undefined;
  }

  override activationName(): string | null {
    return this.layer.activationName();
  }

  override config() {
    return { layer: layerToJson(this.layer), powerIterations: this.powerIterations };
  }
}
