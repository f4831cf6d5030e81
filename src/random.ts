// Counter-based random bits on the host: Threefry-2x32 with 20 rounds, and shuffles that use it.
import { ArgumentError } from "./errors.ts";

const [even, odd] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];
/** The rotation of each of Threefry's twenty rounds, and the word that its third key word is made with. */
export const rotations: readonly number[] = [even, odd, even, odd, even].flat();
export const parity = 0x1bd11bda;

/**
 * Writes the block of counter (c0, c1) under the key (k0, k1) to `out[at]` and `out[at + 1]`:
 * twenty rounds of add, rotate and xor, with a key word added after every fourth.
 */
function writeBlock(out: Uint32Array, at: number, k0: number, k1: number, c0: number, c1: number): void {
  const k2 = parity ^ k0 ^ k1;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < rotations.length; round++) {
    const turn = rotations[round]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << turn) | (x1 >>> (32 - turn))) ^ x0;
    if ((round & 3) !== 3) continue;
    const injection = (round >> 2) + 1;
    const phase = injection % 3;
    x0 = (x0 + (phase === 0 ? k0 : phase === 1 ? k1 : k2)) | 0;
    x1 = (x1 + (phase === 0 ? k1 : phase === 1 ? k2 : k0) + injection) | 0;
  }
  out[at] = x0;
  out[at + 1] = x1;
}

/**
 * Threefry-2x32-20: 64 random bits that depend only on the key (k0, k1) and the counter (c0, c1), as two integers in
 * [0, 2³²). Only the low 32 bits of each argument are used.
 *
 * Source: Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
 *
 * @example
 * threefry2x32(0, 0, 0, 0); // [0x6b200159, 0x99ba4efe]
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number): [number, number] {
  const out = new Uint32Array(2);
  writeBlock(out, 0, k0, k1, c0, c1);
  return [out[0]!, out[1]!];
}

/**
 * Fills `out` with the blocks of the counters (first, c1), (first + 1, c1), …, two words each, without allocating.
 * `out.length` must be even: throws {@link ArgumentError} otherwise.
 *
 * @example
 * const bits = new Uint32Array(4);
 * fillThreefry2x32(bits, 0, 0); // [...threefry2x32(0, 0, 0, 0), ...threefry2x32(0, 0, 1, 0)]
 */
export function fillThreefry2x32(out: Uint32Array, k0: number, k1: number, first = 0, c1 = 0): void {
  if (out.length % 2 !== 0)
    throw new ArgumentError(`fillThreefry2x32: expected an array of even length, got ${out.length}.`);
  for (let at = 0; at < out.length; at += 2) writeBlock(out, at, k0, k1, first + at / 2, c1);
}

/**
 * The key (high word, low word) of a seed, which is an integer within ±2⁵³. Different seeds give different keys.
 * Throws {@link ArgumentError} for any other seed.
 */
export function seedKey(seed: number): [number, number] {
  if (!Number.isSafeInteger(seed))
    throw new ArgumentError(`expected a seed that is an integer within ±2^53, got ${String(seed)}.`);
  return [Math.floor(seed / 2 ** 32) >>> 0, seed >>> 0];
}

/** A stream of random integers: the same seed and stream number give the same integers everywhere. */
export interface HostRandom {
  /** The next 32 random bits, as an integer in [0, 2³²). */
  uint32(): number;
  /** A uniformly distributed integer in [0, n); n from 1 to 2³². */
  below(n: number): number;
}

/**
 * Random numbers for work on the host (shuffling, splitting). `stream`, an integer in [0, 2³²), selects one of the
 * independent streams of a seed, such as the epochs of a training run.
 *
 * Throws {@link ArgumentError} for a seed, stream or bound that is out of range.
 *
 * @example
 * const random = hostRandom(1);
 * const die = 1 + random.below(6);
 */
export function hostRandom(seed: number, stream = 0): HostRandom {
  const [k0, k1] = seedKey(seed);
  if (!Number.isInteger(stream) || stream < 0 || stream >= 2 ** 32) {
    throw new ArgumentError(
      `expected a stream of random numbers that is an integer from 0 to 2^32 - 1, got ${String(stream)}.`,
    );
  }
  const words = new Uint32Array(512);
  let next = words.length;
  let block = 0;
  const uint32 = (): number => {
    if (next === words.length) {
      fillThreefry2x32(words, k0, k1, block, stream);
      block += words.length / 2;
      next = 0;
    }
    return words[next++]!;
  };
  const below = (n: number): number => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) {
      throw new ArgumentError(`below: expected a bound that is an integer from 1 to 2^32, got ${String(n)}.`);
    }
    // Words from the last multiple of n on are rejected: they would make small remainders more likely.
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % n;
  };
  return { uint32, below };
}

/**
 * The numbers 0 … n − 1 in random order, each of the n! orders equally likely as far as the seed's 64 bits allow
 * (Fisher & Yates 1938, in Durstenfeld's form of 1964). The same n, seed and stream give the same order everywhere.
 *
 * Throws {@link ArgumentError} unless n is an integer in [0, 2³¹).
 *
 * @example
 * permutation(5, 1); // Int32Array of 0, 1, 2, 3, 4 in an order that seed 1 always gives
 */
export function permutation(n: number, seed: number, stream = 0): Int32Array {
  if (!Number.isInteger(n) || n < 0 || n >= 2 ** 31) {
    throw new ArgumentError(`permutation: expected n to be an integer from 0 to 2^31 - 1, got ${String(n)}.`);
  }
  const random = hostRandom(seed, stream);
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}
