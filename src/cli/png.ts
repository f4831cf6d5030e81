// Decodes PNG files to brightness and opacity. Chunks and sizes are checked here, since fast-png trusts them.
import { inflateSync } from "node:zlib";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { checkSize, luma, type Picture } from "./picture.ts";

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/** The standard's colour types: gray, colour, palette, gray with alpha, colour with alpha. */
const colourTypes: Readonly<Record<number, { channels: number; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};
const needed = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
/** Encoders write chunks of 8 KiB or more, which makes 8,192 of them in the largest file that is read. */
const maxChunks = 65_536;

export function isPng(bytes: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}

/** Decodes a PNG of any colour type. Throws an Error for a file that is damaged or too large. */
export function decodePng(bytes: Uint8Array): Picture {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks);
  checkPixelData(chunks, header);
  const whole = [bytes.subarray(0, 8), ...chunks.map((chunk) => chunk.whole)];
  const image = decode(new Uint8Array(Buffer.concat(whole)), { checkCrc: true });
  if (header.colourType !== 3) return fromDecoded(header, image);
  const colour = image.palette?.[0];
  if (!colour) throw new Error("its palette is missing");
  return fromSamples(header, convertIndexedToRgb(image), colour.length, 8);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** The chunk with its length, type and checksum. */
  readonly whole: Uint8Array;
}

/** The chunks that decoding needs, in order. */
function readChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
  for (let at = 8, count = 1; chunks.at(-1)?.type !== "IEND"; count++) {
    if (count > maxChunks) throw new Error(`it has more than ${maxChunks} chunks`);
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Infinity;
    if (at + 12 + length > bytes.length) throw new Error("the file is cut short");
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const whole = bytes.subarray(at, at + 12 + length);
    if (needed.has(type)) chunks.push({ type, data: whole.subarray(8, 8 + length), whole });
    at += whole.length;
  }
  return chunks;
}

function readHeader(chunks: readonly Chunk[]): Header {
  const [first, ...rest] = chunks;
  if (first?.type !== "IHDR" || first.data.length !== 13 || rest.some(({ type }) => type === "IHDR"))
    throw new Error("its header is damaged");
  const view = new DataView(first.data.buffer, first.data.byteOffset, 13);
  const header = {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: view.getUint8(8),
    colourType: view.getUint8(9),
    interlaced: view.getUint8(12) === 1,
  };
  const { width, height, depth, colourType, interlaced } = header;
  if (!colourTypes[colourType]?.depths.includes(depth)) throw new Error("its header is damaged");
  checkSize(width, height);
  if (interlaced && depth < 8)
    throw new Error(`it is interlaced with ${depth} bits per pixel, which cannot be read; save it without interlacing`);
  return header;
}

/** Throws unless the pixel data unpack to exactly as many bytes as the header calls for. */
function checkPixelData(chunks: readonly Chunk[], { width, height, depth, colourType, interlaced }: Header): void {
  const rowBytes = (pixels: number): number =>
    pixels === 0 ? 0 : 1 + Math.ceil((pixels * depth * colourTypes[colourType]!.channels) / 8);
  // Adam7's seven passes: the first column and row of each, then its steps.
  const passes = interlaced
    ? [
        [0, 0, 8, 8],
        [4, 0, 8, 8],
        [0, 4, 4, 8],
        [2, 0, 4, 4],
        [0, 2, 2, 4],
        [1, 0, 2, 2],
        [0, 1, 1, 2],
      ]
    : [[0, 0, 1, 1]];
  let expected = 0;
  for (const [x, y, stepX, stepY] of passes as [number, number, number, number][]) {
    expected += Math.max(0, Math.ceil((height - y) / stepY)) * rowBytes(Math.max(0, Math.ceil((width - x) / stepX)));
  }
  let size: number;
  try {
    const packed = Buffer.concat(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
    size = inflateSync(packed, { maxOutputLength: expected + 1 }).length;
  } catch {
    throw new Error("its pixel data are damaged");
  }
  if (size !== expected) throw new Error(`its pixel data are ${size} bytes, but its size calls for ${expected}`);
}

/** Makes a picture from gray or colour samples, of which tRNS may declare one value transparent. */
function fromDecoded(header: Header, { data, depth, channels, transparency }: DecodedPng): Picture {
  const samples = depth < 8 ? unpackBits(data as Uint8Array, header, depth) : data;
  const picture = fromSamples(header, samples, channels, depth);
  if (!transparency || transparency.length < channels) return picture;
  const opacity = new Uint8Array(header.width * header.height);
  for (let i = 0; i < opacity.length; i++) {
    let isKey = true;
    for (let c = 0; c < channels; c++) isKey &&= samples[i * channels + c] === transparency[c];
    opacity[i] = isKey ? 0 : 255;
  }
  return { ...picture, opacity };
}

/** Unpacks gray samples of 1, 2 or 4 bits to one a byte. Each row begins at a byte. */
function unpackBits(packed: Uint8Array, { width, height }: Header, depth: number): Uint8Array {
  const samples = new Uint8Array(width * height);
  const rowBytes = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = (packed[y * rowBytes + (bit >> 3)]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
    }
  }
  return samples;
}

/** Makes a picture from samples of 1 channel (gray), 2 (gray and alpha), 3 (colour) or 4 (colour and alpha). */
function fromSamples({ width, height }: Header, samples: ArrayLike<number>, channels: number, depth: number): Picture {
  const toByte = 255 / (2 ** depth - 1);
  const brightness = new Uint8Array(width * height);
  const opacity = channels % 2 === 0 ? new Uint8Array(width * height) : undefined;
  for (let i = 0, at = 0; i < brightness.length; i++, at += channels) {
    const light = channels < 3 ? samples[at]! : luma(samples[at]!, samples[at + 1]!, samples[at + 2]!);
    brightness[i] = Math.round(light * toByte);
    if (opacity) opacity[i] = Math.round(samples[at + channels - 1]! * toByte);
  }
  return { width, height, brightness, opacity };
}
