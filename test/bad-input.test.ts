// What cannot be trained on: each case one clear sentence, said before anything is changed.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  callbacks,
  Dataset,
  type FitOptions,
  layers,
  losses,
  NablaError,
  NumericError,
  optimizers,
  ShapeError,
  sequential,
  type tensor,
} from "../src/index.ts";

function classifier() {
  const model = sequential([layers.dense(4, { activation: "relu" }), layers.dense(3)], { seed: 1 });
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
  return model;
}
const x = [
  [0, 1],
  [1, 0],
  [1, 1],
];
const fitted =
  (inputs: Parameters<typeof tensor>[0], targets: Parameters<typeof tensor>[0], options?: FitOptions) => () =>
    classifier().fit({ x: inputs as never, y: targets as never }, options);
const withLoss =
  (
    loss: Parameters<ReturnType<typeof sequential>["compile"]>[0]["loss"],
    units: number,
    targets: Parameters<typeof tensor>[0],
  ) =>
  () => {
    const model = sequential([layers.dense(units)]);
    model.compile({ loss });
    return model.fit(x, targets as never);
  };

type Case = readonly [name: string, run: () => unknown, kind: new (message: string) => Error, message: string | RegExp];

const data: readonly Case[] = [
  ["no examples", fitted([], []), ArgumentError, 'fit: expected at least one example, got an empty data set, "data".'],
  [
    "different counts",
    fitted(x, [0, 1]),
    ShapeError,
    '"data" has 3 inputs (shape [3,2]) but 2 targets (shape [2]): ' +
      "the first axis counts the examples, and must be equal.",
  ],
  ["ragged rows", fitted([[1, 2], [3]], [0, 1]), ShapeError, /expected a rectangular nested array/],
  [
    "NaN in the inputs",
    fitted(
      [
        [0, 1],
        [1, NaN],
        [1, 1],
      ],
      [0, 1, 2],
    ),
    NumericError,
    'fit: expected finite numbers, got NaN in the inputs of "data" at [1,1]; clean the data first.',
  ],
  [
    "infinity in the targets",
    withLoss("mse", 1, [[0], [1], [-Infinity]]),
    NumericError,
    'fit: expected finite numbers, got -Infinity in the targets of "data" at [2,0]; clean the data first.',
  ],
  [
    "a class out of range",
    fitted(x, [0, 3, 1]),
    ArgumentError,
    'fit: expected class numbers, integers from 0 to 2 as dense_2 has 3 outputs, got 3 as target 1 of "data".',
  ],
  [
    "a negative class",
    fitted(x, [[0], [1], [-1]]),
    ArgumentError,
    'fit: expected class numbers, integers from 0 to 2 as dense_2 has 3 outputs, got -1 as target [2,0] of "data".',
  ],
  [
    "a class that is not whole",
    fitted(x, [0, 0.5, 1]),
    ArgumentError,
    'fit: expected class numbers, integers from 0 to 2 as dense_2 has 3 outputs, got 0.5 as target 1 of "data".',
  ],
  [
    "one-hot targets for class numbers",
    fitted(x, [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]),
    ShapeError,
    "fit: sparseCategoricalCrossentropy after dense_2, which gives [batch,3]: " +
      'expected targets of shape [batch], got [batch,3] in "data". ' +
      "One-hot targets go with categoricalCrossentropy.",
  ],
  [
    "class numbers for one-hot targets",
    withLoss("categoricalCrossentropy", 3, [0, 1, 2]),
    ShapeError,
    "fit: categoricalCrossentropy after dense_1, which gives [batch,3]: " +
      'expected targets of shape [batch,3], got [batch] in "data". ' +
      "Class numbers go with sparseCategoricalCrossentropy.",
  ],
  [
    "targets of another width",
    withLoss("mse", 2, [
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]),
    ShapeError,
    "fit: meanSquaredError after dense_1, which gives [batch,2]: " +
      'expected targets of shape [batch,2], got [batch,3] in "data".',
  ],
  [
    "a probability above 1",
    withLoss("binaryCrossentropy", 1, [0, 1, 2]),
    ArgumentError,
    'fit: binaryCrossentropy: expected targets from 0 to 1, got 2 as target 2 of "data".',
  ],
  [
    "inputs without features",
    () => sequentialOf(1).fit([1, 2], [1, 2]),
    ShapeError,
    /layer dense_1 \(Dense\): expected inputs of at least 1 axis beside the batch.*reshape the data to \[batch,1\]\.$/,
  ],
  [
    "inputs of another shape",
    async () => {
      const model = classifier();
      await model.fit(x, [0, 1, 2]);
      await model.fit([[1, 2, 3]], [0]);
    },
    ShapeError,
    "model sequential: expected inputs of shape [batch,2] (its first layer is dense_1), got [batch,3].",
  ],
  [
    "validation data of another shape",
    fitted(x, [0, 1, 2], { validationData: [[[1]], [0]] }),
    ShapeError,
    "fit: validationData: expected inputs of shape [batch,2], as those trained on, got [batch,1].",
  ],
  [
    "a wrong class in the validation data",
    fitted(x, [0, 1, 2], { validationData: [[[1, 1]], [7]] }),
    ArgumentError,
    /^fit: validationData: expected class numbers, .*, got 7 as target 0 of "data"/,
  ],
  [
    "nothing that is data",
    () => classifier().fit(3 as never),
    ArgumentError,
    "fit: expected a Dataset, { x, y }, or inputs and then targets, got 3.",
  ],
  ["inputs without targets", () => classifier().fit(x as never), ArgumentError, /^fit: expected a Dataset/],
  [
    "an empty list to predict",
    () => classifier().predict([]),
    ArgumentError,
    "predict: expected at least one example, got none.",
  ],
  [
    "one example to predict",
    () => classifier().build([2]).predict([1, 2]),
    ShapeError,
    "predict: expected a batch of inputs, [batch,2], got one example; put it into an array, [x].",
  ],
  [
    "nothing to evaluate",
    () => classifier().evaluate([], []),
    ArgumentError,
    /^evaluate: expected at least one example/,
  ],
];
const sequentialOf = (units: number) => {
  const model = sequential([layers.dense(units)]);
  model.compile({ loss: "mse" });
  return model;
};

const options: readonly Case[] = [
  [
    "an unknown name",
    fitted(x, [0, 1, 2], { epoch: 3 } as object),
    ArgumentError,
    /^fit: unknown option "epoch"\. Did you mean "epochs"\?/,
  ],
  [
    "batchSize 0",
    fitted(x, [0, 1, 2], { batchSize: 0 }),
    ArgumentError,
    "fit: expected batchSize to be an integer from 1 up, got 0.",
  ],
  [
    "batchSize 1.5",
    fitted(x, [0, 1, 2], { batchSize: 1.5 }),
    ArgumentError,
    "fit: expected batchSize to be an integer from 1 up, got 1.5.",
  ],
  [
    "epochs −1",
    fitted(x, [0, 1, 2], { epochs: -1 }),
    ArgumentError,
    "fit: expected epochs to be an integer from 1 up, got -1.",
  ],
  [
    "epochs as text",
    fitted(x, [0, 1, 2], { epochs: "5" as never }),
    ArgumentError,
    'fit: expected epochs to be an integer from 1 up, got "5".',
  ],
  [
    "a seed that is not whole",
    fitted(x, [0, 1, 2], { seed: 0.5 }),
    ArgumentError,
    "fit: expected seed to be an integer from 0 up, got 0.5.",
  ],
  [
    "a validation split of all",
    fitted(x, [0, 1, 2], { validationSplit: 1 }),
    ArgumentError,
    "fit: expected validationSplit to be a number from 0 to below 1, got 1.",
  ],
  [
    "a validation split that leaves nothing",
    fitted(x, [0, 1, 2], { validationSplit: 0.9 }),
    ArgumentError,
    "fit: validationSplit 0.9 leaves nothing of the 3 examples to train on.",
  ],
  [
    "a validation split of nothing",
    fitted(x, [0, 1, 2], { validationSplit: 0.1 }),
    ArgumentError,
    "fit: validationSplit 0.1 leaves nothing of the 3 examples to measure.",
  ],
  [
    "two kinds of validation",
    fitted(x, [0, 1, 2], { validationSplit: 0.5, validationData: [x, [0, 1, 2]] }),
    ArgumentError,
    "fit: expected validationData or validationSplit, got both.",
  ],
  [
    "verbose 3",
    fitted(x, [0, 1, 2], { verbose: 3 as never }),
    ArgumentError,
    'fit: verbose: expected "auto", 0, 1 or 2, got 3.',
  ],
  [
    "a callback with a wrong method",
    fitted(x, [0, 1, 2], { callbacks: [{ onEpochEnds: () => undefined } as object] }),
    ArgumentError,
    /^fit: callbacks: unknown method "onEpochEnds"\. Did you mean "onEpochEnd"\?/,
  ],
  [
    "a callback that is none",
    fitted(x, [0, 1, 2], { callbacks: [null as never] }),
    ArgumentError,
    /^fit: callbacks: expected an object with methods such as onEpochEnd, got null\.$/,
  ],
  [
    "evaluate's options",
    () => classifier().evaluate(x, [0, 1, 2], { batchsize: 3 } as object),
    ArgumentError,
    /^evaluate: unknown option "batchsize"\. Did you mean "batchSize"\?/,
  ],
  [
    "predict's options",
    () => classifier().predict(x, { batchSize: 0 }),
    ArgumentError,
    "predict: expected batchSize to be an integer from 1 up, got 0.",
  ],
  [
    "a measure that is not there",
    fitted(x, [0, 1, 2], { callbacks: [callbacks.earlyStopping()] }),
    ArgumentError,
    'callbacks.earlyStopping: this run does not measure "valLoss". There is no validation data. It measures loss.',
  ],
  [
    "a schedule that gives no number",
    fitted(x, [0, 1, 2], { callbacks: [callbacks.learningRateScheduler(() => NaN)] }),
    ArgumentError,
    "callbacks.learningRateScheduler: expected the rate of epoch 0 to be a finite number from 0 up, got NaN.",
  ],
  [
    "early stopping's options",
    () => callbacks.earlyStopping({ pacience: 1 } as object),
    ArgumentError,
    /unknown option "pacience"\. Did you mean "patience"\?/,
  ],
  [
    "a checkpoint without a path",
    () => callbacks.modelCheckpoint("" as never),
    ArgumentError,
    'callbacks.modelCheckpoint: expected the path of a file, got "".',
  ],
];

const models: readonly Case[] = [
  [
    "fit before compile",
    () => sequential([layers.dense(1)]).fit(x, x),
    NablaError,
    /^fit: model sequential is not compiled; call model\.compile/,
  ],
  [
    "evaluate before compile",
    () => sequential([layers.dense(1)]).evaluate(x, x),
    NablaError,
    /^evaluate: model sequential is not compiled/,
  ],
  [
    "metrics without a loss",
    () => sequential([layers.dense(1)]).compile({ metrics: ["mae"] } as never),
    ArgumentError,
    /^compile: expected a loss, such as/,
  ],
  [
    "training without a loss",
    () =>
      sequential([layers.dense(1)])
        .compile({} as never)
        .fit([[1]], [[1]], { verbose: 0 }),
    ArgumentError,
    /^expected a loss to measure by, got none: give model\.compile\(\{ loss: … \}\) one, or call addLoss in a layer\.$/,
  ],
  [
    "compile's options",
    () => sequential([layers.dense(1)]).compile({ los: "mse" } as never),
    ArgumentError,
    /^compile: unknown option "los"\. Did you mean "loss"\?/,
  ],
  [
    "metrics that are no list",
    () => sequential([layers.dense(1)]).compile({ loss: "mse", metrics: "accuracy" as never }),
    ArgumentError,
    /^compile: metrics: expected a list such as \["accuracy"\], got "accuracy"\.$/,
  ],
  [
    "a metric twice",
    () => sequential([layers.dense(1)]).compile({ loss: "mse", metrics: ["mae", "meanAbsoluteError"] }),
    ArgumentError,
    'compile: "meanAbsoluteError" is measured twice; give one a name of its own, metrics.…({ name: "…" }).',
  ],
  [
    "no layers",
    () => sequential([]),
    ArgumentError,
    "sequential: expected a list of layers such as [layers.dense(10)], got an empty array.",
  ],
  [
    "a layer that is none",
    () => sequential([layers.dense as never]),
    ArgumentError,
    "sequential: layers[0]: expected a layer such as layers.dense(10), got a value of type function.",
  ],
  [
    "a layer twice",
    () => {
      const layer = layers.dense(1);
      return sequential([layer, layer]);
    },
    ArgumentError,
    /expected distinct layers, got layer Dense as layers\[0\] and layers\[1\]; make a new layer for each/,
  ],
  [
    "a name twice",
    () => sequential([layers.dense(1, { name: "a" }), layers.dense(1, { name: "a" })]),
    ArgumentError,
    'sequential: the name "a" is used twice; give each layer a name of its own.',
  ],
  [
    "a reserved name",
    () => sequential([layers.dense(1, { name: "optimizer" })]),
    ArgumentError,
    /"optimizer" is reserved/,
  ],
  [
    "an input in the middle",
    () => sequential([layers.dense(1), layers.input([1])]),
    ArgumentError,
    /expected an input declaration as the first layer only, got layer Input as layers\[1\]/,
  ],
  [
    "a bad input shape",
    () => sequential([layers.dense(1)], { inputShape: [0] }),
    ArgumentError,
    /expected a shape: a list of integers from 1 up, without the batch axis, got \[0\]/,
  ],
  [
    "weights before shapes",
    () => sequential([layers.dense(1)]).getWeights(),
    NablaError,
    "model sequential does not know its input shape yet: fit it, call build([…]), or begin with layers.input([…]).",
  ],
  [
    "nothing to train",
    () => {
      const model = sequential([layers.relu()]);
      model.compile({ loss: "mse" });
      return model.fit(x, x);
    },
    ArgumentError,
    "fit: model sequential has no trainable parameters.",
  ],
  [
    "a weight that is not there",
    () =>
      classifier()
        .build([2])
        .setWeights({ "dense_1/kernal": [1] }),
    ArgumentError,
    /^setWeights: the model has no parameter "dense_1\/kernal"\. Did you mean "dense_1\/kernel"\?/,
  ],
  [
    "a weight of another shape",
    () =>
      classifier()
        .build([2])
        .setWeights({ "dense_1/bias": [1, 2] }),
    ShapeError,
    "setWeights: dense_1/bias: expected a value of shape [4], got [2].",
  ],
];

const rejects = async ([, run, kind, message]: Case): Promise<void> => {
  const error = await Promise.resolve()
    .then(run)
    .then(
      () => null,
      (e: Error) => e,
    );
  expect(error).toBeInstanceOf(kind);
  if (typeof message === "string") expect(error!.message).toBe(message);
  else expect(error!.message).toMatch(message);
  expect(error!.message.includes("\n")).toBe(false);
};
describe("data", () => void test.each(data)("%s", (...c) => rejects(c)));
describe("options", () => void test.each(options)("%s", (...c) => rejects(c)));
describe("models", () => void test.each(models)("%s", (...c) => rejects(c)));

test("after bad data the same model takes good ones", async () => {
  const model = classifier();
  await expect(model.fit([1, 2], [0, 1])).rejects.toThrow(ShapeError);
  await expect(model.fit([[1, 2, 3]], [9])).rejects.toThrow(ArgumentError);
  await expect(model.fit(x, [0, 1, 9])).rejects.toThrow(ArgumentError);
  expect((await model.fit(x, [0, 1, 2])).epochs).toHaveLength(1);
});

test.each<[unknown, string]>([
  [new AbortController(), "a value of type object"],
  [{}, "a value of type object"],
  ["x", '"x"'],
  [null, "null"],
])("a signal that is none: %s", async (signal, got) => {
  const message = `expected signal to be an AbortSignal such as controller.signal, got ${got}.`;
  const model = classifier();
  await expect(model.fit(x, [0, 1, 2], { signal: signal as AbortSignal })).rejects.toThrow(`fit: ${message}`);
  await expect(model.evaluate(x, [0, 1, 2], { signal: signal as AbortSignal })).rejects.toThrow(`evaluate: ${message}`);
});

test("a compile during a run is refused, from its first moment to its last", async () => {
  const model = classifier();
  const other = { loss: "meanSquaredError" } as const;
  const message = "compile: model sequential is being trained; await fit first.";
  const before = await model.loadTraining();
  const run = model.fit(x, [0, 1, 2], {
    callbacks: [{ onTrainEnd: () => expect(() => model.compile(other)).toThrow(message) }],
  });
  expect(() => model.compile(other)).toThrow(message);
  expect(model.training).toBe(before);
  expect((await run).epochs).toHaveLength(1);
  expect((await model.compile(other).loadTraining())!.objectives[0]!.loss.name).toBe("meanSquaredError");
});

test("two runs at once are one too many", async () => {
  const model = classifier();
  const first = model.fit(x, [0, 1, 2], { epochs: 3 });
  await expect(model.fit(x, [0, 1, 2])).rejects.toThrow("fit: model sequential is being trained; await fit first.");
  expect((await first).epochs).toHaveLength(3);
});

describe("a loss that is no longer a number", () => {
  test("names epoch, steps and layer, and says what to try", async () => {
    const model = sequential([layers.flatten(), layers.dense(4, { name: "hidden" }), layers.dense(1)], { seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e20 }), loss: "mse" });
    await expect(model.fit([[1], [2], [3], [4]], [[1], [2], [3], [4]], { batchSize: 1, epochs: 3 })).rejects.toThrow(
      new RegExp(
        "^the loss became (NaN|Infinity) in epoch 1, step [23] of 4: " +
          "(the first layer whose output is not finite is \\w+|" +
          "every layer's output is still finite, so that the loss itself is out of range)\\. " +
          "Try a smaller learning rate \\(it is 100000000000000000000\\), an optimizer with clipnorm, " +
          "or inputs scaled to about -1 … 1\\.$",
      ),
    );
    // The model is free for another run.
    expect(model.fitting).toBe(false);
  });
  test("where the layers are still finite, says so", async () => {
    const model = sequential([layers.dense(1, { kernelInitializer: "ones" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: (_, p) => p.mul(-1).log() });
    await expect(model.fit([[1]], [[1]])).rejects.toThrow(
      /^the loss became NaN in epoch 1, step 1 of 1: every layer's output is still finite/,
    );
  });
  test("where the data overflow on the way in, says so", async () => {
    const model = sequential([layers.dense(1)]);
    model.compile({ loss: losses.meanSquaredError() });
    const data = Dataset.from({ inputs: { data: new Float32Array([3e38]), shape: [1, 1], scale: 10 }, targets: [[1]] });
    await expect(model.fit(data)).rejects.toThrow(/the inputs of that step are not finite/);
  });
});
