// How much a network gains from what it has learnt without labels, where labels are few.
import type { Model } from "nabla";
import { both, type Part, type Series, type Text } from "../part.ts";
import type { RecipeOptions } from "../recipe.ts";
import { shuffled } from "../translation/pairs.ts";
import type { Opinion } from "./opinions.ts";

/** The number of sentences whose labels are learnt from, and of those that tell which epoch was the best. */
export const labelled = 200;

/** The labels of a draw. */
export function drawLabels(train: readonly Opinion[], draw: number, { tiny = false }: RecipeOptions) {
  const order = shuffled(train, draw);
  const count = tiny ? 20 : Math.min(labelled, Math.floor(order.length / 2));
  return { learnt: order.slice(0, count), others: order.slice(count, 2 * count) };
}

/** A network that was trained with the labels of a draw. */
export interface Tuned<M extends Model> {
  readonly model: M;
  /** The share of the held-out sentences that it decides rightly. */
  readonly accuracy: number;
  /** The same over the sentences that tell the best epoch, after each epoch. */
  readonly course: readonly number[];
}

/** What the same labels give from pre-trained weights, from random ones, and to naive Bayes. */
export interface Comparison<M extends Model> {
  readonly tuned: Tuned<M>;
  readonly scratch: Tuned<M>;
  readonly words: number;
  readonly pairs: number;
}

export const mean = (list: readonly number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;

/** The standard deviation of what a sample was drawn from. */
export function spread(list: readonly number[]): number {
  const middle = mean(list);
  return Math.sqrt(list.reduce((sum, x) => sum + (x - middle) ** 2, 0) / Math.max(1, list.length - 1));
}

/** A table of the draws, and the course of training. */
export function* showComparisons<M extends Model>(comparisons: readonly Comparison<M>[]): Generator<Part> {
  const names = {
    tuned: both("pre-trained", "с предобучением"),
    scratch: both("from scratch", "с нуля"),
  };
  yield {
    kind: "table",
    title: both("Right on held-out sentences, %", "Верно на отложенных предложениях, %"),
    columns: [
      both("labels", "метки"),
      names.tuned,
      names.scratch,
      both("naive Bayes, words", "наивный Байес, слова"),
      both("and pairs", "и пары"),
    ],
    rows: comparisons.map(({ tuned, scratch, words, pairs }, i) => [
      both(`draw ${i + 1}`, `выборка ${i + 1}`),
      100 * tuned.accuracy,
      100 * scratch.accuracy,
      100 * words,
      100 * pairs,
    ]),
    digits: 1,
  };
  const course = (name: Text, key: "tuned" | "scratch"): Series => {
    const courses = comparisons.map((one) => one[key].course);
    const epochs = Math.min(...courses.map((one) => one.length));
    const points = Array.from(
      { length: epochs },
      (_, i) => [i + 1, 100 * mean(courses.map((one) => one[i]!))] as const,
    );
    return { name, points };
  };
  yield {
    kind: "plot",
    title: both(
      `Right on ${labelled} other sentences, mean of the draws`,
      `Верно на других ${labelled} предложениях, среднее по выборкам`,
    ),
    x: both("epoch", "эпоха"),
    y: both("right, %", "верно, %"),
    series: [course(names.tuned, "tuned"), course(names.scratch, "scratch")],
  };
}
