// The share of the targets' variance that predictions explain.
import { ones, where } from "../functions/array.ts";
import { alignTargets } from "../losses/loss.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Metric, plus, quotient, spread } from "./metric.ts";
import { type Called, called, fromZero, oneOf, optionsOf } from "./options.ts";

/** The options of {@link r2Score}. */
export interface R2ScoreOptions {
  /**
   * How the scores of the outputs become one: "uniformAverage", their mean; "varianceWeightedAverage", their mean by
   * the variance of the targets. Default: "uniformAverage".
   */
  readonly classAggregation?: "uniformAverage" | "varianceWeightedAverage";
  /** The number p of a model's independent variables, for the adjusted R². Default: 0, which does not adjust. */
  readonly numRegressors?: number;
}

const outputsOf = (shape: Shape): number => (shape.length < 2 ? 1 : (shape.at(-1) ?? 1));

/**
 * R² = 1 − Σ w·(target − prediction)² / Σ w·(target − mean)² for each output, and their mean: 1 is perfect, and 0 as
 * good as the mean of the targets. Targets that are all the same give 1 where predictions are too, else 0.
 *
 * With p regressors and n examples it is 1 − (1 − R²)(n − 1) / (n − p − 1), unless there are too few examples for that.
 * The sum of squares is added up around the mean so far, which keeps its digits (Chan, Golub and LeVeque, 1979).
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where the shapes differ
 * @example await metrics.figure(metrics.r2Score(), [[1], [4], [3]], [[2], [4], [4]]).item(); // 0.571429
 */
export function r2Score<const N extends string = "r2Score">(
  options: R2ScoreOptions & Called<N> = {},
): Metric<NoInfer<N>> {
  const config = optionsOf<R2ScoreOptions>("r2Score", options, {
    classAggregation: ["uniformAverage", oneOf("uniformAverage", "varianceWeightedAverage")],
    numRegressors: [0, fromZero],
  });
  const { classAggregation, numRegressors: p = 0 } = config;
  return {
    ...called<N>("r2Score", config),
    state(shape) {
      const outputs = [outputsOf(shape)];
      return { weight: outputs, mean: outputs, squares: outputs, residuals: outputs, count: [] };
    },
    update({ weight, mean, squares, residuals, count }, targets, predictions, weights) {
      const outputs = outputsOf(predictions.shape);
      const rows = (x: Tensor): Tensor => x.cast("float32").reshape([-1, outputs]);
      const t = rows(alignTargets("r2Score", targets, predictions));
      const w = rows(weights ? spread(weights, predictions.shape) : ones(predictions.shape));
      const own = w.sum(0);
      const ownMean = quotient(w.mul(t).sum(0), own);
      const all = plus(weight, own);
      const step = ownMean.sub(mean ?? 0);
      const share = quotient(own, all);
      return {
        weight: all,
        mean: plus(mean, step.mul(share)),
        squares: plus(squares, w.mul(t.sub(ownMean).square()).sum(0)).add(
          step.square().mul(share).mul(plus(weight, 0)),
        ),
        residuals: plus(residuals, w.mul(t.sub(rows(predictions)).square()).sum(0)),
        count: plus(count, t.shape[0] ?? 0),
      };
    },
    result({ squares, residuals, count }) {
      const [total, left] = [plus(squares, 0), plus(residuals, 0)];
      const constant = left.equal(0).cast("float32");
      const scores = where(total.equal(0), constant, quotient(left, total).neg().add(1));
      const isWeighted = classAggregation === "varianceWeightedAverage";
      const score = isWeighted ? quotient(scores.mul(total).sum(), total.sum()) : scores.mean();
      if (p === 0) return score;
      const n = plus(count, 0);
      const adjusted = score
        .neg()
        .add(1)
        .mul(n.sub(1))
        .div(n.sub(p + 1))
        .neg()
        .add(1);
      return where(n.greater(p + 1), adjusted, score);
    },
  };
}
