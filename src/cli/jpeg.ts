// JPEG files to brightness, turned upright as the camera's orientation mark says.
import { decode, type RawImageData } from "jpeg-js";
import type { Picture } from "./image.ts";
import { luma } from "./png.ts";

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/** Decodes a JPEG; throws an Error that says what is wrong with one that is damaged or over `maxPixels`. */
export function decodeJpeg(bytes: Uint8Array, maxPixels: number): Picture {
  const options = {
    useTArray: true,
    formatAsRGBA: false,
    tolerantDecoding: false,
    maxResolutionInMP: maxPixels / 1e6,
    maxMemoryUsageInMB: 2048,
  } as const;
  let image: RawImageData<Uint8Array> & { exifBuffer?: Uint8Array };
  try {
    image = decode(bytes, options);
  } catch (error) {
    if (error instanceof Error && /^max\w+ limit exceeded/.test(error.message))
      throw new Error(`it is over ${maxPixels / 1e6} megapixels`);
    throw error;
  }
  const { width, height, data, exifBuffer } = image;
  if (width === 0 || height === 0) throw new Error("it has no pixels");
  const brightness = new Uint8Array(width * height);
  for (let i = 0; i < brightness.length; i++)
    brightness[i] = Math.round(luma(data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!));
  return turnUpright({ width, height, brightness, opacity: undefined }, exifBuffer ? readOrientation(exifBuffer) : 1);
}

/** Tag 0x0112 of the first directory of Exif data (a zero byte, then a TIFF file); 1, "upright", where there is none. */
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
    // Exif data that end too early say nothing about the orientation.
    if (!(error instanceof RangeError)) throw error;
  }
  return 1;
}

/** For each orientation of Exif: where pixel (x, y) of the upright picture lies in a stored one of w × h. */
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
