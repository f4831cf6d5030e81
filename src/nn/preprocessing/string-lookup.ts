// Gives words numbers by a vocabulary.
import { ArgumentError, quote } from "../../errors.ts";
import type { Tensor, TensorLike } from "../../tensor.ts";
import { Lookup, type LookupOptions, lookupOptions } from "./lookup.ts";
import { fingerprint, mapStrings, type Strings, unmapStrings } from "./strings.ts";

export interface StringLookupConfig extends LookupOptions<string> {}

/** A lookup of strings, on the host. */
export abstract class TextLookup extends Lookup<string> {
  /** The index of a token; −1 for the mask token where it has none. */
  protected indexOf(where: string, token: string): number {
    if (token === this.maskToken) return this.outputMode === "int" ? 0 : -1;
    const index = this.indices.get(token);
    if (index !== undefined) return index;
    if (this.numOovIndices === 0)
      throw new ArgumentError(
        `${where}: expected tokens of the vocabulary, got ${quote(token)}; numOovIndices: 1 has an index for others.`,
      );
    const share = this.numOovIndices === 1 ? 0 : fingerprint(token) % this.numOovIndices;
    return this.firstUnknown + share;
  }
}

/**
 * Words and their numbers. Tensors hold numbers only, so that the layer looks words up on the host: `encode` gives the
 * indices of strings, int32, and `decode` the strings of indices. In a model the layer takes indices, and passes them
 * on in its output mode; a saved model holds the vocabulary, with which the loaded layer encodes. Several indices of
 * unknown words are shared out by a hash of our own, which is not that of Keras.
 *
 * Defaults, as in Keras: no maxTokens, numOovIndices 1, maskToken null, oovToken "[UNK]", outputMode "int".
 *
 * @throws ArgumentError for other options
 * @example
 * const lookup = layers.stringLookup();
 * await lookup.adapt([["a", "c", "d"], ["d", "z", "b"]]);
 * lookup.getVocabulary(); // ["[UNK]", "d", "z", "c", "b", "a"]
 * await lookup.encode([["c", "?"]]).array(); // [[3, 0]]
 * await lookup.decode([[3, 0]]); // [["c", "[UNK]"]]
 */
export class StringLookup extends TextLookup {
  override readonly className = "StringLookup";

  constructor(config: StringLookupConfig = {}) {
    super(config, {
      where: "stringLookup",
      known: lookupOptions,
      oovToken: "[UNK]",
      callLooksUp: false,
      isToken: (value) => typeof value === "string",
    });
  }

  /** Learns the vocabulary from words; along the first axis are the examples that "tfIdf" counts. */
  async adapt(data: readonly Strings[]): Promise<void> {
    if (!Array.isArray(data))
      throw new ArgumentError("stringLookup: adapt: expected an array of strings or of arrays.");
    this.learn(data.map((example) => [example].flat(Number.POSITIVE_INFINITY) as string[]));
  }

  /** The indices of strings, int32, in their shape. */
  encode(strings: Strings): Tensor {
    return mapStrings("stringLookup: encode", strings, (text) => this.indexOf("stringLookup: encode", text));
  }

  /** The strings of indices, in their shape. */
  decode(indices: TensorLike): Promise<Strings> {
    return unmapStrings(indices, (index) => this.tokenAt(index));
  }
}
