// The IDX format of LeCun's MNIST files: a magic number, the sizes and the elements, big-endian, often gzipped.
import { allocate, type DType } from "../dtype.ts";
import { FileError } from "../errors.ts";
import type { HostArray } from "../host-array.ts";
import { formatShape, sizeOf } from "../shape.ts";

const maxBytes = 2 ** 31;

interface Element {
  readonly bytes: number;
  readonly dtype: DType;
  readonly read: (view: DataView, at: number) => number;
}

/** The element types by the third byte of the file. int8 and int16, which Nabla does not have, become int32. */
const elements: Readonly<Record<number, Element>> = {
  8: { bytes: 1, dtype: "uint8", read: (view, at) => view.getUint8(at) },
  9: { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  11: { bytes: 2, dtype: "int32", read: (view, at) => view.getInt16(at) },
  12: { bytes: 4, dtype: "int32", read: (view, at) => view.getInt32(at) },
  13: { bytes: 4, dtype: "float32", read: (view, at) => view.getFloat32(at) },
  14: { bytes: 8, dtype: "float64", read: (view, at) => view.getFloat64(at) },
};

/**
 * Reads an IDX file, gzipped or not. `source` names the file in errors.
 *
 * Format: two zero bytes, the element type (08 uint8, 09 int8, 0B int16, 0C int32, 0D float32, 0E float64), the
 * number of axes, the size of each axis as a big-endian uint32, then the numbers, row-major and big-endian.
 * uint8, int32, float32 and float64 keep their dtype; int8 and int16 become int32.
 *
 * Throws {@link FileError} for a file that is cut short, has bytes left over, is no IDX file, holds more than 2 GiB,
 * or whose gzip data are damaged. No more is unpacked than the header declares.
 *
 * @example
 * const images = await decodeIdx(await readFile("t10k-images-idx3-ubyte.gz"), "t10k-images-idx3-ubyte.gz");
 * images.shape; // [10000, 28, 28]
 */
export async function decodeIdx(bytes: Uint8Array, source: string): Promise<HostArray> {
  const fail: Fail = (what) => {
    throw new FileError(`"${source}" is not a complete IDX file: ${what}.`);
  };
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? await gunzip(bytes, fail) : bytes;
  const { element, shape, headerBytes } =
    readHeader(raw, fail) ?? fail(`it has ${raw.length} bytes, too few for its header`);
  const { bytes: width, dtype, read } = element;
  const length = sizeOf(shape);
  const wanted = headerBytes + length * width;
  if (raw.length !== wanted) {
    const guess = raw.length < wanted ? " (is it cut short?)" : "";
    fail(`shape ${formatShape(shape)} takes ${wanted} bytes with the header, but it has ${raw.length}${guess}`);
  }
  if (dtype === "uint8") return { data: new Uint8Array(raw.subarray(headerBytes)), shape, dtype };
  const data = allocate(dtype, length);
  const view = new DataView(raw.buffer, raw.byteOffset + headerBytes, length * width);
  for (let i = 0; i < length; i++) data[i] = read(view, i * width);
  return { data, shape, dtype };
}

type Fail = (what: string) => never;

interface Header {
  readonly element: Element;
  readonly shape: readonly number[];
  readonly headerBytes: number;
}

/** The header in the first bytes, or undefined if there are too few of them. */
function readHeader(bytes: Uint8Array, fail: Fail): Header | undefined {
  const [zero, zeroToo, type, axes] = bytes;
  if (type === undefined || axes === undefined) return undefined;
  const element = elements[type];
  if (zero !== 0 || zeroToo !== 0 || !element || axes === 0) {
    const magic = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    return fail(`it begins with ${magic}, which is no IDX magic number`);
  }
  const headerBytes = 4 + 4 * axes;
  if (bytes.length < headerBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  if (!(headerBytes + sizeOf(shape) * element.bytes <= maxBytes)) {
    fail(`it claims shape ${formatShape(shape)}, and more than 2 GiB are not read`);
  }
  return { element, shape, headerBytes };
}

/** Unpacks gzip, and fails as soon as there are more bytes than the header declares. */
async function gunzip(bytes: Uint8Array, fail: Fail): Promise<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  let out = new Uint8Array(1024);
  let length = 0;
  let limit: number | undefined;
  try {
    for (;;) {
      const { done, value } = await reader
        .read()
        .catch((error: Error) => fail(`its gzip data are damaged or cut short (${error.message})`));
      if (done) return out.subarray(0, length);
      if (length + value.length > out.length) {
        const larger = new Uint8Array(Math.max(length + value.length, Math.min(2 * out.length, limit ?? Infinity)));
        larger.set(out.subarray(0, length));
        out = larger;
      }
      out.set(value, length);
      length += value.length;
      const header = limit === undefined ? readHeader(out.subarray(0, length), fail) : undefined;
      if (header) limit = header.headerBytes + sizeOf(header.shape) * header.element.bytes;
      if (limit !== undefined && length > limit)
        fail(`it unpacks to more than the ${limit} bytes that its header promises`);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
