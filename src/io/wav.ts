// Decodes WAV files: PCM of 8 to 32 bits and floats, of any number of channels.
import { FileError, quote } from "../errors.ts";
import { kindOf } from "./kind.ts";

/** The size of the largest file that is read, in bytes. */
export const maxWavBytes = 2 ** 28;
/** The greatest number of samples of all channels together. */
export const mostSamples = 2 ** 27;
const [leastRate, greatestRate] = [1000, 768_000];
const mostChannels = 64;

/** A recording. */
export interface Sound {
  /** Samples a second. */
  readonly sampleRate: number;
  /** The samples of each channel, from −1 to 1; a file of floats may go beyond. */
  readonly channels: readonly Float32Array[];
}

/** The kinds of samples by bytes: how each is read and what its full scale is. */
const integers: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  // 8 bits are unsigned, around 128; all others have a sign.
  1: (view, at) => (view.getUint8(at) - 128) / 2 ** 7,
  2: (view, at) => view.getInt16(at, true) / 2 ** 15,
  3: (view, at) => (view.getUint8(at) + 256 * view.getInt16(at + 1, true)) / 2 ** 23,
  4: (view, at) => view.getInt32(at, true) / 2 ** 31,
};
const floats: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  4: (view, at) => view.getFloat32(at, true),
  8: (view, at) => view.getFloat64(at, true),
};
const [pcm, float, extensible] = [1, 3, 0xfffe];
const others: Readonly<Record<number, string>> = { 2: "ADPCM", 6: "A-law", 7: "µ-law", 17: "ADPCM", 85: "MP3" };

/**
 * The recording in a WAV file: PCM of 8, 16, 24 or 32 bits, or floats of 32 or 64, of 1 to 64 channels and 1 to 768
 * kHz, plain or WAVE_FORMAT_EXTENSIBLE. `source` names the file in errors.
 *
 * Programs that record into a pipe leave sizes of 0 or 2³² − 1 in the header: samples then go on to the end of the
 * file, as they do where the header promises more than there is.
 *
 * @throws FileError for a file of another kind or coding, a damaged header, a sample that is no finite number, and a
 *   file of more than 256 MiB or 2²⁷ samples
 *
 * @example
 * const { sampleRate, channels } = decodeWav(await readFile("words/no_1.wav"), "no_1.wav");
 * [sampleRate, channels.length]; // [8000, 1]
 */
export function decodeWav(bytes: Uint8Array, source: string): Sound {
  const fail: Fail = (what) => {
    throw new FileError(`${quote(source, 200)} is not a WAV file that Nabla can read: ${what}.`);
  };
  const { format, data } = readChunks(bytes, fail);
  const { count, sampleRate, width, read } = format;
  const length = Math.floor(data.length / (count * width));
  if (data.length > maxWavBytes || length * count > mostSamples)
    fail(`it has ${length} samples in each of ${count} channels, and at most ${mostSamples} are read`);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const channels = Array.from({ length: count }, (_, channel) => {
    const samples = new Float32Array(length);
    for (let i = 0; i < length; i++) {
      const value = read(view, (i * count + channel) * width);
      if (!Number.isFinite(Math.fround(value))) fail(`its sample ${i} is ${value}, expected a finite number`);
      samples[i] = value;
    }
    return samples;
  });
  return { sampleRate, channels };
}

type Fail = (what: string) => never;

interface Format {
  readonly count: number;
  readonly sampleRate: number;
  /** Bytes a sample. */
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
}

const idAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));

function readChunks(bytes: Uint8Array, fail: Fail): { format: Format; data: Uint8Array } {
  const isWave = ["RIFF", "RF64"].includes(idAt(bytes, 0)) && idAt(bytes, 8) === "WAVE";
  if (!isWave) {
    const kind = kindOf(bytes);
    fail(kind ? `it is ${kind}` : "it does not begin with RIFF and WAVE");
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [id, stated] = [idAt(bytes, at), view.getUint32(at + 4, true)];
    const start = at + 8;
    if (id === "data") {
      if (!format) fail("its samples come before their format");
      const isOpen = stated === 0 || stated === 0xffffffff;
      return { format: format!, data: bytes.subarray(start, isOpen ? bytes.length : start + stated) };
    }
    if (id === "fmt ") format ??= readFormat(bytes.subarray(start, start + stated), fail);
    // A byte fills up a chunk of odd length.
    at = start + stated + (stated % 2);
  }
  return fail("it has no samples (is it cut short?)");
}

function readFormat(chunk: Uint8Array, fail: Fail): Format {
  if (chunk.length < 16) fail("its format is damaged");
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
  const [count, sampleRate, block] = [view.getUint16(2, true), view.getUint32(4, true), view.getUint16(12, true)];
  // The first two bytes of an extensible format's identifier are the code that other formats begin with.
  const outer = view.getUint16(0, true);
  const code = outer === extensible && chunk.length >= 26 ? view.getUint16(24, true) : outer;
  const width = block / count;
  const read = (code === pcm ? integers : code === float ? floats : {})[width];
  if (code !== pcm && code !== float)
    fail(`its samples are coded as ${others[code] ?? `format ${code}`}, and PCM and floats are read`);
  if (count < 1 || count > mostChannels) fail(`it has ${count} channels, expected 1 to ${mostChannels}`);
  if (!read || view.getUint16(14, true) > 8 * width)
    fail(`its samples have ${view.getUint16(14, true)} bits in ${block} bytes for ${count} channels`);
  if (sampleRate < leastRate || sampleRate > greatestRate)
    fail(`its rate is ${sampleRate} samples a second, expected ${leastRate} to ${greatestRate}`);
  return { count, sampleRate, width, read: read! };
}
