// Decodes WebP files by Google's libwebp, compiled to WebAssembly. Chunks and sizes are checked here before.
import decode, { init } from "@jsquash/webp/decode.js";
import { nodeModule } from "../io/node-modules.ts";
import { readOrientation, turnUpright } from "./orientation.ts";
import { checkSize, type Picture } from "./picture.ts";

/** Decodes a still WebP, lossy or lossless, upright by Exif's orientation. Throws an Error for any other file. */
export async function decodeWebp(bytes: Uint8Array): Promise<Picture> {
  const { width, height, exif } = readChunks(bytes);
  checkSize(width, height);
  await (ready ??= prepare());
  // The library copies the whole buffer, which may be larger than these bytes.
  const image = await decode(bytes.slice().buffer).catch(() => undefined);
  if (image?.width !== width || image.height !== height) throw new Error("its pixel data are damaged or cut short");
  const data = new Uint8Array(width * height * 3);
  const opacity = new Uint8Array(width * height);
  for (let i = 0; i < opacity.length; i++) {
    for (let c = 0; c < 3; c++) data[3 * i + c] = image.data[4 * i + c]!;
    opacity[i] = image.data[4 * i + 3]!;
  }
  const isOpaque = opacity.every((v) => v === 255);
  const picture: Picture = { width, height, channels: 3, data, opacity: isOpaque ? undefined : opacity };
  return exif ? turnUpright(picture, readOrientation(exif)) : picture;
}

let ready: Promise<void> | undefined;

/** A page fetches the module's bytes, which bundlers copy; Node has them in a file, which `fetch` does not read. */
async function prepare(): Promise<void> {
  if (globalThis.process?.versions?.node === undefined) return;
  const { createRequire } = nodeModule("node:module", "decoding WebP");
  const { promises: fs } = nodeModule("node:fs", "decoding WebP");
  const file = createRequire(import.meta.url).resolve("@jsquash/webp/codec/dec/webp_dec.wasm");
  await init(await WebAssembly.compile(await fs.readFile(file)));
}

interface Chunks {
  readonly width: number;
  readonly height: number;
  /** A TIFF file. */
  readonly exif: Uint8Array | undefined;
}

/** The size of the picture as its data state it, and its Exif data. */
function readChunks(bytes: Uint8Array): Chunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let size: readonly [number, number] | undefined;
  let exif: Uint8Array | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + length);
    if (type === "ANIM" || type === "ANMF") throw new Error("it is an animation, and only still pictures are read");
    if (type === "VP8 " || type === "VP8L") {
      // The library reads the first picture of a file.
      size ??= sizeOf(type, data);
      if (data.length < length) throw new Error("the file is cut short");
    }
    if (type === "EXIF") exif ??= withoutPrefix(data);
    at += 8 + length + (length % 2);
  }
  if (!size) throw new Error("the file is cut short or has no picture in it");
  return { width: size[0], height: size[1], exif };
}

/** Some programs write "Exif" and two zeros before the TIFF file, as in a JPEG. */
function withoutPrefix(exif: Uint8Array): Uint8Array {
  return String.fromCharCode(...exif.subarray(0, 6)) === "Exif\0\0" ? exif.subarray(6) : exif;
}

/** Width and height in the header of a lossy (RFC 6386, 9.1) or a lossless picture (RFC 9649, 3.4). */
function sizeOf(type: string, data: Uint8Array): readonly [number, number] {
  if (data.length < 10) throw new Error("the file is cut short");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (type === "VP8 ") {
    const isKeyFrame = (data[0]! & 1) === 0 && data[3] === 0x9d && data[4] === 0x01 && data[5] === 0x2a;
    if (!isKeyFrame) throw new Error("its header is damaged");
    return [view.getUint16(6, true) & 0x3fff, view.getUint16(8, true) & 0x3fff];
  }
  if (data[0] !== 0x2f) throw new Error("its header is damaged");
  const bits = view.getUint32(1, true);
  return [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1];
}
