// What a network has to beat: the majority, the mean, linear models, naive Bayes, the last value of a series.
import type { Column } from "../data/dataset.ts";
import { type Figures, figuresOf, type Predictions, softmaxRows } from "./figures.ts";
import type { InputPart } from "./inputs.ts";
import { applyLinear, type Linear } from "./linear.ts";
import type { Target, TargetInfo } from "./target.ts";

/** The names of the baselines. */
export type BaselineName = "majority" | "mean" | "linear" | "logistic" | "naiveBayes" | "persistence";

/** A baseline and what it reaches on the test part. */
export interface Baseline {
  readonly name: BaselineName;
  readonly figures: Figures;
}

/** What baselines learn from, and what they are asked for. */
export interface BaselineData {
  readonly train: Column;
  readonly targets: Target;
  readonly info: TargetInfo;
  readonly test: Column;
  readonly truths: Target;
  readonly words: readonly InputPart[];
  /** The last value before each row of the test part, for a series. */
  readonly lastValues: Float64Array | null;
}

/** The figures of all baselines that the task has, on the test part. `linear` was learnt from the training part. */
export function baselinesOf(data: BaselineData, linear: Linear): Baseline[] {
  const { test, truths, info, lastValues, words } = data;
  const rows = truths.values.length;
  const measure = (name: BaselineName, predictions: Predictions): Baseline => ({
    name,
    figures: figuresOf(predictions, truths),
  });
  const outputs = applyLinear(linear, test);
  if (truths.classes === 0) {
    const raw = outputs.map(([y = 0], i) => [y * info.deviation + info.mean + (lastValues?.[i] ?? 0)]);
    const simplest = lastValues
      ? measure(
          "persistence",
          Array.from(lastValues, (value) => [value]),
        )
      : measure("mean", new Array(rows).fill([info.mean]));
    return [simplest, measure("linear", raw)];
  }
  const shares = new Array<number>(truths.classes).fill(0);
  for (const code of data.targets.values) shares[code]! += 1 / data.targets.values.length;
  const found = [measure("majority", new Array(rows).fill(shares)), measure("logistic", softmaxRows(outputs))];
  if (words.length > 0) found.push(measure("naiveBayes", naiveBayes(data)));
  return found;
}

/**
 * Multinomial naive Bayes over the terms of texts: P(c) Π P(t|c) over the terms t of a text, where P(t|c) = (texts of
 * class c with t + 1) / (terms in texts of class c + number of terms).
 */
function naiveBayes({ train, targets, test, words }: BaselineData): number[][] {
  const { classes, values } = targets;
  const [rows = 0, width = 0] = train.array.shape;
  const inputs = words.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i));
  const counts = Array.from({ length: classes }, () => new Float64Array(width).fill(1));
  const texts = new Float64Array(classes);
  for (let row = 0; row < rows; row++) {
    const own = counts[values[row]!]!;
    texts[values[row]!]!++;
    for (const j of inputs) own[j]! += train.array.data[row * width + j]!;
  }
  const logs = counts.map((own) => {
    const total = inputs.reduce((sum, j) => sum + own[j]!, 0);
    return own.map((count) => Math.log(count / total));
  });
  const [asked = 0] = test.array.shape;
  const scores = Array.from({ length: asked }, (_, row) => {
    const sums = texts.map((count) => Math.log(count / rows));
    for (const j of inputs)
      if (test.array.data[row * width + j] !== 0) for (let c = 0; c < classes; c++) sums[c]! += logs[c]![j]!;
    return sums;
  });
  return softmaxRows(scores);
}
