// Networks, data and callbacks that cannot work: each is told in one sentence that says where, what and what instead.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type Batch,
  functional,
  input,
  Layer,
  layers,
  Model,
  optimizers,
  type Sequential,
  type StepContext,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-bad-models-"));
const x = [
  [1, 2],
  [3, 4],
  [5, 6],
  [7, 8],
];
const y = [[1], [2], [3], [4]];
const batch = { x, y };
const make = (): Sequential =>
  sequential([layers.dense(3, { name: "a" }), layers.dense(1, { name: "b" })], { seed: 1 }).compile({
    optimizer: "adam",
    loss: "mse",
  }) as Sequential;

describe("a network that cannot be", () => {
  class Own extends Layer<Tensor, Tensor> {
    call(v: Tensor): Tensor {
      return this.apply(v);
    }
  }
  class Inside extends Model<any, Tensor, Tensor> {
    readonly me = this;
    call(v: Tensor): Tensor {
      return this.me.apply(v);
    }
  }
  test.each([
    [
      "tensors beside symbolic tensors",
      () => layers.add().apply([input([2]), tensor([[1, 2]])] as never),
      /^layer Add: expected symbolic tensors only, or tensors only, got both: .*input\(\[…\]\)/,
    ],
    [
      "symbolic tensors behind tensors, in an object",
      () => layers.gru(2).apply({ x: tensor([[[1]]]), initialState: input([2]) } as never),
      /^layer GRU: expected symbolic tensors only, or tensors only, got both/,
    ],
    [
      "numbers beside symbolic tensors",
      () => layers.add().apply([input([2]), [[1, 2]]] as never),
      /^layer Add: expected symbolic tensors only/,
    ],
    [
      "an input that is given twice",
      () => {
        const a = input([2], { name: "left" });
        return functional({ inputs: [a, a], outputs: layers.dense(1).apply(a) });
      },
      /^functional: the input left is given twice\.$/,
    ],
    [
      "a layer that applies itself",
      () => sequential([new Own()], { inputShape: [2] }),
      /^layer own_1 \(Own\) is called within its own call, 250 calls deep/,
    ],
    ["a model inside itself", () => new Inside().apply([[1, 2]]), /^model inside is called within its own call/],
  ])("%s", (_, run, message) => expect(run as () => unknown).toThrow(message));
  test("layers may be deep", async () => {
    let deep: Layer = layers.dense(2);
    for (let i = 0; i < 100; i++) deep = sequential([deep]);
    expect((await sequential([deep], { inputShape: [2] }).predict([[1, 2]])).shape).toEqual([1, 2]);
  });
  test("a layer that holds itself is found once", () => {
    class Selfish extends Layer<Tensor, Tensor> {
      readonly me = this;
      readonly inner = layers.dense(2);
      call(v: Tensor): Tensor {
        return this.inner.apply(v);
      }
    }
    expect(
      sequential([new Selfish()], { inputShape: [2] })
        .rows()
        .map(({ path }) => path),
    ).toEqual(["selfish_1", "selfish_1/inner"]);
  });
  test("a layer that comes into a field when the weights are there", async () => {
    class Net extends Model<any, Tensor, Tensor> {
      dense = layers.dense(1);
      call(v: Tensor): Tensor {
        return this.dense.apply(v);
      }
    }
    const net = new Net();
    await net.predict(x);
    net.dense = layers.dense(1);
    expect(() => net.apply(tensor(x))).toThrow(/makes those .* once: a layer that comes into one of its fields later/);
  });
});

describe("a generator", () => {
  const fit = (given: unknown, options: object = {}) => make().fit(given as never, { verbose: 0, ...options });
  const reject = (error: Error) => Promise.reject(error);
  test.each([
    [
      "that throws",
      function* () {
        yield batch;
        throw new Error("the disk is gone");
      },
      /^fit: batch 2: the generator threw: the disk is gone$/,
    ],
    [
      "that throws at once",
      // biome-ignore lint/correctness/useYield: it throws instead
      function* () {
        throw new Error("the disk is gone");
      },
      /^fit: batch 1: the generator threw: the disk is gone$/,
    ],
    [
      "that rejects",
      async function* () {
        yield batch;
        throw new Error("the net is gone");
      },
      /^fit: batch 2: the generator threw: the net is gone$/,
    ],
    [
      "that yields a promise which rejects",
      function* () {
        yield batch;
        yield reject(new Error("the net is gone"));
      },
      /^fit: batch 2: the generator threw: the net is gone$/,
    ],
    [
      "with inputs of another shape",
      function* () {
        yield batch;
        yield { x: [[1, 2, 3]], y: [[1]] };
      },
      /^fit: batch 2: model sequential: expected inputs of shape \[batch,2\].*got \[batch,3\]/,
    ],
    [
      "with targets of another shape",
      function* () {
        yield batch;
        yield { x, y: x };
      },
      /^fit: batch 2: meanSquaredError after b.*got \[batch,2\]/,
    ],
    [
      "without examples",
      function* () {
        yield batch;
        yield { x: { data: new Float32Array(0), shape: [0, 2] }, y: { data: new Float32Array(0), shape: [0, 1] } };
      },
      /^fit: batch 2: expected at least one example/,
    ],
    ["without batches", function* () {}, /^fit: expected at least one batch, got none/],
  ])("%s", (_, given, message) => expect(fit(given)).rejects.toThrow(message));
  test("that ends early", async () => {
    const two = function* () {
      yield batch;
      yield batch;
    };
    await expect(fit(two, { stepsPerEpoch: 5 })).rejects.toThrow(/^fit: expected 5 batches for an epoch, got 2; /);
    await expect(fit(two(), { epochs: 2 })).rejects.toThrow(/in epoch 2, got none: a generator is used up after one/);
    const validationData = function* () {
      yield batch;
      throw new Error("gone");
    };
    await expect(make().fit(x, y, { validationData })).rejects.toThrow(
      /^fit: validationData: batch 2: .* threw: gone$/,
    );
  });
  test("yields promises; it is closed at the end of the run and of each epoch", async () => {
    let open = 0;
    const given = () =>
      (function* () {
        open++;
        try {
          for (;;) yield Promise.resolve(batch);
        } finally {
          open--;
        }
      })();
    await fit(given, { stepsPerEpoch: 2, epochs: 3 });
    expect(open).toBe(0);
    const wrong = async function* () {
      open++;
      try {
        yield batch;
        yield { x: [[1]], y };
      } finally {
        open--;
      }
    };
    await expect(fit(wrong)).rejects.toThrow(/batch 2/);
    await Promise.resolve();
    expect(open).toBe(0);
  });
});

describe("a training step of one's own", () => {
  const own = (step: (this: Model, batch: Batch, tools: StepContext) => unknown) => {
    class Net extends Model<any, Tensor, Tensor> {
      readonly dense = layers.dense(1);
      call(v: Tensor): Tensor {
        return this.dense.apply(v);
      }
      trainStep(given: Batch, tools: StepContext) {
        return step.call(this, given, tools) as Record<string, Tensor>;
      }
    }
    return new Net({ seed: 1 }).compile({ optimizer: "adam", loss: "mse" });
  };
  test.each([
    ["returns nothing", () => undefined, /^model net: trainStep: expected figures with a loss, .* got undefined\.$/],
    ["returns no loss", () => ({ other: tensor(1) }), /expected figures with a loss/],
    ["returns a tensor", () => tensor(1), /expected figures with a loss, .* got a tensor\.$/],
    ["returns a number", () => ({ loss: 1 }), /trainStep: loss: expected a tensor with one number, got 1\.$/],
    [
      "returns several numbers",
      () => ({ loss: tensor([1, 2]) }),
      /loss: .* got one of shape \[2\]; take its mean or sum/,
    ],
    ["is async", async () => ({ loss: tensor(1) }), /trainStep: the function must not be async/],
  ])("%s", (_, step, message) => expect(own(step).fit(x, y)).rejects.toThrow(message));
  test("calls minimize otherwise", async () => {
    const wrong = own((_, { minimize }) => ({ loss: minimize(tensor(1) as never, null as never, "adam" as never) }));
    await expect(wrong.fit(x, y)).rejects.toThrow(
      /^minimize: expected a function that computes the loss, a layer and an optimizer .* got .* null and "adam"\.$/,
    );
  });
  test("never calls minimize: nothing moves", async () => {
    const idle = own(() => ({ loss: tensor(2) })).build([2]);
    const before = await idle.getWeights();
    expect((await idle.fit(x, y)).epochs[0]!.loss).toBe(2);
    expect(await idle.getWeights()).toEqual(before);
  });
  test("does not go with accumulate", () =>
    expect(own(() => ({ loss: tensor(2) })).fit(x, y, { accumulate: 2 })).rejects.toThrow(
      /^fit: accumulate: model net has a training step of its own/,
    ));
});

describe("data, callbacks and files", () => {
  test("NaN in one of several inputs: which", async () => {
    const [left, right] = [input([2], { name: "left" }), input([2], { name: "right" })];
    const sum = layers.dense(1).apply(layers.add().apply([left, right]));
    const model = functional({ inputs: { left, right }, outputs: sum }).compile({ loss: "mse" });
    await expect(model.fit({ left: x, right: [...x.slice(1), [1, Number.NaN]] }, y)).rejects.toThrow(
      /got NaN in the inputs right of "data" at \[3,1\]/,
    );
  });
  test("weights of 0 only", async () => {
    const message = /^fit: expected examples whose weights are above 0/;
    await expect(make().fit(x, y, { sampleWeight: [0, 0, 0, 0] })).rejects.toThrow(message);
    const classes = [[0], [1], [0], [1]];
    await expect(make().fit(x, classes, { classWeight: { 0: 0, 1: 0 } })).rejects.toThrow(message);
    expect((await make().fit(x, y, { sampleWeight: [0, 0, 0, 1] })).epochs.length).toBe(1);
  });
  test("a method that is no function", () =>
    expect(make().fit(x, y, { callbacks: [{ onEpochEnd: 5 as never }] })).rejects.toThrow(
      /^fit: callbacks: onEpochEnd: expected a function, got 5\.$/,
    ));
  test("a run goes on with other callbacks: those without a state do not count", async () => {
    const checkpoint = join(folder, "callbacks.checkpoint");
    const remembering = () => {
      const own = {
        seen: 0,
        onEpochEnd: () => void own.seen++,
        state: () => own.seen,
        restore: (n: unknown) => void (own.seen = n as number),
      };
      return own;
    };
    await make().fit(x, y, { epochs: 2, checkpoint, callbacks: [remembering()] });
    const more = { epochs: 3, checkpoint, resume: true };
    await expect(make().fit(x, y, more)).rejects.toThrow(
      /its list of callbacks with a state is callback, that of this one empty/,
    );
    const own = remembering();
    await make().fit(x, y, { ...more, callbacks: [{ onEpochEnd: () => undefined }, own] });
    expect(own.seen).toBe(3);
  });
  test("a file of another model: which tensors differ", async () => {
    const model = make();
    await model.fit(x, y);
    const bytes = await model.toBytes();
    const other = sequential([layers.dense(4, { name: "a" }), layers.dense(1, { name: "c" })], { inputShape: [2] });
    await expect(other.load(bytes)).rejects.toThrow(
      /does not fit: expected float32\[2,4\] for "a\/kernel", .*"a\/bias".*; it lacks .*"c\/kernel".*; and 3 more\.$/,
    );
  });
  test("layers frozen between two runs keep their weights, and the optimizer what it knows", async () => {
    const optimizer = optimizers.adam();
    const model = make();
    model.compile({ optimizer, loss: "mse" });
    await model.fit(x, y);
    const kernel = async () => (await model.getWeights())["a/kernel"]!.data;
    const before = await kernel();
    for (const trainable of [false, true]) {
      model.layers[0]!.trainable = trainable;
      model.compile({ optimizer, loss: "mse" });
      await model.fit(x, y);
      expect(String(await kernel()) === String(before)).toBe(!trainable);
    }
    expect((await optimizer.iterations.data())[0]).toBe(3);
  });
});
