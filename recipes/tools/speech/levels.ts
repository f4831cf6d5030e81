// What is common to all that one speaker says: a voice, a microphone and a room, seen in the level of each band.
import { bands, type Frames } from "./frames.ts";

/** How much louder each band is than all bands of the utterance together, in decibels: its mean and its variance. */
export interface Levels {
  readonly means: readonly number[];
  readonly variances: readonly number[];
}

/** The usual levels count as much as so many utterances. */
const usualWeight = 3;

/**
 * The levels of a speaker, each utterance counted alike. Few utterances tell their words rather than the speaker, so
 * that n of them have the weight n / (n + 3), and `usual` levels the rest.
 */
export function levelsOf(utterances: readonly Frames[], usual?: Levels): Levels {
  const n = utterances.length;
  const share = usual ? n / (n + usualWeight) : 1;
  const centres = utterances.map(({ values }) => values.reduce((sum, value) => sum + value, 0) / values.length);
  /** The mean over utterances, in each band, of what `part` makes of a level's distance from the utterance's mean. */
  const over = (part: (distance: number, band: number) => number, usually: readonly number[] | undefined): number[] => {
    const sums = Array.from({ length: bands }, (_, b) => (1 - share) * (usually?.[b] ?? 0));
    utterances.forEach(({ count, values }, i) => {
      for (let at = 0; at < values.length; at++)
        sums[at % bands]! += (share * part(values[at]! - centres[i]!, at % bands)) / (count * n);
    });
    return sums;
  };
  const means = over((distance) => distance, usual?.means);
  return { means, variances: over((distance, b) => (distance - means[b]!) ** 2, usual?.variances) };
}

/** The mean of several speakers' levels. */
export function meanLevels(all: readonly Levels[]): Levels {
  const mean = (of: (levels: Levels) => readonly number[]): number[] =>
    Array.from({ length: bands }, (_, b) => all.reduce((sum, levels) => sum + of(levels)[b]!, 0) / all.length);
  return { means: mean(({ means }) => means), variances: mean(({ variances }) => variances) };
}

/**
 * Takes the levels off: over all that the speaker says, each band has the same mean and the same deviation (Viikki &
 * Laurila 1998, Cepstral domain segmental feature vector normalization for noise robust speech recognition).
 */
export function levelled({ count, values }: Frames, { means, variances }: Levels): Frames {
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviations = variances.map((variance) => Math.sqrt(Math.max(1, variance)));
  const typical = deviations.reduce((sum, deviation) => sum + deviation, 0) / bands;
  const plain = values.map((value, at) => {
    const b = at % bands;
    return centre + ((value - centre - means[b]!) * typical) / deviations[b]!;
  });
  return { count, values: plain };
}
