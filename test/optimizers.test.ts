// Optimizers over several steps, by values that can be worked out by hand. PyTorch's are in goldens.test.ts.
import { describe, expect, test } from "vitest";
import {
  type Batch,
  compile,
  gradients,
  type Layer,
  layers,
  Model,
  type Optimizer,
  optimizers,
  type StepContext,
  schedules,
  sequential,
  type Tensor,
  tensor,
  variable,
} from "../src/index.ts";
import type { TrainedRange } from "../src/nn/tree/store.ts";
import { checkOptimizer, optimizerFromConfig } from "../src/optimizers/index.ts";

/** The rules that look at each parameter, or at all of them, as a whole. */
const perParameter: readonly string[] = ["adafactor", "lamb", "lbfgs", "muon"];

/** The values of a weight that begins at 0, after each of some steps with the given gradients. */
async function path(optimizer: Optimizer, slopes: readonly number[], start = 0): Promise<number[]> {
  const w = variable(tensor([start]));
  const values: number[] = [];
  for (const slope of slopes) {
    optimizer.applyGradients([[tensor([slope]), w]]);
    values.push((await w.data())[0]!);
  }
  return values;
}
const close = (values: readonly number[], wanted: readonly number[]): void => {
  expect(values.length).toBe(wanted.length);
  values.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
};

describe("steps by hand", () => {
  test("sgd", async () => close(await path(optimizers.sgd({ learningRate: 0.5 }), [1, -2, 4]), [-0.5, 0.5, -1.5]));
  // v: −0.1, −0.15, −0.175 of a constant slope of 1
  test("sgd with momentum", async () =>
    close(await path(optimizers.sgd({ learningRate: 0.1, momentum: 0.5 }), [1, 1, 1]), [-0.1, -0.25, -0.425]));
  test("the velocity keeps the rates of earlier steps, as in Keras", async () => {
    const optimizer = optimizers.sgd({ learningRate: 0.1, momentum: 0.5 });
    const w = variable([0]);
    optimizer.applyGradients([[tensor([1]), w]]);
    optimizer.learningRate.assign(0.01);
    optimizer.applyGradients([[tensor([1]), w]]);
    // v: −0.1, then 0.5 · −0.1 − 0.01
    expect((await w.data())[0]).toBeCloseTo(-0.16, 6);
  });
  // each step goes 0.5 v − 0.1: −0.15, −0.175, −0.1875
  test("sgd with Nesterov's look-ahead", async () =>
    close(
      await path(optimizers.sgd({ learningRate: 0.1, momentum: 0.5, nesterov: true }), [1, 1, 1]),
      [-0.15, -0.325, -0.5125],
    ));
  // Of a constant slope both corrected moments are exact, so that each step is the learning rate, whatever the slope.
  test("adam", async () =>
    close(await path(optimizers.adam({ learningRate: 0.1 }), [7, 7, 7, 7]), [-0.1, -0.2, -0.3, -0.4]));
  test("adam, the slope turning", async () => {
    // m̂ = (0.1·0.9 − 0.1)/0.19, v̂ = 1
    close(await path(optimizers.adam({ learningRate: 0.1 }), [1, -1]), [-0.1, -0.1 - 0.1 * ((0.09 - 0.1) / 0.19)]);
  });
  test("adam's epsilon stands beside the root", async () =>
    close(await path(optimizers.adam({ learningRate: 1, epsilon: 3 }), [1]), [-0.25]));
  test("adamW takes its share of the weight", async () =>
    close(await path(optimizers.adamW({ learningRate: 0.1, weightDecay: 0.5 }), [1, 1], 2), [
      2 * 0.95 - 0.1,
      (2 * 0.95 - 0.1) * 0.95 - 0.1,
    ]));
  // v: 0.1, 0.19
  test("rmsprop", async () =>
    close(await path(optimizers.rmsprop({ learningRate: 0.1 }), [1, 1]), [
      -0.1 / Math.sqrt(0.1),
      -0.1 / Math.sqrt(0.1) - 0.1 / Math.sqrt(0.19),
    ]));
  test("rmsprop with momentum", async () => {
    const [a, b] = [0.1 / Math.sqrt(0.1), 0.1 / Math.sqrt(0.19)];
    close(await path(optimizers.rmsprop({ learningRate: 0.1, momentum: 0.5 }), [1, 1]), [-a, -a - (0.5 * a + b)]);
  });
  // v − m²: 0.1 − 0.01
  test("rmsprop, centred", async () =>
    close(await path(optimizers.rmsprop({ learningRate: 0.1, centered: true }), [1]), [-0.1 / 0.3]));
  test("adagrad", async () =>
    close(await path(optimizers.adagrad({ learningRate: 0.1, initialAccumulatorValue: 3 }), [1, 1]), [
      -0.05,
      -0.05 - 0.1 / Math.sqrt(5),
    ]));
});

describe("clipping", () => {
  const moved = async (optimizer: Optimizer): Promise<number[]> => {
    const [a, b] = [variable([0, 0]), variable([0])];
    optimizer.applyGradients([
      [tensor([3, 0]), a],
      [tensor([-4]), b],
    ]);
    return [...(await a.data()), ...(await b.data())];
  };
  test("clipnorm scales each gradient by its own norm", async () => {
    close(await moved(optimizers.sgd({ learningRate: 1, clipnorm: 1 })), [-1, 0, 1]);
    close(await moved(optimizers.sgd({ learningRate: 1, clipnorm: 3.5 })), [-3, 0, 3.5]);
  });
  test("globalClipnorm keeps the direction of all gradients together", async () => {
    close(await moved(optimizers.sgd({ learningRate: 1, globalClipnorm: 1 })), [-0.6, 0, 0.8]);
    close(await moved(optimizers.sgd({ learningRate: 1, globalClipnorm: 10 })), [-3, 0, 4]);
  });
  test("clipvalue cuts each element", async () =>
    close(await moved(optimizers.sgd({ learningRate: 1, clipvalue: 3.5 })), [-3, 0, 3.5]));
  test("a gradient of zeros stays one", async () =>
    close(await path(optimizers.sgd({ clipnorm: 1, globalClipnorm: 1 }), [0]), [0]));
});

test("the learning rate changes without another compilation", async () => {
  const w = variable([1]);
  const optimizer = optimizers.sgd({ learningRate: 0 });
  let traces = 0;
  const step = compile(() => {
    traces++;
    optimizer.applyGradients([[gradients(w.value.sum(), [w])[0]!, w]]);
  });
  await step.repeat(3);
  expect((await w.data())[0]).toBe(1);
  optimizer.learningRate.assign(0.25);
  await step.repeat(2);
  expect([(await w.data())[0], (await optimizer.iterations.data())[0], traces]).toEqual([0.5, 5, 1]);
});

describe("schedules in a program", () => {
  test("give each step its rate, and nothing is compiled again", async () => {
    const learningRate = schedules.piecewiseConstantDecay({ boundaries: [1, 3], values: [1, 0.5, 0.25] });
    const [w, optimizer] = [variable([0]), optimizers.sgd({ learningRate })];
    let traces = 0;
    const step = compile((slope: Tensor) => {
      traces++;
      optimizer.applyGradients([[slope, w]]);
    });
    const rates: number[] = [];
    for (let i = 0; i < 5; i++) {
      rates.push(await optimizer.currentLearningRate());
      const before = (await w.data())[0]!;
      await step(tensor([-1]));
      expect((await w.data())[0]! - before).toBe(rates.at(-1));
      expect(await optimizer.learningRate.value.item()).toBe(rates.at(-1));
    }
    expect(rates).toEqual([1, 1, 0.5, 0.5, 0.25]);
    expect(traces).toBe(1);
    await step.repeat(4, tensor([-1]));
    expect(await w.array()).toEqual([4.25]);
  });

  test("may be one's own", async () => {
    const halves = { name: "halves", config: {}, rate: (step: Tensor) => step.mul(-Math.log(2)).exp() };
    close(await path(optimizers.sgd({ learningRate: halves }), [1, 1, 1]), [-1, -1.5, -1.75]);
  });

  test("a warm-up keeps what follows where it was", async () => {
    const after = schedules.exponentialDecay({ initialLearningRate: 0.8, decaySteps: 1, decayRate: 0.5 });
    const warm = schedules.linearWarmup({ warmupSteps: 2, after, startFactor: 0.5 });
    const rates = await Promise.all([0, 1, 2, 3, 4].map((step) => warm.rate(tensor(step)).item()));
    close(rates, [0.4, 0.6, 0.8, 0.4, 0.2]);
  });
});

describe("parameters by their paths", () => {
  /** A layer of a kernel of 2 × 2, a bias, and a scale, one after another. */
  const paths = ["block/dense/kernel", "block/dense/bias", "block/norm/gamma"];
  const range = (): TrainedRange => ({
    variable: variable([1, 1, 1, 1, 1, 1, 1, 1]),
    from: 0,
    to: 8,
    segments: [
      { path: paths[0]!, shape: [2, 2], offset: 0, size: 4 },
      { path: paths[1]!, shape: [2], offset: 4, size: 2 },
      { path: paths[2]!, shape: [2], offset: 6, size: 2 },
    ],
  });
  const stepped = async (optimizer: Optimizer, slope = 0): Promise<number[]> => {
    const of = range();
    optimizer.applyGradients([[tensor([slope]).broadcastTo([8]), of]]);
    const data = await of.variable.data();
    return [data[0]!, data[4]!, data[6]!];
  };
  const options = { learningRate: 0.1, weightDecay: 0.5 };

  test("decay, but for those that are excluded", async () => {
    close(await stepped(optimizers.sgd(options)), [0.95, 0.95, 0.95]);
    close(await stepped(optimizers.sgd({ ...options, excludeFromWeightDecay: ["bias"] })), [0.95, 1, 0.95]);
    close(await stepped(optimizers.sgd({ ...options, excludeFromWeightDecay: [/bias$/, "norm"] })), [0.95, 1, 1]);
    const isKernel = (path: string): boolean => path.endsWith("kernel");
    close(await stepped(optimizers.sgd({ ...options, excludeFromWeightDecay: isKernel })), [1, 0.95, 0.95]);
  });

  test("learn at rates of their own: the first name that matches", async () => {
    const factors = { bias: 2, block: 0.5 };
    close(await stepped(optimizers.sgd({ learningRate: 0.1, learningRateMultipliers: factors }), 1), [0.95, 0.8, 0.95]);
    const own = (path: string): number => paths.indexOf(path);
    close(await stepped(optimizers.sgd({ learningRate: 0.1, learningRateMultipliers: own }), 1), [1, 0.9, 0.8]);
  });

  test.each((Object.keys(optimizers) as (keyof typeof optimizers)[]).filter((name) => !perParameter.includes(name)))(
    "an elementwise update is one kernel, whatever the options: %s",
    async (name) => {
      const [of, learningRate] = [range(), schedules.noam({ modelSize: 4, warmupSteps: 4 })];
      const some = { learningRate, weightDecay: 0.1, excludeFromWeightDecay: ["bias"], useEma: true, clipvalue: 1 };
      const optimizer = optimizers[name]({ ...some, learningRateMultipliers: { bias: 2 } });
      const step = compile((gradient: Tensor) => optimizer.applyGradients([[gradient, of]]));
      const { kernels } = await (await step.program(tensor(new Float32Array(8), { shape: [8] }))).describe();
      // The first counts the step and stores its rate.
      expect(kernels).toHaveLength(2);
      expect(kernels[1]).toMatch(/^kernel 1: map over i<8/);
    },
  );

  test.each([
    [{ excludeFromWeightDecay: "bias" }, /expected excludeFromWeightDecay to be a list of names or a function.*"bias"/],
    [{ excludeFromWeightDecay: [1] }, /expected excludeFromWeightDecay to hold parts of paths .*, got 1\./],
    [{ excludeFromWeightDecay: [/a/g] }, /regular expressions without flags, got the flags "g"\./],
    [{ excludeFromWeightDecay: ["("] }, /expected excludeFromWeightDecay to hold regular expressions, got "\("\./],
    [{ learningRateMultipliers: [1] }, /expected learningRateMultipliers to be an object of factors.*, got an array\./],
    [{ learningRateMultipliers: { a: -1 } }, /finite factors from 0 up, got -1 for a\./],
    [{ weightDecay: -1 }, /expected weightDecay to be a finite number from 0 up, got -1\./],
    [{ useEma: 1 }, /expected useEma to be true or false, got 1\./],
    [{ emaMomentum: 1.5 }, /expected emaMomentum to be a number from 0 to below 1, got 1\.5\./],
    [{ emaOverwriteFrequency: 0 }, /expected emaOverwriteFrequency to be an integer from 1 up, got 0\./],
    [{ learningRate: {} }, /^optimizers\.sgd: expected learningRate to be a number or schedules\.…\(\), got a value/],
  ])("what is wrong is said: %o", (wrong, message) => {
    expect(() => optimizers.sgd(wrong as object)).toThrow(message);
  });

  test("a function of paths that gives no factor is told with the path", () => {
    const optimizer = optimizers.sgd({ learningRateMultipliers: () => NaN });
    const of = range();
    expect(() => optimizer.applyGradients([[of.variable.value, of]])).toThrow(/got NaN for block\/dense\/kernel\./);
  });
});

describe("running means", () => {
  const options = { learningRate: 1, useEma: true, emaMomentum: 0.5 };
  test("begin with the first step's parameters, and replace them when they are asked to", async () => {
    const [w, optimizer] = [variable([0]), optimizers.sgd(options)];
    optimizer.finalizeVariableValues([w]);
    expect(await w.array()).toEqual([0]);
    const means: number[] = [];
    for (const slope of [-1, -1, -2]) {
      optimizer.applyGradients([[tensor([slope]), w]]);
      means.push((await optimizer.slots(w)["average"]!.data())[0]!);
    }
    // 1, 2, 4
    expect(means).toEqual([1, 1.5, 2.75]);
    expect(await w.array()).toEqual([4]);
    optimizer.finalizeVariableValues([w]);
    expect(await w.array()).toEqual([2.75]);
  });
  test("replace the parameters every so many steps", async () => {
    close(await path(optimizers.sgd({ ...options, emaOverwriteFrequency: 2 }), [-1, -1, -1]), [1, 1.5, 2.5]);
  });
  test("without them, nothing is replaced", async () => {
    const w = variable([3]);
    optimizers.sgd().finalizeVariableValues([w]);
    expect(await w.array()).toEqual([3]);
  });
});

describe("a schedule says what is wrong", () => {
  const base = { initialLearningRate: 0.1, decaySteps: 10 };
  test.each([
    [
      () => schedules.cosineDecay({} as typeof base),
      /^schedules\.cosineDecay: expected the option initialLearningRate/,
    ],
    [
      () => schedules.cosineDecay({ ...base, decaySteps: 0 }),
      /expected decaySteps to be a finite number above 0, got 0/,
    ],
    [() => schedules.cosineDecay({ ...base, warmupTarget: 1 }), /expected warmupSteps above 0 with a warmupTarget/],
    [() => schedules.cosineDecay({ ...base, warmupSteps: 4 }), /expected a warmupTarget with warmupSteps 4, got none/],
    [
      () => schedules.cosineDecay({ ...base, decay_steps: 4 } as object as typeof base),
      /unknown option "decay_steps"\. Did you mean "decaySteps"\?/,
    ],
    [() => schedules.polynomialDecay({ ...base, cycle: 1 as never }), /expected cycle to be true or false, got 1/],
    [() => schedules.constant({ learningRate: -1 }), /expected learningRate to be a finite number from 0 up, got -1/],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: [1], values: [1] }),
      /expected one more value than there are boundaries, 2, got 1/,
    ],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: [2, 2], values: [1, 1, 1] }),
      /expected boundaries that rise, got 2 after 2/,
    ],
    [
      () => schedules.piecewiseConstantDecay({ boundaries: 2 as never, values: [1] }),
      /expected boundaries to be a list of numbers, got 2/,
    ],
    [
      () => schedules.linearWarmup({ warmupSteps: 3, after: "cosine" as never }),
      /expected after to be a schedule or a number, got "cosine"/,
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, annealStrategy: "sine" as never }),
      /expected annealStrategy to be "cos" or "linear", got "sine"/,
    ],
    [
      () => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 9, pctStart: 0.6, threePhase: true }),
      /expected a pctStart up to 0\.5 with three phases, got 0\.6/,
    ],
    [() => schedules.cosineDecayRestarts({ initialLearningRate: 1, firstDecaySteps: 2, tMul: 0.5 }), /tMul .* 1 up/],
  ])("%#", (make, message) => expect(make).toThrow(message));
});

test("defaults are what is documented", async () => {
  expect(await optimizers.sgd().config()).toEqual({ learningRate: 0.01, momentum: 0, nesterov: false });
  expect(await optimizers.adam().config()).toEqual({
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
  });
  expect(await optimizers.adagrad().config()).toEqual({
    learningRate: 0.001,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
  });
});

test("a learning rate is told with as few digits as tell it from its neighbours", async () => {
  for (const rate of [0.5, 0.1, 0.003, 0.010000001])
    expect(await optimizers.sgd({ learningRate: rate }).currentLearningRate()).toBe(rate);
});

test("a configuration makes the optimizer again", async () => {
  const optimizer = optimizers.adamW({ learningRate: 0.003, beta1: 0.8, weightDecay: 0.1, globalClipnorm: 2 });
  const config = await optimizer.config();
  expect(config).toEqual({
    learningRate: 0.003,
    beta1: 0.8,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
    weightDecay: 0.1,
    globalClipnorm: 2,
  });
  expect(await (await optimizerFromConfig("adamW", config)).config()).toEqual(config);
});

describe("what is wrong is said", () => {
  test.each([
    [() => checkOptimizer("adma"), /^unknown optimizer "adma"\. Did you mean "adam"\?/],
    [
      () => checkOptimizer(null),
      /^compile: expected an optimizer, such as a name \(.*, sgd\) or optimizers\.…\(\), got null\.$/,
    ],
    [
      () => optimizers.adam({ learningRate: NaN }),
      /^optimizers\.adam: expected learningRate to be a finite number from 0 up, got NaN\.$/,
    ],
    [
      () => optimizers.sgd({ learningRate: Infinity }),
      /expected learningRate to be a finite number from 0 up, got Infinity\./,
    ],
    [
      () => optimizers.sgd({ learningRate: "0.1" as never }),
      /expected learningRate to be a finite number from 0 up, got "0\.1"\./,
    ],
    [
      () => optimizers.sgd({ learning_rate: 0.1 } as object),
      /unknown option "learning_rate"\. Did you mean "learningRate"\?/,
    ],
    [() => optimizers.sgd({ momentum: 1 }), /expected momentum to be a number from 0 to below 1, got 1\./],
    [() => optimizers.adam({ beta2: -0.1 }), /expected beta2 to be a number from 0 to below 1, got -0\.1\./],
    [() => optimizers.adam({ epsilon: 0 }), /expected epsilon to be a finite number above 0, got 0\./],
    [() => optimizers.sgd({ clipnorm: 0 }), /expected clipnorm to be a finite number above 0, got 0\./],
  ])("%#", (make, message) => expect(make).toThrow(message));
});

test("with useEma, a training step of one's own that moves a part of a model leaves the rest as it is", async () => {
  class Pair extends Model<any> {
    readonly first = layers.dense(1, { kernelInitializer: "ones", useBias: false });
    readonly second = layers.dense(1, { kernelInitializer: "ones", useBias: false });
    readonly forSecond = optimizers.sgd({ learningRate: 0.25 });

    call(x: Tensor): Tensor {
      return this.second.apply(this.first.apply(x));
    }

    trainStep({ inputs }: Batch<Tensor>, { minimize }: StepContext) {
      const squareOf = (layer: Layer) => () => (layer.apply(inputs) as Tensor).square().mean();
      minimize(squareOf(this.second), this.second, this.forSecond);
      return { loss: minimize(squareOf(this.first), this.first, this.training!.optimizer) };
    }
  }
  const averaged = optimizers.sgd({ learningRate: 0.25, useEma: true, emaMomentum: 0.5 });
  const model = new Pair().compile({ optimizer: averaged, loss: "mse" });
  await model.fit([[1]], [[0]], { epochs: 2 });
  const weights = Object.values(await model.getWeights()).map(({ data }) => data[0]);
  // Each step halves both weights; the optimizer of the second keeps no means.
  expect(weights).toEqual([0.375, 0.25]);
});

test("with useEma, fit leaves the running means of the weights behind, as in Keras", async () => {
  const make = (useEma: boolean) =>
    sequential([layers.dense(1, { kernelInitializer: "ones", useBias: false })], { inputShape: [1] }).compile({
      optimizer: optimizers.sgd({ learningRate: 0.25, useEma, emaMomentum: 0.5 }),
      loss: "mse",
    });
  const [plain, averaged] = [make(false), make(true)];
  for (const model of [plain, averaged]) await model.fit([[1]], [[0]], { epochs: 2 });
  // Each step halves the weight: 1/2, 1/4. The running mean begins with the first of these, and is then 3/8.
  expect((await plain.getWeights())["dense_1/kernel"]!.data[0]).toBe(0.25);
  expect((await averaged.getWeights())["dense_1/kernel"]!.data[0]).toBe(0.375);
});
