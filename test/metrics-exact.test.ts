// Metrics with state against Keras's formulas: of all examples, with weights, in batches of any sizes.
import { describe, expect, test } from "vitest";
import { layers, type Metric, metrics, sequential } from "../src/index.ts";
import {
  aucOf,
  bestOf,
  cellsOf,
  correlationOf,
  type Example,
  fBetaOf,
  ioUOf,
  kappaOf,
  matrixOf,
  meanOf,
  pairsOf,
  precisionOf,
  r2Of,
  rankedPairs,
  recallOf,
  specificityOf,
  topOf,
} from "./metrics-oracle.ts";
import { classified, count, inBatches, labelled, measured, positive, yesNo } from "./metrics-samples.ts";

const isAbove = (threshold: number) => (p: number) => p > threshold;
const half = isAbove(0.5);
const cells =
  (of: (c: ReturnType<typeof cellsOf>) => number, isYes = half, labels?: number[]) =>
  (data: readonly Example[]) =>
    of(cellsOf(data, isYes, labels));
const each = (value: (t: number, p: number) => number) =>
  meanOf((t, p) => t.reduce((sum, x, i) => sum + value(x, p[i]!), 0) / t.length);
const norm = (x: readonly number[]): number => Math.hypot(...x);
const total = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
const matrix = (data: readonly Example[]) => matrixOf(pairsOf(data), 4);
const best =
  (wanted: typeof precisionOf, held: typeof precisionOf | typeof specificityOf, least: number) =>
  (data: readonly Example[]) =>
    bestOf(data, wanted as typeof specificityOf, held as typeof specificityOf, least);

const cases: [label: string, metric: Metric, data: Example[], oracle: (data: readonly Example[]) => number][] = [
  ["truePositives", metrics.truePositives(), yesNo, cells((c) => c.tp)],
  ["falsePositives", metrics.falsePositives(), labelled, cells((c) => c.fp)],
  ["trueNegatives", metrics.trueNegatives({ thresholds: 0.3 }), yesNo, cells((c) => c.tn, isAbove(0.3))],
  ["falseNegatives", metrics.falseNegatives(), labelled, cells((c) => c.fn)],
  ["precision", metrics.precision(), yesNo, cells(precisionOf)],
  ["precision of labels", metrics.precision({ thresholds: 0.7 }), labelled, cells(precisionOf, isAbove(0.7))],
  ["precision of a class", metrics.precision({ classId: 2 }), labelled, cells(precisionOf, half, [2])],
  [
    "precision of the greatest",
    metrics.precision({ topK: 2 }),
    classified,
    (data) => cells(precisionOf, isAbove(-1))(topOf(data, 2)),
  ],
  ["recall", metrics.recall(), yesNo, cells(recallOf)],
  [
    "recall of the greatest",
    metrics.recall({ topK: 2, classId: 1, thresholds: 0.4 }),
    classified,
    (data) => cells(recallOf, isAbove(0.4), [1])(topOf(data, 2)),
  ],
  ["f1Score", metrics.f1Score(), classified, (data) => fBetaOf(data, 1, "macro")],
  [
    "f1Score of labels",
    metrics.f1Score({ threshold: 0.4, average: "micro" }),
    labelled,
    (data) => fBetaOf(data, 1, "micro", 0.4),
  ],
  ["f1Score of one output", metrics.f1Score(), yesNo, (data) => fBetaOf(data, 1, "macro", 0.5)],
  [
    "fBetaScore",
    metrics.fBetaScore({ beta: 2, average: "weighted" }),
    classified,
    (data) => fBetaOf(data, 2, "weighted"),
  ],
  [
    "fBetaScore, micro",
    metrics.fBetaScore({ beta: 0.5, average: "micro" }),
    classified,
    (data) => fBetaOf(data, 0.5, "micro"),
  ],
  ["auc", metrics.auc(), yesNo, (data) => aucOf(data, "ROC", "interpolation")],
  [
    "auc of all labels",
    metrics.auc({ summationMethod: "minoring" }),
    labelled,
    (data) => aucOf(data, "ROC", "minoring"),
  ],
  ["auc, majoring", metrics.auc({ summationMethod: "majoring" }), yesNo, (data) => aucOf(data, "ROC", "majoring")],
  ["auc, PR", metrics.auc({ curve: "PR" }), yesNo, (data) => aucOf(data, "PR", "interpolation")],
  [
    "auc, PR, minoring",
    metrics.auc({ curve: "PR", summationMethod: "minoring" }),
    yesNo,
    (data) => aucOf(data, "PR", "minoring"),
  ],
  [
    "auc, PR, majoring",
    metrics.auc({ curve: "PR", summationMethod: "majoring" }),
    yesNo,
    (data) => aucOf(data, "PR", "majoring"),
  ],
  [
    "auc of own thresholds",
    metrics.auc({ thresholds: [0.75, 0.25, 0.5] }),
    yesNo,
    (data) => aucOf(data, "ROC", "interpolation", [-1e-7, 0.25, 0.5, 0.75, 1 + 1e-7]),
  ],
  ["auc of every pair", metrics.auc({ numThresholds: 4001 }), yesNo, rankedPairs],
  [
    "auc of each label",
    metrics.auc({ multiLabel: true }),
    labelled,
    (data) => total([0, 1, 2].map((i) => aucOf(data, "ROC", "interpolation", undefined, [i]))) / 3,
  ],
  [
    "auc of weighted labels",
    metrics.auc({ multiLabel: true, labelWeights: [1, 0, 3], curve: "PR" }),
    labelled,
    (data) =>
      (aucOf(data, "PR", "interpolation", undefined, [0]) + 3 * aucOf(data, "PR", "interpolation", undefined, [2])) / 4,
  ],
  ["precisionAtRecall", metrics.precisionAtRecall({ recall: 0.8 }), yesNo, best(precisionOf, recallOf as never, 0.8)],
  [
    "recallAtPrecision",
    metrics.recallAtPrecision({ precision: 0.6 }),
    yesNo,
    best(recallOf as never, precisionOf, 0.6),
  ],
  [
    "sensitivityAtSpecificity",
    metrics.sensitivityAtSpecificity({ specificity: 0.6 }),
    yesNo,
    best(recallOf as never, specificityOf, 0.6),
  ],
  [
    "specificityAtSensitivity",
    metrics.specificityAtSensitivity({ sensitivity: 0.6 }),
    yesNo,
    best(specificityOf as never, recallOf as never, 0.6),
  ],
  [
    "iou",
    metrics.iou({ numClasses: 4, targetClassIds: [1, 3], sparseYTrue: false, sparseYPred: false }),
    classified,
    (data) => ioUOf(matrix(data), [1, 3]),
  ],
  [
    "meanIoU",
    metrics.meanIoU({ numClasses: 5, sparseYTrue: false, sparseYPred: false }),
    classified,
    (data) => ioUOf(matrixOf(pairsOf(data), 5), [0, 1, 2, 3, 4]),
  ],
  [
    "meanIoU, a class ignored",
    metrics.meanIoU({ numClasses: 4, sparseYTrue: false, sparseYPred: false, ignoreClass: 2 }),
    classified,
    (data) =>
      ioUOf(
        matrixOf(
          pairsOf(data).filter(([t]) => t !== 2),
          4,
        ),
        [0, 1, 2, 3],
      ),
  ],
  [
    "binaryIoU",
    metrics.binaryIoU({ threshold: 0.4 }),
    yesNo,
    (data) =>
      ioUOf(
        matrixOf(
          data.map(({ t, p, w }) => [t[0]!, Number(p[0]! >= 0.4), w]),
          2,
        ),
        [0, 1],
      ),
  ],
  [
    "binaryIoU of class 1",
    metrics.binaryIoU({ targetClassIds: [1] }),
    yesNo,
    (data) =>
      ioUOf(
        matrixOf(
          data.map(({ t, p, w }) => [t[0]!, Number(p[0]! >= 0.5), w]),
          2,
        ),
        [1],
      ),
  ],
  ["matthewsCorrelation", metrics.matthewsCorrelation(), classified, (data) => correlationOf(pairsOf(data), 4)],
  [
    "matthewsCorrelation of one output",
    metrics.matthewsCorrelation(),
    yesNo,
    (data) =>
      correlationOf(
        data.map(({ t, p, w }) => [t[0]!, Number(p[0]! > 0.5), w]),
        2,
      ),
  ],
  ["cohenKappa", metrics.cohenKappa(), classified, (data) => kappaOf(matrix(data), (i, j) => Number(i !== j))],
  [
    "cohenKappa, linear",
    metrics.cohenKappa({ weightage: "linear" }),
    classified,
    (data) => kappaOf(matrix(data), (i, j) => Math.abs(i - j)),
  ],
  [
    "cohenKappa, quadratic",
    metrics.cohenKappa({ weightage: "quadratic" }),
    classified,
    (data) => kappaOf(matrix(data), (i, j) => (i - j) ** 2),
  ],
  ["r2Score", metrics.r2Score(), measured, (data) => r2Of(data)],
  [
    "r2Score by variance",
    metrics.r2Score({ classAggregation: "varianceWeightedAverage" }),
    measured,
    (data) => r2Of(data, "variance"),
  ],
  ["r2Score, adjusted", metrics.r2Score({ numRegressors: 3 }), measured, (data) => r2Of(data, "uniformAverage", 3)],
  [
    "rootMeanSquaredError",
    metrics.rootMeanSquaredError(),
    measured,
    (data) => Math.sqrt(each((t, p) => (t - p) ** 2)(data)),
  ],
  [
    "meanAbsolutePercentageError",
    metrics.meanAbsolutePercentageError(),
    measured,
    each((t, p) => (100 * Math.abs(t - p)) / Math.abs(t)),
  ],
  [
    "meanSquaredLogarithmicError",
    metrics.meanSquaredLogarithmicError(),
    measured,
    each((t, p) => (Math.log1p(t) - Math.log1p(p)) ** 2),
  ],
  ["logCoshError", metrics.logCoshError(), measured, each((t, p) => Math.log(Math.cosh(t - p)))],
  ["poisson", metrics.poisson(), positive, each((t, p) => p - t * Math.log(p + 1e-7))],
  ["klDivergence", metrics.klDivergence(), positive, meanOf((t, p) => total(t.map((x, i) => x * Math.log(x / p[i]!))))],
  [
    "cosineSimilarity",
    metrics.cosineSimilarity(),
    positive,
    meanOf((t, p) => total(t.map((x, i) => x * p[i]!)) / norm(t) / norm(p)),
  ],
  ["binaryCrossentropy", metrics.binaryCrossentropy(), yesNo, each((t, p) => -Math.log(t > 0 ? p : 1 - p))],
  [
    "categoricalCrossentropy",
    metrics.categoricalCrossentropy(),
    classified,
    meanOf((t, p) => -Math.log(p[t.indexOf(1)]! / total(p))),
  ],
  ["hinge", metrics.hinge(), yesNo, each((t, p) => Math.max(0, 1 - (2 * t - 1) * p))],
  ["squaredHinge", metrics.squaredHinge(), labelled, each((t, p) => Math.max(0, 1 - (2 * t - 1) * p) ** 2)],
  [
    "categoricalHinge",
    metrics.categoricalHinge(),
    classified,
    meanOf((t, p) => Math.max(0, 1 + Math.max(...p.filter((_, i) => t[i] === 0)) - p[t.indexOf(1)]!)),
  ],
  [
    "topKCategoricalAccuracy",
    metrics.topKCategoricalAccuracy({ k: 2 }),
    classified,
    meanOf((t, p) => Number(p.filter((x) => x > p[t.indexOf(1)]!).length < 2)),
  ],
];

describe("Keras's formulas, in batches of any sizes", () => {
  test.each(cases)("%s", async (_, metric, data, oracle) => {
    const plain = data.map((example) => ({ ...example, w: 1 }));
    for (const [weighted, all] of [
      [false, plain],
      [true, data],
    ] as const) {
      const expected = oracle(all);
      expect(Number.isFinite(expected)).toBe(true);
      for (const sizes of [[43], [16, 16, 11], [1, 40, 2]]) {
        const got = await inBatches(metric, all, sizes, weighted);
        expect(Math.abs(got - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(5e-6);
      }
    }
  });
});

test("in a model's compiled steps, with weights and an uneven last batch", async () => {
  const model = sequential([layers.activation("linear")], { inputShape: [1] });
  const list = [metrics.auc(), metrics.precision(), metrics.f1Score(), metrics.r2Score(), metrics.binaryIoU()] as const;
  model.compile({
    loss: "mse",
    metrics: [...list],
    weightedMetrics: [metrics.recall(), metrics.matthewsCorrelation()],
  });
  const got = (await model.evaluate(function* () {
    for (let from = 0; from < count; from += 16) {
      const batch = yesNo.slice(from, from + 16);
      yield [batch.map(({ p }) => [...p]), batch.map(({ t }) => [...t]), batch.map(({ w }) => w)];
    }
  } as never)) as Record<string, number>;
  const plain = yesNo.map((example) => ({ ...example, w: 1 }));
  const oracle = (name: string, data: readonly Example[]): number => cases.find(([label]) => label === name)![3](data);
  for (const name of ["auc", "precision"]) expect(got[name]).toBeCloseTo(oracle(name, plain), 5);
  expect(got["f1Score"]).toBeCloseTo(fBetaOf(plain, 1, "macro", 0.5), 5);
  expect(got["r2Score"]).toBeCloseTo(r2Of(plain), 5);
  expect(got["recall"]).toBeCloseTo(oracle("recall", yesNo), 5);
  expect(got["matthewsCorrelation"]).toBeCloseTo(oracle("matthewsCorrelation of one output", yesNo), 5);
});
