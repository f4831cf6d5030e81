// The element types of tensors and the typed arrays that hold them.
import { ArgumentError, DTypeError, didYouMean } from "./errors.ts";
import { encodeHalf, type HalfDType, isHalf, roundToHalf } from "./half.ts";
import { describe } from "./options.ts";

/**
 * Element types. `uint8` is storage for images and labels, `float16` and `bfloat16` are storage for data and weights:
 * arithmetic on them is done after a cast, to int32 or float32. `float64` exists in the reference backend only.
 */
export type DType = "float32" | "int32" | "uint32" | "bool" | "uint8" | HalfDType | "float64";

/**
 * The kinds of typed arrays that hold a tensor's numbers: one for each dtype, and Uint8Array for bool too. float16 and
 * bfloat16 rest as their bits, in a Uint16Array.
 */
export type TypedArray = Float32Array | Int32Array | Uint32Array | Uint8Array | Uint16Array | Float64Array;

interface DTypeInfo {
  readonly bytes: number;
  readonly array: {
    new (length: number): TypedArray;
    new (buffer: ArrayBufferLike, offset: number, length: number): TypedArray;
  };
  /** True for floats that can be computed with. */
  readonly isFloat: boolean;
  readonly isInteger: boolean;
}

const table = {
  float32: { bytes: 4, array: Float32Array, isFloat: true, isInteger: false },
  int32: { bytes: 4, array: Int32Array, isFloat: false, isInteger: true },
  uint32: { bytes: 4, array: Uint32Array, isFloat: false, isInteger: true },
  bool: { bytes: 1, array: Uint8Array, isFloat: false, isInteger: false },
  uint8: { bytes: 1, array: Uint8Array, isFloat: false, isInteger: true },
  float16: { bytes: 2, array: Uint16Array, isFloat: false, isInteger: false },
  bfloat16: { bytes: 2, array: Uint16Array, isFloat: false, isInteger: false },
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

/** An array of `length` elements that are all `value`, which fits `dtype`. */
export function filled(dtype: DType, length: number, value: number): TypedArray {
  return allocate(dtype, length).fill(isHalf(dtype) ? encodeHalf([value], dtype)[0]! : value);
}

/** Checks the name of a dtype. Throws {@link DTypeError} for any other. */
export function checkDType(name: string): DType {
  if (Object.hasOwn(table, name)) return name as DType;
  const hint = typeof name === "string" ? didYouMean(name, dtypes) : "";
  throw new DTypeError(`unknown dtype ${describe(name)}.${hint} Known: ${dtypes.join(", ")}.`);
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
 * A number converted to `dtype`: rounded to a float, truncated to an integer, or 1 for any bool ≠ 0. Throws
 * {@link ArgumentError} for a number outside the range of an integer dtype, which would wrap around.
 */
export function toDType(value: number, dtype: DType, where: string): number {
  if (dtype === "float32") return Math.fround(value);
  if (dtype === "float64") return value;
  if (isHalf(dtype)) return roundToHalf(value, dtype);
  if (dtype === "bool") return Number(value !== 0);
  if (fitsDType(value, dtype)) return Math.trunc(value) + 0; // an integer has no −0
  const [least, greatest] = integerRange[dtype];
  throw new ArgumentError(
    `${where}: expected a number from ${least} to ${greatest} for ${dtype}, got ${value}; try float32.`,
  );
}

/** The dtype in which numbers of `dtype` are added or compared: int32 for bool and uint8, float32 for 16-bit floats. */
export function computedDType(dtype: DType): DType {
  if (isHalf(dtype)) return "float32";
  return dtype === "bool" || dtype === "uint8" ? "int32" : dtype;
}

const promotion: readonly DType[] = ["bool", "uint8", "int32", "uint32", "float32", "float64"];

/**
 * The common dtype of two operands: the later of bool < uint8 < int32 < uint32 < float32 < float64. A 16-bit float
 * counts as float32.
 */
export function promote(a: DType, b: DType): DType {
  const [first, second] = [a, b].map((dtype) => promotion.indexOf(isHalf(dtype) ? "float32" : dtype));
  return promotion[Math.max(first!, second!)]!;
}
