// Reads pictures that a model is asked about, or that a recipe works on.
import { readFile, stat } from "node:fs/promises";
import { FileError, stack, type Tensor, tensor } from "nabla";
import { decodePicture, type ImageOptions } from "nabla/data";

const mostBytes = 2 ** 25;

/**
 * A picture [height, width, channels], from 0 (black) to 1.
 *
 * @throws FileError for a file that is missing, larger than 32 MiB or no picture
 */
export async function readPicture(file: string, options: ImageOptions): Promise<Tensor> {
  const info = await stat(file).catch(() => null);
  if (!info?.isFile()) throw new FileError(`cannot read "${file}": expected a picture (PNG, JPEG or WebP).`);
  if (info.size > mostBytes)
    throw new FileError(`"${file}" has ${info.size} bytes: expected a picture of at most ${mostBytes}.`);
  const { data, shape } = await decodePicture(await readFile(file), file, options);
  return tensor(data, { shape }).cast("float32").div(255);
}

/**
 * Gray pictures [count, size, size], from 0 to 1, light on dark as MNIST's: one whose border is light is inverted.
 *
 * @throws FileError as {@link readPicture} does
 */
export async function readLightOnDark(files: readonly string[], size: number): Promise<Tensor> {
  const pictures = [];
  for (const file of files) {
    const picture = (await readPicture(file, { channels: 1, size })).reshape([size, size]);
    const border = [0, -1].flatMap((edge) => [picture.at(edge), picture.at([], edge)]);
    const isLight = (await stack(border).mean().item()) > 0.5;
    pictures.push(isLight ? picture.neg().add(1) : picture);
  }
  return stack(pictures);
}

/** One picture of {@link readLightOnDark} in bytes. */
export async function readScene(file: string, size: number): Promise<Uint8Array> {
  const picture = await readLightOnDark([file], size);
  return Uint8Array.from(await picture.mul(255).data(), (value) => Math.round(Number(value)));
}
