// Decodes JPEG files to brightness, and turns them upright by Exif's orientation.
import { decode, type RawImageData } from "jpeg-js";
import { checkSize, luma, type Picture } from "./picture.ts";

/** Encoders write about ten scans; each costs a pass over the whole picture. */
const maxScans = 32;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Decodes a gray or colour JPEG of 8 bits, baseline or progressive. Throws an Error for a file that is damaged, too
 * large or of another kind.
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  checkHeader(bytes);
  const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxMemoryUsageInMB: 2048 } as const;
  const image: RawImageData<Uint8Array> & { exifBuffer?: Uint8Array } = decode(bytes, options);
  const { width, height, data, exifBuffer } = image;
  const brightness = new Uint8Array(width * height);
  for (let i = 0; i < brightness.length; i++)
    brightness[i] = Math.round(luma(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!));
  return turnUpright({ width, height, brightness, opacity: undefined }, exifBuffer ? readOrientation(exifBuffer) : 1);
}

/**
 * Checks the segments before decoding, since jpeg-js trusts them: it allocates as much as a header claims, and reads
 * missing data as zeros.
 */
function checkHeader(bytes: Uint8Array): void {
  let frame: Uint8Array | undefined;
  let scans = 0;
  for (let at = 2; ; ) {
    // Within a scan, 0xff stands before a zero or a restart marker (d0 to d7). Before a marker it may stand repeatedly.
    while (bytes[at] !== 0xff || [0, 0xff].includes(bytes[at + 1]!) || (bytes[at + 1]! & 0xf8) === 0xd0) {
      if (++at >= bytes.length) throw new Error("the file is cut short");
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xd9) break;
    const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    if (!(length >= 2 && at + 2 + length <= bytes.length)) throw new Error("the file is cut short");
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      if (marker > 0xc2) throw new Error("it is lossless or arithmetic-coded, which cannot be read; save it as usual");
      if (frame) throw new Error("it holds more than one picture");
      frame = bytes.subarray(at + 4, at + 2 + length);
      checkFrame(frame, bytes.length);
    } else if (marker === 0xda) {
      if (!frame) throw new Error("its header is damaged");
      if (++scans > maxScans) throw new Error(`it has more than ${maxScans} scans`);
    }
    at += 2 + length;
  }
  if (scans === 0) throw new Error("it has no pixels");
}

/** Throws unless a frame's header asks for what can be decoded, and for no more than a file of this size can hold. */
function checkFrame(frame: Uint8Array, fileBytes: number): void {
  const [depth, y1, y0, x1, x0, components] = frame as unknown as readonly number[];
  if (frame.length < 6 || frame.length !== 6 + 3 * components!) throw new Error("its header is damaged");
  if (depth !== 8) throw new Error(`it has ${depth} bits per sample, but only 8 can be read; save it with 8`);
  if (components === 4) throw new Error("its colours are CMYK, which cannot be read; save it as RGB");
  if (components !== 1 && components !== 3) throw new Error(`it has ${components} colour channels, expected 1 or 3`);
  const [width, height] = [(x1! << 8) | x0!, (y1! << 8) | y0!];
  checkSize(width, height);
  const channels = Array.from({ length: components }, (_, i) => frame.subarray(6 + 3 * i, 9 + 3 * i));
  const factors = channels.map(([, factor]) => ({ h: factor! >> 4, v: factor! & 15 }));
  const isDistinct = new Set(channels.map(([id]) => id)).size === components;
  if (!isDistinct || factors.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
    throw new Error("its header is damaged");
  // Each block of 8 × 8 takes at least one bit of the first scan.
  const [h, v] = [Math.max(...factors.map((f) => f.h)), Math.max(...factors.map((f) => f.v))];
  const units = Math.ceil(width / (8 * h)) * Math.ceil(height / (8 * v));
  const blocks = units * factors.reduce((sum, f) => sum + f.h * f.v, 0);
  if (blocks > 8 * fileBytes)
    throw new Error(`the file is cut short: ${fileBytes} bytes cannot hold ${width} × ${height} pixels`);
}

/**
 * Tag 0x0112 of the first directory of Exif data (a zero byte, then a TIFF file); 1, "upright", where there is none.
 */
function readOrientation(exif: Uint8Array): number {
  const view = new DataView(exif.buffer, exif.byteOffset + 1, Math.max(0, exif.length - 1));
  try {
    const littleEndian = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, littleEndian);
    for (let i = 0; i < view.getUint16(directory, littleEndian); i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, littleEndian) === 0x0112) return view.getUint16(entry + 8, littleEndian);
    }
  } catch (error) {
    // Exif data that are cut short give no orientation.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** For each Exif orientation: the stored pixel, in a picture of w × h, of pixel (x, y) of the upright one. */
const sources: Readonly<Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>> = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

function turnUpright(picture: Picture, orientation: number): Picture {
  const source = sources[orientation];
  if (!source) return picture;
  const { width: w, height: h } = picture;
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  const brightness = new Uint8Array(w * h);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = source(x, y, w, h);
      brightness[y * width + x] = picture.brightness[sy * w + sx]!;
    }
  }
  return { width, height, brightness, opacity: undefined };
}
