// Sound at another sample rate.
import { ArgumentError } from "../../errors.ts";
import { mostSamples } from "../../io/wav.ts";
import { checkCount, describe } from "../../options.ts";

/** The zero crossings of the sinc function on each side, and the share of the lower band that is kept. */
const [crossings, rolloff] = [6, 0.99];
/** Filters of more numbers than this are computed anew for each sample. */
const mostTaps = 2 ** 22;

/**
 * Sound at another sample rate: `⌈length · to / from⌉` samples, each a sum of the given ones around it, weighted by a
 * sinc function under a Hann window, whose cutoff is 0.99 of half the lower rate (Smith, "Digital Audio Resampling",
 * 1984; the definition of torchaudio's `resample`, with six zero crossings).
 *
 * y[j] = (c/from) · Σᵢ x[i] · sinc(c·t) · cos²(π·c·t / 12), c = 0.99·min(from, to), t = i/from − j/to, |c·t| < 6.
 *
 * @param samples one channel
 * @param from the rate of `samples`, in samples a second: an integer from 1 up
 * @param to the new rate
 * @throws ArgumentError for a rate that is no integer from 1 up, and a result of more than 2²⁷ samples
 *
 * @example
 * resample(new Float32Array(44_100), 44_100, 16_000).length; // 16000
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (!(samples instanceof Float32Array))
    throw new ArgumentError(`resample: expected a Float32Array of samples, got ${describe(samples)}.`);
  const divisor = gcd(checkCount("resample", "from", from), checkCount("resample", "to", to));
  // Output j lies at input j·step/phases. Outputs that are `phases` apart have the same weights.
  const [step, phases] = [from / divisor, to / divisor];
  if (step === phases) return samples.slice();
  const length = Math.ceil((samples.length * phases) / step);
  if (length > mostSamples)
    throw new ArgumentError(
      `resample: expected at most ${mostSamples} samples, got ${samples.length} from ${from} to ${to} a second.`,
    );
  const cutoff = rolloff * Math.min(1, phases / step);
  const reach = Math.ceil(crossings / cutoff);
  const taps = 2 * reach + 1;
  /** The weights of the inputs ⌊j·step/phases⌋ − reach and after, for an output of this phase. */
  const weigh = (phase: number, out: Float64Array, at: number): void => {
    const fraction = ((phase * step) % phases) / phases;
    for (let k = 0; k < taps; k++) out[at + k] = cutoff * windowedSinc(cutoff * (k - reach - fraction));
  };
  const isTabled = phases * taps <= mostTaps;
  const weights = new Float64Array(isTabled ? phases * taps : taps);
  if (isTabled) for (let phase = 0; phase < phases; phase++) weigh(phase, weights, phase * taps);
  const out = new Float32Array(length);
  for (let j = 0; j < length; j++) {
    const phase = j % phases;
    if (!isTabled) weigh(phase, weights, 0);
    const row = isTabled ? phase * taps : 0;
    const first = Math.floor((j * step) / phases) - reach;
    const last = Math.min(taps, samples.length - first);
    let sum = 0;
    for (let k = Math.max(0, -first); k < last; k++) sum += samples[first + k]! * weights[row + k]!;
    out[j] = sum;
  }
  return out;
}

function windowedSinc(t: number): number {
  if (Math.abs(t) >= crossings) return 0;
  const window = Math.cos((Math.PI * t) / crossings / 2) ** 2;
  return t === 0 ? 1 : (window * Math.sin(Math.PI * t)) / (Math.PI * t);
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
