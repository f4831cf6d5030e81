// What the bot learns to pass over, and what it learns not to know: words that nobody knows.
import type { Language } from "../part.ts";
import { randomNumbers } from "../text/windows.ts";
import { type QuestionPair, topics } from "./topics.ts";

const letters: Readonly<Record<Language, string>> = {
  en: "abcdefghiklmnoprstuvwy",
  ru: "абвгдежзиклмнопрстуфхцчшыьюя",
};

const languageOf = (text: string): Language => (/[а-яё]/i.test(text) ? "ru" : "en");

/**
 * Words that do not exist: of random letters, and of parts of words of the questions and answers, so that no part of a
 * word alone tells what is asked about.
 */
export class StrangeWords {
  readonly #all: ReadonlySet<string>;
  readonly #known: Readonly<Record<Language, string[]>> = { en: [], ru: [] };
  readonly #random: () => number;

  constructor(pairs: readonly QuestionPair[], seed: number) {
    this.#random = randomNumbers(seed);
    this.#all = new Set(pairs.flat().flatMap((text) => text.toLowerCase().match(/\p{L}{4,}/gu) ?? []));
    for (const word of this.#all) this.#known[languageOf(word)].push(word);
  }

  /** One of a list. */
  any<T>(list: ArrayLike<T>): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  #one(language: Language): string {
    const known = this.#known[language];
    if (known.length === 0 || this.#random() < 0.5) {
      const length = 1 + Math.floor(8 * this.#random());
      return Array.from({ length }, () => this.any(letters[language])).join("");
    }
    const part = (): string => {
      const word = this.any(known);
      const start = Math.floor((word.length - 1) * this.#random());
      return word.slice(start, start + 2 + Math.floor(4 * this.#random()));
    };
    const word = Array.from({ length: 1 + Math.floor(3 * this.#random()) }, part).join("");
    return this.#all.has(word) ? `${word}${part()}` : word;
  }

  /** From `least` to `most` words. */
  draw(language: Language, least: number, most: number): string[] {
    const count = least + Math.floor((most - least + 1) * this.#random());
    return Array.from({ length: count }, () => this.#one(language));
  }
}

/**
 * Questions with other words around them: whoever asks otherwise than the examples do uses words of which the bot knows
 * nothing. So each question is also shown with a few strange words before and after it.
 */
export const withNoise = (pairs: readonly QuestionPair[], words: StrangeWords): QuestionPair[] =>
  pairs.map(([question, answer]) => {
    const language = languageOf(answer);
    return [[...words.draw(language, 0, 4), question, ...words.draw(language, 0, 4)].join(" "), answer];
  });

const articles = /^(a|an|the|of|by)$/;

/** Names of things that do not exist, `count` in each language: those of topics, with strange words for their own. */
export function strangeThings(words: StrangeWords, count: number): Record<Language, string[]> {
  const names = (language: Language): string[] =>
    Array.from({ length: count }, () => {
      const name = words.any(words.any(topics).names[language]);
      return name.replace(/\S+/gu, (word) => (articles.test(word) ? word : words.draw(language, 1, 1)[0]!));
    });
  return { en: names("en"), ru: names("ru") };
}
