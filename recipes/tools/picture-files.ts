// Reads pictures that a model of small images is asked about.
import { readFile, stat } from "node:fs/promises";
import { FileError, stack, type Tensor, tensor } from "nabla";
import { decodePicture } from "nabla/data";

const mostBytes = 2 ** 25;

/**
 * Pictures as MNIST has them: [count, 28, 28], from 0 to 1, white on black. One whose border is light is inverted.
 *
 * @throws FileError for a file that is missing, too large or no picture
 */
export async function readDigitPictures(files: readonly string[]): Promise<Tensor> {
  const pictures = [];
  for (const file of files) {
    const info = await stat(file).catch(() => null);
    if (!info?.isFile()) throw new FileError(`cannot read "${file}": expected a picture (PNG, JPEG or WebP).`);
    if (info.size > mostBytes)
      throw new FileError(`"${file}" has ${info.size} bytes: expected a picture of at most ${mostBytes}.`);
    const { data } = await decodePicture(await readFile(file), file, { size: 28, channels: 1 });
    const picture = tensor(data, { shape: [28, 28] })
      .cast("float32")
      .div(255);
    const border = [0, -1].flatMap((edge) => [picture.at(edge), picture.at([], edge)]);
    const isLight = (await stack(border).mean().item()) > 0.5;
    pictures.push(isLight ? picture.neg().add(1) : picture);
  }
  return stack(pictures);
}
