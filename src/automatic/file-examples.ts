// Pictures and recordings in a folder as examples, each file with the class of its folder or of its name.
import type { Column, Dataset } from "../data/dataset.ts";
import type { FolderSource } from "../data/folder/class-files.ts";
import type { FolderExamples, SkippedFile } from "../data/folder/folder-examples.ts";
import { imageFolder } from "../data/folder/image-folder.ts";
import { soundFolder } from "../data/folder/sound-folder.ts";
import { ArgumentError, FileError, quote } from "../errors.ts";
import type { Json } from "../nn/tree/layer.ts";
import type { Tensor } from "../tensor.ts";
import { type ImageForm, type SoundForm, soundInputs } from "./file-forms.ts";
import { type Encoder, takeRows } from "./inputs.ts";
import type { Examples } from "./learn.ts";
import type { Moves } from "./networks.ts";
import type { HeldOut } from "./split.ts";
import { checkClasses } from "./target.ts";

/** The size and length of so many files, at even distances, decide the form of all. */
const mostLookedAt = 200;
/** The greatest side of the pictures that a network sees, in pixels. */
const mostPixels = 64;
const [leastSeconds, mostSeconds] = [0.25, 5];
/** The number of frames that a recording becomes at most. */
const mostFrames = 48;
const greatestRate = 16_000;

/** The share of the files that may be damaged: of more, something else is wrong with the folder. */
const mostDamaged = 0.1;

/** The files at even distances that can be read, decoded. */
async function* some(files: FolderExamples) {
  const step = Math.max(1, Math.floor(files.size / mostLookedAt));
  const rows = Array.from({ length: Math.ceil(files.size / step) }, (_, i) => i * step);
  yield* files.select(rows);
}

const middle = (values: readonly number[], share = 0.5): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;

/**
 * The pictures in a folder as examples, PNG, JPEG or WebP: the middle size of all, but at most 64 pixels a side, gray
 * if all are.
 *
 * @param groupPart the part of a file's name, from 1, whose equal values stay on one side of each split
 * @throws FileError for a folder without pictures, and where more than a tenth of them cannot be decoded
 */
export async function imageExamples(source: FolderSource, groupPart?: number): Promise<Examples<Column>> {
  const whole = await imageFolder(source, { onError: "skip" });
  const sides: (readonly [number, number])[] = [];
  let isGray = true;
  for await (const { input } of some(whole)) {
    const { data, shape } = input;
    sides.push([shape[0]!, shape[1]!]);
    for (let i = 0; isGray && i < data.length; i += 3)
      isGray = Math.abs(data[i]! - data[i + 1]!) < 3 && Math.abs(data[i]! - data[i + 2]!) < 3;
  }
  const [height, width] = [middle(sides.map(([h]) => h)), middle(sides.map(([, w]) => w))];
  const factor = Math.min(1, mostPixels / Math.max(height, width));
  const size = [Math.max(8, Math.round(height * factor)), Math.max(8, Math.round(width * factor))] as const;
  const form: ImageForm = { size, channels: isGray ? 1 : 3, resize: "fit", paper: 255 };
  const files = await imageFolder(source, { ...form, onError: "skip" });
  const moves = { height: 0.1, width: 0.1, zoom: 0.1 };
  return fileExamples(files, await load(files), moves, { kind: "image", form: { ...form } }, groupPart);
}

/**
 * The recordings in a folder as examples, WAV: spectra of as long a time as nine of ten take.
 *
 * @param groupPart as for {@link imageExamples}
 * @throws FileError for a folder without recordings, and where more than a tenth of them cannot be decoded
 */
export async function soundExamples(source: FolderSource, groupPart?: number): Promise<Examples<Column>> {
  const whole = await soundFolder(source, { sampleRate: greatestRate, onError: "skip" });
  const lengths: number[] = [];
  for await (const { input } of some(whole)) lengths.push(input.data.length / greatestRate);
  const seconds = Math.max(leastSeconds, Math.min(mostSeconds, middle(lengths, 0.9)));
  const stride = Math.max(0.01, seconds / mostFrames);
  const form: SoundForm = { sampleRate: 8000, seconds, stride, melBins: 32 };
  const { sampleRate } = form;
  const features = (sounds: Tensor): Tensor => soundInputs(sounds, form);
  const files = await soundFolder(source, { sampleRate, seconds, features, onError: "skip" });
  const data = await load(files);
  return fileExamples(
    files,
    data,
    { height: 0.1, width: 0.1, zoom: 0 },
    { kind: "sound", form: { ...form } },
    groupPart,
  );
}

/** All files that can be read. Throws {@link FileError} where more than a tenth of them cannot. */
async function load(files: FolderExamples): Promise<Dataset> {
  let data: Dataset | undefined;
  try {
    data = await files.load();
  } catch (error) {
    // Of files none of which can be read, the first one says more than their number.
    if (files.skipped.length === 0) throw error;
  }
  const { skipped, size } = files;
  if (data && skipped.length <= mostDamaged * size) return data;
  const [{ reason }] = skipped as readonly [SkippedFile];
  if (skipped.length === 1) throw new FileError(reason);
  throw new FileError(`${skipped.length} of ${size} files cannot be read, such as this one: ${reason}`);
}

function fileExamples(
  all: FolderExamples,
  { inputs }: Dataset,
  moves: Moves,
  json: { readonly [key: string]: Json },
  groupPart: number | undefined,
): Examples<Column> {
  const damaged = new Set(all.skipped.map(({ path }) => path));
  const files = all.select(all.paths.flatMap((path, row) => (damaged.has(path) ? [] : [row])));
  const { classNames, labels, paths } = files;
  const values = Float64Array.from(labels);
  const held = heldOut(files);
  const learntFrom = values.slice();
  for (const row of held?.rows ?? []) learntFrom[row] = NaN;
  checkClasses(held ? 'the folder "train"' : "the folder", classNames, learntFrom);
  const shape = inputs.array.shape.slice(1);
  const encoder: Encoder<Column> = {
    shape,
    parts: [],
    uses: [],
    words: [],
    isNumber: () => false,
    json: null,
    encode: (column) => column,
  };
  return {
    size: files.size,
    answers: { name: "class", task: "classification", classNames, values },
    learnEncoder: () => encoder,
    take: (rows) => takeRows(inputs, rows),
    groups: groupPart === undefined ? null : groupsOf(paths, groupPart),
    inTime: false,
    heldOut: held,
    lastValues: null,
    moves,
    describe: (row) => paths[row]!,
    skipped: files.skipped,
    json,
  };
}

/** The files of the folder "test", or else of "validation", where the folder is split into parts; else null. */
function heldOut({ parts }: FolderExamples): HeldOut | null {
  const name = (["test", "validation"] as const).find((one) => parts.includes(one));
  if (name === undefined || !parts.includes("train")) return null;
  return { name, rows: Int32Array.from(parts.flatMap((part, row) => (part === name ? [row] : []))) };
}

/** The groups of files by the n-th part of their names: the second part of `7_george_12.wav` is "george". */
function groupsOf(paths: readonly string[], part: number): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(paths, (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
    const group = name.split(/[_\-. ]/)[part - 1];
    if (group === undefined)
      throw new ArgumentError(
        `group: expected a part ${part} between _, -, . or blanks in each file's name, got ${quote(name)}.`,
      );
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
}
