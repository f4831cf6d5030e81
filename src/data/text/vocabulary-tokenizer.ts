// Tokenizers that look pieces of text up in a list: characters, and words.
import { ArgumentError } from "../../errors.ts";
import { checkCount, checkFlag, checkOptions } from "../../options.ts";
import type { TokenizerJson } from "./tokenizer.ts";
import {
  checkJson,
  checkText,
  eachText,
  indexOfTokens,
  isTexts,
  mostTokens,
  type Texts,
  Tokenizer,
} from "./tokenizer.ts";

/** The options of {@link characterTokenizer}. */
export interface CharacterTokenizerOptions {
  /** The special tokens; "<unknown>" stands for what the vocabulary lacks. Default: "<pad>", "<unknown>". */
  readonly special?: readonly string[];
  /** The greatest number of tokens, with the special ones: rarer ones are left out. Default: 2²⁰. */
  readonly vocabularySize?: number;
  /** The number of times that a token must occur. Default: 1. */
  readonly minCount?: number;
}

/** The options of {@link wordTokenizer}. */
export interface WordTokenizerOptions extends CharacterTokenizerOptions {
  /** Turns letters into small ones first. Default: true. */
  readonly lowercase?: boolean;
}

const names = ["special", "vocabularySize", "minCount"];
const unknown = "<unknown>";
/** A run of letters, digits and marks, with apostrophes and hyphens inside, or any other visible character. */
const words = /[\p{L}\p{M}\p{N}_]+(?:['’-][\p{L}\p{M}\p{N}_]+)*|[^\s]/gu;

/** The settings that tell the two kinds apart. */
interface Kind {
  readonly type: "character" | "word";
  readonly lowercase: boolean;
  readonly most: number;
  readonly minCount: number;
}

class VocabularyTokenizer extends Tokenizer {
  readonly #kind: Kind;
  #tokens: readonly string[] = [];
  #index = new Map<string, number>();

  constructor(where: string, special: readonly string[], kind: Kind) {
    super(where, special);
    this.#kind = kind;
  }

  get vocabularySize(): number {
    return this.special.length + this.#tokens.length;
  }

  fit(texts: Texts): this {
    const { type, minCount, most } = this.#kind;
    const counts = new Map<string, number>();
    for (const text of eachText(`${type} tokenizer: fit`, texts))
      for (const part of this.#split(text)) counts.set(part, (counts.get(part) ?? 0) + 1);
    // The commonest first; what is equally common in the order of code units, so that the order of texts is free.
    const order = [...counts].filter(([, count]) => count >= minCount);
    order.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return this.take(order.slice(0, Math.max(0, most - this.special.length)).map(([token]) => token));
  }

  /** Takes a vocabulary that was learnt before. */
  take(tokens: readonly string[]): this {
    this.#tokens = tokens;
    this.#index = indexOfTokens(tokens, this.special.length)!;
    return this;
  }

  encode(text: string): Int32Array {
    const where = `${this.#kind.type} tokenizer: encode`;
    const other = this.special.indexOf(unknown);
    const numbers: number[] = [];
    for (const part of this.#split(checkText(where, text))) {
      const token = this.#index.get(part) ?? other;
      if (token < 0)
        throw new ArgumentError(
          `${where}: ${JSON.stringify(part)} is not in the vocabulary; fit it, or name "${unknown}" among special.`,
        );
      numbers.push(token);
    }
    return Int32Array.from(numbers);
  }

  protected join(tokens: readonly number[]): string {
    return tokens.map((token) => this.#tokens[token - this.special.length]!).join(this.separator);
  }

  protected override get separator(): string {
    return this.#kind.type === "word" ? " " : "";
  }

  toJSON(): TokenizerJson {
    const { type, lowercase } = this.#kind;
    return { type, special: this.special, ...(type === "word" && { lowercase }), tokens: this.#tokens };
  }

  #split(text: string): Iterable<string> {
    if (this.#kind.type === "character") return text;
    return (this.#kind.lowercase ? text.toLowerCase() : text).match(words) ?? [];
  }
}

/**
 * A tokenizer of characters: the code points of Unicode, the commonest first. What `fit` has not seen becomes
 * "<unknown>".
 *
 * @throws ArgumentError for other options
 *
 * @example
 * const tokenizer = characterTokenizer().fit("hello");
 * [...tokenizer.encode("hole")]; // [4, 5, 2, 3]
 * tokenizer.decode([4, 3, 2, 2, 5]); // "hello"
 */
export function characterTokenizer(options: CharacterTokenizerOptions = {}): Tokenizer {
  checkOptions("characterTokenizer", options, names);
  return made("characterTokenizer", options, "character", false);
}

/**
 * A tokenizer of words: runs of letters and digits (with apostrophes and hyphens inside), and each other visible
 * character by itself; the commonest first. `decode` puts a blank between them.
 *
 * @throws ArgumentError for other options
 *
 * @example
 * const tokenizer = wordTokenizer().fit(["The cat sat.", "The dog sat."]);
 * [...tokenizer.encode("The bird sat.")]; // [4, 1, 3, 2]
 * tokenizer.decode(tokenizer.encode("The dog sat.")); // "the dog sat ."
 */
export function wordTokenizer(options: WordTokenizerOptions = {}): Tokenizer {
  checkOptions("wordTokenizer", options, [...names, "lowercase"]);
  const lowercase = checkFlag("wordTokenizer", "lowercase", options.lowercase ?? true);
  return made("wordTokenizer", options, "word", lowercase);
}

function made(where: string, options: CharacterTokenizerOptions, type: Kind["type"], lowercase: boolean): Tokenizer {
  const { special = ["<pad>", unknown], vocabularySize = mostTokens, minCount = 1 } = options;
  const most = Math.min(mostTokens, checkCount(where, "vocabularySize", vocabularySize));
  return new VocabularyTokenizer(where, special, {
    ...{ type, lowercase, most },
    minCount: checkCount(where, "minCount", minCount),
  });
}

/** A tokenizer of characters or words from its JSON. Throws FileError for JSON that is damaged. */
export function vocabularyTokenizerFromJSON(value: unknown, type: Kind["type"]): Tokenizer {
  const { json, fail } = checkJson(value, type);
  const { special, lowercase = false } = json;
  const list = json["tokens"];
  if (!isTexts(list) || !indexOfTokens(list, 0)) fail("its tokens are no list of different texts");
  if (typeof lowercase !== "boolean") fail("lowercase is not true or false");
  const kind = { type, lowercase: lowercase === true, most: mostTokens, minCount: 1 };
  return new VocabularyTokenizer("tokenizerFromJSON", special, kind).take([...(list as readonly string[])]);
}
