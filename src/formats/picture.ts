// A decoded picture, the limits of its size, and its forms: gray, in colour, on paper.

/** Cameras save 12 megapixels by default. Decoding takes up to 40 bytes a pixel. */
const maxPixels = 13e6;
const maxSide = 16_384;
/** The size of the largest file that is read, in bytes. */
export const maxImageBytes = 64 * 2 ** 20;

/** A decoded picture of bytes from 0 (black) to 255, row by row: gray, or red, green and blue side by side. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** `height · width · channels` bytes. */
  readonly data: Uint8Array;
  /** A byte a pixel: 0 is transparent, 255 opaque. Undefined means that all is opaque. */
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

/** The brightness of each pixel: 0.299 red + 0.587 green + 0.114 blue, the weights of ITU-R BT.601. */
export function brightnessOf({ width, height, channels, data }: Picture): Uint8Array {
  if (channels === 1) return data;
  const out = new Uint8Array(width * height);
  for (let i = 0; i < out.length; i++)
    out[i] = Math.round(0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!);
  return out;
}

/** A picture of 1 channel (gray) or 3 (red, green, blue). */
export function withChannels(picture: Picture, channels: 1 | 3): Picture {
  if (picture.channels === channels) return picture;
  if (channels === 1) return { ...picture, channels, data: brightnessOf(picture) };
  const data = new Uint8Array(3 * picture.data.length);
  for (let i = 0; i < data.length; i++) data[i] = picture.data[Math.floor(i / 3)]!;
  return { ...picture, channels, data };
}

/** Lays a picture on paper of one brightness, which shows through where it is not opaque. */
export function onPaper(picture: Picture, paper: number): Picture {
  const { channels, data, opacity } = picture;
  if (!opacity) return picture;
  const blended = data.map((light, i) =>
    Math.round(paper + ((light - paper) * opacity[Math.floor(i / channels)]!) / 255),
  );
  return { ...picture, data: blended, opacity: undefined };
}
