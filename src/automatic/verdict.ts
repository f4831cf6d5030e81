// What the network adds to the best of the simpler models, beside the spread of its figure over splits.
import type { Baseline } from "./baselines.ts";
import type { Figures } from "./figures.ts";
import type { Learnt } from "./learn.ts";

/** The best baseline, and how the network compares with it. */
export interface Verdict {
  readonly best: Baseline;
  /** The share of the baseline's error that the network avoids. */
  readonly gain: number;
  /** True if the difference of the figures is greater than their standard deviation over the splits. */
  readonly isBetter: boolean;
}

/** The mean and the standard deviation of some numbers. */
export function spread(values: readonly number[]): readonly [mean: number, deviation: number] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / Math.max(1, values.length - 1))];
}

/** Compares the network with the best baseline. */
export function verdictOf({ figures, baselines, foldFigures }: Pick<Learnt, "figures" | "baselines" | "foldFigures">) {
  const errorOf = (one: Figures): number => ("accuracy" in one ? 1 - one.accuracy : one.rmse);
  const best = baselines.reduce((a, b) => (errorOf(b.figures) < errorOf(a.figures) ? b : a));
  const [own, other] = [errorOf(figures), errorOf(best.figures)];
  const [, deviation] = spread(foldFigures);
  return { best, gain: 1 - own / other, isBetter: other - own > deviation } satisfies Verdict;
}
