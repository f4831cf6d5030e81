// Networks learn what a course has them learn, to stated figures. Data that are not in the repository are read from the
// folder ../shared/data beside it, where it is there; the trainings that take minutes run with NABLA_SLOW=1.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import * as data from "../src/data/index.ts";
import {
  functional,
  gradients,
  initializers,
  input,
  type Layer,
  layers,
  Model,
  optimizers,
  random,
  schedules,
  sequential,
  stack,
  type Tensor,
} from "../src/index.ts";

const shared = (path: string): string => fileURLToPath(new URL(`../../shared/data/${path}`, import.meta.url));
const has = (path: string): boolean => existsSync(shared(path));
const slow = process.env["NABLA_SLOW"] === "1";

/** The share of rows whose greatest score has the index of their class. */
const share = async (scores: Tensor, classes: readonly number[]): Promise<number> => {
  const found = await scores.argmax(-1).array<1>();
  return classes.filter((c, i) => c === found[i]).length / classes.length;
};

test.skipIf(!has("tables/iris.csv"))(
  "Iris: at least 95 % of the flowers, each judged by a network that never saw it",
  async () => {
    const rows = readFileSync(shared("tables/iris.csv"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((row) => row.split(",").map(Number));
    const right: number[] = [];
    for (let fold = 0; fold < 5; fold++) {
      const [known, unknown] = [true, false].map((isKnown) => rows.filter((_, i) => (i % 5 !== fold) === isKnown));
      const model = sequential([
        layers.batchNormalization(),
        layers.dense(16, { activation: "tanh" }),
        layers.dense(3),
      ]);
      model.compile({ optimizer: optimizers.adam({ learningRate: 0.02 }), loss: "sparseCategoricalCrossentropy" });
      const [x, y] = [known!.map((row) => row.slice(0, 4)), known!.map((row) => row[4]!)];
      await model.fit(x, y, { epochs: 40, batchSize: 16, seed: 1 });
      const scores = await model.predict(unknown!.map((row) => row.slice(0, 4)));
      right.push(
        await share(
          scores,
          unknown!.map((row) => row[4]!),
        ),
      );
    }
    expect(right.reduce((a, b) => a + b) / 5).toBeGreaterThanOrEqual(0.95);
  },
);

test("the spiral of two arms: at least 97 % of points between those trained on", async () => {
  // The angle grows by 630 degrees while the radius grows from 0 to 5.
  const arms = (count: number, shift: number) => {
    const points = Array.from({ length: count }, (_, i) => {
      const radius = (i + shift) / count;
      const angle = 3.5 * Math.PI * radius + (i % 2) * Math.PI;
      return [5 * radius * Math.cos(angle), 5 * radius * Math.sin(angle)];
    });
    return { x: points, y: points.map((_, i) => [i % 2]) };
  };
  const model = sequential([
    layers.dense(32, { activation: "tanh" }),
    layers.dense(32, { activation: "tanh" }),
    layers.dense(1, { activation: "sigmoid" }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.01 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  await model.fit(arms(400, 0), { epochs: 150, batchSize: 20, seed: 1 });
  const { accuracy } = await model.evaluate(arms(300, 0.5));
  expect(accuracy).toBeGreaterThanOrEqual(0.97);
});

describe("a hundred layers of tanh", () => {
  const width = 16;
  class Deep extends Model<any, Tensor, Tensor> {
    readonly inner: readonly Layer<Tensor, Tensor>[];
    /** The input of each layer in the last call. */
    inputs: Tensor[] = [];
    readonly isResidual: boolean;
    constructor(isResidual: boolean) {
      super({ seed: 1 });
      this.isResidual = isResidual;
      // ±1/√n, under which Glorot and Bengio saw gradients vanish (2010).
      const kernelInitializer = initializers.randomUniform({
        minval: -1 / Math.sqrt(width),
        maxval: 1 / Math.sqrt(width),
      });
      this.inner = Array.from({ length: 100 }, () => layers.dense(width, { activation: "tanh", kernelInitializer }));
    }
    call(x: Tensor): Tensor {
      this.inputs = [];
      return this.inner.reduce((y, layer) => {
        this.inputs.push(y);
        return this.isResidual ? y.add(layer.apply(y)) : layer.apply(y);
      }, x);
    }
  }
  /** The norm of the gradient of the sum of the outputs, by the input of each layer. */
  async function slopes(isResidual: boolean): Promise<number[]> {
    const deep = new Deep(isResidual);
    const y = deep.apply(random.normal(random.key(1), [8, width]));
    const norms = gradients(y.sum(), deep.inputs).map((slope) => slope.square().sum().sqrt());
    return stack(norms).array<1>();
  }
  test("show the vanishing gradient: a millionth of the last layer's reaches the 60 first ones at most", async () => {
    const plain = await slopes(false);
    expect(Math.max(...plain.slice(0, 60)) / plain[99]!).toBeLessThan(1e-6);
    expect(plain[99]).toBeGreaterThan(0);
  }, 120_000);
  test("with residual connections: each layer gets as much as the last one, within a factor of 30", async () => {
    const residual = await slopes(true);
    const relative = residual.map((slope) => slope / residual[99]!);
    expect(Math.min(...relative)).toBeGreaterThan(1 / 30);
    expect(Math.max(...relative)).toBeLessThan(30);
  }, 120_000);
});

describe.skipIf(!slow || !has("mnist"))("all of MNIST in ten epochs", () => {
  async function accuracyOf(parts: readonly Layer[], batchSize: number): Promise<number> {
    const { train, test: unseen } = await data.mnist({ folder: shared("mnist") });
    const model = sequential(parts, { seed: 1 });
    const decaySteps = 10 * Math.ceil(train.size / batchSize);
    const learningRate = schedules.cosineDecay({ initialLearningRate: 0.002, decaySteps });
    model.compile({
      optimizer: optimizers.adam({ learningRate }),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    await model.fit(train, { epochs: 10, batchSize, seed: 1 });
    return (await model.evaluate(unseen))["accuracy"]!;
  }
  test("a multilayer perceptron: at least 98.2 %", async () => {
    const parts = [
      layers.flatten(),
      layers.dropout(0.1),
      layers.dense(384, { activation: "relu" }),
      layers.dropout(0.4),
      layers.dense(10),
    ];
    expect(await accuracyOf(parts, 128)).toBeGreaterThanOrEqual(0.982);
  }, 1_800_000);
  test("LeNet: at least 99.1 %", async () => {
    const parts = [
      layers.reshape([28, 28, 1]),
      layers.conv2d(6, 5, { padding: "same", activation: "relu" }),
      layers.maxPooling2d(),
      layers.conv2d(16, 5, { activation: "relu" }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense(120, { activation: "relu" }),
      layers.dense(84, { activation: "relu" }),
      layers.dense(10),
    ];
    expect(await accuracyOf(parts, 64)).toBeGreaterThanOrEqual(0.991);
  }, 1_800_000);
});

test.skipIf(!slow || !has("text/tinyshakespeare.txt.gz"))(
  "a small GPT learns a page of Shakespeare by heart",
  async () => {
    const page = gunzipSync(readFileSync(shared("text/tinyshakespeare.txt.gz")))
      .toString("utf8")
      .slice(0, 1500);
    const letters = [...new Set(page)].sort();
    const codes = [...page].map((letter) => letters.indexOf(letter));
    const length = 64;
    const width = 64;
    const x = input([length]);
    const embedded = layers.embedding(letters.length, width).apply(x);
    let h = layers.add().apply([embedded, layers.positionEmbedding(length).apply(embedded)]);
    for (let i = 0; i < 2; i++) {
      const attention = layers.multiHeadAttention(4, width / 4, { useCausalMask: true });
      h = layers.add().apply([h, attention.apply(layers.layerNormalization().apply(h))]);
      const inner = layers.dense(4 * width, { activation: "gelu" }).apply(layers.layerNormalization().apply(h));
      h = layers.add().apply([h, layers.dense(width).apply(inner)]);
    }
    const scores = layers.dense(letters.length).apply(layers.layerNormalization().apply(h));
    const gpt = functional({ inputs: x, outputs: scores, seed: 1 });
    const starts = Array.from({ length: page.length - length - 1 }, (_, i) => i);
    const windows = (shift: number) => starts.map((i) => codes.slice(i + shift, i + shift + length));
    const decaySteps = 12 * Math.ceil(starts.length / 32);
    const learningRate = schedules.cosineDecay({ initialLearningRate: 0.003, decaySteps });
    gpt.compile({ optimizer: optimizers.adam({ learningRate }), loss: "sparseCategoricalCrossentropy" });
    await gpt.fit(windows(0), windows(1), { epochs: 12, batchSize: 32, seed: 1 });
    // The letter after each 64 letters of the page.
    const answers: Tensor = (await gpt.predict(windows(0))).at([], -1);
    expect(
      await share(
        answers,
        starts.map((i) => codes[i + length]!),
      ),
    ).toBeGreaterThanOrEqual(0.99);
  },
  600_000,
);
