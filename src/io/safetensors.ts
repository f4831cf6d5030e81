// Hugging Face's safetensors format: a JSON header with each tensor's offsets, then the bytes of all tensors.
import { type DType, dtypeInfo, type TypedArray } from "../dtype.ts";
import { ArgumentError, FileError, quote } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { describe } from "../options.ts";
import { checkShape, formatShape, sizeOf } from "../shape.ts";
import { parseJson } from "./json.ts";
import { widen } from "./narrow.ts";

/** The reference allows 100 MB; a header of 16 MiB names more than 100,000 tensors. */
const maxHeaderBytes = 2 ** 24;
const maxAxes = 32;

const namesOfDTypes = {
  float32: "F32",
  float64: "F64",
  int32: "I32",
  uint32: "U32",
  uint8: "U8",
  bool: "BOOL",
  float16: "F16",
  bfloat16: "BF16",
} as const satisfies Record<DType, string>;

interface StoredDType {
  readonly bytes: number;
  readonly dtype: DType;
  readonly element?: (view: DataView, at: number) => number;
}

/** The format's dtypes: bytes per element, Nabla's dtype, and a reader of elements if their bytes differ. */
const storedDTypes: Readonly<Record<string, StoredDType>> = {
  F32: { bytes: 4, dtype: "float32" },
  F64: { bytes: 8, dtype: "float64" },
  I32: { bytes: 4, dtype: "int32" },
  U32: { bytes: 4, dtype: "uint32" },
  U8: { bytes: 1, dtype: "uint8" },
  BOOL: { bytes: 1, dtype: "bool", element: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
  F16: { bytes: 2, dtype: "float16" },
  BF16: { bytes: 2, dtype: "bfloat16" },
  I64: { bytes: 8, dtype: "int32", element: (view, at) => Number(view.getBigInt64(at, true)) },
  I16: { bytes: 2, dtype: "int32", element: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, dtype: "int32", element: (view, at) => view.getUint16(at, true) },
  I8: { bytes: 1, dtype: "int32", element: (view, at) => view.getInt8(at) },
};

/** The contents of a safetensors file. */
export interface SafetensorsContent {
  /** The tensors by name, in the order in which they lie in the file. */
  readonly tensors: Map<string, HostArray>;
  /** The texts of the header's `__metadata__`; empty if it has none. */
  readonly metadata: Record<string, string>;
}

/**
 * Writes tensors and texts as one safetensors file, which Python's `safetensors` reads too.
 *
 * Format: 8 bytes N (little-endian), N bytes of JSON header padded with spaces so that the data begin at a multiple
 * of 8, then the data without gaps. The widest dtypes come first, by name within a dtype's width, so that every
 * tensor is aligned. The same tensors and metadata give the same bytes.
 *
 * Throws {@link ArgumentError} for a name that the format cannot hold, a tensor whose numbers do not fit its shape
 * and dtype, or metadata that are no text.
 *
 * @example
 * const weights = { data: new Float32Array(6), shape: [2, 3], dtype: "float32" } as const;
 * const bytes = encodeSafetensors({ "dense/kernel": weights }, { format: "nabla" });
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, HostArray> | Readonly<Record<string, HostArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const named: [string, HostArray][] = tensors instanceof Map ? [...tensors] : Object.entries(tensors);
  for (const [name, tensor] of named) checkTensor(name, tensor);
  named.sort(([a, x], [b, y]) => dtypeInfo(y.dtype).bytes - dtypeInfo(x.dtype).bytes || (a < b ? -1 : 1));

  const header: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) header.push(["__metadata__", checkMetadata(metadata)]);
  let end = 0;
  for (const [name, { data, shape, dtype }] of named) {
    header.push([name, { dtype: namesOfDTypes[dtype], shape, data_offsets: [end, end + data.byteLength] }]);
    end += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const dataStart = Math.ceil((8 + json.length) / 8) * 8;
  if (dataStart - 8 > maxHeaderBytes) {
    throw new ArgumentError(
      `a safetensors header holds at most ${maxHeaderBytes} bytes, but names and metadata take ${json.length}.`,
    );
  }
  const bytes = new Uint8Array(dataStart + end).fill(0x20, 8, dataStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - 8), true);
  bytes.set(json, 8);
  let at = dataStart;
  for (const [, { data }] of named) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function checkTensor(name: string, { data, shape, dtype }: HostArray): void {
  if (name === "__metadata__" || name === "__proto__")
    throw new ArgumentError(`a safetensors file cannot hold a tensor named "${name}".`);
  checkShape(shape, `tensor "${name}"`);
  if (data.length !== sizeOf(shape) || !(data instanceof dtypeInfo(dtype).array)) {
    throw new ArgumentError(
      `tensor "${name}" says ${dtype}${formatShape(shape)}, which is ${sizeOf(shape)} numbers, ` +
        `but holds a ${data.constructor.name} of ${data.length}.`,
    );
  }
}

function checkMetadata(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [key, value] of Object.entries(metadata)) {
    if (key === "__proto__" || typeof value !== "string") {
      throw new ArgumentError(
        `safetensors metadata are texts under names other than "__proto__", but "${key}" is ${typeof value}.`,
      );
    }
  }
  return metadata;
}

/**
 * Reads a safetensors file. `source` names the file in errors.
 *
 * F32, F64, I32, U32, U8 and BOOL keep their dtype; F16 and BF16 become float32, which holds them exactly, unless
 * `keepHalf` is true; I8, I16, U16 and I64 become int32.
 * Throws {@link FileError} for a file that is cut short or does not keep to the format: a header past the end of the
 * file, over 16 MiB or not JSON, a name twice or `__proto__`, an unknown dtype, offsets that overlap, leave a hole,
 * leave the file or do not fit shape and dtype, and an I64 that does not fit int32.
 *
 * @example
 * const { tensors, metadata } = decodeSafetensors(await readFile("model.safetensors"), "model.safetensors");
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  source: string,
  { keepHalf = false }: { readonly keepHalf?: boolean } = {},
): SafetensorsContent {
  const fail = (what: string): never => {
    throw new FileError(`"${source}" is not a complete safetensors file: ${what}.`);
  };
  const { entries, dataStart } = readHeader(bytes, fail);
  const dataBytes = bytes.length - dataStart;
  const metadata: Record<string, string> = {};
  const stored: StoredTensor[] = [];
  for (const [name, entry] of entries) {
    if (name === "__metadata__") Object.assign(metadata, readMetadata(entry, fail));
    else stored.push(readEntry(name, entry, dataBytes, fail));
  }
  stored.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const tensor of stored) {
    if (tensor.begin !== end) {
      fail(
        `tensor ${quote(tensor.name)} begins at byte ${tensor.begin} of the data, ` +
          `but the tensor before it ends at ${end}`,
      );
    }
    end = tensor.end;
  }
  if (end !== dataBytes) fail(`its tensors end at byte ${end} of the data, but the file has ${dataBytes}`);
  const tensors = new Map<string, HostArray>();
  for (const tensor of stored) {
    const read = readTensor(tensor, bytes.subarray(dataStart + tensor.begin, dataStart + tensor.end), fail);
    tensors.set(tensor.name, keepHalf ? read : widen(read));
  }
  return { tensors, metadata };
}

type Fail = (what: string) => never;

interface StoredTensor {
  readonly name: string;
  readonly format: StoredDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, fail: Fail): { entries: [string, unknown][]; dataStart: number } {
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, fewer than the 8 that give the header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > maxHeaderBytes) fail(`its header claims ${length} bytes, and at most ${maxHeaderBytes} are allowed`);
  if (length > bytes.length - 8) fail(`its header claims ${length} bytes, but only ${bytes.length - 8} follow`);
  let text: string;
  let header: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
    header = parseJson(text);
  } catch (error) {
    return fail(`its header ${error instanceof SyntaxError ? error.message : "is not UTF-8"}`);
  }
  if (!text.startsWith("{") || !isObject(header)) return fail("its header is no JSON object");
  const repeated = findRepeatedKey(text);
  if (repeated !== undefined) fail(`its header has ${quote(repeated)} twice`);
  const entries = Object.entries(header);
  if (entries.some(([name]) => name === "__proto__")) fail(`its header has the name "__proto__"`);
  return { entries, dataStart: 8 + length };
}

function readMetadata(entry: unknown, fail: Fail): Record<string, string> {
  if (!isObject(entry)) return fail("its __metadata__ is no JSON object");
  for (const [key, value] of Object.entries(entry)) {
    if (typeof value !== "string" || key === "__proto__")
      fail(`its __metadata__ has ${quote(key)}, which is no text under a plain name`);
  }
  return entry as Record<string, string>;
}

function readEntry(name: string, entry: unknown, dataBytes: number, fail: Fail): StoredTensor {
  const {
    dtype,
    shape,
    data_offsets: offsets,
  } = isObject(entry) ? entry : fail(`tensor ${quote(name)} is described by no JSON object`);
  const format = typeof dtype === "string" && Object.hasOwn(storedDTypes, dtype) ? storedDTypes[dtype] : undefined;
  if (!format) {
    const known = Object.keys(storedDTypes).join(", ");
    return fail(`tensor ${quote(name)} has dtype ${describe(dtype)}, which Nabla cannot read (it reads ${known})`);
  }
  if (!isCounts(shape)) return fail(`the shape of tensor ${quote(name)} is no list of integers from 0 up`);
  if (shape.length > maxAxes)
    return fail(`tensor ${quote(name)} has ${shape.length} axes, expected at most ${maxAxes}`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return fail(`the data_offsets of tensor ${quote(name)} are no two integers from 0 up`);
  const [begin, end] = offsets as readonly [number, number];
  if (begin > end || end > dataBytes) {
    fail(
      `tensor ${quote(name)} lies at bytes ${begin} to ${end} of the data, ` +
        `but there are ${dataBytes} (is the file cut short?)`,
    );
  }
  const wanted = sizeOf(shape) * format.bytes;
  if (wanted !== end - begin) {
    fail(
      `tensor ${quote(name)} is ${dtype} with shape ${formatShape(shape)}, which takes ${wanted} bytes, ` +
        `but its data_offsets hold ${end - begin}`,
    );
  }
  return { name, format, shape, begin, end };
}

function readTensor({ name, format, shape }: StoredTensor, bytes: Uint8Array, fail: Fail): HostArray {
  const { dtype, bytes: width, element } = format;
  const length = bytes.length / width;
  // The copy aligns the elements. Typed arrays are little-endian, like the format, in every engine with WebAssembly.
  if (!element) return { data: new (dtypeInfo(dtype).array)(new Uint8Array(bytes).buffer, 0, length), shape, dtype };
  const data: TypedArray = new (dtypeInfo(dtype).array)(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < length; i++) {
    const value = element(view, i * width);
    data[i] = value;
    if (dtype === "int32" && data[i] !== value)
      fail(`tensor ${quote(name)} is I64 and holds ${value}, which does not fit int32`);
  }
  return { data, shape, dtype };
}

/** The first key that occurs twice in one object of valid `json`, of which JSON.parse would silently keep the last. */
function findRepeatedKey(json: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < json.length; at++) {
    const letter = json[at];
    if (letter === "{") open.push(new Set());
    else if (letter === "}") open.pop();
    if (letter !== '"') continue;
    const start = at;
    for (at++; json[at] !== '"'; at++) if (json[at] === "\\") at++;
    let after = at + 1;
    while (" \t\r\n".includes(json[after] ?? ":")) after++;
    if (json[after] !== ":") continue;
    const raw = json.slice(start + 1, at);
    const key = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (open.at(-1)!.has(key)) return key;
    open.at(-1)!.add(key);
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}
