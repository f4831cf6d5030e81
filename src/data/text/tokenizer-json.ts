// A tokenizer from its JSON.
import { FileError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { bytePairTokenizerFromJSON } from "./byte-pair-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { vocabularyTokenizerFromJSON } from "./vocabulary-tokenizer.ts";

/**
 * The tokenizer that `JSON.stringify(tokenizer)` wrote, from the text or from what `JSON.parse` made of it.
 *
 * @throws FileError for JSON that is damaged or of something else
 *
 * @example
 * const saved = JSON.stringify(wordTokenizer().fit("to be or not to be"));
 * [...tokenizerFromJSON(saved).encode("to be")]; // [3, 2]
 */
export function tokenizerFromJSON(json: unknown): Tokenizer {
  let value = json;
  try {
    if (typeof json === "string") value = JSON.parse(json);
  } catch (error) {
    throw new FileError(`the JSON of a tokenizer is damaged: it is no JSON.`, { cause: error });
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (type === "character" || type === "word") return vocabularyTokenizerFromJSON(value, type);
  if (type === "bytePair") return bytePairTokenizerFromJSON(value);
  throw new FileError(
    `the JSON of a tokenizer is damaged: its type is ${describe(type)}, expected character, word or bytePair.`,
  );
}
