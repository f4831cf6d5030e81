// The baseline of text classification: naive Bayes over words and pairs of neighbours.
import type { Opinion } from "./opinions.ts";

/** The words of a sentence, and signs that carry feeling. */
export const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+(?:'\p{L}+)?|[!?]/gu) ?? [];

/** The words of a sentence, and each pair of neighbours. */
export function wordsAndPairs(text: string): string[] {
  const words = wordsOf(text);
  return [...words, ...words.slice(1).map((word, i) => `${words[i]} ${word}`)];
}

/** ln P(feature | 1) − ln P(feature | 0) for each feature, with 1 added to all counts (Laplace). */
export function logRatios(train: readonly Opinion[], featuresOf: (text: string) => string[]): Map<string, number> {
  const counts = new Map<string, [number, number]>();
  const totals: [number, number] = [0, 0];
  for (const { text, label } of train)
    for (const feature of new Set(featuresOf(text))) {
      const count = counts.get(feature) ?? [0, 0];
      count[label as 0 | 1]++;
      totals[label as 0 | 1]++;
      counts.set(feature, count);
    }
  const size = counts.size;
  return new Map(
    [...counts].map(([feature, [zero, one]]) => [
      feature,
      Math.log((one + 1) / (totals[1] + size)) - Math.log((zero + 1) / (totals[0] + size)),
    ]),
  );
}

/** The share of sentences that naive Bayes decides rightly. */
export function naiveBayesAccuracy(
  train: readonly Opinion[],
  test: readonly Opinion[],
  featuresOf: (text: string) => string[],
): number {
  const ratios = logRatios(train, featuresOf);
  const ones = train.filter(({ label }) => label === 1).length;
  const prior = Math.log((ones + 1) / (train.length - ones + 1));
  const right = test.filter(({ text, label }) => {
    let sum = prior;
    for (const feature of new Set(featuresOf(text))) sum += ratios.get(feature) ?? 0;
    return (sum > 0 ? 1 : 0) === label;
  });
  return right.length / test.length;
}
