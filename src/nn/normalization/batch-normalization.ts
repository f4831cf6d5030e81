// Batch normalisation, with running statistics for use outside training.
import { ShapeError } from "../../errors.ts";
import { where } from "../../functions/array.ts";
import { batchNorm } from "../../functions/normalization.ts";
import { moments } from "../../functions/reductions.ts";
import { checkRange } from "../../options.ts";
import { formatShape, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkAxis, exampleAxis } from "../tree/axes.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, formatBatchShape, type Json } from "../tree/layer.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";
import { Scaled, type ScaledOptions } from "./scale-and-shift.ts";

/** The options of `layers.batchNormalization`. */
export interface BatchNormalizationOptions extends ScaledOptions {
  /** The axis of the channels, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number;
  /** The share of the running statistics that a step keeps. Default: 0.99 (PyTorch counts from the other end: 0.1). */
  readonly momentum?: number;
  /** Default: "zeros". */
  readonly movingMeanInitializer?: InitializerLike;
  /** Default: "ones". */
  readonly movingVarianceInitializer?: InitializerLike;
}

/**
 * y = (x − mean) / √(variance + ε) · gamma + beta for each channel: `[batch, ..., channels]` keeps its shape. Ioffe and
 * Szegedy, 2015.
 *
 * In training, mean and variance are those of the batch over all axes but that of the channels, and the running ones
 * move towards them: `moving · momentum + batch · (1 − momentum)`. Outside training the running ones are used; in a
 * frozen layer always, as in Keras. The variance is Σ (x − mean)² / n, also the running one, as in Keras (PyTorch's
 * running variance has n − 1). Masked steps count in no statistic.
 *
 * Parameters: `gamma`, `beta`, `movingMean` and `movingVariance`, each `[channels]`; the last two are not trainable.
 * Throws {@link ArgumentError} for an axis that does not exist and for options out of range.
 *
 * @example
 * const conv = layers.conv2d(16, 3, { useBias: false });
 * sequential([conv, layers.batchNormalization(), layers.relu()]);
 */
export class BatchNormalization extends Scaled {
  override readonly className = "BatchNormalization";
  readonly axis: number;
  readonly momentum: number;
  readonly #movingMean: Initializer;
  readonly #movingVariance: Initializer;

  constructor(options: BatchNormalizationOptions = {}) {
    const where = "batchNormalization";
    super(where, options, ["axis", "momentum", "movingMeanInitializer", "movingVarianceInitializer"]);
    const { axis = -1, momentum = 0.99, movingMeanInitializer = "zeros", movingVarianceInitializer = "ones" } = options;
    this.axis = checkAxis(where, axis);
    this.momentum = checkRange(where, "momentum", momentum, 0, 1 + Number.EPSILON);
    this.#movingMean = initializer(movingMeanInitializer);
    this.#movingVariance = initializer(movingVarianceInitializer);
  }

  override build(inputShape: Shape): void {
    const shape = [inputShape[this.#index(inputShape) - 1]!];
    this.declareScale(shape);
    this.addParameter("movingMean", shape, this.#movingMean, { trainable: false });
    this.addParameter("movingVariance", shape, this.#movingVariance, { trainable: false });
  }

  #index(inputShape: Shape): number {
    return exampleAxis(this, this.axis, inputShape);
  }

  call(given: Tensor, { training, trainable, mask }: CallContext): Tensor {
    const x = asFloat(given);
    const statistics = { mean: this.parameter("movingMean"), variance: this.parameter("movingVariance") };
    if (training && trainable) {
      const { mean, variance } = this.#ofBatch(x, mask as Tensor | null);
      const { momentum } = this;
      const moved = (moving: Tensor, batch: Tensor): Tensor => moving.mul(momentum).add(batch.mul(1 - momentum));
      this.assignParameter("movingMean", moved(statistics.mean, mean));
      this.assignParameter("movingVariance", moved(statistics.variance, variance));
      Object.assign(statistics, { mean, variance });
    }
    return batchNorm(x, { ...statistics, ...this.affine, axis: this.axis });
  }

  /** The mean and the variance of each channel of the batch. */
  #ofBatch(x: Tensor, mask: Tensor | null): { mean: Tensor; variance: Tensor } {
    const channel = this.#index(x.shape.slice(1));
    const axes = x.shape.map((_, i) => i).filter((i) => i !== channel);
    if (mask === null) return moments(x, axes);
    const steps = x.shape.slice(0, mask.ndim);
    if (mask.ndim >= x.ndim || channel < mask.ndim || mask.shape.some((n, i) => n !== steps[i]))
      throw new ShapeError(
        `${this.describe()}: expected a mask of the axes before the channels of ` +
          `${formatBatchShape(x.shape.slice(1))}, got ${formatShape(mask.shape)}.`,
      );
    const counts = mask.reshape([...mask.shape, ...x.shape.slice(mask.ndim).map(() => 1)]);
    const keepDims = { keepDims: true };
    const size = x.shape[channel]!;
    const n = counts.broadcastTo(x.shape).cast("float32").sum(axes, keepDims).maximum(1);
    const mean = where(counts, x, 0).sum(axes, keepDims).div(n);
    const variance = where(counts, x.sub(mean).square(), 0).sum(axes, keepDims).div(n);
    return { mean: mean.reshape([size]), variance: variance.reshape([size]) };
  }

  override config() {
    return {
      axis: this.axis,
      momentum: this.momentum,
      movingMeanInitializer: initializerConfig(this.#movingMean) as Json,
      movingVarianceInitializer: initializerConfig(this.#movingVariance) as Json,
      ...super.config(),
    };
  }
}
