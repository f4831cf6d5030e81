// Speech made of formants: spoken digits of many voices, as a source of sound that passes through resonators.
import { inTurns } from "../in-turns.ts";
import { randomNumbers } from "../text/windows.ts";
import { sampleRate, type Utterance } from "./utterances.ts";

/**
 * The first three formants and the pitch of vowels, in hertz: means over 33 men, 28 women and 15 children (Peterson &
 * Barney 1952, Control methods used in a study of the vowels, table II).
 */
const vowels: Readonly<Record<string, readonly [men: Formants, women: Formants, children: Formants]>> = {
  IY: [
    [270, 2290, 3010, 136],
    [310, 2790, 3310, 235],
    [370, 3200, 3730, 272],
  ],
  IH: [
    [390, 1990, 2550, 135],
    [430, 2480, 3070, 232],
    [530, 2730, 3600, 269],
  ],
  EH: [
    [530, 1840, 2480, 130],
    [610, 2330, 2990, 223],
    [690, 2610, 3570, 260],
  ],
  AA: [
    [730, 1090, 2440, 124],
    [850, 1220, 2810, 212],
    [1030, 1370, 3170, 256],
  ],
  AO: [
    [570, 840, 2410, 129],
    [590, 920, 2710, 216],
    [680, 1060, 3180, 263],
  ],
  UH: [
    [440, 1020, 2240, 137],
    [470, 1160, 2680, 232],
    [560, 1410, 3310, 276],
  ],
  UW: [
    [300, 870, 2240, 141],
    [370, 950, 2670, 231],
    [430, 1170, 3260, 274],
  ],
  AH: [
    [640, 1190, 2390, 130],
    [760, 1400, 2780, 221],
    [850, 1590, 3360, 261],
  ],
  ER: [
    [490, 1350, 1690, 133],
    [500, 1640, 1960, 218],
    [560, 1820, 2160, 261],
  ],
};
type Formants = readonly [f1: number, f2: number, f3: number, pitch: number];

/** A stretch of sound: where its formants are, how long it lasts, how loud voice and noise are. */
interface Segment {
  /** The vowel whose formants are aimed at. */
  readonly vowel: string;
  readonly milliseconds: number;
  readonly voice: number;
  readonly noise?: number;
  /** The middle of the noise, in hertz. */
  readonly hiss?: number;
  /** Factors of the three formants, for sounds that are no vowels. */
  readonly bend?: readonly [number, number, number];
}

const vowel = (name: string, milliseconds: number): Segment => ({ vowel: name, milliseconds, voice: 1 });
const nasal: Segment = { vowel: "UW", milliseconds: 90, voice: 0.35, bend: [0.85, 1.7, 1.1] };
const silence = (milliseconds: number): Segment => ({ vowel: "AH", milliseconds, voice: 0 });
const hiss = (milliseconds: number, middle: number, noise: number, voice = 0): Segment => ({
  ...{ vowel: "IH", milliseconds, voice, noise },
  hiss: middle,
});

/** How the digits are spoken. */
const words: Readonly<Record<string, readonly Segment[]>> = {
  zero: [hiss(80, 3600, 0.35, 0.2), vowel("IH", 90), vowel("ER", 70), vowel("AO", 70), vowel("UH", 110)],
  one: [vowel("UW", 60), vowel("AH", 150), nasal],
  two: [silence(30), hiss(45, 3300, 0.6), vowel("IH", 50), vowel("UW", 180)],
  three: [hiss(90, 2600, 0.12), vowel("ER", 60), vowel("IY", 190)],
  four: [hiss(100, 2200, 0.1), vowel("AO", 180), vowel("ER", 90)],
  five: [hiss(90, 2200, 0.1), vowel("AA", 130), vowel("IY", 90), hiss(60, 2200, 0.08, 0.25)],
  six: [hiss(110, 3700, 0.6), vowel("IH", 100), silence(60), hiss(20, 1800, 0.6), hiss(120, 3700, 0.6)],
  seven: [hiss(110, 3700, 0.6), vowel("EH", 100), hiss(40, 2200, 0.08, 0.25), vowel("AH", 60), nasal],
  eight: [vowel("EH", 80), vowel("IY", 110), silence(60), hiss(40, 3300, 0.5)],
  nine: [nasal, vowel("AA", 130), vowel("IY", 80), nasal],
};

/** How many decibels words are louder than the noise around them, at least and at most. */
const loudness = [-5, 10] as const;

/** How a voice differs from the others. */
interface Voice {
  /** 0 for men's formants, 1 for women's, 2 for children's, and what lies between. */
  readonly kind: number;
  readonly pitch: number;
  readonly formants: readonly [number, number, number];
  readonly tempo: number;
  readonly breath: number;
}

/** Utterances of all digits by voices of which each has a throat, a pitch and a tempo of its own. */
export async function spokenDigits(voices: number, times: number, seed: number): Promise<Utterance[]> {
  const all = await inTurns(voices, (speaker) => {
    const random = randomNumbers(1000 * seed + speaker);
    const between = (low: number, high: number): number => low + (high - low) * random();
    const voice: Voice = {
      kind: between(0, 2),
      pitch: between(0.85, 1.2),
      formants: [between(0.92, 1.08), between(0.92, 1.08), between(0.92, 1.08)],
      tempo: between(0.75, 1.3),
      breath: between(0.01, 0.1),
    };
    return Object.entries(words).flatMap(([word, segments]) =>
      Array.from({ length: times }, () => ({
        word,
        speaker: `voice ${speaker + 1}`,
        samples: speak(segments, voice, random),
      })),
    );
  });
  return all.flat();
}

/** The same utterances with pauses before and after them, in noise of a colour and a loudness of its own each. */
export async function inNoise(utterances: readonly Utterance[], seed: number): Promise<Utterance[]> {
  const random = randomNumbers(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  const power = (sound: Float32Array): number => sound.reduce((sum, x) => sum + x * x, 0) / sound.length;
  return inTurns(utterances.length, (at) => {
    const { samples, ...rest } = utterances[at]!;
    const [before, after] = [between(0, 0.2), between(0, 0.2)].map((seconds) => Math.round(seconds * sampleRate));
    const noisy = new Float32Array(before! + samples.length + after!);
    const colour = between(0, 0.9);
    for (let i = 0; i < noisy.length; i++) noisy[i] = colour * (noisy[i - 1] ?? 0) + random() - 0.5;
    const decibels = between(...loudness);
    const scale = Math.sqrt(power(samples) / power(noisy) / 10 ** (decibels / 10));
    for (let i = 0; i < noisy.length; i++) noisy[i]! = scale * noisy[i]! + (samples[i - before!] ?? 0);
    return { ...rest, samples: noisy };
  });
}

/** What the resonators and the two sources are set to. */
type Setting = readonly [f1: number, f2: number, f3: number, pitch: number, voice: number, noise: number, hiss: number];

/** The setting for a segment, spoken a little otherwise each time. */
function settingOf(segment: Segment, { kind, pitch, formants, breath }: Voice, random: () => number): Setting {
  const around = (): number => 0.95 + 0.1 * random();
  const [low, share] = kind < 1 ? [0, kind] : [1, kind - 1];
  const { bend = [1, 1, 1], noise = 0, hiss: middle = 2500 } = segment;
  const [from, to] = [vowels[segment.vowel]![low]!, vowels[segment.vowel]![low + 1]!];
  const mean = (i: number): number => from[i]! + share * (to[i]! - from[i]!);
  const formant = (i: 0 | 1 | 2): number => Math.min(3800, mean(i) * bend[i] * formants[i] * around());
  return [
    formant(0),
    formant(1),
    formant(2),
    mean(3) * pitch,
    segment.voice,
    noise + segment.voice * breath,
    Math.min(3800, middle * (0.95 + 0.05 * kind) * around()),
  ];
}

/** The sound of a word: pulses and noise, through three resonators whose frequencies glide (Klatt 1980, simplified). */
function speak(segments: readonly Segment[], voice: Voice, random: () => number): Float32Array {
  const settings = segments.map((segment) => settingOf(segment, voice, random));
  const lengths = segments.map(({ milliseconds }) =>
    Math.round(milliseconds * voice.tempo * (0.85 + 0.3 * random()) * (sampleRate / 1000)),
  );
  const samples = new Float32Array(lengths.reduce((sum, length) => sum + length, 0));
  const throat = [new Resonator(80), new Resonator(110), new Resonator(170)];
  const mouth = new Resonator(700);
  const [rise, tune, loudness] = [0.9 + 0.2 * random(), 0.85 + 0.3 * random(), 0.05 + 0.4 * random()];
  let [at, phase, pulse] = [0, 0, 0];
  settings.forEach((own, s) => {
    const [before, length] = [settings[Math.max(0, s - 1)]!, lengths[s]!];
    // The tongue is on its way for the first 40 % of a segment.
    const way = Math.max(1, 0.4 * length);
    for (let i = 0; i < length; i++, at++) {
      const share = Math.min(1, i / way);
      const now = own.map((value, k) => before[k]! + share * (value - before[k]!)) as unknown as Setting;
      const fall = tune * (rise - 0.25 * (at / samples.length));
      phase += (now[3] * fall) / sampleRate;
      const isPulse = phase >= 1;
      if (isPulse) phase -= 1;
      // The pulse of the glottis falls by 12 dB an octave, and lips give back 6.
      pulse = 0.9 * pulse + (isPulse ? 1 : 0);
      const noise = now[5] * (random() - 0.5);
      const voiced = throat.reduce((x, resonator, k) => resonator.next(x, now[k]!), now[4] * pulse + 0.3 * noise);
      samples[at] = loudness * (voiced + 0.6 * mouth.next(noise, now[6]));
    }
  });
  for (let i = 0; i < samples.length; i++) samples[i]! += 0.001 * (random() - 0.5);
  return samples;
}

/** A resonance of two poles: y ← a·x + b·y₁ + c·y₂, with a gain of 1 at 0 Hz. */
class Resonator {
  readonly #radius: number;
  #y1 = 0;
  #y2 = 0;

  constructor(bandwidth: number) {
    this.#radius = Math.exp((-Math.PI * bandwidth) / sampleRate);
  }

  next(x: number, frequency: number): number {
    const b = 2 * this.#radius * Math.cos((2 * Math.PI * frequency) / sampleRate);
    const c = -this.#radius * this.#radius;
    const y = (1 - b - c) * x + b * this.#y1 + c * this.#y2;
    [this.#y2, this.#y1] = [this.#y1, y];
    return y;
  }
}
