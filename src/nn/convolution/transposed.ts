// Transposed convolutions, which make axes longer.
import { convTranspose1d, convTranspose2d, convTranspose3d } from "../../functions/convolution.ts";
import { type PerAxis, perAxis } from "../../functions/space.ts";
import { checkCount } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat } from "../tree/layer.ts";
import { type KernelOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import { Convolving, type ConvolvingOptions, checkSpace } from "./convolving.ts";

/** The options of `layers.conv1dTranspose`, `conv2dTranspose` and `conv3dTranspose`. */
export interface TransposedOptions extends ConvolvingOptions, KernelOptions {
  /**
   * The number of elements added at the end of each axis, less than its stride; null leaves it to `padding`, as in
   * Keras. Default: null.
   */
  readonly outputPadding?: PerAxis | null;
}

export interface TransposedConfig extends TransposedOptions {
  /** The number of channels of the result. */
  readonly filters: number;
  /** The size of the kernel, one number or one for each spatial axis. */
  readonly kernelSize: PerAxis;
}

const functions = [convTranspose1d, convTranspose2d, convTranspose3d] as const;

abstract class Transposed extends Convolving {
  readonly filters: number;
  readonly outputPadding: readonly number[] | null;
  readonly #kernel: WeightOptions;

  constructor(where: string, rank: number, config: TransposedConfig) {
    super(where, rank, config, ["filters", "outputPadding", ...weightOptionNames("kernel")]);
    this.filters = checkCount(where, "filters", config.filters);
    const { outputPadding = null } = config;
    this.outputPadding = outputPadding === null ? null : perAxis(where, "outputPadding", outputPadding, rank, 0);
    this.#kernel = new WeightOptions("kernel", config, "glorotUniform");
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.rank);
    const shape = [...this.kernelSize, this.filters, inputShape.at(-1)!];
    this.addParameter("kernel", shape, this.#kernel.initializer, this.#kernel);
    this.addBias(this.filters);
  }

  call(x: Tensor): Tensor {
    const transpose = functions[this.rank - 1]!;
    const { outputPadding } = this;
    const options = { ...this.geometry, ...(outputPadding && { outputPadding }) };
    return this.finish(transpose(asFloat(x), this.parameter("kernel"), options));
  }

  override config() {
    return {
      filters: this.filters,
      outputPadding: this.outputPadding,
      ...this.#kernel.config(),
      ...super.config(),
    };
  }
}

/**
 * The transposed convolution ("deconvolution"): each step of x adds a multiple of the kernel to the result, `stride`
 * steps after that of its predecessor. `[batch, steps, channels]` becomes `[batch, steps·stride, filters]` with padding
 * "same", and `(steps − 1)·stride + (size − 1)·dilation + 1` steps, at least `steps·stride`, with "valid". The result
 * has no mask. Zeiler and others, 2010.
 *
 * Parameters: `kernel [size, filters, channels]` and `bias [filters]`. Throws {@link ShapeError} for inputs of another
 * rank, and {@link ArgumentError} for an option out of range.
 *
 * @example layers.conv1dTranspose(3, 4, { strides: 2, padding: "same" }).apply(input([10, 8])).shape; // [20, 3]
 */
export class Conv1DTranspose extends Transposed {
  override readonly className = "Conv1DTranspose";
  constructor(config: TransposedConfig) {
    super("conv1dTranspose", 1, config);
  }
}

/**
 * As {@link Conv1DTranspose} along two axes: `[batch, height, width, channels]` becomes `[batch, height, width,
 * filters]`. It doubles an image with strides 2 and padding "same".
 *
 * Parameters: `kernel [height, width, filters, channels]` and `bias [filters]`.
 *
 * @example layers.conv2dTranspose(3, 3, { strides: 2, padding: "same" }).apply(input([7, 7, 8])).shape; // [14, 14, 3]
 */
export class Conv2DTranspose extends Transposed {
  override readonly className = "Conv2DTranspose";
  constructor(config: TransposedConfig) {
    super("conv2dTranspose", 2, config);
  }
}

/**
 * As {@link Conv1DTranspose} along three axes: `[batch, ...space, channels]` becomes `[batch, ...space, filters]`.
 *
 * Parameters: `kernel [...kernelSize, filters, channels]` and `bias [filters]`.
 *
 * @example layers.conv3dTranspose(2, 2, { strides: 2 }).apply(input([2, 3, 3, 4])).shape; // [4, 6, 6, 2]
 */
export class Conv3DTranspose extends Transposed {
  override readonly className = "Conv3DTranspose";
  constructor(config: TransposedConfig) {
    super("conv3dTranspose", 3, config);
  }
}
