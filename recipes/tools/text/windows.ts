// Windows of a long sequence of tokens: what a language model sees, and the same one token later.
import { FileError } from "nabla";
import { Dataset } from "nabla/data";

/**
 * Windows of `length` tokens, one after another, with the token that follows each of theirs as targets.
 *
 * @throws FileError for tokens too few to make one window
 */
export function languageWindows(tokens: Int32Array, length: number, name: string): Dataset {
  const count = Math.floor((tokens.length - 1) / length);
  if (count < 1)
    throw new FileError(
      `"${name}": expected at least ${length + 1} pieces of text to learn from and as many to test with, got ` +
        `${tokens.length}: give a text that is longer, or that repeats itself less.`,
    );
  return Dataset.from({
    inputs: { data: tokens.slice(0, count * length), shape: [count, length] },
    targets: { data: tokens.slice(1, count * length + 1), shape: [count, length] },
    name,
  });
}

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Batches of windows that begin anywhere, others in each epoch: for `fit`. */
export function randomWindows(
  tokens: Int32Array,
  { length, batchSize, steps, seed }: { length: number; batchSize: number; steps: number; seed: number },
) {
  return function* (epoch: number) {
    const random = randomNumbers(1000 * seed + epoch);
    for (let step = 0; step < steps; step++) {
      const [x, y] = [new Int32Array(batchSize * length), new Int32Array(batchSize * length)];
      for (let i = 0; i < batchSize; i++) {
        const start = Math.floor(random() * (tokens.length - length));
        x.set(tokens.subarray(start, start + length), i * length);
        y.set(tokens.subarray(start + 1, start + length + 1), i * length);
      }
      const shape = [batchSize, length];
      yield [
        { data: x, shape },
        { data: y, shape },
      ] as const;
    }
  };
}
