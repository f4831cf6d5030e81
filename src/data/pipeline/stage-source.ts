// The first stage of a pipeline: what a user gives that can be iterated.
import { ArgumentError } from "../../errors.ts";
import { describe } from "../../options.ts";
import { type Stage, streamed } from "./stage.ts";

const blockSize = 64;

/**
 * A stage of what can be iterated, or of what a function makes anew in each epoch. A generator can be iterated once.
 *
 * @throws ArgumentError for what cannot be iterated
 */
export function sourceStage(source: unknown): Stage<unknown> {
  if (typeof source === "function")
    return streamed(null, (epoch) => inBlocks((source as (epoch: number) => unknown)(epoch)));
  if (!canIterate(source)) throw notIterable(source);
  let isUsed = false;
  return streamed(null, async function* () {
    // A generator is its own iterator, and is used up when it has been iterated.
    const iterator = iteratorOf(source);
    if ((iterator as unknown) === source) {
      if (isUsed)
        throw new ArgumentError(
          "Pipeline: a generator is used up after one epoch; give the function that makes it: Pipeline.from(() => …).",
        );
      isUsed = true;
    }
    yield* blocksOf(iterator);
  });
}

const canIterate = (value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> =>
  typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);

const iteratorOf = (source: Iterable<unknown> | AsyncIterable<unknown>) =>
  Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();

const notIterable = (value: unknown): ArgumentError =>
  new ArgumentError(
    `Pipeline.from: expected a list, a Dataset, a Table, or a function that makes elements, got ${describe(value)}.`,
  );

async function* inBlocks(made: unknown): AsyncGenerator<readonly unknown[]> {
  if (!canIterate(made)) throw notIterable(made);
  yield* blocksOf(iteratorOf(made));
}

/** Elements in blocks; those of an asynchronous iterator come one by one, since others may be long in coming. */
async function* blocksOf(iterator: AsyncIterator<unknown> | Iterator<unknown>): AsyncGenerator<readonly unknown[]> {
  let block: unknown[] = [];
  let isDone = false;
  try {
    while (!isDone) {
      const next = iterator.next();
      const { done, value } = next instanceof Promise ? await next : next;
      isDone = done === true;
      if (!isDone) block.push(value);
      if (block.length === 0 || (!isDone && !(next instanceof Promise) && block.length < blockSize)) continue;
      yield block;
      block = [];
    }
  } finally {
    if (!isDone) await iterator.return?.();
  }
}
