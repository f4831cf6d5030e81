// What a network hears: frames of 25 ms, 100 a second, each with the loudness of 24 mel bands.
import { tensor } from "nabla";
import { logMel } from "nabla/data";
import { sampleRate } from "./utterances.ts";

/** So few that the harmonics of a voice's pitch, which tell the speaker and not the word, are not resolved. */
export const bands = 24;
export const framesPerSecond = 100;
/** Frames that are so far below the loudest one are no speech, where they stand at an end. In decibels. */
const silence = 45;
const quietest = 60;
/** The lowest and the highest frequency that is heard, in hertz. */
const [lowest, highest] = [60, 3800];
/** Sounds are computed together, so many at a time. */
const atOnce = 50;

/** Loudness in decibels, [frame][band]. */
export interface Frames {
  readonly count: number;
  readonly values: Float32Array;
}

/**
 * The frames of each sound, without the silence at both ends. At most `longest` seconds of each count.
 */
export async function framesOf(sounds: readonly Float32Array[], longest: number): Promise<Frames[]> {
  const length = Math.round(longest * sampleRate);
  const options = {
    ...{ sampleRate, fftLength: 256, sequenceLength: 200, sequenceStride: sampleRate / framesPerSecond },
    ...({ melBins: bands, minFrequency: lowest, maxFrequency: highest, melScale: "htk", topDb: quietest } as const),
  };
  const all: Frames[] = [];
  for (let start = 0; start < sounds.length; start += atOnce) {
    const part = sounds.slice(start, start + atOnce);
    // As many each time, so that one program computes them all.
    const rows = Math.min(atOnce, sounds.length);
    const samples = new Float32Array(rows * length);
    part.forEach((sound, i) => void samples.set(sound.subarray(0, length), i * length));
    const levels = logMel(tensor(samples, { shape: [rows, length] }), options);
    const [, steps = 0] = levels.shape;
    const data = (await levels.data()) as Float32Array;
    part.forEach((sound, i) => {
      const count = Math.min(steps, 1 + Math.floor((sound.length * framesPerSecond) / sampleRate));
      all.push(withoutSilence({ count, values: data.slice(i * steps * bands, (i * steps + count) * bands) }));
    });
  }
  return all;
}

/** Cuts quiet frames off at both ends. */
function withoutSilence({ count, values }: Frames): Frames {
  const loudest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const isSpeech = (frame: number): boolean =>
    values.subarray(frame * bands, (frame + 1) * bands).some((value) => value > loudest - silence);
  let [first, end] = [0, count];
  while (first < end - 1 && !isSpeech(first)) first++;
  while (end > first + 1 && !isSpeech(end - 1)) end--;
  return { count: end - first, values: values.slice(first * bands, end * bands) };
}

const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
const hertz = (mels: number): number => 700 * (10 ** (mels / 2595) - 1);
const [first, width] = [mel(lowest), (mel(highest) - mel(lowest)) / (bands + 1)];
/** The band whose frequency is a multiple of another band's. */
const bandAt = (band: number, factor: number): number =>
  (mel(factor * hertz(first + width * (band + 1))) - first) / width - 1;

/**
 * The same words as another person might say them elsewhere: slower or faster, with a longer or shorter throat (all
 * frequencies grow alike; Jaitly & Hinton 2013), before a microphone that favours other frequencies, and with more
 * noise, in which quiet parts are lost.
 */
export function varied({ count, values }: Frames, random: () => number): Frames {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const [tempo, throat, floor] = [between(0.8, 1.25), between(0.85, 1.18), between(0, 20)];
  const waves = [5, 3, 2, 2].map((most) => between(-most, most));
  const longer = Math.max(4, Math.round(count * tempo));
  const out = new Float32Array(longer * bands);
  const loudest = values.reduce((most, value) => Math.max(most, value), -Infinity);
  for (let b = 0; b < bands; b++) {
    const from = bandAt(b, throat);
    const favour = waves.reduce((sum, wave, k) => sum + wave * Math.cos((Math.PI * (k + 1) * (b + 0.5)) / bands), 0);
    for (let t = 0; t < longer; t++) {
      const level = interpolated(values, count, (t * (count - 1)) / (longer - 1), from);
      out[t * bands + b] = Math.max(level, loudest - quietest + floor) + favour;
    }
  }
  return { count: longer, values: out };
}

/** Takes a run of bands out of frames that are normalised: their mean is left (Park et al. 2019). */
export function maskBands(frames: Float32Array, random: () => number): void {
  const width = Math.floor(5 * random());
  const first = Math.floor((bands - width) * random());
  for (let at = first; at < frames.length; at += bands) frames.fill(0, at, at + width);
}

/** The value between four neighbours; beyond the edges that of the edge. */
function interpolated(values: Float32Array, count: number, t: number, b: number): number {
  const [row, column] = [Math.min(count - 1, Math.max(0, t)), Math.min(bands - 1, Math.max(0, b))];
  const [r, c] = [Math.floor(row), Math.floor(column)];
  const [r2, c2] = [Math.min(count - 1, r + 1), Math.min(bands - 1, c + 1)];
  const at = (i: number, j: number): number => values[i * bands + j]!;
  const along = (i: number): number => at(i, c) + (column - c) * (at(i, c2) - at(i, c));
  return along(r) + (row - r) * (along(r2) - along(r));
}

/** Words one after another, with pauses of a few frames between them, as quiet as their quietest values. */
export function joined(words: readonly Frames[], pauses: readonly number[]): Frames {
  const count = words.reduce((sum, word, i) => sum + word.count + (i === 0 ? 0 : pauses[i - 1]!), 0);
  const values = new Float32Array(count * bands);
  let at = 0;
  words.forEach((word, i) => {
    if (i > 0) {
      const quiet = word.values.reduce((least, value) => Math.min(least, value), Infinity);
      values.fill(quiet, at * bands, (at + pauses[i - 1]!) * bands);
      at += pauses[i - 1]!;
    }
    values.set(word.values, at * bands);
    at += word.count;
  });
  return { count, values };
}

/** Writes frames into `out`, with mean 0 and deviation 1 over the utterance. What is left of `out` is 0. */
export function writeNormalised({ count, values }: Frames, out: Float32Array): void {
  const size = bands * Math.min(count, Math.floor(out.length / bands));
  let [sum, squares] = [0, 0];
  for (let i = 0; i < size; i++) {
    sum += values[i]!;
    squares += values[i]! ** 2;
  }
  const mean = sum / size;
  const deviation = Math.sqrt(Math.max(1, squares / size - mean * mean));
  for (let i = 0; i < size; i++) out[i] = (values[i]! - mean) / deviation;
}
