// Pooling: the maximum or the mean of each window.
import {
  averagePool1d,
  averagePool2d,
  averagePool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "../../functions/pooling.ts";
import { type PerAxis, perAxis } from "../../functions/space.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { checkPadding, checkSpace } from "./convolving.ts";

/** The options of layers such as `layers.maxPooling2d`. */
export interface PoolingLayerOptions extends LayerOptions {
  /** The size of the windows, one number or one for each spatial axis. Default: 2. */
  readonly poolSize?: PerAxis;
  /** The distance from one window to the next; null for that of the windows' size. Default: null. */
  readonly strides?: PerAxis | null;
  /** "valid": whole windows only. "same": ⌈length / stride⌉ steps come out. Default: "valid". */
  readonly padding?: "valid" | "same";
}

type Pool = typeof maxPool1d;

abstract class Pooling extends Layer<Tensor, Tensor> {
  readonly poolSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same";
  readonly #pool: Pool;

  constructor(where: string, rank: number, options: PoolingLayerOptions, pool: Pool) {
    super(where, options, ["poolSize", "strides", "padding"]);
    const { poolSize = 2, strides = null, padding = "valid" } = options;
    this.poolSize = perAxis(where, "poolSize", poolSize, rank);
    this.strides = strides === null ? this.poolSize : perAxis(where, "strides", strides, rank);
    this.padding = checkPadding(where, padding, ["valid", "same"]);
    this.#pool = pool;
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.poolSize.length);
  }

  call(x: Tensor): Tensor {
    return this.#pool(asFloat(x), this.poolSize, { strides: this.strides, padding: this.padding });
  }

  /** The steps of the result are others than those of the input. */
  override computeMask(): null {
    return null;
  }

  override config() {
    return { poolSize: this.poolSize, strides: this.strides, padding: this.padding };
  }
}

/**
 * The maximum of each window: `[batch, steps, channels]` becomes `[batch, ⌊(steps − poolSize) / stride⌋ + 1,
 * channels]`. What padding adds never wins; the gradient goes to the first maximum. No parameters; the result has no
 * mask. Throws {@link ShapeError} for inputs of another rank or shorter than a window.
 *
 * @example layers.maxPooling1d().apply(input([10, 4])).shape; // [5, 4]
 */
export class MaxPooling1D extends Pooling {
  override readonly className = "MaxPooling1D";
  constructor(options: PoolingLayerOptions = {}) {
    super("maxPooling1d", 1, options, maxPool1d);
  }
}

/**
 * As {@link MaxPooling1D} along two axes: `[batch, height, width, channels]`, by default halved.
 *
 * @example layers.maxPooling2d({ poolSize: 3, strides: 2 }).apply(input([9, 9, 4])).shape; // [4, 4, 4]
 */
export class MaxPooling2D extends Pooling {
  override readonly className = "MaxPooling2D";
  constructor(options: PoolingLayerOptions = {}) {
    super("maxPooling2d", 2, options, maxPool2d);
  }
}

/**
 * As {@link MaxPooling1D} along three axes: `[batch, ...space, channels]`, by default halved.
 *
 * @example layers.maxPooling3d({ poolSize: [1, 2, 2] }).apply(input([4, 8, 8, 2])).shape; // [4, 4, 4, 2]
 */
export class MaxPooling3D extends Pooling {
  override readonly className = "MaxPooling3D";
  constructor(options: PoolingLayerOptions = {}) {
    super("maxPooling3d", 3, options, maxPool3d);
  }
}

/**
 * The mean of each window: `[batch, steps, channels]` becomes `[batch, ⌊(steps − poolSize) / stride⌋ + 1, channels]`.
 * What padding adds does not count, as in Keras (PyTorch's `count_include_pad=False`). No parameters; the result has no
 * mask. Throws {@link ShapeError} for inputs of another rank or shorter than a window.
 *
 * @example layers.averagePooling1d().apply(input([10, 4])).shape; // [5, 4]
 */
export class AveragePooling1D extends Pooling {
  override readonly className = "AveragePooling1D";
  constructor(options: PoolingLayerOptions = {}) {
    super("averagePooling1d", 1, options, averagePool1d);
  }
}

/**
 * As {@link AveragePooling1D} along two axes: `[batch, height, width, channels]`, by default halved.
 *
 * @example layers.averagePooling2d({ padding: "same" }).apply(input([9, 9, 4])).shape; // [5, 5, 4]
 */
export class AveragePooling2D extends Pooling {
  override readonly className = "AveragePooling2D";
  constructor(options: PoolingLayerOptions = {}) {
    super("averagePooling2d", 2, options, averagePool2d);
  }
}

/**
 * As {@link AveragePooling1D} along three axes: `[batch, ...space, channels]`, by default halved.
 *
 * @example layers.averagePooling3d().apply(input([4, 8, 8, 2])).shape; // [2, 4, 4, 2]
 */
export class AveragePooling3D extends Pooling {
  override readonly className = "AveragePooling3D";
  constructor(options: PoolingLayerOptions = {}) {
    super("averagePooling3d", 3, options, averagePool3d);
  }
}
