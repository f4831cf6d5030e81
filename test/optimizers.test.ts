// Optimizers over several steps, by values that can be worked out by hand. PyTorch's are in goldens.test.ts.
import { describe, expect, test } from "vitest";
import { compile, gradients, type Optimizer, optimizers, tensor, variable } from "../src/index.ts";
import { optimizerFromConfig, resolveOptimizer } from "../src/optimizers/index.ts";

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

test("defaults are what is documented", async () => {
  expect(await optimizers.sgd().config()).toEqual({ learningRate: 0.01, momentum: 0, nesterov: false });
  expect(await optimizers.adam().config()).toEqual({ learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 });
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
    weightDecay: 0.1,
    globalClipnorm: 2,
  });
  expect(await optimizerFromConfig("adamW", config).config()).toEqual(config);
});

describe("what is wrong is said", () => {
  test.each([
    [() => resolveOptimizer("adma" as "adam"), /^unknown optimizer "adma"\. Did you mean "adam"\?/],
    [
      () => resolveOptimizer(null as never),
      /^compile: expected an optimizer, such as a name \(sgd, .*\) or optimizers\.…\(\), got null\.$/,
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
