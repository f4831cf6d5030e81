// Numbers in JavaScript's own memory, with their shape and dtype: what files, data sets and users hand over.
import { allocate, type DType, dtypeInfo, type TypedArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** Row-major numbers with their shape and dtype. `data.length` is the product of `shape`. */
export interface HostArray {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Numbers nested as deep as their shape: `[[1, 2], [3, 4]]`. */
export type NestedArray = number | boolean | readonly NestedArray[];

/** Numbers nested as deep as a rank that is known when types are checked; {@link NestedArray} for any other. */
export type NestedOfRank<Rank extends number, Element = number> = number extends Rank
  ? NestedArray
  : [Element, Element[], Element[][], Element[][][], Element[][][][], Element[][][][][], Element[][][][][][]][Rank];

/** Makes a {@link HostArray} of nested numbers. Throws {@link ShapeError} where the rows differ in length. */
export function fromNested(values: NestedArray, dtype?: DType): HostArray {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]!) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  const walk = (level: NestedArray, depth: number, path: string): void => {
    if (typeof level === "number" || typeof level === "boolean") {
      if (depth !== shape.length) throw ragged(path, "a number", depth, shape);
      flat.push(level);
      return;
    }
    if (!Array.isArray(level)) {
      throw new ShapeError(`a nested array holds numbers and booleans, but ${path || "it"} is ${describe(level)}.`);
    }
    if (depth >= shape.length || level.length !== shape[depth])
      throw ragged(path, `${level.length} entries`, depth, shape);
    level.forEach((entry, i) => walk(entry, depth + 1, `${path}[${i}]`));
  };
  walk(values, 0, "");
  const actual = dtype ?? (flat.length > 0 && flat.every((v) => typeof v === "boolean") ? "bool" : "float32");
  const data = allocate(actual, flat.length);
  for (let i = 0; i < flat.length; i++) data[i] = actual === "bool" ? (flat[i] ? 1 : 0) : Number(flat[i]);
  return { data, shape, dtype: actual };
}

function ragged(path: string, came: string, depth: number, shape: Shape): ShapeError {
  const expected = depth < shape.length ? `${shape[depth]} entries` : "a number";
  return new ShapeError(
    `a nested array must be rectangular: ${path || "the array"} has ${came}, but ${expected} were expected (shape so far ${formatShape(shape)}).`,
  );
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}

/** Nests row-major numbers as deep as their shape. A scalar comes back as a bare number; bool as `true` and `false`. */
export function toNested(array: HostArray): NestedArray {
  const { data, shape, dtype } = array;
  const build = (depth: number, offset: number, stride: number): NestedArray => {
    if (depth === shape.length) return dtype === "bool" ? data[offset] !== 0 : data[offset]!;
    const n = shape[depth]!;
    const inner = n === 0 ? 0 : stride / n;
    return Array.from({ length: n }, (_, i) => build(depth + 1, offset + i * inner, inner));
  };
  return build(0, 0, sizeOf(shape));
}

/** Wraps a typed array: its own kind gives the dtype. Throws where its length does not fit `shape`. */
export function fromTyped(data: TypedArray, shape: Shape, dtype?: DType): HostArray {
  if (sizeOf(shape) !== data.length) {
    throw new ShapeError(
      `shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, but the array has ${data.length}.`,
    );
  }
  const own = dtypeOf(data);
  if (dtype === undefined || dtype === own || (dtype === "bool" && own === "uint8"))
    return { data, shape, dtype: dtype ?? own };
  return { data: dtypeInfo(dtype).array === data.constructor ? data : convert(data, dtype), shape, dtype };
}

function convert(data: TypedArray, dtype: DType): TypedArray {
  const out = allocate(dtype, data.length);
  for (let i = 0; i < data.length; i++) out[i] = dtype === "bool" ? (data[i] !== 0 ? 1 : 0) : data[i]!;
  return out;
}

function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  if (data instanceof Uint32Array) return "uint32";
  if (data instanceof Float64Array) return "float64";
  return "uint8";
}
