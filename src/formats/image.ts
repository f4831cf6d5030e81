// Decodes images of every kind that is read: the kind is recognised by the first bytes.
import { FileError } from "../errors.ts";
import { kindOf } from "../io/kind.ts";
import { isJpeg, isPng, isWebp } from "./image-kind.ts";
import type { Picture } from "./picture.ts";

/** The decoder of these bytes, loaded when it is needed; undefined if none can read them. */
async function decoderOf(bytes: Uint8Array): Promise<((bytes: Uint8Array) => Picture | Promise<Picture>) | undefined> {
  if (isPng(bytes)) return (await import("./png.ts")).decodePng;
  if (isJpeg(bytes)) return (await import("./jpeg.ts")).decodeJpeg;
  if (isWebp(bytes)) return (await import("./webp.ts")).decodeWebp;
  return undefined;
}

/**
 * Decodes a PNG, JPEG or WebP of up to 13 megapixels, upright. `source` names the file in errors.
 *
 * Throws {@link FileError} for anything else, for a damaged file and for a larger picture.
 *
 * @example
 * const { width, height, channels, data } = await decodeImage(await readFile("seven.png"), "seven.png");
 * [width, height, channels]; // [28, 28, 1]
 */
export async function decodeImage(bytes: Uint8Array, source: string): Promise<Picture> {
  const decode = await decoderOf(bytes);
  if (!decode) {
    const kind = kindOf(bytes);
    const reason = kind ? `it is ${kind}, and only PNG, JPEG and WebP are read` : "it reads PNG, JPEG and WebP";
    throw new FileError(`"${source}" is not an image that Nabla can read: ${reason}.`);
  }
  try {
    return await decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/[.:]+$/, "") : String(error);
    throw new FileError(`"${source}" cannot be read as an image: ${reason}.`, { cause: error });
  }
}
