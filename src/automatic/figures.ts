// How good predictions are: the figures by which models are compared, and where they are wrong.
import type { Target } from "./target.ts";

/** What a model says of some rows: probabilities of the classes, or one number, `[rows][outputs]`. */
export type Predictions = readonly (readonly number[])[];

/** The figures of a classification: the share of right answers, and the mean −ln of the true class's probability. */
export interface ClassFigures {
  readonly accuracy: number;
  readonly crossentropy: number;
}

/** The figures of a regression, in the unit of the target. */
export interface NumberFigures {
  /** √mean((ŷ − y)²) */
  readonly rmse: number;
  /** mean |ŷ − y| */
  readonly mae: number;
  /** 1 − Σ(ŷ − y)² / Σ(y − ȳ)²; NaN where all y are equal. */
  readonly r2: number;
}

/** The figures of a model. */
export type Figures = ClassFigures | NumberFigures;

/** The name of the figure by which models are compared. */
export const mainFigure = (classes: number): "accuracy" | "rmse" => (classes > 0 ? "accuracy" : "rmse");

const leastProbability = 1e-7;

/** The index of the greatest number, the first of equal ones. */
export function greatest(row: readonly number[]): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}

/** How wrong a prediction is: −ln of the true class's probability, or |ŷ − y|. */
export const mistake = (row: readonly number[], truth: number, classes: number): number =>
  classes > 0 ? -Math.log(Math.max(leastProbability, row[truth] ?? 0)) : Math.abs(row[0]! - truth);

/** The figures of predictions. `targets` of a regression are in the unit of the target. */
export function figuresOf(predictions: Predictions, { classes, values }: Target): Figures {
  const count = values.length;
  let [right, cost, squares, distances, sum] = [0, 0, 0, 0, 0];
  predictions.forEach((row, i) => {
    const truth = values[i]!;
    const size = mistake(row, truth, classes);
    if (classes > 0) {
      if (greatest(row) === truth) right++;
      cost += size;
    } else {
      squares += size * size;
      distances += size;
      sum += truth;
    }
  });
  if (classes > 0) return { accuracy: right / count, crossentropy: cost / count };
  let total = 0;
  for (const y of values) total += (y - sum / count) ** 2;
  return { rmse: Math.sqrt(squares / count), mae: distances / count, r2: total > 0 ? 1 - squares / total : NaN };
}

/** The main figure of predictions. */
export function mainOf(predictions: Predictions, target: Target): number {
  const figures = figuresOf(predictions, target);
  return "accuracy" in figures ? figures.accuracy : figures.rmse;
}

/** Counts how often class i was predicted as class j. */
export function confusionOf(predictions: Predictions, { classes, values }: Target): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  predictions.forEach((row, i) => matrix[values[i]!]![greatest(row)]!++);
  return matrix;
}

/** e^zᵢ / Σ e^zⱼ of each row. */
export function softmaxRows(logits: readonly Float64Array[]): number[][] {
  return logits.map((row) => {
    const top = Math.max(...row);
    const powers = Array.from(row, (z) => Math.exp(z - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((power) => power / sum);
  });
}
