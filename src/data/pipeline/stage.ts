// The stages of a pipeline: each gives its elements anew for every epoch, in blocks, and at an index where it can.
import { permutation } from "../../random.ts";

/** Elements one after another. */
export interface Stage<T> {
  /** The number of elements of an epoch; null if only the end tells. */
  readonly size: number | null;
  /** The elements of an epoch, a few at a time. */
  blocks(epoch: number): AsyncIterable<readonly T[]>;
  /** The element at an index, where elements can be had in any order; else null. */
  readonly at: ((index: number, epoch: number) => T | Promise<T>) | null;
}

/** A stage whose elements can be had in any order. */
export interface IndexedStage<T> extends Stage<T> {
  readonly size: number;
  readonly at: (index: number, epoch: number) => T | Promise<T>;
}

export const isIndexed = <T>(stage: Stage<T>): stage is IndexedStage<T> => stage.at !== null && stage.size !== null;

/** As many elements are made at a time. */
const blockSize = 64;

/** A stage of elements that can be had in any order. */
export function indexed<T>(size: number, at: (index: number, epoch: number) => T | Promise<T>): IndexedStage<T> {
  return {
    size,
    at,
    async *blocks(epoch) {
      for (let from = 0; from < size; from += blockSize) {
        const length = Math.min(blockSize, size - from);
        yield await settled(Array.from({ length }, (_, i) => at(from + i, epoch)));
      }
    },
  };
}

/** Waits for what must be waited for. */
async function settled<T>(values: readonly (T | Promise<T>)[]): Promise<readonly T[]> {
  return values.some((value) => value instanceof Promise) ? Promise.all(values) : (values as readonly T[]);
}

/** A stage that begins anew with each epoch and only goes forward. */
export const streamed = <T>(size: number | null, blocks: Stage<T>["blocks"]): Stage<T> => ({ size, blocks, at: null });

/** A list as a stage. */
export const listed = <T>(list: readonly T[]): IndexedStage<T> => indexed(list.length, (i) => list[i]!);

/** What a function makes of each element and its index in the epoch. */
export function mapped<T, U>(
  stage: Stage<T>,
  f: (element: T, index: number, epoch: number) => U | Promise<U>,
): Stage<U> {
  if (isIndexed(stage))
    return indexed(stage.size, (i, epoch) => {
      const element = stage.at(i, epoch);
      return element instanceof Promise ? element.then((value) => f(value, i, epoch)) : f(element, i, epoch);
    });
  return streamed(stage.size, async function* (epoch) {
    let index = 0;
    for await (const block of stage.blocks(epoch)) {
      const first = index;
      index += block.length;
      yield await settled(block.map((element, i) => f(element, first + i, epoch)));
    }
  });
}

/** The elements for which a function says true. */
export function filtered<T>(
  stage: Stage<T>,
  keeps: (element: T, index: number) => boolean | Promise<boolean>,
): Stage<T> {
  return streamed(null, async function* (epoch) {
    let index = 0;
    for await (const block of stage.blocks(epoch)) {
      const isKept = await settled(block.map((element) => keeps(element, index++)));
      const kept = block.filter((_, i) => isKept[i]);
      if (kept.length > 0) yield kept;
    }
  });
}

/** The elements at some indices, in their order. */
export const chosen = <T>(stage: IndexedStage<T>, rows: ArrayLike<number>): IndexedStage<T> =>
  indexed(rows.length, (i, epoch) => stage.at(rows[i]!, epoch));

/** Elements `start` to `end` − 1. */
export function cutStage<T>(stage: Stage<T>, start: number, end: number): Stage<T> {
  const size = stage.size === null ? null : Math.max(0, Math.min(end, stage.size) - start);
  if (isIndexed(stage)) return indexed(size!, (i, epoch) => stage.at(start + i, epoch));
  return streamed(size, async function* (epoch) {
    let index = 0;
    if (end <= start) return;
    for await (const block of stage.blocks(epoch)) {
      const kept = block.slice(Math.max(0, start - index), Math.max(0, end - index));
      index += block.length;
      if (kept.length > 0) yield kept;
      if (index >= end) return;
    }
  });
}

/** All elements of one stage after the other. */
export function joined<T>(stages: readonly Stage<T>[]): Stage<T> {
  const sizes = stages.map(({ size }) => size);
  const size = sizes.some((own) => own === null) ? null : sizes.reduce<number>((sum, own) => sum + own!, 0);
  const all = stages.filter(isIndexed);
  if (size !== null && all.length === stages.length)
    return indexed(size, (i, epoch) => {
      let index = i;
      const stage = all.find((own) => index < own.size || void (index -= own.size))!;
      return stage.at(index, epoch);
    });
  return streamed(size, async function* (epoch) {
    for (const stage of stages) yield* stage.blocks(epoch);
  });
}

/** The i-th elements of several stages together, as far as all have one. */
export function zipped(stages: readonly Stage<unknown>[], join: (parts: unknown[]) => unknown): Stage<unknown> {
  const known = stages.map(({ size }) => size).filter((size) => size !== null);
  const size = known.length === stages.length ? Math.min(...known) : null;
  const all = stages.filter(isIndexed);
  if (size !== null && all.length === stages.length)
    return indexed(size, (i, epoch) => {
      const parts = all.map((stage) => stage.at(i, epoch));
      return parts.some((part) => part instanceof Promise) ? Promise.all(parts).then(join) : join(parts);
    });
  return streamed(size, async function* (epoch) {
    const iterators = stages.map((stage) => singly(stage.blocks(epoch)));
    try {
      for (;;) {
        const parts: unknown[] = [];
        for (const iterator of iterators) {
          const { done, value } = await iterator.next();
          if (done) return;
          parts.push(value);
        }
        yield [join(parts)];
      }
    } finally {
      for (const iterator of iterators) await iterator.return(undefined);
    }
  });
}

/** Elements one at a time. */
export async function* singly<T>(blocks: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const block of blocks) yield* block;
}

/** Groups of `size` elements; the last one has those that are left, unless it is dropped. */
export function grouped<T, U>(
  stage: Stage<T>,
  size: number,
  dropsRest: boolean,
  join: (group: readonly T[]) => U,
): Stage<U> {
  const count = stage.size === null ? null : (dropsRest ? Math.floor : Math.ceil)(stage.size / size);
  if (isIndexed(stage))
    return {
      ...indexed(count!, async (i, epoch) => {
        const length = Math.min(size, stage.size - i * size);
        return join(await settled(Array.from({ length }, (_, k) => stage.at(i * size + k, epoch))));
      }),
      blocks: (epoch) => groups(stage.blocks(epoch), size, dropsRest, join),
    };
  return streamed(count, (epoch) => groups(stage.blocks(epoch), size, dropsRest, join));
}

async function* groups<T, U>(
  blocks: AsyncIterable<readonly T[]>,
  size: number,
  dropsRest: boolean,
  join: (group: readonly T[]) => U,
): AsyncGenerator<readonly U[]> {
  let group: T[] = [];
  for await (const block of blocks)
    for (const element of block) {
      group.push(element);
      if (group.length < size) continue;
      yield [join(group)];
      group = [];
    }
  if (group.length > 0 && !dropsRest) yield [join(group)];
}

/** Keeps the elements of the first whole epoch, and gives them again in all others. */
export function cached<T>(stage: Stage<T>): Stage<T> {
  if (isIndexed(stage)) {
    const kept = new Map<number, T | Promise<T>>();
    return indexed(stage.size, (i, epoch) => {
      if (!kept.has(i)) kept.set(i, stage.at(i, epoch));
      return kept.get(i)!;
    });
  }
  let all: (readonly T[])[] | null = null;
  return streamed(stage.size, async function* (epoch) {
    if (all) return yield* all;
    const seen: (readonly T[])[] = [];
    for await (const block of stage.blocks(epoch)) {
      seen.push(block);
      yield block;
    }
    all = seen;
  });
}

/** Makes `count` blocks ahead of the one that is worked on, so that reading and training go on side by side. */
export function ahead<T>(stage: Stage<T>, count: number): Stage<T> {
  const blocks = async function* (epoch: number): AsyncGenerator<readonly T[]> {
    const iterator = stage.blocks(epoch)[Symbol.asyncIterator]();
    const due: Promise<IteratorResult<readonly T[]>>[] = [];
    const ask = (): void => {
      const next = iterator.next();
      // A failure is told when its turn comes.
      next.catch(() => undefined);
      due.push(next);
    };
    try {
      for (let i = 0; i < count; i++) ask();
      for (;;) {
        ask();
        const { done, value } = await due.shift()!;
        if (done) return;
        yield value;
      }
    } finally {
      await Promise.allSettled(due);
      await iterator.return?.();
    }
  };
  return { ...stage, blocks };
}

/** All elements in another order in each epoch. */
export function reordered<T>(stage: IndexedStage<T>, seed: number): Stage<T> {
  let last: { epoch: number; order: Int32Array } | null = null;
  return indexed(stage.size, (i, epoch) => {
    if (last?.epoch !== epoch) last = { epoch, order: permutation(stage.size, seed, epoch) };
    return stage.at(last.order[i]!, epoch);
  });
}
