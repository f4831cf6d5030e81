// What training can be fed with, and what it can do with a batch: several inputs and targets, weights, generators,
// accumulated gradients, steps of one's own.
import { describe, expect, test } from "vitest";
import {
  type Batch,
  type CallContext,
  constraints,
  Dataset,
  functional,
  grad,
  hebbian,
  input,
  Layer,
  layers,
  loadModel,
  type Metric,
  Model,
  optimizers,
  perceptron,
  random,
  regularizers,
  type Sequential,
  type StepContext,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const drawn = (count: number, width: number, seed: number): number[][] => {
  const next = hostRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => next.below(2000) / 1000 - 1));
};
const x = drawn(24, 2, 1);
const y = x.map(([a = 0, b = 0]) => [a * b]);
const classes = x.map(([a = 0, b = 0]) => (a > 0 ? 1 : 0) + (b > 0 ? 1 : 0));

const make = (): Sequential =>
  sequential([layers.dense(5, { activation: "tanh" }), layers.dense(1)], { seed: 3, inputShape: [2] });
const compiled = (): Sequential =>
  make().compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "mse" }) as Sequential;
const weightsOf = async (model: Model): Promise<number[]> =>
  Object.values(await model.getWeights()).flatMap(({ data }) => Array.from(data, Number));
const expectClose = (got: readonly number[], expected: readonly number[], digits = 5): void => {
  expect(got.length).toBe(expected.length);
  got.forEach((v, i) => expect(v).toBeCloseTo(expected[i] ?? Number.NaN, digits));
};

class Join extends Layer<readonly Tensor[], Tensor> {
  override readonly className = "TestJoin";
  call([a, b]: readonly Tensor[]): Tensor {
    return a!.add(b!);
  }
}

describe("several inputs and outputs", () => {
  const twoInTwoOut = () => {
    const [left, right] = [input([1]), input([1])];
    const both = new Join().apply([
      layers.dense(4, { name: "a" }).apply(left),
      layers.dense(4, { name: "b" }).apply(right),
    ]);
    const product = layers.dense(1, { name: "p" }).apply(layers.activation("tanh").apply(both));
    const kind = layers.dense(3, { name: "k" }).apply(layers.relu().apply(both));
    return functional({ inputs: { left, right }, outputs: { product, kind }, seed: 1 });
  };
  const inputs = { left: x.map(([a]) => [a!]), right: x.map(([, b]) => [b!]) };
  const targets = { product: y, kind: classes };

  test("by name: losses add up with their weights, and are reported", async () => {
    const model = twoInTwoOut();
    model.compile({
      optimizer: optimizers.adam({ learningRate: 0.02 }),
      loss: { product: "mse", kind: "sparseCategoricalCrossentropy" },
      lossWeights: { product: 2 },
      metrics: { kind: ["accuracy"] },
    });
    const { epochs } = await model.fit(inputs, targets, { epochs: 60, batchSize: 8 });
    const [first, last] = [epochs[0]!, epochs.at(-1)!];
    expect(Object.keys(last)).toEqual(["epoch", "loss", "productLoss", "kindLoss", "kindAccuracy", "seconds"]);
    expect(last["loss"]).toBeCloseTo(2 * last["productLoss"]! + last["kindLoss"]!, 4);
    expect(last["loss"]).toBeLessThan(first["loss"]! / 2);
    const measured = await model.evaluate(inputs, targets);
    const predicted = (await model.predict(inputs)) as unknown as { product: Tensor; kind: Tensor };
    expect([predicted.product.shape, predicted.kind.shape]).toEqual([
      [24, 1],
      [24, 3],
    ]);
    const error = await predicted.product.sub(tensor(y)).square().mean().item();
    expect(measured["productLoss"]).toBeCloseTo(error, 5);
    const right = (await predicted.kind.argmax(-1).array()) as number[];
    expect(measured["kindAccuracy"]).toBeCloseTo(right.filter((k, i) => k === classes[i]).length / 24, 6);
    // Saved and loaded, training goes on with the same bits.
    const loaded = await loadModelWithJoin(await model.toBytes());
    for (const each of [model, loaded]) await each.fit(inputs, targets, { epochs: 61, initialEpoch: 60, batchSize: 8 });
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
  });
  test("in lists, from a batch of a generator too", async () => {
    const [a, b] = [input([1]), input([1])];
    const own = functional({
      inputs: [a, b],
      outputs: [layers.dense(1, { name: "p" }).apply(a), layers.dense(1, { name: "q" }).apply(b)],
    });
    own.compile({ optimizer: "sgd", loss: ["mse", "mae"] });
    const [left, right] = [inputs.left, inputs.right];
    const record = (await own.fit([left, right], [right, left], { epochs: 1 })).epochs[0]!;
    expect(Object.keys(record)).toEqual(expect.arrayContaining(["0Loss", "1Loss"]));
    const history = await own.fit(function* () {
      yield [
        [left, right],
        [right, left],
      ];
    });
    expect(history.epochs[0]!.loss).toBeGreaterThan(0);
  });
  test.each([
    [
      "a loss for an output that is not there",
      { loss: { product: "mse", kindd: "mse" } },
      /there is no output "kindd"\. Did you mean "kind"\?/,
    ],
    ["an output without a loss", { loss: { product: "mse" } }, /expected one for the output "kind", got none/],
    ["too few losses", { loss: ["mse"] }, /expected one for each of 2 outputs \(product, kind\), got 1/],
    [
      "one list of metrics for both",
      { loss: "mse", metrics: ["mae"] },
      /expected lists by output, \{ product: \["accuracy"\] \}/,
    ],
  ])("refuses %s", (_, options, message) => expect(() => twoInTwoOut().compile(options as never)).toThrow(message));
  test("refuses targets of other counts, and too few of them", async () => {
    const model = twoInTwoOut().compile({ loss: { product: "mse", kind: "sparseCategoricalCrossentropy" } });
    await expect(model.fit(inputs, { product: y, kind: [1] })).rejects.toThrow(/24 inputs .* but 1 targets/);
    await expect(model.fit(inputs, { product: y })).rejects.toThrow(/expected as many outputs and targets as losses/);
  });
});

async function loadModelWithJoin(bytes: Uint8Array): Promise<Model> {
  const { registerLayer } = await import("../src/index.ts");
  registerLayer("TestJoin", (config) => new Join("join", config));
  return loadModel(bytes);
}

describe("weights of examples", () => {
  test("an example of weight 2 counts as if it were there twice, and of weight 0 as if it were not", async () => {
    const weights = x.map((_, i) => i % 3);
    const weighted = compiled();
    await weighted.fit(x, y, { sampleWeight: weights, batchSize: 24, epochs: 3, shuffle: false });
    const rows = weights.flatMap((w, i) => new Array<number>(w).fill(i));
    const copied = compiled();
    await copied.fit(
      rows.map((i) => x[i]!),
      rows.map((i) => y[i]!),
      { batchSize: 24, epochs: 3, shuffle: false },
    );
    // Here 24 weights add up to 24, so that the means have one divisor.
    expect(rows.length).toBe(24);
    expectClose(await weightsOf(weighted), await weightsOf(copied));
  });
  test("class weights are the weights of the examples of the class, one-hot or not", async () => {
    const classifier = () => {
      const model = sequential([layers.dense(3)], { seed: 1, inputShape: [2] });
      return model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    };
    const [byClass, byExample] = [classifier(), classifier()];
    await byClass.fit(x, classes, { classWeight: { 0: 5, 2: 0.5 }, epochs: 2 });
    await byExample.fit(x, classes, { sampleWeight: classes.map((c) => [5, 1, 0.5][c]!), epochs: 2 });
    expect(await weightsOf(byClass)).toEqual(await weightsOf(byExample));
    const hot = sequential([layers.dense(3)], { seed: 1, inputShape: [2] });
    hot.compile({ optimizer: "sgd", loss: "categoricalCrossentropy" });
    const oneHot = classes.map((c) => [0, 1, 2].map((k) => (k === c ? 1 : 0)));
    await hot.fit(x, oneHot, { classWeight: { 0: 5, 2: 0.5 }, epochs: 2 });
    expectClose(await weightsOf(hot), await weightsOf(byClass));
  });
  test("class weights of numbers that are no classes are refused", async () => {
    const twoOutputs = sequential([layers.dense(2)]).compile({ loss: "mse" });
    const numbers = x.map(([a]) => [a!, 0.5]);
    const options = { classWeight: { 0: 2 } };
    await expect(twoOutputs.fit(x, numbers, options)).rejects.toThrow(/classWeight: expected class numbers or one-hot/);
    const one = sequential([layers.dense(1)]).compile({ loss: "mse" });
    const halves = x.map(() => [0.5]);
    await expect(one.fit(x, halves, options)).rejects.toThrow("one-hot targets, got 0.5 as target 0; other targets");
  });
  test("a tensor of float64 is trained on as float32", async () => {
    const [wide, narrow] = [compiled(), compiled()];
    await wide.fit(tensor(Float64Array.from(x.flat()), { shape: [x.length, 2] }), y);
    await narrow.fit(x, y);
    expect(await weightsOf(wide)).toEqual(await weightsOf(narrow));
  });
  test("weighted metrics count by weight, others do not", async () => {
    const model = sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] });
    model.compile({
      loss: "mse",
      metrics: ["mae"],
      weightedMetrics: ["mse"],
      optimizer: optimizers.sgd({ learningRate: 0 }),
    });
    const { epochs } = await model.fit([[1], [2], [3]], [[1], [0], [0]], {
      sampleWeight: [1, 0, 3],
      batchSize: 2,
      shuffle: false,
    });
    const [record] = epochs;
    expect(record!["meanAbsoluteError"]).toBeCloseTo(5 / 3, 6);
    expect(record!["meanSquaredError"]).toBeCloseTo(27 / 4, 6);
    expect(record!["loss"]).toBeCloseTo(27 / 3, 6);
  });
  test.each([
    [{ sampleWeight: [1, 2] }, /24 inputs .* but 2 sample weights/],
    [{ sampleWeight: x.map(() => -1) }, /sampleWeight: expected finite weights from 0 up, got -1/],
    [
      { classWeight: new Map([[0, 5]]) as never },
      /classWeight: expected weights by class number, \{ 0: 1, 1: 5 \}, got/,
    ],
    [{ classWeight: { a: 1 } }, /classWeight: expected finite weights from 0 up by class number, got 1 for "a"/],
  ])("refuses %o", async (options, message) => expect(compiled().fit(x, y, options as never)).rejects.toThrow(message));
});

describe("generators", () => {
  const batches = function* (size: number) {
    for (let i = 0; i < x.length; i += size) yield { x: x.slice(i, i + size), y: y.slice(i, i + size) };
  };
  test("give the same bits as the arrays, the last smaller batch included", async () => {
    const [streamed, resident] = [compiled(), compiled()];
    const seen = await streamed.fit(() => batches(7), { epochs: 3 });
    const whole = await resident.fit(x, y, { epochs: 3, batchSize: 7, shuffle: false });
    expect(await weightsOf(streamed)).toEqual(await weightsOf(resident));
    expect(seen.epochs.map(({ loss }) => loss)).toEqual(whole.epochs.map(({ loss }) => loss));
    const evaluated = await streamed.evaluate(() => batches(7));
    expect(evaluated.loss).toBeCloseTo((await resident.evaluate(x, y)).loss, 6);
  });
  test("may be asynchronous, endless, and of batches of several shapes", async () => {
    const model = sequential([layers.dense(1)], { seed: 1, inputShape: [2] }).compile({ loss: "mse" });
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked++;
        const size = 1 + (asked % 3);
        yield [x.slice(0, size), y.slice(0, size), new Array<number>(size).fill(0.5)] as const;
      }
    }
    const { epochs } = await model.fit(endless(), {
      epochs: 2,
      stepsPerEpoch: 4,
      validationData: endless(),
      validationSteps: 2,
    });
    expect(epochs.length).toBe(2);
    expect(epochs[1]!["valLoss"]).toBeGreaterThan(0);
    expect(await model.training!.optimizer.iterations.array()).toBe(8);
  });
  test.each([
    ["that ends early", () => batches(7), { stepsPerEpoch: 9 }, /fit: expected 9 batches for an epoch, got 4;/],
    ["that is empty", () => [], {}, /fit: expected at least one batch, got none/],
    [
      "that throws",
      function* () {
        yield { x, y };
        throw new Error("the disk is gone");
      },
      {},
      /the disk is gone/,
    ],
    [
      "whose second batch has another shape",
      function* () {
        yield { x, y };
        yield { x: [[1, 2, 3]], y: [[1]] };
      },
      {},
      /expected inputs of shape \[batch,2\].* got \[batch,3\]/,
    ],
    [
      "whose batch holds NaN",
      function* () {
        yield { x, y };
        yield { x: [[1, Number.NaN]], y: [[1]] };
      },
      {},
      /batch 2.*NaN/,
    ],
    ["that gives no batches", () => [3], {}, /fit: batch 1: expected a Dataset, \{ x, y \}/],
  ])("refuse one %s", async (_, source, options, message) =>
    expect(compiled().fit(source as never, options)).rejects.toThrow(message),
  );
});

describe("accumulated gradients", () => {
  test("over an epoch are those of all examples at once, the smaller last batch included", async () => {
    const [accumulated, whole] = [compiled(), compiled()];
    await accumulated.fit(x, y, { accumulate: "epoch", batchSize: 7, epochs: 4, shuffle: false });
    await whole.fit(x, y, { batchSize: 24, epochs: 4, shuffle: false });
    expectClose(await weightsOf(accumulated), await weightsOf(whole), 6);
    expect(await accumulated.training!.optimizer.iterations.array()).toBe(4);
  });
  test("over three batches are those of a batch three times as large; what is left at the end counts too", async () => {
    const [accumulated, large] = [compiled(), compiled()];
    await accumulated.fit(x, y, { accumulate: 3, batchSize: 5, epochs: 2, shuffle: false });
    await large.fit(x, y, { batchSize: 15, epochs: 2, shuffle: false });
    expectClose(await weightsOf(accumulated), await weightsOf(large), 6);
  });
});

describe("penalties and constraints", () => {
  test("a penalty is added to the loss, in training and in evaluation", async () => {
    const model = sequential(
      [layers.dense(1, { kernelInitializer: "ones", kernelRegularizer: regularizers.l2(0.5) })],
      {
        inputShape: [2],
      },
    );
    model.compile({ loss: "mse", optimizer: optimizers.sgd({ learningRate: 0.5 }) });
    const inputs = [[1, 0]];
    expect((await model.evaluate(inputs, [[1]])).loss).toBe(1);
    const { epochs } = await model.fit(inputs, [[1]]);
    expect(epochs[0]!.loss).toBe(1);
    // The gradient is that of the penalty alone: w − 0.5 · 2 · 0.5 · w.
    expect((await model.getWeights())["dense_1/kernel"]!.data).toEqual(Float32Array.of(0.5, 0.5));
    const loaded = await loadModel(await model.toBytes());
    expect((await loaded.evaluate(inputs, [[0.5]])).loss).toBe(0.25);
  });
  test("a penalty on the outputs is one for each example", async () => {
    const dense = layers.dense(1, { kernelInitializer: "ones", activityRegularizer: "l1" });
    const model = sequential([dense], { inputShape: [1] }).compile({ loss: "mse" });
    // l1 takes 0.01 of the sizes.
    expect((await model.evaluate([[1], [-3]], [[1], [-3]])).loss).toBeCloseTo(0.02, 7);
    const loaded = await loadModel(await model.toBytes());
    expect((await loaded.evaluate([[1], [-3]], [[1], [-3]])).loss).toBeCloseTo(0.02, 7);
  });
  test("a constraint holds after every step", async () => {
    const model = sequential(
      [layers.dense(3, { kernelConstraint: constraints.maxNorm({ maxValue: 0.1 }) }), layers.dense(1)],
      {
        inputShape: [2],
        seed: 1,
      },
    );
    model.compile({ loss: "mse", optimizer: optimizers.adam({ learningRate: 0.1 }) });
    await model.fit(x, y, { epochs: 3, batchSize: 8 });
    const { data } = (await model.getWeights())["dense_1/kernel"]!;
    for (let unit = 0; unit < 3; unit++) expect(Math.hypot(data[unit]!, data[3 + unit]!)).toBeLessThan(0.1 + 1e-6);
    const free = (await model.getWeights())["dense_2/kernel"]!.data;
    expect(Math.max(...Array.from(free, Math.abs))).toBeGreaterThan(0.1);
  });
});

describe("splits and single steps", () => {
  test("a stratified split holds out its share of each class, the last of each", async () => {
    const labels = [...new Array<number>(12).fill(0), ...new Array<number>(8).fill(1)];
    const model = sequential([layers.dense(2)], { inputShape: [1], seed: 1 });
    // The metric is the share of class 1: of the five examples for validation three are of class 0, and two of class 1.
    const share = (t: Tensor): Tensor => t.cast("float32");
    model.compile({ loss: "sparseCategoricalCrossentropy", metrics: [share] });
    const { epochs } = await model.fit(
      labels.map((c) => [c]),
      labels,
      { validationSplit: 0.25, stratify: true },
    );
    expect(epochs[0]!["valShare"]).toBeCloseTo(2 / 5, 6);
    await expect(compiled().fit(x, y, { validationSplit: 0.25, stratify: true })).rejects.toThrow(
      "fit: stratify: expected classes of several examples each, got 24 different targets of 24.",
    );
  });
  test("trainOnBatch takes one step, and gives the figures of that batch before it", async () => {
    const model = compiled();
    const before = (await model.evaluate(x, y)).loss;
    expect((await model.trainOnBatch(x, y)).loss).toBeCloseTo(before, 6);
    expect((await model.evaluate(x, y)).loss).toBeLessThan(before);
  });
  test("onBatchEnd sees every step", async () => {
    const steps: number[] = [];
    await compiled().fit(x, y, {
      batchSize: 5,
      epochs: 2,
      callbacks: [{ onBatchEnd: ({ step }) => void steps.push(step) }],
    });
    expect(steps).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });
});

test("a metric with state of one's own is exact over batches of any size", async () => {
  // The share of positive predictions among those that should be: recall.
  const recall: Metric<"recall"> = {
    name: "recall",
    config: {},
    state: () => ({ hits: [], all: [] }),
    update: ({ hits, all }, targets, predictions) => ({
      hits: hits!.add(targets.mul(predictions.greater(0).cast("float32")).sum()),
      all: all!.add(targets.sum()),
    }),
    result: ({ hits, all }) => hits!.div(all!),
  };
  const model = sequential([layers.dense(1, { kernelInitializer: "ones" })], { inputShape: [1] });
  model.compile({ loss: "mse", metrics: [recall], optimizer: optimizers.sgd({ learningRate: 0 }) });
  const inputs = [[1], [-1], [2], [-2], [3]];
  const targets = [[1], [1], [0], [1], [1]];
  expect((await model.evaluate(inputs, targets, { batchSize: 2 }))["recall"]).toBe(0.5);
  expect((await model.fit(inputs, targets, { batchSize: 4 })).epochs[0]!["recall"]).toBe(0.5);
});

describe("a training step of one's own", () => {
  /** A generative adversarial network that learns a normal distribution around 3 (Goodfellow and others, 2014). */
  class Gan extends Model<any, Tensor, Tensor> {
    readonly generator = sequential([layers.dense(8, { activation: "tanh" }), layers.dense(1)], { inputShape: [2] });
    readonly critic = sequential([layers.dense(16, { activation: "leakyRelu" }), layers.dense(1)], { inputShape: [1] });
    readonly forGenerator = optimizers.adam({ learningRate: 0.01, beta1: 0.5 });
    readonly forCritic = optimizers.adam({ learningRate: 0.01, beta1: 0.5 });
    call(noise: Tensor): Tensor {
      return this.generator.apply(noise);
    }
    trainStep({ targets }: Batch, { key, minimize }: StepContext) {
      const real = targets as Tensor;
      const noise = random.normal(key, [real.shape[0]!, 2]);
      const fake = () => this.generator.apply(noise);
      const criticLoss = minimize(
        () => {
          const made = fake().stopGradient();
          // The penalty needs the second derivative of the critic (Gulrajani and others, 2017).
          const slope = grad((v: Tensor) => this.critic.apply(v).sum())(real.add(made).mul(0.5));
          const penalty = slope.abs().sub(1).square().mean();
          return this.critic.apply(made).mean().sub(this.critic.apply(real).mean()).add(penalty);
        },
        this.critic,
        this.forCritic,
      );
      const generatorLoss = minimize(() => this.critic.apply(fake()).mean().neg(), this.generator, this.forGenerator);
      return { loss: criticLoss, generatorLoss };
    }
  }
  test("two networks, two optimizers, one program", async () => {
    const gan = new Gan({ seed: 1 });
    gan.compile({ loss: "mse" });
    const real = await random.normal(random.key(1), [512, 1], { mean: 3, std: 0.5 }).array<2>();
    const { epochs } = await gan.fit(
      real.map(() => [0, 0]),
      real,
      { epochs: 120, batchSize: 64 },
    );
    expect(Object.keys(epochs[0]!)).toEqual(["epoch", "loss", "generatorLoss", "seconds"]);
    const made = gan.apply(random.normal(random.key(2), [1000, 2]));
    expect(Math.abs((await made.mean().item()) - 3)).toBeLessThan(0.5);
    expect(await gan.forCritic.iterations.array()).toBe(120 * 8);
  });
  test("neither a loss nor targets are needed; to be evaluated, it needs both", async () => {
    class Alone extends Gan {
      override call(real: Tensor): Tensor {
        return this.critic.apply(real);
      }
      override trainStep({ inputs }: Batch<Tensor>, step: StepContext) {
        return super.trainStep({ inputs, targets: inputs, weights: null }, step);
      }
    }
    const gan = new Alone({ seed: 1 });
    gan.compile({ optimizer: "adam" });
    const { epochs } = await gan.fit([[3], [3.5]], { epochs: 2 });
    expect(epochs.length).toBe(2);
    expect(Object.keys((await gan.fit([[3]])).epochs[0]!)).toContain("generatorLoss");
    await expect(gan.evaluate([[3]], [[1]])).rejects.toThrow(/expected a loss to measure by, got none/);
    await expect(gan.evaluate([[3]] as never)).rejects.toThrow(/got inputs alone/);
    expect(() => gan.compile({ metrics: ["mae"] } as never)).toThrow(/expected a loss/);
    await expect(compiled().fit(x)).rejects.toThrow(/got inputs alone/);
  });
  test("says by itself what its layers take: its call may take something else, and is not tried", async () => {
    class Bare extends Gan {
      override readonly generator = sequential([layers.dense(4), layers.dense(1)]);
      override readonly critic = sequential([layers.dense(4), layers.dense(1)]);
      calls = 0;
      override call(noise: Tensor): Tensor {
        this.calls++;
        return this.generator.apply(noise);
      }
      override trainStep({ inputs }: Batch<Tensor>, step: StepContext) {
        return super.trainStep({ inputs, targets: inputs, weights: null }, step);
      }
    }
    const gan = new Bare({ seed: 1 });
    gan.compile();
    await gan.fit([[3], [3.5], [4]], { epochs: 2, verbose: 0 });
    expect([gan.calls, gan.countParams()]).toEqual([0, 12 + 5 + 8 + 5]);
    expect([gan.generator.inputShape, gan.critic.inputShape, gan.inputShape]).toEqual([[2], [1], null]);
    await expect(gan.toBytes()).rejects.toThrow(
      "model bare: its call does not take what its trainStep takes, inputs of shape [batch,1]; " +
        "tell its own by build([…]).",
    );
    expect((await gan.predict([[0, 0]])).shape).toEqual([1, 1]);
    expect(gan.inputShape).toEqual([2]);
    const weights = await gan.getWeights();
    expect(Object.keys(weights)).toContain("generator/dense_1/kernel");
    await gan.fit([[3], [3.5], [4]], { epochs: 1, verbose: 0 });
    expect(await gan.getWeights()).not.toEqual(weights);
  });
  test("what only its call uses gets weights when it is called", async () => {
    class Two extends Model<any, Tensor, Tensor> {
      readonly body = layers.dense(2, { kernelInitializer: "ones" });
      readonly head = layers.dense(1, { kernelInitializer: "ones" });
      call(x: Tensor): Tensor {
        return this.head.apply(this.body.apply(x));
      }
      trainStep({ inputs }: Batch<Tensor>, { differentiate, update }: StepContext) {
        const { loss, gradients } = differentiate(() => this.body.apply(inputs).square().mean(), this.body);
        update(gradients, this.body, this.training!.optimizer);
        return { loss };
      }
    }
    const model = new Two().compile({ optimizer: "sgd" });
    const { epochs } = await model.fit([[1], [2]], { epochs: 1, verbose: 0 });
    expect(epochs[0]!.loss).toBe(2.5);
    expect((await model.predict([[1]])).shape).toEqual([1, 1]);
    expect([model.inputShape, model.outputShape, model.countParams()]).toEqual([[1], [1], 7]);
    expect(Object.keys(await model.getWeights())).toContain("head/kernel");
  });
  test("a model whose layers add its whole loss needs no other, nor targets", async () => {
    class Autoencoder extends Model<any, Tensor, Tensor> {
      readonly inner = layers.dense(1, { useBias: false, kernelInitializer: "ones" });
      readonly outer = layers.dense(2, { useBias: false, kernelInitializer: "ones" });
      call(x: Tensor, { addLoss }: CallContext): Tensor {
        const made = this.outer.apply(this.inner.apply(x));
        addLoss(made.sub(x).square().mean());
        return made;
      }
    }
    const model = new Autoencoder().compile({ optimizer: optimizers.sgd({ learningRate: 0.02 }) });
    const points = [
      [1, 2],
      [2, 4],
      [-1, -2],
    ];
    const first = await model.evaluate(points);
    // ((1 + 2 − 1)² + (1 + 2 − 2)²) / 2 for the first point; the others are its multiples.
    expect(first).toEqual({ loss: (2.5 * (1 + 4 + 1)) / 3 });
    const { epochs } = await model.fit(points, { epochs: 40, verbose: 0 });
    expect(epochs[0]!.loss).toBeCloseTo(first.loss, 5);
    expect(epochs.at(-1)!.loss).toBeLessThan(0.05);
    expect(await model.fit(points, points, { verbose: 0 })).toMatchObject({ stopped: null }); // targets are not read
    expect((await model.diagnose(points as never)).layers.length).toBeGreaterThan(0);
  });
  test("the same bits from the same seed", async () => {
    const run = async () => {
      const gan = new Gan({ seed: 1 });
      gan.compile({ loss: "mse" });
      await gan.fit(
        Dataset.from({
          inputs: [
            [0, 0],
            [0, 0],
          ],
          targets: [[3], [3.5]],
        }),
        { epochs: 5, seed: 4 },
      );
      return weightsOf(gan);
    };
    expect(await run()).toEqual(await run());
  });
});

describe("learning without gradients", () => {
  const corners = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ];
  test("the perceptron rule, step by step", async () => {
    const model = perceptron({ learningRate: 0.5 }).build([2]);
    const steps: number[][] = [];
    for (const [i, target] of [-1, -1, -1, 1, -1].entries()) {
      await model.fit([corners[i % 4]!], [target], { shuffle: false });
      const weights = await model.getWeights();
      steps.push([...weights["neurons/kernel"]!.data, ...weights["neurons/bias"]!.data] as number[]);
    }
    // By hand: sign(0) is neither answer, so that the first example counts as wrong; the second and third are right.
    expect(steps).toEqual([
      [0, 0, -0.5],
      [0, 0, -0.5],
      [0, 0, -0.5],
      [0.5, 0.5, 0],
      [0.5, 0.5, -0.5],
    ]);
  });
  test("it converges on AND and OR, and never on XOR", async () => {
    for (const [targets, separable] of [
      [[-1, -1, -1, 1], true],
      [[-1, 1, 1, 1], true],
      [[-1, 1, 1, -1], false],
    ] as const) {
      const model = perceptron();
      const { epochs } = await model.fit(corners, [...targets], { epochs: 50, batchSize: 1 });
      expect(epochs.at(-1)!.loss === 0).toBe(separable);
      const loaded = await loadModel(await model.toBytes());
      expect(await (await loaded.predict(corners)).data()).toEqual(await (await model.predict(corners)).data());
    }
  });
  test("Hebb's rule recalls associations of orthogonal inputs after one pass", async () => {
    const patterns = [
      [1, 1, 1, 1],
      [1, -1, 1, -1],
      [1, 1, -1, -1],
    ];
    const answers = [
      [1, -1],
      [-1, 1],
      [1, 1],
    ];
    const memory = hebbian({ units: 2, useBias: false });
    await memory.fit(patterns, answers, { batchSize: 1 });
    expect(await (await memory.predict(patterns)).array()).toEqual(answers);
    const expected = patterns[0]!.flatMap((_, i) =>
      [0, 1].map((k) => patterns.reduce((w, p, n) => w + p[i]! * answers[n]![k]!, 0)),
    );
    expect([...(await memory.getWeights())["neurons/kernel"]!.data]).toEqual(expected);
  });
});

test("a step of one's own may change gradients between differentiation and update", async () => {
  class Signs extends Model<any, Tensor, Tensor> {
    readonly scores = layers.dense(1, { kernelInitializer: "ones" });
    call(v: Tensor): Tensor {
      return this.scores.apply(v);
    }
    trainStep({ inputs, targets }: Batch, { differentiate, update }: StepContext) {
      const { loss, gradients } = differentiate(
        () =>
          this.apply(inputs as Tensor)
            .sub(targets as Tensor)
            .square()
            .mean(),
        this,
      );
      const { optimizer } = this.training!;
      update({ "scores/kernel": gradients["scores/kernel"]!.sign() }, this, optimizer);
      return { loss };
    }
  }
  const model = new Signs().compile({ loss: "mse", optimizer: optimizers.sgd({ learningRate: 0.25 }) });
  await model.fit([[1, -2]], [[5]], { epochs: 2 });
  const weights = await model.getWeights();
  expect([...weights["scores/kernel"]!.data]).toEqual([1.5, 0.5]);
  expect([...weights["scores/bias"]!.data]).toEqual([0]);
});
