// Converts pictures of a digit, from cameras and drawing programs, into the form of MNIST's images.
import { FileError } from "../errors.ts";
import { decodeImage } from "../formats/image.ts";
import { brightnessOf, onPaper, type Picture } from "../formats/picture.ts";
import type { HostArray } from "../host-array.ts";

const side = 28;
const digitSide = 20;

/** The share of the contrast from which a pixel counts as ink when the digit's edges are looked for. */
const inkShare = 0.25;
/** The share of the contrast below which a pixel is paper: grain, shadow, traces of compression. */
const paperShare = 0.1;
/** The fewest steps of brightness, of 255, between paper and ink. */
const leastContrast = 24;

/** A grayscale picture without opacity. */
interface Gray {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Float32Array;
}

/**
 * Converts a picture of one digit into MNIST's form: `[28, 28]`, uint8, white on black.
 *
 * Transparent parts become white paper (or black, if the digit itself is white). A picture with a light border is dark
 * on light, and is inverted. A picture of 28 × 28 is then complete. Any other loses its paper, is cut to the digit,
 * scaled by area averaging so that its longer side is 20, and placed with its centre of mass at the middle of pixel
 * (14, 14), which is how MNIST was made (LeCun, Bottou, Bengio & Haffner 1998).
 *
 * Throws {@link FileError} for a file that is not a PNG, JPEG or WebP, is damaged, has over 13 megapixels or is blank.
 *
 * @example
 * const digit = await digitFromImage(await readFile("seven.png"), "seven.png");
 */
export async function digitFromImage(bytes: Uint8Array, source: string): Promise<HostArray> {
  const picture = await decodeImage(bytes, source);
  for (const paper of [255, 0]) {
    const gray = whiteOnBlack(blend(picture, paper));
    const { min, max } = range(gray.data);
    if (max - min < leastContrast) continue;
    const data =
      gray.width === side && gray.height === side ? Uint8Array.from(gray.data) : center(shrink(cutOut(gray)));
    return { data, shape: [side, side], dtype: "uint8" };
  }
  throw new FileError(`"${source}" is blank: there is no digit in it.`);
}

/** The brightness of a picture on paper of one brightness. */
function blend(picture: Picture, paper: number): Gray {
  const { width, height } = picture;
  return { width, height, data: brightnessOf(onPaper(picture, paper)) };
}

function range(data: Gray["data"]): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (let i = 0; i < data.length; i++) {
    if (data[i]! < min) min = data[i]!;
    if (data[i]! > max) max = data[i]!;
  }
  return { min, max };
}

/** The median of the outermost pixels, by counting how often each brightness occurs. */
function borderLevel({ width, height, data }: Gray): number {
  const counts = new Uint32Array(256);
  const count = (pixel: number): void => {
    counts[data[pixel]!]!++;
  };
  for (let x = 0; x < width; x++) {
    count(x);
    count((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    count(y * width);
    count(y * width + width - 1);
  }
  let level = 0;
  for (let seen = counts[0]!; seen <= width + height; seen += counts[level]!) level++;
  return level;
}

/** Inverts a picture whose border is nearer to its lightest pixel than to its darkest. */
function whiteOnBlack(gray: Gray): Gray {
  const { min, max } = range(gray.data);
  return borderLevel(gray) > (min + max) / 2 ? { ...gray, data: gray.data.map((v) => 255 - v) } : gray;
}

/**
 * The smallest rectangle that holds all ink, its brightness stretched so that the paper is 0 and the brightest ink 1.
 */
function cutOut(gray: Gray): Gray {
  const { width, height, data } = gray;
  const paper = borderLevel(gray);
  const contrast = range(data).max - paper;
  const inkLevel = paper + inkShare * contrast;
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (data[y * width + x]! < inkLevel) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  const [w, h] = [right - left, bottom - top];
  const out = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const share = (data[(top + y) * width + left + x]! - paper) / contrast;
      out[y * w + x] = share < paperShare ? 0 : share;
    }
  }
  return { width: w, height: h, data: out };
}

/** Scales the longer side to 20: each new pixel is the mean of the area that it covers. */
function shrink({ width, height, data }: Gray): Gray {
  const scale = digitSide / Math.max(width, height);
  const [w, h] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const out = new Float32Array(w * h);
  for (let i = 0; i < out.length; i++) {
    const [x0, x1] = [((i % w) * width) / w, (((i % w) + 1) * width) / w];
    const [y0, y1] = [(Math.floor(i / w) * height) / h, ((Math.floor(i / w) + 1) * height) / h];
    let sum = 0;
    for (let y = Math.floor(y0); y < y1; y++) {
      const share = Math.min(y1, y + 1) - Math.max(y0, y);
      for (let x = Math.floor(x0); x < x1; x++)
        sum += data[y * width + x]! * share * (Math.min(x1, x + 1) - Math.max(x0, x));
    }
    out[i] = sum / ((x1 - x0) * (y1 - y0));
  }
  return { width: w, height: h, data: out };
}

/**
 * Puts the digit into 28 × 28 pixels with its centre of mass at the middle of pixel (14, 14), or as near as it fits.
 */
function center({ width, height, data }: Gray): Uint8Array {
  let [mass, massX, massY] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const ink = data[y * width + x]!;
      mass += ink;
      massX += ink * x;
      massY += ink * y;
    }
  }
  const start = (centre: number, length: number): number =>
    Math.min(side - length, Math.max(0, Math.round(14 - centre)));
  const [left, top] = [start(massX / mass, width), start(massY / mass, height)];
  const { max } = range(data);
  const out = new Uint8Array(side * side);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[(top + y) * side + left + x] = Math.round((data[y * width + x]! / max) * 255);
  }
  return out;
}
