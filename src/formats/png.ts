// Decodes PNG files. Chunks and sizes are checked here, since fast-png trusts them.
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { unzlibSync, zlibSync } from "fflate";
import { crc32 } from "../io/crc32.ts";
import { joinBytes } from "../io/protobuf.ts";
import { readOrientation, turnUpright } from "./orientation.ts";
import { checkSize, type Picture } from "./picture.ts";

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
const needed = new Set(["IHDR", "PLTE", "tRNS", "eXIf", "IDAT", "IEND"]);
/** Encoders write chunks of 8 KiB or more, which makes 8,192 of them in the largest file that is read. */
const maxChunks = 65_536;

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** Decodes a PNG of any colour type, upright by its eXIf chunk. Throws an Error for a damaged or too large file. */
export function decodePng(bytes: Uint8Array): Picture {
  const chunks = readChunks(bytes);
  const header = readHeader(chunks);
  const rows = unpackRows(chunks, header);
  const colours = chunks.filter(({ type }) => type === "PLTE" || type === "tRNS");
  const picture = header.interlaced ? decodeInterlaced(header, colours, rows) : decodeRows(header, colours, rows);
  const exif = chunks.find(({ type }) => type === "eXIf");
  return exif ? turnUpright(picture, readOrientation(exif.data)) : picture;
}

/** Decodes a picture that is not interlaced. Its rows are stored, so that nothing is unpacked twice. */
function decodeRows(header: Header, colours: readonly Chunk[], rows: Uint8Array): Picture {
  const chunks = [headerChunk(header), ...colours, makeChunk("IDAT", zlibSync(rows, { level: 0 })), makeChunk("IEND")];
  const image = decode(joinBytes([signature, ...chunks.map((chunk) => chunk.whole)]));
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
    if (needed.has(type)) {
      if (crc32(whole.subarray(4, 8 + length)) !== view.getUint32(at + 8 + length))
        throw new Error(`its ${type} chunk is damaged: it has another checksum`);
      chunks.push({ type, data: whole.subarray(8, 8 + length), whole });
    }
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
  const { width, height, depth, colourType } = header;
  if (!colourTypes[colourType]?.depths.includes(depth)) throw new Error("its header is damaged");
  checkSize(width, height);
  return header;
}

/** A part of a picture: the pixels of every `stepX`-th column and `stepY`-th row from (x, y) on, stored row by row. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** Adam7's passes as [x, y, stepX, stepY]. */
const adam7: readonly (readonly [number, number, number, number])[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** The passes of a picture that hold pixels: one, or up to seven if it is interlaced. */
function passesOf({ width, height, depth, colourType, interlaced }: Header): Pass[] {
  const steps = interlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const passes = steps.map(([x, y, stepX, stepY]): Pass => {
    const [w, h] = [Math.ceil((width - x) / stepX), Math.ceil((height - y) / stepY)];
    // Each row begins at a byte, after the byte that names its filter.
    const rowBytes = 1 + Math.ceil((w * depth * colourTypes[colourType]!.channels) / 8);
    return { x, y, stepX, stepY, width: w, height: h, bytes: h * rowBytes };
  });
  return passes.filter((pass) => pass.width > 0 && pass.height > 0);
}

/** The rows of all passes. Throws unless they are exactly as many bytes as the header calls for. */
function unpackRows(chunks: readonly Chunk[], header: Header): Uint8Array {
  const expected = passesOf(header).reduce((sum, { bytes }) => sum + bytes, 0);
  const packed = joinBytes(chunks.filter(({ type }) => type === "IDAT").map(({ data }) => data));
  let rows: Uint8Array;
  try {
    // What does not fit into one byte more than expected is dropped.
    rows = unzlibSync(packed, { out: new Uint8Array(expected + 1) });
  } catch {
    throw new Error("its pixel data are damaged");
  }
  if (rows.length > expected) throw new Error(`its pixel data are longer than the ${expected} bytes of its size`);
  if (rows.length < expected)
    throw new Error(`its pixel data are ${rows.length} bytes, but its size calls for ${expected}`);
  return rows;
}

/** Decodes each pass as a picture of its own, since fast-png reads interlaced ones from 8 bits on only. */
function decodeInterlaced(header: Header, colours: readonly Chunk[], rows: Uint8Array): Picture {
  const { width, height } = header;
  let [start, whole]: [number, Picture | undefined] = [0, undefined];
  for (const pass of passesOf(header)) {
    const own = { ...header, width: pass.width, height: pass.height, interlaced: false };
    const part = decodeRows(own, colours, rows.subarray(start, (start += pass.bytes)));
    const { channels } = part;
    whole ??= {
      ...{ width, height, channels },
      data: new Uint8Array(width * height * channels),
      opacity: part.opacity && new Uint8Array(width * height),
    };
    for (let i = 0; i < pass.width * pass.height; i++) {
      const row = pass.y + Math.floor(i / pass.width) * pass.stepY;
      const at = row * width + pass.x + (i % pass.width) * pass.stepX;
      for (let c = 0; c < channels; c++) whole.data[at * channels + c] = part.data[i * channels + c]!;
      if (whole.opacity) whole.opacity[at] = part.opacity![i]!;
    }
  }
  return whole!;
}

function headerChunk({ width, height, depth, colourType }: Header): Chunk {
  const data = new Uint8Array(13);
  const view = new DataView(data.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  data.set([depth, colourType], 8);
  return makeChunk("IHDR", data);
}

function makeChunk(type: string, data: Uint8Array = new Uint8Array()): Chunk {
  const whole = new Uint8Array(12 + data.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(type), 4);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc32(whole.subarray(4, 8 + data.length)));
  return { type, data, whole };
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
function fromSamples({ width, height }: Header, samples: ArrayLike<number>, stride: number, depth: number): Picture {
  const toByte = 255 / (2 ** depth - 1);
  const channels = stride < 3 ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  const opacity = stride > channels ? new Uint8Array(width * height) : undefined;
  for (let i = 0, at = 0; i < width * height; i++, at += stride) {
    for (let c = 0; c < channels; c++) data[i * channels + c] = Math.round(samples[at + c]! * toByte);
    if (opacity) opacity[i] = Math.round(samples[at + channels]! * toByte);
  }
  return { width, height, channels, data, opacity };
}
