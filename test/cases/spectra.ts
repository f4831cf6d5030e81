// Cases of functions that make spectra of sounds.
import { logMel, melSpectrogram, mfcc, stft } from "../../src/functions/spectra.ts";
import { sample, unit } from "../samples.ts";
import { add } from "./table.ts";

const frames = { fftLength: 16, sequenceLength: 12, sequenceStride: 5 } as const;
const bands = { ...frames, sampleRate: 8000, melBins: 3 } as const;
const sounds = sample(unit, [2, 40]);

for (const window of ["hann", "hamming", "ones"] as const)
  for (const center of [true, false])
    add("stft", `${window}, ${center ? "centred" : "whole frames"}`, (x) => stft(x, { ...frames, window, center }), [
      sounds,
    ]);
add("melSpectrogram", "Slaney's scale", (x) => melSpectrogram(x, bands), [sounds]);
add("melSpectrogram", "HTK's scale, magnitudes", (x) => melSpectrogram(x, { ...bands, melScale: "htk", power: 1 }), [
  sounds,
]);
add("logMel", "without a floor", (x) => logMel(x, { ...bands, topDb: null }), [sounds]);
add("logMel", "with a floor", (x) => logMel(x, { ...bands, topDb: 3 }), [sounds]);
add("mfcc", "two coefficients", (x) => mfcc(x, { ...bands, coefficients: 2 }), [sounds]);
