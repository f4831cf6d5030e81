// The form in which files reach a network, as a model's file keeps it.
import { logMel } from "../functions/spectra.ts";
import type { Tensor } from "../tensor.ts";

/** Pictures: resized to `size`, `[height, width]`, with the paper's brightness beside them. */
export interface ImageForm {
  readonly size: readonly [number, number];
  readonly channels: 1 | 3;
  readonly resize: "fit";
  readonly paper: number;
}

/** Recordings: resampled, cut to `seconds`, and then frames of mel bands, one for each `stride` seconds. */
export interface SoundForm {
  readonly sampleRate: number;
  readonly seconds: number;
  readonly stride: number;
  readonly melBins: number;
}

/** The time under a frame's window. */
const windowSeconds = 0.032;
/** Levels of 80 decibels below the loudest up to it become −2 to 2. */
const [middleLevel, unit] = [-40, 20];

/** Log-mel spectra beside each sound's loudest value, `[batch, frames, bands, 1]`, of sounds `[batch, time]`. */
export function soundInputs(sounds: Tensor, { sampleRate, stride, melBins }: SoundForm): Tensor {
  const fftLength = 2 ** Math.ceil(Math.log2(windowSeconds * sampleRate));
  const levels = logMel(sounds, {
    ...{ sampleRate, melBins, fftLength },
    sequenceStride: Math.round(stride * sampleRate),
  });
  const loudest = levels.max([-2, -1], { keepDims: true });
  return levels.sub(loudest).sub(middleLevel).div(unit).expandDims(-1);
}
