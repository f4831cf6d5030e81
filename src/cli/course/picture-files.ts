// The pictures of course items and recipes as files: plots as SVG, images and frames of films as PNG.
import { join } from "node:path";
import { encode } from "fast-png";
import type { Image, Language, Part } from "../../../recipes/tools/part.ts";
import { FileError } from "../../errors.ts";
import { makeFolder, writeFileAtomic } from "../../io/files.ts";
import { contactSheet } from "./film.ts";
import { colours } from "./image-text.ts";
import { plotSvg } from "./plot-svg.ts";
import { words } from "./words.ts";

/** Images are enlarged by repeating pixels until their longer side has at least so many. */
const leastSide = 256;

/** A film's picture shows at most so many of its frames, in rows of so many. */
const [filmFrames, filmColumns] = [30, 6];

/** A folder into which pictures are written, named after their items: N3-1.svg, N3-2.svg, C1-1.png. */
export class PictureFolder {
  readonly #folder: string;
  readonly #language: Language;
  readonly #counts = new Map<string, number>();

  private constructor(folder: string, language: Language) {
    [this.#folder, this.#language] = [folder, language];
  }

  /** Makes the folder. Throws {@link FileError} if that cannot be. */
  static async make(folder: string, language: Language): Promise<PictureFolder> {
    const pictures = new PictureFolder(folder, language);
    await pictures.#attempt(() => makeFolder(folder));
    return pictures;
  }

  /** The number of pictures written. */
  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /**
   * Writes a plot, an image or a sheet of a film's frames, and returns the file's path; other parts have no picture,
   * which gives null. Throws {@link FileError} if it cannot be written.
   */
  async add(id: string, part: Part): Promise<string | null> {
    if (part.kind !== "plot" && part.kind !== "image" && part.kind !== "film") return null;
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    const isPlot = part.kind === "plot";
    const data = isPlot
      ? new TextEncoder().encode(plotSvg(part, this.#language))
      : imagePng(part.kind === "film" ? contactSheet(part, filmFrames, filmColumns) : part);
    const file = join(this.#folder, `${id}-${count}.${isPlot ? "svg" : "png"}`);
    await this.#attempt(() => writeFileAtomic(file, data));
    return file;
  }

  /** Failures are worded as those of other commands, in English; in Russian by words of their own. */
  async #attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      const { message, cause } = error as Error;
      const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
      throw new FileError(words[this.#language].noFolder(this.#folder, reason, message), { cause: error });
    }
  }
}

function imagePng(image: Image): Uint8Array {
  const pixels = colours(image);
  const [height, width] = [pixels.length, pixels[0]?.length ?? 0];
  const times = Math.max(1, Math.ceil(leastSide / Math.max(height, width, 1)));
  const data = new Uint8Array(3 * height * width * times * times);
  for (let i = 0, at = 0; i < height * times; i++)
    for (let j = 0; j < width * times; j++, at += 3)
      data.set(pixels[Math.floor(i / times)]![Math.floor(j / times)]!, at);
  return encode({ width: width * times, height: height * times, data, channels: 3, depth: 8 });
}
