// Transformer blocks: attention and a network applied to each step, both with a skip and a normalisation.
import { ArgumentError } from "../../errors.ts";
import { checkCount, checkFlag, checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { type ActivationLike, Activator } from "../core/activation.ts";
import { LayerNormalization } from "../normalization/normalization.ts";
import { Dropout } from "../regularization/dropout.ts";
import type { Masks } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";
import type { Tensors } from "../tree/tree.ts";
import { type Initializer, type InitializerLike, initializer, initializerConfig } from "../weights/initializers.ts";
import { type AttentionCache, MultiHeadAttention } from "./multi-head-attention.ts";

/** The options of {@link TransformerEncoder}. */
export interface TransformerOptions extends LayerOptions {
  /** The share of attention weights, and of what attention and network add, that is zero in training. Default: 0. */
  readonly dropout?: number;
  /** The activation of the network. Default: "relu". */
  readonly activation?: ActivationLike;
  /** Added to the variance by the normalisations. Default: 10⁻⁵. */
  readonly layerNormEpsilon?: number;
  /** Normalises before attention and network, instead of after their skips. Default: false. */
  readonly normalizeFirst?: boolean;
  /** Default: "glorotUniform". */
  readonly kernelInitializer?: InitializerLike;
  /** Default: "zeros". */
  readonly biasInitializer?: InitializerLike;
}

/** The options of {@link TransformerDecoder}. */
export interface TransformerDecoderOptions extends TransformerOptions {
  /** Lets each step attend to itself and to those before it only. Default: true. */
  readonly useCausalMask?: boolean;
}

/** The sizes of a block. */
export interface TransformerSizes {
  /** The number of units of the network's inner layer. */
  readonly intermediateDim: number;
  /** The number of heads of attention, a divisor of the number of features. */
  readonly numHeads: number;
}

/** The options of {@link TransformerEncoder}, and its sizes. */
export interface TransformerEncoderConfig extends TransformerOptions, TransformerSizes {}
/** The options of {@link TransformerDecoder}, and its sizes. */
export interface TransformerDecoderConfig extends TransformerDecoderOptions, TransformerSizes {}

const blockNames = [
  "intermediateDim",
  "numHeads",
  "dropout",
  "activation",
  "layerNormEpsilon",
  "normalizeFirst",
  "kernelInitializer",
  "biasInitializer",
];

type FeedForwardConfig = LayerOptions &
  Pick<TransformerEncoderConfig, "intermediateDim" | "activation" | "kernelInitializer" | "biasInitializer">;

/** Two dense layers, of which the second gives as many features as there were: activation(x·A + a)·B + b. */
export class FeedForward extends Layer<Tensor, Tensor> {
  override readonly className = "FeedForward";
  readonly intermediateDim: number;
  readonly activator: Activator;
  readonly kernel: Initializer;
  readonly bias: Initializer;

  constructor(config: FeedForwardConfig, place = "feedForward") {
    const { intermediateDim, activation, kernelInitializer, biasInitializer, ...options } = config;
    super(place, options);
    this.intermediateDim = checkCount(place, "intermediateDim", intermediateDim);
    this.activator = new Activator(place, activation ?? "relu");
    this.kernel = initializer(kernelInitializer ?? "glorotUniform");
    this.bias = initializer(biasInitializer ?? "zeros");
  }

  override build(inputShape: Shape): void {
    const [features, inner] = [inputShape.at(-1)!, this.intermediateDim];
    this.addParameter("intermediateKernel", [features, inner], this.kernel);
    this.addParameter("intermediateBias", [inner], this.bias);
    this.addParameter("outputKernel", [inner, features], this.kernel);
    this.addParameter("outputBias", [features], this.bias);
  }

  call(x: Tensor): Tensor {
    const inner = x.matmul(this.parameter("intermediateKernel")).add(this.parameter("intermediateBias"));
    return this.activator.apply(inner).matmul(this.parameter("outputKernel")).add(this.parameter("outputBias"));
  }

  override config() {
    return {
      intermediateDim: this.intermediateDim,
      activation: this.activator.toConfig(this),
      kernelInitializer: initializerConfig(this.kernel),
      biasInitializer: initializerConfig(this.bias),
    };
  }
}

/** What both blocks share. */
abstract class TransformerBlock<In extends Tensors, Out extends Tensors> extends Layer<In, Out> {
  readonly selfAttention: MultiHeadAttention<Tensors>;
  readonly selfAttentionNorm: LayerNormalization;
  readonly feedForward: FeedForward;
  readonly feedForwardNorm: LayerNormalization;
  readonly selfAttentionDropout: Dropout;
  readonly feedForwardDropout: Dropout;
  readonly dropout: number;
  readonly normalizeFirst: boolean;
  readonly layerNormEpsilon: number;

  constructor(place: string, config: TransformerEncoderConfig, useCausalMask: boolean, names: readonly string[] = []) {
    super(place, config, [...blockNames, ...names]);
    const { dropout = 0, layerNormEpsilon = 1e-5, normalizeFirst = false } = config;
    this.dropout = checkRange(place, "dropout", dropout, 0, 1);
    this.layerNormEpsilon = checkRange(place, "layerNormEpsilon", layerNormEpsilon, 0);
    this.normalizeFirst = checkFlag(place, "normalizeFirst", normalizeFirst);
    checkCount(place, "numHeads", config.numHeads);
    const { intermediateDim, activation = "relu", kernelInitializer, biasInitializer } = config;
    this.feedForward = new FeedForward(
      {
        intermediateDim,
        activation,
        ...(kernelInitializer && { kernelInitializer }),
        ...(biasInitializer && { biasInitializer }),
      },
      place,
    );
    this.selfAttention = this.attention(config, useCausalMask);
    this.selfAttentionNorm = this.norm();
    this.feedForwardNorm = this.norm();
    [this.selfAttentionDropout, this.feedForwardDropout] = [
      new Dropout({ rate: dropout }),
      new Dropout({ rate: dropout }),
    ];
  }

  protected norm(): LayerNormalization {
    return new LayerNormalization({ epsilon: this.layerNormEpsilon });
  }

  protected attention({ numHeads }: TransformerSizes, useCausalMask: boolean): MultiHeadAttention<Tensors> {
    const { kernel: kernelInitializer, bias: biasInitializer } = this.feedForward;
    const { dropout } = this;
    return new MultiHeadAttention({ numHeads, dropout, useCausalMask, kernelInitializer, biasInitializer });
  }

  /** x with what `f` makes of it added, normalised before `f` or after the sum. */
  protected skip(x: Tensor, norm: LayerNormalization, dropout: Dropout, f: (x: Tensor) => Tensor): Tensor {
    const y = x.add(dropout.apply(f(this.normalizeFirst ? norm.apply(x) : x)));
    return this.normalizeFirst ? y : norm.apply(y);
  }

  protected fed(x: Tensor): Tensor {
    return this.skip(x, this.feedForwardNorm, this.feedForwardDropout, (y) => this.feedForward.apply(y));
  }

  override config(): ReturnType<Layer["config"]> {
    return {
      ...this.feedForward.config(),
      numHeads: this.selfAttention.numHeads,
      dropout: this.dropout,
      layerNormEpsilon: this.layerNormEpsilon,
      normalizeFirst: this.normalizeFirst,
    };
  }
}

/**
 * A block of a transformer's encoder: `[batch, steps, features]` to the same shape.
 *
 *     y = norm(x + attention(x)), z = norm(y + network(y))
 *     y = x + attention(norm(x)), z = y + network(norm(y)) with `normalizeFirst`
 *
 * `attention` is {@link MultiHeadAttention} of the steps to each other, `network` two dense layers on each step. The
 * mask hides padded steps. Vaswani and others, 2017; the norm first: Xiong and others, 2020. Names and defaults are
 * KerasHub's.
 *
 * @throws ShapeError for features that the heads cannot share evenly
 * @example layers.transformerEncoder(256, 4, { activation: "gelu", normalizeFirst: true })
 */
export class TransformerEncoder extends TransformerBlock<Tensor, Tensor> {
  override readonly className = "TransformerEncoder";

  constructor(config: TransformerEncoderConfig) {
    super("transformerEncoder", config, false);
  }

  call(x: Tensor): Tensor {
    const attend = (y: Tensor): Tensor => this.selfAttention.apply(y) as Tensor;
    return this.fed(this.skip(asFloat(x), this.selfAttentionNorm, this.selfAttentionDropout, attend));
  }
}

/** A sequence; `[x, encoded]`; or inputs by name, with a cache for generation. */
export type DecoderInputs =
  | Tensor
  | readonly Tensor[]
  | {
      readonly x: Tensor;
      /** What an encoder made of another sequence, `[batch, steps, features]`. */
      readonly encoded?: Tensor;
      readonly cache?: AttentionCache;
      /** The position of the first step of x, int32 `[batch]`. Default: 0. */
      readonly position?: Tensor;
    };

/**
 * A block of a transformer's decoder, or of a language model like GPT: a {@link TransformerEncoder} in which each step
 * attends to itself and to those before it. Given `[x, encoded]`, a second attention, of x to what an encoder made of
 * another sequence, stands between the first one and the network.
 *
 * For generation, `{ x, cache, position }` returns `{ output, cache }`, as {@link MultiHeadAttention} does, with a
 * cache from `emptyCache`: the outputs are those of the whole sequence, step by step.
 *
 * Vaswani and others, 2017. Names and defaults are KerasHub's.
 *
 * @throws ShapeError for features that the heads cannot share evenly
 * @throws ArgumentError if it is applied with and without an encoder's sequence
 * @example layers.transformerDecoder(256, 4, { activation: "gelu", normalizeFirst: true })
 */
export class TransformerDecoder<Out extends Tensors = Tensor> extends TransformerBlock<DecoderInputs, Out> {
  override readonly className = "TransformerDecoder";
  readonly useCausalMask: boolean;
  readonly crossAttention: MultiHeadAttention<Tensors>;
  readonly crossAttentionNorm: LayerNormalization;
  readonly crossAttentionDropout: Dropout;
  #isCrossed: boolean | null = null;

  constructor(config: TransformerDecoderConfig) {
    const { useCausalMask = true } = config;
    super("transformerDecoder", config, useCausalMask, ["useCausalMask"]);
    this.useCausalMask = checkFlag("transformerDecoder", "useCausalMask", useCausalMask);
    this.crossAttention = this.attention(config, false);
    this.crossAttentionNorm = this.norm();
    this.crossAttentionDropout = new Dropout({ rate: this.dropout });
  }

  call(inputs: DecoderInputs): Out {
    const { x, encoded, cache, position } = partsOf(inputs);
    this.#isCrossed ??= encoded !== undefined;
    if (this.#isCrossed !== (encoded !== undefined))
      throw new ArgumentError(
        `${this.describe()}: expected an encoder's sequence in every call or in none, got one ` +
          `${encoded ? "now, but not before" : "before, but not now"}.`,
      );
    let next: AttentionCache | null = null;
    let y = this.skip(asFloat(x), this.selfAttentionNorm, this.selfAttentionDropout, (query) => {
      if (!cache) return this.selfAttention.apply(query) as Tensor;
      const result = this.selfAttention.apply({ query, cache, ...(position && { position }) });
      const { output, cache: filled } = result as unknown as { output: Tensor; cache: AttentionCache };
      next = filled;
      return output;
    });
    if (encoded)
      y = this.skip(
        y,
        this.crossAttentionNorm,
        this.crossAttentionDropout,
        (query) => this.crossAttention.apply([query, encoded]) as Tensor,
      );
    const output = this.fed(y);
    return (next ? { output, cache: next } : output) as Out;
  }

  /** An empty cache for so many sequences of at most so many steps, after the layer has been applied. */
  emptyCache(batch: number, maxLength: number): AttentionCache {
    return this.selfAttention.emptyCache(batch, maxLength);
  }

  override computeMask(inputs: DecoderInputs, masks: Masks | null): Masks | null {
    if (masks === null || inputs instanceof Tensor) return masks;
    const own = Array.isArray(masks) ? (masks[0] as Masks) : (masks as { readonly x: Masks }).x;
    if (!own) return null;
    return partsOf(inputs).cache ? { output: own } : own;
  }

  override config() {
    return { ...super.config(), useCausalMask: this.useCausalMask };
  }
}

function partsOf(inputs: DecoderInputs): Extract<DecoderInputs, { x: Tensor }> {
  if (inputs instanceof Tensor) return { x: inputs };
  if (!Array.isArray(inputs)) return inputs as Extract<DecoderInputs, { x: Tensor }>;
  const [x, encoded] = inputs as unknown as readonly [Tensor, Tensor?];
  return { x, ...(encoded && { encoded }) };
}
