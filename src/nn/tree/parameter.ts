// A parameter of a layer: numbers that training, or the layer itself, changes.
import { NablaError } from "../../errors.ts";
import { zeros } from "../../functions/array.ts";
import { type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Variable } from "../../variable.ts";
import type { Constraint } from "../weights/constraints.ts";
import type { Initializer } from "../weights/initializers.ts";
import type { Regularizer } from "../weights/regularizers.ts";
import { isInferring, readParameter } from "./store.ts";

/** What may be said of a parameter beside its shape. */
export interface ParameterOptions {
  /** False for numbers that the layer itself changes. Default: true. */
  readonly trainable?: boolean;
  /** A penalty that is added to the loss. Default: none. */
  readonly regularizer?: Regularizer | null;
  /** Is applied after each step of training. Default: none. */
  readonly constraint?: Constraint | null;
}

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
  /** Its penalty in the loss; null without one. */
  readonly regularizer: Regularizer | null;
  /** Is applied after each step of training; null without one. */
  readonly constraint: Constraint | null;
  #storage: { readonly variable: Variable; readonly offset: number } | null = null;
  #standIn: Tensor | null = null;

  constructor(name: string, shape: Shape, initializer: Initializer, options: ParameterOptions) {
    const { trainable = true, regularizer = null, constraint = null } = options;
    this.regularizer = regularizer;
    this.constraint = constraint;
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

  /** The value at this moment. Throws {@link NablaError} before a model has made its weights. */
  get value(): Tensor {
    if (this.#standIn) return this.#standIn;
    if (!this.#storage && isInferring()) return zeros(this.shape);
    if (!this.#storage)
      throw new NablaError(
        `parameter ${this.name} has no numbers yet: a model makes those of the layers that its call or its trainStep ` +
          "uses, once: a layer that comes into one of its fields later has none.",
      );
    return readParameter(this.#storage.variable, this.#storage.offset, this.shape);
  }

  /** Runs a function to which the parameter has another value of the same shape: a normalised kernel, say. */
  during<T>(value: Tensor, run: () => T): T {
    const outer = this.#standIn;
    this.#standIn = value;
    try {
      return run();
    } finally {
      this.#standIn = outer;
    }
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
