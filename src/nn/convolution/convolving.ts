// What all layers with a sliding kernel share: their geometry, the bias and the activation.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { type Padding, type PerAxis, perAxis, spaceWords } from "../../functions/space.ts";
import { checkFlag, describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type ActivationLike, Activator } from "../core/activation.ts";
import { formatBatchShape, type Json, Layer, type LayerOptions } from "../tree/layer.ts";
import { type BiasOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";

/** The options that all convolutions share. */
export interface ConvolvingOptions<P extends string = "valid" | "same"> extends LayerOptions, BiasOptions {
  /** The distance from one window to the next, one number or one for each axis. Default: 1. */
  readonly strides?: PerAxis;
  /**
   * "valid": no padding. "same": zeros at both ends, so that ⌈length / stride⌉ steps come out. "causal" (one axis
   * only): zeros in front, so that no step sees a later one. Default: "valid".
   */
  readonly padding?: P;
  /** The distance from one weight of the kernel to the next. Default: 1. Yu and Koltun, 2016. */
  readonly dilationRate?: PerAxis;
  /** Default: "linear", no activation. */
  readonly activation?: ActivationLike;
  /** Adds a bias to each channel of the result. Default: true. */
  readonly useBias?: boolean;
}

const known = [
  "kernelSize",
  "strides",
  "padding",
  "dilationRate",
  "activation",
  "useBias",
  ...weightOptionNames("bias"),
];

/** Throws {@link ShapeError} unless an example has `rank` spatial axes and one of channels, none of them empty. */
export function checkSpace(layer: Layer, inputShape: Shape, rank: number): void {
  if (inputShape.length === rank + 1 && inputShape.every((n) => n > 0)) return;
  const hint =
    inputShape.length === rank && rank > 1 ? `; add the channels with layers.reshape([${inputShape},1])` : "";
  throw new ShapeError(
    `${layer.describe()}: expected inputs [batch,...space,channels] with ${spaceWords(rank)}, none of them empty, ` +
      `got ${formatBatchShape(inputShape)}${hint}.`,
  );
}

/** Throws {@link ArgumentError} unless the padding is one of those that the layer knows. */
export function checkPadding<P extends string>(where: string, padding: P, names: readonly string[]): P {
  if (names.includes(padding)) return padding;
  const list = names.map((name) => `"${name}"`).join(" or ");
  throw new ArgumentError(`${where}: expected padding to be ${list}, got ${describe(padding)}.`);
}

/** A layer whose kernel slides over `rank` spatial axes. */
export abstract class Convolving extends Layer<Tensor, Tensor> {
  readonly rank: number;
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: "valid" | "same" | "causal";
  readonly dilationRate: readonly number[];
  readonly useBias: boolean;
  readonly #activator: Activator;
  readonly #bias: WeightOptions;

  constructor(
    where: string,
    rank: number,
    config: ConvolvingOptions<"valid" | "same" | "causal"> & { readonly kernelSize: PerAxis },
    own: readonly string[],
    paddings: readonly string[] = ["valid", "same"],
  ) {
    super(where, config, [...known, ...own]);
    const { strides = 1, padding = "valid", dilationRate = 1, activation = "linear", useBias = true } = config;
    this.rank = rank;
    this.kernelSize = perAxis(where, "kernelSize", config.kernelSize, rank);
    this.strides = perAxis(where, "strides", strides, rank);
    this.padding = checkPadding(where, padding, paddings);
    this.dilationRate = perAxis(where, "dilationRate", dilationRate, rank);
    this.useBias = checkFlag(where, "useBias", useBias);
    this.#activator = new Activator(where, activation);
    this.#bias = new WeightOptions("bias", config, "zeros");
  }

  /** The options of the functions that compute convolutions. */
  protected get geometry(): { strides: readonly number[]; padding: Padding; dilation: readonly number[] } {
    const [size = 1, dilation = 1] = [this.kernelSize[0], this.dilationRate[0]];
    const padding = this.padding === "causal" ? [[(size - 1) * dilation, 0] as const] : this.padding;
    return { strides: this.strides, padding, dilation: this.dilationRate };
  }

  /** Declares the bias, after the kernels. */
  protected addBias(channels: number): void {
    if (this.useBias) this.addParameter("bias", [channels], this.#bias.initializer, this.#bias);
  }

  /** Adds the bias and applies the activation. */
  protected finish(y: Tensor): Tensor {
    return this.#activator.apply(this.useBias ? y.add(this.parameter("bias")) : y);
  }

  /** The steps of the result are others than those of the input. */
  override computeMask(): null {
    return null;
  }

  override activationName(): string {
    return this.#activator.name ?? "custom";
  }

  override config(): { readonly [option: string]: Json } {
    return {
      kernelSize: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dilationRate: this.dilationRate,
      activation: this.#activator.toConfig(this),
      useBias: this.useBias,
      ...this.#bias.config(),
    };
  }
}
