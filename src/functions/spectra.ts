// Spectra of sound: the short-time Fourier transform, mel bands, their logarithm and cepstra, with librosa's
// definitions.
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkChoice, checkCount, checkFinite, checkFlag, checkOptions, checkRange } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, type Tensor, type TensorLike, tensor } from "../tensor.ts";

/** One sound or several of one length: `[..., time]`. */
export type Sounds = TensorLike | Float32Array;

/** The options of {@link stft}. */
export interface StftOptions {
  /** The number of frequencies' samples N; frames are filled up with zeros to it. Default 2048, at most 4096. */
  readonly fftLength?: number;
  /** The number of samples under the window. Default: `fftLength`. */
  readonly sequenceLength?: number;
  /** The number of samples from one frame to the next. Default: a quarter of `sequenceLength`. */
  readonly sequenceStride?: number;
  /** Periodic windows: "hann", "hamming", or "ones". Default: "hann". */
  readonly window?: "hann" | "hamming" | "ones";
  /** Adds N/2 zeros before and after, so that frame t has sample t · `sequenceStride` in its middle. Default: true. */
  readonly center?: boolean;
}

/** The options of {@link melSpectrogram}. */
export interface MelOptions extends StftOptions {
  /** Samples a second. */
  readonly sampleRate: number;
  /** The number of bands. Default: 128. */
  readonly melBins?: number;
  /** The lowest frequency, in hertz. Default: 0. */
  readonly minFrequency?: number;
  /** The highest frequency, in hertz. Default: half of `sampleRate`. */
  readonly maxFrequency?: number;
  /** The power of the magnitudes. Default: 2. */
  readonly power?: number;
  /** "slaney" is linear to 1,000 Hz and logarithmic above, "htk" 2595·log₁₀(1 + f/700). Default: "slaney". */
  readonly melScale?: "slaney" | "htk";
  /** "slaney" divides each band by half its width in hertz, "none" leaves a peak of 1. Default: "slaney". */
  readonly norm?: "slaney" | "none";
}

/** The options of {@link logMel}. */
export interface LogMelOptions extends MelOptions {
  /** Decibels below each sound's loudest value at which its values are cut off; null for none. Default: 80. */
  readonly topDb?: number | null;
}

/** The options of {@link mfcc}. */
export interface MfccOptions extends LogMelOptions {
  /** The number of coefficients. Default: 20. */
  readonly coefficients?: number;
}

const stftNames = ["fftLength", "sequenceLength", "sequenceStride", "window", "center"];
const melNames = [
  ...stftNames,
  ...["sampleRate", "melBins", "minFrequency", "maxFrequency", "power", "melScale", "norm"],
];
/** Longer transforms are products with matrices of more than 64 MiB. */
const longest = 4096;

/** Constants of the last few calls: a pipeline makes the same spectra again and again. */
const constants = new Map<string, Tensor>();
const mostConstants = 8;

function constant(key: string, make: () => Tensor): Tensor {
  const made = constants.get(key) ?? make();
  constants.delete(key);
  constants.set(key, made);
  if (constants.size > mostConstants) constants.delete(constants.keys().next().value!);
  return made;
}

/** A matrix `[rows, columns]` of constants. */
function matrix(rows: number, columns: number, at: (row: number, column: number) => number): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
  return tensor({ data, shape: [rows, columns], dtype: "float32" });
}

/**
 * The short-time Fourier transform of sounds `[..., time]`, real and imaginary parts, each `[..., frames, N/2 + 1]`:
 *
 * X[t, k] = Σₙ w[n] · x[t·stride + n] · exp(−2πi·k·n / N), with a window w in the middle of N samples
 *
 * The definition is librosa's `stft` (frames and frequencies change places) and, but for the margins that `center`
 * adds, PyTorch's. It is a product with a matrix of sines and cosines, and has gradients.
 *
 * @throws ShapeError for a sound that is shorter than a frame; ArgumentError for other options
 *
 * @example
 * const [real, imag] = stft([1, 0, 0, 0], { fftLength: 4, center: false, window: "ones" });
 * await real.array(); // [[1, 1, 1]]
 */
export function stft(x: Sounds, options: StftOptions = {}): [Tensor, Tensor] {
  checkOptions("stft", options, stftNames);
  return transform("stft", x, options);
}

function transform(where: string, x: Sounds, options: StftOptions): [Tensor, Tensor] {
  const { window = "hann", center = true } = options;
  const n = checkCount(where, "fftLength", options.fftLength ?? 2048, 2);
  if (n > longest || n % 2 !== 0)
    throw new ArgumentError(`${where}: expected fftLength to be an even number up to ${longest}, got ${n}.`);
  const length = checkCount(where, "sequenceLength", options.sequenceLength ?? n);
  const stride = checkCount(where, "sequenceStride", options.sequenceStride ?? Math.max(1, Math.floor(length / 4)));
  if (length > n)
    throw new ArgumentError(`${where}: expected sequenceLength to be at most fftLength ${n}, got ${length}.`);
  checkChoice(where, "window", window, ["hann", "hamming", "ones"]);
  const margin = checkFlag(where, "center", center) ? n / 2 : 0;
  const sound = x instanceof Float32Array ? tensor(x) : asFloat(x);
  const time = sound.shape.at(-1);
  if (time === undefined || time + 2 * margin < n || sound.size === 0) {
    const least = Math.max(1, n - 2 * margin);
    throw new ShapeError(
      `${where}: expected sounds [..., time] of at least ${least} samples, got ${formatShape(sound.shape)}.`,
    );
  }
  const frames = 1 + Math.floor((time + 2 * margin - n) / stride);
  // Only the samples under the window are read, which begin `before` samples after the frame.
  const before = Math.floor((n - length) / 2);
  const start = Math.max(0, before - margin);
  const none = sound.shape.slice(1).map(() => [0, 0] as const);
  const padded = margin === 0 ? sound : sound.pad([...none, [Math.max(0, margin - before), margin]]);
  const end = start + (frames - 1) * stride + length;
  const framed = padded.at("...", [start, end]).slidingWindow(-1, length, { strides: stride });
  const bins = n / 2 + 1;
  const waves = constant(`waves ${n} ${length} ${window}`, () =>
    matrix(length, 2 * bins, (row, column) => {
      const k = column % bins;
      // The product is reduced by N first: sines of large angles lose digits.
      const angle = (2 * Math.PI * ((k * (row + before)) % n)) / n;
      return windowAt(window, row, length) * (column < bins ? Math.cos(angle) : -Math.sin(angle));
    }),
  );
  const both = framed.matmul(waves);
  return [both.at("...", [0, bins]), both.at("...", [bins, 2 * bins])];
}

function windowAt(window: string, i: number, length: number): number {
  const cosine = Math.cos((2 * Math.PI * i) / length);
  return window === "hann" ? 0.5 - 0.5 * cosine : window === "hamming" ? 0.54 - 0.46 * cosine : 1;
}

/**
 * Mel spectrograms `[..., frames, melBins]` of sounds `[..., time]`: S = |{@link stft}|^power · Mᵀ, where the row of M
 * of each band is a triangle over the frequencies from the middle of the band below to that of the band above. Bands
 * are equally wide on the mel scale (Stevens, Volkmann & Newman 1937), in which equal steps sound equal.
 *
 * The definition is librosa's `feature.melspectrogram` (frames and bands change places); `melScale: "htk"` with
 * `norm: "none"` is torchaudio's default.
 *
 * @throws ShapeError for a sound that is shorter than a frame; ArgumentError for other options
 *
 * @example
 * melSpectrogram(new Float32Array(8000), { sampleRate: 8000, fftLength: 256, melBins: 40 }).shape; // [126, 40]
 */
export function melSpectrogram(x: Sounds, options: MelOptions): Tensor {
  checkOptions("melSpectrogram", options, melNames);
  return mel("melSpectrogram", x, options);
}

function mel(where: string, x: Sounds, options: MelOptions): Tensor {
  const power = checkRange(where, "power", options.power ?? 2, Number.MIN_VALUE);
  const bands = melBands(where, options);
  const [real, imag] = transform(where, x, options);
  const energy = real.square().add(imag.square());
  return (power === 2 ? energy : energy.pow(power / 2)).matmul(bands);
}

/** The matrix `[N/2 + 1, melBins]` of triangles. */
function melBands(where: string, options: MelOptions): Tensor {
  const { melScale = "slaney", norm = "slaney", fftLength = 2048 } = options;
  const rate = checkRange(where, "sampleRate", options.sampleRate, 1);
  const count = checkCount(where, "melBins", options.melBins ?? 128);
  const low = checkRange(where, "minFrequency", options.minFrequency ?? 0, 0);
  const high = checkFinite(where, "maxFrequency", options.maxFrequency ?? rate / 2);
  if (!(low < high && high <= rate / 2))
    throw new ArgumentError(
      `${where}: expected minFrequency < maxFrequency ≤ ${rate / 2}, half the sampleRate, got ${low} and ${high}.`,
    );
  checkChoice(where, "melScale", melScale, ["slaney", "htk"]);
  checkChoice(where, "norm", norm, ["slaney", "none"]);
  if (count > longest) throw new ArgumentError(`${where}: expected melBins to be at most ${longest}, got ${count}.`);
  checkCount(where, "fftLength", fftLength, 2);
  return constant(`bands ${[rate, count, low, high, melScale, norm, fftLength]}`, () => {
    const [toMel, toHertz] = scales[melScale];
    const [first, last] = [toMel(low), toMel(high)];
    const edge = Array.from({ length: count + 2 }, (_, i) => toHertz(first + ((last - first) * i) / (count + 1)));
    return matrix(fftLength / 2 + 1, count, (bin, band) => {
      const frequency = (bin * rate) / fftLength;
      const [below, middle, above] = [edge[band]!, edge[band + 1]!, edge[band + 2]!];
      const rising = (frequency - below) / (middle - below);
      const falling = (above - frequency) / (above - middle);
      return Math.max(0, Math.min(rising, falling)) * (norm === "slaney" ? 2 / (above - below) : 1);
    });
  });
}

/** From 1,000 Hz on, Slaney's scale takes 27 steps from f to 6.4 f. */
const logStep = Math.log(6.4) / 27;
type Scale = readonly [toMel: (hertz: number) => number, toHertz: (mel: number) => number];
const scales: Readonly<Record<"slaney" | "htk", Scale>> = {
  slaney: [
    (f) => (f < 1000 ? (3 * f) / 200 : 15 + Math.log(f / 1000) / logStep),
    (m) => (m < 15 ? (200 * m) / 3 : 1000 * Math.exp(logStep * (m - 15))),
  ],
  htk: [(f) => 2595 * Math.log10(1 + f / 700), (m) => 700 * (10 ** (m / 2595) - 1)],
};

/**
 * Mel spectrograms in decibels, `[..., frames, melBins]`: 10·log₁₀(max(S, 10⁻¹⁰)) of {@link melSpectrogram}'s S, and no
 * less than `topDb` below each sound's greatest value. The definition is librosa's `power_to_db` with its defaults.
 *
 * @throws ShapeError for a sound that is shorter than a frame; ArgumentError for other options
 *
 * @example
 * const silence = logMel(new Float32Array(512), { sampleRate: 8000, fftLength: 512, melBins: 4, center: false });
 * await silence.array(); // [[-100, -100, -100, -100]]
 */
export function logMel(x: Sounds, options: LogMelOptions): Tensor {
  checkOptions("logMel", options, [...melNames, "topDb"]);
  const { topDb = 80, ...rest } = options;
  return decibels("logMel", x, rest, topDb);
}

function decibels(where: string, x: Sounds, options: MelOptions, topDb: number | null): Tensor {
  const level = mel(where, x, options)
    .maximum(1e-10)
    .log()
    .mul(10 / Math.LN10);
  if (topDb === null) return level;
  const loudest = level.max([-2, -1], { keepDims: true });
  return level.maximum(loudest.sub(checkRange(where, "topDb", topDb, 0)));
}

/**
 * Mel-frequency cepstral coefficients `[..., frames, coefficients]`: the first coefficients of the orthonormal discrete
 * cosine transform (DCT-II) of {@link logMel} over its M bands (Davis & Mermelstein 1980),
 *
 * C[k] = √((k = 0 ? 1 : 2) / M) · Σₘ L[m] · cos(π·k·(m + ½) / M)
 *
 * The definition is librosa's `feature.mfcc` (frames and coefficients change places).
 *
 * @throws ShapeError for a sound that is shorter than a frame; ArgumentError for other options
 *
 * @example
 * mfcc(new Float32Array(8000), { sampleRate: 8000, fftLength: 256, melBins: 40, coefficients: 13 }).shape; // [126, 13]
 */
export function mfcc(x: Sounds, options: MfccOptions): Tensor {
  checkOptions("mfcc", options, [...melNames, "topDb", "coefficients"]);
  const { topDb = 80, coefficients = 20, ...rest } = options;
  const level = decibels("mfcc", x, rest, topDb);
  const bands = level.shape.at(-1)!;
  const count = checkCount("mfcc", "coefficients", coefficients);
  if (count > bands)
    throw new ArgumentError(`mfcc: expected coefficients to be at most melBins ${bands}, got ${count}.`);
  const cosines = constant(`cosines ${bands} ${count}`, () =>
    matrix(bands, count, (m, k) => Math.sqrt((k === 0 ? 1 : 2) / bands) * Math.cos((Math.PI * k * (m + 0.5)) / bands)),
  );
  return level.matmul(cosines);
}
