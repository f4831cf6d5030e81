// Gives each class as many elements, by repeating or leaving out.
import { ArgumentError } from "../../errors.ts";
import { checkChoice, checkOptions } from "../../options.ts";
import { hostRandom, permutation } from "../../random.ts";
import type { Key } from "../table/deal-rows.ts";
import { type Stage, streamed } from "./stage.ts";

/** How classes are balanced. */
export interface BalanceOptions {
  /** "oversample" repeats elements of the smaller classes, "undersample" leaves out those of the larger ones. */
  readonly by?: "oversample" | "undersample";
  /** Default 0. */
  readonly seed?: number;
}

/**
 * Of the n elements of a class, the j-th comes ⌊((j + 1) · m + r) / n⌋ − ⌊(j · m + r) / n⌋ times, where m is the size
 * of the largest or smallest class and r a random integer below n for each epoch: m times in all.
 *
 * @throws ArgumentError for unknown options
 */
export function balanced<T>(stage: Stage<T>, classOf: (element: T) => Key, options: BalanceOptions): Stage<T> {
  checkOptions("balance", options, ["by", "seed"]);
  const { by = "oversample", seed = 0 } = options;
  checkChoice("balance", "by", by, ["oversample", "undersample"]);
  permutation(0, seed);
  let counts: Promise<Map<Key, number>> | null = null;
  return streamed(null, async function* (epoch) {
    const sizes = await (counts ??= countClasses(stage, classOf));
    const target = [...sizes.values()].reduce((a, b) => (by === "oversample" ? Math.max(a, b) : Math.min(a, b)));
    const random = hostRandom(seed, epoch);
    const starts = new Map([...sizes].map(([key, size]) => [key, random.below(size)]));
    const seen = new Map<Key, number>();
    for await (const block of stage.blocks(epoch)) {
      const out: T[] = [];
      for (const element of block) {
        const key = classOf(element);
        const size = sizes.get(key) ?? target;
        const j = seen.get(key) ?? 0;
        seen.set(key, j + 1);
        const upTo = (k: number): number => Math.floor((k * target + (starts.get(key) ?? 0)) / size);
        for (let copies = upTo(j + 1) - upTo(j); copies > 0; copies--) out.push(element);
      }
      if (out.length > 0) yield out;
    }
  });
}

async function countClasses<T>(stage: Stage<T>, classOf: (element: T) => Key): Promise<Map<Key, number>> {
  const counts = new Map<Key, number>();
  for await (const block of stage.blocks(0))
    for (const element of block) {
      const key = classOf(element);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (counts.size > 2 ** 16)
        throw new ArgumentError("balance: expected a function that tells the class, got more than 65536 classes.");
    }
  if (counts.size === 0) throw new ArgumentError("balance: expected at least one element, got none.");
  return counts;
}
