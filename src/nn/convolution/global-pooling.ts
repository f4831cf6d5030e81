// Pooling over all steps, all pixels or all of a volume.
import { where } from "../../functions/array.ts";
import { globalAveragePool, globalMaxPool } from "../../functions/pooling.ts";
import { checkFlag } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import { checkSpace } from "./convolving.ts";

/** The options of layers such as `layers.globalAveragePooling2d`. */
export interface GlobalPoolingLayerOptions extends LayerOptions {
  /** Keeps the spatial axes with length 1. Default: false. */
  readonly keepDims?: boolean;
}

abstract class GlobalPooling extends Layer<Tensor, Tensor> {
  readonly keepDims: boolean;
  readonly #rank: number;

  constructor(where: string, rank: number, options: GlobalPoolingLayerOptions) {
    super(where, options, ["keepDims"]);
    this.keepDims = checkFlag(where, "keepDims", options.keepDims ?? false);
    this.#rank = rank;
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.#rank);
  }

  /** The steps are gone. */
  override computeMask(): null {
    return null;
  }

  override config() {
    return { keepDims: this.keepDims };
  }
}

abstract class GlobalMax extends GlobalPooling {
  call(x: Tensor): Tensor {
    return globalMaxPool(asFloat(x), { keepDims: this.keepDims });
  }
}

abstract class GlobalAverage extends GlobalPooling {
  call(x: Tensor, _context: CallContext): Tensor {
    return globalAveragePool(asFloat(x), { keepDims: this.keepDims });
  }
}

/**
 * The maximum of each channel over all steps: `[batch, steps, channels]` becomes `[batch, channels]`, or `[batch, 1,
 * channels]` with `keepDims`. Masked steps count, as in Keras. No parameters. Throws {@link ShapeError} for inputs of
 * another rank.
 *
 * @example layers.globalMaxPooling1d().apply(input([10, 4])).shape; // [4]
 */
export class GlobalMaxPooling1D extends GlobalMax {
  override readonly className = "GlobalMaxPooling1D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalMaxPooling1d", 1, options);
  }
}

/**
 * The maximum of each channel over an image: `[batch, height, width, channels]` becomes `[batch, channels]`.
 *
 * @example layers.globalMaxPooling2d({ keepDims: true }).apply(input([8, 8, 4])).shape; // [1, 1, 4]
 */
export class GlobalMaxPooling2D extends GlobalMax {
  override readonly className = "GlobalMaxPooling2D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalMaxPooling2d", 2, options);
  }
}

/**
 * The maximum of each channel over a volume: `[batch, ...space, channels]` becomes `[batch, channels]`.
 *
 * @example layers.globalMaxPooling3d().apply(input([8, 8, 8, 4])).shape; // [4]
 */
export class GlobalMaxPooling3D extends GlobalMax {
  override readonly className = "GlobalMaxPooling3D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalMaxPooling3d", 3, options);
  }
}

/**
 * The mean of each channel over all steps that count: Σ mask·x / Σ mask, or the mean of all without a mask. `[batch,
 * steps, channels]` becomes `[batch, channels]`, or `[batch, 1, channels]` with `keepDims`. Without any step that
 * counts, the mean is 0 (Keras: NaN). No parameters. Throws {@link ShapeError} for inputs of another rank.
 *
 * @example layers.globalAveragePooling1d().apply(input([10, 4])).shape; // [4]
 */
export class GlobalAveragePooling1D extends GlobalAverage {
  override readonly className = "GlobalAveragePooling1D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalAveragePooling1d", 1, options);
  }
  override call(x: Tensor, context: CallContext): Tensor {
    if (context.mask === null) return super.call(x, context);
    const counts = (context.mask as Tensor).expandDims(2);
    const { keepDims } = this;
    const total = where(counts, asFloat(x), 0).sum(1, { keepDims });
    return total.div(counts.cast("float32").sum(1, { keepDims }).maximum(1));
  }
}

/**
 * The mean of each channel over an image: `[batch, height, width, channels]` becomes `[batch, channels]`. Lin and
 * others, 2014.
 *
 * @example layers.globalAveragePooling2d().apply(input([8, 8, 4])).shape; // [4]
 */
export class GlobalAveragePooling2D extends GlobalAverage {
  override readonly className = "GlobalAveragePooling2D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalAveragePooling2d", 2, options);
  }
}

/**
 * The mean of each channel over a volume: `[batch, ...space, channels]` becomes `[batch, channels]`.
 *
 * @example layers.globalAveragePooling3d().apply(input([8, 8, 8, 4])).shape; // [4]
 */
export class GlobalAveragePooling3D extends GlobalAverage {
  override readonly className = "GlobalAveragePooling3D";
  constructor(options: GlobalPoolingLayerOptions = {}) {
    super("globalAveragePooling3d", 3, options);
  }
}
