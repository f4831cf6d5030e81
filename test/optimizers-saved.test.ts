// Optimizers saved and loaded between two steps: the same bits as if nothing had happened, with every option.
import { describe, expect, test, vi } from "vitest";
import {
  layers,
  loadModel,
  type Optimizer,
  type OptimizerOptions,
  optimizers,
  type Schedule,
  schedules,
  sequential,
  tensor,
  variable,
} from "../src/index.ts";
import type { TrainedRange } from "../src/nn/tree/store.ts";
import { optimizerFromConfig } from "../src/optimizers/index.ts";
import { readOptimizerState, restoreOptimizerState } from "../src/optimizers/state.ts";

type Name = keyof typeof optimizers;
const names = Object.keys(optimizers) as Name[];

const warm = schedules.linearWarmup({
  warmupSteps: 3,
  after: schedules.cosineDecay({ initialLearningRate: 0.02, decaySteps: 9 }),
});

/** Sets of options under which every optimizer is tried. */
const settings: readonly (readonly [string, OptimizerOptions])[] = [
  ["a rate", { learningRate: 0.013 }],
  ["a schedule", { learningRate: warm, clipnorm: 1 }],
  [
    "options by path and means",
    {
      learningRate: 0.02,
      weightDecay: 0.1,
      excludeFromWeightDecay: ["bias"],
      learningRateMultipliers: { kernel$: 0.5 },
      useEma: true,
      emaMomentum: 0.8,
      emaOverwriteFrequency: 4,
    },
  ],
];

describe.each(settings)("a model's file with %s", (_, options) => {
  test.each(names)("%s", async (name) => {
    const [x, y] = [
      tensor([
        [0, 1, 2],
        [1, 0, 1],
        [2, 2, 0],
        [1, 3, 1],
      ]),
      tensor([
        [1, 0],
        [0, 1],
        [1, 1],
        [0, 0.5],
      ]),
    ];
    const make = () => {
      const model = sequential([layers.dense(4, { activation: "tanh", name: "hidden" }), layers.dense(2)], { seed: 3 });
      return model.compile({ optimizer: optimizers[name](options), loss: "mse" });
    };
    const rest = { epochs: 6, initialEpoch: 3, batchSize: 2, seed: 5 };
    const whole = make();
    // In two calls too, since each leaves the running means behind, where there are some.
    await whole.fit(x, y, { epochs: 3, batchSize: 2, seed: 5 });
    await whole.fit(x, y, rest);
    const begun = make();
    await begun.fit(x, y, { epochs: 3, batchSize: 2, seed: 5 });
    const loaded = await loadModel(await begun.toBytes());
    expect(await loaded.training!.optimizer.config()).toEqual(await begun.training!.optimizer.config());
    await loaded.fit(x, y, rest);
    expect(await loaded.getWeights()).toEqual(await whole.getWeights());
  });
});

describe("the numbers of an optimizer", () => {
  const range = (): TrainedRange => ({
    variable: variable([1, -2, 0.5, 3, 0, 0.25]),
    from: 0,
    to: 6,
    segments: [
      { path: "a/kernel", shape: [2, 2], offset: 0, size: 4 },
      { path: "a/bias", shape: [2], offset: 4, size: 2 },
    ],
  });
  // All curvatures are positive, so that L-BFGS remembers its moves.
  const slopes = [0.3, 1.2, 0.1, 0.7, 5, 0.4];
  const steps = (optimizer: Optimizer, of: TrainedRange, count: number): void => {
    for (let i = 0; i < count; i++) optimizer.applyGradients([[tensor(slopes).mul(of.variable.value), of]]);
  };

  test.each(names)("%s, read and restored", async (name) => {
    const [before, after] = [optimizers[name]({ learningRate: 0.05 }), optimizers[name]({ learningRate: 0.05 })];
    const [one, other] = [range(), range()];
    steps(before, one, 4);
    const state = await readOptimizerState(before, [one]);
    other.variable.assign(one.variable.value);
    restoreOptimizerState(after, [other], (path, shape, dtype) => {
      expect({ path, shape, dtype }).toEqual({ path, shape: state[path]!.shape, dtype: state[path]!.dtype });
      return state[path]!;
    });
    steps(before, one, 3);
    steps(after, other, 3);
    expect(await other.variable.data()).toEqual(await one.variable.data());
    expect(await after.iterations.array()).toBe(7);
  });

  test("carry the paths of parameters", async () => {
    const [optimizer, of] = [optimizers.adam(), range()];
    steps(optimizer, of, 1);
    const state = await readOptimizerState(optimizer, [of]);
    expect(Object.entries(state).map(([path, { shape }]) => `${path} ${shape}`)).toEqual([
      "optimizer/iterations ",
      "optimizer/firstMoment/a/kernel 2,2",
      "optimizer/firstMoment/a/bias 2",
      "optimizer/secondMoment/a/kernel 2,2",
      "optimizer/secondMoment/a/bias 2",
    ]);
  });

  test("change only if all of them are found", async () => {
    const [optimizer, of] = [optimizers.adam(), range()];
    steps(optimizer, of, 1);
    const state = await readOptimizerState(optimizer, [of]);
    const find = (path: string) => {
      if (path.endsWith("secondMoment/a/bias")) throw new Error("missing");
      return { ...state[path]!, data: state[path]!.data.map(() => 9) as Float32Array };
    };
    expect(() => restoreOptimizerState(optimizer, [of], find)).toThrow("missing");
    expect(await readOptimizerState(optimizer, [of])).toEqual(state);
  });
});

describe("configurations", () => {
  test("hold schedules, also one inside another, and options by path", async () => {
    const config = await optimizers
      .adamW({ learningRate: warm, excludeFromWeightDecay: [/bias$/, "gamma"], learningRateMultipliers: { a: 2 } })
      .config();
    expect(config).toEqual({
      learningRate: {
        name: "linearWarmup",
        config: {
          warmupSteps: 3,
          after: {
            name: "cosineDecay",
            config: { initialLearningRate: 0.02, decaySteps: 9, alpha: 0, warmupTarget: null, warmupSteps: 0 },
          },
          startFactor: 0,
        },
      },
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-7,
      amsgrad: false,
      weightDecay: 0.004,
      excludeFromWeightDecay: ["bias$", "gamma"],
      learningRateMultipliers: { a: 2 },
    });
    const again = await optimizerFromConfig("adamW", JSON.parse(JSON.stringify(config)));
    expect(await again.config()).toEqual(config);
  });

  test.each<[string, OptimizerOptions]>([
    ["a schedule", { learningRate: { name: "cosineDecay", config: {}, rate: (step) => step.mul(0.1) } }],
    ["a function of paths", { weightDecay: 0.1, excludeFromWeightDecay: (path) => path.endsWith("bias") }],
    ["a function of rates", { learningRateMultipliers: (path) => (path.endsWith("bias") ? 0 : 1) }],
  ])("%s of one's own is in no file, which is said", async (_, options) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const model = sequential([layers.input([1]), layers.dense(1)]);
    model.compile({ optimizer: optimizers.sgd(options), loss: "mse" });
    const bytes = await model.toBytes();
    expect(warn.mock.calls.flat().join()).toMatch(/the file cannot hold an optimizer of your own/);
    warn.mockRestore();
    expect((await loadModel(bytes)).training).toBeNull();
  });

  test("a schedule in a file must be one", async () => {
    const made = (learningRate: unknown) => expect(optimizerFromConfig("sgd", { learningRate })).rejects;
    await made({ name: "cosinDecay", config: {} }).toThrow(/^unknown schedule "cosinDecay"\. Did you mean "cosineD/);
    await made([1]).toThrow(/^expected a schedule as an object with a name and a config, got an array\.$/);
    const nested = { name: "linearWarmup", config: { warmupSteps: 2, after: { name: "constant" } } };
    await made(nested).toThrow(/^expected a schedule as an object with a name and a config/);
  });
});

test("a schedule goes on where a model's file stopped", async () => {
  const rates: number[] = [];
  const model = sequential([layers.input([1]), layers.dense(1)]).compile({
    optimizer: optimizers.sgd({ learningRate: warm as Schedule }),
    loss: "mse",
  });
  let current = model;
  for (let i = 0; i < 5; i++) {
    rates.push(await (await current.loadTraining())!.optimizer.currentLearningRate());
    await current.fit([[1]], [[2]], { epochs: 1 });
    current = (await loadModel(await current.toBytes())) as typeof model;
  }
  const expected = [0, 1 / 3, 2 / 3, 1, (1 + Math.cos(Math.PI / 9)) / 2].map((share) => 0.02 * share);
  rates.forEach((rate, i) => expect(rate).toBeCloseTo(expected[i]!, 7));
});
