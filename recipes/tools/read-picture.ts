// Reads one picture that a model is asked about, or that a recipe works on.
import { readFile, stat } from "node:fs/promises";
import { FileError, type Tensor, tensor } from "nabla";
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

/** A square gray picture in bytes, light on dark: one whose border is light is inverted. */
export async function readScene(file: string, size: number): Promise<Uint8Array> {
  const picture = await readPicture(file, { channels: 1, size });
  const bytes = Uint8Array.from(await picture.mul(255).data(), (value) => Math.round(Number(value)));
  const border = Array.from({ length: size }, (_, i) => [
    bytes[i]!,
    bytes[(size - 1) * size + i]!,
    bytes[i * size]!,
    bytes[(i + 1) * size - 1]!,
  ]).flat();
  const brightness = border.reduce((sum, value) => sum + value, 0) / border.length;
  return brightness > 127 ? bytes.map((value) => 255 - value) : bytes;
}
