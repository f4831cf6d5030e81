// Multi-head attention: several attentions side by side, each in a space of its own.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { arange, where, zeros } from "../../functions/array.ts";
import { attentionWeights } from "../../functions/attention.ts";
import { einsum } from "../../functions/einsum.ts";
import { rotaryEmbedding } from "../../functions/positions.ts";
import { takeAlongAxis } from "../../functions/sorting.ts";
import { checkCount, checkFlag, checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { dropped } from "../regularization/dropout.ts";
import type { CallContext, Masks } from "../tree/call.ts";
import { asFloat, formatBatchShape, type Json, Layer, type LayerOptions } from "../tree/layer.ts";
import type { Shapes, Tensors } from "../tree/tree.ts";
import { type BiasOptions, type KernelOptions, WeightOptions, weightOptionNames } from "../tree/weight-options.ts";
import { AttentionAxes, attentionAxesOf } from "./attention-axes.ts";

/** The keys and values of the steps so far, each `[batch, maxLength, heads, dim]`. */
export type AttentionCache = { readonly keys: Tensor; readonly values: Tensor };

/** The inputs of attention by name. */
export type NamedAttentionInputs = {
  /** `[batch, time, features]` */
  readonly query: Tensor;
  /** `[batch, steps, features]`. Default: the query. */
  readonly value?: Tensor;
  /** `[batch, steps, features]`. Default: the value. */
  readonly key?: Tensor;
  /** Broadcasts to `[batch, time, steps]`: true where a query attends to a key. */
  readonly attentionMask?: Tensor;
  /** The keys and values of earlier steps, to which those of this call are added at `position`. */
  readonly cache?: AttentionCache;
  /** The position of the first query, int32 `[batch]`. Default: 0. */
  readonly position?: Tensor;
};

/** A sequence that attends to itself; `[query, value]` or `[query, value, key]`; or inputs by name. */
export type AttentionInputs = Tensor | readonly Tensor[] | NamedAttentionInputs;

/** The options that {@link MultiHeadAttention} and {@link GroupedQueryAttention} share. */
export interface MultiHeadOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** The share of the attention weights that is set to zero in training. Default: 0. */
  readonly dropout?: number;
  /** Adds biases to queries, keys, values and outputs. Default: true. */
  readonly useBias?: boolean;
  /** Lets each query attend to keys at its own position and before it only. Default: false. */
  readonly useCausalMask?: boolean;
  /** Returns a list: the output, and the attention weights `[batch, heads, time, steps]`. Default: false. */
  readonly returnAttentionScores?: boolean;
  /** Turns queries and keys by position, with this longest wavelength ({@link rotaryEmbedding}). Default: none. */
  readonly rotaryWavelength?: number;
}

/** The options of {@link MultiHeadAttention}. */
export interface MultiHeadAttentionOptions extends MultiHeadOptions {
  /** The length of a value of one head. Default: `keyDim`. */
  readonly valueDim?: number;
  /** The length of an output. Default: that of a query before its projection. */
  readonly outputShape?: number;
  /**
   * The axes that are attended over, counted with the batch as axis 0; all others are like the batch. Default: all
   * axes between batch and features.
   */
  readonly attentionAxes?: number | readonly number[];
}

/** The options of {@link MultiHeadAttention}, and its sizes. */
export interface MultiHeadAttentionConfig extends MultiHeadAttentionOptions {
  readonly numHeads: number;
  /** The length of a query and a key of one head. Default: the features of a query, divided by `numHeads`. */
  readonly keyDim?: number;
}

const sharedNames = [
  "dropout",
  "useBias",
  "useCausalMask",
  "returnAttentionScores",
  "rotaryWavelength",
  ...weightOptionNames("kernel"),
  ...weightOptionNames("bias"),
];

interface Sizes {
  readonly heads: number;
  /** The number of heads of keys and values, each of which serves as many heads of queries. */
  readonly groups: number;
  /** Null if it follows from the queries. */
  readonly keyDim: number | null;
  /** Null if it is that of the keys. */
  readonly valueDim: number | null;
  /** Null if it is that of the queries. */
  readonly outputDim: number | null;
}

/** What both kinds of attention share. */
abstract class ProjectedAttention<Out extends Tensors> extends Layer<AttentionInputs, Out> {
  readonly dropout: number;
  readonly useBias: boolean;
  readonly useCausalMask: boolean;
  readonly returnAttentionScores: boolean;
  readonly rotaryWavelength: number | null;
  readonly #kernel: WeightOptions;
  readonly #bias: WeightOptions;

  constructor(place: string, config: MultiHeadOptions, names: readonly string[]) {
    super(place, config, [...names, ...sharedNames]);
    const { dropout = 0, useBias = true, useCausalMask = false, returnAttentionScores = false } = config;
    this.dropout = checkRange(place, "dropout", dropout, 0, 1);
    this.useBias = checkFlag(place, "useBias", useBias);
    this.useCausalMask = checkFlag(place, "useCausalMask", useCausalMask);
    this.returnAttentionScores = checkFlag(place, "returnAttentionScores", returnAttentionScores);
    const { rotaryWavelength } = config;
    this.rotaryWavelength =
      rotaryWavelength === undefined ? null : checkRange(place, "rotaryWavelength", rotaryWavelength, 1);
    this.#kernel = new WeightOptions("kernel", config, "glorotUniform");
    this.#bias = new WeightOptions("bias", config, "zeros");
  }

  protected abstract readonly sizes: Sizes;

  /** The number of heads of queries. */
  get numHeads(): number {
    return this.sizes.heads;
  }

  override build(shapes: Shapes): void {
    const { query, value, key } = named(shapes) as Record<string, Shape>;
    for (const shape of [query!, value!, key!])
      if (shape.length !== 2 || shape.includes(0))
        throw new ShapeError(
          `${this.describe()}: expected sequences [batch, steps, features], got ${formatBatchShape(shape)}.`,
        );
    if (value![0] !== key![0])
      throw new ShapeError(`${this.describe()}: expected a value for each key, got ${value![0]} and ${key![0]} steps.`);
    const { heads, groups, keyDim, valueDim, outputDim } = this.sizes;
    const each = keyDim ?? query![1]! / heads;
    if (!Number.isInteger(each))
      throw new ShapeError(
        `${this.describe()}: expected features that ${heads} heads can share, got ${formatBatchShape(query!)}; ` +
          "give a keyDim.",
      );
    const declare = (part: string, inputs: Shape, outputs: Shape): void => {
      this.addParameter(`${part}Kernel`, [...inputs, ...outputs], this.#kernel.initializer, this.#kernel);
      if (this.useBias) this.addParameter(`${part}Bias`, outputs, this.#bias.initializer, this.#bias);
    };
    declare("query", [query![1]!], [heads, each]);
    declare("key", [key![1]!], [groups, each]);
    declare("value", [value![1]!], [groups, valueDim ?? each]);
    declare("output", [heads, valueDim ?? each], [outputDim ?? query![1]!]);
  }

  call(inputs: AttentionInputs, context: CallContext): Out {
    const { query, value, key, attentionMask, cache, position } = named(inputs) as Complete;
    const { heads, groups } = this.sizes;
    const [batch, time] = query.shape as [number, number];
    if (cache && (value !== query || key !== query))
      throw new ArgumentError(`${this.describe()}: expected a cache for a sequence that attends to itself only.`);
    // The positions of the queries, [batch or 1, time].
    const start = (position?.cast("int32") ?? zeros([1], "int32")).expandDims(-1);
    const at = start.add(arange(time).cast("int32"));

    const q = this.#turned(this.#project("query", query), at);
    // The keys of another sequence are counted from its beginning.
    const keysAt = key === query ? at : arange(key.shape[1]!).cast("int32").expandDims(0);
    const own = { keys: this.#turned(this.#project("key", key), keysAt), values: this.#project("value", value) };
    const all = cache
      ? { keys: written(cache.keys, own.keys, start), values: written(cache.values, own.values, start) }
      : own;
    const steps = all.keys.shape[1]!;

    const masks = cache ? [filled(at, steps, this.useCausalMask)] : paddingMasks(context.mask, inputs);
    if (attentionMask) masks.push(attentionMask.cast("bool"));
    const mask = masks.length === 0 ? null : masks.reduce((one, other) => one.logicalAnd(other));

    // Heads of queries that share keys and values lie along an axis of their own: [batch, groups, sharing, time, dim].
    const apart = (x: Tensor): Tensor =>
      x.reshape([batch, x.shape[1]!, groups, -1, x.shape[3]!]).transpose([0, 2, 3, 1, 4]);
    const scores = einsum("...td,...sd->...ts", apart(q), apart(all.keys)).mul(1 / Math.sqrt(q.shape[3]!));
    const weights = attentionWeights(this.describe(), scores, {
      ...(mask && { mask: mask.expandDims(1).expandDims(1) }),
      causal: this.useCausalMask && !cache,
    });
    const random = context.training && this.dropout > 0 ? context.key : null;
    const mixed = (random ? dropped(weights, this.dropout, random) : weights).matmul(apart(all.values));
    const kernel = this.parameter("outputKernel");
    const product = mixed
      .transpose([0, 3, 1, 2, 4])
      .reshape([batch, time, -1])
      .matmul(kernel.reshape([-1, kernel.shape[2]!]));
    const output = this.useBias ? product.add(this.parameter("outputBias")) : product;
    if (cache) return { output, cache: all } as unknown as Out;
    return (this.returnAttentionScores
      ? [output, weights.reshape([batch, heads, time, steps])]
      : output) as unknown as Out;
  }

  /** x · kernel + bias for all heads: `[batch, steps, heads, dim]`. */
  #project(part: "query" | "key" | "value", x: Tensor): Tensor {
    const kernel = this.parameter(`${part}Kernel`);
    const [inputs, heads, dim] = kernel.shape as [number, number, number];
    const y = asFloat(x)
      .matmul(kernel.reshape([inputs, heads * dim]))
      .reshape([...x.shape.slice(0, 2), heads, dim]);
    return this.useBias ? y.add(this.parameter(`${part}Bias`)) : y;
  }

  #turned(x: Tensor, positions: Tensor): Tensor {
    if (this.rotaryWavelength === null) return x;
    return rotaryEmbedding(x, { positions: positions.expandDims(-1), maxWavelength: this.rotaryWavelength });
  }

  /**
   * An empty cache for so many sequences of at most so many steps.
   *
   * @throws ArgumentError before the layer has been applied, if its keyDim follows from the inputs
   */
  emptyCache(batch: number, maxLength: number): AttentionCache {
    const { groups, keyDim, valueDim } = this.sizes;
    const each = keyDim ?? this.parameters.find(({ name }) => name === "queryKernel")?.shape[2];
    if (each === undefined)
      throw new ArgumentError(`${this.describe()}: expected emptyCache after apply, which tells the length of a key.`);
    const empty = (dim: number): Tensor => zeros([batch, maxLength, groups, dim]);
    return { keys: empty(each), values: empty(valueDim ?? each) };
  }

  override computeMask(inputs: AttentionInputs, masks: Masks | null): Masks | null {
    const query = masks && (named(masks)["query"] as Tensor | null);
    if (!query) return null;
    if ((named(inputs) as Complete).cache) return { output: query };
    return this.returnAttentionScores ? [query, null] : query;
  }

  protected sharedConfig() {
    return {
      dropout: this.dropout,
      useBias: this.useBias,
      useCausalMask: this.useCausalMask,
      returnAttentionScores: this.returnAttentionScores,
      ...(this.rotaryWavelength !== null && { rotaryWavelength: this.rotaryWavelength }),
      ...this.#kernel.config(),
      ...this.#bias.config(),
    };
  }
}

type Complete = NamedAttentionInputs & { readonly value: Tensor; readonly key: Tensor };

/** The inputs by name, in whatever form they, their shapes or their masks are given. */
function named(inputs: unknown): Readonly<Record<string, unknown>> {
  const isList = Array.isArray(inputs) && typeof inputs[0] !== "number";
  const isLeaf = inputs instanceof Tensor || inputs === null || (Array.isArray(inputs) && !isList);
  const parts: any = isLeaf
    ? { query: inputs }
    : isList
      ? { query: inputs[0], value: inputs[1], key: inputs[2] }
      : inputs;
  const { query, value = query, key = value } = parts;
  return { ...parts, query, value, key };
}

/** The masks of padded queries, keys and values, which broadcast to `[batch, time, steps]`. */
function paddingMasks(masks: Masks | null, inputs: AttentionInputs): Tensor[] {
  if (masks === null) return [];
  const given = named(inputs);
  const own = named(masks);
  const of = (name: string): Tensor | null => (given[name] ? ((own[name] as Tensor | null) ?? null) : null);
  const [query, value, key] = ["query", "value", "key"].map(of);
  return [
    ...(query ? [query.expandDims(-1)] : []),
    ...(value ? [value.expandDims(1)] : []),
    ...(key && key !== value ? [key.expandDims(1)] : []),
  ];
}

/** The mask of a cache of which only the steps up to a query's own are filled, or those up to the last query's. */
function filled(at: Tensor, steps: number, isCausal: boolean): Tensor {
  const last = isCausal ? at : at.max(-1, { keepDims: true });
  return arange(steps).cast("int32").lessEqual(last.expandDims(-1));
}

/** The cache `[batch, maxLength, heads, dim]` with new steps from a position `[batch or 1, 1]` on. */
function written(cache: Tensor, steps: Tensor, start: Tensor): Tensor {
  const [batch, length] = cache.shape as [number, number];
  const time = steps.shape[1]!;
  const index = arange(length).cast("int32").sub(start).broadcastTo([batch, length]).reshape([batch, length, 1, 1]);
  const isNew = index.greaterEqual(0).logicalAnd(index.less(time));
  // Indices outside the new steps are clamped; what they give is not taken.
  return where(isNew, time === 1 ? steps : takeAlongAxis(steps, index, 1), cache);
}

/**
 * Multi-head attention: queries, keys and values are projected for each head, each head attends by itself
 * ({@link scaledDotProductAttention}), and a last projection mixes what the heads give. `[batch, time, features]`
 * becomes `[batch, time, outputShape]`.
 *
 *     headₕ = softmax((query · Qₕ)(key · Kₕ)ᵀ / √keyDim) · (value · Vₕ)
 *     y = Σₕ headₕ · Oₕ
 *
 * Inputs: one sequence, which attends to itself; `[query, value, key]`, where the key is the value by default; or
 * these by name, with an `attentionMask`. Masks of the inputs hide padding; a query that may attend to no key gets
 * the output's bias.
 *
 * For generation, `{ query, cache, position }` adds the keys and values of the query at its position to a cache of
 * fixed length (from `emptyCache`), attends to what is in the cache by then, and returns `{ output, cache }`: one
 * compiled program serves all steps. Steps beyond the end of the cache are dropped.
 *
 * Inputs of more axes, `[batch, rows, columns, features]`, are attended over by `attentionAxes`: `2` lets each place of
 * a row attend to its row.
 *
 * Parameters: `queryKernel [features, numHeads, keyDim]`, `keyKernel`, `valueKernel [features, numHeads, valueDim]`,
 * `outputKernel [numHeads, valueDim, outputShape]`, and a bias of each. Vaswani and others, 2017.
 *
 * @throws ShapeError for inputs that are no sequences, and for values that do not fit the keys
 * @throws ArgumentError for a cache where the key or the value is another sequence
 * @example layers.multiHeadAttention(8, 64, { useCausalMask: true })
 */
export class MultiHeadAttention<Out extends Tensors = Tensor> extends ProjectedAttention<Out> {
  override readonly className = "MultiHeadAttention";
  readonly attentionAxes: readonly number[] | null;
  protected readonly sizes: Sizes;

  constructor(config: MultiHeadAttentionConfig) {
    super("multiHeadAttention", config, ["numHeads", "keyDim", "valueDim", "outputShape", "attentionAxes"]);
    const axes = config.attentionAxes === undefined ? null : [config.attentionAxes].flat();
    if (axes && !(axes.length > 0 && axes.every(Number.isInteger)))
      throw new ArgumentError(
        `multiHeadAttention: expected attentionAxes to be an integer or a list of integers, got [${axes}].`,
      );
    this.attentionAxes = axes;
    type Name = "numHeads" | "keyDim" | "valueDim" | "outputShape";
    const count = (name: Name): number => checkCount("multiHeadAttention", name, config[name]);
    const optional = (name: Name): number | null => (config[name] === undefined ? null : count(name));
    const heads = count("numHeads");
    this.sizes = {
      heads,
      groups: heads,
      keyDim: optional("keyDim"),
      valueDim: optional("valueDim"),
      outputDim: optional("outputShape"),
    };
  }

  /** The sequences that inputs of this rank are made of; null if they are sequences themselves. */
  #sequences(rank: number): AttentionAxes | null {
    if (rank < 3) return null;
    const axes = attentionAxesOf(this.describe(), this.attentionAxes, rank);
    if (rank === 3) return null;
    if (axes.length > 1 && (this.useCausalMask || this.rotaryWavelength !== null))
      throw new ArgumentError(
        `${this.describe()}: expected one axis of attention, along which positions are counted, ` +
          `got [${axes}]; give attentionAxes.`,
      );
    return new AttentionAxes(axes, rank);
  }

  override build(shapes: Shapes): void {
    const { query, value, key } = named(shapes) as Record<"query" | "value" | "key", Shape>;
    const sequences = this.#sequences(query.length + 1);
    if (!sequences) return super.build(shapes);
    for (const other of [value, key]) sequences.check(this.describe(), query, other);
    const [q, v, k] = [query, value, key].map((shape) => sequences.sequence(shape));
    super.build({ query: q!, value: v!, key: k! });
  }

  override call(inputs: AttentionInputs, context: CallContext): Out {
    const { query, value, key, attentionMask, cache } = named(inputs) as Complete;
    const sequences = this.#sequences(query.ndim);
    if (!sequences) return super.call(inputs, context);
    if (cache) throw new ArgumentError(`${this.describe()}: expected a cache for a sequence, got inputs of more axes.`);
    const masks = context.mask && named(context.mask);
    const maskOf = (name: string, { shape }: Tensor): Tensor | null => {
      const mask = masks?.[name];
      if (!(mask instanceof Tensor)) return null;
      return mask.ndim === shape.length - 1 ? sequences.fold(mask, true) : null;
    };
    const given = {
      query: sequences.fold(query),
      value: sequences.fold(value),
      key: sequences.fold(key),
      ...(attentionMask && { attentionMask: sequences.foldPairs(attentionMask, query.shape, key.shape) }),
    };
    const mask = masks && {
      query: maskOf("query", query),
      value: maskOf("value", value),
      key: maskOf("key", key),
    };
    const made = super.call(given, { ...context, mask: mask as Masks | null });
    if (!this.returnAttentionScores) return sequences.unfold(made as Tensor, query.shape) as Tensors as Out;
    const [output, weights] = made as unknown as readonly [Tensor, Tensor];
    const scores = sequences.unfoldWeights(weights, query.shape, key.shape);
    return [sequences.unfold(output, query.shape), scores] as Tensors as Out;
  }

  // The type is stated: the inferred one has optional properties, which programs without our compiler options refuse.
  override config(): { readonly [option: string]: Json } {
    const { heads, keyDim, valueDim, outputDim } = this.sizes;
    return {
      numHeads: heads,
      ...(keyDim !== null && { keyDim }),
      ...(valueDim !== null && { valueDim }),
      ...(outputDim !== null && { outputShape: outputDim }),
      ...(this.attentionAxes !== null && { attentionAxes: this.attentionAxes }),
      ...this.sharedConfig(),
    };
  }
}

/** The options of {@link GroupedQueryAttention}, and its sizes. */
export interface GroupedQueryAttentionConfig extends MultiHeadOptions {
  /** The length of a query, a key and a value of one head. */
  readonly headDim: number;
  readonly numQueryHeads: number;
  /** The number of heads of keys and values; a divisor of `numQueryHeads`. */
  readonly numKeyValueHeads: number;
}

/**
 * {@link MultiHeadAttention} in which several heads of queries share one head of keys and values: less to compute, and
 * a smaller cache. With one head of keys it is multi-query attention. Ainslie and others, 2023.
 *
 * Parameters: `queryKernel [features, numQueryHeads, headDim]`, `keyKernel` and `valueKernel
 * [features, numKeyValueHeads, headDim]`, `outputKernel [numQueryHeads, headDim, features]`, and a bias of each.
 *
 * @throws ArgumentError if the number of heads of queries is no multiple of that of keys
 * @example layers.groupedQueryAttention(64, 8, 2, { useCausalMask: true, rotaryWavelength: 10000 })
 */
export class GroupedQueryAttention<Out extends Tensors = Tensor> extends ProjectedAttention<Out> {
  override readonly className = "GroupedQueryAttention";
  protected readonly sizes: Sizes;

  constructor(config: GroupedQueryAttentionConfig) {
    const place = "groupedQueryAttention";
    super(place, config, ["headDim", "numQueryHeads", "numKeyValueHeads"]);
    const dim = checkCount(place, "headDim", config.headDim);
    const heads = checkCount(place, "numQueryHeads", config.numQueryHeads);
    const groups = checkCount(place, "numKeyValueHeads", config.numKeyValueHeads);
    if (heads % groups !== 0)
      throw new ArgumentError(
        `${place}: expected numQueryHeads to be a multiple of numKeyValueHeads, got ${heads} and ${groups}.`,
      );
    this.sizes = { heads, groups, keyDim: dim, valueDim: dim, outputDim: null };
  }

  override config() {
    const { heads, groups, keyDim: headDim } = this.sizes;
    return { headDim, numQueryHeads: heads, numKeyValueHeads: groups, ...this.sharedConfig() };
  }
}
