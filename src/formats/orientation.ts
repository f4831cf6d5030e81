// Exif's orientation: how a camera was held, and the picture turned upright.
import type { Picture } from "./picture.ts";

/** Tag 0x0112 of the first directory of Exif data (a TIFF file); 1, "upright", where there is none. */
export function readOrientation(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.length);
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

/** For each orientation: the stored pixel, in a picture of w × h, of pixel (x, y) of the upright one. */
const sources: Readonly<Record<number, (x: number, y: number, w: number, h: number) => readonly [number, number]>> = {
  2: (x, y, w) => [w - 1 - x, y],
  3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
  4: (x, y, _, h) => [x, h - 1 - y],
  5: (x, y) => [y, x],
  6: (x, y, _, h) => [y, h - 1 - x],
  7: (x, y, w, h) => [w - 1 - y, h - 1 - x],
  8: (x, y, w) => [w - 1 - y, x],
};

/** The picture turned upright, by an orientation from 1 to 8; any other number leaves it as it is. */
export function turnUpright(picture: Picture, orientation: number): Picture {
  const source = sources[orientation];
  if (!source) return picture;
  const { width: w, height: h, channels, data, opacity } = picture;
  const [width, height] = orientation >= 5 ? [h, w] : [w, h];
  const turned = new Uint8Array(data.length);
  const turnedOpacity = opacity && new Uint8Array(opacity.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [sx, sy] = source(x, y, w, h);
      const [to, from] = [y * width + x, sy * w + sx];
      for (let c = 0; c < channels; c++) turned[to * channels + c] = data[from * channels + c]!;
      if (turnedOpacity) turnedOpacity[to] = opacity[from]!;
    }
  }
  return { width, height, channels, data: turned, opacity: turnedOpacity };
}
