// Floats in 16 bits, for files and for weights that rest: half the bytes.
import { ArgumentError } from "../errors.ts";
import { decodeHalf, encodeHalf, type HalfDType, isHalf } from "../half.ts";
import { type HostArray, readable } from "../host-array.ts";
import { checkChoice, checkOptions } from "../options.ts";

/** The dtype in which floats rest, in a file or in memory. */
export type StorageDType = "float32" | HalfDType;

/** The options of functions that write floats. */
export interface StorageOptions {
  /**
   * The dtype of floats in the file: "float32", or "float16" or "bfloat16" in half the bytes, rounded to the nearest.
   * float16 has 11 bits of precision and ends at 65,504; bfloat16 has 8 bits, and the range of float32. Default:
   * "float32"
   */
  readonly dtype?: StorageDType;
}

/** The dtype that the options choose; `others` are the names of options that the caller checks. */
export function checkStorage(where: string, options: StorageOptions, others: readonly string[] = []): StorageDType {
  checkOptions(where, options, [...others, "dtype"]);
  return checkChoice(where, "dtype", options.dtype ?? "float32", ["float32", "float16", "bfloat16"]);
}

/** The greatest number that each format holds. */
const greatest = { float16: 65504, bfloat16: (2 - 2 ** -7) * 2 ** 127 } as const satisfies Record<HalfDType, number>;

/**
 * The same numbers in 16 bits, each rounded to the nearest; integers and bools stay as they are. Throws
 * {@link ArgumentError}, which names the tensor, for a number that would become infinite.
 */
export function narrow(array: HostArray, dtype: HalfDType, name: string): HostArray {
  const { shape } = array;
  if (array.dtype === dtype || !array.dtype.includes("float")) return array;
  const numbers = readable(array);
  const data = encodeHalf(numbers, dtype);
  const infinity = encodeHalf([Infinity], dtype)[0]!;
  const lost = data.findIndex((bits, i) => (bits & 0x7fff) === infinity && Number.isFinite(numbers[i]!));
  if (lost < 0) return { data, shape, dtype };
  throw new ArgumentError(
    `${name}: expected numbers of at most ${greatest[dtype]} for ${dtype}, got ${numbers[lost]}; ` +
      `try ${dtype === "float16" ? "bfloat16" : "float32"}.`,
  );
}

/** The same numbers, those of 16 bits as float32, which holds them exactly. */
export const widen = (array: HostArray): HostArray =>
  isHalf(array.dtype) ? { data: decodeHalf(array.data, array.dtype), shape: array.shape, dtype: "float32" } : array;
