// Normalising layers.
import { describe, expect, test } from "vitest";
import {
  Layer,
  layers,
  linalg,
  loadModel,
  registerLayer,
  regularizers,
  sequential,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";

test.each([
  ["batchNormalization", (o: object) => layers.batchNormalization(o)],
  ["layerNormalization", (o: object) => layers.layerNormalization(o)],
  ["groupNormalization", (o: object) => layers.groupNormalization({ groups: 1, ...o })],
])("penalties and bounds of %s", async (_, make) => {
  const layer = make({
    gammaRegularizer: "l2",
    betaRegularizer: regularizers.l1(1),
    gammaConstraint: "unitNorm",
    betaConstraint: "nonNeg",
    betaInitializer: "ones",
  });
  const model = sequential([layer], { inputShape: [2, 3] });
  const { losses } = model.result(zeros([1, 2, 3]));
  expect(await Promise.all(losses.map((loss) => loss.item()))).toEqual([expect.closeTo(0.03, 6), 3]);
  expect(layer.parameters.slice(0, 2).map((p) => [p.name, p.constraint?.name])).toEqual([
    ["gamma", "unitNorm"],
    ["beta", "nonNeg"],
  ]);
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.layers[0]!.config()).toEqual(layer.config());
});

describe("batch normalisation", () => {
  const x = tensor([[1], [3], [8]]);
  const runningOf = async (model: ReturnType<typeof sequential>) => {
    const weights = await model.getWeights();
    const [layer] = model.layers;
    return [weights[`${layer!.name}/movingMean`]!.data[0], weights[`${layer!.name}/movingVariance`]!.data[0]];
  };
  test("running statistics move by 1 − momentum towards those of the batch, divided by n", async () => {
    const model = sequential([layers.batchNormalization({ momentum: 0.9 })], { inputShape: [1] });
    model.apply(x, { training: true });
    const [mean, variance] = await runningOf(model);
    expect(mean).toBeCloseTo(0.1 * 4, 6);
    expect(variance).toBeCloseTo(0.9 + (0.1 * (9 + 1 + 16)) / 3, 5);
  });
  test("masked steps count in no statistic", async () => {
    const steps = tensor([
      [[1], [3], [100]],
      [[8], [-50], [NaN]],
    ]);
    const mask = tensor([
      [true, true, false],
      [true, false, false],
    ]);
    const model = sequential([layers.batchNormalization({ momentum: 0.9 })], { inputShape: [3, 1] });
    const { output, mask: own } = model.result(steps, { training: true, mask });
    expect(own).toBe(mask);
    const [mean, variance] = await runningOf(model);
    expect(mean).toBeCloseTo(0.4, 6);
    expect(variance).toBeCloseTo(0.9 + 0.1 * (26 / 3), 5);
    const values = await (output as Tensor).data();
    [1, 3].forEach((v, i) => expect(values[i]).toBeCloseTo((v - 4) / Math.sqrt(26 / 3 + 1e-3), 5));
  });
  test("a mask of other axes is refused", () => {
    const model = sequential([layers.batchNormalization()]);
    const mask = tensor([[true, false]]);
    expect(() => model.result(zeros([1, 2]), { training: true, mask })).toThrow(
      /expected a mask of the axes before the channels of \[batch,2\], got \[1,2\]/,
    );
  });

  class Frozen extends Layer<Tensor, Tensor> {
    override readonly className = "TestFrozen";
    readonly inner = layers.batchNormalization();
    call(x: Tensor): Tensor {
      return this.inner.apply(x);
    }
  }
  registerLayer("TestFrozen", (config) => new Frozen("frozen", config));
  test("frozen, itself or by what holds it, it uses and keeps its running statistics", async () => {
    for (const layer of [layers.batchNormalization({ trainable: false }), new Frozen("frozen", { trainable: false })]) {
      const model = sequential([layer, layers.dense(1, { name: "dense" })], { inputShape: [1] });
      const before = await model.getWeights();
      expect(await model.apply(x, { training: true }).data()).toEqual(await model.apply(x).data());
      model.compile({ optimizer: "sgd", loss: "mse" });
      await model.fit(x, x, { epochs: 2 });
      for (const [name, value] of Object.entries(await model.getWeights()))
        expect(String(value.data) === String(before[name]!.data), name).toBe(!name.startsWith("dense"));
    }
  });
  test("statistics come through a file", async () => {
    const model = sequential([layers.dense(2), layers.batchNormalization(), layers.dense(1)], { inputShape: [1] });
    model.compile({ optimizer: "adam", loss: "mse" });
    await model.fit(x, x, { epochs: 3, batchSize: 2 });
    const loaded = await loadModel(await model.toBytes());
    expect(await loaded.getWeights()).toEqual(await model.getWeights());
    expect(await (await loaded.predict(x)).data()).toEqual(await (await model.predict(x)).data());
  });
});

describe("spectral normalisation", () => {
  const kernel = tensor([
    [1, 2, 0],
    [-3, 1, 4],
  ]);
  const make = (powerIterations: number) => {
    const dense = layers.dense(3, { useBias: false });
    const model = sequential([layers.spectralNormalization(dense, { powerIterations, name: "spectral" })], {
      inputShape: [2],
    });
    model.build();
    model.setWeights({ "spectral/layer/kernel": kernel, "spectral/vectorU": [[0.6, 0, 0.8]] });
    return model;
  };
  test("the layer computes with a kernel whose greatest singular value is 1; its own stays", async () => {
    const { s } = linalg.svd(kernel);
    const greatest = (await s.data())[0]!;
    const model = make(30);
    const x = tensor([
      [1, 0],
      [0, 1],
    ]);
    for (const training of [true, false]) {
      const rows = await model.apply(x, { training }).data();
      (await kernel.data()).forEach((v, i) => expect(rows[i]).toBeCloseTo(v / greatest, 5));
    }
    expect((await model.getWeights())["spectral/layer/kernel"]!.data).toEqual(await kernel.data());
  });
  test("each step goes on from the one before", async () => {
    const [once, twice] = [make(1), make(2)];
    const x = tensor([[1, 0]]);
    for (let i = 0; i < 2; i++) once.apply(x, { training: true });
    twice.apply(x, { training: true });
    const of = async (model: ReturnType<typeof make>) => (await model.getWeights())["spectral/vectorU"];
    expect(await of(once)).toEqual(await of(twice));
  });
  test("a kernel of zeros stays one", async () => {
    const model = make(1);
    model.setWeights({ "spectral/layer/kernel": zeros([2, 3]) });
    expect([...(await model.apply(tensor([[1, 2]]), { training: true }).data())]).toEqual([0, 0, 0]);
  });
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "an axis that is not there",
      () => sequential([layers.batchNormalization({ axis: 2 })], { inputShape: [3] }),
      /^layer batch_normalization_1 .*: expected an axis of \[batch,3\] other than the batch, got 2\.$/,
    ],
    [
      "the batch",
      () => layers.layerNormalization({ axis: [1, 0] }),
      /^layerNormalization: expected axis to be .* got 0/,
    ],
    ["no axis", () => layers.unitNormalization({ axis: [] }), /^unitNormalization: expected axis to have at least one/],
    [
      "groups that do not divide",
      () => sequential([layers.groupNormalization()], { inputShape: [4, 6] }),
      /the 32 groups must divide the 6 channels of \[batch,4,6\]; for an instance normalisation give groups: -1\./,
    ],
    [
      "groups",
      () => layers.groupNormalization({ groups: 0 }),
      /expected groups to be an integer from 1 up, or -1 .* got 0/,
    ],
    ["a momentum", () => layers.batchNormalization({ momentum: 1.5 }), /^batchNormalization: expected momentum to be /],
    [
      "an epsilon",
      () => layers.rmsNormalization({ epsilon: -1 }),
      /^rmsNormalization: expected epsilon to be .* got -1/,
    ],
    [
      "a layer without a kernel",
      () => sequential([layers.spectralNormalization(layers.relu())], { inputShape: [4] }),
      /layer spectral_normalization_1 .*: expected a layer with a kernel, got layer layer \(ReLU\)/,
    ],
    [
      "no layer",
      () => layers.spectralNormalization(3 as never),
      /^spectralNormalization: expected a layer such as .* got 3/,
    ],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
