// Folders of WAV files, a folder or a name's prefix a class.
import type { HostArray } from "../../host-array.ts";
import { decodeWav, maxWavBytes } from "../../io/wav.ts";
import { checkCount, checkOptions, checkRange } from "../../options.ts";
import { type Tensor, tensor } from "../../tensor.ts";
import { type ClassOf, classFiles, type FolderSource } from "./class-files.ts";
import { FolderExamples } from "./folder-examples.ts";
import { resample } from "./resample.ts";

/** What files of sounds are called, and how their names end. */
export const soundFiles = { kind: "sounds", extensions: ["wav", "wave"] } as const;

/** The options of {@link decodeSound}. */
export interface SoundOptions {
  /** The rate to which sounds are resampled, in samples a second. Default: 16000. */
  readonly sampleRate?: number;
  /** The length: longer sounds are cut at the end, shorter ones filled up with zeros. Default: as they are. */
  readonly seconds?: number;
}

/** The options of {@link soundFolder}. */
export interface SoundFolderOptions extends SoundOptions {
  /** What a file's class is. Default: "folder" if there are folders, else "prefix". */
  readonly class?: ClassOf;
  /** Whether a file that cannot be read is an error, or is passed over and listed in `skipped`. Default: "throw". */
  readonly onError?: "throw" | "skip";
  /** Computes the inputs of a model from sounds `[batch, time]`, such as {@link logMel}. Default: the samples. */
  readonly features?: (sounds: Tensor) => Tensor;
}

/**
 * The recordings in a folder, WAV of any usual rate and width, with a class each: `[time]` samples from −1 to 1, all
 * channels mixed into one. A folder is a class, or the name's part before the first "_" where there are none.
 *
 * `source` is as for {@link imageFolder}. Files are read when they are needed: `load()` gives a {@link Dataset}
 * (without `seconds`, all filled up with zeros to the longest), `batches(32)` streams (filled up to the longest of each
 * batch).
 *
 * @throws FileError for a folder that is missing or has no WAV files, and, while they are read, for a file that cannot
 *   be decoded, which it names; ArgumentError for other options
 *
 * @example
 * const options = { sampleRate: 8000, fftLength: 256, melBins: 20 };
 * const words = await soundFolder("words", { sampleRate: 8000, seconds: 0.5, features: (x) => logMel(x, options) });
 * words.classNames; // ["no", "yes"]
 * (await words.load()).inputShape; // [63, 20]
 */
export async function soundFolder(source: FolderSource, options: SoundFolderOptions = {}): Promise<FolderExamples> {
  checkOptions("soundFolder", options, ["sampleRate", "seconds", "class", "onError", "features"]);
  const { class: classOf, onError = "throw", features, ...form } = options;
  const read = soundReader("soundFolder", form);
  const files = await classFiles("soundFolder", source, { ...soundFiles, classOf });
  const reader = {
    ...({ name: "sounds", maxBytes: maxWavBytes, dtype: "float32", scale: 1 } as const),
    read: async (bytes: Uint8Array, name: string) => read(bytes, name),
    ...(form.seconds === undefined && { pad: padded }),
    ...(features && { compute: async (batch: HostArray) => computed(features(tensor(batch))) }),
  };
  return new FolderExamples(files, reader, onError);
}

async function computed(x: Tensor): Promise<HostArray> {
  return { data: await x.data(), shape: x.shape, dtype: x.dtype };
}

/** Sounds filled up with zeros to the longest. */
function padded(sounds: readonly HostArray[]): HostArray[] {
  const length = Math.max(...sounds.map(({ data }) => data.length));
  return sounds.map(({ data }) => fitted(data as Float32Array, length));
}

function fitted(samples: Float32Array, length: number): HostArray {
  const data = new Float32Array(length);
  data.set(samples.subarray(0, length));
  return { data, shape: [length], dtype: "float32" };
}

/**
 * One recording, decoded as {@link soundFolder} does it: `[time]` samples from −1 to 1, float32. `source` names it in
 * errors.
 *
 * @throws FileError for bytes that are no WAV file or are damaged; ArgumentError for other options
 *
 * @example
 * decodeSound(await readFile("words/no_1.wav"), "no_1.wav", { sampleRate: 16_000 }).shape; // [1600]
 */
export function decodeSound(bytes: Uint8Array, source: string, options: SoundOptions = {}): HostArray {
  checkOptions("decodeSound", options, ["sampleRate", "seconds"]);
  return soundReader("decodeSound", options)(bytes, source);
}

const greatestRate = 768_000;

function soundReader(where: string, options: SoundOptions): (bytes: Uint8Array, source: string) => HostArray {
  const rate = checkCount(where, "sampleRate", options.sampleRate ?? 16_000);
  checkRange(where, "sampleRate", rate, 1, greatestRate + 1);
  const { seconds } = options;
  if (seconds !== undefined) checkRange(where, "seconds", seconds, 1 / rate, 3600);
  return (bytes, source) => {
    const sound = decodeWav(bytes, source);
    const mono = mixed(sound.channels);
    // What would be cut off need not be resampled, but for what the filter reaches beyond the end.
    const most = seconds === undefined ? mono.length : Math.ceil((seconds + 0.1) * sound.sampleRate);
    const samples = resample(mono.subarray(0, most), sound.sampleRate, rate);
    return fitted(samples, seconds === undefined ? samples.length : Math.round(seconds * rate));
  };
}

/** The mean of all channels. */
function mixed(channels: readonly Float32Array[]): Float32Array {
  const [first] = channels;
  if (channels.length === 1) return first!;
  const out = new Float32Array(first!.length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i]!;
    out[i] = sum / channels.length;
  }
  return out;
}
