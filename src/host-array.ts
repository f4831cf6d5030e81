// Numbers in JavaScript's memory, with their shape and dtype: the common form of files, data sets and user input.
import { allocate, type DType, dtypeInfo, type TypedArray, toDType } from "./dtype.ts";
import { ArgumentError, DTypeError, ShapeError } from "./errors.ts";
import { decodeHalf, encodeHalf, isHalf } from "./half.ts";
import { describe } from "./options.ts";
import { checkShape, formatShape, type Shape, sizeOf } from "./shape.ts";

/**
 * Row-major numbers with their shape and dtype. `data.length` is the product of `shape`. The data of float16 and
 * bfloat16 are their bits; {@link readable} gives the numbers.
 */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A Float16Array, which not every engine has. */
export interface Float16Numbers extends ArrayLike<number> {
  readonly [Symbol.toStringTag]: "Float16Array";
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}

/**
 * Typed arrays whose numbers are converted: 8 and 16 bits with a sign, and unsigned 16 bits, become int32. A
 * Float16Array is float16.
 */
export type ForeignArray = Int8Array | Int16Array | Uint16Array | Uint8ClampedArray | Float16Numbers;

/** Numbers nested as deep as their shape: `[[1, 2], [3, 4]]`. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Numbers nested as deep as a rank that is known when types are checked; {@link NestedArray} for any other. */
export type NestedOfRank<Rank extends number, Element = number> = number extends Rank
  ? NestedArray
  : [Element, Element[], Element[][], Element[][][], Element[][][][], Element[][][][][], Element[][][][][][]][Rank];

/** The greatest number of axes of nested numbers. An array that contains itself has more. */
const mostAxes = 64;
/** The greatest number of nested numbers. An array in which one row stands many times may be of any size. */
const mostNested = 2 ** 27;

/**
 * Makes a {@link HostArray} from nested numbers. Throws {@link ShapeError} if the rows differ in length, and an
 * ArgumentError for a number outside the range of an integer dtype.
 */
export function fromNested(values: NestedArray, dtype?: DType): HostArray {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = values; Array.isArray(level); level = level[0]) {
    if (shape.length === mostAxes)
      throw new ShapeError(`expected a nested array of at most ${mostAxes} levels, got more; does it contain itself?`);
    shape.push(level.length);
  }
  const size = sizeOf(shape);
  if (size > mostNested)
    throw new ShapeError(
      `expected a nested array of at most ${mostNested} numbers, got ${formatShape(shape)}; try a typed array.`,
    );
  const numbers = new Float64Array(size);
  const index: number[] = [];
  let count = 0;
  let isBool = size > 0;
  const pathTo = (depth: number): string => {
    const path = index.slice(0, depth).map((i) => `[${i}]`);
    return path.join("") || "its top";
  };
  const walk = (level: NestedArray, depth: number): void => {
    if (typeof level === "number" || typeof level === "boolean") {
      if (depth !== shape.length) throw ragged(pathTo(depth), "a number", depth, shape);
      if (typeof level === "number") isBool = false;
      numbers[count++] = Number(level);
      return;
    }
    if (!Array.isArray(level)) {
      throw new ShapeError(
        `expected a nested array of numbers or booleans, got ${describe(level)} at ${pathTo(depth)}.`,
      );
    }
    if (depth >= shape.length || level.length !== shape[depth])
      throw ragged(pathTo(depth), `${level.length} entries`, depth, shape);
    // `forEach` would skip holes.
    for (const [i, part] of level.entries()) {
      index[depth] = i;
      walk(part, depth + 1);
    }
  };
  walk(values, 0);
  const actual = dtype ?? (isBool ? "bool" : "float32");
  return { data: actual === "float64" ? numbers : convert(numbers, actual), shape, dtype: actual };
}

function ragged(path: string, got: string, depth: number, shape: Shape): ShapeError {
  const expected = depth < shape.length ? `${shape[depth]} entries` : "a number";
  return new ShapeError(
    `expected a rectangular nested array with ${expected} at ${path}, ` +
      `got ${got} (shape so far ${formatShape(shape)}).`,
  );
}

/** The numbers of an array, in a form in which they can be read by index: those of 16 bits are decoded. */
export const readable = ({ data, dtype }: Pick<HostArray, "data" | "dtype">): TypedArray =>
  isHalf(dtype) ? decodeHalf(data, dtype) : data;

/** Nests row-major numbers as deep as their shape. A scalar becomes a bare number; bool becomes `true` and `false`. */
export function toNested(data: TypedArray, shape: Shape, dtype: DType): NestedArray {
  const build = (depth: number, offset: number, stride: number): NestedArray => {
    const n = shape[depth];
    if (n === undefined) return dtype === "bool" ? data[offset] !== 0 : data[offset]!;
    const inner = n === 0 ? 0 : stride / n;
    return Array.from({ length: n }, (_, i) => build(depth + 1, offset + i * inner, inner));
  };
  return build(0, 0, sizeOf(shape));
}

/** Returns the array. Throws {@link ArgumentError} if its buffer was transferred, which leaves no numbers in it. */
export function attached<A extends TypedArray | ForeignArray>(array: A): A {
  try {
    if (array.length === 0) new Uint8Array(array.buffer);
  } catch {
    throw new ArgumentError(
      "expected an array with its numbers, got one whose buffer was transferred (to a worker?); pass a copy.",
    );
  }
  return array;
}

/** The dtype of numbers that an object declares: bits of 16-bit floats are told from integers by its word alone. */
export const declaredDType = (data: TypedArray | ForeignArray, dtype: DType | undefined): DType =>
  dtype && isHalf(dtype) && data instanceof Uint16Array ? dtype : dtypeOf(data);

/**
 * Wraps a typed array. Its kind gives the dtype; signed 8-bit and all 16-bit integers become int32. Throws if its
 * length does not fit `shape`, if its buffer was transferred, and for a number outside the range of an integer dtype.
 */
export function fromTyped(
  data: TypedArray | ForeignArray,
  shape: Shape,
  wanted?: DType,
  own: DType = dtypeOf(data),
): HostArray {
  attached(data);
  const dtype = wanted ?? own;
  if (sizeOf(checkShape(shape, "array")) !== data.length) {
    throw new ShapeError(
      `shape ${formatShape(shape)}: expected ${sizeOf(shape)} numbers, got an array of ${data.length}.`,
    );
  }
  const bytes = viewAs(data, own);
  // A buffer that may change its size is copied, so that its numbers always fill the shape.
  const { resizable, growable } = bytes.buffer as { resizable?: boolean; growable?: boolean };
  const isHeld =
    !resizable &&
    !growable &&
    (own === dtype || (dtype === "bool" && own === "uint8")) &&
    bytes instanceof dtypeInfo(dtype).array &&
    !(dtype === "bool" && bytes.some((byte) => byte > 1));
  if (isHeld) return { data: bytes as TypedArray, shape, dtype };
  return { data: convert(isHalf(own) ? decodeHalf(bytes, own) : bytes, dtype), shape, dtype };
}

function convert(numbers: ArrayLike<number>, dtype: DType): TypedArray {
  if (isHalf(dtype)) return encodeHalf(numbers, dtype);
  const out = allocate(dtype, numbers.length);
  for (let i = 0; i < numbers.length; i++) out[i] = toDType(numbers[i]!, dtype, `number ${i}`);
  return out;
}

/** The same numbers as the kind of array that holds `dtype`, where their bits are the same. */
function viewAs(data: TypedArray | ForeignArray, dtype: DType): TypedArray | ForeignArray {
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  return dtype === "float16" ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
}

function dtypeOf(data: TypedArray | ForeignArray): DType {
  if (data?.[Symbol.toStringTag] === "Float16Array") return "float16";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array || data instanceof Int8Array || data instanceof Int16Array) return "int32";
  if (data instanceof Uint16Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return "uint8";
  const kind = (data as object | null)?.constructor.name ?? data;
  throw new DTypeError(`expected a typed array of at most 32 bits, or of float64, got ${kind}; try Float32Array.from.`);
}
