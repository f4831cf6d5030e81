// The model in which each layer takes the output of the layer before it.
import { ArgumentError } from "../errors.ts";
import type { MetricLike, NamesOf } from "../metrics/index.ts";
import { checkExampleShape, Input } from "../nn/core/input.ts";
import { Layer } from "../nn/tree/layer.ts";
import { nameLayers } from "../nn/tree/naming.ts";
import { addFactory, layerFromJson, layerToJson } from "../nn/tree/registry.ts";
import { describe } from "../options.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type CompileOptions, Model, type ModelOptions } from "./model.ts";

/** The options of {@link sequential}. */
export interface SequentialOptions extends ModelOptions {
  /**
   * The shape of one example. Default: that of layers.input(…), if it is the first layer, else that of the first data.
   */
  readonly inputShape?: Shape;
}

/**
 * A model in which each layer takes the output of the one before. {@link sequential} makes one.
 *
 * @example new Sequential([layers.input([2]), layers.dense(1)]).outputShape; // [1]
 */
export class Sequential<M extends string = any> extends Model<M, Tensor, Tensor> {
  override readonly className = "Sequential";
  readonly #layers: ReadonlyMap<Layer, string>;
  readonly #inputShape: Shape | undefined;

  constructor(layers: readonly Layer[], options: SequentialOptions = {}) {
    const { inputShape, ...rest } = options;
    super(rest, "sequential", ["inputShape"]);
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
    addFactory("Sequential", sequentialFromConfig);
    this.#layers = nameLayers("sequential", layers);
    const first = layers[0];
    this.#inputShape = inputShape === undefined ? undefined : checkExampleShape("sequential", inputShape);
    if (this.#inputShape) this.fix(this.#inputShape);
    else if (first instanceof Input) this.fix(first.shape);
  }

  override get inputShape(): Shape | null {
    return super.inputShape as Shape | null;
  }

  override get outputShape(): Shape | null {
    return super.outputShape as Shape | null;
  }

  override *children(): Iterable<readonly [name: string, layer: Layer]> {
    for (const [layer, name] of this.#layers) yield [name, layer];
  }

  override activationName(): string | null {
    for (const layer of this.layers.toReversed()) {
      const name = layer.activationName();
      if (name !== null) return name;
    }
    return null;
  }

  override compile<const L extends readonly MetricLike[]>(options: CompileOptions<L>): Sequential<NamesOf<L>> {
    super.compile(options);
    return this as Sequential;
  }

  call(x: Tensor): Tensor {
    let y = x;
    for (const layer of this.#layers.keys()) y = layer.apply(y) as Tensor;
    return y;
  }

  override config() {
    return {
      layers: [...this.#layers].map(([layer, name]) => layerToJson(layer, name)),
      ...(this.#inputShape && { inputShape: this.#inputShape }),
      ...super.config(),
    };
  }
}

/**
 * A model in which each layer takes the output of the one before. Its shapes are given by `layers.input`, by
 * `inputShape`, or by the first data it sees. It is a layer too: a part of other models.
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

/** Makes the model again from its `config`. */
export function sequentialFromConfig(config: any): Sequential {
  const { layers, ...options } = config ?? {};
  if (!Array.isArray(layers)) throw new ArgumentError("expected a sequential model with a list of layers.");
  return new Sequential(layers.map(layerFromJson), options);
}
