// Trees of layers: functional models, nested and shared layers, classes of one's own; paths, keys, freezing, files.
import { describe, expect, test } from "vitest";
import {
  type Batch,
  type CallContext,
  compile,
  functional,
  input,
  Layer,
  layers,
  loadModel,
  Model,
  optimizers,
  random,
  registerLayer,
  type StepContext,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await x.data())] as number[];
const x2 = tensor([
  [1, -2],
  [0.5, 3],
  [-1, 1],
]);

class Sum extends Layer<readonly Tensor[], Tensor> {
  override readonly className = "TestSum";
  call(parts: readonly Tensor[]): Tensor {
    return parts.reduce((a, b) => a.add(b));
  }
}
registerLayer("TestSum", (config) => new Sum("sum", config));

class Block extends Layer<Tensor, Tensor> {
  override readonly className = "TestBlock";
  readonly units: number;
  readonly hidden: Layer;
  readonly towers: readonly Layer[];
  constructor(config: { units: number; name?: string }) {
    const { units, ...options } = config;
    super("block", options);
    this.units = units;
    this.hidden = layers.dense(units, { activation: "tanh" });
    this.towers = [layers.dense(units), layers.dense(units, { name: "second" })];
  }
  override build(): void {
    this.addParameter("scale", [], "ones");
  }
  call(x: Tensor): Tensor {
    const h = this.hidden.apply(x) as Tensor;
    return this.towers
      .map((tower) => tower.apply(h) as Tensor)
      .reduce((a, b) => a.add(b))
      .mul(this.parameter("scale"));
  }
  override config() {
    return { units: this.units };
  }
}
registerLayer("TestBlock", (config) => new Block(config));

class Net extends Model<any, Tensor, Tensor> {
  override readonly className = "TestNet";
  readonly blocks = { first: new Block({ units: 3 }), rest: [new Block({ units: 2 })] };
  readonly drop = layers.dropout(0.5);
  readonly scores = layers.dense(1);
  call(x: Tensor): Tensor {
    const h = this.blocks.rest.reduce((y, block) => block.apply(y), this.blocks.first.apply(x));
    return this.scores.apply(this.drop.apply(h));
  }
}
registerLayer("TestNet", (config) => new Net(config));

/** Two inputs, a shared layer, a nested model, a skip, two outputs. */
function twoTowers() {
  const a = input([2], { name: "left" });
  const b = input([2], { name: "right" });
  const shared = layers.dense(4, { activation: "relu", name: "shared" });
  const encoder = sequential([layers.dense(4), layers.dropout(0.5)], { name: "encoder" });
  const both = new Sum().apply([shared.apply(a), shared.apply(b), encoder.apply(a)]);
  const scores = layers.dense(3, { activation: "softmax", name: "classes" }).apply(both);
  const amount = layers.dense(1, { name: "amount" }).apply(both);
  return functional({ inputs: { left: a, right: b }, outputs: { scores, amount }, name: "towers", seed: 3 });
}

describe("a functional model", () => {
  test("with one input and one output is the sequence of its layers", async () => {
    const [first, second] = [layers.dense(3, { activation: "tanh" }), layers.dense(1)];
    const x = input([2]);
    const graph = functional({ inputs: x, outputs: second.apply(first.apply(x)), seed: 4 });
    const plain = sequential([layers.dense(3, { activation: "tanh" }), layers.dense(1)], { inputShape: [2], seed: 4 });
    expect(await graph.getWeights()).toEqual(await plain.getWeights());
    expect(await numbers(graph.apply(x2))).toEqual(await numbers(plain.apply(x2)));
    for (const each of [graph, plain]) each.compile({ optimizer: "adam", loss: "mse" });
    const y = [[1], [2], [3]];
    for (const each of [graph, plain]) await each.fit(x2, y, { epochs: 3, batchSize: 2 });
    expect(await graph.getWeights()).toEqual(await plain.getWeights());
  });
  test("with several of each: names, shapes, shared weights once", async () => {
    const towers = twoTowers();
    expect(towers.inputShape).toEqual({ left: [2], right: [2] });
    expect(towers.outputShape).toEqual({ scores: [3], amount: [1] });
    expect(Object.keys(await towers.getWeights())).toEqual([
      "shared/kernel",
      "shared/bias",
      "encoder/dense_1/kernel",
      "encoder/dense_1/bias",
      "classes/kernel",
      "classes/bias",
      "amount/kernel",
      "amount/bias",
    ]);
    const { scores, amount } = towers.apply({ left: x2, right: x2.mul(2) }) as { scores: Tensor; amount: Tensor };
    expect([scores.shape, amount.shape]).toEqual([
      [3, 3],
      [3, 1],
    ]);
    expect(towers.summary()).toContain("encoder/dense_1 (Dense)");
  });
  test("the gradient of a shared layer is the sum over its uses", async () => {
    const shared = layers.dense(1, { useBias: false, kernelInitializer: "ones" });
    const x = input([2]);
    const twice = functional({ inputs: x, outputs: new Sum().apply([shared.apply(x), shared.apply(x)]) });
    twice.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: (t, p) => p.sub(t).mean(-1) });
    await twice.fit([[1, 2]], [[0]], { epochs: 1 });
    expect(await numbers(twice.apply([[1, 0]]) as Tensor)).toEqual([2 * (1 - 2)]);
  });
  test.each([
    [
      "an input that leads nowhere",
      () => functional({ inputs: [input([1], { name: "idle" }), input([2])], outputs: [] as never }),
      /outputs: expected symbolic/,
    ],
    [
      "an input that no output needs",
      () => {
        const [a, b] = [input([1], { name: "a" }), input([1], { name: "b" })];
        return functional({ inputs: [a, b], outputs: layers.dense(1).apply(a) });
      },
      /no output depends on the input b\./,
    ],
    [
      "an output of another input",
      () => {
        const [a, b] = [input([1], { name: "a" }), input([1], { name: "b" })];
        return functional({ inputs: a, outputs: new Sum().apply([a, b]) });
      },
      /an output depends on the input b, which is not among the inputs\./,
    ],
    [
      "two layers of one name",
      () => {
        const a = input([1]);
        const named = () => layers.dense(1, { name: "twin" });
        return functional({ inputs: a, outputs: named().apply(named().apply(a)) });
      },
      /the name "twin" is used twice/,
    ],
    [
      "numbers for a symbolic input",
      () => functional({ inputs: [[1]] as never, outputs: [[1]] as never }),
      /inputs: expected symbolic tensors/,
    ],
    [
      "data of another form",
      () => twoTowers().apply([x2, x2]),
      /model towers: inputs: expected an object with left, right/,
    ],
    [
      "data that lack an input",
      () => twoTowers().apply({ left: x2 }),
      /expected an object with left, right, got an object with left\./,
    ],
    [
      "a misspelt input",
      () => twoTowers().apply({ left: x2, right: x2, rigth: x2 }),
      /got an object with left, right, rigth\. Did you mean "right"\?/,
    ],
    [
      "data of another shape",
      () => twoTowers().apply({ left: x2, right: tensor([[1], [2], [3]]) }),
      /expected inputs of shape \[batch,2\] and \[batch,2\].* got \[batch,2\] and \[batch,1\]/,
    ],
  ])("refuses %s", (_, make, message) => expect(make as () => unknown).toThrow(message));
});

describe("a class of one's own", () => {
  test("its layers are found in its fields, in arrays and objects too", async () => {
    const net = new Net({ seed: 2 }).build([2]);
    expect(Object.keys(await net.getWeights())).toEqual([
      "blocks_first/scale",
      "blocks_first/hidden/kernel",
      "blocks_first/hidden/bias",
      "blocks_first/towers_0/kernel",
      "blocks_first/towers_0/bias",
      "blocks_first/second/kernel",
      "blocks_first/second/bias",
      "blocks_rest_0/scale",
      "blocks_rest_0/hidden/kernel",
      "blocks_rest_0/hidden/bias",
      "blocks_rest_0/towers_0/kernel",
      "blocks_rest_0/towers_0/bias",
      "blocks_rest_0/second/kernel",
      "blocks_rest_0/second/bias",
      "scores/kernel",
      "scores/bias",
    ]);
    expect(net.outputShape).toEqual([1]);
  });
  test("trains, is saved and loaded, and goes on with the same bits", async () => {
    const y = [[1], [0], [2]];
    const make = () => new Net({ seed: 2 }).compile({ optimizer: "adam", loss: "mse" });
    const whole = make();
    const before = await whole.evaluate(x2, y);
    await whole.fit(x2, y, { epochs: 40, batchSize: 2 });
    expect((await whole.evaluate(x2, y)).loss).toBeLessThan(before.loss);
    const begun = make();
    await begun.fit(x2, y, { epochs: 3, batchSize: 2 });
    const loaded = await loadModel(await begun.toBytes());
    expect(loaded).toBeInstanceOf(Net);
    await loaded.fit(x2, y, { epochs: 40, initialEpoch: 3, batchSize: 2 });
    expect(await loaded.getWeights()).toEqual(await whole.getWeights());
  });
  test("a layer that nobody holds is refused", () => {
    class Careless extends Layer<Tensor, Tensor> {
      call(x: Tensor): Tensor {
        return layers.dense(1).apply(x);
      }
    }
    expect(() => sequential([new Careless()]).apply(x2)).toThrow(
      /is called in model sequential, which does not hold it/,
    );
  });
  test("a layer is applied alone, and keeps its weights", async () => {
    const dense = layers.dense(2);
    const first = await numbers(dense.apply(x2));
    expect(await numbers(dense.apply(x2))).toEqual(first);
    expect(first.some((v) => v !== 0)).toBe(true);
    // Another one of its kind has others.
    expect(await numbers(layers.dense(2).apply(x2))).not.toEqual(first);
  });
});

describe("random numbers follow the path", () => {
  test("weights: a layer that is put before changes nobody else's", async () => {
    const dense = (name: string) => layers.dense(4, { name });
    const short = sequential([dense("a"), dense("b")], { inputShape: [4], seed: 1 });
    const long = sequential([dense("new"), dense("a"), layers.relu(), dense("b")], { inputShape: [4], seed: 1 });
    const [before, after] = [await short.getWeights(), await long.getWeights()];
    for (const name of ["a/kernel", "b/kernel"]) expect(after[name]).toEqual(before[name]);
    expect(after["new/kernel"]!.data).not.toEqual(after["a/kernel"]!.data);
  });
  test("dropout: nor does it here; a second call of the same layer draws anew", async () => {
    const ones = tensor(new Float32Array(64).fill(1), { shape: [4, 16] });
    const run = (own: readonly Layer[]) =>
      sequential([...own, layers.dropout(0.5, { name: "drop" })]).apply(ones, { training: true, key: random.key(7) });
    const plain = await numbers(run([]));
    expect(await numbers(run([layers.dropout(0, { name: "other" }), layers.activation("linear")]))).toEqual(plain);
    const drop = layers.dropout(0.5, { name: "drop" });
    const x = input([16]);
    const twice = functional({ inputs: x, outputs: [drop.apply(x), drop.apply(x)] });
    const [one, two] = twice.apply(ones, { training: true, key: random.key(7) }) as [Tensor, Tensor];
    expect(await numbers(one)).toEqual(plain);
    expect(await numbers(two)).not.toEqual(plain);
  });
});

describe("layers in several models", () => {
  test("an encoder alone and in an autoencoder has one set of weights, whoever trains it", async () => {
    const encoder = sequential([layers.dense(3, { activation: "tanh" })], {
      inputShape: [2],
      name: "encoder",
      seed: 1,
    });
    const decoder = sequential([layers.dense(2)], { name: "decoder" });
    const whole = sequential([encoder, decoder], { seed: 2 });
    const before = await encoder.getWeights();
    whole.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: "mse" });
    await whole.fit(x2, x2, { epochs: 2 });
    const after = await encoder.getWeights();
    expect(after["dense_1/kernel"]).not.toEqual(before["dense_1/kernel"]);
    expect((await whole.getWeights())["encoder/dense_1/kernel"]).toEqual(after["dense_1/kernel"]);
    // And the other way round: a model of which the encoder is a part only, at the end of the flat variable.
    encoder.compile({ optimizer: "adam", loss: "mse" });
    const decoded = (await whole.getWeights())["decoder/dense_1/kernel"];
    await encoder.fit(
      x2,
      [
        [1, 1, 1],
        [0, 0, 0],
        [1, 0, 1],
      ],
      { epochs: 2 },
    );
    expect((await whole.getWeights())["decoder/dense_1/kernel"]).toEqual(decoded);
    expect((await whole.getWeights())["encoder/dense_1/kernel"]).toEqual(
      (await encoder.getWeights())["dense_1/kernel"],
    );
    expect(await encoder.getWeights()).not.toEqual(after);
  });
  test("a frozen layer in the middle keeps its weights; the others move as if it were a constant", async () => {
    const make = (frozen: boolean) => {
      const net = sequential(
        [layers.dense(3, { name: "a" }), layers.dense(3, { name: "b" }), layers.dense(1, { name: "c" })],
        {
          inputShape: [2],
          seed: 5,
        },
      );
      net.layers[1]!.trainable = !frozen;
      net.compile({ optimizer: optimizers.adam({ clipnorm: 0.5 }), loss: "mse" });
      // What is said after compile waits for the next one.
      net.layers[0]!.trainable = false;
      return net;
    };
    const [frozen, free] = [make(true), make(false)];
    const start = await frozen.getWeights();
    const y = [[1], [2], [3]];
    await frozen.fit(x2, y, { epochs: 1 });
    await free.fit(x2, y, { epochs: 1 });
    const [cold, warm] = [await frozen.getWeights(), await free.getWeights()];
    expect(cold["b/kernel"]).toEqual(start["b/kernel"]);
    expect(warm["b/kernel"]).not.toEqual(start["b/kernel"]);
    // One step: the gradients of the others do not depend on whether b moves.
    for (const name of ["a/kernel", "a/bias", "c/kernel", "c/bias"]) {
      expect(cold[name]).not.toEqual(start[name]);
      warm[name]!.data.forEach((v, i) => expect(cold[name]!.data[i]).toBeCloseTo(v, 6));
    }
    // The optimizer's state of a partly frozen model is saved and loaded by path.
    const loaded = await loadModel(await frozen.toBytes());
    loaded.layers[1]!.trainable = false;
    await frozen.fit(x2, y, { epochs: 2 });
    const again = await loadModel(await (await loadModel(await frozen.toBytes())).toBytes());
    expect(await again.getWeights()).toEqual(await frozen.getWeights());
  });
  test("a layer that two others hold is saved once, and is one layer after loading", async () => {
    const shared = layers.dense(2, { name: "shared" });
    const [left, right] = [sequential([shared], { name: "left" }), sequential([shared], { name: "right" })];
    const x = input([2]);
    const both = functional({ inputs: x, outputs: new Sum().apply([left.apply(x), right.apply(x)]) });
    const loaded = await loadModel(await both.toBytes());
    expect(Object.keys(await loaded.getWeights())).toEqual(["left/shared/kernel", "left/shared/bias"]);
    expect(await numbers(loaded.apply(x2))).toEqual(await numbers(both.apply(x2) as Tensor));
  });
});

describe("the context of a call", () => {
  class Spy extends Layer<Tensor, Tensor> {
    seen: { path: string; training: boolean; mask: unknown }[] = [];
    call(x: Tensor, { path, training, mask }: CallContext): Tensor {
      this.seen.push({ path, training, mask });
      return x;
    }
  }
  test("path, training and masks reach every layer", () => {
    const spy = new Spy();
    const net = sequential([sequential([spy], { name: "inner" })], { inputShape: [2] });
    spy.seen = [];
    const mask = tensor([true, false, true]);
    net.apply(x2, { training: true, mask });
    expect(spy.seen).toEqual([{ path: "inner/spy_1", training: true, mask }]);
  });
  test("a layer's own loss is trained on, in a compiled step too", async () => {
    class Penalty extends Layer<Tensor, Tensor> {
      override build(): void {
        this.addParameter("w", [], "ones");
      }
      call(x: Tensor, { addLoss }: CallContext): Tensor {
        addLoss(this.parameter("w").square());
        return x.add(this.parameter("w").mul(0));
      }
    }
    const net = sequential([new Penalty()], { inputShape: [2] });
    net.compile({ optimizer: optimizers.sgd({ learningRate: 0.25 }), loss: "mse" });
    await net.fit(x2, x2, { epochs: 1 });
    expect((await net.getWeights())["penalty_1/w"]!.data[0]).toBe(0.5);
  });
  test("inside compile, and inside another trace", async () => {
    const net = sequential([layers.dense(2)], { seed: 1 });
    const run = compile((x: Tensor) => net.apply(x).mul(2));
    const doubled = await run(x2);
    expect(await numbers(doubled)).toEqual((await numbers(net.apply(x2))).map((v) => 2 * v));
  });
});

describe("errors say where", () => {
  test("the path, what it expects, what it got, and who gave it", () => {
    const encoder = sequential([layers.dense(3), layers.reshape([2, 2])], { name: "encoder" });
    expect(() => sequential([encoder], { inputShape: [2] })).toThrow(
      /^layer encoder\/reshape_1 .* fit \[batch,2,2\], got \[batch,3\].* The inputs come from encoder\/dense_1\.$/,
    );
  });
  test("an error from an operation too", () => {
    class Wrong extends Layer<Tensor, Tensor> {
      call(x: Tensor): Tensor {
        return x.matmul(tensor([[1], [2], [3]]));
      }
    }
    expect(() => sequential([layers.dense(2), new Wrong()], { inputShape: [4] })).toThrow(
      /^layer wrong_1 \(Wrong\): matmul.* The inputs are \[batch,2\], from dense_1\.$/,
    );
  });
  test("a layer that is given other inputs than those for which it was built", () => {
    const shared = layers.dense(2);
    const [a, b] = [input([2]), input([3])];
    expect(() => functional({ inputs: [a, b], outputs: [shared.apply(a), shared.apply(b)] })).toThrow(
      /was built for other inputs: its kernel has shape \[2,2\], these would need \[3,2\]\./,
    );
  });
});

test("the variables of a tree by path: what an optimizer moves, what it does not, and their numbers", async () => {
  const model = sequential([layers.dense(3), layers.batchNormalization(), layers.dense(1, { trainable: false })]);
  expect(() => model.countParams()).toThrow(/does not know its parameters yet: apply it, or tell the model its input/);
  model.build([2]);
  const paths = (variables: typeof model.trainableVariables) => variables.map(({ path }) => path);
  expect(paths(model.trainableVariables)).toEqual([
    "dense_1/kernel",
    "dense_1/bias",
    "batch_normalization_1/gamma",
    "batch_normalization_1/beta",
  ]);
  expect(paths(model.nonTrainableVariables)).toEqual([
    "batch_normalization_1/movingMean",
    "batch_normalization_1/movingVariance",
    "dense_2/kernel",
    "dense_2/bias",
  ]);
  expect(model.countParams()).toBe(9 + 12 + 4);
  expect([model.layers[0]!.countParams(), model.layers[0]!.trainableVariables[0]!.path]).toEqual([9, "kernel"]);
  const [kernel] = model.trainableVariables;
  model.setWeights({
    "dense_1/kernel": [
      [1, 2, 3],
      [4, 5, 6],
    ],
  });
  expect([kernel!.shape, await kernel!.value.array()]).toEqual([
    [2, 3],
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ]);
  const alone = layers.dense(2);
  expect(() => alone.trainableVariables).toThrow(/layer Dense does not know its parameters yet/);
  alone.apply([[1, 2, 3]]);
  expect(alone.countParams()).toBe(8);
});

test("gradients flow through the variables of a model within the loss of a training step", async () => {
  class Decayed extends Model {
    readonly scores = layers.dense(1, { useBias: false, kernelInitializer: "ones" });
    call(x: Tensor): Tensor {
      return this.scores.apply(x);
    }
    trainStep(_: Batch, { minimize }: StepContext) {
      const penalty = (): Tensor =>
        this.trainableVariables.reduce((sum, { value }) => sum.add(value.square().sum()), tensor(0));
      return { loss: minimize(penalty, this, this.training!.optimizer) };
    }
  }
  const model = new Decayed().compile({ optimizer: optimizers.sgd({ learningRate: 0.25 }) });
  await model.fit([[1]], { epochs: 1, verbose: 0 });
  expect([...(await model.getWeights())["scores/kernel"]!.data]).toEqual([0.5]);
});
