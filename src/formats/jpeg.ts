// Decodes JPEG files. Segments and sizes are checked here, since jpeg-js trusts them.
import { decode, type RawImageData } from "jpeg-js";
import { readOrientation, turnUpright } from "./orientation.ts";
import { checkSize, type Picture } from "./picture.ts";

/** Encoders write about ten scans; each costs a pass over the whole picture. */
const maxScans = 32;

/**
 * Decodes a gray or colour JPEG of 8 bits, baseline or progressive, upright by Exif's orientation. Throws an Error for
 * a file that is damaged, too large or of another kind.
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const isGray = checkHeader(bytes) === 1;
  const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false, maxMemoryUsageInMB: 2048 } as const;
  const image: RawImageData<Uint8Array> & { exifBuffer?: Uint8Array } = decode(bytes, options);
  const { width, height, data, exifBuffer } = image;
  const channels = isGray ? 1 : 3;
  // The library gives gray pixels as colours.
  if (isGray) for (let i = 0; i < width * height; i++) data[i] = data[3 * i]!;
  const pixels = data.subarray(0, width * height * channels);
  const picture: Picture = { width, height, channels, data: pixels, opacity: undefined };
  // A zero byte stands before the TIFF file that Exif data are.
  return exifBuffer ? turnUpright(picture, readOrientation(exifBuffer.subarray(1))) : picture;
}

/**
 * Checks the segments before decoding, since jpeg-js trusts them: it allocates as much as a header claims, and reads
 * missing data as zeros. Returns the number of colour channels.
 */
function checkHeader(bytes: Uint8Array): number {
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
  if (!frame || scans === 0) throw new Error("it has no pixels");
  return frame[5]!;
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
