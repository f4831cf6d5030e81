// A decoded picture, and the limits of its size.
/** Cameras save 12 megapixels by default. Decoding takes up to 40 bytes a pixel. */
const maxPixels = 13e6;
const maxSide = 16_384;
/** The size of the largest file that is read, in bytes. */
export const maxImageBytes = 64 * 2 ** 20;

/**
 * A decoded picture, row by row: 0 is black, 255 white. Opacity 0 is transparent; undefined means that all is opaque.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly brightness: Uint8Array;
  readonly opacity: Uint8Array | undefined;
}

/** Throws an Error unless a picture of this size, as its header gives it, may be decoded. */
export function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0) throw new Error("it has no pixels");
  if (width * height > maxPixels || Math.max(width, height) > maxSide) {
    throw new Error(
      `it is ${width} × ${height} pixels; at most ${maxPixels / 1e6} megapixels and ${maxSide} pixels a side are read`,
    );
  }
}

/** The brightness of a colour, by the weights of ITU-R BT.601. */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}
