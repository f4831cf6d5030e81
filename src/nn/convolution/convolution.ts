// Convolutions over one, two and three spatial axes.
import { ArgumentError } from "../../errors.ts";
import { conv1d, conv2d, conv3d } from "../../functions/convolution.ts";
import type { PerAxis } from "../../functions/space.ts";
import { checkCount } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, formatBatchShape } from "../tree/layer.ts";
import { type KernelOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import { Convolving, type ConvolvingOptions, checkSpace } from "./convolving.ts";

/** The options of `layers.conv2d` and `layers.conv3d`. */
export interface ConvOptions<P extends string = "valid" | "same"> extends ConvolvingOptions<P>, KernelOptions {
  /** The number of parts of the channels that are convolved separately. Default: 1. */
  readonly groups?: number;
}

/** The options of `layers.conv1d`. */
export type Conv1DOptions = ConvOptions<"valid" | "same" | "causal">;

export interface ConvConfig<P extends string = "valid" | "same"> extends ConvOptions<P> {
  /** The number of channels of the result. */
  readonly filters: number;
  /** The size of the kernel, one number or one for each spatial axis. */
  readonly kernelSize: PerAxis;
}

const functions = [conv1d, conv2d, conv3d] as const;

abstract class Convolution extends Convolving {
  readonly filters: number;
  readonly groups: number;
  readonly #kernel: WeightOptions;

  constructor(
    where: string,
    rank: number,
    config: ConvConfig<"valid" | "same" | "causal">,
    paddings?: readonly string[],
  ) {
    super(where, rank, config, ["filters", "groups", ...weightOptionNames("kernel")], paddings);
    this.filters = checkCount(where, "filters", config.filters);
    this.groups = checkCount(where, "groups", config.groups ?? 1);
    if (this.filters % this.groups !== 0)
      throw new ArgumentError(`${where}: the ${this.groups} groups must divide the ${this.filters} filters.`);
    this.#kernel = new WeightOptions("kernel", config, "glorotUniform");
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.rank);
    const channels = inputShape.at(-1)!;
    if (channels % this.groups !== 0)
      throw new ArgumentError(
        `${this.describe()}: the ${this.groups} groups must divide the ${channels} channels of ` +
          `${formatBatchShape(inputShape)}.`,
      );
    const shape = [...this.kernelSize, channels / this.groups, this.filters];
    this.addParameter("kernel", shape, this.#kernel.initializer, this.#kernel);
    this.addBias(this.filters);
  }

  call(x: Tensor): Tensor {
    const convolve = functions[this.rank - 1]!;
    return this.finish(convolve(asFloat(x), this.parameter("kernel"), { ...this.geometry, groups: this.groups }));
  }

  override config() {
    return {
      filters: this.filters,
      groups: this.groups,
      ...this.#kernel.config(),
      ...super.config(),
    };
  }
}

/**
 * y[b, i, f] = activation(Σ over k, c of x[b, i·stride + k·dilation − padding, c] · kernel[k, c, f] + bias[f]):
 * `[batch, steps, channels]` becomes `[batch, ⌊(steps + padding − (size − 1)·dilation − 1) / stride⌋ + 1, filters]`.
 * The kernel is not reversed, as in all frameworks. The result has no mask.
 *
 * Parameters: `kernel [size, channels / groups, filters]` and `bias [filters]`. Throws {@link ShapeError} for inputs of
 * another rank, and {@link ArgumentError} for an option out of range. LeCun and others, 1989.
 *
 * @example layers.conv1d(16, 3, { padding: "causal", dilationRate: 2 }).apply(input([100, 4])).shape; // [100, 16]
 */
export class Conv1D extends Convolution {
  override readonly className = "Conv1D";
  constructor(config: ConvConfig<"valid" | "same" | "causal">) {
    super("conv1d", 1, config, ["valid", "same", "causal"]);
  }
}

/**
 * The convolution of images, as {@link Conv1D} along two axes: `[batch, height, width, channels]` becomes `[batch,
 * height, width, filters]`. LeCun and others, 1989.
 *
 * Parameters: `kernel [height, width, channels / groups, filters]` and `bias [filters]`.
 *
 * @example layers.conv2d(6, 5, { activation: "relu", padding: "same" }).apply(input([28, 28, 1])).shape; // [28, 28, 6]
 */
export class Conv2D extends Convolution {
  override readonly className = "Conv2D";
  constructor(config: ConvConfig) {
    super("conv2d", 2, config);
  }
}

/**
 * The convolution of volumes, or of images in time, as {@link Conv1D} along three axes: `[batch, ...space, channels]`
 * becomes `[batch, ...space, filters]`.
 *
 * Parameters: `kernel [...kernelSize, channels / groups, filters]` and `bias [filters]`.
 *
 * @example layers.conv3d(8, [1, 3, 3], { strides: [1, 2, 2] }).apply(input([4, 9, 9, 1])).shape; // [4, 4, 4, 8]
 */
export class Conv3D extends Convolution {
  override readonly className = "Conv3D";
  constructor(config: ConvConfig) {
    super("conv3d", 3, config);
  }
}
