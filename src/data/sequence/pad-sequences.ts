// Sequences of different lengths in one array.
import { allocate, type DType } from "../../dtype.ts";
import { ArgumentError, ShapeError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { checkChoice, checkCount, checkFinite, checkOptions, describe } from "../../options.ts";
import { formatShape, sameShape, sizeOf } from "../../shape.ts";
import { type ColumnSource, columnFrom } from "../dataset.ts";

/** The options of {@link padSequences}. */
export interface PadOptions {
  /** The length of all: longer ones are cut. Default: that of the longest. */
  readonly length?: number;
  /** Rounds the default length up to a multiple: a program is compiled for each length. Default: 1. */
  readonly multipleOf?: number;
  /** What shorter ones are filled up with. Default: 0. */
  readonly value?: number;
  /** The end at which they are filled up. Default: "post". */
  readonly padding?: "pre" | "post";
  /** The end at which they are cut. Default: "post". */
  readonly truncating?: "pre" | "post";
}

/** Sequences of one length, and what of them is real. */
export interface PaddedSequences {
  /** `[batch, length, …]` */
  readonly data: HostArray;
  /** The number of steps that were not filled up, int32 `[batch]`. */
  readonly lengths: HostArray;
  /** True for steps that were not filled up, bool `[batch, length]`. */
  readonly mask: HostArray;
}

const mostBytes = 2 ** 31;

/**
 * Sequences `[time, …]` of different lengths as one array `[batch, length, …]`, with their lengths and a mask: Keras's
 * `pad_sequences`, but "post" at both ends is the default.
 *
 * @throws ShapeError for sequences that differ in more than their length; ArgumentError for what are no sequences of
 *   numbers, and for other options
 *
 * @example
 * const { data, lengths, mask } = padSequences([[1, 2, 3], [4]]);
 * data.data; // [1, 2, 3, 4, 0, 0]
 * lengths.data; // [3, 1]
 * mask.data; // [1, 1, 1, 1, 0, 0]
 */
export function padSequences(sequences: Iterable<ColumnSource>, options: PadOptions = {}): PaddedSequences {
  const where = "padSequences";
  checkOptions(where, options, ["length", "multipleOf", "value", "padding", "truncating"]);
  const { multipleOf = 1, value = 0, padding = "post", truncating = "post" } = options;
  checkChoice(where, "padding", padding, ["pre", "post"]);
  checkChoice(where, "truncating", truncating, ["pre", "post"]);
  checkFinite(where, "value", value);
  if (typeof sequences !== "object" || sequences === null || !(Symbol.iterator in sequences))
    throw new ArgumentError(`${where}: expected a list of sequences, got ${describe(sequences)}.`);
  const arrays = Array.from(sequences, (sequence, i) => columnFrom(emptyAsArray(sequence), `${where}: ${i}`).array);
  const { shape: inner, dtype } = formOf(where, arrays);
  const longest = arrays.reduce((most, { shape }) => Math.max(most, shape[0]!), 0);
  const step = checkCount(where, "multipleOf", multipleOf);
  const length =
    options.length === undefined ? Math.ceil(longest / step) * step : checkCount(where, "length", options.length);
  const each = sizeOf(inner);
  const shape = [arrays.length, length, ...inner];
  if (sizeOf(shape) * 8 > mostBytes)
    throw new ArgumentError(`${where}: expected at most 2 GiB, got shape ${formatShape(shape)}; give a length.`);
  const data = allocate(dtype, sizeOf(shape)).fill(value);
  const lengths = new Int32Array(arrays.length);
  const mask = new Uint8Array(arrays.length * length);
  for (const [i, array] of arrays.entries()) {
    const time = array.shape[0]!;
    const kept = Math.min(time, length);
    const from = truncating === "pre" ? time - kept : 0;
    const to = i * length + (padding === "pre" ? length - kept : 0);
    data.set(array.data.subarray(from * each, (from + kept) * each), to * each);
    mask.fill(1, to, to + kept);
    lengths[i] = kept;
  }
  return {
    data: { data, shape, dtype },
    lengths: { data: lengths, shape: [arrays.length], dtype: "int32" },
    mask: { data: mask, shape: [arrays.length, length], dtype: "bool" },
  };
}

/** A sequence without any step has no numbers that would tell its form. */
export const emptyAsArray = (sequence: ColumnSource): ColumnSource =>
  Array.isArray(sequence) && sequence.length === 0 ? new Float32Array(0) : sequence;

/** The shape of a step, and the dtype, which all sequences must have. Empty ones have any. */
function formOf(where: string, arrays: readonly HostArray[]): { shape: readonly number[]; dtype: DType } {
  const first = arrays.find(({ data }) => data.length > 0) ?? arrays[0];
  if (!first) throw new ArgumentError(`${where}: expected at least one sequence, got none.`);
  const shape = first.shape.slice(1);
  for (const [i, other] of arrays.entries()) {
    if (other.data.length === 0 || (sameShape(other.shape.slice(1), shape) && other.dtype === first.dtype)) continue;
    throw new ShapeError(
      `${where}: expected sequences [time${shape.map((n) => `,${n}`).join("")}] of ${first.dtype}, ` +
        `got ${other.dtype}${formatShape(other.shape)} at ${i}.`,
    );
  }
  return { shape, dtype: first.dtype };
}
