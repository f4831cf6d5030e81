// The model: its weights, and compile, fit, evaluate, predict and save. Its subclasses define the computation.
import type { Column, Dataset } from "../data/dataset.ts";
import { ArgumentError, NablaError } from "../errors.ts";
import { foldIn, type Key, key } from "../functions/random.ts";
import type { HostArray } from "../host-array.ts";
import { type LossLike, resolveLoss } from "../losses/index.ts";
import { type MetricLike, type NamesOf, resolveMetric } from "../metrics/index.ts";
import type { Json, Layer } from "../nn/layer.ts";
import { type OptimizerLike, resolveOptimizer } from "../optimizers/index.ts";
import { checkName, checkOptions, describe } from "../options.ts";
import type { Shape } from "../shape.ts";
import { type Tensor, type TensorLike, tensor } from "../tensor.ts";
import type { History } from "./callback.ts";
import type { EvaluateOptions, Evaluation } from "./evaluate.ts";
import type { TrainingSetup } from "./feed.ts";
import type { FitOptions } from "./fit-options.ts";
import type { Bytes, ModelSource, SaveOptions } from "./model-file.ts";
import { type PredictOptions, Predictor } from "./predict.ts";
import { type ArraySource, isArraySource, type TrainingData, toColumn, toDataset } from "./training-data.ts";
import { Weights, type WeightValues } from "./weights.ts";

/** The options of `compile`. */
export interface CompileOptions<L extends readonly MetricLike[] = readonly MetricLike[]> {
  /** A name or optimizers.…(). Default: "rmsprop", as in Keras. */
  readonly optimizer?: OptimizerLike;
  /**
   * A name, losses.…() or a function of targets and predictions. A crossentropy by name takes probabilities if the
   * model ends in a sigmoid or softmax, and logits if it ends in anything else.
   */
  readonly loss: LossLike;
  /** Names, metrics.…(), or functions of targets and predictions that have a name. Default: none. */
  readonly metrics?: L;
}

/** The options of a model's call. */
export interface ModelCallOptions {
  /** Lets layers act as in training: dropout, statistics of the batch. Default: false. */
  readonly training?: boolean;
  /** The random key of this call, without which dropout does nothing. */
  readonly key?: Key | null;
  /** Called with the output of each layer, in order. */
  readonly onOutput?: (layer: Layer, output: Tensor) => void;
}

/** A description of the data that a model was trained on, which is saved with the model. */
export interface DataInfo {
  readonly classNames?: readonly string[];
  /** The scale of raw inputs: the model sees raw · scale + offset. */
  readonly inputs?: { readonly dtype: string; readonly scale: number; readonly offset: number };
}

/**
 * The base class of models: compiling, training, evaluating, predicting, saving. {@link sequential} makes a model.
 *
 * @example
 * model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
 * await model.fit(train, { epochs: 5 });
 * await model.save("model.safetensors");
 */
export abstract class Model<M extends string = any> {
  readonly name: string;
  /** The seed of the first weights; undefined if the call that makes them decides. */
  readonly seed: number | undefined;
  /** The optimizer, loss and metrics of the last `compile`, or null before it. */
  training: TrainingSetup | null = null;
  /** A description of the data that the model was last trained on. */
  dataInfo: DataInfo = {};
  /** True while a `fit` runs. */
  fitting = false;
  #weights: Weights | null = null;
  readonly #predictor = new Predictor(this);

  constructor(name: string, seed: number | undefined) {
    this.name = checkName("model", name);
    this.seed = seed;
  }

  abstract readonly layers: readonly Layer[];
  /** The shape of one input, or null while it is not known. */
  abstract readonly inputShape: Shape | null;
  /** The shape of one output, or null while it is not known. */
  abstract readonly outputShape: Shape | null;
  /** The last activation that was applied to the output. */
  abstract readonly lastActivation: string;
  /** Infers all shapes from that of the inputs. Throws ShapeError if it does not fit. */
  abstract declare(inputShape: Shape): void;
  /** The model's output for a batch. */
  abstract call(x: TensorLike, options?: ModelCallOptions): Tensor;
  /** The configuration that makes the model again, without its weights. */
  abstract architecture(): Json;
  /** A table of layers, shapes and numbers of parameters. */
  abstract summary(): string;

  /** The names of the classes by number, if the training data had them. */
  get classNames(): readonly string[] | undefined {
    return this.dataInfo.classNames;
  }

  /**
   * Makes the weights, unless they exist. Fit, evaluate and predict do this by themselves.
   *
   * @param inputShape the shape of one example; optional if the model knows it
   * @param options.seed for the first weights, if the model was made without one. Default: 0
   */
  build(inputShape?: Shape, options: { readonly seed?: number } = {}): this {
    checkOptions("build", options, ["seed"]);
    if (inputShape !== undefined) this.declare(inputShape);
    this.weights(options.seed);
    return this;
  }

  /** The model's variables, made at the first call. Throws while the shapes are not known. */
  weights(seed?: number): Weights {
    if (this.#weights) return this.#weights;
    this.requireShapes();
    const root = key(this.seed ?? seed ?? 0);
    this.#weights = new Weights(this.layers, ({ parameter }, i) =>
      parameter.initializer.make(foldIn(root, i), parameter.shape),
    );
    return this.#weights;
  }

  /** Makes the variables with given values, for a model that is read from a file. */
  adoptWeights(values: WeightValues): void {
    if (this.#weights) throw new NablaError("the model already has weights; use setWeights.");
    this.#weights = new Weights(this.layers, ({ name }) => tensor(values[name]!));
  }

  /** True once the weights have been made. */
  get built(): boolean {
    return this.#weights !== null;
  }

  /** The shapes of one input and one output. Throws {@link NablaError} while they are not known. */
  requireShapes(): { inputShape: Shape; outputShape: Shape } {
    const { inputShape, outputShape } = this;
    if (inputShape && outputShape) return { inputShape, outputShape };
    throw new NablaError(
      `model ${this.name} does not know its input shape yet: fit it, call build([…]), or begin with layers.input([…]).`,
    );
  }

  /**
   * Sets optimizer, loss and metrics. A later call keeps the weights and starts with a new optimizer.
   * Throws {@link ArgumentError} for unknown names.
   *
   * Returns the model itself, with a type that knows the names of the metrics, so that a misspelt one in the results of
   * `fit` and `evaluate` is an error of the compiler.
   *
   * @example
   * const model = sequential([layers.dense(10)]).compile({
   *   optimizer: "adam",
   *   loss: "sparseCategoricalCrossentropy",
   *   metrics: ["accuracy"],
   * });
   */
  compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Model<NamesOf<L>> {
    checkOptions("compile", options, ["optimizer", "loss", "metrics"]);
    this.#refuseDuringFit("compile");
    const { optimizer = "rmsprop", loss, metrics = [] } = options;
    if (loss === undefined)
      throw new ArgumentError('compile: expected a loss, such as { loss: "meanSquaredError" }, got none.');
    if (!Array.isArray(metrics))
      throw new ArgumentError(`compile: metrics: expected a list such as ["accuracy"], got ${describe(metrics)}.`);
    const resolved = resolveLoss(loss, this.lastActivation);
    const all = (metrics as readonly MetricLike[]).map((metric) => resolveMetric(metric, resolved));
    const names = ["loss", ...all.map((metric) => metric.name)];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined)
      throw new ArgumentError(`compile: "${twice}" is measured twice; each metric needs a name of its own.`);
    this.useTraining({ optimizer: resolveOptimizer(optimizer), loss: resolved, metrics: all });
    return this as Model;
  }

  /** Sets the resolved optimizer, loss and metrics, from `compile` or a model file. */
  useTraining(setup: TrainingSetup): void {
    this.training = setup;
  }

  #refuseDuringFit(where: string): void {
    if (this.fitting) throw new ArgumentError(`${where}: model ${this.name} is being trained; await fit first.`);
  }

  /** The setup of `compile`. Throws {@link NablaError} before it. */
  requireTraining(where: string): TrainingSetup {
    if (this.training) return this.training;
    throw new NablaError(
      `${where}: model ${this.name} is not compiled; call model.compile({ optimizer: "adam", loss: … }) first.`,
    );
  }

  /**
   * Trains on a data set, or on inputs and targets. The data stay in the backend's memory: a {@link Dataset} that is
   * passed again is not written again, so do not change its numbers in between.
   *
   * The same seed and data give the same weights, to the last bit, however many steps are taken in one call.
   * A run that its signal or a callback stops returns its history as any other.
   *
   * In a terminal it shows its progress; `verbose: 0` silences it.
   *
   * @throws ShapeError, ArgumentError, NumericError for data or options that cannot be trained on, before anything is
   *   changed; NumericError once the loss is no longer finite, which names step and layer: the model then has
   *   the weights from before that step
   * @example await model.fit(train, { epochs: 5, batchSize: 64, validationData: test });
   */
  fit(data: TrainingData, options?: FitOptions): Promise<History<M>>;
  fit(inputs: ArraySource, targets: ArraySource, options?: FitOptions): Promise<History<M>>;
  async fit(
    first: TrainingData | ArraySource,
    second?: ArraySource | FitOptions,
    third?: FitOptions,
  ): Promise<History<M>> {
    this.#refuseDuringFit("fit");
    // The run begins with this call, before anything is awaited: what it has found must not change under it.
    this.fitting = true;
    try {
      const { data, options } = sort<FitOptions>(first, second, third);
      const [{ fit }, dataset] = await Promise.all([trainingLoop(), toDataset("fit", data)]);
      return await fit(this, dataset, options, data);
    } finally {
      this.fitting = false;
    }
  }

  /**
   * The mean loss and metrics over a data set, without training: `{ loss, accuracy }`.
   *
   * @param options.batchSize the number of examples that are computed at a time; it changes the result by rounding
   * only.
   *   Default: 256
   */
  evaluate(data: TrainingData, options?: EvaluateOptions): Promise<Evaluation<M>>;
  evaluate(inputs: ArraySource, targets: ArraySource, options?: EvaluateOptions): Promise<Evaluation<M>>;
  async evaluate(
    first: TrainingData | ArraySource,
    second?: ArraySource | EvaluateOptions,
    third?: EvaluateOptions,
  ): Promise<Evaluation<M>> {
    const { data, options } = sort<EvaluateOptions>(first, second, third);
    const [{ evaluate }, dataset] = await Promise.all([evaluation(), toDataset("evaluate", data)]);
    return (await evaluate(this, dataset, options, data)) as Evaluation<M>;
  }

  /**
   * The model's outputs, `[count, ...outputShape]`, for inputs `[count, ...inputShape]` or a data set's inputs.
   *
   * @param options.batchSize the number of examples that are computed at a time. Default: 256
   */
  async predict(inputs: ArraySource | Dataset, options: PredictOptions = {}): Promise<Tensor> {
    const column: Column = await toColumn("predict", inputs);
    return this.#predictor.predict(column, options);
  }

  /** The weights by name (`dense_1/kernel`), copied. */
  getWeights(): Promise<WeightValues> {
    return this.weights().read();
  }

  /**
   * Assigns new values to the named weights; the others keep theirs.
   *
   * @example model.setWeights({ "dense_1/kernel": [[1, 1], [1, 1]], "dense_1/bias": [-1.5, -0.5] })
   */
  setWeights(values: Readonly<Record<string, TensorLike | HostArray>>): void {
    this.weights().assign(values);
  }

  /** Encodes the model as a safetensors file: weights, architecture and, by default, the optimizer's state. */
  async toBytes(options: SaveOptions = {}): Promise<Bytes> {
    const { encodeModel } = await modelFile();
    return encodeModel(this, options);
  }

  /** Writes {@link toBytes} to a file atomically. A browser offers it as a download of that name. */
  async save(path: string, options: SaveOptions = {}): Promise<void> {
    const { writeModel } = await modelFile();
    await writeModel(path, await this.toBytes(options));
  }

  /**
   * Takes over the weights of a saved model of the same layers, and the optimizer's state if both have the same
   * optimizer.
   */
  async load(source: ModelSource): Promise<void> {
    const { restoreInto } = await modelFile();
    await restoreInto(this, source);
  }
}

/** Tells `(data, options)` from `(inputs, targets, options)`. */
function sort<Options extends object>(
  first: TrainingData | ArraySource,
  second: ArraySource | Options | undefined,
  third: Options | undefined,
): { data: TrainingData; options: Options } {
  if (isArraySource(first)) return { data: { x: first, y: second as ArraySource }, options: third ?? ({} as Options) };
  return { data: first as TrainingData, options: (second as Options | undefined) ?? ({} as Options) };
}

// A page that only predicts does not load the training loop, and one that only trains does not load the code for files:
// each is loaded when it is first needed.
const trainingLoop = () => import("./fit.ts");
const evaluation = () => import("./evaluate.ts");
const modelFile = () => import("./model-file.ts");
