// The F-score: precision and recall in one number.
import { checkFinite } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { probabilities, type Squash, squashOf, truth } from "./decisions.ts";
import { type Metric, plus, quotient, spread } from "./metric.ts";
import { above, type Called, called, oneOf, optionsOf } from "./options.ts";

/** The options of {@link f1Score}. */
export interface F1ScoreOptions {
  /**
   * How the scores of the classes become one: "macro", their mean; "micro", the score of all answers together;
   * "weighted", their mean by how often each class is the target. Default: "macro".
   */
  readonly average?: "micro" | "macro" | "weighted";
  /**
   * A prediction above it means yes. Default: the greatest prediction of each example means yes, as in Keras; for one
   * output, a probability above 0.5.
   */
  readonly threshold?: number;
}

/** The options of {@link fBetaScore}. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** β: recall counts β times as much as precision. Default: 1. */
  readonly beta?: number;
}

function fScore<Name extends string>(
  name: string,
  config: F1ScoreOptions & Metric["config"],
  beta: number,
  squash: Squash = null,
): Metric<Name> {
  const { average = "macro", threshold } = config;
  const guess = (predictions: Tensor): Tensor => {
    if (threshold !== undefined) return predictions.greater(threshold);
    const p = probabilities(predictions, squash);
    if (p.shape.at(-1) === 1) return p.greater(0.5);
    return p.equal(p.max(-1, { keepDims: true })).logicalAnd(p.abs().greater(1e-9));
  };
  return {
    ...called<Name>(name, config),
    state(shape) {
      const classes = shape.length > 1 ? [shape.at(-1) ?? 1] : [1];
      return { truePositives: classes, predicted: classes, actual: classes };
    },
    update({ truePositives, predicted, actual }, targets, given, weights) {
      const predictions = given.ndim > 1 ? given : given.expandDims(-1);
      const t = truth(name, targets, predictions).cast("float32");
      const p = guess(predictions).cast("float32");
      const own = weights && spread(weights, t.shape);
      const total = (x: Tensor): Tensor => (own ? x.mul(own) : x).reshape([-1, t.shape.at(-1) ?? 1]).sum(0);
      return {
        truePositives: plus(truePositives, total(t.mul(p))),
        predicted: plus(predicted, total(p)),
        actual: plus(actual, total(t)),
      };
    },
    result(state) {
      const part = (x: Tensor | undefined): Tensor => (average === "micro" ? plus(x, 0).sum() : plus(x, 0));
      const [right, predicted, actual] = [state["truePositives"], state["predicted"], state["actual"]].map(part);
      // (1 + β²)·P·R / (β²·P + R) with P = right / predicted and R = right / actual.
      const scores = quotient(right?.mul(1 + beta ** 2), actual?.mul(beta ** 2).add(predicted ?? 0));
      return average === "weighted" ? quotient(scores.mul(actual ?? 0).sum(), actual?.sum()) : scores.mean();
    },
    forLoss: (loss) => fScore(name, config, beta, squashOf(loss)),
  };
}

const known = {
  average: ["macro", /* @__PURE__ */ oneOf("micro", "macro", "weighted")],
  threshold: [null, checkFinite],
} as const;

/**
 * (1 + β²)·P·R / (β²·P + R) of precision P and recall R, for each class, and then as `average` says; 0 for a class that
 * is neither there nor predicted. Targets are one-hot, or class numbers, or yes and no `[batch, labels]`.
 * van Rijsbergen, 1979.
 *
 * Keras's `average: null`, a score for each class, is no one number; take {@link confusionMatrix} for that.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.fBetaScore({ beta: 2 }), [1, 1, 1, 0], [0.9, 0.2, 0.1, 0.8]).item(); // 0.3571
 */
export function fBetaScore<const N extends string = "fBetaScore">(
  options: FBetaScoreOptions & Called<N> = {},
): Metric<NoInfer<N>> {
  const config = optionsOf<FBetaScoreOptions>("fBetaScore", options, { ...known, beta: [1, above] });
  return fScore<N>("fBetaScore", config, config.beta ?? 1);
}

/**
 * 2·P·R / (P + R), the harmonic mean of precision P and recall R: {@link fBetaScore} with β = 1.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.f1Score(), [1, 1, 1, 0], [0.9, 0.2, 0.1, 0.8]).item(); // 0.4
 */
export const f1Score = <const N extends string = "f1Score">(
  options: F1ScoreOptions & Called<N> = {},
): Metric<NoInfer<N>> => fScore<N>("f1Score", optionsOf<F1ScoreOptions>("f1Score", options, known), 1);
