// What all tokenizers have in common: numbers for pieces of text, and special tokens.
import { ArgumentError, FileError } from "../../errors.ts";
import { checkFlag, checkName, checkOptions, describe } from "../../options.ts";

/** A text, or several. */
export type Texts = string | Iterable<string>;

/** The options of `decode`. */
export interface DecodeOptions {
  /** Leaves special tokens out. Default: true. */
  readonly skipSpecial?: boolean;
}

/** A tokenizer as JSON holds it. */
export interface TokenizerJson {
  readonly type: "character" | "word" | "bytePair";
  readonly special: readonly string[];
  readonly [key: string]: unknown;
}

/** The greatest number of tokens. */
export const mostTokens = 2 ** 20;

/**
 * Turns texts into numbers, and back. Token numbers begin with the special tokens, which stand for no text: padding
 * (0), the unknown, a beginning, an end.
 */
export abstract class Tokenizer {
  /** The special tokens, in the order of their numbers. */
  readonly special: readonly string[];

  protected constructor(where: string, special: readonly string[]) {
    if (!Array.isArray(special))
      throw new ArgumentError(`${where}: expected special to be a list of names, got ${describe(special)}.`);
    for (const name of special) checkName(`${where}: special`, name);
    if (new Set(special).size < special.length)
      throw new ArgumentError(`${where}: expected special tokens of different names, got ${special.join(", ")}.`);
    this.special = [...special];
  }

  /** The number of tokens: one more than the greatest number that `encode` gives. */
  abstract readonly vocabularySize: number;

  /** Learns the vocabulary of texts, in place of the one before. The same texts give the same vocabulary. */
  abstract fit(texts: Texts): this;

  /** The numbers of the tokens of a text. Special tokens come from {@link Tokenizer.id} only, never from a text. */
  abstract encode(text: string): Int32Array;

  /** What `JSON.stringify` writes; {@link tokenizerFromJSON} reads it. */
  abstract toJSON(): TokenizerJson;

  /** The text of tokens that are not special. */
  protected abstract join(tokens: readonly number[]): string;

  /**
   * The number of a special token.
   *
   * @throws ArgumentError if there is none of this name
   */
  id(special: string): number {
    const found = this.special.indexOf(special);
    if (found >= 0) return found;
    throw new ArgumentError(
      `id: expected one of the special tokens ${this.special.join(", ")}, got ${describe(special)}.`,
    );
  }

  /**
   * The text of token numbers.
   *
   * @throws ArgumentError for a number that is no token's
   */
  decode(tokens: ArrayLike<number>, options: DecodeOptions = {}): string {
    checkOptions("decode", options, ["skipSpecial"]);
    const skips = checkFlag("decode", "skipSpecial", options.skipSpecial ?? true);
    const [parts, run]: [string[], number[]] = [[], []];
    const flush = (): void => {
      if (run.length > 0) parts.push(this.join(run.splice(0)));
    };
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (!Number.isInteger(token) || token < 0 || token >= this.vocabularySize)
        throw new ArgumentError(
          `decode: expected token numbers from 0 to ${this.vocabularySize - 1}, got ${describe(token)} at ${i}.`,
        );
      if (token >= this.special.length) run.push(token);
      else if (!skips) {
        flush();
        parts.push(this.special[token]!);
      }
    }
    flush();
    return parts.join(this.separator);
  }

  /** What stands between two tokens in a decoded text. */
  protected get separator(): string {
    return "";
  }
}

/** Each text once. Throws {@link ArgumentError} for anything else. */
export function* eachText(where: string, texts: Texts): Generator<string> {
  if (typeof texts === "string") {
    yield texts;
    return;
  }
  if (typeof texts !== "object" || texts === null || !(Symbol.iterator in texts))
    throw new ArgumentError(`${where}: expected a text or a list of texts, got ${describe(texts)}.`);
  for (const text of texts) yield checkText(where, text);
}

export function checkText(where: string, text: unknown): string {
  if (typeof text === "string") return text;
  throw new ArgumentError(`${where}: expected a text, got ${describe(text)}.`);
}

/** The parts of a tokenizer's JSON, checked; `fail` throws {@link FileError}. */
export function checkJson(
  json: unknown,
  type: TokenizerJson["type"],
): { json: TokenizerJson; fail: (what: string) => never } {
  const fail = (what: string): never => {
    throw new FileError(`the JSON of a tokenizer is damaged: ${what}.`);
  };
  if (typeof json !== "object" || json === null || Array.isArray(json)) return fail(`it is ${describe(json)}`);
  const { type: found, special } = json as TokenizerJson;
  if (found !== type) return fail(`its type is ${describe(found)}, expected ${type}`);
  if (!isTexts(special) || new Set(special).size < special.length)
    return fail("its special tokens are no list of names");
  return { json: json as TokenizerJson, fail };
}

export const isTexts = (list: unknown): list is readonly string[] =>
  Array.isArray(list) && list.length <= mostTokens && list.every((text) => typeof text === "string");

/** The tokens of a list by text; undefined if one is there twice. */
export function indexOfTokens(tokens: readonly string[], first: number): Map<string, number> | undefined {
  const index = new Map(tokens.map((token, i) => [token, first + i]));
  return index.size === tokens.length ? index : undefined;
}
