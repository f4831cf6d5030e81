// Elements of data on their way to training: pure, seeded transformations, in memory or from a stream.
import { ArgumentError } from "../../errors.ts";
import { checkCount, checkFunction, checkOptions, describe } from "../../options.ts";
import { permutation } from "../../random.ts";
import { Dataset } from "../dataset.ts";
import { dealer, type Key } from "../table/deal-rows.ts";
import { type SplitIndices, splitIndices } from "../table/split-rows.ts";
import { Table, type Value } from "../table/table.ts";
import { type BalanceOptions, balanced } from "./balance.ts";
import { ElementRandom } from "./element-random.ts";
import { shuffledInWindow } from "./shuffle-window.ts";
import { type BatchOf, stackElements } from "./stack-elements.ts";
import {
  ahead,
  cached,
  chosen,
  cutStage,
  filtered,
  grouped,
  indexed,
  isIndexed,
  joined,
  listed,
  mapped,
  reordered,
  type Stage,
  singly,
  streamed,
  zipped,
} from "./stage.ts";
import { sourceStage } from "./stage-source.ts";

/** What a pipeline can begin with: a list, something that can be iterated, or a function that makes that anew. */
export type PipelineSource<T> =
  | readonly T[]
  | Iterable<T>
  | AsyncIterable<T>
  | ((epoch: number) => Iterable<T> | AsyncIterable<T>);

/** One example of a {@link Dataset}. */
export interface DatasetExample {
  readonly x: TypedPart;
  readonly y: TypedPart;
}

/** The numbers of one example, with their shape. */
export type TypedPart = Extract<Parameters<typeof Dataset.from>[0]["inputs"], { readonly data: unknown }>;

/** How a pipeline is split. */
export interface PipelineSplit<T> {
  /** Default 0. */
  readonly seed?: number;
  /** Elements for which this gives the same are shared out equally. */
  readonly stratify?: (element: T) => Key;
  /** Elements for which this gives the same stay in one part. */
  readonly group?: (element: T) => Key;
}

/**
 * A sequence of elements that is made anew, lazily, in each epoch. Every method gives a new pipeline.
 *
 * A pipeline whose elements can be had in any order (of a list, a {@link Table}, a {@link Dataset}) is shuffled and
 * split exactly; any other one is a stream, of which only a bounded part is in memory. Orders and random numbers follow
 * from seed, epoch and index only: `fit` takes a pipeline of batches, gives each epoch an order of its own, and resumes
 * it exactly. Iterating (`for await`) gives epoch 0; {@link Pipeline.epoch} gives any.
 *
 * @example
 * const pipeline = Pipeline.from([1, 2, 3, 4, 5]).map((i) => ({ x: [i, i * i], y: i % 2 }));
 * const batches = pipeline.shuffle({ seed: 1 }).batch(2);
 * batches.size; // 3
 * const [first] = await batches.toArray();
 * first.x.shape; // [2, 2]
 */
export class Pipeline<T> implements AsyncIterable<T> {
  readonly #stage: Stage<T>;

  /** Pipelines are made by {@link Pipeline.from}. */
  constructor(stage: Stage<T>) {
    this.#stage = stage;
  }

  /**
   * A pipeline of the examples `{ x, y }` of a {@link Dataset}, the rows of a {@link Table}, the elements of a list, or
   * what a function makes anew in each epoch.
   *
   * @throws ArgumentError for what cannot be iterated
   */
  static from(source: Dataset): Pipeline<DatasetExample>;
  static from(source: Table): Pipeline<Record<string, Value>>;
  static from<T>(source: PipelineSource<T>): Pipeline<T>;
  static from(source: unknown): Pipeline<unknown> {
    if (source instanceof Pipeline) return source;
    if (source instanceof Dataset) return new Pipeline(examplesOf(source));
    if (source instanceof Table) return new Pipeline(indexed(source.size, (i) => source.row(i)));
    if (Array.isArray(source)) return new Pipeline(listed(source));
    return new Pipeline(sourceStage(source));
  }

  /** The elements of several pipelines side by side: `[a, b]`, or by name. As many as the shortest one has. */
  static zip<P extends readonly Pipeline<unknown>[] | Readonly<Record<string, Pipeline<unknown>>>>(
    parts: P,
  ): Pipeline<{ -readonly [K in keyof P]: P[K] extends Pipeline<infer T> ? T : never }> {
    const entries = Object.entries(parts as Readonly<Record<string, unknown>>);
    const stages = entries.map(([name, part]) => {
      if (part instanceof Pipeline) return part.#stage as Stage<unknown>;
      throw new ArgumentError(`zip: expected a pipeline as ${name}, got ${describe(part)}.`);
    });
    if (stages.length === 0) throw new ArgumentError("zip: expected at least one pipeline, got none.");
    const join = (values: unknown[]): unknown =>
      Array.isArray(parts) ? values : Object.fromEntries(entries.map(([name], i) => [name, values[i]]));
    return new Pipeline(zipped(stages, join)) as Pipeline<never>;
  }

  /** The number of elements of an epoch; null if only the end tells. */
  get size(): number | null {
    return this.#stage.size;
  }

  /** The elements of an epoch, 0 being the first. */
  epoch(index: number): AsyncGenerator<T> {
    return singly(this.#stage.blocks(checkCount("epoch", "the index", index, 0)));
  }

  /** The elements of epoch 0. */
  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return this.epoch(0);
  }

  /** The elements of an epoch as a list. */
  async toArray(epoch = 0): Promise<T[]> {
    const all: T[] = [];
    for await (const element of this.epoch(epoch)) all.push(element);
    return all;
  }

  /** All elements `{ x, y }` of epoch 0 in memory. Throws {@link ArgumentError} if there are none. */
  async toDataset(name?: string): Promise<Dataset> {
    const all = (await this.toArray()) as { x: number; y: number }[];
    if (all.length === 0) throw new ArgumentError("toDataset: expected at least one element, got none.");
    const { x, y } = stackElements(all, "toDataset");
    if (x === undefined || y === undefined)
      throw new ArgumentError(`toDataset: expected elements { x, y }, got ${describe(all[0])}.`);
    return Dataset.from({ inputs: x, targets: y, name });
  }

  /** What a function makes of each element and of its index. It may return a promise. */
  map<U>(f: (element: T, index: number) => U | Promise<U>): Pipeline<U> {
    checkFunction("map", f);
    return new Pipeline(mapped(this.#stage, f));
  }

  /**
   * The elements for which a function says true, or promises it. What is left is a stream, since its size is not known.
   */
  filter(keeps: (element: T, index: number) => boolean | Promise<boolean>): Pipeline<T> {
    checkFunction("filter", keeps);
    return new Pipeline(filtered(this.#stage, keeps));
  }

  /**
   * What a function makes of each element with random numbers, which are others in each epoch:
   * `augment((image, random) => (random.chance() ? flip(image) : image))`.
   */
  augment<U>(
    f: (element: T, random: ElementRandom, index: number) => U | Promise<U>,
    { seed = 0 }: { readonly seed?: number } = {},
  ): Pipeline<U> {
    checkFunction("augment", f);
    return new Pipeline(
      mapped(this.#stage, (element, index, epoch) => f(element, new ElementRandom(seed, epoch, index), index)),
    );
  }

  /**
   * Another order in each epoch. Elements that can be had in any order come in one of all orders, each equally likely.
   * A stream is shuffled through a window of `window` elements (default 4096): the larger, the better and the more
   * memory it takes. A `window` that is given holds in both cases.
   *
   * @throws ArgumentError for options that are none, such as the bare number that `tf.data` takes
   */
  shuffle(options: { readonly seed?: number; readonly window?: number } = {}): Pipeline<T> {
    if (typeof options === "number")
      throw new ArgumentError(
        `shuffle: expected options, got ${options}; a window of so many elements is { window: ${options}, seed: 1 }.`,
      );
    checkOptions("shuffle", options, ["seed", "window"]);
    const { seed = 0, window } = options;
    permutation(0, seed);
    const stage = this.#stage;
    if (window === undefined && isIndexed(stage)) return new Pipeline(reordered(stage, seed));
    return new Pipeline(shuffledInWindow(stage, checkCount("shuffle", "window", window ?? 4096), seed));
  }

  /**
   * Batches of `size` elements, whose numbers lie along a new first axis: of `{ x: [1, 2], y: 0 }` comes
   * `{ x: [size, 2], y: [size] }`, which `fit` takes. The last one may be smaller, unless `dropRemainder` is true.
   *
   * Throws {@link ShapeError}, when a batch is made, for elements of different shapes.
   */
  batch(size: number, options: { readonly dropRemainder?: boolean } = {}): Pipeline<BatchOf<T>> {
    checkOptions("batch", options, ["dropRemainder"]);
    const drops = options.dropRemainder ?? false;
    return new Pipeline(
      grouped(this.#stage, checkCount("batch", "the size", size), drops, (group) => stackElements(group)),
    );
  }

  /** Keeps in memory what the steps before have made in the first epoch, random numbers included. */
  cache(): Pipeline<T> {
    return new Pipeline(cached(this.#stage));
  }

  /** Reads up to `count` blocks ahead while the one before is worked on. */
  prefetch(count = 1): Pipeline<T> {
    return new Pipeline(ahead(this.#stage, checkCount("prefetch", "the count", count)));
  }

  /** The first `count` elements. */
  take(count: number): Pipeline<T> {
    return new Pipeline(cutStage(this.#stage, 0, checkCount("take", "the count", count, 0)));
  }

  /** All elements but the first `count`. */
  skip(count: number): Pipeline<T> {
    return new Pipeline(cutStage(this.#stage, checkCount("skip", "the count", count, 0), Infinity));
  }

  /** The elements of this pipeline, then those of others. */
  concatenate(...others: readonly Pipeline<T>[]): Pipeline<T> {
    const wrong = others.find((other) => !(other instanceof Pipeline));
    if (wrong !== undefined) throw new ArgumentError(`concatenate: expected pipelines, got ${describe(wrong)}.`);
    return new Pipeline(joined([this, ...others].map((other) => other.#stage)));
  }

  /** Elements beside those of another pipeline: `[a, b]`. */
  zip<U>(other: Pipeline<U>): Pipeline<[T, U]> {
    return Pipeline.zip([this, other] as const) as unknown as Pipeline<[T, U]>;
  }

  /**
   * Gives each class as many elements: by repeating those of smaller classes ("oversample", the default) or by leaving
   * out those of larger ones ("undersample"), which are others in each epoch. `classOf` tells the class of an element.
   * The classes are counted once, in a pass over epoch 0. Copies stand side by side: shuffle afterwards.
   */
  balance(classOf: (element: T) => Key, options: BalanceOptions = {}): Pipeline<T> {
    checkFunction("balance", classOf);
    return new Pipeline(balanced(this.#stage, keysOf("balance", classOf), options));
  }

  /**
   * Splits into parts that have no element in common, by shares that sum to at most 1. Split before you shuffle,
   * balance or augment: elements must be the same in each epoch.
   *
   * Elements that can be had in any order are split exactly, as {@link Table.split} does. A stream is dealt out while
   * it is read, by seed and index: the shares are exact in each 100 elements (with `stratify`, in each 100 of a class),
   * and with `group` they are expected, but not exact.
   *
   * @throws ArgumentError for shares that sum to more than 1
   */
  async split(shares: readonly number[], options: PipelineSplit<T> = {}): Promise<Pipeline<T>[]> {
    checkOptions("split", options, ["seed", "stratify", "group"]);
    const { seed = 0, stratify, group } = options;
    const given = stratify ?? group;
    if (given !== undefined) checkFunction("split", given);
    const keyOf = given && keysOf("split", given);
    const kind = stratify ? "strata" : group ? "groups" : null;
    const stage = this.#stage;
    if (!isIndexed(stage)) {
      const deal = dealer(shares, { seed, kind, size: stage.size });
      return shares.map((_, part) => new Pipeline(dealt(stage, deal, keyOf, part)));
    }
    const keys: Key[] = [];
    if (keyOf) for await (const element of this) keys.push(keyOf(element));
    const how: SplitIndices = { seed, ...(stratify && { strata: keys }), ...(group && { groups: keys }) };
    return splitIndices(stage.size, shares, how).map((rows) => new Pipeline(chosen(stage, rows)));
  }
}

/** A function that gives keys, and throws {@link ArgumentError} where it gives an object, which equals no other. */
const keysOf =
  <T>(where: string, keyOf: (element: T) => Key) =>
  (element: T): Key => {
    const key: unknown = keyOf(element);
    if ((typeof key !== "object" || key === null) && typeof key !== "function") return key as Key;
    throw new ArgumentError(`${where}: expected a text, a number or a boolean for each element, got ${describe(key)}.`);
  };

/** The elements of a stream that are dealt to one part. */
function dealt<T>(
  stage: Stage<T>,
  deal: ReturnType<typeof dealer>,
  keyOf: ((element: T) => Key) | undefined,
  part: number,
): Stage<T> {
  return streamed(null, async function* (epoch) {
    const partOf = deal();
    let index = 0;
    for await (const block of stage.blocks(epoch)) {
      const own = block.filter((element) => partOf(index++, keyOf?.(element) ?? null) === part);
      if (own.length > 0) yield own;
    }
  });
}

/** The examples of a data set, whose numbers are not copied. */
function examplesOf({ inputs, targets, size }: Dataset): Stage<DatasetExample> {
  const [x, y] = [inputs, targets].map(({ array: { data, shape, dtype }, ...how }) => {
    const own = shape.slice(1);
    const each = own.reduce((a, b) => a * b, 1);
    return (i: number): TypedPart => ({ ...how, data: data.subarray(i * each, (i + 1) * each), shape: own, dtype });
  });
  return indexed(size, (i) => ({ x: x!(i), y: y!(i) }));
}
