// Activations in layers: as an option of other layers, and as a layer of their own.

import { ArgumentError } from "../../errors.ts";
import { type ActivationFunction, type ActivationName, activation, activations } from "../../functions/activations.ts";
import { describe } from "../../options.ts";
import { formatShape, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { outputOf } from "../../transformations/outputs.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

/** The forms in which layers take an activation: a name, or a function of a tensor that keeps its shape. */
export type ActivationLike = ActivationName | ActivationFunction;

/** An activation within a layer. `name` is null for a function of the user's own. */
export class Activator {
  readonly name: string | null;
  readonly #apply: ActivationFunction;

  /** Throws {@link ArgumentError} for an unknown name or anything but a name or a function. */
  constructor(where: string, like: ActivationLike) {
    if (typeof like === "function") {
      const known = Object.entries(activations).find(([, f]) => (f as unknown) === like);
      this.name = known?.[0] ?? null;
      this.#apply = like;
    } else if (typeof like === "string") {
      this.name = like;
      this.#apply = activation(like);
    } else {
      throw new ArgumentError(
        `${where}: activation: expected a name such as "relu" or a function of a tensor, got ${describe(like)}.`,
      );
    }
  }

  /** Throws {@link ArgumentError} where the function does not keep the shape. */
  apply(x: Tensor): Tensor {
    const y = outputOf("activation", this.#apply(x));
    if (sameShape(x.shape, y.shape)) return y;
    throw new ArgumentError(
      `activation: expected a function that keeps the shape ${formatShape(x.shape)} of its input, ` +
        `got one that returns ${formatShape(y.shape)}.`,
    );
  }

  /** The name, for a model file. Throws {@link ArgumentError} where there is none. */
  toConfig(layer: Layer): string {
    if (this.name !== null) return this.name;
    throw new ArgumentError(
      `${layer.describe()}: the activation is a function of your own, which a file cannot hold; ` +
        `use one of ${Object.keys(activations).join(", ")}, or a layer class that you register.`,
    );
  }
}

export interface ActivationConfig extends LayerOptions {
  readonly activation: ActivationLike;
}

/**
 * Applies an activation: `[batch, ...]` to the same shape. No parameters.
 *
 * @example layers.activation("tanh")
 */
export class Activation extends Layer<Tensor, Tensor> {
  override readonly className = "Activation";
  readonly #activator: Activator;

  constructor(config: ActivationConfig) {
    super("activation", config, ["activation"]);
    this.#activator = new Activator("activation", config.activation);
  }

  call(x: Tensor): Tensor {
    return this.#activator.apply(asFloat(x));
  }

  override activationName(): string {
    return this.#activator.name ?? "custom";
  }

  override config() {
    return { activation: this.#activator.toConfig(this) };
  }
}
