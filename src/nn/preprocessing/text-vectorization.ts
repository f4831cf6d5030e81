// Turns texts into numbers of words.
import { ArgumentError } from "../../errors.ts";
import { checkChoice, checkCount, checkOptions, describe } from "../../options.ts";
import { asTensor, type Tensor, type TensorLike, tensor } from "../../tensor.ts";
import type { Json, LayerOptions } from "../tree/layer.ts";
import { type LookupOptions, lookupOptions } from "./lookup.ts";
import { TextLookup } from "./string-lookup.ts";

const standardizations = ["lowerAndStripPunctuation", "lower", "stripPunctuation"] as const;
const splits = ["whitespace", "character"] as const;
const textOptions = [
  "maxTokens",
  "standardize",
  "split",
  "ngrams",
  "outputMode",
  "outputSequenceLength",
  "padToMaxTokens",
  "vocabulary",
  "idfWeights",
  "name",
  "trainable",
];

export interface TextVectorizationConfig
  extends LayerOptions,
    Pick<LookupOptions<string>, "maxTokens" | "vocabulary" | "idfWeights" | "padToMaxTokens"> {
  /**
   * What is done with a text first: "lower" makes lower-case letters of all, "stripPunctuation" leaves out the ASCII
   * signs of punctuation, null does nothing; or a function of one's own. Default: "lowerAndStripPunctuation".
   */
  readonly standardize?: (typeof standardizations)[number] | null | ((text: string) => string);
  /** Into what a text is split; null leaves it whole; or a function of one's own. Default: "whitespace". */
  readonly split?: (typeof splits)[number] | null | ((text: string) => readonly string[]);
  /** Takes n words in a row as one token: those of 1 … n, or of the sizes in a list. Default: null, single words. */
  readonly ngrams?: number | readonly number[] | null;
  /** "int" gives token after token, the others one vector for each text. Default: "int". */
  readonly outputMode?: "int" | "multiHot" | "count" | "tfIdf";
  /**
   * Pads or cuts texts to so many tokens, in every mode, since a model takes inputs of one length. Default: null, as
   * many as the longest of the texts that `encode` is given has.
   */
  readonly outputSequenceLength?: number | null;
}

/**
 * Texts as numbers. Tensors hold numbers only, so that texts are read on the host: `encode` standardizes and splits
 * them, and gives the indices of their tokens, `[texts, tokens]`, int32. In a model the layer takes these and passes
 * them on as they are, or as vectors `[texts, vocabulary]`; a saved model holds the vocabulary, with which the loaded
 * layer encodes.
 *
 * In the mode "int", index 0 pads texts at their end, and 1 is any unknown token; in the others unknown tokens have
 * index 0, and −1 pads, which counts for nothing.
 *
 * @throws ArgumentError for other options
 * @example
 * const vectorize = layers.textVectorization({ outputSequenceLength: 4 });
 * await vectorize.adapt(["foo bar", "bar baz", "baz bada boom"]);
 * vectorize.getVocabulary(); // ["", "[UNK]", "baz", "bar", "foo", "boom", "bada"]
 * await vectorize.encode(["foo qux bar"]).array(); // [[4, 1, 3, 0]]
 */
export class TextVectorization extends TextLookup {
  override readonly className = "TextVectorization";
  readonly standardize: Exclude<TextVectorizationConfig["standardize"], undefined>;
  readonly split: Exclude<TextVectorizationConfig["split"], undefined>;
  readonly ngrams: number | readonly number[] | null;
  readonly outputSequenceLength: number | null;

  constructor(config: TextVectorizationConfig = {}) {
    const where = "textVectorization";
    checkOptions(where, config, textOptions);
    const { standardize = "lowerAndStripPunctuation", split = "whitespace", ngrams = null, ...rest } = config;
    const { outputSequenceLength = null, ...lookup } = rest;
    super({ ...lookup, maskToken: "", oovToken: "[UNK]" } as LookupOptions<string>, {
      where,
      known: lookupOptions,
      oovToken: "[UNK]",
      callLooksUp: false,
      isToken: (value) => typeof value === "string",
    });
    if (this.outputMode === "oneHot") checkChoice(where, "outputMode", "oneHot", ["int", "multiHot", "count", "tfIdf"]);
    const isOwn = (option: unknown): boolean => option === null || typeof option === "function";
    this.standardize = isOwn(standardize)
      ? standardize
      : checkChoice(where, "standardize", standardize, standardizations);
    this.split = isOwn(split) ? split : checkChoice(where, "split", split, splits);
    for (const n of [ngrams ?? 1].flat()) checkCount(where, "ngrams", n);
    this.ngrams = ngrams;
    this.outputSequenceLength =
      outputSequenceLength === null ? null : checkCount(where, "outputSequenceLength", outputSequenceLength);
  }

  /** Learns the vocabulary from texts. */
  async adapt(texts: readonly string[]): Promise<void> {
    this.learn(checkTexts("adapt", texts).map((text) => this.#tokens(text)));
  }

  /** The indices of the tokens of each text, int32 `[texts, tokens]`, padded at the end. */
  encode(texts: readonly string[]): Tensor {
    const rows = checkTexts("encode", texts).map((text) =>
      this.#tokens(text).map((token) => this.indexOf("textVectorization: encode", token)),
    );
    const length = this.outputSequenceLength ?? rows.reduce((most, row) => Math.max(most, row.length), 1);
    const padding = this.outputMode === "int" ? 0 : -1;
    const numbers = new Int32Array(rows.length * length).fill(padding);
    rows.forEach((row, i) => numbers.set(row.slice(0, length), i * length));
    return tensor(numbers, { shape: [rows.length, length] });
  }

  /** The texts of indices `[texts, tokens]`: their tokens side by side, without the padding. */
  async decode(indices: TensorLike): Promise<string[]> {
    const given = asTensor(indices);
    const [data, length] = [await given.data(), given.shape.at(-1) ?? 1];
    return Array.from({ length: data.length / length }, (_, i) =>
      Array.from(data.subarray(i * length, (i + 1) * length))
        .map((index) => (index < 0 ? "" : this.tokenAt(index)))
        .filter((token) => token !== "")
        .join(this.split === "character" ? "" : " "),
    );
  }

  #tokens(text: string): string[] {
    const words = this.#split(this.#standardized(text));
    if (this.ngrams === null) return words;
    const sizes = typeof this.ngrams === "number" ? Array.from({ length: this.ngrams }, (_, i) => i + 1) : this.ngrams;
    return sizes.flatMap((n) => words.slice(n - 1).map((_, i) => words.slice(i, i + n).join(" ")));
  }

  #standardized(text: string): string {
    const { standardize } = this;
    if (typeof standardize === "function") return standardize(text);
    if (standardize === null) return text;
    const lower = standardize === "stripPunctuation" ? text : text.toLowerCase();
    return standardize === "lower" ? lower : lower.replace(/[!-/:-@[-`{-~]/g, "");
  }

  #split(text: string): string[] {
    const { split } = this;
    if (typeof split === "function") return [...split(text)];
    if (split === null) return [text];
    return split === "character" ? [...text] : text.split(/\s+/).filter((word) => word !== "");
  }

  override config(): { readonly [option: string]: Json } {
    const { ngrams, outputSequenceLength } = this;
    const named = Object.fromEntries(
      (["standardize", "split"] as const).map((name) => {
        const value = this[name];
        if (typeof value !== "function") return [name, value];
        throw new ArgumentError(
          `${this.describe()}: ${name} is a function of your own, which a file cannot hold; use it on texts before ` +
            "encode and adapt, or make a layer class that you register.",
        );
      }),
    );
    const { maxTokens, vocabulary, idfWeights, outputMode, padToMaxTokens } = super.config() as Record<string, Json>;
    return {
      ...named,
      ngrams,
      outputSequenceLength,
      maxTokens: maxTokens!,
      vocabulary: vocabulary!,
      idfWeights: idfWeights!,
      outputMode: outputMode!,
      padToMaxTokens: padToMaxTokens!,
    };
  }
}

function checkTexts(method: string, texts: readonly string[]): readonly string[] {
  if (Array.isArray(texts) && texts.every((text) => typeof text === "string")) return texts;
  throw new ArgumentError(`textVectorization: ${method}: expected a list of strings, got ${describe(texts)}.`);
}
