// Attention without projections: by products of queries and keys, or by a sum of both.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { attentionWeights } from "../../functions/attention.ts";
import { einsum } from "../../functions/einsum.ts";
import { checkFlag, checkRange, describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { dropped } from "../regularization/dropout.ts";
import type { CallContext, Masks } from "../tree/call.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import type { Tensors } from "../tree/tree.ts";

/** The options that {@link Attention} and {@link AdditiveAttention} share. */
export interface DotAttentionOptions extends LayerOptions {
  /** Learns a scale. Default: false for products, true for sums. */
  readonly useScale?: boolean;
  /** The share of the attention weights that is set to zero in training. Default: 0. */
  readonly dropout?: number;
  /** Lets each query attend to keys at its own position and before it only. Default: false. */
  readonly useCausalMask?: boolean;
  /** Returns a list: the output, and the attention weights `[batch, time, steps]`. Default: false. */
  readonly returnAttentionScores?: boolean;
}

/** `[query, value]` or `[query, value, key]`; a sequence alone attends to itself. */
export type SequencePair = Tensor | readonly Tensor[];

const sharedNames = ["useScale", "dropout", "useCausalMask", "returnAttentionScores"];

/** What both share: the inputs, the masks, the weighted mean. */
abstract class PlainAttention<Out extends Tensors> extends Layer<SequencePair, Out> {
  readonly useScale: boolean;
  readonly dropout: number;
  readonly useCausalMask: boolean;
  readonly returnAttentionScores: boolean;

  constructor(place: string, options: DotAttentionOptions, useScale: boolean, names: readonly string[] = []) {
    super(place, options, [...sharedNames, ...names]);
    const { dropout = 0, useCausalMask = false, returnAttentionScores = false } = options;
    this.useScale = checkFlag(place, "useScale", options.useScale ?? useScale);
    this.dropout = checkRange(place, "dropout", dropout, 0, 1);
    this.useCausalMask = checkFlag(place, "useCausalMask", useCausalMask);
    this.returnAttentionScores = checkFlag(place, "returnAttentionScores", returnAttentionScores);
  }

  override build(shapes: Shape | readonly Shape[]): void {
    const isOne = shapes.every((part) => typeof part === "number");
    const [query, value, key = value] = (isOne ? [shapes, shapes] : shapes) as Shape[];
    for (const shape of [query, value, key])
      if (shape?.length !== 2)
        throw new ShapeError(
          `${this.describe()}: expected [query, value] or [query, value, key], each [batch, steps, features], got ` +
            `${shape ? formatBatchShape(shape) : "one of them alone"}.`,
        );
    if (query!.at(-1) !== key!.at(-1) || value![0] !== key![0])
      throw new ShapeError(
        `${this.describe()}: queries ${formatBatchShape(query!)}, values ${formatBatchShape(value!)} and keys ` +
          `${formatBatchShape(key!)} do not fit: queries and keys have the same features, ` +
          "values and keys the same steps.",
      );
    this.declareScale(query![1]!);
  }

  protected abstract declareScale(features: number): void;
  /** The scores `[batch, time, steps]`. */
  protected abstract scores(query: Tensor, key: Tensor): Tensor;

  call(inputs: SequencePair, context: CallContext): Out {
    const [query, value, key] = parts(inputs);
    const { mask: masks, training, key: own } = context;
    const [queryMask, valueMask] = partsOfMask(masks, inputs);
    const weights = attentionWeights(this.describe(), this.scores(asFloat(query), asFloat(key)), {
      ...(valueMask && { mask: valueMask.expandDims(1) }),
      causal: this.useCausalMask,
    });
    const kept = training && own && this.dropout > 0 ? dropped(weights, this.dropout, own) : weights;
    const mixed = kept.matmul(asFloat(value));
    const output = queryMask ? mixed.mul(queryMask.expandDims(-1)) : mixed;
    return (this.returnAttentionScores ? [output, weights] : output) as Out;
  }

  override computeMask(inputs: SequencePair, masks: Masks | null): Masks | null {
    const [mask] = partsOfMask(masks, inputs);
    return mask && this.returnAttentionScores ? [mask, null] : mask;
  }

  override config(): ReturnType<Layer["config"]> {
    const { useScale, dropout, useCausalMask, returnAttentionScores } = this;
    return { useScale, dropout, useCausalMask, returnAttentionScores };
  }
}

/** Query, value and key. */
function parts(inputs: SequencePair): readonly [Tensor, Tensor, Tensor] {
  const [query, value, key = value] = inputs instanceof Tensor ? [inputs, inputs] : inputs;
  return [query!, value!, key!];
}

/** The masks of queries and values. */
function partsOfMask(masks: Masks | null, inputs: SequencePair): readonly [Tensor | null, Tensor | null] {
  if (inputs instanceof Tensor || masks === null) return [masks as Tensor | null, masks as Tensor | null];
  const [query = null, value = null] = masks as (Tensor | null)[];
  return [query, value];
}

/** The options of {@link Attention}. */
export interface AttentionLayerOptions extends DotAttentionOptions {
  /** "dot" takes products of queries and keys, "concat" Σ tanh(query + key). Default: "dot". */
  readonly scoreMode?: "dot" | "concat";
}

/**
 * Dot-product attention: softmax(query · keyᵀ · scale) · value, without projections and without a factor for the
 * features' number. `[query, value]` or `[query, value, key]`, each `[batch, steps, features]`, becomes
 * `[batch, time, features]`; the key is the value by default. The mask of the value hides its padding, and outputs of
 * padded queries are zero. Luong and others, 2015.
 *
 * Parameters: with `useScale`, `scale []`, the factor of the scores; with `scoreMode: "concat"`, `scoreWeight []`, the
 * factor of the sums.
 *
 * @throws ShapeError if queries, values and keys do not fit
 * @example layers.attention({ useScale: true })
 */
export class Attention<Out extends Tensors = Tensor> extends PlainAttention<Out> {
  override readonly className = "Attention";
  readonly scoreMode: "dot" | "concat";

  constructor(options: AttentionLayerOptions = {}) {
    super("attention", options, false, ["scoreMode"]);
    const { scoreMode = "dot" } = options;
    if (scoreMode !== "dot" && scoreMode !== "concat")
      throw new ArgumentError(`attention: expected scoreMode to be "dot" or "concat", got ${describe(scoreMode)}.`);
    this.scoreMode = scoreMode;
  }

  protected declareScale(): void {
    if (this.useScale) this.addParameter("scale", [], "ones");
    if (this.scoreMode === "concat") this.addParameter("scoreWeight", [], "ones");
  }

  protected scores(query: Tensor, key: Tensor): Tensor {
    if (this.scoreMode === "dot") {
      const scores = einsum("btd,bsd->bts", query, key);
      return this.useScale ? scores.mul(this.parameter("scale")) : scores;
    }
    const sums = query.expandDims(2).add(key.expandDims(1));
    const scaled = this.useScale ? sums.mul(this.parameter("scale")) : sums;
    return scaled.tanh().sum(-1).mul(this.parameter("scoreWeight"));
  }

  override config() {
    return { ...super.config(), scoreMode: this.scoreMode };
  }
}

/**
 * Additive attention: the score of a query and a key is Σ scale · tanh(query + key) over their features, with a learned
 * scale of each feature. Inputs, masks and output are those of {@link Attention}. Bahdanau and others, 2015.
 *
 * Parameters: with `useScale`, `scale [features]`.
 *
 * @throws ShapeError if queries, values and keys do not fit
 * @example layers.additiveAttention()
 */
export class AdditiveAttention<Out extends Tensors = Tensor> extends PlainAttention<Out> {
  override readonly className = "AdditiveAttention";

  constructor(options: DotAttentionOptions = {}) {
    super("additiveAttention", options, true);
  }

  protected declareScale(features: number): void {
    if (this.useScale) this.addParameter("scale", [features], "glorotUniform");
  }

  protected scores(query: Tensor, key: Tensor): Tensor {
    const sums = query.expandDims(2).add(key.expandDims(1)).tanh();
    return (this.useScale ? sums.mul(this.parameter("scale")) : sums).sum(-1);
  }
}
