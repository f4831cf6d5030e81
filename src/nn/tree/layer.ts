// The base class of layers.
import { ArgumentError, NablaError, ShapeError } from "../../errors.ts";
import { checkFlag, checkName, checkNotAsync, checkOptions, describe } from "../../options.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../../tensor.ts";
import { type InitializerLike, initializer } from "../weights/initializers.ts";
import { type Regularizer, type RegularizerLike, regularizer } from "../weights/regularizers.ts";
import { Call, type CallContext, type CallOptions, currentCall, currentPath, infer, type Masks } from "./call.ts";
import { Parameter, type ParameterOptions } from "./parameter.ts";
import { isInferring } from "./store.ts";
import { parametersIn } from "./structure.ts";
import { type Application, holdsSymbolic, type Symbolic, SymbolicTensor, symbolicLeaves } from "./symbolic.ts";
import {
  formatBatchShape,
  isTensor,
  leavesOf,
  mapTree,
  type Shapes,
  shapesOf,
  type Tensors,
  type Tree,
} from "./tree.ts";
import { weightsOf } from "./weights.ts";

export { formatBatchShape } from "./tree.ts";

/** Anything that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The options that every layer takes beside its own. */
export interface LayerOptions {
  /** The name of the layer in messages, summaries and files. Default: its kind and number, `dense_1`, or its field. */
  readonly name?: string;
  /** Lets training change the parameters of the layer and of all layers that it holds. Default: true. */
  readonly trainable?: boolean;
  /** A penalty on the outputs, divided by the number of examples, that is added to the loss. Default: none. */
  readonly activityRegularizer?: RegularizerLike | null;
}

/** A parameter of a tree of layers, under its name in files and `getWeights`. */
export interface NamedVariable {
  /** `encoder/dense_1/kernel` */
  readonly path: string;
  readonly shape: Shape;
  /** True if an optimizer moves it: neither is it a statistic, nor is a layer that holds it frozen. */
  readonly trainable: boolean;
  /** The value at this moment. Throws {@link NablaError} before the weights have been made. */
  readonly value: Tensor;
}

/** The number of layers that were called alone: each has weights of its own, the same in each run of a program. */
let standalone = 0;

/** Values from outside in the form of a layer's input: nested numbers stand for one tensor. */
export type Given<In> = In extends Tensor ? TensorLike : In;

/**
 * The base class of all layers. A layer may hold layers: whatever stands in its fields, alone or in arrays and objects,
 * belongs to it. A subclass computes in `call`; if it has parameters of its own, it declares them in `build`; and it
 * returns from `config` the options with which its constructor makes it again.
 *
 * Shapes are those of one example, without the batch axis; tensors in `call` have the batch axis first.
 *
 * @example
 * class Residual extends Layer<Tensor, Tensor> {
 *   readonly inner: Layer;
 *   constructor(units: number) {
 *     super();
 *     this.inner = layers.dense(units, { activation: "relu" });
 *   }
 *   build() { this.addParameter("scale", [], "ones"); }
 *   call(x: Tensor): Tensor { return x.add(this.inner.apply(x).mul(this.parameter("scale"))); }
 * }
 * new Residual(3).apply([[1, 2, 3]]).shape; // [1, 3]
 */
export abstract class Layer<In extends Tensors = any, Out extends Tensors = any> {
  /** The kind of layer, as files name it: `Dense`. Default: the name of the class. */
  readonly className: string = this.constructor.name;
  /** The layer's name; empty until it has one of its own or is put into a model. */
  name: string;
  /** False freezes the layer and all layers that it holds, from the next `compile` on. */
  trainable: boolean;
  /** The penalty on the outputs; null without one. */
  readonly activityRegularizer: Regularizer | null;
  readonly #isNamed: boolean;
  readonly #parameters = new Map<string, Parameter>();
  #builtFor: string | null = null;
  /** The seed of the weights of a layer that is called alone. */
  #seed: number | null = null;

  /**
   * @param where the name of the factory, for messages
   * @param known the names of the layer's own options; any other name in `options` is an error
   */
  constructor(where = "layer", options: LayerOptions = {}, known: readonly string[] = []) {
    checkOptions(where, options, [...known, "name", "trainable", "activityRegularizer"]);
    const { name = "", trainable = true, activityRegularizer = null } = options;
    if (checkName(where, name).includes("/") || name.startsWith("__")) {
      throw new ArgumentError(
        `${where}: name: expected a string without "/" that does not begin with "__", got ${describe(name)}.`,
      );
    }
    this.name = name;
    this.#isNamed = name !== "";
    this.trainable = checkFlag(where, "trainable", trainable);
    this.activityRegularizer = activityRegularizer === null ? null : regularizer(activityRegularizer);
  }

  /**
   * Declares the parameters, for inputs of this shape (a tree of shapes, if the layer takes several tensors). Called
   * before the first `call`, and again before a `call` with inputs of another shape: parameters keep their shapes.
   * Default: none.
   *
   * @throws ShapeError for a shape that the layer cannot take
   */
  build(_inputShape: any): unknown {
    return undefined;
  }

  /** The layer's output for a batch `[batch, ...inputShape]`. It calls other layers by `apply`. */
  abstract call(inputs: In, context: CallContext): Out;

  /** The options that its constructor needs to make the layer again, without those of every layer. */
  config(): { readonly [option: string]: Json } {
    return {};
  }

  /**
   * Applies the layer to symbolic tensors, as part of a functional model; or to tensors, which makes its weights if it
   * has none yet. In the `call` of another layer it goes on in the same context: the same training, keys and masks.
   *
   * The first weights of a model follow from its seed and their paths. Those of a layer that is applied alone follow
   * from the number of such layers before it: two equal layers get different weights, and a program that applies its
   * layers in the same order gets the same ones in each run.
   *
   * @param options of a call from outside; in the `call` of another layer `training` and `mask` replace those around it
   * @example
   * layers.dense(3).apply([[1, 2]]).shape; // [1, 3]
   * layers.dense(3).apply(input([2])).shape; // [3]
   */
  apply(inputs: Given<In>, options?: CallOptions): Out;
  apply(inputs: Symbolic<In>): Symbolic<Out>;
  apply(inputs: Given<In> | Symbolic<In>, options: CallOptions = {}): Out | Symbolic<Out> {
    if (holdsSymbolic(inputs)) return this.#connect(inputs) as Symbolic<Out>;
    const tensors = toTensors(this, inputs) as In;
    const call = currentCall();
    return (call ? call.apply(this, tensors, options) : this.run(tensors, options)) as Out;
  }

  /** Calls the layer from outside, as the root of its tree. */
  protected run(inputs: In, options: CallOptions): Tensors {
    const dtypes = leavesOf(inputs as Tensors, isTensor).map((x) => x.dtype);
    infer(this, shapesOf(inputs), dtypes);
    if (!isInferring()) weightsOf(this, (this.#seed ??= standalone++));
    return new Call(this, options).result(inputs).output;
  }

  #connect(inputs: Tree<SymbolicTensor>): Tree<SymbolicTensor> {
    const leaves = symbolicLeaves(inputs);
    const shapes = mapTree(
      inputs,
      (x): x is SymbolicTensor => x instanceof SymbolicTensor,
      (x) => x.shape,
    );
    const inferred = infer(
      this,
      shapes,
      leaves.map((x) => x.dtype),
    );
    const application: Application<Layer> = { layer: this, inputs, outputs: [] };
    application.outputs = mapTree(
      inferred,
      (part): part is { shape: Shape; dtype: Tensor["dtype"] } => "dtype" in (part as object),
      ({ shape, dtype }) => new SymbolicTensor(shape, dtype, application),
    );
    return application.outputs;
  }

  /**
   * The last activation that was applied to the output: "custom" if it is not known (the default; losses take such
   * outputs for logits), `null` if the layer leaves the values of its input as they are.
   */
  activationName(): string | null {
    return "custom";
  }

  /**
   * The mask of the output; undefined if the layers that it calls have given it. Default: that of the input, where the
   * output has as many steps; else none.
   */
  computeMask(_inputs: In, mask: Masks | null): Masks | null | undefined {
    return mask;
  }

  /** The layers that this one holds, by name. Default: those in its fields, which give them their names. */
  children(): Iterable<readonly [name: string, layer: Layer]> {
    return layersInFields(this);
  }

  /** The layer's own parameters, in the order of their declaration. */
  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()];
  }

  /**
   * The parameters that an optimizer moves, of this layer and those that it holds, in their order. Their values are
   * read anew each time: within the loss of a training step of one's own, gradients flow through them.
   *
   * @throws NablaError before the layer has been applied
   * @example
   * const model = sequential([layers.dense(1)], { inputShape: [2] });
   * model.trainableVariables.map(({ path }) => path); // ["dense_1/kernel", "dense_1/bias"]
   */
  get trainableVariables(): readonly NamedVariable[] {
    return this.#variables().filter(({ trainable }) => trainable);
  }

  /** The parameters that no optimizer moves: those of frozen layers, and running means, say. */
  get nonTrainableVariables(): readonly NamedVariable[] {
    return this.#variables().filter(({ trainable }) => !trainable);
  }

  /**
   * The number of numbers in all parameters of this layer and those that it holds.
   *
   * @throws NablaError before the layer has been applied
   * @example sequential([layers.dense(3)], { inputShape: [4] }).countParams(); // 15
   */
  countParams(): number {
    return this.#variables().reduce((n, { shape }) => n + sizeOf(shape), 0);
  }

  #variables(): readonly NamedVariable[] {
    const named = parametersIn(this);
    if (named.length === 0 && this.#builtFor === null && !isInferring())
      throw new NablaError(
        `${this.describe()} does not know its parameters yet: apply it, or tell the model its input shape, ` +
          "sequential([…], { inputShape }).",
      );
    return named.map(({ path, parameter, trainable }) => ({
      path,
      shape: parameter.shape,
      trainable,
      get value() {
        return parameter.value;
      },
    }));
  }

  /** True if the name was given to the constructor. */
  get isNamed(): boolean {
    return this.#isNamed;
  }

  /** The shapes of the inputs for which the layer was built last; null before that. */
  get builtFor(): Shapes | null {
    return this.#builtFor === null ? null : (JSON.parse(this.#builtFor) as Shapes);
  }

  /** Builds the layer for inputs of these shapes, unless it is so already. */
  prepare(inputShapes: Shapes): void {
    const shapes = JSON.stringify(inputShapes);
    if (this.#builtFor === shapes) return;
    if (typeof this.call !== "function")
      throw new ArgumentError(`${this.describe()}: expected a method call(x), which computes its output, got none.`);
    checkNotAsync(`${this.describe()}: build`, this.build(inputShapes), "the layer is called right after it");
    this.#builtFor = shapes;
  }

  /** Forgets the declared parameters, if they have no numbers yet. */
  forget(): void {
    if (this.parameters.some((parameter) => parameter.storage)) return;
    this.#parameters.clear();
    this.#builtFor = null;
  }

  /** `layer encoder/dense_1 (Dense)`, for messages. */
  describe(): string {
    const path = currentPath();
    const name = path === null || path.split("/").at(-1) !== this.name ? this.name : path;
    return name ? `layer ${name} (${this.className})` : `layer ${this.className}`;
  }

  /** Declares a parameter; for `build`. Returns the one that is there, if the layer has been built before. */
  protected addParameter(name: string, shape: Shape, like: InitializerLike, options: ParameterOptions = {}): Parameter {
    const known = this.#parameters.get(name);
    if (known && this.#builtFor === null)
      throw new ArgumentError(`${this.describe()} declares two parameters named "${name}".`);
    if (known && sameShape(known.shape, shape)) return known;
    if (known)
      throw new ShapeError(
        `${this.describe()} was built for other inputs: its ${name} has shape ${formatShape(known.shape)}, ` +
          `these would need ${formatShape(shape)}.`,
      );
    const parameter = new Parameter(name, shape, initializer(like), options);
    this.#parameters.set(name, parameter);
    return parameter;
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

/** A layer's input from outside: a tree that holds tensors, or numbers for one tensor. */
function toTensors(layer: Layer, inputs: unknown): Tensors {
  const holdsTensor = (part: unknown): boolean => {
    if (isTensor(part)) return true;
    if (part instanceof SymbolicTensor)
      throw new ArgumentError(
        `${layer.describe()}: expected symbolic tensors only, or tensors only, got both: in a functional model every ` +
          "input of a layer comes from input([…]) or from another layer.",
      );
    if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return false;
    // All parts are visited, so that none that is symbolic stays unseen.
    return Object.values(part).filter(holdsTensor).length > 0;
  };
  if (isTensor(inputs)) return inputs;
  const isNested = Array.isArray(inputs) && typeof inputs.flat(Number.POSITIVE_INFINITY)[0] === "number";
  return !isNested && holdsTensor(inputs) ? (inputs as Tensors) : asTensor(inputs as TensorLike);
}

/** The layers in an object's fields: `encoder`, `blocks_0`. What a layer was named by its maker, it keeps. */
function layersInFields(owner: object): [name: string, layer: Layer][] {
  const found: [string, Layer][] = [];
  const seen = new Set<object>();
  const visit = (name: string, value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    if (value instanceof Layer) {
      if (value.name === "") value.name = name;
      found.push([value.isNamed ? value.name : name, value]);
      return;
    }
    if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return;
    seen.add(value);
    for (const [key, part] of Object.entries(value)) {
      // A list of numbers or words is data, however long it is.
      if (typeof part !== "object" && Array.isArray(value)) return;
      visit(`${name}_${key}`, part);
    }
  };
  for (const [name, value] of Object.entries(owner)) visit(name, value);
  return found;
}
