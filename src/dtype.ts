// The element types of tensors and the typed arrays that hold them.
import { ArgumentError, DTypeError, didYouMean } from "./errors.ts";

/**
 * Element types. `uint8` is storage for images and labels: arithmetic on it is done after a cast.
 * `float64` exists in the reference backend only.
 */
export type DType = "float32" | "int32" | "uint32" | "bool" | "uint8" | "float64";

/** The kinds of typed arrays that hold a tensor's numbers: one for each dtype, and Uint8Array for bool too. */
export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array | Float64Array;

interface DTypeInfo {
  readonly bytes: number;
  readonly array: {
    new (length: number): TypedArray;
    new (buffer: ArrayBufferLike, offset: number, length: number): TypedArray;
  };
  readonly isFloat: boolean;
  readonly isInteger: boolean;
}

const table = {
  float32: { bytes: 4, array: Float32Array, isFloat: true, isInteger: false },
  int32: { bytes: 4, array: Int32Array, isFloat: false, isInteger: true },
  uint32: { bytes: 4, array: Uint32Array, isFloat: false, isInteger: true },
  bool: { bytes: 1, array: Uint8Array, isFloat: false, isInteger: false },
  uint8: { bytes: 1, array: Uint8Array, isFloat: false, isInteger: true },
  float64: { bytes: 8, array: Float64Array, isFloat: true, isInteger: false },
} as const satisfies Record<DType, DTypeInfo>;

export const dtypes = Object.keys(table) as DType[];

export function dtypeInfo(dtype: DType): DTypeInfo {
  return table[dtype];
}

/** A new array of zeros for `length` elements of `dtype`. */
export function allocate(dtype: DType, length: number): TypedArray {
  return new table[dtype].array(length);
}

/** Checks the name of a dtype. Throws {@link DTypeError} for any other. */
export function checkDType(name: string): DType {
  if (Object.hasOwn(table, name)) return name as DType;
  throw new DTypeError(`unknown dtype "${name}".${didYouMean(name, dtypes)} Known: ${dtypes.join(", ")}.`);
}

/** The least and the greatest number of each integer dtype. */
export const integerRange = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
  uint8: [0, 255],
} as const;

/** True if `dtype` can hold the integer part of a number: always for floats and bool, never for NaN and integers. */
export function fitsDType(value: number, dtype: DType): boolean {
  if (!(dtype in integerRange)) return true;
  const [least, greatest] = integerRange[dtype as keyof typeof integerRange];
  const integer = Math.trunc(value);
  return integer >= least && integer <= greatest;
}

/**
 * A number converted to `dtype`: rounded to float32, truncated to an integer, or 1 for any bool ≠ 0. Throws
 * {@link ArgumentError} for a number outside the range of an integer dtype, which would wrap around.
 */
export function toDType(value: number, dtype: DType, where: string): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float64") return value;
  if (dtype === "bool") return Number(value !== 0);
  if (fitsDType(value, dtype)) return Math.trunc(value) + 0; // an integer has no −0
  const [least, greatest] = integerRange[dtype];
  throw new ArgumentError(
    `${where}: expected a number from ${least} to ${greatest} for ${dtype}, got ${value}; try float32.`,
  );
}

const promotion: readonly DType[] = ["bool", "uint8", "int32", "uint32", "float32", "float64"];

/** The common dtype of two operands: the later of bool < uint8 < int32 < uint32 < float32 < float64. */
export function promote(a: DType, b: DType): DType {
  return promotion.indexOf(a) > promotion.indexOf(b) ? a : b;
}
