// The baseline of language models: the next letter by counts of the few letters before it.
import { inTurns } from "../in-turns.ts";

/** What has been seen after a context: the letters with their counts. */
type Followers = Map<string, number>;

/**
 * A model of letters by counts, smoothed as Witten and Bell (1991) do: with n letters seen after a context h, of
 * which u are different,
 *
 *     P(c | h) = (count(h, c) + u · P(c | h without its first letter)) / (n + u)
 *
 * down to the empty context, below which all letters of the vocabulary are equally likely.
 */
export class NGram {
  readonly order: number;
  readonly #followers = new Map<string, Followers>();
  readonly #totals = new Map<string, number>();
  readonly #letters: number;

  /**
   * @param order the number of letters in a gram: 5 looks at the four letters before
   * @param vocabularySize the number of letters that may come
   */
  constructor(order: number, vocabularySize: number) {
    this.order = order;
    this.#letters = vocabularySize;
  }

  /** Counts the letters of a text, too. */
  async fit(text: string): Promise<this> {
    const letters = [...text];
    await inTurns(letters.length, (i) => {
      for (let length = 0; length < this.order && length <= i; length++) {
        const context = letters.slice(i - length, i).join("");
        let seen = this.#followers.get(context);
        if (!seen) this.#followers.set(context, (seen = new Map()));
        seen.set(letters[i]!, (seen.get(letters[i]!) ?? 0) + 1);
        this.#totals.set(context, (this.#totals.get(context) ?? 0) + 1);
      }
    });
    return this;
  }

  /** The probability of a letter after a context. */
  probability(context: readonly string[], letter: string): number {
    let p = 1 / this.#letters;
    for (let length = 0; length < this.order && length <= context.length; length++) {
      const key = context.slice(context.length - length).join("");
      const seen = this.#followers.get(key);
      if (!seen) break;
      const total = this.#totals.get(key)!;
      p = ((seen.get(letter) ?? 0) + seen.size * p) / (total + seen.size);
    }
    return p;
  }

  /** The mean of −log₂ P over the letters of a text. */
  async bitsPerLetter(text: string): Promise<number> {
    const letters = [...text];
    let bits = 0;
    await inTurns(letters.length, (i) => {
      bits -= Math.log2(this.probability(letters.slice(Math.max(0, i - this.order + 1), i), letters[i]!));
    });
    return bits / letters.length;
  }
}
