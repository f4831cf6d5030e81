// The root of a tree of layers: it knows the shapes of its inputs and outputs, and makes the weights of all its layers.
import type { DType } from "../../dtype.ts";
import { NablaError, ShapeError } from "../../errors.ts";
import { checkOptions } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { tensor } from "../../tensor.ts";
import { Call, type CallOptions, type CallResult, currentCall, infer, type LayerOutput } from "./call.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { isInferring } from "./store.ts";
import { layersIn, type Placed, parametersIn } from "./structure.ts";
import {
  checkForm,
  formatShapes,
  isShape,
  isTensor,
  leavesOf,
  mapTree,
  type Shapes,
  shapesOf,
  type Tensors,
} from "./tree.ts";
import { adoptWeights, type Weights, type WeightValues, weightsOf } from "./weights.ts";

/** The shapes that follow from those of the inputs. */
interface Inference {
  readonly input: Shapes;
  readonly output: Shapes;
  /** The shapes of the outputs of each layer, by its path. */
  readonly byPath: ReadonlyMap<string, Shapes>;
}

/** A layer, its place, and the shape of its output, or null while that is not known. */
export interface SummaryRow extends Placed<Layer> {
  readonly outputShape: Shapes | null;
}

/** A layer that can stand alone: it infers its shapes and makes weights. */
export abstract class Network<In extends Tensors = any, Out extends Tensors = any> extends Layer<In, Out> {
  /** The seed of the first weights; undefined if the call that makes them decides. */
  readonly seed: number | undefined;
  #inference: Inference | null = null;
  #isDeclared = false;
  /** The shapes of what a training step of the model's own takes, if that step has declared the parameters. */
  #trainedOn: Shapes | null = null;
  #weights: Weights | null = null;

  constructor(where: string, options: LayerOptions, known: readonly string[], seed: number | undefined) {
    super(where, options, known);
    this.seed = seed;
  }

  /** The shape of one input, or several in the form in which the model takes them; null while it is not known. */
  get inputShape(): Shapes | null {
    return this.#inferred()?.input ?? null;
  }

  /** The shape of one output, or several in the form in which the model gives them; null while it is not known. */
  get outputShape(): Shapes | null {
    return this.#inferred()?.output ?? null;
  }

  /** The dtypes of the inputs, in order, where the model knows them. */
  protected get inputDTypes(): readonly DType[] {
    return [];
  }

  /** The layers that it holds directly. */
  get layers(): readonly Layer[] {
    return [...this.children()].map(([, layer]) => layer);
  }

  /** The last activation that was applied to the output. */
  get lastActivation(): string {
    return this.activationName() ?? "linear";
  }

  /** Declares the shapes that the model takes from now on, whatever the data are. */
  protected fix(inputShape: Shapes): void {
    this.declare(inputShape);
    this.#isDeclared = true;
  }

  /**
   * Infers all shapes from those of the inputs. A shape taken from data may change until there are weights.
   *
   * @throws ShapeError if it does not fit
   */
  declare(inputShape: Shapes): void {
    const known = this.#inference;
    if (known && JSON.stringify(known.input) === JSON.stringify(inputShape)) return;
    if (known && (this.#isDeclared || this.built)) {
      checkForm<Shape>(`model ${this.name}: inputs`, known.input, inputShape, isShape);
      const first =
        layersIn<Layer>(this).find(({ layer }) => layer.parameters.length > 0) ?? layersIn<Layer>(this).at(-1);
      throw new ShapeError(
        `model ${this.name}: expected inputs of shape ${formatShapes(known.input)} ` +
          `(its first layer is ${first?.path || this.name}), got ${formatShapes(inputShape)}.`,
      );
    }
    for (const { layer } of layersIn<Layer>(this)) layer.forget();
    const byPath = new Map<string, Shapes>();
    const onOutput = ({ path, output }: LayerOutput): void => {
      if (!byPath.has(path)) byPath.set(path, shapesOf(output));
    };
    const inferred = infer(this, inputShape, this.inputDTypes, { onOutput });
    // What the call does not use, but trainStep may.
    for (const { layer } of layersIn<Layer>(this))
      if (layer instanceof Network && layer !== this) layer.#declareAgain();
    const isPart = (part: unknown): part is { shape: Shape } => "dtype" in (part as object);
    this.#inference = { input: inputShape, output: mapTree(inferred, isPart, ({ shape }) => shape), byPath };
  }

  /**
   * Declares the parameters of all layers that a training step of the model's own calls: `step` takes it without
   * numbers, for inputs of this shape. The model's `call` may take others.
   */
  declareBy(inputShape: Shapes, step: () => void): void {
    if (this.built) return;
    step();
    this.#trainedOn = inputShape;
    // Layers that the step does not call, though it may use their weights, are those of the call.
    if (layersIn<Layer>(this).some(({ layer, path }) => path !== "" && layer.builtFor === null)) this.#inferred();
  }

  /** What is known of the shapes. Those of a training step's inputs count if the model's `call` takes them too. */
  #inferred(): Inference | null {
    if (this.#inference || !this.#trainedOn || currentCall()) return this.#inference;
    try {
      this.declare(this.#trainedOn);
    } catch (error) {
      if (!(error instanceof NablaError)) throw error;
    }
    return this.#inference;
  }

  /**
   * Calls the model with tensors that have no numbers, of the shapes that it takes. `through` gives what takes the
   * place of each layer's output. Throws {@link NablaError} while the shapes are not known.
   */
  trace(through: (output: LayerOutput<Layer>) => Tensors): void {
    infer(this, this.requireShapes().inputShape, this.inputDTypes, { through });
  }

  /** Declares the parameters once more, for inputs of the fixed shape, if there is one. */
  #declareAgain(): void {
    if (this.#isDeclared && this.#inference) infer(this, this.#inference.input, this.inputDTypes);
  }

  /**
   * Makes the weights, unless they exist. Fit, evaluate and predict do this by themselves. A class that overrides it,
   * to declare parameters of its own, calls `super.build` too.
   *
   * @param inputShape the shape of one example; optional if the model knows it
   * @param options.seed for the first weights, if the model was made without one. Default: 0
   */
  override build(inputShape?: Shapes, options: { readonly seed?: number } = {}): this {
    // Within a call the model is one layer among others, and its layers declare their parameters when they are called.
    if (currentCall()) return this;
    checkOptions("build", options, ["seed"]);
    if (inputShape !== undefined) this.declare(inputShape);
    this.weights(options.seed);
    return this;
  }

  /** The model's weights, made at the first call. Throws while the shapes are not known. */
  weights(seed?: number): Weights {
    if (this.#weights && !this.#trainedOn) return this.#weights;
    if (!this.#trainedOn) this.requireShapes();
    // The call may use layers that the training step did not.
    this.#weights = weightsOf(this, this.seed ?? seed ?? 0);
    return this.#weights;
  }

  /** Makes the weights with given values, for a model that is read from a file. */
  adoptWeights(values: WeightValues): void {
    if (this.#weights) throw new NablaError("the model already has weights; use setWeights.");
    this.#weights = adoptWeights(this, (path) => tensor(values[path]!));
  }

  /** True once the weights have been made. */
  get built(): boolean {
    return this.#weights !== null;
  }

  /** The shapes of the inputs and outputs. Throws {@link NablaError} while they are not known. */
  requireShapes(): { inputShape: Shapes; outputShape: Shapes } {
    const known = this.#inferred();
    if (known) return { inputShape: known.input, outputShape: known.output };
    if (this.#trainedOn)
      throw new NablaError(
        `model ${this.name}: its call does not take what its trainStep takes, inputs of shape ` +
          `${formatShapes(this.#trainedOn)}; tell its own by build([…]).`,
      );
    throw new NablaError(
      `model ${this.name} does not know its input shape yet: fit it, call build([…]), or begin with layers.input([…]).`,
    );
  }

  protected override run(inputs: In, options: CallOptions): Tensors {
    return this.result(inputs, options).output;
  }

  /** The output for a batch, with its mask and what layers and regularizers add to the loss. */
  result(inputs: In, options: CallOptions = {}): CallResult {
    const scalar = leavesOf(inputs as Tensors, isTensor).some((x) => x.ndim === 0);
    if (scalar) throw new ShapeError(`model ${this.name}: expected a batch of examples, got a single number.`);
    this.declare(shapesOf(inputs));
    if (!isInferring()) this.weights();
    const { losses, ...result } = new Call(this, options).result(inputs);
    const penalties = parametersIn(this).flatMap(({ parameter, trainable }) =>
      trainable && parameter.regularizer ? [parameter.regularizer.call(parameter.value)] : [],
    );
    return { ...result, losses: [...losses, ...penalties] };
  }

  /** Its layers give the mask of the output. */
  override computeMask(): undefined {
    return undefined;
  }

  /** The layers of the tree with their places and the shapes of their outputs, without the root. */
  rows(): SummaryRow[] {
    this.#inferred();
    return layersIn<Layer>(this)
      .filter(({ path }) => path !== "")
      .map((placed) => ({ ...placed, outputShape: this.#inference?.byPath.get(placed.path) ?? null }));
  }

  override describe(): string {
    return `model ${this.name}`;
  }
}
