// The types of training: measures are known by the metrics that `compile` was given. The type checker holds these
// tests.
import { expect, expectTypeOf, test } from "vitest";
import { callbacks, layers, type Model, metrics, type Sequential, sequential, type Tensor } from "../src/index.ts";

const x = [[0], [1], [2], [3]];
const y = [[0], [1], [0], [1]];
const make = () => sequential([layers.dense(1)], { seed: 1 });

/** The mean of predictions less targets: a metric of one's own. */
const bias = (targets: Tensor, predictions: Tensor): Tensor => predictions.sub(targets).mean();

test("a metric's own name is a name of the history", async () => {
  const model = make().compile({ loss: "mse", metrics: [metrics.auc({ name: "area" }), metrics.recall()] });
  expectTypeOf(model).toEqualTypeOf<Sequential<"area" | "recall">>();
  expectTypeOf((await model.evaluate(x, y)).area).toEqualTypeOf<number>();
  // @ts-expect-error: a metric that was not asked for
  expect((await model.evaluate(x, y)).auc).toBe(undefined);
});

test("history and evaluation have the metrics that were asked for, and no others", async () => {
  const model = make().compile({ loss: "mse", metrics: ["accuracy", "mae", metrics.binaryAccuracy()] });
  expectTypeOf(model).toEqualTypeOf<Sequential<"accuracy" | "meanAbsoluteError" | "binaryAccuracy">>();
  const { epochs } = await model.fit(x, y, { validationData: [x, y] });
  const [record] = epochs;
  expectTypeOf(record!.accuracy).toEqualTypeOf<number>();
  expectTypeOf(record!.valMeanAbsoluteError).toEqualTypeOf<number | undefined>();
  expectTypeOf(record!.valLoss).toEqualTypeOf<number | undefined>();
  // @ts-expect-error: no such metric
  expect(record!.acuracy).toBeUndefined();
  const evaluation = await model.evaluate(x, y);
  expectTypeOf(evaluation.binaryAccuracy).toEqualTypeOf<number>();
  // @ts-expect-error: an evaluation has no validation
  expect(evaluation.valLoss).toBeUndefined();
  expect(Object.keys(record!)).toEqual(
    expect.arrayContaining(["epoch", "seconds", "loss", "accuracy", "meanAbsoluteError", "valBinaryAccuracy"]),
  );
});

test("metrics with state are known by name and by factory, Keras's short names too", async () => {
  const model = make().compile({ loss: "mse", metrics: ["auc", "mape", metrics.f1Score(), metrics.r2Score()] });
  expectTypeOf(model).toEqualTypeOf<Sequential<"auc" | "meanAbsolutePercentageError" | "f1Score" | "r2Score">>();
  const evaluation = await model.evaluate(x, y);
  expectTypeOf(evaluation.f1Score).toEqualTypeOf<number>();
  expect(Object.keys(evaluation).sort()).toEqual(["auc", "f1Score", "loss", "meanAbsolutePercentageError", "r2Score"]);
  // @ts-expect-error: a function, no metric
  expect(() => make().compile({ loss: "mse", metrics: ["figure"] })).toThrow(/unknown metric "figure"/);
});

test("with an empty list there is the loss alone", async () => {
  const evaluation = await make().compile({ loss: "mse", metrics: [] }).evaluate(x, y);
  expectTypeOf(evaluation.loss).toEqualTypeOf<number>();
  // @ts-expect-error: accuracy was not asked for
  expect(evaluation.accuracy).toBeUndefined();
});

test("where the type does not know the metrics, any name may be asked for", async () => {
  const model = make();
  model.compile({ loss: "mse", metrics: [bias] });
  const [record] = (await model.fit(x, y)).epochs;
  expectTypeOf(record!["bias"]).toEqualTypeOf<number | undefined>();
  expect(record!["bias"]).toBeTypeOf("number");
  const without = make().compile({ loss: "mse" });
  expectTypeOf((await without.evaluate(x, y))["accuracy"]).toEqualTypeOf<number | undefined>();
  const names: ("accuracy" | "mae")[] = ["mae"];
  const list = make().compile({ loss: "mse", metrics: names });
  expectTypeOf((await list.evaluate(x, y))["accuracy"]).toEqualTypeOf<number | undefined>();
});

test("a model whose metrics are known is a model", () => {
  const takes = (model: Model): string => model.name;
  expect(takes(make().compile({ loss: "mse", metrics: ["accuracy"] }))).toBe("sequential");
});

test("a metric is a name, made by a factory, or a function with a name", () => {
  // @ts-expect-error: an unknown name
  expect(() => make().compile({ loss: "mse", metrics: ["acuracy"] })).toThrow('Did you mean "accuracy"?');
  expect(() => make().compile({ loss: "mse", metrics: [(_, p) => p] })).toThrow(
    /expected a metric that is a function to have a name/,
  );
  const accuracy = bias.bind(null);
  Object.defineProperty(accuracy, "name", { value: "accuracy" });
  expect(() => make().compile({ loss: "mse", metrics: [accuracy] })).toThrow(
    /"accuracy" is the name of a metric of Nabla/,
  );
});

test("monitor suggests measures, and takes any name", async () => {
  type Monitor = NonNullable<NonNullable<Parameters<typeof callbacks.earlyStopping>[0]>["monitor"]>;
  expectTypeOf<"valAccuracy">().toExtend<Monitor>();
  expectTypeOf<"valBias">().toExtend<Monitor>();
  callbacks.earlyStopping({ monitor: "valBias", mode: "min" });
  const stopping = callbacks.earlyStopping({ monitor: "bias" });
  const model = make().compile({ loss: "mse", metrics: [bias] });
  await expect(model.fit(x, y, { verbose: 0, callbacks: [stopping] })).rejects.toThrow(
    /does not tell whether less or more is better/,
  );
});
