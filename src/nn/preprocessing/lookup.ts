// The base class of layers that give tokens numbers by a vocabulary.
import { ArgumentError } from "../../errors.ts";
import { checkChoice, checkCount, checkFlag, describe } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { Masks } from "../tree/call.ts";
import { type Json, Layer, type LayerOptions } from "../tree/layer.ts";
import { encodeCategories, maskOfEncoding, tokenEncodings } from "./category-encoding.ts";

/** A token: a word, or an integer. */
export type Token = string | number;

export interface LookupOptions<T extends Token> extends LayerOptions {
  /** The greatest size of the vocabulary, with all special tokens; the rarest are left out. Default: null, no limit. */
  readonly maxTokens?: number | null;
  /** The number of indices among which unknown tokens are shared out. Default: 1. */
  readonly numOovIndices?: number;
  /** The token that stands for nothing. Default: null, none. */
  readonly maskToken?: T | null;
  /** What an index of unknown tokens is decoded to. */
  readonly oovToken?: T;
  /** The tokens in the order of their indices. Default: what `adapt` finds. */
  readonly vocabulary?: readonly T[] | null;
  /** The weights of the tokens for "tfIdf", given with the vocabulary. */
  readonly idfWeights?: readonly number[] | null;
  /**
   * "int" gives indices. The others give vectors with an element for each index: "oneHot" one for each token,
   * "multiHot" and "count" one for each set along the last axis, and "tfIdf" counts times ln(1 + n/(1 + d)), for a
   * token that d of n examples have. Default: "int".
   */
  readonly outputMode?: (typeof tokenEncodings)[number];
  /** Gives the vectors maxTokens elements, even if the vocabulary is smaller. Default: false. */
  readonly padToMaxTokens?: boolean;
}

/** The names of the options of every lookup. */
export const lookupOptions = [
  "maxTokens",
  "numOovIndices",
  "maskToken",
  "oovToken",
  "vocabulary",
  "idfWeights",
  "outputMode",
  "padToMaxTokens",
] as const;

/** What kinds of lookups differ in. */
interface Kind<T extends Token> {
  readonly where: string;
  readonly known: readonly string[];
  readonly oovToken: T;
  /** True if `call` looks tokens up, and not only a method on the host. */
  readonly callLooksUp: boolean;
  readonly isToken: (value: unknown) => value is T;
}

/**
 * Tokens and their indices. With the output mode "int" these are: that of the mask token, if there is one; those of
 * unknown tokens; those of the vocabulary. In the other modes the mask token has none, and counts for nothing.
 */
export abstract class Lookup<T extends Token> extends Layer<Tensor, Tensor> {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: T | null;
  readonly oovToken: T;
  readonly outputMode: (typeof tokenEncodings)[number];
  readonly padToMaxTokens: boolean;
  readonly #kind: Kind<T>;
  #terms: readonly T[] | null = null;
  #idfWeights: readonly number[] | null = null;
  #indices: ReadonlyMap<T, number> = new Map();
  #isUsed = false;

  constructor(options: LookupOptions<T>, kind: Kind<T>) {
    const { where, known, isToken } = kind;
    super(where, options, known);
    const { maxTokens = null, numOovIndices = 1, maskToken = null, vocabulary = null, idfWeights = null } = options;
    const { oovToken = kind.oovToken, outputMode = "int", padToMaxTokens = false } = options;
    this.#kind = kind;
    this.maxTokens = maxTokens === null ? null : checkCount(where, "maxTokens", maxTokens, 2);
    this.numOovIndices = checkCount(where, "numOovIndices", numOovIndices, 0);
    for (const [name, token] of Object.entries({ maskToken, oovToken }))
      if (token !== null && !isToken(token))
        throw new ArgumentError(`${where}: expected ${name} to be ${this.#tokenWords}, got ${describe(token)}.`);
    this.maskToken = maskToken;
    this.oovToken = oovToken;
    this.outputMode = checkChoice(where, "outputMode", outputMode, tokenEncodings);
    this.padToMaxTokens = checkFlag(where, "padToMaxTokens", padToMaxTokens);
    if (padToMaxTokens && maxTokens === null)
      throw new ArgumentError(`${where}: padToMaxTokens: expected maxTokens too, got none.`);
    if (vocabulary === null) {
      if (idfWeights !== null) throw new ArgumentError(`${where}: idfWeights: expected a vocabulary too, got none.`);
    } else this.#know(vocabulary, idfWeights);
  }

  get #tokenWords(): string {
    return typeof this.#kind.oovToken === "string" ? "a string" : "an integer from −2³¹ to 2³¹ − 1";
  }

  /** The special tokens, in the order of their indices. */
  get #special(): T[] {
    const mask = this.outputMode === "int" && this.maskToken !== null ? [this.maskToken] : [];
    return [...mask, ...new Array<T>(this.numOovIndices).fill(this.oovToken)];
  }

  /** The first index of unknown tokens. */
  protected get firstUnknown(): number {
    return this.#special.length - this.numOovIndices;
  }

  /** The number of indices, with those of the special tokens. */
  get vocabularySize(): number {
    return this.#special.length + this.#required.length;
  }

  /** The tokens by index. Throws {@link ArgumentError} before the layer has a vocabulary. */
  getVocabulary({ includeSpecialTokens = true }: { readonly includeSpecialTokens?: boolean } = {}): T[] {
    return includeSpecialTokens ? [...this.#special, ...this.#required] : [...this.#required];
  }

  get #required(): readonly T[] {
    if (this.#terms) return this.#terms;
    throw new ArgumentError(`${this.#kind.where}: expected a vocabulary: give one, or call adapt first.`);
  }

  /** Takes a vocabulary, which may begin with the special tokens. */
  #know(given: readonly T[], idfWeights: readonly number[] | null): void {
    const { where, isToken } = this.#kind;
    if (!Array.isArray(given) || !given.every(isToken))
      throw new ArgumentError(
        `${where}: vocabulary: expected a list of which each is ${this.#tokenWords}, got ${describe(given)}.`,
      );
    const special = this.#special;
    const startsSpecial = special.length > 0 && special.every((token, i) => given[i] === token);
    const terms = startsSpecial ? given.slice(special.length) : given;
    const seen = new Set<T>(special);
    const twice = terms.find((term) => seen.size === seen.add(term).size);
    if (twice !== undefined)
      throw new ArgumentError(
        `${where}: vocabulary: expected each token once, and no special one, got ${describe(twice)} again.`,
      );
    if (this.maxTokens !== null && terms.length + special.length > this.maxTokens)
      throw new ArgumentError(
        `${where}: vocabulary: expected at most ${this.maxTokens} tokens with ${special.length} special ones, ` +
          `got ${terms.length + special.length}.`,
      );
    const fits =
      Array.isArray(idfWeights) && idfWeights.length === terms.length && idfWeights.every((w) => Number.isFinite(w));
    if (this.outputMode === "tfIdf" ? !fits : idfWeights !== null)
      throw new ArgumentError(
        `${where}: idfWeights: expected a number for each of the ${terms.length} tokens in the output mode "tfIdf", ` +
          "and none in the others.",
      );
    this.#terms = [...terms];
    this.#idfWeights = idfWeights;
    this.#indices = new Map(terms.map((term, i) => [term, special.length + i]));
  }

  /**
   * Learns the vocabulary from the tokens of examples: the more frequent first, and of equally frequent ones the
   * greater first, as in Keras. What was learned before is forgotten.
   */
  protected learn(examples: Iterable<Iterable<T>>): void {
    const { where, callLooksUp } = this.#kind;
    if (this.#isUsed && (callLooksUp || this.outputMode !== "int"))
      throw new ArgumentError(
        `${where}: adapt: the layer is in use, and its outputs depend on the vocabulary; ` +
          "call adapt before the layer is put into a model or applied.",
      );
    const counts = new Map<T, number>();
    const having = new Map<T, number>();
    let n = 0;
    for (const tokens of examples) {
      n++;
      const own = new Set<T>();
      for (const token of tokens) {
        if (token === this.maskToken || token === this.oovToken) continue;
        counts.set(token, (counts.get(token) ?? 0) + 1);
        own.add(token);
      }
      for (const token of own) having.set(token, (having.get(token) ?? 0) + 1);
    }
    const sorted = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? 1 : -1)).map(([token]) => token);
    const terms =
      this.maxTokens === null ? sorted : sorted.slice(0, Math.max(0, this.maxTokens - this.#special.length));
    const idf = terms.map((term) => Math.fround(Math.log(1 + n / (1 + having.get(term)!))));
    this.#know(terms, this.outputMode === "tfIdf" ? idf : null);
  }

  override build(): void {
    this.#isUsed = true;
  }

  /** The indices of the tokens of the vocabulary. */
  protected get indices(): ReadonlyMap<T, number> {
    this.#required;
    return this.#indices;
  }

  /** The token with this index; the one of unknown tokens for an index that nobody has. */
  protected tokenAt(index: number): T {
    return this.#special[index] ?? this.#required[index - this.#special.length] ?? this.oovToken;
  }

  /** Indices `[batch, ...]` in the output mode of the layer. */
  protected encodeIndices(indices: Tensor): Tensor {
    if (this.outputMode === "int") return indices.cast("int32");
    const depth = this.padToMaxTokens ? this.maxTokens! : this.vocabularySize;
    if (this.outputMode !== "tfIdf") return encodeCategories(indices, depth, this.outputMode);
    // An unknown token counts as much as a known one does on average.
    const known = this.#idfWeights ?? [];
    const mean = known.reduce((a, b) => a + b, 0) / Math.max(1, known.length);
    const weights = [...new Array<number>(this.numOovIndices).fill(mean), ...known];
    const padded = Array.from({ length: depth }, (_, i) => weights[i] ?? 0);
    return encodeCategories(indices, depth, this.outputMode, padded);
  }

  call(x: Tensor): Tensor {
    return this.encodeIndices(x);
  }

  override computeMask(x: Tensor, mask: Masks | null): Masks | null {
    return maskOfEncoding(this.outputMode, x, mask);
  }

  override config(): { readonly [option: string]: Json } {
    const { maxTokens, numOovIndices, maskToken, oovToken, outputMode, padToMaxTokens } = this;
    return {
      maxTokens,
      numOovIndices,
      maskToken,
      oovToken,
      vocabulary: this.#terms,
      idfWeights: this.#idfWeights,
      outputMode,
      padToMaxTokens,
    };
  }
}
