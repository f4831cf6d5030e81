// Training: that it learns, that the same seed gives the same bits, that it can be watched and stopped.
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Callback,
  callbacks,
  Dataset,
  type FitOptions,
  layers,
  loadModel,
  losses,
  type Model,
  optimizers,
  type Progress,
  sequential,
  tensor,
} from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const xor = Dataset.from({
  inputs: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
  targets: [[0], [1], [1], [0]],
  name: "xor",
});

function xorModel(seed = 1) {
  const model = sequential([layers.dense(8, { activation: "tanh" }), layers.dense(1, { activation: "sigmoid" })], {
    seed,
  });
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: "binaryCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** Points in four quarters of a square as bytes, with the quarter for a class. */
function quarters(count: number, seed: number): Dataset {
  const random = hostRandom(seed);
  const data = Uint8Array.from({ length: 2 * count }, () => random.below(256));
  const targets = Uint8Array.from(
    { length: count },
    (_, i) => Number(data[2 * i]! > 127) + 2 * Number(data[2 * i + 1]! > 127),
  );
  return Dataset.from({
    inputs: { data, shape: [count, 2], scale: 1 / 128, offset: -1 },
    targets,
    classNames: ["a", "b", "c", "d"],
    name: "quarters",
  });
}
const points = quarters(70, 1);

function quartersModel(dropout = 0) {
  const model = sequential([layers.dense(6, { activation: "relu" }), layers.dropout(dropout), layers.dense(4)]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.02 }),
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });
  return model;
}

/** The weights after a run, as one list of numbers. */
async function weightsAfter(options: FitOptions, { data = points, dropout = 0.3 } = {}): Promise<number[]> {
  const model = quartersModel(dropout);
  await model.fit(data, options);
  return flat(model);
}
const flat = async (model: Model): Promise<number[]> =>
  Object.values(await model.getWeights()).flatMap(({ data }) => Array.from(data));

describe("it learns", () => {
  test("XOR from a fixed seed", async () => {
    const model = xorModel();
    const history = await model.fit(xor, { epochs: 100, batchSize: 4 });
    expect(history.epochs).toHaveLength(100);
    expect(history.epochs.at(-1)!.loss).toBeLessThan(0.01);
    expect(history.epochs.at(-1)!.loss).toBeLessThan(history.epochs[0]!.loss);
    expect(await model.evaluate(xor)).toMatchObject({ accuracy: 1 });
    const answers = (
      await model.predict([
        [0, 0],
        [0, 1],
        [1, 0],
        [1, 1],
      ])
    ).data();
    expect(Array.from(await answers, Math.round)).toEqual([0, 1, 1, 0]);
  });
  test("classes of scaled bytes, by names alone", async () => {
    const model = quartersModel();
    await model.fit(points, { epochs: 60, batchSize: 16 });
    expect((await model.evaluate(quarters(200, 2)))["accuracy"]).toBeGreaterThan(0.9);
  });
  test.each(["sgd", "adam", "adamW", "rmsprop", "adagrad"] as const)("with %s", async (optimizer) => {
    const model = sequential([layers.dense(1)], { seed: 1 });
    model.compile({ optimizer: optimizers[optimizer]({ learningRate: 0.1 }), loss: "mse" });
    const x = [[0], [1], [2], [3]];
    const before = (await model.evaluate(x, [[1], [3], [5], [7]])).loss;
    await model.fit(x, [[1], [3], [5], [7]], { epochs: 30 });
    expect((await model.evaluate(x, [[1], [3], [5], [7]])).loss).toBeLessThan(before / 4);
  });
  test("on a loss of one's own", async () => {
    const model = sequential([layers.dense(1)], { seed: 1 });
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: (t, p) => p.sub(t).square().mean() });
    const { epochs } = await model.fit([[1], [2]], [[3], [6]], { epochs: 160 });
    expect(epochs.at(-1)!.loss).toBeLessThan(0.01);
    await expect(loadModel(await model.toBytes())).resolves.toMatchObject({ training: null });
  });
  test("data in every form mean the same", async () => {
    const [x, y] = [
      [
        [0, 1],
        [1, 0],
        [1, 1],
      ],
      [[1], [0], [1]],
    ];
    const forms: ((model: ReturnType<typeof xorModel>) => Promise<{ loss: number }>)[] = [
      (m) => m.evaluate(x, y),
      (m) => m.evaluate({ x, y }),
      (m) => m.evaluate({ inputs: x, targets: y }),
      (m) => m.evaluate(tensor(x), tensor(y)),
      (m) => m.evaluate({ data: new Float32Array([0, 1, 1, 0, 1, 1]), shape: [3, 2] }, new Uint8Array([1, 0, 1])),
      (m) => m.evaluate(Dataset.from({ inputs: x, targets: y })),
    ];
    const model = xorModel();
    const results: number[] = [];
    for (const form of forms) results.push((await form(model)).loss);
    expect(results[0]).toBeGreaterThan(0);
    expect(new Set(results).size).toBe(1);
  });
});

describe("the same bits", () => {
  afterEach(() => vi.restoreAllMocks());

  test("the same seed gives the same weights; another seed others", async () => {
    const options = { epochs: 3, batchSize: 16, seed: 5 };
    const weights = await weightsAfter(options);
    expect(await weightsAfter(options)).toEqual(weights);
    expect(await weightsAfter({ ...options, seed: 6 })).not.toEqual(weights);
    expect(await weightsAfter(options, { data: quarters(70, 1) })).toEqual(weights);
  });
  test("however many steps a call takes", async () => {
    const steps = async (clock: () => number): Promise<{ weights: number[]; calls: number }> => {
      vi.spyOn(performance, "now").mockImplementation(clock);
      let calls = 0;
      const weights = await weightsAfter({ epochs: 3, batchSize: 4, callbacks: [{ onProgress: () => void calls++ }] });
      vi.restoreAllMocks();
      return { weights, calls };
    };
    let time = 0;
    const slow = await steps(() => (time += 1000)); // every call seems to last a second: one step a call
    const fast = await steps(() => 0); // no call seems to last: eight times as many steps each time
    expect(slow.calls).toBe(3 * 18);
    expect(fast.calls).toBeLessThan(12);
    expect(fast.weights).toEqual(slow.weights);
  });
  test("dropout, order and weights come from the seed alone", async () => {
    const options = { epochs: 2, batchSize: 16, seed: 5 };
    expect(await weightsAfter(options, { dropout: 0.5 })).not.toEqual(await weightsAfter(options, { dropout: 0 }));
    expect(await weightsAfter({ ...options, shuffle: false })).not.toEqual(await weightsAfter(options));
  });
  test("each epoch has an order of its own, and each step a mask of its own", async () => {
    const options = { batchSize: 16, seed: 5 };
    const [first, second] = [
      await weightsAfter({ ...options, epochs: 1 }, { dropout: 0 }),
      await weightsAfter({ ...options, initialEpoch: 1, epochs: 2 }, { dropout: 0 }),
    ];
    expect(second).not.toEqual(first);
    // Each of 20 steps adds 2 to a weight whose input is kept: with one mask for all, every weight would be 0 or 40.
    const model = sequential([layers.dropout(0.5), layers.dense(1, { useBias: false, kernelInitializer: "zeros" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: (_, p) => p.neg() });
    await model.fit(tensor(new Float32Array(2000).fill(1), { shape: [20, 100] }), new Float32Array(20), {
      batchSize: 1,
    });
    const sums = await flat(model);
    expect(sums.every((v) => v > 0 && v < 40)).toBe(true);
    expect(Math.abs(sums.reduce((a, b) => a + b) / 100 - 20)).toBeLessThan(2);
  });
  test("looking at the training data in between changes nothing", async () => {
    const options = { epochs: 3, batchSize: 16, seed: 5 };
    const look: Callback = { onProgress: async (_, run) => void (await run.model.evaluate(points)) };
    expect(await weightsAfter({ ...options, callbacks: [look] })).toEqual(await weightsAfter(options));
  });
  test("a run in two parts is the run in one", async () => {
    const whole = quartersModel(0.3);
    await whole.fit(points, { epochs: 4, batchSize: 16, seed: 5 });
    const parts = quartersModel(0.3);
    await parts.fit(points, { epochs: 2, batchSize: 16, seed: 5 });
    await parts.fit(points, { epochs: 4, initialEpoch: 2, batchSize: 16, seed: 5 });
    expect(await flat(parts)).toEqual(await flat(whole));
  });
  test.each(["sgd", "adam", "adamW", "rmsprop", "adagrad"] as const)(
    "saved and loaded in between, with %s",
    async (name) => {
      const make = () => {
        const model = sequential([layers.dense(6, { activation: "relu" }), layers.dropout(0.3), layers.dense(4)]);
        model.compile({
          optimizer: optimizers[name]({ learningRate: 0.013, ...(name === "sgd" && { momentum: 0.9 }) }),
          loss: "sparseCategoricalCrossentropy",
          metrics: ["accuracy"],
        });
        return model;
      };
      const whole = make();
      await whole.fit(points, { epochs: 4, batchSize: 16, seed: 5 });
      const begun = make();
      await begun.fit(points, { epochs: 2, batchSize: 16, seed: 5 });
      const loaded = await loadModel(await begun.toBytes());
      const rest = { epochs: 4, initialEpoch: 2, batchSize: 16, seed: 5 };
      const history = await loaded.fit(points, rest);
      expect(await flat(loaded)).toEqual(await flat(whole));
      expect(history.epochs[0]).toHaveProperty("accuracy");
      // And into a model that is already there.
      const other = make();
      await other.load(await begun.toBytes());
      await other.fit(points, rest);
      expect(await flat(other)).toEqual(await flat(whole));
      // Without the optimizer's state it goes on differently, where there is any.
      const bare = await loadModel(await begun.toBytes({ includeOptimizer: false }));
      await bare.fit(points, rest);
      expect(await flat(bare)).not.toEqual(await flat(whole));
    },
  );
});

describe("batches", () => {
  /** A model whose weight counts: the loss is −p, so that each step of rate 1 adds the mean input. */
  const counter = () => {
    const model = sequential([layers.dense(1, { useBias: false, kernelInitializer: "zeros" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: (_, p) => p.neg() });
    return model;
  };
  const ones = Dataset.from({ inputs: new Array(10).fill([1]), targets: new Array(10).fill([0]) });
  test.each([
    [4, 3],
    [5, 2],
    [10, 1],
    [64, 1],
    [1, 10],
    [3, 4],
  ])("of %i make %i steps an epoch", async (batchSize, steps) => {
    const model = counter();
    let last: Progress | null = null;
    await model.fit(ones, { batchSize, epochs: 2, callbacks: [{ onProgress: (p) => void (last = p) }] });
    expect(await flat(model)).toEqual([2 * steps]);
    expect(last).toMatchObject({ step: steps, steps, epoch: 1, epochs: 2 });
  });
  test("every example once an epoch, the last smaller batch included", async () => {
    const model = counter();
    // Powers of two in batches of one: the sum tells which were seen, and how often.
    const powers = Dataset.from({
      inputs: Array.from({ length: 10 }, (_, i) => [2 ** i]),
      targets: new Array(10).fill([0]),
    });
    await model.fit(powers, { batchSize: 1, seed: 3 });
    expect(await flat(model)).toEqual([1023]);
    const other = counter();
    await other.fit(powers, { batchSize: 4, shuffle: false });
    expect(await flat(other)).toEqual([15 / 4 + (16 * 15) / 4 + (256 * 3) / 2]);
  });
  test("validationSplit holds the end back", async () => {
    const model = counter();
    const data = Dataset.from({ inputs: [[1], [1], [100], [200]], targets: new Array(4).fill([0]) });
    const { epochs } = await model.fit(data, { batchSize: 1, validationSplit: 0.5 });
    expect(await flat(model)).toEqual([2]);
    expect(epochs[0]!["valLoss"]).toBe(-300);
  });
  test("evaluate and predict do not depend on the batch", async () => {
    const model = quartersModel();
    model.build([2], { seed: 4 });
    const whole = await model.evaluate(points, { batchSize: 70 });
    const parts = await model.evaluate(points, { batchSize: 9 });
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
    expect(parts["accuracy"]).toBe(whole["accuracy"]);
    const [a, b] = [await model.predict(points), await model.predict(points, { batchSize: 9 })];
    expect(b.shape).toEqual([70, 4]);
    const wanted = await a.data();
    (await b.data()).forEach((v, i) => expect(v).toBeCloseTo(wanted[i]!, 5));
  });
  test("arrays of one's own may change between runs", async () => {
    const model = counter();
    const x = new Float32Array([1, 1]);
    const y = new Float32Array(2);
    await model.fit({ data: x, shape: [2, 1] }, { data: y, shape: [2, 1] });
    x.fill(5);
    await model.fit({ data: x, shape: [2, 1] }, { data: y, shape: [2, 1] });
    expect(await flat(model)).toEqual([6]);
  });
  test("arrays that differ in targets, scale or offset alone are not taken for each other", async () => {
    const model = counter();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: (t, p) => p.mul(t).neg() });
    const run = (x: object, y: object) =>
      model.fit(
        { data: Float32Array.of(1, 1), shape: [2, 1], ...x },
        { data: Float32Array.of(1, 1), shape: [2, 1], ...y },
      );
    let sum = 0;
    for (const [x, y, step] of [
      [{}, {}, 1],
      [{ offset: 3 }, {}, 4],
      [{ scale: 2, offset: 3 }, {}, 5],
      [{ scale: 2, offset: 5 }, {}, 7],
      [{ scale: 2, offset: 5 }, { data: Float32Array.of(10, 10) }, 70],
      [{ scale: 2, offset: 5 }, { data: Uint8Array.of(3, 3) }, 21],
    ] as const) {
      await run(x, y);
      expect(await flat(model)).toEqual([(sum += step)]);
    }
  });
  test("validation on arrays as large as the training arrays measures its own", async () => {
    const { epochs } = await counter().fit([[1], [1]], [[0], [0]], {
      validationData: [
        [[7], [7]],
        [[0], [0]],
      ],
    });
    expect(epochs[0]).toMatchObject({ valLoss: -7 });
  });
});

describe("it can be watched", () => {
  test("history and callbacks tell the same, in order", async () => {
    const model = xorModel();
    const told: string[] = [];
    const listener: Callback = {
      onTrainBegin: (run) => void told.push(`begin ${run.epochs} ${run.steps} ${run.size} ${run.batchSize}`),
      onEpochBegin: (epoch) => void told.push(`epoch ${epoch}`),
      onProgress: ({ epoch, step, loss, metrics }) =>
        void told.push(`progress ${epoch} ${step} ${loss > 0} ${"accuracy" in metrics}`),
      onEpochEnd: (record) => void told.push(`end ${record.epoch} ${record["valAccuracy"] !== undefined}`),
      onTrainEnd: (history) => void told.push(`done ${history.epochs.length} ${history.stopped}`),
    };
    const history = await model.fit(xor, {
      epochs: 3,
      initialEpoch: 1,
      batchSize: 4,
      callbacks: [listener],
      validationData: xor,
    });
    expect(told).toEqual([
      "begin 3 1 4 4",
      "epoch 1",
      "progress 1 1 true true",
      "end 1 true",
      "epoch 2",
      "progress 2 1 true true",
      "end 2 true",
      "done 2 null",
    ]);
    expect(Object.keys(history.epochs[0]!)).toEqual(["epoch", "loss", "accuracy", "valLoss", "valAccuracy", "seconds"]);
    expect(history.epochs[1]!["valLoss"]).toBeCloseTo((await model.evaluate(xor)).loss, 6);
  });
  test.each([1, 2] as const)("without a terminal verbose %i prints a line for each epoch", async (verbose) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await xorModel().fit(xor, { epochs: 2, verbose });
    await xorModel().fit(xor, { epochs: 2, verbose: 0 });
    await xorModel().fit(xor, { epochs: 2 });
    expect(log.mock.calls.map(([line]) => line)).toEqual([
      expect.stringMatching(/^epoch 1\/2 · loss [\d.]+ · accuracy [\d.]+ % · [\d.]+ m?s$/),
      expect.stringMatching(/^epoch 2\/2 · /),
    ]);
    log.mockRestore();
  });
  test("in a terminal it shows a live line by default, which 0 silences and 2 turns into lines", async () => {
    const written: string[] = [];
    const stdout = Object.defineProperties(Object.create(process.stdout), {
      isTTY: { value: true },
      columns: { value: 80 },
      write: { value: (text: string) => void written.push(text) },
    });
    vi.spyOn(process, "stdout", "get").mockReturnValue(stdout);
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const shown = async (options: FitOptions): Promise<string> => {
      written.length = 0;
      await xorModel().fit(xor, { epochs: 3, ...options });
      return written.join("").replaceAll("\x1b[K", "<erase>");
    };
    const live = await shown({ validationData: xor });
    expect(live).toMatch(/^\r█.* epoch 1\/3 .* left<erase>/);
    expect(live).toMatch(/100 % {2}epoch 3\/3 · loss [\d.]+ · accuracy [\d.]+ % · .*<erase>\n$/);
    for (const line of live.split(/\r|<erase>\n?/)) expect(line.length).toBeLessThan(80);
    expect(await shown({ verbose: 0 })).toBe("");
    expect(log).not.toHaveBeenCalled();
    expect(await shown({ verbose: 2 })).toBe("");
    expect(log).toHaveBeenCalledTimes(3);
    // An error leaves the line whole, so that what is printed next begins on a new one.
    const failing = () => {
      throw new Error("mine");
    };
    await expect(shown({ onProgress: (p) => void (p.epoch === 2 && failing()) })).rejects.toThrow("mine");
    expect(written.at(-1)).toBe("\n");
    vi.restoreAllMocks();
  });
  test("progress is told first, about every 16 ms, and last", async () => {
    const gaps: number[] = [];
    const told: number[] = [];
    let last = 0;
    const start = performance.now();
    const onProgress = ({ epoch }: Progress) => {
      const now = performance.now();
      gaps.push(now - last);
      [last] = [now];
      told.push(epoch);
    };
    // Epochs of one short step: without a limit each would be told.
    await xorModel().fit(xor, { epochs: 2000, batchSize: 4, onProgress });
    expect(told[0]).toBe(0);
    expect(told.at(-1)).toBe(1999);
    // All but the first, and the last one, which is told whenever it comes.
    expect(Math.min(...gaps.slice(1, -1))).toBeGreaterThan(11);
    expect(told.length).toBeLessThan(3 + (performance.now() - start) / 11);
  });
  test("timers fire while it trains", async () => {
    const model = xorModel();
    const control = new AbortController();
    setTimeout(() => control.abort(), 30);
    // Without air this run would take its million epochs.
    expect(await model.fit(xor, { epochs: 1e6, batchSize: 4, signal: control.signal })).toMatchObject({
      stopped: "aborted",
    });
  });
  test("timers fire between short runs too", async () => {
    const model = xorModel();
    let fired = false;
    setTimeout(() => (fired = true), 30);
    const start = performance.now();
    while (!fired && performance.now() - start < 5000) await model.fit(xor, { epochs: 10, batchSize: 4 });
    expect(fired).toBe(true);
  });
  test("early stopping ends the run and gives the best weights back", async () => {
    // A rate that grows lets the loss fall at first and rise later.
    const model = sequential([layers.dense(1, { useBias: false, kernelInitializer: "zeros" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
    const seen: number[] = [];
    const rates = [0.4, 0.4, 0, 1.2, 1.2, 1.2];
    const history = await model.fit([[1]], [[1]], {
      epochs: 6,
      validationData: [[[1]], [[1]]],
      callbacks: [
        callbacks.learningRateScheduler((epoch) => rates[epoch]!),
        callbacks.earlyStopping({ patience: 2, restoreBestWeights: true }),
        { onEpochEnd: async (_, run) => void seen.push((await run.model.getWeights())["dense_1/kernel"]!.data[0]!) },
      ],
    });
    expect(history.epochs.map((e) => e["valLoss"]!.toFixed(4))).toEqual(["0.0400", "0.0016", "0.0016", "0.0031"]);
    expect(history.stopped).toBe("valLoss did not improve in 2 epochs");
    expect(await flat(model)).toEqual([seen[1]]);
  });
  test("early stopping begins anew with each run, and counts epochs in a row", async () => {
    const model = sequential([layers.dense(1, { useBias: false, kernelInitializer: "zeros" })]);
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
    const early = callbacks.earlyStopping({ monitor: "loss", patience: 2, restoreBestWeights: true });
    /** Runs epochs with these weights, whose losses are (1 − w)². */
    const run = async (...weights: number[]): Promise<number> => {
      const { epochs } = await model.fit([[1]], [[1]], {
        epochs: weights.length,
        callbacks: [
          { onEpochBegin: (epoch, { model }) => model.setWeights({ "dense_1/kernel": [[weights[epoch]!]] }) },
          early,
        ],
      });
      return epochs.length;
    };
    // Two epochs without improvement, but not in a row; the third run is worse than the second from the start.
    expect(await run(0.5, 0.4, 0.6, 0.5, 0.8, 0.9)).toBe(6);
    expect(await flat(model)).toEqual([Math.fround(0.9)]);
    expect(await run(0.1, 0.2, 0, 0, 0.9)).toBe(4);
    expect(await flat(model)).toEqual([Math.fround(0.2)]);
    // A run that ends before its first epoch has no best weights.
    model.setWeights({ "dense_1/kernel": [[7]] });
    await model.fit([[1]], [[1]], { callbacks: [early], signal: AbortSignal.abort() });
    expect(await flat(model)).toEqual([7]);
  });
  test("learning rates are scheduled without another compilation", async () => {
    const model = xorModel();
    const rates: number[] = [];
    await model.fit(xor, {
      epochs: 3,
      callbacks: [
        callbacks.learningRateScheduler((_, rate) => rate / 2),
        { onEpochEnd: async () => void rates.push(await model.training!.optimizer.currentLearningRate()) },
      ],
    });
    expect(rates).toEqual([0.05, 0.025, 0.0125]);
  });
});

describe("it can be stopped", () => {
  test("by a signal, within an epoch, keeping what was learned", async () => {
    const control = new AbortController();
    const model = quartersModel();
    model.build([2]);
    const before = await flat(model);
    let ended: string | null = null;
    const history = await model.fit(points, {
      epochs: 5,
      batchSize: 1,
      signal: control.signal,
      callbacks: [{ onProgress: () => control.abort(), onTrainEnd: (h) => void (ended = h.stopped) }],
    });
    expect(history.stopped).toBe("aborted");
    expect(ended).toBe("aborted");
    expect(history.epochs).toEqual([]);
    expect(await flat(model)).not.toEqual(before);
    // And another run is possible.
    expect((await model.fit(points)).epochs).toHaveLength(1);
  });
  test("by a signal before it begins", async () => {
    const model = xorModel();
    model.build([2]);
    const before = await flat(model);
    const history = await model.fit(xor, { signal: AbortSignal.abort() });
    expect(history).toMatchObject({ epochs: [], stopped: "aborted" });
    expect(await flat(model)).toEqual(before);
  });
  test("by a callback, between epochs", async () => {
    const history = await xorModel().fit(xor, {
      epochs: 5,
      callbacks: [{ onEpochEnd: (record, run) => void (record.epoch === 1 && run.stop("enough")) }],
    });
    expect(history.epochs).toHaveLength(2);
    expect(history.stopped).toBe("enough");
  });
  test("after the last step of an epoch, which counts", async () => {
    const history = await xorModel().fit(xor, {
      epochs: 5,
      batchSize: 4,
      callbacks: [{ onProgress: (_, run) => run.stop("enough") }],
    });
    expect(history.epochs).toHaveLength(1);
    expect(history.stopped).toBe("enough");
  });
  test("by an error of a callback, after which the model is free again", async () => {
    const model = xorModel();
    await expect(
      model.fit(xor, {
        callbacks: [
          {
            onEpochEnd: () => {
              throw new Error("mine");
            },
          },
        ],
      }),
    ).rejects.toThrow("mine");
    expect((await model.fit(xor)).epochs).toHaveLength(1);
  });
  test("an evaluation by its signal", async () => {
    await expect(xorModel().evaluate(xor, { signal: AbortSignal.abort(new Error("no time")) })).rejects.toThrow(
      "no time",
    );
  });
});

describe("models", () => {
  test("a summary before and after shapes are known", () => {
    const model = sequential(
      [
        layers.flatten(),
        layers.dense(128, { activation: "relu", name: "hidden" }),
        layers.dense(10, { trainable: false }),
      ],
      { name: "digits" },
    );
    expect(model.summary()).toContain("Shapes are known after the first fit");
    model.declare([28, 28]);
    const rule = "─".repeat(45);
    expect(model.summary()).toBe(
      [
        "Model digits, inputs [batch,28,28]",
        rule,
        "Layer (class)        Output shape  Parameters",
        rule,
        "flatten_1 (Flatten)  [batch,784]            0",
        "hidden (Dense)       [batch,128]      100,480",
        "dense_1 (Dense)      [batch,10]         1,290",
        rule,
        "Total: 101,770 parameters (397.5 KiB); 100,480 trainable, 1,290 not",
      ].join("\n"),
    );
  });
  test("the seed of fit makes the weights of a model without one; the model's own goes first", async () => {
    const first = async (own: number | undefined, ofFit: number): Promise<number[]> => {
      const model = sequential([layers.dense(2)], own === undefined ? {} : { seed: own });
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0 }), loss: "mse" });
      await model.fit([[1, 2]], [[0, 0]], { seed: ofFit });
      return flat(model);
    };
    expect(await first(undefined, 3)).toEqual(await first(3, 4));
    expect(await first(undefined, 3)).not.toEqual(await first(undefined, 4));
  });
  test("weights by name, there and back, and some alone", async () => {
    const model = xorModel();
    model.build([2]);
    const weights = await model.getWeights();
    expect(Object.keys(weights)).toEqual(["dense_1/kernel", "dense_1/bias", "dense_2/kernel", "dense_2/bias"]);
    const bias = [1, 2, 3, 4, 5, 6, 7, 8];
    model.setWeights({ "dense_1/bias": bias });
    expect(await model.getWeights()).toEqual({
      ...weights,
      "dense_1/bias": { data: Float32Array.from(bias), shape: [8], dtype: "float32" },
    });
    model.setWeights(weights);
    expect(await model.getWeights()).toEqual(weights);
  });
  test("a second compile keeps the weights", async () => {
    const model = xorModel();
    await model.fit(xor, { epochs: 5 });
    const weights = await flat(model);
    model.compile({ optimizer: "sgd", loss: losses.binaryCrossentropy() });
    expect(await flat(model)).toEqual(weights);
    await model.fit(xor);
    expect(await flat(model)).not.toEqual(weights);
  });
});

describe("what compile is given by name", () => {
  const model = () => sequential([layers.dense(1)], { inputShape: [1] });
  test("is loaded by the first fit, and known before it", async () => {
    const named = model().compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
    expect(() => named.training).toThrow(
      /^model\.training: "adam" was given to compile by name, and is loaded by the first fit or evaluate\./,
    );
    await named.fit([[1]], [[2]], { verbose: 0 });
    expect(named.training!.optimizer.name).toBe("adam");
    expect(named.training!.objectives[0]!.metrics[0]!.name).toBe("meanAbsoluteError");
    expect(await named.loadTraining()).toBe(named.training);
  });
  test("is loaded once, however many ask", async () => {
    const named = model().compile({ optimizer: "adam", loss: "mse" });
    const [a, b] = await Promise.all([named.loadTraining(), named.loadTraining()]);
    expect(a).toBe(b);
    expect(await model().loadTraining()).toBeNull();
  });
  test("things themselves need no loading", () => {
    const { training } = model().compile({ optimizer: optimizers.adam(), loss: losses.meanSquaredError() });
    expect(training!.objectives[0]!.loss.name).toBe("meanSquaredError");
  });
  test("a name is wrong at once, a contradiction at the first fit", async () => {
    expect(() => model().compile({ optimizer: "adma" as "adam", loss: "mse" })).toThrow(/Did you mean "adam"\?/);
    expect(() => model().compile({ loss: "msee" as "mse" })).toThrow(/^unknown loss "msee"\. Did you mean/);
    expect(() => model().compile({ loss: "mse", metrics: ["acuracy" as "accuracy"] })).toThrow(
      /Did you mean "accuracy"/,
    );
    const squashed = sequential([layers.dense(3, { activation: "softmax" })], { inputShape: [2, 1] });
    squashed.compile({ loss: "ctc" });
    await expect(squashed.fit([[[1], [2]]], [[1]], { verbose: 0 })).rejects.toThrow(
      /^compile: ctc expected logits, got probabilities from the last activation, softmax/,
    );
  });
});
