// Layers that regularise: noise in training, a penalty on values.
import { describe, expect, test } from "vitest";
import { type Layer, layers, ones, random, type Shape, sequential, tensor } from "../src/index.ts";

describe("noise", () => {
  const drawn = async (layer: Layer, shape: Shape, seed = 1) => {
    const model = sequential([layer]);
    return [...(await model.apply(ones(shape), { training: true, key: random.key(seed) }).data())];
  };
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = (values: readonly number[]): number => {
    const middle = mean(values);
    return Math.sqrt(mean(values.map((v) => (v - middle) ** 2)));
  };

  test.each([
    ["spatialDropout1d", layers.spatialDropout1d, [50, 3, 40]],
    ["spatialDropout2d", layers.spatialDropout2d, [50, 3, 1, 40]],
    ["spatialDropout3d", layers.spatialDropout3d, [50, 1, 3, 1, 40]],
  ] as const)("%s drops a channel of an example everywhere, or divides it", async (_, make, shape) => {
    const values = await drawn(make(0.2), shape);
    expect(new Set(values)).toEqual(new Set([0, 1.25]));
    let dropped = 0;
    for (let example = 0; example < 50; example++)
      for (let channel = 0; channel < 40; channel++) {
        const steps = [0, 1, 2].map((step) => values[(example * 3 + step) * 40 + channel]);
        expect(new Set(steps).size).toBe(1);
        if (steps[0] === 0) dropped++;
      }
    // 2,000 channels: the standard deviation of the number is 18.
    expect(Math.abs(dropped - 400)).toBeLessThan(80);
  });
  test("Gaussian noise has its mean and deviation", async () => {
    const values = await drawn(layers.gaussianNoise(0.5), [200, 200]);
    expect(Math.abs(mean(values) - 1)).toBeLessThan(0.012);
    expect(deviation(values) / 0.5).toBeCloseTo(1, 1.7);
  });
  test("Gaussian dropout multiplies, with the deviation of dropout", async () => {
    const values = await drawn(layers.gaussianDropout(0.2), [200, 200]);
    expect(Math.abs(mean(values) - 1)).toBeLessThan(0.012);
    expect(deviation(values) / 0.5).toBeCloseTo(1, 1.7);
    const zeros = sequential([layers.gaussianDropout(0.2)]).apply(ones([3]).mul(0).expandDims(0), {
      training: true,
      key: random.key(1),
    });
    expect([...(await zeros.data())].map(Math.abs)).toEqual([0, 0, 0]);
  });
  test("alpha dropout keeps mean 0 and variance 1", async () => {
    const x = random.normal(random.key(3), [200, 200]);
    const y = sequential([layers.alphaDropout(0.3)]).apply(x, { training: true, key: random.key(1) });
    const values = [...(await y.data())];
    expect(Math.abs(mean(values))).toBeLessThan(0.025);
    expect(deviation(values)).toBeCloseTo(1, 1.7);
    // a · (−αλ) + b, worked out by hand for a rate of 0.3.
    const floor = -1.7580993408473766;
    const a = 1 / Math.sqrt(0.7 * (1 + 0.3 * floor ** 2));
    const lowest = Math.fround(a * floor * 0.7);
    const share = values.filter((v) => Math.abs(v - lowest) < 1e-5).length / values.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.01);
  });
  const noisy: readonly (readonly [string, () => Layer])[] = [
    ["spatialDropout1d", () => layers.spatialDropout1d(0.5)],
    ["gaussianNoise", () => layers.gaussianNoise(1)],
    ["gaussianDropout", () => layers.gaussianDropout(0.5)],
    ["alphaDropout", () => layers.alphaDropout(0.5)],
  ];
  test.each(noisy)("%s follows the key and does nothing outside training", async (_, make) => {
    expect(await drawn(make(), [2, 3, 4])).toEqual(await drawn(make(), [2, 3, 4]));
    expect(await drawn(make(), [2, 3, 4])).not.toEqual(await drawn(make(), [2, 3, 4], 2));
    expect([
      ...(await sequential([make()])
        .apply(ones([2, 3, 4]))
        .data()),
    ]).toEqual(new Array(24).fill(1));
  });
});

test("activity regularisation adds the sums over the batch to the loss, in evaluation too", async () => {
  const model = sequential([layers.activityRegularization({ l1: 0.5, l2: 0.1 })], { inputShape: [2] });
  const { losses, output } = model.result(
    tensor([
      [1, -2],
      [3, 0],
    ]),
  );
  expect(await (output as ReturnType<typeof tensor>).array()).toEqual([
    [1, -2],
    [3, 0],
  ]);
  expect(await losses[0]!.item()).toBeCloseTo(0.5 * 6, 6);
  expect(await losses[1]!.item()).toBeCloseTo(0.1 * 14, 6);
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "a rate",
      () => layers.spatialDropout1d(1),
      /^spatialDropout1d: expected rate to be a number from 0 to below 1, got 1/,
    ],
    [
      "a deviation",
      () => layers.gaussianNoise(-1),
      /^gaussianNoise: expected stddev to be a finite number from 0 up, got -1/,
    ],
    ["a factor", () => layers.activityRegularization({ l1: NaN }), /^activityRegularization: expected l1 to be /],
    [
      "another rank",
      () => sequential([layers.spatialDropout2d(0.1)], { inputShape: [4, 3] }),
      /layer spatial_dropout2d_1 \(SpatialDropout2D\): expected inputs .* two spatial axes/,
    ],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
