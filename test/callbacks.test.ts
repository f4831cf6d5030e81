// Callbacks: when they act, what they write, what they remember, and what an error in one of them costs.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import {
  type Callback,
  callbacks,
  layers,
  loadModel,
  losses,
  optimizers,
  schedules,
  sequential,
  type TrainingRun,
} from "../src/index.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-callbacks-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A model whose weight w the tests set, on data where its loss is (1 − w)². */
function still(rate = 1) {
  const model = sequential([layers.dense(1, { useBias: false, kernelInitializer: "zeros" })], { inputShape: [1] });
  return model.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: losses.meanSquaredError() });
}

/** A run of which callbacks use the model only. */
const runOf = (model: object, stop = () => {}): TrainingRun => ({ model, stop }) as unknown as TrainingRun;

/** Tells a callback of epochs with these measures, and gives the learning rate after each. */
async function ratesAfter(callback: Callback, values: readonly number[], rate = 1, from = 0): Promise<number[]> {
  const model = still(rate);
  const rates: number[] = [];
  for (const [i, valLoss] of values.entries()) {
    await callback.onEpochEnd!({ epoch: from + i, seconds: 1, loss: 9, valLoss }, runOf(model));
    rates.push(await model.training!.optimizer.currentLearningRate());
  }
  return rates;
}

describe("swapEMAWeights", () => {
  const data = { x: [[1], [2]], y: [[3], [1]] };
  const make = () => {
    const dense = layers.dense(1, { useBias: false, kernelInitializer: "zeros" });
    const optimizer = optimizers.sgd({ learningRate: 0.1, useEma: true, emaMomentum: 0.5 });
    return sequential([dense, layers.batchNormalization({ trainable: false })], { inputShape: [1] }).compile({
      optimizer,
      loss: losses.meanSquaredError(),
    });
  };
  const kernelOf = async (model: ReturnType<typeof make>) => (await model.getWeights())["dense_1/kernel"]!.data[0]!;

  test("validation is measured with the means, and training goes on with the model's own weights", async () => {
    const [plain, swapped] = [make(), make()];
    const options = { epochs: 3, shuffle: false, batchSize: 1, verbose: 0, validationData: data } as const;
    const seen: number[] = [];
    const watch: Callback = { onTestBegin: async () => void seen.push(await kernelOf(swapped)) };
    const own: number[] = [];
    const watchOwn: Callback = { onEpochEnd: async () => void own.push(await kernelOf(plain)) };
    const before = await plain.fit(data, { ...options, callbacks: [watchOwn] });
    const after = await swapped.fit(data, { ...options, callbacks: [callbacks.swapEMAWeights(), watch] });
    // The same training, to the last bit, and the same means at the end.
    expect(after.epochs.map(({ loss }) => loss)).toEqual(before.epochs.map(({ loss }) => loss));
    expect(await kernelOf(swapped)).toBe(await kernelOf(plain));
    expect(after.epochs[0]!.valLoss).not.toBe(before.epochs[0]!.valLoss);
    expect(seen[0]).not.toBe(own[0]);
    expect(seen[2]).toBe(await kernelOf(swapped)); // the last means stay
  });

  test("with swapOnEpoch callbacks after it see the means, and a run that is cut off there goes on", async () => {
    const file = join(folder, "means.checkpoint");
    const options = { shuffle: false, batchSize: 1, verbose: 0 } as const;
    const seen: number[] = [];
    const run = async (model: ReturnType<typeof make>, epochs: number, resume: object) => {
      const watch: Callback = { onEpochEnd: async () => void seen.push(await kernelOf(model)) };
      const swap = callbacks.swapEMAWeights({ swapOnEpoch: true });
      return model.fit(data, { ...options, epochs, callbacks: [swap, watch], ...resume });
    };
    const whole = make();
    const expected = await run(whole, 4, {});
    const means = seen.splice(0);
    await run(make(), 2, { checkpoint: file, resume: true });
    const second = make();
    const history = await run(second, 4, { checkpoint: file, resume: true });
    expect(seen).toEqual(means);
    expect(history.epochs.map(({ loss }) => loss)).toEqual(expected.epochs.map(({ loss }) => loss));
    expect(await kernelOf(second)).toBe(await kernelOf(whole));
    expect(await kernelOf(whole)).toBe(means[3]);
  });

  test("needs an optimizer that keeps means", async () => {
    const model = still();
    const swap = callbacks.swapEMAWeights();
    await expect(model.fit([[1]], [[1]], { verbose: 0, callbacks: [swap] })).rejects.toThrow(
      "callbacks.swapEMAWeights: expected an optimizer with useEma: true, got one without running means.",
    );
    expect(() => callbacks.swapEMAWeights({ swapOnEpoch: 1 as unknown as boolean })).toThrow("true or false, got 1");
  });
});

describe("reduceLROnPlateau", () => {
  // The expected rates follow by hand from the code of Keras 3.
  test.each<[string, Parameters<typeof callbacks.reduceLROnPlateau>[0], number[], number[]]>([
    [
      "after patience epochs in a row",
      { patience: 2, factor: 0.5 },
      [3, 3, 2, 2, 2, 2, 2],
      [1, 1, 1, 1, 0.5, 0.5, 0.25],
    ],
    ["patience 0 is 1", { patience: 0, factor: 0.5 }, [3, 3, 3, 1], [1, 0.5, 0.25, 0.25]],
    ["minDelta is 1e-4", { patience: 1 }, [3, 2.99995, 2.9], [1, 0.1, 0.1]],
    ["minDelta of one's own", { patience: 1, minDelta: 0.5 }, [3, 2.6, 2.4], [1, 0.1, 0.1]],
    ["down to minLr", { patience: 1, minLr: 0.3 }, [3, 3, 3, 3], [1, 0.3, 0.3, 0.3]],
    [
      "cooldown epochs do not count",
      { patience: 1, cooldown: 2, factor: 0.5 },
      [3, 3, 3, 3, 3],
      [1, 0.5, 0.5, 0.25, 0.25],
    ],
    ["mode max", { patience: 1, mode: "max" }, [1, 2, 1], [1, 1, 0.1]],
  ])("%s", async (_, options, values, rates) => {
    const callback = callbacks.reduceLROnPlateau(options);
    await callback.onTrainBegin!(runOf(still()));
    expect(await ratesAfter(callback, values)).toEqual(rates);
  });
  test("a callback that is restored goes on where another one was", async () => {
    const options = { patience: 2, cooldown: 1, factor: 0.5 };
    const values = [3, 2, 2, 2, 2, 2, 2, 1, 1, 1];
    const whole = callbacks.reduceLROnPlateau(options);
    await whole.onTrainBegin!(runOf(still()));
    const expected = await ratesAfter(whole, values);
    for (let cut = 1; cut < values.length; cut++) {
      const [first, second] = [callbacks.reduceLROnPlateau(options), callbacks.reduceLROnPlateau(options)];
      const before = await ratesAfter(first, values.slice(0, cut));
      await second.onTrainBegin!(runOf(still()));
      second.restore!(JSON.parse(JSON.stringify(first.state!())), {});
      expect([...before, ...(await ratesAfter(second, values.slice(cut), before.at(-1)!, cut))]).toEqual(expected);
    }
  });
  test("in fit", async () => {
    const model = still(0.1);
    await model.fit([[1]], [[0]], {
      epochs: 4,
      callbacks: [callbacks.reduceLROnPlateau({ monitor: "loss", patience: 2, minLr: 0.02 })],
    });
    expect(await model.training!.optimizer.currentLearningRate()).toBe(0.02);
  });
  test("refuses an optimizer whose rate follows a schedule", async () => {
    const learningRate = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 1, decayRate: 1 });
    const model = sequential([layers.dense(1)]).compile({
      optimizer: optimizers.sgd({ learningRate }),
      loss: losses.meanSquaredError(),
    });
    const all = [callbacks.reduceLROnPlateau({ monitor: "loss", patience: 1 })];
    await expect(model.fit([[0]], [[0]], { epochs: 3, callbacks: all })).rejects.toThrow(/has a schedule/);
  });
  test.each([
    [{ factor: 1 }, /expected factor to be a number above 0 and below 1, got 1/],
    [{ minLR: 1 }, /unknown option "minLR".*"minLr"/],
  ])("refuses %o", (options, message) => {
    expect(() => callbacks.reduceLROnPlateau(options as object)).toThrow(message);
  });
});

describe("earlyStopping", () => {
  /** The number of epochs until it stops. */
  async function epochsOf(options: Parameters<typeof callbacks.earlyStopping>[0], values: number[]): Promise<number> {
    let stopped = false;
    const callback = callbacks.earlyStopping(options);
    for (const [epoch, valLoss] of values.entries()) {
      const run = runOf(still(), () => (stopped = true));
      await callback.onEpochEnd!({ epoch, seconds: 1, loss: 9, valLoss }, run);
      if (stopped) return epoch + 1;
    }
    return values.length;
  }
  test.each<[string, Parameters<typeof callbacks.earlyStopping>[0], number[], number]>([
    ["epochs before startFromEpoch do not count", { startFromEpoch: 3 }, [1, 5, 5, 4, 3, 3, 3], 6],
    ["a baseline that is not reached ends the run", { baseline: 1, patience: 2 }, [4, 3, 3, 2, 2], 3],
    ["a baseline that is reached", { baseline: 1, patience: 3 }, [4, 0.5, 0.6, 0.6, 0.4, 0.4], 6],
  ])("%s", async (_, options, values, epochs) => expect(await epochsOf(options, values)).toBe(epochs));
  test("it remembers the best epoch and its weights", async () => {
    const options = { monitor: "valLoss", patience: 3, restoreBestWeights: true };
    const [first, second] = [callbacks.earlyStopping(options), callbacks.earlyStopping(options)];
    const [model, other] = [still(), still()];
    model.setWeights({ "dense_1/kernel": [[5]] });
    await first.onEpochEnd!({ epoch: 0, seconds: 1, loss: 1, valLoss: 2 }, runOf(model));
    model.setWeights({ "dense_1/kernel": [[6]] });
    await first.onEpochEnd!({ epoch: 1, seconds: 1, loss: 1, valLoss: 3 }, runOf(model));
    await second.onTrainBegin!(runOf(other));
    second.restore!(JSON.parse(JSON.stringify(first.state!())), first.stateTensors!());
    const stop = vi.fn();
    await second.onEpochEnd!({ epoch: 2, seconds: 1, loss: 1, valLoss: 3 }, runOf(other, stop));
    expect(stop).not.toHaveBeenCalled();
    await second.onEpochEnd!({ epoch: 3, seconds: 1, loss: 1, valLoss: 3 }, runOf(other, stop));
    expect(stop).toHaveBeenCalledOnce();
    await second.onTrainEnd!({ epochs: [], stopped: null, seconds: 1 }, runOf(other));
    expect([...(await other.getWeights())["dense_1/kernel"]!.data]).toEqual([5]);
  });
});

describe("csvLogger", () => {
  const read = (path: string): string => readFileSync(path, "utf8");
  test("writes a line for each epoch under their names", async () => {
    const path = join(folder, "log.csv");
    const model = still(0.25);
    const options = { epochs: 2, validationData: [[[1]], [[3]]] as const };
    await model.fit([[1]], [[1]], { ...options, callbacks: [callbacks.csvLogger(path)] });
    expect(read(path)).toBe("epoch,loss,valLoss\n0,1,6.25\n1,0.25,5.0625\n");
    await model.fit([[1]], [[1]], { ...options, callbacks: [callbacks.csvLogger(path, { separator: "\t" })] });
    expect(read(path)).toMatch(/^epoch\tloss\tvalLoss\n0\t0.0625\t/);
  });
  test("goes on with a file if asked to, and quotes what would look like two cells", async () => {
    const path = join(folder, "append.csv");
    const log = async (append: boolean, record: { readonly [name: string]: number }): Promise<void> => {
      const callback = callbacks.csvLogger(path, { append });
      await callback.onTrainBegin!(runOf(still()));
      await callback.onEpochEnd!({ epoch: 0, loss: 1, seconds: 3, ...record }, runOf(still()));
    };
    await log(true, { 'a,"b"': NaN });
    await log(true, { 'a,"b"': 2 });
    expect(read(path)).toBe('epoch,loss,"a,""b"""\n0,1,NaN\n0,1,2\n');
    await log(false, {});
    expect(read(path)).toBe("epoch,loss\n0,1\n");
  });
  test("a run that goes on from a checkpoint drops the lines that come again", async () => {
    const path = join(folder, "resumed.csv");
    const first = callbacks.csvLogger(path);
    await first.onTrainBegin!(runOf(still()));
    const tell = (callback: Callback, epoch: number) =>
      callback.onEpochEnd!({ epoch, loss: epoch / 2, seconds: 1 }, runOf(still()));
    await tell(first, 0);
    const state = first.state!();
    await tell(first, 1);
    const second = callbacks.csvLogger(path);
    await second.onTrainBegin!(runOf(still()));
    second.restore!(JSON.parse(JSON.stringify(state)), {});
    for (const epoch of [1, 2]) await tell(second, epoch);
    expect(read(path)).toBe("epoch,loss\n0,0\n1,0.5\n2,1\n");
  });
  test("says why a file cannot be written", async () => {
    const path = join(folder, "nowhere", "log.csv");
    await expect(still().fit([[1]], [[1]], { callbacks: [callbacks.csvLogger(path)] })).rejects.toThrow(
      `cannot write "${path}": there is no folder "${join(folder, "nowhere")}".`,
    );
    expect(() => callbacks.csvLogger(path, { separator: "" })).toThrow(/separator: expected a text/);
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    expect(() => callbacks.csvLogger(path)).toThrow(/needs Node/);
    vi.restoreAllMocks();
  });
});

describe("modelCheckpoint", () => {
  const files = (name: string): string[] =>
    readdirSync(folder)
      .filter((file) => file.startsWith(name))
      .sort();
  const at = (name: string): string => join(folder, name);
  test("puts epoch and measures into the name", async () => {
    const model = still(0.25);
    await model.fit([[1]], [[1]], {
      epochs: 2,
      validationData: [[[1]], [[3]]],
      callbacks: [callbacks.modelCheckpoint(at("named-{epoch:03d}-{valLoss:.2f}-{loss}.st"))],
    });
    expect(files("named")).toEqual(["named-001-6.25-1.st", "named-002-5.06-0.25.st"]);
    const saved = await loadModel(at("named-001-6.25-1.st"));
    expect((await saved.evaluate([[1]], [[3]])).loss).toBe(6.25);
    expect(saved.training!.optimizer.name).toBe("sgd");
  });
  test("refuses a name that is no measure", async () => {
    const callback = callbacks.modelCheckpoint(at("{valLos}"));
    await expect(still().fit([[1]], [[1]], { validationData: [[[1]], [[1]]], callbacks: [callback] })).rejects.toThrow(
      /modelCheckpoint: there is no "valLos" to put into .*"valLoss"/,
    );
  });
  test("saves weights alone", async () => {
    const model = still(0.25);
    const path = at("weights.safetensors");
    await model.fit([[1]], [[1]], { callbacks: [callbacks.modelCheckpoint(path, { saveWeightsOnly: true })] });
    const { tensors } = decodeSafetensors(readFileSync(path), path);
    expect([...tensors.keys()]).toEqual(["dense_1/kernel"]);
    const other = still();
    await other.loadWeights(path);
    expect(await other.getWeights()).toEqual(await model.getWeights());
    await other.loadWeights(await still().toBytes());
    expect([...(await other.getWeights())["dense_1/kernel"]!.data]).toEqual([0]);
    const wider = sequential([layers.dense(2)], { inputShape: [1] });
    await expect(wider.loadWeights(path)).rejects.toThrow(
      /does not fit: expected float32\[1,2\] for "dense_1\/kernel"/,
    );
    await expect(loadModel(path)).rejects.toThrow(/not a model of Nabla/);
  });
  test("saves every few steps, counted over epochs", async () => {
    const path = at("steps-{epoch}-{batch}.st");
    const data = [[1], [1], [1]];
    const callback = callbacks.modelCheckpoint(path, { saveFreq: 2 });
    await still(0.01).fit(data, data, { epochs: 3, batchSize: 1, callbacks: [callback] });
    expect(files("steps")).toEqual(["steps-1-2.st", "steps-2-1.st", "steps-2-3.st", "steps-3-2.st"]);
  });
  test("keeps the best, from a threshold on, and remembers it", async () => {
    const options = { saveBestOnly: true, initialValueThreshold: 3 };
    const make = (): Callback => callbacks.modelCheckpoint(at("best-{epoch}-{valLoss}.st"), options);
    const tell = async (callback: Callback, epoch: number, valLoss: number): Promise<void> =>
      callback.onEpochEnd!({ epoch, seconds: 1, loss: 1, valLoss }, runOf(still()));
    const first = make();
    await first.onTrainBegin!(runOf(still()));
    await tell(first, 0, 4);
    await tell(first, 1, 2);
    await tell(first, 2, 2.5);
    const second = make();
    await second.onTrainBegin!(runOf(still()));
    second.restore!(JSON.parse(JSON.stringify(first.state!())), {});
    await tell(second, 3, 2.25);
    await tell(second, 4, 1);
    expect(files("best")).toEqual(["best-2-2.st", "best-5-1.st"]);
  });
});

describe("a callback that throws", () => {
  const mistake = new Error("mine");
  const thrower: Callback = {
    onEpochEnd({ epoch }) {
      if (epoch === 1) throw mistake;
    },
  };
  test("ends the run with its error, shown once, and the model saved and free", async () => {
    const spies = (["error", "warn", "log"] as const).map((name) => vi.spyOn(console, name));
    const path = join(folder, "thrown.safetensors");
    const model = still(0.25);
    const ends: string[] = [];
    const listener: Callback = {
      onTrainEnd: () => void ends.push("end"),
      onTrainError: (error) => void ends.push(error === mistake ? "error" : "another error"),
    };
    // The checkpoint comes after the callback that throws, so that only the error makes it save the second epoch.
    const all = [thrower, callbacks.modelCheckpoint(path), listener];
    await expect(model.fit([[1]], [[1]], { epochs: 4, callbacks: all })).rejects.toBe(mistake);
    expect(ends).toEqual(["error"]);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    expect(await (await loadModel(path)).getWeights()).toEqual(await model.getWeights());
    expect([...(await model.getWeights())["dense_1/kernel"]!.data]).toEqual([0.75]);
    expect((await model.fit([[1]], [[1]], { epochs: 2 })).epochs).toHaveLength(2);
  });
  test("is what the user hears of, whatever else fails", async () => {
    const failing: Callback = {
      onTrainError() {
        throw new Error("another");
      },
    };
    const told = vi.fn();
    const all = [thrower, failing, { onTrainError: told }];
    await expect(still(0.25).fit([[1]], [[1]], { epochs: 4, callbacks: all })).rejects.toBe(mistake);
    expect(told).toHaveBeenCalledOnce();
  });
  test("leaves the best model where only the best is saved, and saves the only one there is", async () => {
    const run = async (name: string, epoch: number): Promise<void> => {
      const at: Callback = {
        onBatchEnd(progress) {
          if (progress.epoch === epoch) throw mistake;
        },
      };
      const best = callbacks.modelCheckpoint(join(folder, name), { saveBestOnly: true, monitor: "loss" });
      const rejected = expect(still(0.25).fit([[1]], [[1]], { epochs: 3, callbacks: [at, best] })).rejects;
      await rejected.toBe(mistake);
    };
    await run("only-{epoch}-{loss}.st", 0);
    expect(existsSync(join(folder, "only-1-NaN.st"))).toBe(true);
    await run("better-{epoch}.st", 1);
    expect(readdirSync(folder).filter((file) => file.startsWith("better"))).toEqual(["better-1.st"]);
  });
  test("a loss that is not finite saves the model as it was before", async () => {
    const path = join(folder, "nan.safetensors");
    const model = still(1e30);
    const fitting = model.fit([[1]], [[1]], { epochs: 20, callbacks: [callbacks.modelCheckpoint(path)] });
    await expect(fitting).rejects.toThrow(/the loss became/);
    const weights = await (await loadModel(path)).getWeights();
    expect(weights).toEqual(await model.getWeights());
    expect(Number.isFinite(weights["dense_1/kernel"]!.data[0])).toBe(true);
  });
  test("a file in the way of the second save does not hide the error", async () => {
    writeFileSync(join(folder, "way"), "");
    const callback = callbacks.modelCheckpoint(join(folder, "way", "x.st"));
    await expect(still().fit([[1]], [[1]], { callbacks: [callback] })).rejects.toThrow(/cannot write/);
  });
});
