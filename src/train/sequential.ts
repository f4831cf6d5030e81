// The model in which each layer takes the output of the layer before it.
import { ArgumentError, NablaError, ShapeError } from "../errors.ts";
import { foldIn } from "../functions/random.ts";
import type { MetricLike, NamesOf } from "../metrics/index.ts";
import { checkExampleShape, Input } from "../nn/input.ts";
import { formatBatchShape, Layer } from "../nn/layer.ts";
import { layerToJson } from "../nn/registry.ts";
import { withScope } from "../ops/op.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import { formatShape, type Shape, sameShape } from "../shape.ts";
import { asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { type CompileOptions, Model, type ModelCallOptions } from "./model.ts";
import { summaryTable } from "./summary.ts";

/** The options of {@link sequential}. */
export interface SequentialOptions {
  /** Default: "sequential". */
  readonly name?: string;
  /** The seed of the first weights. Default: that of the call which makes them, or 0. */
  readonly seed?: number;
  /**
   * The shape of one example. Default: that of layers.input(…), if it is the first layer, else that of the first data.
   */
  readonly inputShape?: Shape;
}

/** Names of layers that have another meaning in files. */
const reserved = ["optimizer"];

/**
 * A model in which each layer takes the output of the one before. {@link sequential} makes one.
 *
 * @example new Sequential([layers.input([2]), layers.dense(1)]).outputShape; // [1]
 */
export class Sequential<M extends string = any> extends Model<M> {
  readonly layers: readonly Layer[];
  #inputShape: Shape | null = null;
  #outputShapes: readonly Shape[] = [];
  /** True if the user declared the shape of the inputs; a shape taken from data may change until there are weights. */
  readonly #isDeclared: boolean;

  constructor(layers: readonly Layer[], options: SequentialOptions = {}) {
    checkOptions("sequential", options, ["name", "seed", "inputShape"]);
    const { name = "sequential", seed, inputShape } = options;
    super(name, seed === undefined ? undefined : checkCount("sequential", "seed", seed, 0));
    if (!Array.isArray(layers) || layers.length === 0) {
      const got = Array.isArray(layers) ? "an empty array" : describe(layers);
      throw new ArgumentError(`sequential: expected a list of layers such as [layers.dense(10)], got ${got}.`);
    }
    const distinct = new Set<Layer>();
    layers.forEach((layer, i) => {
      if (!(layer instanceof Layer))
        throw new ArgumentError(
          `sequential: layers[${i}]: expected a layer such as layers.dense(10), got ${describe(layer)}.`,
        );
      if (distinct.has(layer))
        throw new ArgumentError(
          `sequential: expected distinct layers, got ${layer.describe()} as layers[${layers.indexOf(layer)}] and ` +
            `layers[${i}]; make a new layer for each.`,
        );
      distinct.add(layer);
      if (i > 0 && layer instanceof Input)
        throw new ArgumentError(
          `sequential: expected an input declaration as the first layer only, got ${layer.describe()} as layers[${i}].`,
        );
    });
    nameLayers(layers);
    for (const layer of layers) layer.claim(this);
    this.layers = layers;
    const first = layers[0];
    if (inputShape !== undefined) this.declare(checkExampleShape("sequential", inputShape));
    else if (first instanceof Input) this.declare(first.shape);
    this.#isDeclared = this.#inputShape !== null;
  }

  get inputShape(): Shape | null {
    return this.#inputShape;
  }

  get outputShape(): Shape | null {
    return this.#outputShapes.at(-1) ?? null;
  }

  get lastActivation(): string {
    for (const layer of [...this.layers].reverse()) {
      const name = layer.activationName();
      if (name !== null) return name;
    }
    return "linear";
  }

  declare(inputShape: Shape): void {
    if (this.#inputShape && sameShape(inputShape, this.#inputShape)) return;
    if (this.#inputShape && (this.#isDeclared || this.built)) {
      const first = this.layers.find((layer) => !(layer instanceof Input)) ?? this.layers[0]!;
      throw new ShapeError(
        `model ${this.name}: expected inputs of shape ${formatBatchShape(this.#inputShape)} ` +
          `(its first layer is ${first.name}), got ${formatBatchShape(inputShape)}.`,
      );
    }
    const shapes: Shape[] = [];
    for (const layer of this.layers) shapes.push(layer.declare(shapes.at(-1) ?? inputShape));
    this.#inputShape = inputShape;
    this.#outputShapes = shapes;
  }

  override compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Sequential<NamesOf<L>> {
    super.compile(options);
    return this as Sequential;
  }

  call(x: TensorLike, { training = false, key = null, onOutput }: ModelCallOptions = {}): Tensor {
    let y = asTensor(x);
    if (y.ndim === 0) throw new ShapeError(`model ${this.name}: expected a batch of examples, got a single number.`);
    this.declare(y.shape.slice(1));
    this.weights();
    this.layers.forEach((layer, i) => {
      const inputs = y;
      y = withScope(layer.name, () => layer.call(inputs, { training, key: key && foldIn(key, i) }));
      checkOutput(layer, inputs, y, this.#outputShapes[i]!);
      onOutput?.(layer, y);
    });
    return y;
  }

  architecture() {
    if (!this.#inputShape) throw new NablaError(`model ${this.name} has no shapes yet.`);
    return {
      className: "Sequential",
      name: this.name,
      inputShape: this.#inputShape,
      layers: this.layers.map(layerToJson),
    };
  }

  summary(): string {
    const rows = this.layers.map((layer, i) => ({ layer, outputShape: this.#outputShapes[i] ?? null }));
    return summaryTable(this.name, this.#inputShape, rows);
  }
}

/** Throws {@link ShapeError} unless the output of a layer's `call` has the shape that its `build` returned. */
function checkOutput(layer: Layer, inputs: Tensor, output: unknown, declared: Shape): void {
  const expected = [inputs.shape[0]!, ...declared];
  if (output instanceof Tensor && sameShape(output.shape, expected)) return;
  const got = output instanceof Tensor ? formatShape(output.shape) : describe(output);
  throw new ShapeError(
    `${layer.describe()}: call: expected a tensor of shape ${formatShape(expected)}, since build returned ` +
      `${formatShape(declared)} and the inputs have shape ${formatShape(inputs.shape)}, got ${got}.`,
  );
}

/**
 * Names each nameless layer by its kind and a number, `dense_1`. Throws {@link ArgumentError} for a name used twice.
 */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set(reserved);
  for (const { name } of layers) {
    if (name === "") continue;
    const fault = reserved.includes(name) ? "is reserved" : "is used twice";
    if (taken.has(name))
      throw new ArgumentError(`sequential: the name "${name}" ${fault}; give each layer a name of its own.`);
    taken.add(name);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.name !== "") continue;
    const kind = snakeCase(layer.className);
    do {
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      layer.name = `${kind}_${counts.get(kind)}`;
    } while (taken.has(layer.name));
  }
}

/** `LeakyReLU` → `leaky_re_lu`, as Keras names its layers. */
function snakeCase(className: string): string {
  return className
    .replace(/([A-Z]+)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * A model in which each layer takes the output of the one before. Its shapes are given by `layers.input`, by
 * `inputShape`, or by the first data it sees.
 *
 * @throws ArgumentError for anything but a layer, and for names that are used twice
 * @example
 * const model = sequential([layers.dense(8, { activation: "tanh" }), layers.dense(1)]);
 * model.compile({ optimizer: "adam", loss: "meanSquaredError" });
 * await model.fit([[0], [1]], [[1], [3]], { epochs: 10 });
 */
export function sequential(layers: readonly Layer[], options: SequentialOptions = {}): Sequential {
  return new Sequential(layers, options);
}
