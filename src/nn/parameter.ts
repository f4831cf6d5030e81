// A parameter of a layer: numbers that training, or the layer itself, changes.
import { NablaError } from "../errors.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { Initializer } from "./initializers.ts";

/**
 * A layer's parameter. A trainable one is a view into the one flat variable of its model, so that the update of a
 * whole network is a single operation; one that is not trainable has a variable of its own.
 */
export class Parameter {
  /** `kernel`, within its layer. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  readonly trainable: boolean;
  #storage: { readonly variable: Variable; readonly offset: number } | null = null;

  constructor(name: string, shape: Shape, initializer: Initializer, trainable: boolean) {
    this.name = name;
    this.shape = shape;
    this.initializer = initializer;
    this.trainable = trainable;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The value at this moment. Throws {@link NablaError} before the model has made its weights. */
  get value(): Tensor {
    const { variable, offset } = this.#bound();
    return variable.value
      .reshape([-1])
      .at([offset, offset + this.size])
      .reshape(this.shape);
  }

  /** Gives a parameter that is not trainable its next value: a running mean, say. */
  assign(value: Tensor): void {
    if (this.trainable)
      throw new NablaError(
        `parameter ${this.name}: a trainable parameter changes by its model's optimizer or setWeights.`,
      );
    this.#bound().variable.assign(value);
  }

  /**
   * Sets the variable that holds the numbers, and their offset in it. The model calls this when it makes its weights.
   */
  bind(variable: Variable, offset: number): void {
    this.#storage = { variable, offset };
  }

  #bound(): { readonly variable: Variable; readonly offset: number } {
    if (this.#storage) return this.#storage;
    throw new NablaError(
      `parameter ${this.name} has no values yet: a model makes its weights at the first fit, predict or build([...]).`,
    );
  }
}
