// Single words that people speak: recordings in a folder, with who speaks in the files' names.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "nabla";
import { decodeSound } from "nabla/data";

/** The rate of the sounds, in samples a second. */
export const sampleRate = 8000;

/** One spoken word. */
export interface Utterance {
  readonly word: string;
  readonly speaker: string;
  readonly samples: Float32Array;
}

const mostBytes = 2 ** 24;
const mostFiles = 20_000;
const fewest = 100;
/** The longest recording of a word, in seconds. */
export const longestWord = 2;
const mostDifferent = 40;
/** The most letters of a word. */
export const mostLetters = 16;
const digitNames = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/**
 * The recordings "word_speaker_number.wav" in a folder. A digit as the word is called by its name.
 *
 * @throws FileError for other names, fewer than a hundred recordings, two words or two speakers, or one that is longer
 *   than two seconds
 */
export function readUtterances(folder: string, most = Infinity): Utterance[] {
  const files = listFiles(folder).filter((name) => /\.wave?$/i.test(name));
  if (files.length > mostFiles)
    throw new FileError(`"${folder}": expected at most ${mostFiles} recordings, got ${files.length}.`);
  // Every so-manieth, so that a part of them has all words and speakers too.
  const step = Math.max(1, Math.floor(files.length / most));
  const utterances = files.filter((_, i) => i % step === 0).map((name) => readUtterance(folder, name));
  const [words, speakers] = [wordsOf(utterances), speakersOf(utterances)];
  if (files.length < fewest || words.length < 2 || speakers.length < 2)
    throw new FileError(
      `"${folder}": expected ${fewest} recordings or more of several words by several speakers, named ` +
        `"word_speaker_number.wav", got ${files.length} of ${words.length} words by ${speakers.length} speakers.`,
    );
  if (words.length > mostDifferent)
    throw new FileError(`"${folder}": expected at most ${mostDifferent} different words, got ${words.length}.`);
  return utterances;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    throw new FileError(`cannot read "${folder}": expected a folder of recordings, "word_speaker_number.wav".`);
  }
}

function readUtterance(folder: string, name: string): Utterance {
  const file = join(folder, name);
  const [, word, speaker] = /^([^_]+)_([^_]+)_/.exec(name) ?? [];
  if (word === undefined || speaker === undefined || word.length > mostLetters)
    throw new FileError(
      `"${file}": expected a name such as "seven_anna_3.wav": word (of at most ${mostLetters} letters), speaker, ` +
        "number.",
    );
  const samples = readSound(file);
  if (samples.length > longestWord * sampleRate)
    throw new FileError(
      `"${file}": expected one word, in at most ${longestWord} s, got ${(samples.length / sampleRate).toFixed(1)} s.`,
    );
  return { word: digitNames[Number(word)] ?? word, speaker, samples };
}

/**
 * A recording, at the rate of all sounds here.
 *
 * @throws FileError for a file that is missing, larger than 16 MiB, or no WAV file
 */
export function readSound(file: string): Float32Array {
  const info = statSync(file, { throwIfNoEntry: false });
  if (!info?.isFile()) throw new FileError(`cannot read "${file}": expected a recording (WAV).`);
  if (info.size > mostBytes)
    throw new FileError(`"${file}" has ${info.size} bytes: expected a recording of at most ${mostBytes}.`);
  return decodeSound(readFileSync(file), file, { sampleRate }).data as Float32Array;
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort();

export const wordsOf = (utterances: readonly Utterance[]): string[] => distinct(utterances.map(({ word }) => word));

export const speakersOf = (utterances: readonly { readonly speaker: string }[]): string[] =>
  distinct(utterances.map(({ speaker }) => speaker));
