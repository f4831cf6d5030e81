// The base class of layers, and the context in which a layer is called.
import { ArgumentError, ShapeError } from "../errors.ts";
import type { Key } from "../functions/random.ts";
import { checkFlag, checkName, checkOptions, describe } from "../options.ts";
import { formatShape, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type InitializerLike, initializer } from "./initializers.ts";
import { Parameter } from "./parameter.ts";

/** Anything that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The options that every layer takes beside its own. */
export interface LayerOptions {
  /** The name of the layer in messages, summaries and files. Default: its kind and number, `dense_1`. */
  readonly name?: string;
  /** Lets training change the parameters of the layer. Default: true. */
  readonly trainable?: boolean;
}

/** The context in which a layer computes. */
export interface CallContext {
  /** True during `fit`. Dropout does nothing otherwise. */
  readonly training: boolean;
  /** A random key of this layer and this step; null outside training. */
  readonly key: Key | null;
}

/**
 * The base class of all layers. A subclass declares its parameters in `build`, computes in `call`, and returns from
 * `config` the options with which its constructor makes it again.
 *
 * Shapes are those of one example, without the batch axis; tensors in `call` have the batch axis first.
 *
 * @example
 * class Scale extends Layer {
 *   readonly className = "Scale";
 *   constructor(options: LayerOptions = {}) { super("scale", options, []); }
 *   build(inputShape: Shape): Shape {
 *     this.addParameter("factor", [], "ones");
 *     return inputShape;
 *   }
 *   call(x: Tensor): Tensor { return x.mul(this.parameter("factor")); }
 *   config() { return {}; }
 * }
 * registerLayer("Scale", (config) => new Scale(config)); // so that model files can name it
 */
export abstract class Layer {
  /** The kind of layer, as files name it: `Dense`. */
  abstract readonly className: string;
  /** The layer's name within its model; empty until a model names it. */
  name: string;
  readonly trainable: boolean;
  readonly #parameters = new Map<string, Parameter>();
  #owner: { readonly name: string } | null = null;

  /** `known` are the names of the layer's own options; any other name is an error. */
  constructor(where: string, options: LayerOptions, known: readonly string[]) {
    checkOptions(where, options, [...known, "name", "trainable"]);
    const { name = "", trainable = true } = options;
    if (checkName(where, name).includes("/") || name.startsWith("__")) {
      throw new ArgumentError(
        `${where}: name: expected a string without "/" that does not begin with "__", got ${describe(name)}.`,
      );
    }
    this.name = name;
    this.trainable = checkFlag(where, "trainable", trainable);
  }

  /** Declares the parameters for inputs of this shape and gives the shape of the output. Throws ShapeError. */
  abstract build(inputShape: Shape): Shape;

  /** The layer's output for a batch `[batch, ...inputShape]`. */
  abstract call(x: Tensor, context: CallContext): Tensor;

  /** The options that its constructor needs to make the layer again, without `name` and `trainable`. */
  abstract config(): { readonly [option: string]: Json };

  /**
   * The last activation that was applied to the output: "custom" if it is not known (the default; losses take such
   * outputs for logits), `null` if the layer leaves the values of its input as they are.
   */
  activationName(): string | null {
    return "custom";
  }

  /** Makes the layer part of a model. Throws {@link ArgumentError} if it is part of another. */
  claim(owner: { readonly name: string }): void {
    if (this.#owner && this.#owner !== owner) {
      throw new ArgumentError(
        `${this.describe()} is already part of model ${this.#owner.name}: make a new layer for each model.`,
      );
    }
    this.#owner = owner;
  }

  /** Forgets what an earlier `build` declared and declares anew; gives the shape of the output. */
  declare(inputShape: Shape): Shape {
    this.#parameters.clear();
    return this.build(inputShape);
  }

  /** The parameters in the order of their declaration. */
  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()];
  }

  /** `layer dense_1 (Dense)`, for messages. */
  describe(): string {
    return this.name ? `layer ${this.name} (${this.className})` : `layer ${this.className}`;
  }

  /** Declares a parameter; for `build`. */
  protected addParameter(
    name: string,
    shape: Shape,
    like: InitializerLike,
    options: { trainable?: boolean } = {},
  ): void {
    if (this.#parameters.has(name))
      throw new ArgumentError(`${this.describe()} declares two parameters named "${name}".`);
    this.#parameters.set(
      name,
      new Parameter(name, shape, initializer(like), this.trainable && (options.trainable ?? true)),
    );
  }

  /** A declared parameter's value now. */
  protected parameter(name: string): Tensor {
    return this.#declared(name).value;
  }

  /** Gives a declared parameter that is not trainable its next value. */
  protected assignParameter(name: string, value: Tensor): void {
    this.#declared(name).assign(value);
  }

  /** For `build`: throws ShapeError unless the input has at least `rank` axes of known, nonzero length. */
  protected checkRank(inputShape: Shape, rank: number): void {
    if (inputShape.length >= rank && inputShape.every((n) => n > 0)) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs of at least ${rank} ${rank === 1 ? "axis" : "axes"} beside the batch, ` +
        `none of them empty, got shape ${formatBatchShape(inputShape)}` +
        `${inputShape.length === 0 ? "; reshape the data to [batch,1]" : ""}.`,
    );
  }

  #declared(name: string): Parameter {
    const found = this.#parameters.get(name);
    if (!found)
      throw new ArgumentError(
        `${this.describe()} has no parameter "${name}" (it has ${[...this.#parameters.keys()].join(", ") || "none"}).`,
      );
    return found;
  }
}

/** Casts integers to float32, since images are bytes until the first layer that computes. */
export function asFloat(x: Tensor): Tensor {
  return x.dtype === "float32" || x.dtype === "float64" ? x : x.cast("float32");
}

/** `[batch,28,28]`, for messages. */
export function formatBatchShape(shape: Shape): string {
  return formatShape(shape).replace(/^\[/, shape.length > 0 ? "[batch," : "[batch");
}
