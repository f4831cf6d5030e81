// Random numbers for one element of a data set, which depend on seed, epoch and index only.
import { ArgumentError } from "../../errors.ts";
import { seedKey, threefry2x32 } from "../../random.ts";

/**
 * Random numbers for one element, drawn one after another: by Threefry, the same everywhere. `Pipeline.augment` gives
 * one to its function.
 *
 * @example
 * const random = new ElementRandom(1, 0, 5); // seed 1, epoch 0, element 5
 * const angle = random.uniform(-10, 10);
 * const isFlipped = random.chance(0.5);
 */
export class ElementRandom {
  readonly #key: readonly [number, number];
  readonly #index: number;
  #drawn = 0;

  /** The numbers of the element at `index` in an epoch. */
  constructor(seed: number, epoch: number, index: number) {
    const [k0, k1] = seedKey(seed);
    this.#key = threefry2x32(k0, k1, epoch, 0x6175676d);
    this.#index = index;
  }

  /** 32 random bits. */
  #bits(): number {
    return threefry2x32(this.#key[0], this.#key[1], this.#index, this.#drawn++)[0];
  }

  /** A number in [low, high), uniformly distributed: a multiple of (high − low) / 2³² above `low`. */
  uniform(low = 0, high = 1): number {
    return low + (this.#bits() / 2 ** 32) * (high - low);
  }

  /** An integer in [0, n). */
  below(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new ArgumentError(`below: expected a bound that is an integer from 1 to 2^32, got ${String(n)}.`);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.#bits();
    while (word >= limit) word = this.#bits();
    return word % n;
  }

  /** True with the probability `p`. */
  chance(p = 0.5): boolean {
    return this.uniform() < p;
  }

  /** A number of the normal distribution (Box & Muller 1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
