// Folders of images, a folder or a name's prefix a class.
import { ArgumentError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { checkChoice, checkCount, checkOptions, checkRange, describe } from "../../options.ts";
import { type ClassOf, classFiles, type FolderSource } from "./class-files.ts";
import { FolderExamples } from "./folder-examples.ts";
import type { ResizeMode } from "./resize-picture.ts";

/** The form in which images come. */
export interface ImageOptions {
  /** `[height, width]`, or a number for both. Default: as they are; then all must be of one size. */
  readonly size?: number | readonly [number, number];
  /** 1 for gray, 3 for red, green and blue. Default: 3. */
  readonly channels?: 1 | 3;
  /** For other proportions: "crop" cuts, "fit" fills up with `paper`, "stretch" distorts. Default: "crop". */
  readonly resize?: ResizeMode;
  /** The brightness of what is behind transparent parts and beside what was fitted, 0 to 255. Default: 255. */
  readonly paper?: number;
}

/** The options of {@link imageFolder}. */
export interface ImageFolderOptions extends ImageOptions {
  /** What a file's class is. Default: "folder" if there are folders, else "prefix". */
  readonly class?: ClassOf;
  /** Whether a file that cannot be read is an error, or is passed over and listed in `skipped`. Default: "throw". */
  readonly onError?: "throw" | "skip";
}

const imageNames = ["size", "channels", "resize", "paper"];
/** What files of images are called, and how their names end. */
export const imageFiles = { kind: "images", extensions: ["png", "jpg", "jpeg", "jfif", "webp"] } as const;
const mostSide = 16_384;

/**
 * The images in a folder, PNG, JPEG and WebP, with a class each: `[height, width, channels]`, bytes with scale 1/255,
 * upright by Exif's orientation, and resized by area. A folder is a class; folders "train", "validation" and "test"
 * above them are parts (`part("train")`).
 *
 * `source` is a path; in a page, the `File`s of `<input type="file" webkitdirectory>`; or lists of paths, addresses,
 * Files or bytes by class. Images are decoded when they are needed: `load()` gives a {@link Dataset}, `batches(32)`
 * streams. An image has 13 megapixels at most.
 *
 * @throws FileError for a folder that is missing or has no images, for a class without any, and, while they are read,
 *   for an image that cannot be decoded, which it names; ArgumentError for other options
 *
 * @example
 * const images = await imageFolder("photos", { size: 32 });
 * images.classNames; // ["cat", "dog"]
 * const [train, test] = images.split([0.75, 0.25], { seed: 1 });
 * (await train.load()).inputShape; // [32, 32, 3]
 */
export async function imageFolder(source: FolderSource, options: ImageFolderOptions = {}): Promise<FolderExamples> {
  checkOptions("imageFolder", options, [...imageNames, "class", "onError"]);
  const { class: classOf, onError = "throw", ...form } = options;
  const files = await classFiles("imageFolder", source, { ...imageFiles, classOf });
  const read = await imageReader("imageFolder", form);
  const { maxImageBytes } = await import("../../formats/picture.ts");
  const reader = { name: "images", maxBytes: maxImageBytes, dtype: "uint8", scale: 1 / 255, read } as const;
  return new FolderExamples(files, reader, onError);
}

/**
 * One image, decoded as {@link imageFolder} does it: bytes `[height, width, channels]`. `source` names it in errors.
 *
 * @throws FileError for bytes that are no PNG, JPEG or WebP, or are damaged; ArgumentError for other options
 *
 * @example
 * (await decodePicture(await readFile("seven.png"), "seven.png", { size: 14, channels: 1 })).shape; // [14, 14, 1]
 */
export async function decodePicture(bytes: Uint8Array, source: string, options: ImageOptions = {}): Promise<HostArray> {
  checkOptions("decodePicture", options, imageNames);
  return (await imageReader("decodePicture", options))(bytes, source);
}

type Read = (bytes: Uint8Array, source: string) => Promise<HostArray>;

async function imageReader(
  where: string,
  { size, channels = 3, resize = "crop", paper = 255 }: ImageOptions,
): Promise<Read> {
  const wanted = size === undefined ? undefined : checkSize(where, size);
  if (channels !== 1 && channels !== 3)
    throw new ArgumentError(`${where}: expected channels to be 1 or 3, got ${describe(channels)}.`);
  checkChoice(where, "resize", resize, ["crop", "fit", "stretch"]);
  checkRange(where, "paper", paper, 0, 256);
  // A page that needs no images does not load the code for them.
  const [{ decodeImage }, { onPaper, withChannels }, { resizePicture }] = await Promise.all([
    import("../../formats/image.ts"),
    import("../../formats/picture.ts"),
    import("./resize-picture.ts"),
  ]);
  return async (bytes, source) => {
    const picture = withChannels(onPaper(await decodeImage(bytes, source), paper), channels);
    const { width, height, data } = wanted ? resizePicture(picture, wanted, resize, paper) : picture;
    return { data, shape: [height, width, channels], dtype: "uint8" };
  };
}

function checkSize(where: string, size: number | readonly [number, number]): readonly [number, number] {
  const sides = typeof size === "number" ? [size, size] : size;
  if (!Array.isArray(sides) || sides.length !== 2)
    throw new ArgumentError(`${where}: expected size to be a number or [height, width], got ${describe(size)}.`);
  for (const side of sides)
    if (checkCount(where, "size", side) > mostSide)
      throw new ArgumentError(`${where}: expected a size of at most ${mostSide} pixels, got ${side}.`);
  return sides as [number, number];
}
