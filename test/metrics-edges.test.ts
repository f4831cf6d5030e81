// Metrics at extremes, the forms of targets, and what a model's loss tells metrics.
import { describe, expect, test, vi } from "vitest";
import {
  callbacks,
  layers,
  loadModel,
  losses,
  type Metric,
  metrics,
  sequential,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";
import { namedMetrics, resolveMetric } from "../src/metrics/index.ts";
import { directionOf } from "../src/train/monitor.ts";
import { r2Of } from "./metrics-oracle.ts";
import { classified, field, inBatches, measured, yesNo } from "./metrics-samples.ts";

describe("extremes", () => {
  const of = (metric: Metric, t: number[], p: number[], w?: number[]): Promise<number> =>
    metrics.figure(metric, t, p, w ?? null).item();
  test.each([
    ["precision", metrics.precision()],
    ["recall", metrics.recall()],
    ["f1Score", metrics.f1Score()],
    ["auc", metrics.auc()],
    ["auc, PR", metrics.auc({ curve: "PR" })],
    ["recallAtPrecision", metrics.recallAtPrecision({ precision: 0.5 })],
    ["matthewsCorrelation", metrics.matthewsCorrelation()],
  ] as const)("%s without positives, or without any weight, is 0", async (_, metric) => {
    expect(await of(metric, [0, 0, 0], [0.1, 0.6, 0.9])).toBe(0);
    expect(await of(metric, [1, 0, 1], [0.1, 0.6, 0.9], [0, 0, 0])).toBe(0);
  });
  test("constant predictions are chance", async () => {
    const [t, p] = [
      [1, 0, 1, 0],
      [0.5, 0.5, 0.5, 0.5],
    ];
    expect(await of(metrics.auc(), t, p)).toBe(0.5);
    expect(await of(metrics.matthewsCorrelation(), t, p)).toBe(0);
    expect(await of(metrics.cohenKappa(), t, p)).toBe(0);
    expect(await of(metrics.r2Score(), t, p)).toBe(0);
    expect(await of(metrics.precision(), t, p)).toBe(0);
  });
  test("probabilities of exactly 0 and 1 are on the curve", async () => {
    expect(await of(metrics.auc(), [0, 0, 1, 1], [0, 0, 1, 1])).toBe(1);
    expect(await of(metrics.auc({ curve: "PR" }), [0, 0, 1, 1], [0, 0, 1, 1])).toBe(1);
    expect(await of(metrics.auc(), [0, 0, 1, 1], [1, 1, 0, 0])).toBe(0);
  });
  test("constant targets: R² is 1 for the same predictions, else 0", async () => {
    expect(await of(metrics.r2Score(), [2, 2, 2], [2, 2, 2])).toBe(1);
    expect(await of(metrics.r2Score(), [2, 2, 2], [2, 2, 3])).toBe(0);
  });
  test("R² keeps its digits far from 0, batch by batch", async () => {
    const far = measured.map(({ t, p, w }) => ({ t: t.map((x) => x + 2000), p: p.map((x) => x + 2000), w }));
    const rounded = far.map(({ t, p, w }) => ({ t: t.map(Math.fround), p: p.map(Math.fround), w }));
    const got = await inBatches(metrics.r2Score(), rounded, [20, 20, 3], true);
    expect(Math.abs(got - r2Of(rounded))).toBeLessThan(1e-3);
  });
  test("NaN never means yes, and makes errors NaN", async () => {
    const [t, p] = [
      [1, 0, 1, 0],
      [Number.NaN, Number.NaN, 0.9, 0.1],
    ];
    expect(await of(metrics.recall(), t, p)).toBe(0.5);
    expect(await of(metrics.precision(), t, p)).toBe(1);
    // Half of the positives and half of the negatives are never found.
    expect(await of(metrics.auc(), t, p)).toBe(0.25);
    expect(await of(metrics.rootMeanSquaredError(), t, p)).toBeNaN();
    expect(await of(metrics.r2Score(), t, p)).toBeNaN();
  });
  test("adjusted R² needs more examples than regressors", async () =>
    expect(await of(metrics.r2Score({ numRegressors: 3 }), [1, 2, 3], [1, 2, 4])).toBe(0.5));
  test("a class that occurs nowhere is no part of the mean", async () =>
    expect(await of(metrics.meanIoU({ numClasses: 9 }), [0, 0, 5], [0, 0, 5])).toBe(1));
});

describe("forms of targets", () => {
  test("class numbers stand for one-hot targets", async () => {
    const numbers = tensor(classified.map(({ t }) => t.indexOf(1)));
    for (const metric of [metrics.precision({ topK: 1 }), metrics.f1Score(), metrics.auc(), metrics.cohenKappa()]) {
      const expected = await metrics.figure(metric, field(classified, "t"), field(classified, "p")).item();
      expect(expected).toBeGreaterThan(-1);
      for (const targets of [numbers, numbers.expandDims(-1)])
        expect(await metrics.figure(metric, targets, field(classified, "p")).item()).toBe(expected);
    }
  });
  test("pictures of class numbers, with weights of each pixel, and pixels that do not count", async () => {
    const [t, p] = [
      [
        [
          [0, 1],
          [1, 255],
        ],
      ],
      [
        [
          [0, 1],
          [0, 1],
        ],
      ],
    ];
    const metric = metrics.meanIoU({ numClasses: 2, ignoreClass: 255 });
    expect(await metrics.figure(metric, t, p).item()).toBe(0.5);
    expect(
      await metrics
        .figure(metric, t, p, [
          [
            [1, 1],
            [3, 9],
          ],
        ])
        .item(),
    ).toBeCloseTo((1 / 4 + 1 / 4) / 2, 6);
  });
  test("sparseCategoricalCrossentropy takes class numbers", async () => {
    const [t, p] = [tensor(classified.map(({ t }) => t.indexOf(1))), field(classified, "p")];
    const expected = await inBatches(metrics.categoricalCrossentropy(), classified, [43], false);
    expect(await metrics.figure(metrics.sparseCategoricalCrossentropy(), t, p).item()).toBeCloseTo(expected, 5);
  });
  test("perplexity counts tokens, without masked and padded ones", async () => {
    const p = tensor([
      [
        [0.25, 0.75, 0],
        [0.5, 0.5, 0],
        [0, 0, 1],
      ],
      [
        [0.1, 0.1, 0.8],
        [1, 0, 0],
        [1, 0, 0],
      ],
    ]);
    const t = [
      [1, 1, 0],
      [2, 0, 0],
    ];
    const expected = Math.exp(-(Math.log(0.75) + Math.log(0.5) + Math.log(0.8)) / 3);
    expect(await metrics.figure(metrics.perplexity({ maskTokenId: 0 }), t, p).item()).toBeCloseTo(expected, 5);
    const mask = tensor([
      [1, 1, 0],
      [1, 0, 0],
    ]);
    expect(await metrics.figure(metrics.perplexity(), t, p, mask).item()).toBeCloseTo(expected, 5);
    expect(await metrics.figure(metrics.perplexity({ fromLogits: true }), t, zeros([2, 3, 3])).item()).toBeCloseTo(
      3,
      5,
    );
    expect(await metrics.figure(metrics.perplexity({ maskTokenId: 0 }), [[0]], zeros([1, 1, 3])).item()).toBe(0);
  });
});

describe("the loss tells what predictions are", () => {
  const logits = yesNo.map((example) => ({ ...example, p: example.p.map((x) => Math.log(x / (1.001 - x))) }));
  const many = () => [
    metrics.precision(),
    metrics.recall(),
    metrics.auc({ numThresholds: 400 }),
    metrics.f1Score(),
    metrics.binaryIoU(),
    metrics.binaryAccuracy(),
    metrics.matthewsCorrelation(),
  ];
  test.each([
    losses.binaryCrossentropy({ fromLogits: true }),
    losses.binaryFocalCrossentropy({ fromLogits: true }),
    losses.hinge(),
    losses.squaredHinge(),
  ])("$name", async (loss) => {
    for (const metric of many()) {
      const onLogits = resolveMetric(metric, loss);
      const asProbabilities = logits.map((example) => ({
        ...example,
        p: example.p.map((x) => 1 / (1 + Math.exp(-x))),
      }));
      const expected = await inBatches(metric, asProbabilities, [43], false);
      expect(await inBatches(onLogits, logits, [43], false)).toBeCloseTo(expected, 5);
      expect(await inBatches(resolveMetric(metric, losses.meanSquaredError()), asProbabilities, [43], false)).toBe(
        expected,
      );
    }
    const accuracy = resolveMetric(await namedMetrics.make("accuracy", {}), loss);
    const right = logits.filter(({ t, p }) => t[0]! > 0 === p[0]! > 0).length;
    expect(await inBatches(accuracy, logits, [43], false)).toBeCloseTo(right / 43, 6);
  });
  test("a softmax makes probabilities of the logits of classes", async () => {
    const loss = losses.categoricalCrossentropy({ fromLogits: true });
    const p = field(classified, "p").mul(9);
    for (const metric of [metrics.precision(), metrics.categoricalCrossentropy(), metrics.auc({ numThresholds: 400 })])
      expect(await metrics.figure(resolveMetric(metric, loss), field(classified, "t"), p).item()).toBeCloseTo(
        await metrics.figure(metric, field(classified, "t"), p.softmax()).item(),
        5,
      );
  });
  test("what is given holds", async () => {
    const loss = losses.binaryCrossentropy({ fromLogits: true });
    for (const given of [metrics.precision({ thresholds: 0.5 }), metrics.binaryAccuracy({ threshold: 0.5 })])
      expect(await inBatches(resolveMetric(given, loss), yesNo, [43], false)).toBe(
        await inBatches(given, yesNo, [43], false),
      );
    const auc = metrics.auc({ fromLogits: false });
    expect(await inBatches(resolveMetric(auc, loss), yesNo, [43], false)).toBe(
      await inBatches(metrics.auc(), yesNo, [43], false),
    );
  });
});

test("a saved model has its metrics again, with their options, and what the loss tells them", async () => {
  const model = sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] });
  const list = [
    metrics.auc({ thresholds: [0.3, 0.6], curve: "PR" }),
    metrics.precision(),
    metrics.recall({ thresholds: 0.1, classId: 0 }),
    metrics.fBetaScore({ beta: 2, threshold: 0.2 }),
    metrics.binaryIoU({ targetClassIds: [1] }),
    metrics.precisionAtRecall({ recall: 0.3 }),
    metrics.cohenKappa({ weightage: "linear" }),
    metrics.r2Score({ numRegressors: 1 }),
    metrics.binaryCrossentropy({ labelSmoothing: 0.1 }),
  ];
  model.compile({ loss: "binaryCrossentropy", metrics: list });
  const [x, y] = [yesNo.map(({ p }) => [4 * p[0]! - 2]), yesNo.map(({ t }) => [...t])];
  const before = await model.evaluate(x, y, { batchSize: 20 });
  expect(Object.keys(before).length).toBe(list.length + 1);
  expect(Object.values(before).every((value) => Number.isFinite(value as number) && value !== 0)).toBe(true);
  const loaded = await loadModel(await model.toBytes());
  expect(await loaded.evaluate(x, y, { batchSize: 20 })).toEqual(before);
});

test("a metric that gives one number for the batch counts it by the weights of the batch", async () => {
  const meanPrediction = (_: Tensor, p: Tensor): Tensor => p.mean();
  const metric = resolveMetric(meanPrediction, losses.meanSquaredError());
  const data = [
    { t: [0], p: [1], w: 1 },
    { t: [0], p: [3], w: 1 },
    { t: [0], p: [8], w: 4 },
  ];
  expect(await inBatches(metric, data, [2, 1], true)).toBe(6);
  expect(await inBatches(metric, data, [2, 1], false)).toBe(4);
});

describe("what is wrong is said", () => {
  test.each([
    [() => metrics.precision({ threshold: 1 } as object), /unknown option "threshold"\. Did you mean "thresholds"\?/],
    [
      () => metrics.f1Score({ average: null } as never),
      /expected average to be one of micro, macro, weighted, got null/,
    ],
    [
      () => metrics.f1Score({ average: "none" } as never),
      /expected average to be one of micro, macro, weighted, got "none"/,
    ],
    [() => metrics.fBetaScore({ beta: 0 }), /expected beta to be a number above 0, got 0/],
    [() => metrics.auc({ numThresholds: 1 }), /expected numThresholds to be an integer from 2 up, got 1/],
    [() => metrics.auc({ thresholds: [2] }), /expected thresholds to be a list of numbers from 0 to 1/],
    [() => metrics.auc({ labelWeights: [1] }), /expected multiLabel: true beside labelWeights/],
    [
      () => metrics.precisionAtRecall({} as never),
      /precisionAtRecall: expected recall to be a number from 0 to 1, got NaN/,
    ],
    [() => metrics.meanIoU({} as never), /expected numClasses to be an integer from 1 up, got NaN/],
    [() => metrics.iou({ numClasses: 3 } as never), /expected targetClassIds to be a list of integers from 0 up/],
    [
      () =>
        metrics.figure(
          metrics.meanIoU({ numClasses: 2 }),
          [0, 1],
          [
            [1, 0],
            [0, 1],
          ],
        ),
      /for scores of classes set sparseYPred: false/,
    ],
    [
      () => metrics.figure(metrics.precision(), [[1], [2], [3]], [0.5, 0.5]),
      /precision: expected targets in the shape of the predictions/,
    ],
  ] as const)("%#", (make, message) => expect(make).toThrow(message));
});

test("a name of one's own tells metrics of one kind apart: in the history, in files, and for callbacks", async () => {
  const rising: Metric<"odd"> = {
    name: "odd",
    direction: "max",
    config: {},
    state: () => ({ steps: [] }),
    update: ({ steps }) => ({ steps: steps!.add(1) }),
    result: ({ steps }) => steps!,
  };
  const model = sequential([layers.dense(1, { activation: "sigmoid" })], { seed: 1 }).compile({
    optimizer: "sgd",
    loss: "binaryCrossentropy",
    metrics: [
      metrics.auc({ name: "rocAuc" }),
      metrics.auc({ name: "area", curve: "PR" }),
      metrics.meanSquaredError({ name: "brier" }),
      metrics.precision({ name: "exactness" }),
      rising,
    ],
  });
  const [x, y] = [
    [[0], [1], [2], [3]],
    [[0], [1], [0], [1]],
  ];
  const stopping = callbacks.earlyStopping({ monitor: "odd", patience: 1 });
  const { epochs, stopped } = await model.fit(x, y, { epochs: 3, batchSize: 2, verbose: 0, callbacks: [stopping] });
  expect(Object.keys(epochs[0]!).sort()).toEqual(
    ["area", "brier", "epoch", "exactness", "loss", "odd", "rocAuc", "seconds"].sort(),
  );
  expect(epochs[0]!.rocAuc).not.toBe(epochs[0]!.area);
  // It stays at 2 steps an epoch: no improvement, whichever direction counts.
  expect([epochs.length, stopped]).toEqual([2, "odd did not improve in 1 epoch"]);
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const loaded = await loadModel(await model.toBytes());
  expect(warn.mock.calls.flat().join()).toContain('it lacks "odd".');
  const { odd: _, ...measured } = await model.evaluate(x, y);
  expect(await loaded.evaluate(x, y)).toEqual(measured);
  const { objectives } = model.training!;
  const directions = ["odd", "valOdd", "area", "valBrier", "exactness"].map((name) =>
    directionOf("x", name, "auto", objectives),
  );
  expect(directions).toEqual(["max", "max", "max", "min", "max"]);
  expect(() => sequential([layers.dense(1)]).compile({ loss: "mse", metrics: [metrics.auc(), metrics.auc()] })).toThrow(
    '"auc" is measured twice; give one a name of its own, metrics.…({ name: "…" }).',
  );
  expect(() => metrics.auc({ name: 3 as unknown as string })).toThrow("metrics.auc: expected a name");
});

test("early stopping knows the direction of every metric, of outputs and of validation", () => {
  for (const monitor of ["valAuc", "f1Score", "valScoresPrecision", "meanIoU", "valR2Score", "cosineSimilarity"])
    expect(directionOf("x", monitor, "auto", [])).toBe("max");
  for (const monitor of ["valPerplexity", "rootMeanSquaredError", "valHinge", "kindFalsePositives", "valKlDivergence"])
    expect(directionOf("x", monitor, "auto", [])).toBe("min");
  for (const monitor of ["previous", "bias", "paris"])
    expect(() => directionOf("x", monitor, "auto", [])).toThrow(/set mode/);
});
