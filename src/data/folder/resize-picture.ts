// Pictures in another size, without the patterns that leaving pixels out would make.

import type { Picture } from "../../formats/picture.ts";
import { checkChoice, checkCount } from "../../options.ts";

/** How a picture of other proportions becomes one of the wanted size. */
export type ResizeMode = "crop" | "fit" | "stretch";

/** A part of a picture in pixels, whose edges may lie within pixels. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A picture of `[height, width]` pixels. "crop" cuts off what is too wide or too high, equally at both ends; "fit"
 * keeps the whole picture and fills up the rest with `paper`; "stretch" changes the proportions.
 *
 * Each pixel is a mean of those around its place, weighted by a triangle as wide as two of the coarser pixels: the
 * definition of Pillow's `BILINEAR` and of torchvision's "bilinear" with antialiasing.
 *
 * @throws ArgumentError for another size or mode
 */
export function resizePicture(
  picture: Picture,
  size: readonly [number, number],
  mode: ResizeMode = "crop",
  paper = 255,
): Picture {
  const where = "resizePicture";
  const [height, width] = [checkCount(where, "height", size[0]), checkCount(where, "width", size[1])];
  checkChoice(where, "mode", mode, ["crop", "fit", "stretch"]);
  const whole: Box = { left: 0, top: 0, width: picture.width, height: picture.height };
  if (picture.width === width && picture.height === height) return picture;
  if (mode === "stretch") return sample(picture, whole, height, width);
  const [across, down] = [width / picture.width, height / picture.height];
  if (mode === "crop") {
    const scale = Math.max(across, down);
    const box = { width: width / scale, height: height / scale };
    const left = (picture.width - box.width) / 2;
    return sample(picture, { ...box, left, top: (picture.height - box.height) / 2 }, height, width);
  }
  const scale = Math.min(across, down);
  const inner = [picture.height, picture.width].map((n) => Math.max(1, Math.round(n * scale))) as [number, number];
  return framed(sample(picture, whole, ...inner), height, width, paper);
}

/** Puts a picture into the middle of a larger one. */
function framed(picture: Picture, height: number, width: number, paper: number): Picture {
  const { channels, data } = picture;
  const out = new Uint8Array(height * width * channels).fill(paper);
  const [top, left] = [Math.floor((height - picture.height) / 2), Math.floor((width - picture.width) / 2)];
  const row = picture.width * channels;
  for (let y = 0; y < picture.height; y++)
    out.set(data.subarray(y * row, (y + 1) * row), ((top + y) * width + left) * channels);
  return { width, height, channels, data: out, opacity: undefined };
}

/** The weights of the inputs `first`, `first` + 1 … for each output along an axis. */
interface Weights {
  readonly first: number;
  readonly weights: Float64Array;
}

function weigh(from: number, start: number, length: number, count: number): Weights[] {
  const step = length / count;
  const reach = Math.max(1, step);
  return Array.from({ length: count }, (_, i) => {
    const centre = start + (i + 0.5) * step;
    const first = Math.max(0, Math.floor(centre - reach + 0.5));
    const last = Math.min(from, Math.floor(centre + reach + 0.5));
    const weights = Float64Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/** Samples a box of a picture, along rows and then along columns. */
function sample(picture: Picture, box: Box, height: number, width: number): Picture {
  const { channels, data } = picture;
  const across = weigh(picture.width, box.left, box.width, width);
  const down = weigh(picture.height, box.top, box.height, height);
  // Only rows that some output reads are sampled.
  const [top, bottom] = [down[0]!.first, down.at(-1)!.first + down.at(-1)!.weights.length];
  const rows = new Float32Array((bottom - top) * width * channels);
  for (let y = top; y < bottom; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x]!;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let k = 0, at = (y * picture.width + first) * channels + c; k < weights.length; k++, at += channels)
          sum += weights[k]! * data[at]!;
        rows[((y - top) * width + x) * channels + c] = sum;
      }
    }
  }
  const out = new Uint8Array(height * width * channels);
  const stride = width * channels;
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y]!;
    for (let i = 0; i < stride; i++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * rows[(first - top + k) * stride + i]!;
      out[y * stride + i] = Math.round(sum);
    }
  }
  return { width, height, channels, data: out, opacity: undefined };
}
