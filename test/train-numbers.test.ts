// The numbers that fit and evaluate report, against sums in plain JavaScript; and when callbacks act on them.
import { describe, expect, test } from "vitest";
import {
  callbacks,
  Dataset,
  layers,
  loadModel,
  optimizers,
  type Sequential,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import type { TrainingRun } from "../src/train/callback.ts";

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe("means are over examples, the last smaller batch included", () => {
  const inputs = [1, 2, 3, 4, 5, 6, 7].map((v) => [v]);
  const targets = [0, 2, 3, 9, 5, 0, 1].map((v) => [v]);
  const data = Dataset.from({ inputs, targets });
  const squares = inputs.map(([v], i) => (v! - targets[i]![0]!) ** 2);
  const distances = inputs.map(([v], i) => Math.abs(v! - targets[i]![0]!));
  /** A model that gives its inputs, and does not learn. */
  const identity = (loss: "mse" | ((t: Tensor, p: Tensor) => Tensor)) =>
    sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] }).compile({
      optimizer: optimizers.sgd({ learningRate: 0 }),
      loss,
      metrics: ["mae"],
    });

  test.each([1, 2, 3, 4, 5, 6, 7, 100])("in batches of %i", async (batchSize) => {
    const model = identity("mse");
    const { epochs } = await model.fit(data, { batchSize, epochs: 2 });
    for (const { loss, meanAbsoluteError } of epochs) {
      expect(loss).toBeCloseTo(mean(squares), 4);
      expect(meanAbsoluteError).toBeCloseTo(mean(distances), 5);
    }
    const evaluation = await model.evaluate(data, { batchSize });
    expect(evaluation.loss).toBeCloseTo(mean(squares), 4);
    expect(evaluation.meanAbsoluteError).toBeCloseTo(mean(distances), 5);
  });
  test("progress tells the mean of the steps so far", async () => {
    const told: [number, number, number][] = [];
    // The loss of example i is i², and every call is told: the clock jumps.
    await identity("mse").fit(data, {
      batchSize: 3,
      shuffle: false,
      onProgress: async ({ step, loss, metrics }) => {
        told.push([step, loss, metrics["meanAbsoluteError"]!]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    for (const [step, loss, distance] of told) {
      const seen = Math.min(7, 3 * step);
      expect(loss).toBeCloseTo(mean(squares.slice(0, seen)), 4);
      expect(distance).toBeCloseTo(mean(distances.slice(0, seen)), 5);
    }
    expect(told.at(-1)![0]).toBe(3);
  });
  test("a loss that gives one number for the batch counts as often as the batch has examples", async () => {
    const model = identity((t, p) => p.sub(t).square().mean());
    expect((await model.fit(data, { batchSize: 3, shuffle: false })).epochs[0]!.loss).toBeCloseTo(mean(squares), 4);
    expect((await model.evaluate(data, { batchSize: 4 })).loss).toBeCloseTo(mean(squares), 4);
  });
  test("a metric that is a function, of each example or of the batch", async () => {
    const bias = (t: Tensor, p: Tensor): Tensor => p.sub(t).mean();
    const overshoot = (t: Tensor, p: Tensor): Tensor => p.sub(t).maximum(0).mean(-1);
    const model = sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] });
    model.compile({ loss: "mse", metrics: [bias, overshoot] });
    const measured = await model.evaluate(data, { batchSize: 3 });
    const differences = inputs.map(([v], i) => v! - targets[i]![0]!);
    expect(measured["bias"]).toBeCloseTo(mean(differences), 5);
    expect(measured["overshoot"]).toBeCloseTo(mean(differences.map((d) => Math.max(0, d))), 5);
  });
  test("validation that is split off has its own partial batch", async () => {
    const model = identity("mse");
    const [record] = (await model.fit(data, { batchSize: 3, validationSplit: 0.3 })).epochs;
    expect(record!.loss).toBeCloseTo(mean(squares.slice(0, 5)), 4);
    expect(record!.valLoss).toBeCloseTo(mean(squares.slice(5)), 4);
    expect(record!.valMeanAbsoluteError).toBeCloseTo(mean(distances.slice(5)), 5);
  });
});

describe("targets of several axes", () => {
  // Five sequences of three numbers, through a layer that gives each twice.
  const inputs = Array.from({ length: 5 }, (_, i) => [[i], [2 * i - 3], [1 - i]]);
  const model = (loss: "mse" | "sparseCategoricalCrossentropy", rate = 0): Sequential => {
    const made = sequential([layers.dense(2, { kernelInitializer: "ones" })], { inputShape: [3, 1] });
    made.setWeights({ "dense_1/bias": [0, 1] });
    made.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss, metrics: ["accuracy"] });
    return made;
  };

  test("values: the mean over all numbers of an example", async () => {
    const targets = inputs.map((rows, i) => rows.map(([v]) => [v! + i, 0]));
    const losses = inputs.map((rows, i) => mean(rows.map(([v]) => (i ** 2 + (v! + 1) ** 2) / 2)));
    const [record] = (await model("mse").fit(inputs, targets, { batchSize: 2, shuffle: false })).epochs;
    expect(record!.loss).toBeCloseTo(mean(losses), 4);
    expect((await model("mse").evaluate(inputs, targets, { batchSize: 3 })).loss).toBeCloseTo(mean(losses), 4);
  });
  test("classes: each place of an example is a question", async () => {
    const targets = inputs.map((rows, i) => rows.map((_, j) => (i + j) % 2));
    // The second score is the first plus 1, so that class 1 is the answer, with probability 1/(1 + 1/e).
    const p = 1 / (1 + Math.exp(-1));
    const all = targets.flat();
    const fitted = model("sparseCategoricalCrossentropy");
    const { epochs } = await fitted.fit(inputs, targets, { batchSize: 2 });
    for (const { loss, accuracy } of [epochs[0]!, await fitted.evaluate(inputs, targets, { batchSize: 3 })]) {
      expect(loss).toBeCloseTo(mean(all.map((c) => -Math.log(c === 1 ? p : 1 - p))), 5);
      expect(accuracy!).toBeCloseTo(mean(all), 5);
    }
  });
  test("the gradient is that of the mean over all numbers", async () => {
    const targets = inputs.map((rows) => rows.map(() => [0, 0]));
    const trained = model("mse", 0.1);
    await trained.fit(inputs, targets, { batchSize: 5 });
    const outputs = inputs.flat().map(([v]) => v!);
    const kernel = (await trained.getWeights())["dense_1/kernel"]!.data;
    // d/dk of mean((kv + b)²) over 30 numbers: 2 v (kv + b) / 30 each.
    const slope = (b: number): number => outputs.reduce((sum, v) => sum + (2 * v * (v + b)) / 30, 0);
    expect(kernel[0]).toBeCloseTo(1 - 0.1 * slope(0), 5);
    expect(kernel[1]).toBeCloseTo(1 - 0.1 * slope(1), 5);
  });
});

describe("early stopping", () => {
  /** What the callback reads of a run whose model has no metrics. */
  const runThat = (stop: () => void): TrainingRun =>
    ({ stop, model: { training: { objectives: [] } } }) as unknown as TrainingRun;
  /** The number of epochs that a run has which measures these values, one an epoch. */
  async function epochsOf(options: Parameters<typeof callbacks.earlyStopping>[0], values: number[]): Promise<number> {
    let stopped = false;
    const run = runThat(() => void (stopped = true));
    const callback = callbacks.earlyStopping(options);
    await callback.onTrainBegin!(run);
    let epoch = 0;
    for (; epoch < values.length && !stopped; epoch++)
      await callback.onEpochEnd!({ epoch, seconds: 1, loss: 9, [options!.monitor as string]: values[epoch]! }, run);
    return epoch;
  }
  const loss = { monitor: "valLoss" };
  test.each<[string, Parameters<typeof callbacks.earlyStopping>[0], number[], number]>([
    ["the first epoch without improvement", loss, [3, 2, 2, 1], 3],
    ["patience counts epochs in a row", { ...loss, patience: 2 }, [3, 4, 2, 3, 4, 1], 5],
    ["patience 1 is patience 0", { ...loss, patience: 1 }, [3, 2, 2, 1], 3],
    ["a change of minDelta is none", { ...loss, minDelta: 0.5 }, [3, 2.5, 1], 2],
    ["a greater one is", { ...loss, minDelta: 0.5 }, [3, 2.25, 1.5, 1], 4],
    ["minDelta counts from the best, not from the last", { ...loss, minDelta: 1, patience: 3 }, [9, 8.5, 7.5, 7, 6], 5],
    ["accuracies rise", { monitor: "valAccuracy" }, [0.5, 0.6, 0.6, 0.9], 3],
    ["minDelta upwards", { monitor: "valAccuracy", minDelta: 0.25 }, [0.25, 0.75, 1], 3],
    ["mode min", { monitor: "valAccuracy", mode: "min" }, [3, 2, 1], 3],
    ["mode max", { monitor: "valBias", mode: "max" }, [3, 2, 1], 2],
    ["NaN is no improvement, and anything improves on it", { ...loss, patience: 2 }, [NaN, 3, 2, NaN, NaN, 1], 5],
  ])("%s", async (_, options, values, epochs) => expect(await epochsOf(options, values)).toBe(epochs));
  test("what a first run waited for does not count in a second one", async () => {
    let stops = 0;
    const run = runThat(() => void stops++);
    const callback = callbacks.earlyStopping({ monitor: "loss", patience: 2 });
    const epoch = (loss: number) => callback.onEpochEnd!({ epoch: 0, seconds: 1, loss }, run);
    for (const losses of [
      [3, 4, 4],
      [NaN, 4, 3],
    ]) {
      await callback.onTrainBegin!(run);
      for (const loss of losses) await epoch(loss);
    }
    expect(stops).toBe(1);
  });
  test("a second run begins anew", async () => {
    const model = sequential([layers.dense(1)]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
    const options = { epochs: 5, callbacks: [callbacks.earlyStopping({ monitor: "loss", patience: 2 })] };
    for (let i = 0; i < 2; i++) expect((await model.fit([[1]], [[1]], options)).epochs).toHaveLength(3);
  });
});

describe("optimizers in files and with both clippings", () => {
  test.each(["sgd", "adam", "adamW", "rmsprop", "adagrad"] as const)("a rate of 0 is saved, for %s", async (name) => {
    const model = sequential([layers.dense(1)], { inputShape: [1], seed: 1 });
    model.compile({ optimizer: optimizers[name]({ learningRate: 0 }), loss: "mse" });
    const loaded = await loadModel(await model.toBytes());
    expect(await loaded.training!.optimizer.currentLearningRate()).toBe(0);
    const before = await loaded.getWeights();
    await loaded.fit([[1]], [[5]]);
    expect(await loaded.getWeights()).toEqual(before);
  });
  test("a rate that a schedule set to 0 stops learning, and is what is saved", async () => {
    const model = sequential([layers.dense(1)], { inputShape: [1], seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.5 }), loss: "mse" });
    await model.fit([[1]], [[5]], { callbacks: [callbacks.learningRateScheduler(() => 0)] });
    const loaded = await loadModel(await model.toBytes());
    expect(await loaded.training!.optimizer.currentLearningRate()).toBe(0);
  });
  test("clipping by a norm comes first, then clipvalue: globalClipnorm for all parameters together", async () => {
    const model = sequential([layers.dense(1, { kernelInitializer: "zeros" })], { inputShape: [2] });
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 1, globalClipnorm: 2, clipvalue: 1.25 }),
      loss: (_, p) => p.mul(-1),
    });
    // The gradient is −(2, 2, 1), of length 3: scaled to 2 it is −(1.33, 1.33, 0.67), of which 1.25 is left.
    await model.fit(tensor([[2, 2]]), tensor([[0]]));
    const { "dense_1/kernel": kernel, "dense_1/bias": bias } = await model.getWeights();
    expect(Array.from(kernel!.data)).toEqual([1.25, 1.25]);
    expect(bias!.data[0]).toBeCloseTo(2 / 3, 6);
  });
  test("clipnorm is for each parameter of the model by itself", async () => {
    const model = sequential([layers.dense(1, { kernelInitializer: "zeros" })], { inputShape: [2] });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1, clipnorm: 2 }), loss: (_, p) => p.mul(-1) });
    // The kernel's gradient is −(3, 4), of norm 5, and is scaled to norm 2; the bias's is −1, and stays.
    await model.fit(tensor([[3, 4]]), tensor([[0]]));
    const { "dense_1/kernel": kernel, "dense_1/bias": bias } = await model.getWeights();
    expect(kernel!.data[0]).toBeCloseTo(1.2, 6);
    expect(kernel!.data[1]).toBeCloseTo(1.6, 6);
    expect(bias!.data[0]).toBeCloseTo(1, 6);
  });
});
