// NumPy's format for one array, .npy: a header in Python's notation, then the numbers.
import { allocate, checkDType, type DType, dtypeInfo, dtypes, type TypedArray, toDType } from "../dtype.ts";
import { ArgumentError, FileError, quote } from "../errors.ts";
import { decodeHalf } from "../half.ts";
import type { HostArray } from "../host-array.ts";
import { checkOptions } from "../options.ts";
import { contiguousStrides, formatShape, sizeOf } from "../shape.ts";
import { kindOf } from "./kind.ts";
import { widen } from "./narrow.ts";

interface Element {
  readonly bytes: number;
  /** The dtype that holds every number of the kind, or most of them. */
  readonly dtype: DType;
  readonly read: (view: DataView, at: number, little: boolean) => number;
}

/** The element types that NumPy writes, without the sign of their byte order. Complex numbers have no dtype here. */
const elements: Readonly<Record<string, Element>> = {
  b1: { bytes: 1, dtype: "bool", read: (view, at) => Number(view.getUint8(at) !== 0) },
  i1: { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, dtype: "uint8", read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getInt16(at, little) },
  u2: { bytes: 2, dtype: "int32", read: (view, at, little) => view.getUint16(at, little) },
  i4: { bytes: 4, dtype: "int32", read: (view, at, little) => view.getInt32(at, little) },
  u4: { bytes: 4, dtype: "uint32", read: (view, at, little) => view.getUint32(at, little) },
  i8: { bytes: 8, dtype: "int32", read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u8: { bytes: 8, dtype: "int32", read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  f2: { bytes: 2, dtype: "float32", read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, dtype: "float32", read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, dtype: "float64", read: (view, at, little) => view.getFloat64(at, little) },
};

const half = (bits: number): number => decodeHalf([bits], "float16")[0]!;

const maxBytes = 2 ** 31;
/** Headers beyond this length, which NumPy refuses too, are not parsed. */
const maxHeaderBytes = 10_000;
const maxAxes = 64;
const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** How NPY and NPZ files are read. */
export interface NpyOptions {
  /** The dtype of the result. Default: the file's own, as {@link decodeNpy} says. */
  readonly dtype?: DType;
}

/**
 * The array of an NPY file of version 1, 2 or 3, in either byte order, of rows or of columns first (which are turned
 * into rows). `source` names the file in errors.
 *
 * bool, uint8, int32, uint32, float32 and float64 keep their dtype; int8, int16 and uint16 become int32, float16
 * becomes float32. int64 and uint64 become int32, and a number outside its range is refused; `dtype: "float64"` takes
 * it.
 *
 * @throws FileError for a file that is damaged, holds complex numbers, texts or objects, or more than 2 GiB; for a
 *   number that the dtype cannot hold; ArgumentError for an unknown option
 *
 * @example
 * const bytes = encodeNpy({ data: Float32Array.of(1, 2), shape: [2, 1], dtype: "float32" });
 * decodeNpy(bytes, "pair.npy").shape; // [2, 1]
 */
export function decodeNpy(bytes: Uint8Array, source: string, options: NpyOptions = {}): HostArray {
  checkOptions("decodeNpy", options, ["dtype"]);
  const fail: Fail = (what) => {
    throw new FileError(`${quote(source, 200)} is not an NPY file that Nabla can read: ${what}.`);
  };
  const { element, little, isFortran, shape, start } = readHeader(bytes, fail);
  const length = sizeOf(shape);
  const wanted = start + length * element.bytes;
  if (bytes.length !== wanted) {
    const guess = bytes.length < wanted ? " (is it cut short?)" : "";
    fail(`shape ${formatShape(shape)} takes ${wanted} bytes with the header, but it has ${bytes.length}${guess}`);
  }
  const dtype = options.dtype === undefined ? element.dtype : checkDType(options.dtype);
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length * element.bytes);
  const data = readNumbers(view, element, little, dtype, fail);
  return { data: isFortran ? rowsFirst(data, shape, dtype) : data, shape, dtype };
}

type Fail = (what: string) => never;

/** The numbers in the order of the file. */
function readNumbers(view: DataView, element: Element, little: boolean, dtype: DType, fail: Fail): TypedArray {
  const { bytes, read } = element;
  const length = view.byteLength / bytes;
  const data = allocate(dtype, length);
  const { array } = dtypeInfo(dtype);
  const isHeld = dtype === element.dtype && dtype !== "bool" && data.BYTES_PER_ELEMENT === bytes;
  if (isHeld && (little || bytes === 1)) {
    // Typed arrays have the machine's byte order, which is little-endian wherever WebAssembly runs.
    data.set(
      new array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) as ArrayBuffer, 0, length),
    );
    return data;
  }
  const isExact = element.dtype === dtype && bytes < 8;
  for (let i = 0; i < length; i++) {
    const value = read(view, i * bytes, little);
    if (isExact || dtype === "float64") data[i] = value;
    else
      try {
        data[i] = toDType(value, dtype, `number ${i}`);
      } catch (error) {
        if (!(error instanceof ArgumentError)) throw error;
        fail(`its number ${i} is ${value}, which ${dtype} cannot hold; try dtype: "float64"`);
      }
  }
  return data;
}

/** Numbers whose first axis is the innermost, in the order in which the last one is. */
function rowsFirst(data: TypedArray, shape: readonly number[], dtype: DType): TypedArray {
  const out = allocate(dtype, data.length);
  const strides = contiguousStrides([...shape].reverse()).reverse();
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0, from = 0; i < out.length; i++) {
    out[i] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

interface Header {
  readonly element: Element;
  readonly little: boolean;
  readonly isFortran: boolean;
  readonly shape: readonly number[];
  /** The offset of the first number. */
  readonly start: number;
}

function readHeader(bytes: Uint8Array, fail: Fail): Header {
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    const kind = kindOf(bytes);
    fail(kind ? `it is ${kind}` : "it does not begin with NumPy's magic bytes");
  }
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) fail(`it is of version ${version}, and 1 to 3 are read`);
  const start = version === 1 ? 10 : 12;
  if (bytes.length < start) fail("it is cut short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > maxHeaderBytes) fail(`its header is ${length} bytes long, and at most ${maxHeaderBytes} are read`);
  if (bytes.length < start + length) fail("it is cut short");
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1").decode(bytes.subarray(start, start + length));
  return { ...parseHeader(text, fail), start: start + length };
}

/** Parses `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`. */
function parseHeader(text: string, fail: Fail): Omit<Header, "start"> {
  const entries = new Map<string, string>();
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,L]*\)|\[[^\]]*\])\s*(,|(?=\}))/y;
  const opening = /^\s*\{/.exec(text)?.[0].length ?? fail("its header is damaged");
  for (let at = opening; ; ) {
    entry.lastIndex = at;
    const found = entry.exec(text);
    if (!found) {
      if (!/^\s*\}\s*$/.test(text.slice(at))) fail("its header is damaged");
      break;
    }
    entries.set(found[2]!, found[3]!);
    at = entry.lastIndex;
  }
  const [descr, order, sizes] = ["descr", "fortran_order", "shape"].map((name) => entries.get(name));
  if (!descr || !sizes || (order !== "True" && order !== "False") || entries.size !== 3) fail("its header is damaged");
  if (descr!.startsWith("[")) fail("its elements are records of several fields");
  const [, sign, kind = ""] = /^['"]([<>|=])(.*)['"]$/.exec(descr!) ?? [];
  const element = Object.hasOwn(elements, kind) ? elements[kind] : undefined;
  if (!element) fail(`its elements are of type ${quote(descr!.slice(1, -1), 20)}, and only real numbers are read`);
  const shape = (sizes!.match(/\d+/g) ?? []).map(Number);
  if (!sizes!.startsWith("(") || shape.length > maxAxes) fail("its header is damaged");
  if (!(sizeOf(shape) * element!.bytes <= maxBytes) || shape.some((n) => n > maxBytes))
    fail(`it claims shape ${formatShape(shape)}, and more than 2 GiB are not read`);
  return { element: element!, little: sign !== ">", isFortran: order === "True" && shape.length > 1, shape };
}

/** The element type that each dtype is written as. NumPy has no bfloat16, which becomes float32. */
const written: Readonly<Record<Exclude<DType, "bfloat16">, string>> = {
  ...{ bool: "|b1", uint8: "|u1", int32: "<i4", uint32: "<u4", float16: "<f2", float32: "<f4", float64: "<f8" },
};

/**
 * The bytes of an NPY file of version 1 that holds an array, which NumPy's `numpy.load` reads. Rows come first, in
 * little-endian order; the numbers begin at a multiple of 64 bytes. bfloat16 is written as float32.
 *
 * @throws ArgumentError for what is no array, or whose numbers do not fit its shape
 *
 * @example
 * encodeNpy({ data: Uint8Array.of(1, 2, 3), shape: [3], dtype: "uint8" }).length; // 131
 */
export function encodeNpy(array: HostArray): Uint8Array {
  if (!ArrayBuffer.isView(array?.data) || !Array.isArray(array.shape) || !dtypes.includes(array.dtype))
    throw new ArgumentError("encodeNpy: expected { data, shape, dtype } with a typed array.");
  const { data, shape, dtype } = array.dtype === "bfloat16" ? widen(array) : array;
  const count = sizeOf(shape);
  if (data.length !== count)
    throw new ArgumentError(`encodeNpy: expected ${count} numbers for ${formatShape(shape)}, got ${data.length}.`);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const type = written[dtype as keyof typeof written];
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + data.byteLength);
  bytes.set(magic);
  bytes.set([1, 0, length & 255, length >> 8], 6);
  bytes.set(new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + length);
  return bytes;
}
