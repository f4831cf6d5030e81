// Layers that exchange axes of an example, or add one.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { checkCount, describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";

export interface PermuteConfig extends LayerOptions {
  /** The axes of the input in their new order, each once, counted with the batch axis as 0: `[2, 1]` exchanges two. */
  readonly dims: readonly number[];
}

/**
 * Permutes the axes of each example: axis i of the result is axis `dims[i − 1]` of the input. No parameters, no
 * computation; the result has no mask. Throws {@link ArgumentError} unless `dims` are the axes 1 to n, each once, and
 * {@link ShapeError} for inputs with another number of axes.
 *
 * @example layers.permute([2, 1]).apply(input([10, 64])).shape; // [64, 10]
 */
export class Permute extends Layer<Tensor, Tensor> {
  override readonly className = "Permute";
  readonly dims: readonly number[];

  constructor(config: PermuteConfig) {
    super("permute", config, ["dims"]);
    const { dims } = config;
    if (!Array.isArray(dims) || dims.length === 0 || !dims.every((_, i) => dims.includes(i + 1)))
      throw new ArgumentError(
        "permute: expected dims to be the axes from 1 up (0 is the batch), each once, such as [2, 1], " +
          `got ${Array.isArray(dims) ? `[${dims}]` : describe(dims)}.`,
      );
    this.dims = [...dims];
  }

  override build(inputShape: Shape): void {
    if (inputShape.length === this.dims.length) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs of ${this.dims.length} axes beside the batch, ` +
        `got ${formatBatchShape(inputShape)}.`,
    );
  }

  call(x: Tensor): Tensor {
    return x.transpose([0, ...this.dims]);
  }

  override computeMask(): null {
    return null;
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { dims: this.dims };
  }
}

export interface RepeatVectorConfig extends LayerOptions {
  /** The number of steps. */
  readonly n: number;
}

/**
 * The same vector at each of n steps: `[batch, features]` becomes `[batch, n, features]`. No parameters; the result has
 * no mask. Throws {@link ShapeError} for inputs other than vectors.
 *
 * @example layers.repeatVector(3).apply(input([32])).shape; // [3, 32]
 */
export class RepeatVector extends Layer<Tensor, Tensor> {
  override readonly className = "RepeatVector";
  readonly n: number;

  constructor(config: RepeatVectorConfig) {
    super("repeatVector", config, ["n"]);
    this.n = checkCount("repeatVector", "n", config.n);
  }

  override build(inputShape: Shape): void {
    if (inputShape.length === 1) return;
    throw new ShapeError(`${this.describe()}: expected inputs [batch,features], got ${formatBatchShape(inputShape)}.`);
  }

  call(x: Tensor): Tensor {
    const [batch, features] = x.shape as [number, number];
    return x.expandDims(1).broadcastTo([batch, this.n, features]);
  }

  override computeMask(): null {
    return null;
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { n: this.n };
  }
}
