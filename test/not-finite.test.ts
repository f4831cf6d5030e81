// A loss that becomes NaN or infinite: the step is found, taken again as it was, and the layer to blame is named.
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type CallContext,
  callbacks,
  Dataset,
  Layer,
  layers,
  NumericError,
  optimizers,
  type Sequential,
  sequential,
  type Tensor,
} from "../src/index.ts";

/** The logarithm of the sum of an example's numbers: −∞ where dropout has put all of them to zero. */
class LogSum extends Layer {
  override readonly className = "LogSum";
  constructor() {
    super("logSum", {}, []);
  }
  call(x: Tensor): Tensor {
    return x.sum(-1, { keepDims: true }).log();
  }
  override config() {
    return {};
  }
}

/** Divides by a parameter that training leaves at zero, but only in training; and counts its calls in training. */
class Explosive extends Layer {
  override readonly className = "Explosive";
  constructor() {
    super("explosive", {}, []);
  }
  override build(): void {
    this.addParameter("fuse", [], "zeros", { trainable: false });
    this.addParameter("calls", [], "zeros", { trainable: false });
  }
  call(x: Tensor, { training }: CallContext): Tensor {
    if (!training) return x;
    const calls = this.parameter("calls").add(1);
    this.assignParameter("calls", calls);
    this.assignParameter("fuse", calls.less(3).cast("float32"));
    return x.div(calls.less(3).cast("float32"));
  }
  override config() {
    return {};
  }
}

const flat = async (model: Sequential): Promise<number[]> =>
  Object.values(await model.getWeights()).flatMap(({ data }) => Array.from(data));

const ones = (count: number, width: number): Dataset =>
  Dataset.from({ inputs: new Array(count).fill(new Array(width).fill(1)), targets: new Array(count).fill([0]) });

/** Trains and gives the message of the error, or null. */
async function failure(run: Promise<unknown>): Promise<string | null> {
  return run.then(
    () => null,
    (error: Error) => error.message,
  );
}

afterEach(() => vi.restoreAllMocks());

// One step a call and a snapshot before each; many steps a call and one snapshot at the beginning.
describe.each(["slow", "fast"])("with a %s clock", (clock) => {
  const setClock = (): void => {
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => (clock === "slow" ? (time += 1000) : 0));
  };

  test("the step has the random key that it had, and the weights stay as they were before it", async () => {
    setClock();
    const make = (): Sequential => {
      const model = sequential([layers.dense(3), layers.dropout(0.5), new LogSum()], { inputShape: [3], seed: 1 });
      model.setWeights({ "dense_1/kernel": [3, 3, 3].map(() => [1, 1, 1]) });
      model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss: (t, p) => p.sub(t).square() });
      return model;
    };
    const options = { batchSize: 1, seed: 3, shuffle: false, epochs: 1 };
    const model = make();
    const error = await model.fit(ones(100, 3), options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NumericError);
    const { message, ...found } = error as NumericError;
    expect(message).toMatch(/^the loss became Infinity in epoch 1, step \d+ of 100: the first layer whose/);
    expect(message).toContain("whose output is not finite is log_sum_1. Try");
    const step = Number(/step (\d+)/.exec(message)![1]);
    expect(found).toMatchObject({ loss: Infinity, epoch: 1, step });
    expect(step).toBeGreaterThan(1);
    const before = make();
    expect(await failure(before.fit(ones(step - 1, 3), options))).toBeNull();
    expect(await flat(model)).toEqual(await flat(before));
    expect(await model.training!.optimizer.iterations.array()).toBe(step - 1);
    expect(await failure(make().fit(ones(step, 3), options))).toContain(`step ${step} of ${step}: `);
    // The model can be trained on.
    expect(await failure(model.fit(ones(1, 3), { ...options, epochs: 2, seed: 4 }))).toBeNull();
  });

  test("a layer that explodes only in training is named, and its statistics are those before the step", async () => {
    setClock();
    const model = sequential([layers.dense(2), new Explosive(), layers.dense(1)], { inputShape: [2], seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01 }), loss: "mse" });
    const message = await failure(model.fit(ones(10, 2), { batchSize: 2 }));
    expect(message).toMatch(/epoch 1, step 3 of 5: the first layer whose output is not finite is explosive_1\. Try/);
    expect((await flat(model)).every(Number.isFinite)).toBe(true);
    expect((await model.getWeights())["explosive_1/calls"]!.data).toEqual(Float32Array.of(2));
  });

  test("epochs and learning rates are gone through again", async () => {
    setClock();
    const rates = [0.01, 0.02, 1e25];
    const make = (): Sequential => {
      const model = sequential([layers.dense(2, { name: "hidden" }), layers.dense(1)], { inputShape: [2], seed: 1 });
      model.compile({ optimizer: optimizers.sgd({ momentum: 0.9 }), loss: "mse" });
      return model;
    };
    const options = {
      batchSize: 2,
      shuffle: false,
      callbacks: [callbacks.learningRateScheduler((epoch) => rates[epoch]!)],
    };
    const model = make();
    const message = await failure(model.fit(ones(7, 2), { ...options, epochs: 3 }));
    expect(message).toContain("epoch 3, step 2 of 4: ");
    expect(message).toContain("(it is 1e+25)");
    const before = make();
    await before.fit(ones(7, 2), { ...options, epochs: 2 });
    await before.fit(ones(2, 2), { ...options, initialEpoch: 2, epochs: 3 });
    expect(await flat(model)).toEqual(await flat(before));
  });
});

test("a step of the examples that are left over is found again", async () => {
  const model = sequential([layers.dense(1, { useBias: false, name: "hidden" })], { inputShape: [1], seed: 1 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
  const inputs = [1, 1, 1, 1, 1, 1, 1e30].map((x) => [x]);
  const run = model.fit(
    inputs,
    inputs.map(() => [0]),
    { batchSize: 3, shuffle: false },
  );
  expect(await failure(run)).toMatch(/step 3 of 3: every layer.s output is still finite/);
});

test("weights that an update made infinite are named", async () => {
  const model = sequential([layers.dense(1, { kernelInitializer: "ones", name: "hidden" })], { inputShape: [1] });
  // The gradient of the root is infinite at 0, where the loss itself is 0.
  model.compile({ optimizer: "sgd", loss: (t, p) => p.sub(t).abs().sqrt() });
  expect(await failure(model.fit([[1], [2]], [[1], [1]], { batchSize: 1, shuffle: false }))).toMatch(
    /step 2 of 2: the first layer whose output is not finite is hidden, whose kernel is no longer finite\. Try/,
  );
});

test("where a callback changed the weights, so that it cannot be found again, that is said", async () => {
  const model = sequential([layers.dense(1, { useBias: false })], { inputShape: [1], seed: 1 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
  const spoil = () => model.setWeights({ "dense_1/kernel": [[1e30]] });
  vi.spyOn(performance, "now").mockReturnValue(0);
  expect(await failure(model.fit(ones(4, 1), { batchSize: 4, epochs: 2, callbacks: [{ onEpochEnd: spoil }] }))).toMatch(
    /epoch 2, step 1 of 1: it stayed finite when these steps were taken again/,
  );
});

test("a cell of one's own, which computes in a loop, leaves the layer around it to be named", async () => {
  class Cell extends Layer {
    readonly stateSize = 1;
    readonly outputSize = 1;
    readonly inner = layers.dense(1);
    call({ x, states: [h] }: { x: Tensor; states: Tensor[] }) {
      const output = this.inner.apply(x.add(h!));
      return { output, states: [output] };
    }
  }
  const model = sequential([layers.rnn(new Cell() as never), layers.dense(1)], { inputShape: [5, 1], seed: 1 });
  model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: "mse" });
  const x = { data: new Float32Array(20).fill(1), shape: [4, 5, 1] };
  const y = [[0], [1], [2], [3]];
  expect((await model.diagnose(x, y)).layers.map(({ path }) => path)).toEqual(["rnn_1", "dense_1"]);
  expect(await failure(model.fit(x, y, { epochs: 9 }))).toMatch(/first layer whose output is not finite is rnn_1/);
});
