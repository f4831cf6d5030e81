// Spectra and resampling against NumPy's FFT in float64 (test/goldens/spectra.py), their gradients, and bad input.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resample } from "../src/data/folder/resample.ts";
import { ArgumentError, ShapeError } from "../src/errors.ts";
import { logMel, type MelOptions, melSpectrogram, mfcc, type StftOptions, stft } from "../src/functions/spectra.ts";
import { checkGradients, stack, type Tensor, tensor } from "../src/index.ts";

type Mel = Omit<MelOptions, "sampleRate">;
interface Golden {
  readonly sampleRate: number;
  readonly sound: readonly number[];
  readonly stft: readonly (readonly [StftOptions, number[], number[]])[];
  readonly mel: readonly (readonly [Mel, number[]])[];
  readonly logMel: readonly (readonly [Mel, number | null, number[]])[];
  readonly mfcc: readonly (readonly [Mel, number, number, number[]])[];
  readonly resample: readonly (readonly [number, number, number[]])[];
}
const golden = JSON.parse(readFileSync(new URL("goldens/spectra.json", import.meta.url), "utf8")) as Golden;
const { sampleRate } = golden;
const sound = Float32Array.from(golden.sound);

/** Every number within `error` of the greatest wanted one. */
async function agree(got: Tensor, wanted: readonly number[], error: number): Promise<void> {
  const data = await got.data();
  expect(data.length).toBe(wanted.length);
  const most = Math.max(...wanted.map(Math.abs));
  const worst = Math.max(...wanted.map((v, i) => Math.abs(v - data[i]!))) / most;
  expect(worst).toBeLessThan(error);
}

describe("agree with NumPy", () => {
  test.each(golden.stft)("stft %j", async (options, real, imag) => {
    const parts = stft(sound, options);
    expect(parts[0].shape.at(-1)).toBe(65);
    await agree(parts[0], real, 1e-6);
    await agree(parts[1], imag, 1e-6);
  });
  test.each(golden.mel)("melSpectrogram %j", (options, wanted) =>
    agree(melSpectrogram(sound, { sampleRate, ...options }), wanted, 1e-6),
  );
  test.each(golden.logMel)("logMel %j, topDb %d", (options, topDb, wanted) =>
    agree(logMel(sound, { sampleRate, topDb, ...options }), wanted, 1e-5),
  );
  test.each(golden.mfcc)("mfcc %j", (options, topDb, coefficients, wanted) =>
    agree(mfcc(sound, { sampleRate, topDb, coefficients, ...options }), wanted, 1e-5),
  );
  test.each(golden.resample)("resample from %d to %d", (from, to, wanted) =>
    agree(tensor(resample(sound.subarray(0, 90), from, to)), wanted, 2e-7),
  );
});

describe("spectra", () => {
  const options = { fftLength: 32, sequenceStride: 16, melBins: 6, sampleRate };

  test("of a batch are those of its sounds, each cut off below its own loudest value", async () => {
    const sounds = [sound.subarray(0, 200), sound.subarray(100, 300).map((v) => v / 1000)].map((x) => tensor(x));
    const both = await logMel(stack(sounds), { ...options, topDb: 12 }).array<3>();
    expect(both).toEqual(await Promise.all(sounds.map((x) => logMel(x, { ...options, topDb: 12 }).array())));
  });

  test("have gradients", async () => {
    const x = tensor(sound.subarray(0, 64));
    const { error } = await checkGradients((y: Tensor) => logMel(y, { ...options, topDb: null }).mean(), [x]);
    expect(error).toBeLessThan(1e-4);
  });

  test.each<[string, () => unknown, RegExp]>([
    ["a short sound", () => stft([1, 2, 3], { fftLength: 8, center: false }), /at least 8 samples, got \[3\]/],
    ["no sound", () => stft([]), /got \[0\]/],
    ["an odd length", () => stft(sound, { fftLength: 9 }), /an even number up to 4096, got 9/],
    ["a large length", () => stft(sound, { fftLength: 2 ** 20 }), /an even number up to 4096/],
    ["a wide window", () => stft(sound, { fftLength: 64, sequenceLength: 65 }), /at most fftLength 64, got 65/],
    ["an unknown window", () => stft(sound, { window: "han" as never }), /Did you mean "hann"\?/],
    ["an unknown option", () => stft(sound, { hop: 3 } as never), /unknown option "hop"/],
    ["no rate", () => melSpectrogram(sound, {} as never), /expected sampleRate to be a finite number from 1 up/],
    ["a high frequency", () => logMel(sound, { sampleRate, maxFrequency: 4001 }), /≤ 4000, half the sampleRate/],
    ["many coefficients", () => mfcc(sound, { ...options, coefficients: 7 }), /at most melBins 6, got 7/],
    ["a rate of 0", () => resample(sound, 8000, 0), /expected to to be an integer from 1 up/],
    ["a list", () => resample([1, 2] as never, 1, 2), /expected a Float32Array/],
    ["a long result", () => resample(sound, 1, 2 ** 24), /at most 134217728 samples/],
  ])("refuse %s", (_, compute, message) => {
    expect(compute).toThrow(message);
    try {
      compute();
    } catch (error) {
      expect(error instanceof ArgumentError || error instanceof ShapeError).toBe(true);
    }
  });
});

describe("resample", () => {
  test("leaves sound at its own rate, and gives the length that the rates ask for", () => {
    expect(resample(sound, 8000, 8000)).toEqual(sound);
    expect(resample(sound, 8000, 11_025).length).toBe(Math.ceil((330 * 11_025) / 8000));
    expect(resample(new Float32Array(0), 8000, 44_100).length).toBe(0);
    // Rates without a common divisor have more phases than a table holds.
    const tone = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i / 20));
    const odd = resample(tone, 700_001, 699_997);
    const error = odd.slice(50, -50).map((v, i) => Math.abs(v - Math.sin(((i + 50) * 700_001) / 699_997 / 20)));
    expect(Math.max(...error)).toBeLessThan(2e-3);
  });

  test("removes what the lower rate cannot hold, and keeps what it can", () => {
    const tone = (hertz: number): Float32Array =>
      Float32Array.from({ length: 4410 }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / 44_100));
    const loudness = (x: Float32Array): number =>
      Math.sqrt(x.slice(100, -100).reduce((sum, v) => sum + v * v, 0) / (x.length - 200));
    expect(loudness(resample(tone(1000), 44_100, 16_000))).toBeCloseTo(Math.SQRT1_2, 2);
    expect(loudness(resample(tone(11_000), 44_100, 16_000))).toBeLessThan(0.01);
  });
});
