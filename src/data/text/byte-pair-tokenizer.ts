// Byte-pair encoding: tokens are bytes, and pairs of tokens that stood side by side most often.
import { ArgumentError } from "../../errors.ts";
import { checkCount, checkOptions } from "../../options.ts";
import { bytesOfText, textOfBytes } from "./bytes-of-text.ts";
import { learnMerges, mergeWord, pairKey } from "./merges.ts";
import { checkJson, checkText, eachText, mostTokens, type Texts, Tokenizer, type TokenizerJson } from "./tokenizer.ts";

/** The options of {@link bytePairTokenizer}. */
export interface BytePairTokenizerOptions {
  /** The number of tokens: special ones, 256 bytes, and the rest pairs. Default: 4096. */
  readonly vocabularySize?: number;
  /** The number of times that a pair must occur to become a token. Default: 2. */
  readonly minCount?: number;
  /** Default: "<pad>". */
  readonly special?: readonly string[];
}

/**
 * The parts of a text within which tokens are made, those of GPT-2: English endings, runs of letters, of digits, of
 * other characters, each with the blank before it, and runs of white space.
 */
const parts = /'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;
/** Longer parts are cut: the work for a part grows with the square of its length. */
const longestPart = 256;
/** Parts whose tokens are remembered. */
const mostRemembered = 2 ** 14;

class BytePairTokenizer extends Tokenizer {
  readonly #size: number;
  readonly #minCount: number;
  /** Token by pair: the pairs with the lowest numbers were merged first. */
  #ranks = new Map<number, number>();
  /** The two halves of each token that is a pair. */
  #merges: readonly (readonly [number, number])[] = [];
  /** The bytes of each token that is not special. */
  #bytes: Uint8Array[] = singleBytes();
  #remembered = new Map<string, Int32Array>();

  constructor(where: string, special: readonly string[], size: number, minCount: number) {
    super(where, special);
    if (size < special.length + 256)
      throw new ArgumentError(
        `${where}: expected vocabularySize to be at least ${special.length + 256}, ` +
          `for 256 bytes and ${special.length} special tokens, got ${size}.`,
      );
    [this.#size, this.#minCount] = [Math.min(size, mostTokens), minCount];
  }

  get vocabularySize(): number {
    return this.special.length + this.#bytes.length;
  }

  fit(texts: Texts): this {
    const counts = new Map<string, number>();
    for (const text of eachText("byte-pair tokenizer: fit", texts))
      for (const part of partsOf(text)) counts.set(part, (counts.get(part) ?? 0) + 1);
    const words = [...counts].map(([part, count]) => ({ tokens: this.#bytesAsTokens(part), count }));
    const first = this.special.length + 256;
    return this.take(learnMerges(words, first, this.#size - first, this.#minCount));
  }

  /** Takes merges that were learnt before. */
  take(merges: readonly (readonly [number, number])[]): this {
    const first = this.special.length;
    this.#merges = merges;
    this.#bytes = singleBytes();
    this.#ranks = new Map();
    this.#remembered = new Map();
    for (const [i, [a, b]] of merges.entries()) {
      const [left, right] = [this.#bytes[a - first]!, this.#bytes[b - first]!];
      const both = new Uint8Array(left.length + right.length);
      both.set(left);
      both.set(right, left.length);
      this.#bytes.push(both);
      this.#ranks.set(pairKey(a, b), first + 256 + i);
    }
    return this;
  }

  encode(text: string): Int32Array {
    const tokens: number[] = [];
    for (const part of partsOf(checkText("byte-pair tokenizer: encode", text))) {
      let found = this.#remembered.get(part);
      if (!found) {
        found = Int32Array.from(mergeWord(this.#bytesAsTokens(part), this.#ranks));
        if (this.#remembered.size >= mostRemembered) this.#remembered.clear();
        this.#remembered.set(part, found);
      }
      for (const token of found) tokens.push(token);
    }
    return Int32Array.from(tokens);
  }

  protected join(tokens: readonly number[]): string {
    const pieces = tokens.map((token) => this.#bytes[token - this.special.length]!);
    const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return textOfBytes(all);
  }

  toJSON(): TokenizerJson {
    return { type: "bytePair", special: this.special, merges: this.#merges };
  }

  #bytesAsTokens(part: string): number[] {
    return Array.from(bytesOfText(part), (byte) => this.special.length + byte);
  }
}

const singleBytes = (): Uint8Array[] => Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));

function* partsOf(text: string): Generator<string> {
  for (const [part] of text.matchAll(parts)) {
    if (part.length <= longestPart) yield part;
    else for (const piece of part.match(/[^]{1,256}/gu) ?? []) yield piece;
  }
}

/**
 * A tokenizer of byte pairs (Sennrich, Haddow & Birch 2016; over bytes as in GPT-2, Radford and others 2019): every
 * byte of UTF-8 is a token, and `fit` makes one of the pair of neighbours that occurs most often, again and again,
 * never across words. So there is no unknown text: `decode(encode(text))` is `text`, whatever it is.
 *
 * Of pairs that are equally frequent, the one with the lower token numbers is taken.
 *
 * @throws ArgumentError for other options, and a vocabulary too small for the 256 bytes
 *
 * @example
 * const tokenizer = bytePairTokenizer({ vocabularySize: 260 }).fit("aaabdaaabac");
 * [...tokenizer.encode("aaab")]; // [259]
 * tokenizer.decode(tokenizer.encode("Привет, ∇!")); // "Привет, ∇!"
 */
export function bytePairTokenizer(options: BytePairTokenizerOptions = {}): Tokenizer {
  const where = "bytePairTokenizer";
  checkOptions(where, options, ["vocabularySize", "minCount", "special"]);
  const { vocabularySize = 4096, minCount = 2, special = ["<pad>"] } = options;
  const size = checkCount(where, "vocabularySize", vocabularySize);
  return new BytePairTokenizer(where, special, size, checkCount(where, "minCount", minCount));
}

/** A tokenizer of byte pairs from its JSON. Throws FileError for JSON that is damaged. */
export function bytePairTokenizerFromJSON(value: unknown): Tokenizer {
  const { json, fail } = checkJson(value, "bytePair");
  const { special } = json;
  const merges = json["merges"];
  const first = special.length;
  if (!Array.isArray(merges) || first + 256 + merges.length > mostTokens)
    return fail("its merges are no list of pairs");
  const seen = new Set<number>();
  const lengths = new Array<number>(256).fill(1);
  let bytes = 0;
  for (const [i, pair] of merges.entries()) {
    const next = first + 256 + i;
    const isPair = Array.isArray(pair) && pair.length === 2;
    if (!isPair || !pair.every((token) => Number.isInteger(token) && token >= first && token < next))
      return fail(`its merge ${i} is no pair of earlier tokens`);
    const [a, b] = pair as [number, number];
    if (seen.has(pairKey(a, b))) return fail(`its merge ${i} is there twice`);
    seen.add(pairKey(a, b));
    const length = lengths[a - first]! + lengths[b - first]!;
    lengths.push(length);
    bytes += length;
    // A part has at most 256 characters of at most 4 bytes.
    if (length > 4 * longestPart || bytes > 2 ** 28) return fail(`its token ${next} is too long`);
  }
  return new BytePairTokenizer("tokenizerFromJSON", special, mostTokens, 2).take(merges);
}
