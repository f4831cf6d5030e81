// Pictures with a mask each: read from two IDX files, turned, and compared with answers.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FileError, resizeImages, tensor } from "nabla";
import { readIdx } from "nabla/data";

/** Pictures and masks, [count, size, size] bytes: 255 in a picture is white, 1 in a mask belongs to the object. */
export interface Masked {
  readonly count: number;
  readonly size: number;
  readonly images: Uint8Array;
  readonly masks: Uint8Array;
}

const fewest = 8;

/**
 * The pictures and masks in a folder with two IDX files, `…image…idx3-ubyte` and `…mask…idx3-ubyte`, gzipped or not,
 * in another size. Where a mask is not 0, there is the object.
 *
 * @throws FileError unless there are exactly these two, of one shape, with 8 square pictures or more
 */
export async function readMasked(folder: string, size: number): Promise<Masked> {
  const names = await readdir(folder).catch(() => {
    throw new FileError(`cannot read "${folder}": expected a folder with two IDX files, of images and of masks.`);
  });
  const read = async (what: RegExp, kind: string) => {
    const found = names.filter((name) => what.test(name) && /idx3-ubyte(\.gz)?$/.test(name));
    if (found.length !== 1)
      throw new FileError(
        `"${folder}": expected one file "…${kind}…idx3-ubyte.gz", got ${found.join(", ") || "none"}.`,
      );
    return readIdx(join(folder, found[0]!));
  };
  const [images, masks] = [await read(/image/i, "images"), await read(/mask/i, "masks")];
  const [count = 0, height = 0, width = 0] = images.shape;
  if (images.dtype !== "uint8" || masks.dtype !== "uint8" || String(images.shape) !== String(masks.shape))
    throw new FileError(
      `"${folder}": expected images and masks of one shape, in bytes, got [${images.shape}] and [${masks.shape}].`,
    );
  if (count < fewest || height !== width || height < size)
    throw new FileError(
      `"${folder}": expected at least ${fewest} square pictures of at least ${size} pixels, got [${images.shape}].`,
    );
  return {
    count,
    size,
    images: await smaller(images.data as Uint8Array, count, height, size),
    masks: Uint8Array.from(
      await smaller(
        (masks.data as Uint8Array).map((value) => (value === 0 ? 0 : 255)),
        count,
        height,
        size,
      ),
      (value) => Number(value > 127),
    ),
  };
}

/** Square pictures in a smaller size: by whole factors the mean of each block, and what is left by interpolation. */
async function smaller(data: Uint8Array, count: number, from: number, to: number): Promise<Uint8Array> {
  const block = Math.floor(from / to);
  const side = Math.floor(from / block);
  const whole = tensor(data, { shape: [count, from, from] })
    .cast("float32")
    .slice(0, side * block, 1)
    .slice(0, side * block, 2);
  const means = whole.reshape([count, side, block, side, block]).mean([2, 4]).reshape([count, side, side, 1]);
  return Uint8Array.from(await resizeImages(means, [to, to]).data(), Math.round);
}

/** Each picture with its mask in the eight ways in which a square can be turned and mirrored. */
export function turned(given: Masked): Masked {
  const { count, size } = given;
  const [area, last] = [size * size, size - 1];
  const make = (from: Uint8Array): Uint8Array => {
    const out = new Uint8Array(8 * count * area);
    for (let kind = 0; kind < 8; kind++)
      for (let i = 0; i < count * area; i++) {
        let [row, column] = [Math.floor(i / size) % size, i % size];
        if (kind & 1) column = last - column;
        if (kind & 2) row = last - row;
        if (kind & 4) [row, column] = [column, row];
        out[kind * count * area + i] = from[i - (i % area) + row * size + column]!;
      }
    return out;
  };
  return { count: 8 * count, size, images: make(given.images), masks: make(given.masks) };
}

/** How far answers agree with masks, over the pixels of all pictures: |A ∩ B| / |A ∪ B| and 2|A ∩ B| / (|A| + |B|). */
export function overlap(masks: Uint8Array, answer: (index: number) => boolean) {
  let [shared, answered, wanted] = [0, 0, 0];
  masks.forEach((mask, i) => {
    const isObject = answer(i);
    shared += Number(isObject && mask === 1);
    answered += Number(isObject);
    wanted += mask;
  });
  const either = answered + wanted - shared;
  return {
    intersectionOverUnion: either === 0 ? 1 : shared / either,
    dice: either === 0 ? 1 : (2 * shared) / (answered + wanted),
  };
}

/** The brightness that parts objects from the ground best: above or below it. */
export interface Threshold {
  readonly level: number;
  readonly isBrighter: boolean;
}

/** Which of the 2 · 256 thresholds has the greatest overlap with the masks. */
export function bestThreshold({ images, masks }: Masked): Threshold {
  // How many pixels of each brightness belong to an object, and how many there are.
  const [inside, all] = [new Float64Array(256), new Float64Array(256)];
  images.forEach((value, i) => {
    all[value]! += 1;
    inside[value]! += masks[i]!;
  });
  const total = inside.reduce((sum, n) => sum + n, 0);
  let best = { level: 0, isBrighter: true, quality: -1 };
  for (const isBrighter of [true, false]) {
    let [shared, answered] = [0, 0];
    for (let step = 0; step < 256; step++) {
      const level = isBrighter ? 255 - step : step;
      shared += inside[level]!;
      answered += all[level]!;
      const quality = shared / Math.max(1, answered + total - shared);
      if (quality > best.quality) best = { level, isBrighter, quality };
    }
  }
  return best;
}

/** What a threshold answers about a pixel. */
export const isBeyond = ({ level, isBrighter }: Threshold, value: number): boolean =>
  isBrighter ? value >= level : value <= level;
