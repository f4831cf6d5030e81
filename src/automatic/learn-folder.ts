// A model out of a folder of pictures or recordings.
import type { FolderSource } from "../data/folder/class-files.ts";
import { checkCount, checkOptions } from "../options.ts";
import { imageExamples, soundExamples } from "./file-examples.ts";
import { checkLearnOptions, type LearnOptions, type Learnt, learn, learnOptionNames } from "./learn.ts";

/** The options of {@link learnImages} and {@link learnSounds}. */
export interface LearnFolderOptions extends LearnOptions {
  /**
   * The part of a file's name, from 1, whose equal values stay on one side of each split: 2 for the speaker in
   * `7_george_12.wav`. Default: files are independent.
   */
  readonly group?: number | undefined;
}

function checked(where: string, options: LearnFolderOptions): LearnFolderOptions {
  checkOptions(where, options, [...learnOptionNames, "group"]);
  checkLearnOptions(where, options);
  if (options.group !== undefined) checkCount(where, "group", options.group);
  return options;
}

/**
 * Learns the classes of pictures (PNG, JPEG, WebP) in a folder, without tuning by hand: a folder is a class, or the
 * part of the name before the first "_". They are resized to the middle size of all, at most 64 pixels a side. Three
 * convolutional networks, each trained without a third of the training part, see them moved and zoomed at random; the
 * rest is as for {@link learnTable}. In a page, `source` are `File`s.
 *
 * Pictures that cannot be decoded are left out and listed in `skipped`. In a folder with the parts "train" and "test"
 * (or "validation"), the latter is what the model is measured on, whatever `split` says.
 *
 * @throws FileError for a folder without pictures, for an empty class, and where more than a tenth of the pictures
 *   cannot be decoded
 * @throws ArgumentError for fewer than two classes, or fewer than three pictures of one
 * @example
 * const [cats, dogs] = [Array(6).fill("photos/cat/1.png"), Array(6).fill("photos/dog/1.png")];
 * const { figures } = await learnImages({ cat: cats, dog: dogs }, { epochs: 1 }); // or the path of a folder
 * Object.keys(figures); // ["accuracy", "crossentropy"]
 */
export async function learnImages(source: FolderSource, options: LearnFolderOptions = {}): Promise<Learnt> {
  const { group, ...rest } = checked("learnImages", options);
  return learn(await imageExamples(source, group), rest);
}

/**
 * Learns the classes of recordings (WAV) in a folder, as {@link learnImages} does those of pictures. They are resampled
 * to 8 kHz and cut to the length that nine of ten have, and become log-mel spectra.
 *
 * @throws FileError, ArgumentError as {@link learnImages}
 * @example
 * const [no, yes] = [Array(6).fill("words/no_1.wav"), Array(6).fill("words/yes_1.wav")];
 * const { baselines } = await learnSounds({ no, yes }, { epochs: 1 }); // or the path of a folder
 * baselines.map(({ name }) => name); // ["majority", "logistic"]
 */
export async function learnSounds(source: FolderSource, options: LearnFolderOptions = {}): Promise<Learnt> {
  const { group, ...rest } = checked("learnSounds", options);
  return learn(await soundExamples(source, group), rest);
}
