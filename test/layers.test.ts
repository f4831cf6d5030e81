// Every layer whole, and what is particular to each.
import { describe, expect, test } from "vitest";
import {
  type CallContext,
  initializers,
  Layer,
  type LayerOptions,
  layers,
  random,
  registerLayer,
  type Shape,
  sequential,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";
import { checkLayer } from "./check-layer.ts";

describe("dense", () => {
  test("XOR with the weights of the course", async () => {
    const model = sequential(
      [layers.dense(2, { activation: "heaviside" }), layers.dense(1, { activation: "heaviside" })],
      { inputShape: [2] },
    );
    model.setWeights({
      "dense_1/kernel": [
        [1, 1],
        [1, 1],
      ],
      "dense_1/bias": [-1.5, -0.5],
      "dense_2/kernel": [[-1], [1]],
      "dense_2/bias": [-0.5],
    });
    expect(
      await (
        await model.predict([
          [0, 0],
          [0, 1],
          [1, 0],
          [1, 1],
        ])
      ).array(),
    ).toEqual([[0], [1], [1], [0]]);
  });
  test("takes bytes", async () => {
    const model = sequential([layers.dense(1, { kernelInitializer: "ones" })]);
    expect(await (await model.predict({ data: new Uint8Array([200, 100]), shape: [1, 2] })).array()).toEqual([[300]]);
  });
  test("an activation of one's own works, but cannot be saved", async () => {
    const model = sequential([layers.dense(1, { activation: (x) => x.mul(0).add(5) })], { inputShape: [1] });
    expect(await (await model.predict([[1]])).array()).toEqual([[5]]);
    await expect(model.toBytes()).rejects.toThrow(/layer dense_1 \(Dense\): the activation is a function of your own/);
  });
});

describe("activation layers", () => {
  test("Keras's slope for the layer, the course's for the name", async () => {
    const x = tensor([[-10]]);
    expect(await sequential([layers.leakyRelu()]).apply(x).item()).toBeCloseTo(-3, 5);
    expect(
      await sequential([layers.activation("leakyRelu")])
        .call(x)
        .item(),
    ).toBeCloseTo(-0.1, 6);
  });
});

describe("shapes", () => {
  test("rescaling by 1 makes floats of bytes", async () => {
    const y = await sequential([layers.rescaling(1)]).predict({ data: new Uint8Array([0, 51, 255]), shape: [1, 3] });
    expect(await y.data()).toEqual(Float32Array.of(0, 51, 255));
  });
  test("rescaling brings bytes to 0 … 1", async () => {
    const y = await sequential([layers.rescaling(1 / 255)]).predict({
      data: new Uint8Array([0, 51, 255]),
      shape: [1, 3],
    });
    expect(await y.data()).toEqual(Float32Array.of(0, Math.fround(51 * Math.fround(1 / 255)), 1));
  });
});

describe("dropout", () => {
  const x = tensor(new Float32Array(10_000).fill(1), { shape: [100, 100] });
  const dropped = (seed: number) =>
    sequential([layers.dropout(0.2)]).apply(x, { training: true, key: random.key(seed) });
  test("keeps the mean, and either drops or divides by the share that is kept", async () => {
    const values = await dropped(1).data();
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    // The standard deviation of the mean is 0.005.
    expect(await dropped(1).mean().item()).toBeCloseTo(1, 1.3);
    expect(Math.abs(values.filter((v) => v === 0).length - 2000)).toBeLessThan(160);
  });
  test("the mask is the key's", async () => {
    expect(await dropped(1).data()).toEqual(await dropped(1).data());
    expect(await dropped(1).data()).not.toEqual(await dropped(2).data());
  });
  test("two layers have two masks", async () => {
    const both = await sequential([layers.dropout(0.5), layers.dropout(0.5)])
      .apply(x, { training: true, key: random.key(1) })
      .data();
    expect(Math.abs(both.filter((v) => v !== 0).length - 2500)).toBeLessThan(200);
  });
  test("is inert outside training", async () => {
    const model = sequential([layers.dropout(0.9)]);
    expect(await model.apply(x).data()).toEqual(await x.data());
    expect(await (await model.predict(x)).data()).toEqual(await x.data());
  });
});

describe("initializers", () => {
  const shape = [400, 100];
  const sample = (name: keyof typeof initializers, seed = 3): Promise<Float32Array> =>
    initializers[name]().make(random.key(seed), shape).data() as Promise<Float32Array>;
  const deviation = (values: Float32Array): number =>
    Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);

  test.each([
    ["glorotUniform", 2 / 500, Math.sqrt(6 / 500)],
    ["glorotNormal", 2 / 500, (2 / 0.8796) * Math.sqrt(2 / 500)],
    ["heUniform", 2 / 400, Math.sqrt(6 / 400)],
    ["heNormal", 2 / 400, (2 / 0.8796) * Math.sqrt(2 / 400)],
    ["lecunUniform", 1 / 400, Math.sqrt(3 / 400)],
    ["lecunNormal", 1 / 400, (2 / 0.8796) * Math.sqrt(1 / 400)],
    ["randomNormal", 0.0025, Infinity],
    ["randomUniform", 0.1 ** 2 / 12, 0.05],
    ["truncatedNormal", (0.05 * 0.8796) ** 2, 0.1],
  ] as const)("%s has its variance and its bound", async (name, variance, bound) => {
    const values = await sample(name);
    // 40,000 draws: the deviation is good to about half a percent.
    expect(deviation(values) / Math.sqrt(variance)).toBeCloseTo(1, 1.7);
    const greatest = Math.max(...values.map(Math.abs));
    expect(greatest).toBeLessThanOrEqual(bound * 1.0001);
    if (bound < Infinity) expect(greatest).toBeGreaterThan(bound * 0.98);
  });
  test("the same seed gives the same weights, another seed others, each parameter its own", async () => {
    const make = (seed: number) =>
      sequential([layers.dense(3), layers.dense(3, { useBias: false })], { inputShape: [3], seed }).getWeights();
    expect(await make(5)).toEqual(await make(5));
    expect((await make(5))["dense_1/kernel"]).not.toEqual((await make(6))["dense_1/kernel"]);
    expect((await make(5))["dense_1/kernel"]!.data).not.toEqual((await make(5))["dense_2/kernel"]!.data);
  });
  test("the plain ones", async () => {
    const make = async (
      initializer: typeof initializers.zeros extends (...a: never) => infer I ? I : never,
      of: Shape,
    ) => initializer.make(random.key(0), of).array();
    expect(await make(initializers.zeros(), [2])).toEqual([0, 0]);
    expect(await make(initializers.ones(), [2])).toEqual([1, 1]);
    expect(await make(initializers.constant({ value: 2.5 }), [2])).toEqual([2.5, 2.5]);
    expect(await make(initializers.identity({ gain: 2 }), [2, 2])).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });
});

describe("layers of one's own", () => {
  class Scale extends Layer {
    override readonly className = "TestScale";
    constructor(options: LayerOptions = {}) {
      super("scale", options, []);
    }
    override build(): void {
      this.addParameter("factor", [], "ones");
      this.addParameter("calls", [], "zeros", { trainable: false });
    }
    call(x: Tensor, { training }: { training: boolean }): Tensor {
      if (training) this.assignParameter("calls", this.parameter("calls").add(1));
      return x.mul(this.parameter("factor"));
    }
    override config() {
      return {};
    }
  }
  registerLayer("TestScale", (config) => new Scale(config));

  // The counter does not serve outside training, so that it is no statistic: it is checked below.
  test("what is not trainable is the layer's own business", async () => {
    const model = sequential([new Scale()], { inputShape: [1] });
    model.compile({ optimizer: "sgd", loss: "mse" });
    await model.fit([[1], [2], [3]], [[2], [4], [6]], { batchSize: 1, epochs: 2 });
    const weights = await model.getWeights();
    expect(weights["test_scale_1/calls"]!.data).toEqual(Float32Array.of(6));
    expect(weights["test_scale_1/factor"]!.data[0]).toBeGreaterThan(1);
  });
  test("a layer that is not trainable keeps its weights", async () => {
    const model = sequential([layers.dense(2, { trainable: false }), layers.dense(1)], { inputShape: [2], seed: 1 });
    model.compile({ optimizer: "sgd", loss: "mse" });
    const before = await model.getWeights();
    await model.fit(zeros([4, 2]).add(1), zeros([4, 1]).add(5), { epochs: 2 });
    const after = await model.getWeights();
    expect(after["dense_1/kernel"]).toEqual(before["dense_1/kernel"]);
    expect(after["dense_2/kernel"]).not.toEqual(before["dense_2/kernel"]);
  });
});

/** A layer with the `call` that is given. */
class Lying extends Layer {
  override readonly className = "Lying";
  readonly #call: (x: Tensor) => Tensor;
  constructor(call: (x: Tensor) => Tensor) {
    super("lying", {}, []);
    this.#call = call;
  }
  call(x: Tensor): Tensor {
    return this.#call(x);
  }
  override config() {
    return {};
  }
}

type Fault =
  | "no update"
  | "updates outside training"
  | "running statistics in training"
  | "batch statistics outside training"
  | "no gradient through the mean"
  | "no gradient through the variance"
  | "trainable statistics"
  | "update forgets the momentum in one path";

/** Normalises each feature over the batch, as batch normalisation does; `fault` is a mistake that is easily made. */
class BatchStatistics extends Layer {
  override readonly className = "TestBatchStatistics";
  readonly #fault: Fault | undefined;
  constructor(options: LayerOptions = {}, fault?: Fault) {
    super("batchStatistics", options, []);
    this.#fault = fault;
  }
  override build(inputShape: Shape): void {
    const trainable = this.#fault === "trainable statistics";
    this.addParameter("scale", [inputShape.at(-1)!], "ones");
    this.addParameter("mean", [inputShape.at(-1)!], "zeros", { trainable });
    this.addParameter("variance", [inputShape.at(-1)!], "ones", { trainable });
  }
  call(x: Tensor, { training }: CallContext): Tensor {
    const fault = this.#fault;
    const mean = x.mean(0);
    const variance = x.sub(mean).square().mean(0);
    const running = [this.parameter("mean"), this.parameter("variance")] as const;
    if ((training && fault !== "no update") || fault === "updates outside training") {
      const momentum = fault === "update forgets the momentum in one path" ? 1 : 0.9;
      if (fault !== "trainable statistics") {
        this.assignParameter("mean", running[0].mul(momentum).add(mean.mul(1 - momentum)));
        this.assignParameter("variance", running[1].mul(0.9).add(variance.mul(0.1)));
      }
    }
    const usesBatch = training
      ? fault !== "running statistics in training"
      : fault === "batch statistics outside training";
    const [m, v] = usesBatch
      ? [
          fault === "no gradient through the mean" ? mean.stopGradient() : mean,
          fault === "no gradient through the variance" ? variance.stopGradient() : variance,
        ]
      : running;
    return x.sub(m).div(v.add(0.01).sqrt()).mul(this.parameter("scale"));
  }
  override config() {
    return {};
  }
}
registerLayer("TestBatchStatistics", (config) => new BatchStatistics(config));

describe("a layer with statistics of its batch", () => {
  const check = (fault?: Fault): Promise<void> =>
    checkLayer([
      () => new BatchStatistics({}, fault),
      [4],
      { parameters: { scale: [4], mean: [4], variance: [4] }, statistics: ["mean", "variance"] },
    ]);
  test("whole", () => check());
  test.each<[Fault, RegExp]>([
    ["no update", /changed by a step/],
    ["updates outside training", /changed by predict/],
    ["running statistics in training", /change the output in training/],
    ["batch statistics outside training", /leave the output outside training/],
    ["no gradient through the mean", /slope \d+ of the inputs in training/],
    ["no gradient through the variance", /slope \d+ of the inputs in training/],
    ["trainable statistics", /expected the fixed parameters mean,variance/],
    ["update forgets the momentum in one path", /changed by a step/],
  ])("checkLayer finds: %s", (fault, message) => expect(check(fault)).rejects.toThrow(message));
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    ["units", () => layers.dense(0), /^dense: expected units to be an integer from 1 up, got 0\.$/],
    [
      "an option's name",
      () => layers.dense(1, { activaton: "relu" } as object),
      /^dense: unknown option "activaton"\. Did you mean "activation"\?/,
    ],
    [
      "an activation's name",
      () => layers.dense(1, { activation: "rleu" as "relu" }),
      /^unknown activation "rleu"\. Did you mean "relu"\?/,
    ],
    [
      "an activation that is none",
      () => layers.activation(3 as never),
      /^activation: activation: expected a name such as "relu" or a function of a tensor, got 3\.$/,
    ],
    [
      "an activation that changes the shape",
      () => sequential([layers.activation((x) => x.sum(-1))]).apply(zeros([2, 3])),
      /expected a function that keeps the shape \[2,3\] of its input, got one that returns \[2\]/,
    ],
    [
      "an initializer's name",
      () => layers.dense(1, { kernelInitializer: "glorotUnifrom" as "zeros" }),
      /^unknown initializer "glorotUnifrom"\. Did you mean "glorotUniform"\?/,
    ],
    [
      "an initializer's option",
      () => initializers.heNormal({ seed: 1 } as object),
      /^initializers\.heNormal: unknown option "seed"\. There are no options\.$/,
    ],
    [
      "an identity that is not square",
      () => sequential([layers.dense(2, { kernelInitializer: "identity" })]).build([3]),
      /expected the shape of a square matrix, got \[3,2\]/,
    ],
    ["a rate", () => layers.dropout(1), /^dropout: expected rate to be a number from 0 to below 1, got 1\.$/],
    ["a scale", () => layers.rescaling(NaN), /^rescaling: expected scale to be a finite number, got NaN\.$/],
    [
      "a shape that does not fit",
      () => sequential([layers.reshape([5])], { inputShape: [2, 3] }),
      /layer reshape_1 \(Reshape\): expected inputs that fit \[batch,5\], got \[batch,2,3\] with 6 numbers in each/,
    ],
    [
      "a batch without features",
      () => sequential([layers.dense(1)]).build([]),
      /layer dense_1 \(Dense\): expected inputs of at least 1 axis .* \[batch\]; reshape the data to \[batch,1\]/,
    ],
    [
      "softmax along the batch",
      () => sequential([layers.softmax({ axis: 0 })], { inputShape: [2] }),
      /expected an axis of \[batch,2\] other than the batch, got 0/,
    ],
    [
      "an axis to share that is not there",
      () => sequential([layers.prelu({ sharedAxes: [2] })], { inputShape: [2] }),
      /sharedAxes: expected axes of \[batch,2\], got 2/,
    ],
    [
      "a declared input of another shape",
      () => sequential([layers.input([3])], { inputShape: [2] }),
      /layer input_1 \(Input\): expected data of shape \[batch,3\], got \[batch,2\]/,
    ],
    [
      "a call that changes the batch",
      () => sequential([new Lying((x) => x.transpose())], { inputShape: [3] }).apply(zeros([2, 3])),
      /expected an output whose first axis is the batch, got \[3,2\] for a batch of 2\./,
    ],
    [
      "a call that returns nothing",
      () => sequential([new Lying(() => undefined as never)], { inputShape: [3] }).apply(zeros([2, 3])),
      /^layer lying_1 \(Lying\): call: expected tensors, .* got undefined\.$/,
    ],
    ["a name with a slash", () => layers.dense(1, { name: "a/b" }), /^dense: name: expected a string without "\/"/],
    ["a registered class", () => registerLayer("Dense", () => layers.relu()), /"Dense" is already registered/],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
