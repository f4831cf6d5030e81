// The answers of yes at many thresholds, and the metrics that find the best of them.
import { arange, where } from "../functions/array.ts";
import type { Tensor } from "../tensor.ts";
import { type Decisions, decisionsOf, type Squash, squashOf } from "./decisions.ts";
import { type Metric, type MetricState, plus, quotient } from "./metric.ts";
import { type Called, called, fromTwo, fromZero, type Options, optionsOf, share } from "./options.ts";

/** Right and wrong answers of yes at each threshold, and how many there could be: [thresholds, labels] and [labels]. */
export interface Curve {
  readonly truePositives: Tensor;
  readonly falsePositives: Tensor;
  readonly positives: Tensor;
  readonly negatives: Tensor;
}

export const curveShapes = (thresholds: number, labels: number) => ({
  truePositives: [thresholds, labels],
  falsePositives: [thresholds, labels],
  positives: [labels],
  negatives: [labels],
});

export const curveOf = (state: MetricState): Curve => ({
  truePositives: plus(state["truePositives"], 0),
  falsePositives: plus(state["falsePositives"], 0),
  positives: plus(state["positives"], 0),
  negatives: plus(state["negatives"], 0),
});

/** Adds the decisions of a batch to a curve. */
export function addToCurve(
  state: MetricState,
  { truth, scores, weights }: Decisions,
  thresholds: Tensor,
  labels: number,
): MetricState {
  const rows = (x: Tensor): Tensor => x.reshape([-1, labels]);
  const all = weights ? rows(weights) : null;
  const isYes = rows(truth);
  const share = (mask: Tensor): Tensor => (all ? mask.cast("float32").mul(all) : mask.cast("float32"));
  const [yes, no] = [share(isYes), share(isYes.logicalNot())];
  const isAbove = rows(scores)
    .expandDims(0)
    .greater(thresholds.reshape([-1, 1, 1]))
    .cast("float32");
  return {
    truePositives: plus(state["truePositives"], isAbove.mul(yes).sum(1)),
    falsePositives: plus(state["falsePositives"], isAbove.mul(no).sum(1)),
    positives: plus(state["positives"], yes.sum(0)),
    negatives: plus(state["negatives"], no.sum(0)),
  };
}

/** `count` thresholds from 0 to 1, of which the first and last are moved outwards by `margin`. */
export function evenThresholds(count: number, margin: number): Tensor {
  const i = arange(count);
  const even = i.cast("float32").div(count - 1);
  return margin === 0 ? even : where(i.equal(0), -margin, where(i.equal(count - 1), 1 + margin, even));
}

/** The options of {@link precisionAtRecall} and its kin. */
export interface AtOptions {
  /** How many thresholds from 0 to 1 are tried. Default: 200. */
  readonly numThresholds?: number;
  /** Counts one class only, from 0 up. Default: all. */
  readonly classId?: number;
}

const recall = ({ truePositives, positives }: Curve): Tensor => quotient(truePositives, positives);
const rates = {
  precision: ({ truePositives, falsePositives }: Curve) => quotient(truePositives, truePositives.add(falsePositives)),
  recall,
  sensitivity: recall,
  specificity: ({ falsePositives, negatives }: Curve) => quotient(negatives.sub(falsePositives), negatives),
};
type Rate = keyof typeof rates;

/** Makes the factory of the greatest of one rate where another is at least a given one. */
function bestAt<Name extends string, Held extends Rate>(name: Name, wanted: Rate, held: Held) {
  return <const N extends string = Name>(
    options: AtOptions & { readonly [K in Held]: number } & Called<N>,
  ): Metric<NoInfer<N>> => {
    const known = { numThresholds: [200, fromTwo], classId: [null, fromZero], [held]: [Number.NaN, share] };
    const config = optionsOf<AtOptions>(name, options ?? {}, known as Options<object> as Options<AtOptions>);
    const { numThresholds = 200 } = config;
    const least = options[held];
    const make = (squash: Squash): Metric<NoInfer<N>> => ({
      ...called<N>(name, config),
      state: () => curveShapes(numThresholds, 1),
      update: (state, ...batch) =>
        addToCurve(state, decisionsOf(name, batch, squash, config), evenThresholds(numThresholds, 0), 1),
      result(state) {
        const curve = curveOf(state);
        return where(rates[held](curve).greaterEqual(least), rates[wanted](curve), 0).max();
      },
      forLoss: (loss) => make(squashOf(loss)),
    });
    return make(null);
  };
}

/**
 * The greatest precision TP / (TP + FP) among thresholds whose recall is at least `recall`; 0 if there is none. The
 * thresholds are evenly spaced from 0 to 1, so that predictions have to be probabilities, or logits of which the
 * model's loss knows.
 *
 * @param options.recall from 0 to 1
 * @throws ArgumentError for options out of range
 * @example
 * const metric = metrics.precisionAtRecall({ recall: 0.8 });
 * await metrics.figure(metric, [0, 0, 1, 1], [0, 0.5, 0.3, 0.9]).item(); // 0.6667
 */
export const precisionAtRecall = /* @__PURE__ */ bestAt("precisionAtRecall", "precision", "recall");

/**
 * The greatest recall TP / (TP + FN) among thresholds whose precision is at least `precision`; 0 if there is none. See
 * {@link precisionAtRecall}.
 *
 * @param options.precision from 0 to 1
 * @throws ArgumentError for options out of range
 * @example
 * const metric = metrics.recallAtPrecision({ precision: 0.8 });
 * await metrics.figure(metric, [0, 0, 1, 1], [0, 0.5, 0.3, 0.9]).item(); // 0.5
 */
export const recallAtPrecision = /* @__PURE__ */ bestAt("recallAtPrecision", "recall", "precision");

/**
 * The greatest sensitivity TP / (TP + FN) among thresholds whose specificity TN / (TN + FP) is at least `specificity`;
 * 0 if there is none. See {@link precisionAtRecall}.
 *
 * @param options.specificity from 0 to 1
 * @throws ArgumentError for options out of range
 * @example
 * const metric = metrics.sensitivityAtSpecificity({ specificity: 0.5 });
 * await metrics.figure(metric, [0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]).item(); // 0.5
 */
export const sensitivityAtSpecificity = /* @__PURE__ */ bestAt(
  "sensitivityAtSpecificity",
  "sensitivity",
  "specificity",
);

/**
 * The greatest specificity TN / (TN + FP) among thresholds whose sensitivity TP / (TP + FN) is at least `sensitivity`;
 * 0 if there is none. See {@link precisionAtRecall}.
 *
 * @param options.sensitivity from 0 to 1
 * @throws ArgumentError for options out of range
 * @example
 * const metric = metrics.specificityAtSensitivity({ sensitivity: 0.5 });
 * await metrics.figure(metric, [0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]).item(); // 0.6667
 */
export const specificityAtSensitivity = /* @__PURE__ */ bestAt(
  "specificityAtSensitivity",
  "specificity",
  "sensitivity",
);
