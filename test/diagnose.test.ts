// `model.diagnose`: its figures are those computed by hand, it changes nothing, and it shows why networks do not learn.
import { describe, expect, test } from "vitest";
import {
  type Diagnosis,
  functional,
  initializers,
  input,
  Layer,
  layers,
  Model,
  optimizers,
  type SymbolicTensor,
  sequential,
  type Tensor,
} from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

/** `count` rows of `width` numbers from −1 to 1. */
function rows(count: number, width: number, seed = 1): number[][] {
  const random = hostRandom(seed);
  return Array.from({ length: count }, () => Array.from({ length: width }, () => random.below(2001) / 1000 - 1));
}

describe("the figures", () => {
  // h = relu(x · [1, −1, 0] + [0, 0, −1]), y = h · [2, 3, 4] + 1, L = mean((y − t)²), for x = 1, −2 and t = 0.
  const make = () => {
    const model = sequential([layers.dense(3, { activation: "relu" }), layers.dense(1)], { inputShape: [1] });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "mse" });
    model.setWeights({
      "dense_1/kernel": [[1, -1, 0]],
      "dense_1/bias": [0, 0, -1],
      "dense_2/kernel": [[2], [3], [4]],
      "dense_2/bias": [1],
    });
    return model;
  };
  test("are those computed by hand", async () => {
    const { loss, examples, layers: found } = await make().diagnose([[1], [-2]], [[0], [0]]);
    // h = [1, 0, 0] and [0, 2, 0]; y = 3 and 7; ∂L/∂y = y.
    expect(loss).toBeCloseTo((9 + 49) / 2, 5);
    expect(examples).toBe(2);
    const [first, second] = found;
    // ∂L/∂h = [6, 9, 12] and [14, 21, 28], through relu [6, 0, 0] and [0, 21, 0].
    expect(first!.gradientNorm).toBeCloseTo(Math.hypot(6, -42, 6, 21), 4);
    expect(first!.updateRatio).toBeCloseTo((0.1 * Math.hypot(6, -42, 6, 21)) / Math.hypot(1, -1, -1), 4);
    expect(second!.gradientNorm).toBeCloseTo(Math.hypot(3, 14, 10), 4);
    expect(second!.updateRatio).toBeCloseTo((0.1 * Math.hypot(3, 14, 10)) / Math.hypot(2, 3, 4, 1), 4);
    expect(first).toMatchObject({ path: "dense_1", className: "Dense", deadUnits: expect.closeTo(1 / 3, 6) });
    expect(first!.mean).toBeCloseTo(0.5, 6);
    expect(first!.standardDeviation).toBeCloseTo(Math.sqrt(5 / 6 - 0.25), 6);
    expect(second).toMatchObject({ deadUnits: 0, saturation: null, mean: 5, standardDeviation: 2 });
  });
  test("saturation counts outputs within 1 % of the bounds", async () => {
    const model = sequential([layers.activation("tanh"), layers.activation("sigmoid"), layers.dense(1)]);
    model.compile({ loss: "mse" });
    // tanh: beyond ±0.98 lie 2 of 4. Sigmoids of those lie within 0.26 and 0.74.
    const x = [[-3], [-1], [2], [3]];
    const { layers: found } = await model.diagnose(x, [[0], [0], [0], [0]]);
    expect(found.map(({ saturation }) => saturation)).toEqual([0.5, 0, null]);
    const wide = sequential([layers.activation("sigmoid"), layers.dense(1)]).compile({ loss: "mse" });
    const [sigmoid] = (await wide.diagnose([[-4], [-5], [4], [5]], [[0], [0], [0], [0]])).layers;
    expect(sigmoid!.saturation).toBe(0.5);
  });
  test("the update is that of the optimizer, with its state", async () => {
    const [x, y] = [rows(8, 3), rows(8, 2, 2)];
    const model = sequential([layers.dense(4, { activation: "tanh" }), layers.dense(2)], { seed: 3 });
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "mse" });
    await model.fit(x, y, { epochs: 3, batchSize: 8 });
    const before = await model.getWeights();
    const { layers: found } = await model.diagnose(x, y);
    expect(await model.getWeights()).toEqual(before);
    await model.fit(x, y, { batchSize: 8 });
    const after = await model.getWeights();
    for (const { path, updateRatio } of found) {
      const names = [`${path}/kernel`, `${path}/bias`];
      const values = (of: typeof after): number[] => names.flatMap((name) => [...of[name]!.data]);
      const [was, is] = [values(before), values(after)];
      const change = Math.hypot(...is.map((w, i) => w - was[i]!));
      expect(updateRatio! / (change / Math.hypot(...was))).toBeCloseTo(1, 3);
    }
  });
});

test("it changes nothing: neither weights nor statistics nor the optimizer, nor what training then does", async () => {
  const [x, y] = [rows(20, 3), rows(20, 1, 2)];
  const make = () => {
    const model = sequential([layers.dense(4), layers.batchNormalization(), layers.dropout(0.5), layers.dense(1)], {
      seed: 3,
    });
    return model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "mse" });
  };
  const [plain, watched] = [make(), make()];
  const options = { epochs: 2, batchSize: 5 };
  for (let i = 0; i < 2; i++) {
    await plain.fit(x, y, options);
    if (i === 0) expect(String(await watched.diagnose(x, y))).toMatch(/dense_1/);
    await watched.fit(x, y, options);
    const bytes = await watched.toBytes();
    const first = await watched.diagnose(x, y, { batchSize: 7, seed: 2 });
    expect(await watched.toBytes()).toEqual(bytes);
    expect(await watched.diagnose(x, y, { batchSize: 7, seed: 2 })).toEqual(first);
    expect(await watched.diagnose(x, y, { batchSize: 7, seed: 3 })).not.toEqual(first);
  }
  expect(await watched.toBytes()).toEqual(await plain.toBytes());
});

describe("100 layers", () => {
  const [x, y] = [rows(32, 8), rows(32, 1, 2)];
  const depth = 100;
  type Activation = "tanh" | "sigmoid";
  const norms = ({ layers: found }: Diagnosis): number[] =>
    found.filter(({ className }) => className === "Dense").map(({ gradientNorm }) => gradientNorm!);

  // The standard deviation of weights that are too small for this width: each layer shrinks what it is given.
  const kernelInitializer = initializers.randomNormal({ stddev: 0.2 });
  function plain(activation: Activation) {
    const hidden = Array.from({ length: depth }, () => layers.dense(8, { activation, kernelInitializer }));
    return sequential([...hidden, layers.dense(1)], { seed: 1 }).compile({ loss: "mse" });
  }
  function residual(activation: Activation) {
    let h: SymbolicTensor = input([8]);
    const first = h;
    for (let i = 0; i < depth; i++)
      h = layers.add().apply([h, layers.dense(8, { activation, kernelInitializer }).apply(h)]);
    const scores = layers.dense(1).apply(h);
    return functional({ inputs: first, outputs: scores, seed: 1 }).compile({ loss: "mse" });
  }
  test.each(["tanh", "sigmoid"] as const)("of %s show gradients that vanish", async (activation) => {
    const found = norms(await plain(activation).diagnose(x, y));
    expect(found).toHaveLength(depth + 1);
    expect(found.at(-1)!).toBeGreaterThan(1e-2);
    expect(found[0]! / found.at(-1)!).toBeLessThan(1e-15);
    // They fall by orders of magnitude all along, not at one layer.
    expect(found[25]!).toBeLessThan(found[75]! / 1e6);
  });
  test("residual connections cure it", async () => {
    const found = norms(await residual("tanh").diagnose(x, y));
    expect(found).toHaveLength(depth + 1);
    for (const norm of found) expect(norm / found.at(-1)!).toBeGreaterThan(1e-2);
  });
});

test("dead relus are seen", async () => {
  const model = sequential([layers.dense(10, { activation: "relu" }), layers.dense(1)], { inputShape: [2], seed: 1 });
  model.compile({ loss: "mse" });
  const bias = [-99, 9, -99, 9, -99, 9, 9, 9, 9, 9];
  model.setWeights({ "dense_1/bias": bias });
  const { layers: found } = await model.diagnose(rows(30, 2), rows(30, 1, 2));
  expect(found.map(({ deadUnits }) => deadUnits)).toEqual([expect.closeTo(0.3, 6), 0]);
});

describe("any model", () => {
  test("filters are units; recurrent cells, shared layers and layers in layers have rows of their own", async () => {
    class Block extends Layer<Tensor, Tensor> {
      readonly inner = layers.dense(4, { activation: "relu" });
      override build() {
        this.addParameter("scale", [], "ones");
      }
      call(z: Tensor): Tensor {
        return z.add(this.inner.apply(z).mul(this.parameter("scale")));
      }
    }
    class Whole extends Model {
      readonly conv = layers.conv1d(4, 2, { activation: "relu" });
      readonly block = new Block();
      readonly lstm = layers.lstm(3);
      readonly wrapped = layers.rnn(layers.simpleRNNCell(2));
      readonly scores = layers.dense(1);
      call(z: Tensor): Tensor {
        const features = this.block.apply(this.block.apply(this.conv.apply(z)));
        return this.scores
          .apply(this.lstm.apply(features))
          .add(this.wrapped.apply(features).sum([1], { keepDims: true }));
      }
    }
    const model = new Whole({ seed: 1 }).compile({ loss: "mse" });
    const x = rows(6, 10).map((row) => row.map((v) => [v]));
    const found = (await model.diagnose(x, rows(6, 1, 2))).layers;
    expect(found.map(({ path }) => path)).toEqual(["conv", "block", "block/inner", "lstm", "wrapped", "scores"]);
    for (const { gradientNorm, updateRatio, deadUnits } of found) {
      expect(gradientNorm).toBeGreaterThan(0);
      expect(updateRatio).toBeGreaterThan(0);
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(deadUnits);
    }
  });
  test("of a generator, several outputs and frozen layers", async () => {
    const z = input([2]);
    const hidden = layers.dense(3, { name: "hidden", trainable: false }).apply(z);
    const outputs = {
      a: layers.dense(1, { name: "a" }).apply(hidden),
      b: layers.dense(2, { name: "b" }).apply(hidden),
    };
    const model = functional({ inputs: z, outputs }).compile({ loss: { a: "mse", b: "mse" } });
    function* batches() {
      for (let i = 0; i < 3; i++) yield [rows(4, 2), { a: rows(4, 1), b: rows(4, 2) }] as const;
    }
    const { examples, layers: found } = await model.diagnose(batches as never);
    expect(examples).toBe(4);
    expect(found.map(({ path, gradientNorm }) => [path, gradientNorm === null])).toEqual([
      ["hidden", true],
      ["a", false],
      ["b", false],
    ]);
  });
  test("has to be compiled, and needs two examples", async () => {
    const model = sequential([layers.dense(1)]);
    await expect(model.diagnose([[1]], [[1]])).rejects.toThrow(/is not compiled/);
    model.compile({ loss: "mse" });
    await expect(model.diagnose([[1]], [[1]])).rejects.toThrow("diagnose: expected at least 2 examples, got 1.");
    await expect(model.diagnose([[1], [2]], [[1], [2]], { batchsize: 3 } as never)).rejects.toThrow(/batchSize/);
  });
});

describe("it is shown", () => {
  const find = async (): Promise<Diagnosis> => {
    const model = sequential([layers.dense(2, { activation: "tanh", name: 'a<b&"c"' }), layers.dense(1)], { seed: 1 });
    return await model.compile({ loss: "mse" }).diagnose([[100], [-100]], [[0], [0]]);
  };
  test("as a table", async () => {
    const lines = String(await find()).split("\n");
    expect(lines[0]).toMatch(/^Model sequential on 2 examples, loss /);
    expect(lines[2]).toBe("Layer (class)    Gradient norm  Update/weight  Dead  Saturated  Mean  Std. dev.");
    expect(lines[4]).toMatch(/^a<b&"c" \(Dense\) +\S+ +\S+ +0 % +100 % +0 +1$/);
    expect(lines[5]).toMatch(/^dense_1 \(Dense\) .* – +/);
    expect(lines).toHaveLength(6);
  });
  test("as a picture, with escaped names, and the same each time", async () => {
    const found = await find();
    const svg = found.toSVG();
    expect(svg).toContain("a&lt;b&amp;&quot;c&quot;: saturated 1");
    expect(svg).not.toMatch(/a<b|NaN|Infinity|undefined/);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+".*fill="currentColor"/);
    expect(svg.match(/<rect/g)).toHaveLength(7);
    expect((await find()).toSVG()).toBe(svg);
  });
});
