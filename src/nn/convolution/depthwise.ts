// Convolutions of each channel by itself, alone and followed by a mixture of the channels.
import { conv1d, conv2d, depthwiseConv1d, depthwiseConv2d } from "../../functions/convolution.ts";
import type { PerAxis } from "../../functions/space.ts";
import { checkCount } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat } from "../tree/layer.ts";
import { WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import type { ConstraintLike } from "../weights/constraints.ts";
import type { InitializerLike } from "../weights/initializers.ts";
import type { RegularizerLike } from "../weights/regularizers.ts";
import { Convolving, type ConvolvingOptions, checkSpace } from "./convolving.ts";

type AnyPadding = "valid" | "same" | "causal";

/** The options of `layers.depthwiseConv1d` and `depthwiseConv2d`. */
export interface DepthwiseOptions<P extends string = "valid" | "same"> extends ConvolvingOptions<P> {
  /** The number of results for each channel. Default: 1. */
  readonly depthMultiplier?: number;
  /** The first values of the kernel that each channel has. Default: "glorotUniform". */
  readonly depthwiseInitializer?: InitializerLike;
  /** A penalty on that kernel which is added to the loss. Default: none. */
  readonly depthwiseRegularizer?: RegularizerLike | null;
  /** Is applied to that kernel after each step. Default: none. */
  readonly depthwiseConstraint?: ConstraintLike | null;
}

export interface DepthwiseConfig<P extends string = "valid" | "same"> extends DepthwiseOptions<P> {
  /** The size of the kernel, one number or one for each spatial axis. */
  readonly kernelSize: PerAxis;
}

/** The options of `layers.separableConv2d`; those of `separableConv1d` have a padding "causal" too. */
export interface SeparableOptions<P extends string = "valid" | "same"> extends DepthwiseOptions<P> {
  /** The first values of the kernel that mixes channels. Default: "glorotUniform". */
  readonly pointwiseInitializer?: InitializerLike;
  /** A penalty on that kernel which is added to the loss. Default: none. */
  readonly pointwiseRegularizer?: RegularizerLike | null;
  /** Is applied to that kernel after each step. Default: none. */
  readonly pointwiseConstraint?: ConstraintLike | null;
}

export interface SeparableConfig<P extends string = "valid" | "same"> extends SeparableOptions<P> {
  /** The number of channels of the result. */
  readonly filters: number;
  /** The size of the kernel, one number or one for each spatial axis. */
  readonly kernelSize: PerAxis;
}

/** Convolves each channel by itself; a subclass says what follows. */
abstract class ByChannel extends Convolving {
  readonly depthMultiplier: number;
  readonly #depthwise: WeightOptions;
  readonly #kernel: string;

  constructor(
    where: string,
    rank: number,
    config: DepthwiseConfig<AnyPadding>,
    kernel: string,
    own: readonly string[] = [],
    paddings?: readonly string[],
  ) {
    super(where, rank, config, ["depthMultiplier", ...weightOptionNames("depthwise"), ...own], paddings);
    this.depthMultiplier = checkCount(where, "depthMultiplier", config.depthMultiplier ?? 1);
    this.#depthwise = new WeightOptions("depthwise", config, "glorotUniform");
    this.#kernel = kernel;
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.rank);
    const shape = [...this.kernelSize, inputShape.at(-1)!, this.depthMultiplier];
    this.addParameter(this.#kernel, shape, this.#depthwise.initializer, this.#depthwise);
  }

  protected byChannel(x: Tensor): Tensor {
    const convolve = this.rank === 1 ? depthwiseConv1d : depthwiseConv2d;
    return convolve(asFloat(x), this.parameter(this.#kernel), this.geometry);
  }

  override config() {
    return {
      depthMultiplier: this.depthMultiplier,
      ...this.#depthwise.config(),
      ...super.config(),
    };
  }
}

abstract class Depthwise extends ByChannel {
  constructor(where: string, rank: number, config: DepthwiseConfig) {
    super(where, rank, config, "kernel");
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    this.addBias(inputShape.at(-1)! * this.depthMultiplier);
  }

  call(x: Tensor): Tensor {
    return this.finish(this.byChannel(x));
  }
}

abstract class Separable extends ByChannel {
  readonly filters: number;
  readonly #pointwise: WeightOptions;

  constructor(where: string, rank: number, config: SeparableConfig<AnyPadding>, paddings?: readonly string[]) {
    super(where, rank, config, "depthwiseKernel", ["filters", ...weightOptionNames("pointwise")], paddings);
    this.filters = checkCount(where, "filters", config.filters);
    this.#pointwise = new WeightOptions("pointwise", config, "glorotUniform");
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    const point = new Array<number>(this.rank).fill(1);
    const channels = inputShape.at(-1)! * this.depthMultiplier;
    const shape = [...point, channels, this.filters];
    this.addParameter("pointwiseKernel", shape, this.#pointwise.initializer, this.#pointwise);
    this.addBias(this.filters);
  }

  call(x: Tensor): Tensor {
    const mix = this.rank === 1 ? conv1d : conv2d;
    return this.finish(mix(this.byChannel(x), this.parameter("pointwiseKernel")));
  }

  override config() {
    return { filters: this.filters, ...this.#pointwise.config(), ...super.config() };
  }
}

/**
 * A convolution of each channel by itself: `[batch, steps, channels]` becomes `[batch, steps, channels ·
 * depthMultiplier]`, in which each channel's results stand together. The result has no mask. Sifre, 2014.
 *
 * Parameters: `kernel [size, channels, depthMultiplier]` and `bias [channels · depthMultiplier]`. Throws
 * {@link ShapeError} for inputs of another rank, and {@link ArgumentError} for an option out of range.
 *
 * @example layers.depthwiseConv1d(3, { depthMultiplier: 2 }).apply(input([10, 4])).shape; // [8, 8]
 */
export class DepthwiseConv1D extends Depthwise {
  override readonly className = "DepthwiseConv1D";
  constructor(config: DepthwiseConfig) {
    super("depthwiseConv1d", 1, config);
  }
}

/**
 * As {@link DepthwiseConv1D} along two axes: `[batch, height, width, channels]` becomes `[batch, height, width,
 * channels · depthMultiplier]`. Sifre, 2014.
 *
 * Parameters: `kernel [height, width, channels, depthMultiplier]` and `bias [channels · depthMultiplier]`.
 *
 * @example layers.depthwiseConv2d(3, { padding: "same" }).apply(input([8, 8, 4])).shape; // [8, 8, 4]
 */
export class DepthwiseConv2D extends Depthwise {
  override readonly className = "DepthwiseConv2D";
  constructor(config: DepthwiseConfig) {
    super("depthwiseConv2d", 2, config);
  }
}

/**
 * A convolution of each channel by itself, then a mixture of the channels at each step: `[batch, steps, channels]`
 * becomes `[batch, steps, filters]`, with fewer weights than {@link Conv1D}. The result has no mask. Chollet, 2017.
 *
 * Parameters: `depthwiseKernel [size, channels, depthMultiplier]`, `pointwiseKernel [1, channels · depthMultiplier,
 * filters]` and `bias [filters]`. Throws {@link ShapeError} for inputs of another rank, and {@link ArgumentError} for
 * an option out of range.
 *
 * @example layers.separableConv1d(16, 3, { padding: "causal" }).apply(input([10, 4])).shape; // [10, 16]
 */
export class SeparableConv1D extends Separable {
  override readonly className = "SeparableConv1D";
  constructor(config: SeparableConfig<AnyPadding>) {
    super("separableConv1d", 1, config, ["valid", "same", "causal"]);
  }
}

/**
 * As {@link SeparableConv1D} along two axes: `[batch, height, width, channels]` becomes `[batch, height, width,
 * filters]`. Chollet, 2017.
 *
 * Parameters: `depthwiseKernel [height, width, channels, depthMultiplier]`, `pointwiseKernel [1, 1, channels ·
 * depthMultiplier, filters]` and `bias [filters]`.
 *
 * @example layers.separableConv2d(16, 3, { strides: 2 }).apply(input([9, 9, 4])).shape; // [4, 4, 16]
 */
export class SeparableConv2D extends Separable {
  override readonly className = "SeparableConv2D";
  constructor(config: SeparableConfig) {
    super("separableConv2d", 2, config);
  }
}
