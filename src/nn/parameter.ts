// A parameter of a layer: numbers that training, or the layer itself, changes.
import { NablaError } from "../errors.ts";
import { zeros } from "../functions/array.ts";
import { type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import type { Initializer } from "./initializers.ts";
import { readParameter } from "./store.ts";

/**
 * A layer's parameter. A trainable one is a part of a flat variable in which those of a whole model lie, so that the
 * update of a network is a single operation; one that is not trainable has a variable of its own. The numbers never
 * move elsewhere: several models can hold the same layer.
 */
export class Parameter {
  /** `kernel`, within its layer. */
  readonly name: string;
  readonly shape: Shape;
  readonly initializer: Initializer;
  /** True for what an optimizer moves, false for what the layer itself changes: a running mean, say. */
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

  /** The place of the numbers; null before they have been made. */
  get storage(): { readonly variable: Variable; readonly offset: number } | null {
    return this.#storage;
  }

  /** The value at this moment. Zeros before a model has made its weights, while it infers its shapes. */
  get value(): Tensor {
    if (!this.#storage) return zeros(this.shape);
    return readParameter(this.#storage.variable, this.#storage.offset, this.shape);
  }

  /** Gives a parameter that is not trainable its next value: a running mean, say. */
  assign(value: Tensor): void {
    if (this.trainable)
      throw new NablaError(
        `parameter ${this.name}: a trainable parameter changes by its model's optimizer or setWeights.`,
      );
    this.#storage?.variable.assign(value);
  }

  /** Sets the place of the numbers, once and for all. */
  bind(variable: Variable, offset: number): void {
    if (this.#storage) throw new NablaError(`parameter ${this.name} already has its numbers.`);
    this.#storage = { variable, offset };
  }
}
