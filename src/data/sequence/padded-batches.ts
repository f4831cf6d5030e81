// Batches of sequences of different lengths, each filled up to its own longest.
import { ArgumentError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { checkCount, checkFlag, checkOptions } from "../../options.ts";
import { permutation } from "../../random.ts";
import { type Column, type ColumnSource, columnFrom, gather } from "../dataset.ts";
import { emptyAsArray, type PadOptions, padSequences } from "./pad-sequences.ts";

/** The options of {@link paddedBatches}. */
export interface PaddedBatchOptions extends PadOptions {
  readonly batchSize: number;
  /** Shuffles the examples anew for each epoch. Default: true. */
  readonly shuffle?: boolean;
  /** The seed of the order. Default: 0. */
  readonly seed?: number;
}

/** A batch, as `fit` takes it. */
export interface PaddedBatch {
  /** `[batch, length, …]` */
  readonly x: HostArray;
  readonly y: Column;
}

/**
 * Batches for `fit` of sequences `[time, …]` with a target each, every batch filled up to its own longest, as {@link
 * padSequences} does it: a function of an epoch's index, which counts on by itself where none is given. Each epoch has
 * another order. Sequences of about the same length share a batch, so that little is filled up; which batches follow
 * one another is random.
 *
 * Layers skip what was filled up by their mask: `layers.embedding(…, { maskZero: true })`, `layers.masking()`.
 *
 * @throws ShapeError for sequences that differ in more than their length; ArgumentError for another number of targets,
 *   and for other options
 *
 * @example
 * const batches = paddedBatches([[1, 2, 3], [4], [5, 6], [7]], [0, 1, 0, 1], { batchSize: 2, seed: 1 });
 * for (const { x } of batches()) console.log(x.shape); // [2, 1] and [2, 3], in some order
 */
export function paddedBatches(
  sequences: readonly ColumnSource[],
  targets: ColumnSource,
  options: PaddedBatchOptions,
): (epoch?: number) => Generator<PaddedBatch> {
  const where = "paddedBatches";
  const names = ["batchSize", "shuffle", "seed", "length", "multipleOf", "value", "padding", "truncating"];
  checkOptions(where, options, names);
  const { batchSize, shuffle = true, seed = 0, ...pad } = options;
  const size = checkCount(where, "batchSize", batchSize);
  checkFlag(where, "shuffle", shuffle);
  const column = columnFrom(targets, `${where}: targets`);
  const count = column.array.shape[0]!;
  if (!Array.isArray(sequences) || sequences.length !== count || count === 0)
    throw new ArgumentError(
      `${where}: expected one target for each sequence, got ${sequences?.length ?? 0} sequences and ${count} targets.`,
    );
  const arrays = sequences.map((sequence, i) => columnFrom(emptyAsArray(sequence), `${where}: sequence ${i}`).array);
  // The forms of all are compared now, and not when a batch is due.
  padSequences(arrays, { ...pad, length: 1 });
  permutation(0, seed);
  let next = 0;
  return function* (given) {
    const epoch = checkCount(where, "epoch", given ?? next, 0);
    next = epoch + 1;
    const order = Array.from(shuffle ? permutation(count, seed, 2 * epoch) : Array(count).keys());
    // Sequences of one length keep their random order: the sort is stable.
    if (shuffle) order.sort((a, b) => arrays[a]!.shape[0]! - arrays[b]!.shape[0]!);
    const batches = Math.ceil(count / size);
    const turns = shuffle ? permutation(batches, seed, 2 * epoch + 1) : Array(batches).keys();
    for (const turn of turns) {
      const rows = Int32Array.from(order.slice(turn * size, (turn + 1) * size));
      const { data } = padSequences(
        Array.from(rows, (row) => arrays[row]!),
        pad,
      );
      yield { x: data, y: gather(column, rows) };
    }
  };
}
