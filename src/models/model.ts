// The model: a network with compile, fit, evaluate, predict and save. Its subclasses define the computation.
import type { Column, Dataset } from "../data/dataset.ts";
import { ArgumentError, NablaError } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { type LossLike, resolveLoss } from "../losses/index.ts";
import { type MetricLike, type NamesOf, resolveMetric } from "../metrics/index.ts";
import type { Json, Layer, LayerOptions } from "../nn/layer.ts";
import { snakeCase } from "../nn/naming.ts";
import { Network } from "../nn/network.ts";
import { layersIn } from "../nn/structure.ts";
import type { Tensors, Tree } from "../nn/tree.ts";
import type { WeightValues } from "../nn/weights.ts";
import { type OptimizerLike, resolveOptimizer } from "../optimizers/index.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import type { Tensor, TensorLike } from "../tensor.ts";
import type { History } from "../train/callback.ts";
import type { EvaluateOptions, Evaluation } from "../train/evaluate.ts";
import type { TrainingSetup } from "../train/feed.ts";
import type { FitOptions } from "../train/fit-options.ts";
import { type PredictOptions, Predictor } from "../train/predict.ts";
import { type ArraySource, isArraySource, type TrainingData, toColumn, toDataset } from "../train/training-data.ts";
import type { Bytes, DataInfo, ModelSource, SaveOptions } from "./model-file.ts";
import { summaryTable } from "./summary.ts";

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

/** The options of every model. */
export interface ModelOptions extends LayerOptions {
  /** The seed of the first weights. Default: that of the call which makes them, or 0. */
  readonly seed?: number;
}

/**
 * The base class of models: a layer that can be compiled, trained, evaluated, asked and saved. {@link sequential} and
 * {@link functional} make one; a class of your own holds its layers in its fields, and calls them in `call`.
 *
 * @example
 * class Residual extends Model {
 *   readonly hidden = layers.dense(4, { activation: "relu" });
 *   readonly scores = layers.dense(2);
 *   call(x: Tensor): Tensor { return this.scores.apply(x.add(this.hidden.apply(x))); }
 * }
 * const model = new Residual().compile({ optimizer: "adam", loss: "mse" });
 * await model.fit([[1, 2, 3, 4]], [[0, 1]]);
 */
export abstract class Model<
  M extends string = any,
  In extends Tensors = any,
  Out extends Tensors = any,
> extends Network<In, Out> {
  /** The optimizer, loss and metrics of the last `compile`, or null before it. */
  training: TrainingSetup | null = null;
  /** A description of the data that the model was last trained on. */
  dataInfo: DataInfo = {};
  /** True while a `fit` runs. */
  fitting = false;
  readonly #predictor = new Predictor(this);

  /**
   * @param where the name of the factory, for messages
   * @param known the names of options beside those of every model
   */
  constructor(options: ModelOptions = {}, where = "model", known: readonly string[] = []) {
    const { seed, ...rest } = options;
    const name = rest.name ?? "";
    super(where, rest, known, seed === undefined ? undefined : checkCount(where, "seed", seed, 0));
    this.name = name === "" ? snakeCase(this.constructor.name) : name;
  }

  /** The last activation that was applied to each output, in the form of the outputs. */
  get lastActivations(): Tree<string> {
    return this.lastActivation;
  }

  override config(): { readonly [option: string]: Json } {
    return this.seed === undefined ? {} : { seed: this.seed };
  }

  /** A table of layers, shapes and numbers of parameters. */
  summary(): string {
    return summaryTable(this);
  }

  /** The names of the classes by number, if the training data had them. */
  get classNames(): readonly string[] | undefined {
    return this.dataInfo.classNames;
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
  compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Model<NamesOf<L>, In, Out> {
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
    return this as Model<any>;
  }

  /** Sets the resolved optimizer, loss and metrics, from `compile` or a model file. */
  useTraining(setup: Omit<TrainingSetup, "frozen">): void {
    const frozen = new Set(layersIn<Layer>(this).flatMap(({ layer, trainable }) => (trainable ? [] : [layer])));
    this.training = { ...setup, frozen };
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
      return await fit(this, this.requireTraining("fit"), dataset, options, data, () => {
        this.dataInfo = dataInfoOf(dataset);
      });
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
    return (await evaluate(this, this.requireTraining("evaluate"), dataset, options, data)) as Evaluation<M>;
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

function dataInfoOf({ inputs: { array, scale, offset }, classNames }: Dataset): DataInfo {
  const isScaled = scale !== undefined || offset !== undefined;
  return {
    ...(classNames && { classNames }),
    ...(isScaled && { inputs: { dtype: array.dtype, scale: scale ?? 1, offset: offset ?? 0 } }),
  };
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
const trainingLoop = () => import("../train/fit.ts");
const evaluation = () => import("../train/evaluate.ts");
const modelFile = () => import("./model-file.ts");
