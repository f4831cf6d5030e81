// The model: a network with compile, fit, evaluate, predict and save. Its subclasses define the computation.
import { Dataset } from "../data/dataset.ts";
import { ArgumentError, NablaError } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import type { StorageOptions } from "../io/narrow.ts";
import type { LossLike } from "../losses/index.ts";
import type { MetricLike, NamesOf } from "../metrics/index.ts";
import type { Json, Layer, LayerOptions } from "../nn/tree/layer.ts";
import { snakeCase } from "../nn/tree/naming.ts";
import { Network } from "../nn/tree/network.ts";
import { layersIn } from "../nn/tree/structure.ts";
import type { Tensors, Tree } from "../nn/tree/tree.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import { checkOptimizer, type OptimizerLike } from "../optimizers/index.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import type { TensorLike } from "../tensor.ts";
import type { EpochRecord, History } from "../train/callback.ts";
import type { DiagnoseOptions } from "../train/diagnose.ts";
import type { Diagnosis } from "../train/diagnosis.ts";
import type { EvaluateOptions, Evaluation } from "../train/evaluate.ts";
import {
  type ArraySource,
  type ArraySources,
  type BatchStream,
  type Examples,
  isColumn,
  isInputs,
  isStream,
  noTargets,
  type TrainingData,
  toColumns,
} from "../train/examples.ts";
import type { FitOptions } from "../train/fit-options.ts";
import type { OwnStep } from "../train/own-step.ts";
import { type PredictOptions, Predictor } from "../train/predict.ts";
import type { TrainingSetup } from "../train/setup.ts";
import { AskedTraining } from "./asked-training.ts";
import type { Bytes, DataInfo, ModelSource, SaveOptions } from "./model-file.ts";
import { askedObjectives, type PerOutput } from "./objectives.ts";
import { summaryTable } from "./summary.ts";

/** The options of `compile`. */
export interface CompileOptions<L extends readonly MetricLike[] = readonly MetricLike[]> {
  /** A name or optimizers.…(). Default: "rmsprop", as in Keras. */
  readonly optimizer?: OptimizerLike;
  /**
   * A name, losses.…() or a function of targets and predictions; for several outputs a list of these or an object by
   * their names, whose sum is trained on. A crossentropy by name takes probabilities if the output ends in a sigmoid or
   * softmax, and logits if it ends in anything else.
   */
  readonly loss: LossLike | PerOutput<LossLike>;
  /** The factors of the losses of several outputs. Default: 1 each. */
  readonly lossWeights?: PerOutput<number>;
  /**
   * Names, metrics.…(), or functions of targets and predictions that have a name; for several outputs lists by their
   * names. Default: none.
   */
  readonly metrics?: L | { readonly [output: string]: readonly MetricLike[] };
  /** Metrics that count each example by its sample weight. Default: none. */
  readonly weightedMetrics?: readonly MetricLike[] | { readonly [output: string]: readonly MetricLike[] };
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
  /** True for a model that was compiled without a loss: its layers add what it is trained on. */
  #lacksLoss = false;
  #asked: Pick<AskedTraining, "setup" | "load"> | null = null;
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
    // Bundlers shorten the names of classes; the factories' own stay.
    this.name = name || (where === "model" ? snakeCase(this.constructor.name) : where);
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

  /**
   * A drawing of the model: a box with name, class and output shape for each layer, arrows from layer to layer, a frame
   * around each model in it. Its text has the colour of the text around it, so that it fits light and dark pages.
   *
   * @throws NablaError while the model does not know its input shape
   * @example
   * const svg = await sequential([layers.dense(10)], { inputShape: [784] }).toSVG();
   */
  async toSVG(): Promise<string> {
    const { drawModel } = await import("./model-picture.ts");
    return drawModel(this);
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
  compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Model<NamesOf<L>, In, Out>;
  /**
   * A model whose layers add its whole loss (`addLoss`) needs no other, nor targets. One with a training step of its
   * own needs a loss only to be evaluated.
   */
  compile(options?: Pick<CompileOptions, "optimizer">): Model<any, In, Out>;
  compile(options: Partial<CompileOptions> = {}): Model<any, In, Out> {
    checkOptions("compile", options, ["optimizer", "loss", "lossWeights", "metrics", "weightedMetrics"]);
    this.#refuseDuringFit("compile");
    const { loss, lossWeights, metrics, weightedMetrics } = options;
    const measuresNothing = [loss, lossWeights, metrics, weightedMetrics].every((given) => given === undefined);
    const objectives = measuresNothing ? [] : askedObjectives(options as CompileOptions, this.lastActivations);
    const { optimizer = "rmsprop" } = options;
    checkOptimizer(optimizer);
    this.#lacksLoss = objectives.length === 0;
    this.#asked = new AskedTraining({ optimizer, objectives, frozen: this.#frozen() });
    return this as Model<any>;
  }

  /** Sets the optimizer, loss and metrics of a model file. */
  useTraining(made: Omit<TrainingSetup, "frozen">, frozen = this.#frozen()): TrainingSetup {
    const setup = { ...made, frozen };
    this.#lacksLoss = made.objectives.length === 0;
    this.#asked = { setup, load: async () => setup };
    return setup;
  }

  #frozen(): ReadonlySet<Layer> {
    return new Set(layersIn<Layer>(this).flatMap(({ layer, trainable }) => (trainable ? [] : [layer])));
  }

  #refuseDuringFit(where: string): void {
    if (this.fitting) throw new ArgumentError(`${where}: model ${this.name} is being trained; await fit first.`);
  }

  /**
   * The optimizer, losses and metrics of the last `compile`; null before it. What it was given by name is loaded by the
   * first `fit`, `evaluate` or {@link loadTraining}.
   *
   * @throws NablaError while a name is not loaded
   */
  get training(): TrainingSetup | null {
    return this.#asked?.setup ?? null;
  }

  /**
   * Loads the optimizer, losses and metrics that `compile` was given by name, and gives {@link training}.
   *
   * @example
   * const model = sequential([layers.dense(1)]).compile({ optimizer: "adam", loss: "mse" });
   * (await model.loadTraining())?.optimizer.learningRate.assign(0.01);
   */
  async loadTraining(): Promise<TrainingSetup | null> {
    return this.#asked === null ? null : this.#asked.load();
  }

  /** {@link loadTraining} of a compiled model. Throws {@link NablaError} before `compile`. */
  async requireTraining(where: string): Promise<TrainingSetup> {
    const training = await this.loadTraining();
    if (training) return training;
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
  fit(data: TrainingData | BatchStream, options?: FitOptions): Promise<History<M>>;
  fit(inputs: ArraySources, targets: ArraySources, options?: FitOptions): Promise<History<M>>;
  /** Inputs without targets, for a model with a training step of its own, or whose layers add its whole loss. */
  fit(inputs: ArraySources, options?: FitOptions): Promise<History<M>>;
  async fit(first: any, second?: any, third?: FitOptions): Promise<History<M>> {
    this.#refuseDuringFit("fit");
    // The run begins with this call, before anything is awaited: what it has found must not change under it.
    this.fitting = true;
    try {
      const { data, options } = sort<FitOptions>("fit", first, second, third, hasOwnStep(this) || this.#lacksLoss);
      const [setup, { fit }] = await Promise.all([this.requireTraining("fit"), trainingLoop()]);
      return await fit(this, setup, withWeights(data, options), options, (examples) => {
        this.dataInfo = examples ? dataInfoOf(examples) : {};
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
  evaluate(data: TrainingData | BatchStream, options?: EvaluateOptions): Promise<Evaluation<M>>;
  evaluate(inputs: ArraySources, targets: ArraySources, options?: EvaluateOptions): Promise<Evaluation<M>>;
  /** Inputs without targets, for a model whose layers add its whole loss. */
  evaluate(inputs: ArraySources, options?: EvaluateOptions): Promise<Evaluation<M>>;
  async evaluate(first: any, second?: any, third?: EvaluateOptions): Promise<Evaluation<M>> {
    const { data, options } = sort<EvaluateOptions>(
      "evaluate",
      first,
      second,
      third,
      !hasOwnStep(this) && this.#lacksLoss,
    );
    const [setup, { evaluate }] = await Promise.all([this.requireTraining("evaluate"), evaluation()]);
    return (await evaluate(this, setup, data, options)) as Evaluation<M>;
  }

  /**
   * Shows why a model does or does not learn: for each layer the norm of the gradient, the size of the next step beside
   * the weights, dead units, saturation, and the mean and deviation of its outputs. Nothing is trained or changed.
   *
   * The result is an object of numbers; `console.log(String(diagnosis))` prints a table, and `diagnosis.toSVG()` draws
   * it.
   *
   * @example
   * const model = sequential([layers.dense(8, { activation: "tanh" }), layers.dense(1)]).compile({ loss: "mse" });
   * const { layers: [first] } = await model.diagnose([[0], [1]], [[1], [3]]);
   * first.gradientNorm; // about 1
   */
  diagnose(data: TrainingData | BatchStream, options?: DiagnoseOptions): Promise<Diagnosis>;
  diagnose(inputs: ArraySources, targets: ArraySources, options?: DiagnoseOptions): Promise<Diagnosis>;
  async diagnose(first: any, second?: any, third?: DiagnoseOptions): Promise<Diagnosis> {
    this.#refuseDuringFit("diagnose");
    const { data, options } = sort<DiagnoseOptions>("diagnose", first, second, third, this.#lacksLoss);
    const [setup, { diagnose }] = await Promise.all([this.requireTraining("diagnose"), import("../train/diagnose.ts")]);
    return await diagnose(this, setup, data, options);
  }

  /**
   * Takes one step of training on a batch, and gives its loss and metrics.
   *
   * @example
   * const model = sequential([layers.dense(1)]).compile({ loss: "mse" });
   * const { loss } = await model.trainOnBatch([[1], [2]], [[2], [4]]);
   */
  async trainOnBatch(
    inputs: ArraySources,
    targets: ArraySources,
    options: { readonly sampleWeight?: ArraySource } = {},
  ): Promise<Evaluation<M>> {
    checkOptions("trainOnBatch", options, ["sampleWeight"]);
    const { epochs } = await this.fit(inputs, targets, {
      ...options,
      batchSize: Number.MAX_SAFE_INTEGER,
      shuffle: false,
      verbose: 0,
    });
    const { epoch: _, seconds: __, ...measured } = epochs[0] as EpochRecord;
    return measured as Evaluation<M>;
  }

  /**
   * The model's outputs, `[count, ...outputShape]`, for inputs `[count, ...inputShape]` or a data set's inputs. For a
   * model of several inputs or outputs, in their forms.
   *
   * @param options.batchSize the number of examples that are computed at a time. Default: 256
   */
  async predict(inputs: ArraySources | Dataset, options: PredictOptions = {}): Promise<Out> {
    const columns = inputs instanceof Dataset ? inputs.inputs : await toColumns("predict", inputs, this.inputShape);
    return (await this.#predictor.predict(columns, options)) as Out;
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

  /**
   * Encodes the model as a safetensors file: weights, architecture and, by default, the optimizer's state. With
   * `dtype: "float16"` or `"bfloat16"` the weights take 16 bits each, rounded to the nearest; {@link loadModel} makes
   * float32 of them again.
   *
   * @throws ArgumentError for a weight beyond 65,504, the greatest number of float16
   */
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

  /** Writes the weights alone, by name, into a safetensors file. {@link loadWeights} reads it. */
  async saveWeights(path: string, options: StorageOptions = {}): Promise<void> {
    const { writeWeights } = await modelFile();
    await writeWeights(this, path, options);
  }

  /**
   * Takes over the weights in a file of {@link saveWeights} or {@link save}, and nothing else. The model has the same
   * layers, and knows its input shape.
   *
   * @throws FileError if a weight is missing, unknown or of another shape
   */
  async loadWeights(source: ModelSource): Promise<void> {
    const { readWeights } = await modelFile();
    await readWeights(this, source);
  }
}

function dataInfoOf({ inputs, classNames }: Examples): DataInfo {
  const { array, scale, offset } = isColumn(inputs) ? inputs : {};
  const isScaled = array && (scale !== undefined || offset !== undefined);
  return {
    ...(classNames && { classNames }),
    ...(isScaled && { inputs: { dtype: array.dtype, scale: scale ?? 1, offset: offset ?? 0 } }),
  };
}

/** Tells `(data, options)` from `(inputs, targets, options)`. */
function sort<Options extends object>(
  where: string,
  first: TrainingData | BatchStream | ArraySources,
  second: ArraySources | Options | undefined,
  third: Options | undefined,
  mayLackTargets = false,
): { data: TrainingData | BatchStream; options: Options } {
  if (!isInputs(first, second))
    return { data: first as TrainingData | BatchStream, options: (second as Options | undefined) ?? ({} as Options) };
  if (mayLackTargets && (second === undefined || isOptions(second)))
    return {
      data: { x: first as ArraySources, y: noTargets },
      options: (second as Options | undefined) ?? ({} as Options),
    };
  if (second === undefined)
    throw new ArgumentError(`${where}: expected a Dataset, { x, y }, or inputs and then targets, got inputs alone.`);
  if (isOptions(second))
    throw new ArgumentError(
      `${where}: expected inputs and then targets, got ${describe(second)} for the targets; options follow them.`,
    );
  return { data: { x: first as ArraySources, y: second as ArraySources }, options: third ?? ({} as Options) };
}

const hasOwnStep = (model: Network & OwnStep): boolean => model.trainStep !== undefined;

/** True for options, or nothing, in the place of targets. */
const isOptions = (given: unknown): boolean =>
  given === null ||
  (typeof given === "object" &&
    (["epochs", "batchSize", "validationSplit", "verbose", "callbacks"].some((name) => name in given) ||
      (Object.getPrototypeOf(given) === Object.prototype && Object.keys(given).length === 0)));

/** Data in memory with the sample weights that the options give. */
function withWeights(data: TrainingData | BatchStream, { sampleWeight }: FitOptions): TrainingData | BatchStream {
  if (sampleWeight === undefined) return data;
  if (isStream(data))
    throw new ArgumentError(
      "fit: sampleWeight: a generator gives the weights of its examples itself, [x, y, weights].",
    );
  if (data instanceof Dataset) return { x: data.inputs, y: data.targets, sampleWeight };
  return { ...data, sampleWeight };
}

// A page that only predicts does not load the training loop, and one that only trains does not load the code for files:
// each is loaded when it is first needed.
const trainingLoop = () => import("../train/fit.ts");
const evaluation = () => import("../train/evaluate.ts");
const modelFile = () => import("./model-file.ts");
