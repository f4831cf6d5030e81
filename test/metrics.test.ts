// Metrics by worked values, what "accuracy" means, and how a metric accumulates.
import { describe, expect, test } from "vitest";
import { layers, metrics, sequential, type Tensor, tensor } from "../src/index.ts";
import * as losses from "../src/losses/factories.ts";
import type { Loss } from "../src/losses/loss.ts";
import { fittingAccuracy } from "../src/metrics/fitting-accuracy.ts";
import { checkMetric } from "../src/metrics/index.ts";

const each = async (
  metric: { call(t: Tensor, p: Tensor): Tensor },
  targets: Tensor,
  predictions: Tensor,
): Promise<number[]> => Array.from(await metric.call(targets, predictions).data());
const scores = tensor([
  [0.1, 0.7, 0.2],
  [0.5, 0.3, 0.2],
  [0.2, 0.4, 0.4],
]);

describe("worked values", () => {
  test("binaryAccuracy", async () => {
    expect(await each(metrics.binaryAccuracy(), tensor([[1], [0], [1]]), tensor([[0.6], [0.6], [0.4]]))).toEqual([
      1, 0, 0,
    ]);
    expect(
      await each(metrics.binaryAccuracy({ threshold: 0 }), tensor([[1], [0], [1]]), tensor([[0.6], [-0.6], [0.4]])),
    ).toEqual([1, 1, 1]);
    expect(await each(metrics.binaryAccuracy(), tensor([[1, 0]]), tensor([[0.9, 0.9]]))).toEqual([0.5]);
  });
  test("meanSquaredError and meanAbsoluteError, over the last axis", async () => {
    const [targets, predictions] = [tensor([[0, 1]]), tensor([[3, -1]])];
    expect(await each(metrics.meanSquaredError(), targets, predictions)).toEqual([6.5]);
    expect(await each(metrics.meanAbsoluteError(), targets, predictions)).toEqual([2.5]);
  });
  test("categoricalAccuracy", async () =>
    expect(
      await each(
        metrics.categoricalAccuracy(),
        tensor([
          [0, 1, 0],
          [0, 1, 0],
          [0, 1, 0],
        ]),
        scores,
      ),
    ).toEqual([1, 0, 1]));
  test("sparseCategoricalAccuracy, of class numbers in any form", async () => {
    expect(await each(metrics.sparseCategoricalAccuracy(), tensor([1, 1, 2]), scores)).toEqual([1, 0, 0]);
    expect(
      await each(metrics.sparseCategoricalAccuracy(), tensor(new Uint8Array([1, 0, 1]), { shape: [3, 1] }), scores),
    ).toEqual([1, 1, 1]);
  });
  test("sparseTopKCategoricalAccuracy, where the earlier of equals is the greater", async () => {
    const top = (k: number, targets: number[]) =>
      each(metrics.sparseTopKCategoricalAccuracy({ k }), tensor(targets), scores);
    expect(await top(1, [1, 0, 1])).toEqual([1, 1, 1]);
    expect(await top(1, [1, 0, 2])).toEqual([1, 1, 0]);
    expect(await top(2, [0, 2, 2])).toEqual([0, 0, 1]);
    expect(await top(3, [0, 2, 0])).toEqual([1, 1, 1]);
  });
  test("confusionMatrix", async () => {
    expect(
      await metrics
        .confusionMatrix(
          [0, 1, 1],
          [
            [2, 1],
            [0, 3],
            [5, 4],
          ],
        )
        .array(),
    ).toEqual([
      [1, 0],
      [1, 1],
    ]);
    expect(
      await metrics
        .confusionMatrix(tensor(new Uint8Array([2, 2, 0])), tensor(new Int32Array([2, 1, 0])), { classes: 3 })
        .array(),
    ).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ]);
  });
});

describe("accuracy fits loss and shapes", () => {
  const accuracy = (loss: Loss, targets: Tensor, predictions: Tensor) =>
    each(fittingAccuracy(loss), targets, predictions);
  test("one output: which side of a half", async () =>
    expect(await accuracy(losses.meanSquaredError(), tensor([[1], [0]]), tensor([[0.4], [0.4]]))).toEqual([0, 1]));
  test("one number an example, without an axis: which side of a half", async () =>
    expect(await accuracy(losses.meanSquaredError(), tensor([1, 0, 1]), tensor([0.4, 0.4, 0.6]))).toEqual([
      Math.fround(2 / 3),
    ]));
  test("one output of logits: which side of 0", async () =>
    expect(
      await accuracy(losses.binaryCrossentropy({ fromLogits: true }), tensor([1, 0]), tensor([[0.4], [0.4]])),
    ).toEqual([1, 0]));
  test("the hinge: which side of 0", async () =>
    expect(await accuracy(losses.hinge(), tensor([[1], [-1]]), tensor([[0.4], [-0.1]]))).toEqual([1, 1]));
  test("several answers of yes or no", async () =>
    expect(await accuracy(losses.binaryCrossentropy(), tensor([[1, 0, 1, 1]]), tensor([[0.9, 0.1, 0.2, 0.3]]))).toEqual(
      [0.5],
    ));
  test("class numbers", async () =>
    expect(await accuracy(losses.sparseCategoricalCrossentropy(), tensor([1, 1, 1]), scores)).toEqual([1, 0, 1]));
  test("one-hot targets", async () =>
    expect(
      await accuracy(
        losses.categoricalCrossentropy(),
        tensor([
          [0, 1, 0],
          [1, 0, 0],
          [0, 0, 1],
        ]),
        scores,
      ),
    ).toEqual([1, 1, 0]));
});

test("a metric is the mean over every example, the last smaller batch included", async () => {
  const model = sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] });
  model.compile({ loss: "mse", metrics: ["mae", "acc"] });
  const measured = await model.evaluate([[1], [2], [3], [4], [5]], [[1], [2], [3], [4], [0]], { batchSize: 2 });
  expect(measured).toEqual({ loss: 5, meanAbsoluteError: 1, accuracy: 0.8 });
});

describe("what is wrong is said", () => {
  test.each([
    [() => checkMetric("acuracy"), /^unknown metric "acuracy"\. Did you mean "accuracy"\?/],
    [
      () => checkMetric({}),
      /^compile: expected a metric, such as a name \(accuracy, .*\), .* got a value of type object\.$/,
    ],
    [() => metrics.sparseTopKCategoricalAccuracy({ k: 0 }), /expected k to be an integer from 1 up, got 0\./],
    [() => metrics.binaryAccuracy({ treshold: 1 } as object), /unknown option "treshold"\. Did you mean "threshold"\?/],
    [
      () => metrics.confusionMatrix([1, 2], [1, 2]),
      /confusionMatrix: expected classes to be an integer from 1 up, got undefined\./,
    ],
    [
      () => metrics.confusionMatrix([1, 2], [1, 2, 0], { classes: 3 }),
      /expected as many targets as predictions, got shapes \[2\] and \[3\]/,
    ],
    [
      () => metrics.sparseCategoricalAccuracy().call(tensor([1]), scores),
      /expected class numbers \[3\] for predictions \[3,3\], got \[1\]/,
    ],
  ])("%#", (make, message) => expect(make).toThrow(message));
});
