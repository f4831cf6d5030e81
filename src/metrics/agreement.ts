// How far predicted and true classes agree, beyond chance.
import { arange, where } from "../functions/array.ts";
import { trace } from "../functions/diagonals.ts";
import { alignTargets, classNumbers } from "../losses/loss.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { confusions } from "./confusion-matrix.ts";
import { probabilities, type Squash, squashOf } from "./decisions.ts";
import { type Metric, plus, quotient } from "./metric.ts";
import { type Called, called, oneOf, optionsOf } from "./options.ts";

/** The options of {@link cohenKappa}. */
export interface CohenKappaOptions {
  /**
   * How much it counts that class i was taken for class j: "linear", |i − j|; "quadratic", (i − j)². Default: all
   * mistakes count the same.
   */
  readonly weightage?: "linear" | "quadratic";
}

const isSingle = (shape: Shape): boolean => shape.length < 2 || shape.at(-1) === 1;

/** Makes a metric of the confusion matrix, as shares of all: of as many classes as there are outputs, or of two. */
function agreement<Name extends string>(
  name: string,
  config: Metric["config"],
  result: (matrix: Tensor) => Tensor,
  squash: Squash = null,
): Metric<Name> {
  return {
    ...called<Name>(name, config),
    state(shape) {
      const classes = isSingle(shape) ? 2 : (shape.at(-1) ?? 2);
      return { confusions: [classes, classes] };
    },
    update(state, targets, predictions, weights) {
      const { shape } = predictions;
      const single = isSingle(shape);
      const outer = shape.slice(0, shape.length < 2 ? undefined : -1);
      const p = single
        ? probabilities(predictions, squash).greater(0.5).cast("int32").reshape(outer)
        : predictions.argmax(-1);
      const t = single
        ? alignTargets(name, targets, predictions).greater(0).reshape(outer)
        : classesOf(name, targets, predictions);
      return {
        confusions: plus(
          state["confusions"],
          confusions(t.cast("int32"), p, weights, single ? 2 : (shape.at(-1) ?? 2)),
        ),
      };
    },
    result(state) {
      const matrix = plus(state["confusions"], 0);
      return result(quotient(matrix, matrix.sum()));
    },
    forLoss: (loss) => agreement(name, config, result, squashOf(loss)),
  };
}
/** The class numbers of targets that are class numbers, or one-hot. */
const classesOf = (name: string, targets: Tensor, predictions: Tensor): Tensor =>
  sameShape(targets.shape, predictions.shape) ? targets.argmax(-1) : classNumbers(name, targets, predictions);

/** Σ x·(1 − x): the chance that two drawn by these shares differ. */
const variety = (x: Tensor): Tensor => x.mul(x.neg().add(1)).sum();

/**
 * Matthews's correlation of predicted and true classes, (c − Σ tₖ·pₖ) / √((1 − Σ tₖ²)(1 − Σ pₖ²)), where c is the share
 * of right predictions, and tₖ and pₖ those of class k among targets and predictions: 1 if all are right, 0 for chance,
 * and 0 if there is only one class. One output counts as two classes, from a probability above ½.
 *
 * Matthews, 1975; Gorodkin, 2004.
 *
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.matthewsCorrelation(), [1, 1, 1, 0], [0.9, 0.8, 0.2, 0.4]).item(); // 0.57735
 */
export const matthewsCorrelation = <const N extends string = "matthewsCorrelation">(
  options: Called<N> = {},
): Metric<NoInfer<N>> =>
  agreement<N>("matthewsCorrelation", optionsOf<object>("matthewsCorrelation", options, {}), (matrix) => {
    const [t, p] = [matrix.sum(1), matrix.sum(0)];
    return quotient(trace(matrix).sub(t.mul(p).sum()), variety(t).mul(variety(p)).sqrt());
  });

/**
 * Cohen's kappa, 1 − Σ w·m / Σ w·tᵢ·pⱼ, over the shares m of class i taken for class j, with w = 1 for mistakes; tᵢ and
 * pⱼ are the shares of classes among targets and predictions: 1 if all are right, 0 for chance, and 0 if there is only
 * one class. One output counts as two classes, from a probability above ½. Cohen, 1960 and 1968.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.cohenKappa(), [1, 1, 1, 0], [0.9, 0.8, 0.2, 0.4]).item(); // 0.5
 */
export function cohenKappa<const N extends string = "cohenKappa">(
  options: CohenKappaOptions & Called<N> = {},
): Metric<NoInfer<N>> {
  const config = optionsOf<CohenKappaOptions>("cohenKappa", options, {
    weightage: [null, oneOf("linear", "quadratic")],
  });
  return agreement<N>("cohenKappa", config, (matrix) => {
    const i = arange(matrix.shape[0] ?? 0).cast("float32");
    const apart = i.expandDims(1).sub(i).abs();
    const w =
      config.weightage === "quadratic" ? apart.square() : config.weightage === "linear" ? apart : apart.minimum(1);
    const chance = matrix.sum(1).expandDims(1).mul(matrix.sum(0)).mul(w).sum();
    return where(chance.equal(0), 0, quotient(matrix.mul(w).sum(), chance).neg().add(1));
  });
}
