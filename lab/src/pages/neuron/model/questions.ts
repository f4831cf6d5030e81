// What there is to try in the scene of models; the page's numbers answer.
import type { Question } from "../../../parts/Questions.svelte";
import type { Descent } from "./engine.ts";
import { type ModelName, mostSteps, type SampleName } from "./names.ts";
import { modelWords as words } from "./words.ts";

/** What the page shows. */
export interface Seen {
  readonly model: ModelName;
  readonly sample: SampleName;
  readonly rate: number;
  readonly start: readonly number[];
  /** The steps that have been taken, and how descent ends if these are all. */
  readonly taken: number;
  readonly end: Descent["end"] | undefined;
  /** The length of the gradient. */
  readonly gradient: number;
  readonly w: number;
  readonly b: number;
  /** The closed form, where it is shown. */
  readonly solution: { readonly w: number; readonly b: number } | undefined;
  /** The greatest error |a − y| of a point. */
  readonly greatestError: number;
}

/** What has been seen so far, where a question takes more than one look. */
export class Notebook {
  /** The greatest η that arrived and the least that ran away, for the points with these curvatures. */
  #points = "";
  #arrived = -Infinity;
  #away = Infinity;
  readonly #outliers = new Set<ModelName>();
  readonly #flat = new Set<ModelName>();

  /** Takes a look; gives what the questions ask about. */
  look(seen: Seen, points: string): { isRateFound: boolean; areOutliersSeen: boolean; isFlatSeen: boolean } {
    if (points !== this.#points) [this.#points, this.#arrived, this.#away] = [points, -Infinity, Infinity];
    if (seen.model === "linear" && seen.taken > 0) {
      // Just below the limit 1000 steps are not enough to arrive, but enough to see that it does.
      if (seen.end === "arrived" || (seen.end === "limit" && seen.gradient < 1e-2))
        this.#arrived = Math.max(this.#arrived, seen.rate);
      if (seen.end === "away") this.#away = Math.min(this.#away, seen.rate);
    }
    const least = { linear: 3, tanh: Infinity, logistic: 0.85, poisson: Infinity }[seen.model];
    const hasOutlier = seen.sample === "outlier" || (seen.sample === "own" && seen.greatestError > least);
    if (hasOutlier && seen.end === "arrived" && seen.taken > 0) this.#outliers.add(seen.model);
    const [w = 0, b = 0] = seen.start;
    if (w <= -3.9 && b >= 3.9 && (seen.taken >= 20 || (seen.taken > 0 && seen.end === "flat")))
      this.#flat.add(seen.model);
    return {
      isRateFound: this.#away - this.#arrived <= 0.0501,
      areOutliersSeen: this.#outliers.has("linear") && this.#outliers.has("logistic"),
      isFlatSeen: this.#flat.has("tanh") && this.#flat.has("logistic"),
    };
  }
}

export function modelQuestions(
  seen: Seen,
  notes: ReturnType<Notebook["look"]>,
  curvatures: readonly number[] | undefined,
): Question[] {
  const { model, sample, taken, end, solution } = seen;
  const isNear =
    solution !== undefined && Math.max(Math.abs(seen.w - solution.w), Math.abs(seen.b - solution.b)) < 5e-4;
  const greatest = curvatures?.at(-1);
  return [
    { ask: words.askExact, answer: words.answerExact, isDone: model === "linear" && taken >= 3 && isNear },
    {
      ask: words.askRate,
      answer: words.answerRate(greatest && 2 / greatest),
      isDone: notes.isRateFound,
    },
    {
      ask: words.askFar,
      answer: words.answerFar,
      isDone: model === "linear" && sample === "far" && taken >= 300 && end !== "away",
    },
    { ask: words.askOutlier, answer: words.answerOutlier, isDone: notes.areOutliersSeen },
    {
      ask: words.askApart,
      answer: words.answerApart,
      isDone: model === "logistic" && sample === "apart" && (taken === mostSteps || (taken > 0 && end === "flat")),
    },
    { ask: words.askFlat, answer: words.answerFlat, isDone: notes.isFlatSeen },
  ];
}
