// Metrics that count right and wrong answers of yes or no.
import { checkCount, checkFinite } from "../options.ts";
import type { Tensor } from "../tensor.ts";
import { decisionsOf, type Squash, squashOf } from "./decisions.ts";
import { type Metric, type MetricState, plus, quotient } from "./metric.ts";
import { type Called, called, fromZero, optionsOf } from "./options.ts";

/** The options of the metrics that count one kind of answers. */
export interface CountOptions {
  /**
   * A prediction above it means yes. Default: 0.5 for probabilities, which the model's loss tells apart from logits
   * and margins. What is given is compared with predictions as they are.
   */
  readonly thresholds?: number;
}

/** The options of {@link precision} and {@link recall}. */
export interface PrecisionOptions extends CountOptions {
  /** Only the k greatest predictions of each example can mean yes. Without a threshold each of them does. */
  readonly topK?: number;
  /** Counts one class only, from 0 up. Default: all. */
  readonly classId?: number;
}

const both = (t: Tensor, p: Tensor): Tensor => t.logicalAnd(p);
const cells = {
  truePositives: both,
  falsePositives: (t: Tensor, p: Tensor) => both(t.logicalNot(), p),
  trueNegatives: (t: Tensor, p: Tensor) => both(t.logicalNot(), p.logicalNot()),
  falseNegatives: (t: Tensor, p: Tensor) => both(t, p.logicalNot()),
};
type Cell = keyof typeof cells;

const known = {
  thresholds: [null, checkFinite],
  topK: [null, checkCount],
  classId: [null, fromZero],
} as const;

/** Makes the factory of a metric that counts answers of some kinds. */
function counting<Name extends string, O extends PrecisionOptions>(
  name: Name,
  options: readonly (keyof typeof known)[],
  parts: readonly Cell[],
  result: (state: MetricState) => Tensor,
): <const N extends string = Name>(options?: O & Called<N>) => Metric<NoInfer<N>> {
  return <const N extends string = Name>(given = {} as O & Called<N>) => {
    const own = Object.fromEntries(options.map((option) => [option, known[option]]));
    const config: PrecisionOptions & Metric["config"] = optionsOf<PrecisionOptions>(name, given, own as typeof known);
    const { thresholds } = config;
    const threshold = thresholds ?? (config.topK === undefined ? 0.5 : -Infinity);
    const make = (squash: Squash): Metric<NoInfer<N>> => ({
      ...called<N>(name, config),
      state: () => Object.fromEntries(parts.map((part) => [part, []])),
      update(state, ...batch) {
        const { truth, scores, weights } = decisionsOf(name, batch, squash, config);
        const guess = scores.greater(threshold);
        const count = (part: Cell): Tensor => {
          const hits = cells[part](truth, guess).cast("float32");
          return (weights ? hits.mul(weights) : hits).sum();
        };
        return Object.fromEntries(parts.map((part) => [part, plus(state[part], count(part))]));
      },
      result,
      forLoss: (loss) => make(thresholds === undefined ? squashOf(loss) : null),
    });
    return make(null);
  };
}

const counter = <Name extends Cell>(name: Name) =>
  counting<Name, CountOptions>(name, ["thresholds"], [name], (state) => plus(state[name], 0));
const ratio = <Name extends string>(name: Name, parts: readonly [Cell, Cell]) =>
  counting<Name, PrecisionOptions>(name, ["thresholds", "topK", "classId"], parts, (state) =>
    quotient(state[parts[0]], plus(state[parts[0]], state[parts[1]] ?? 0)),
  );

/**
 * TP / (TP + FP): the share of right answers among those of yes; 0 if there are none. Every prediction counts, with the
 * weight of its example; of `[batch, classes]` each class. Targets above 0 mean yes, or are class numbers `[batch]`.
 * NaN never means yes.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.precision(), [1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]).item(); // 0.6667
 */
export const precision = /* @__PURE__ */ ratio("precision", ["truePositives", "falsePositives"]);

/**
 * TP / (TP + FN): the share of what is found among all that is there; 0 if nothing is. Otherwise as {@link precision}.
 *
 * @throws ArgumentError for options out of range
 * @throws ShapeError where targets do not fit the predictions
 * @example await metrics.figure(metrics.recall({ thresholds: 0.75 }), [1, 0, 1], [0.9, 0.8, 0.7]).item(); // 0.5
 */
export const recall = /* @__PURE__ */ ratio("recall", ["truePositives", "falseNegatives"]);

/**
 * The number, or summed weight, of answers of yes that are right. Exact up to 2²⁴.
 *
 * @example await metrics.figure(metrics.truePositives(), [1, 0, 1], [0.9, 0.8, 0.2]).item(); // 1
 */
export const truePositives = /* @__PURE__ */ counter("truePositives");

/**
 * The number, or summed weight, of answers of yes that are wrong. Exact up to 2²⁴.
 *
 * @example await metrics.figure(metrics.falsePositives(), [1, 0, 1], [0.9, 0.8, 0.2]).item(); // 1
 */
export const falsePositives = /* @__PURE__ */ counter("falsePositives");

/**
 * The number, or summed weight, of answers of no that are right. Exact up to 2²⁴.
 *
 * @example await metrics.figure(metrics.trueNegatives(), [1, 0, 1], [0.9, 0.8, 0.2]).item(); // 0
 */
export const trueNegatives = /* @__PURE__ */ counter("trueNegatives");

/**
 * The number, or summed weight, of answers of no that are wrong. Exact up to 2²⁴.
 *
 * @example await metrics.figure(metrics.falseNegatives(), [1, 0, 1], [0.9, 0.8, 0.2], [1, 1, 3]).item(); // 3
 */
export const falseNegatives = /* @__PURE__ */ counter("falseNegatives");
