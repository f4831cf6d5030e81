// Pictures and recordings in a folder as examples, each file with the class of its folder or of its name.
import type { Column, Dataset } from "../data/dataset.ts";
import type { FolderSource } from "../data/folder/class-files.ts";
import type { FolderExamples } from "../data/folder/folder-examples.ts";
import { imageFolder } from "../data/folder/image-folder.ts";
import { soundFolder } from "../data/folder/sound-folder.ts";
import { ArgumentError, quote } from "../errors.ts";
import type { Json } from "../nn/tree/layer.ts";
import { type ImageForm, type SoundForm, soundInputs } from "./file-forms.ts";
import { type Encoder, takeRows } from "./inputs.ts";
import type { Examples } from "./learn.ts";
import type { Moves } from "./networks.ts";
import { checkClasses } from "./target.ts";

/** The size and length of so many files, at even distances, decide the form of all. */
const mostLookedAt = 200;
/** The greatest side of the pictures that a network sees, in pixels. */
const mostPixels = 64;
const [leastSeconds, mostSeconds] = [0.25, 5];
/** The number of frames that a recording becomes at most. */
const mostFrames = 48;
const greatestRate = 16_000;

/** The files at even distances, decoded. */
async function* some(files: FolderExamples) {
  const step = Math.max(1, Math.floor(files.size / mostLookedAt));
  for (let i = 0; i < files.size; i += step) yield await files.at(i);
}

const middle = (values: readonly number[], share = 0.5): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;

/**
 * The pictures in a folder as examples, PNG, JPEG or WebP: the middle size of all, but at most 64 pixels a side, gray
 * if all are.
 *
 * @param groupPart the part of a file's name, from 1, whose equal values stay on one side of each split
 * @throws FileError for a folder without pictures, and for one that cannot be decoded
 */
export async function imageExamples(source: FolderSource, groupPart?: number): Promise<Examples<Column>> {
  const whole = await imageFolder(source);
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
  const files = await imageFolder(source, form);
  const moves = { height: 0.1, width: 0.1, zoom: 0.1 };
  return fileExamples(files, await files.load(), moves, { kind: "image", form: { ...form } }, groupPart);
}

/**
 * The recordings in a folder as examples, WAV: spectra of as long a time as nine of ten take.
 *
 * @param groupPart as for {@link imageExamples}
 * @throws FileError for a folder without recordings, and for one that cannot be decoded
 */
export async function soundExamples(source: FolderSource, groupPart?: number): Promise<Examples<Column>> {
  const whole = await soundFolder(source, { sampleRate: greatestRate });
  const lengths: number[] = [];
  for await (const { input } of some(whole)) lengths.push(input.data.length / greatestRate);
  const seconds = Math.max(leastSeconds, Math.min(mostSeconds, middle(lengths, 0.9)));
  const stride = Math.max(0.01, seconds / mostFrames);
  const form: SoundForm = { sampleRate: 8000, seconds, stride, melBins: 32 };
  const { sampleRate } = form;
  const files = await soundFolder(source, { sampleRate, seconds, features: (sounds) => soundInputs(sounds, form) });
  const data = await files.load();
  return fileExamples(
    files,
    data,
    { height: 0.1, width: 0.1, zoom: 0 },
    { kind: "sound", form: { ...form } },
    groupPart,
  );
}

function fileExamples(
  files: FolderExamples,
  { inputs }: Dataset,
  moves: Moves,
  json: { readonly [key: string]: Json },
  groupPart: number | undefined,
): Examples<Column> {
  const { classNames, labels, paths } = files;
  const values = Float64Array.from(labels);
  checkClasses("the folder", classNames, values);
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
    lastValues: null,
    moves,
    describe: (row) => paths[row]!,
    json,
  };
}

/** The groups of files by the n-th part of their names: the second part of `7_george_12.wav` is "george". */
function groupsOf(paths: readonly string[], part: number): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(paths, (path) => {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.[^.]+$/, "");
    const group = name.split(/[_\-. ]/)[part - 1];
    if (group === undefined)
      throw new ArgumentError(
        `group: expected a ${part}. part between _, -, . or blanks in each name, got ${quote(name)}.`,
      );
    if (!numbers.has(group)) numbers.set(group, numbers.size);
    return numbers.get(group)!;
  });
}
