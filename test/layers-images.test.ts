// Layers for images: sizes, and random changes while training. Their sampling is held to PyTorch in
// random-cases.test.ts.
import { describe, expect, test } from "vitest";
import {
  affineTransform,
  compile,
  type Layer,
  layers,
  loadModel,
  type NestedArray,
  random,
  resizeImages,
  sequential,
  type Tensor,
  tensor,
} from "../src/index.ts";

const train = (layer: Layer, x: Tensor, seed = 1): Tensor =>
  layer.apply(x, { training: true, key: random.key(seed) }) as Tensor;
/** One channel of one image, as rows. */
const image = (rows: readonly (readonly number[])[]): Tensor =>
  tensor([rows.map((row) => row.map((value) => [value]))] as NestedArray);
const rowsOf = async (x: Tensor): Promise<number[][]> => {
  const [first] = await x.array<4>();
  return first!.map((row) => row.map(([value]) => Math.round(value! * 1e4) / 1e4));
};
const many = 2000;
/** Many equal images. */
const copies = (x: Tensor): Tensor => x.broadcastTo([many, ...x.shape.slice(1)]);
/** Mean, variance, least and greatest. */
const statistics = async (x: Tensor) => {
  const values = [...(await x.data())];
  const mean = values.reduce((a, b) => a + b) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, variance, least: Math.min(...values), greatest: Math.max(...values) };
};
/** Holds numbers to the uniform distribution: mean within 5 of its deviations, variance within a tenth, range full. */
const isUniform = async (x: Tensor, low: number, high: number): Promise<void> => {
  const { mean, variance, least, greatest } = await statistics(x);
  const deviation = (high - low) / Math.sqrt(12);
  expect(Math.abs(mean - (low + high) / 2)).toBeLessThan((5 * deviation) / Math.sqrt(x.size));
  expect(Math.abs(variance / deviation ** 2 - 1)).toBeLessThan(0.1);
  const slack = (high - low) / 1000;
  expect(least).toBeGreaterThan(low - slack);
  expect(least).toBeLessThan(low + 10 * slack);
  expect(greatest).toBeLessThan(high + slack);
  expect(greatest).toBeGreaterThan(high - 10 * slack);
};

const wide = { valueRange: [-100, 100] } as const;

describe("sizes", () => {
  const x = image([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9, 10, 11],
  ]);
  test("centerCrop takes the middle, and leaves more at the end", async () => {
    expect(await rowsOf(layers.centerCrop(1, 2).apply(x))).toEqual([[5, 6]]);
    expect(await rowsOf(layers.centerCrop(2, 3).apply(x))).toEqual([
      [0, 1, 2],
      [4, 5, 6],
    ]);
  });
  test("centerCrop of a smaller image enlarges it without a change of its ratio", async () => {
    // Of 3 × 4 the middle 1 × 4 has the ratio of 2 × 8.
    expect(await rowsOf(layers.centerCrop(2, 8).apply(x))).toEqual(
      await rowsOf(resizeImages(x.at([], [1, 2]), [2, 8])),
    );
  });
  test("resizing keeps the mean where it halves", async () => {
    expect(await rowsOf(layers.resizing(3, 2).apply(x))).toEqual([
      [0.5, 2.5],
      [4.5, 6.5],
      [8.5, 10.5],
    ]);
  });
  test("bytes become floats", () => {
    const bytes = tensor(new Uint8Array(8), { shape: [1, 2, 2, 2] });
    for (const layer of [layers.randomFlip(), layers.centerCrop(1, 1), layers.resizing(2, 2), layers.randomCrop(2, 2)])
      expect((layer.apply(bytes) as Tensor).dtype).toBe("float32");
  });
  test("randomCrop is centerCrop outside training and for smaller images", async () => {
    expect(await rowsOf(layers.randomCrop(1, 2).apply(x))).toEqual([[5, 6]]);
    expect(await rowsOf(train(layers.randomCrop(2, 8), x))).toEqual(await rowsOf(layers.centerCrop(2, 8).apply(x)));
  });
  test("randomCrop takes every part equally often, and whole parts only", async () => {
    const parts = await train(layers.randomCrop(2, 2), copies(x)).array<4>();
    const counts = new Map<number, number>();
    for (const [[a, b], [c, d]] of parts as [[number[], number[]], [number[], number[]]][]) {
      const corner = a![0]!;
      expect([b, c, d].map((pixel) => pixel![0]! - corner)).toEqual([1, 4, 5]);
      counts.set(corner, (counts.get(corner) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 4, 5, 6]);
    // 2000 / 6 with a deviation of 17.
    for (const count of counts.values()) expect(Math.abs(count - many / 6)).toBeLessThan(85);
  });
});

describe("given transforms", () => {
  const square = image([
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
  test("a quarter turn is counterclockwise", async () => {
    expect(await rowsOf(train(layers.randomRotation([0.25, 0.25]), square))).toEqual([
      [3, 6, 9],
      [2, 5, 8],
      [1, 4, 7],
    ]);
  });
  test("a zoom of 1 shows twice as much, one of −½ half", async () => {
    const options = { fillMode: "constant", fillValue: -1 } as const;
    expect(await rowsOf(train(layers.randomZoom([1, 1], options), square))).toEqual([
      [-1, -1, -1],
      [-1, 5, -1],
      [-1, -1, -1],
    ]);
    expect(await rowsOf(train(layers.randomZoom([-0.5, -0.5]), square))).toEqual([
      [3, 3.5, 4],
      [4.5, 5, 5.5],
      [6, 6.5, 7],
    ]);
    expect(await rowsOf(train(layers.randomZoom([-0.5, -0.5], { widthFactor: [0, 0] }), square))).toEqual([
      [2.5, 3.5, 4.5],
      [4, 5, 6],
      [5.5, 6.5, 7.5],
    ]);
  });
  test("a shift goes down and to the right", async () => {
    const third = 1 / 3;
    expect(await rowsOf(train(layers.randomTranslation([third, third], [0, 0]), square))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(await rowsOf(train(layers.randomTranslation([0, 0], [third, third], { fillMode: "wrap" }), square))).toEqual(
      [
        [3, 1, 2],
        [6, 4, 5],
        [9, 7, 8],
      ],
    );
  });
  test.each([
    ["reflect", [2, 1, 1, 2, 3, 3, 2]],
    ["wrap", [2, 3, 1, 2, 3, 1, 2]],
    ["nearest", [1, 1, 1, 2, 3, 3, 3]],
    ["constant", [0.5, 0.5, 1, 2, 3, 0.5, 0.5]],
  ] as const)("outside the image: %s", async (fillMode, wanted) => {
    const row = image([[1, 2, 3, 0, 0, 0, 0]]).at([], [], [0, 3]);
    const at = (shift: number, interpolation: "bilinear" | "nearest") =>
      affineTransform(row, tensor([1, 0, shift, 0, 1, 0]).reshape([2, 3]), {
        fillMode,
        interpolation,
        fillValue: 0.5,
      });
    for (const interpolation of ["bilinear", "nearest"] as const) {
      const seen = [-2, 1, 2].map(async (shift) => (await rowsOf(at(shift, interpolation)))[0]!);
      const [left, middle, right] = (await Promise.all(seen)) as [number[], number[], number[]];
      expect([left[0], left[1], left[2], middle[0], right[0], right[1], right[2]]).toEqual(wanted);
    }
  });
  test("contrast and brightness, by their formulas", async () => {
    const two = tensor([[[[10, 0], [30, 100]], [[50, 100], [70, 200]]]]); // biome-ignore format: rows
    const contrast = train(layers.randomContrast([0.5, 0]), two.at([], [], [], [0, 1]));
    const { mean } = await statistics(contrast);
    expect(mean).toBeCloseTo(40, 3);
    // The factor is drawn: all distances from the mean are multiplied by it.
    const [[first], [, last]] = (await rowsOf(contrast)) as [number[], number[]];
    expect((40 - first!) / 30).toBeCloseTo((last! - 40) / 30, 4);
    expect((40 - first!) / 30).toBeGreaterThan(0.5);
    expect((40 - first!) / 30).toBeLessThan(1);
    // Channels have means of their own, and values stay in their range.
    const strong = await train(layers.randomContrast([0, 1e6]), two).data();
    expect([...strong]).toEqual([0, 0, 0, 100, 255, 100, 255, 255]);
    expect([...(await train(layers.randomBrightness([0.5, 0.5]), two).data())]).toEqual(
      [10, 0, 30, 100, 50, 100, 70, 200].map((v) => Math.min(255, v + 127.5)),
    );
    expect([...(await train(layers.randomBrightness([-0.5, -0.5], wide), two).data())]).toEqual(
      [10, 0, 30, 100, 50, 100, 70, 200].map((v) => Math.max(-100, Math.min(100, v - 100))),
    );
  });
});

describe("draws", () => {
  // The value of a pixel is its column, so that differences are the coefficients of the transform.
  const ramp = copies(image(Array.from({ length: 5 }, () => [0, 1, 2, 3, 4])));
  const across = (y: Tensor): Tensor => y.at([], 2, 3, 0).sub(y.at([], 2, 2, 0));
  const down = (y: Tensor): Tensor => y.at([], 3, 2, 0).sub(y.at([], 2, 2, 0));
  test("angles are uniform, and rotations keep lengths", async () => {
    const y = train(layers.randomRotation([-0.1, 0.2]), ramp);
    const turns = Array.from(await across(y).data(), (cos, i) => ({ cos, i }));
    const sines = await down(y).data();
    for (const { cos, i } of turns) expect(cos ** 2 + sines[i]! ** 2).toBeCloseTo(1, 4);
    const angles = turns.map(({ cos, i }) => Math.atan2(-sines[i]!, cos) / (2 * Math.PI));
    await isUniform(tensor(angles), -0.1, 0.2);
  });
  test("zooms are uniform; the ratio stays unless it is told to change", async () => {
    const y = train(layers.randomZoom(0.3, { widthFactor: [-0.5, 0] }), ramp);
    await isUniform(across(y), 0.5, 1);
    const both = copies(image(Array.from({ length: 5 }, (_, i) => [0, 1, 2, 3, 4].map((j) => 10 * i + j))));
    const kept = train(layers.randomZoom(0.3), both);
    await isUniform(across(kept), 0.7, 1.3);
    expect(await down(kept).sub(across(kept).mul(10)).abs().max().item()).toBeLessThan(1e-3);
    const free = train(layers.randomZoom(0.3, { widthFactor: 0.3 }), both);
    expect(await down(free).sub(across(free).mul(10)).abs().max().item()).toBeGreaterThan(1);
  });
  test("shifts are uniform in both directions, independently", async () => {
    const y = train(layers.randomTranslation(0.2, [-0.1, 0.3]), ramp);
    const shift = y.at([], 2, 2, 0).sub(2).neg();
    await isUniform(shift, -0.5, 1.5);
    const tall = ramp.transpose([0, 2, 1, 3]);
    const vertical = train(layers.randomTranslation(0.2, [-0.1, 0.3]), tall)
      .at([], 2, 2, 0)
      .sub(2)
      .neg();
    await isUniform(vertical, -1, 1);
    const product = await vertical.mul(shift.sub(0.5)).mean().item();
    expect(Math.abs(product)).toBeLessThan(5 / 3 / Math.sqrt(many));
  });
  test("brightness and contrast are uniform", async () => {
    const grey = ramp.add(100);
    const lighter = train(layers.randomBrightness([-0.1, 0.3]), grey);
    await isUniform(lighter.sub(grey).at([], 0, 0, 0).div(255), -0.1, 0.3);
    await isUniform(across(train(layers.randomContrast([0.2, 0.6]), grey)), 0.8, 1.6);
  });
  test("half of the images are flipped, in each direction that is named", async () => {
    const corners = copies(image([[0, 1], [2, 3]])); // biome-ignore format: rows
    const first = async (mode: "horizontal" | "vertical" | undefined, seed: number) => {
      const found = await train(layers.randomFlip(mode), corners, seed).at([], 0, 0, 0).data();
      return [0, 1, 2, 3].map((corner) => found.filter((v) => v === corner).length);
    };
    const [stay, swapped, ...none] = (await first("horizontal", 1)) as [number, number];
    expect(none).toEqual([0, 0]);
    // The deviation is 22.
    expect(Math.abs(stay - many / 2)).toBeLessThan(110);
    expect(swapped).toBe(many - stay);
    const upright = await first("vertical", 2);
    expect([upright[1], upright[3]]).toEqual([0, 0]);
    expect(Math.abs(upright[2]! - many / 2)).toBeLessThan(110);
    for (const count of await first(undefined, 3)) expect(Math.abs(count - many / 4)).toBeLessThan(100);
  });
});

describe("keys", () => {
  const x = random.uniform(random.key(7), [4, 6, 5, 3], { max: 255 });
  const all = (): Layer[] => [
    layers.randomFlip(),
    layers.randomRotation(0.2),
    layers.randomZoom(0.3, { widthFactor: 0.2 }),
    layers.randomTranslation(0.2, 0.3, { interpolation: "nearest" }),
    layers.randomCrop(3, 3),
    layers.randomContrast(0.5),
    layers.randomBrightness(0.3),
  ];
  test("the same key gives the same bits, compiled or not, another key others; nothing without training", async () => {
    for (const layer of all()) {
      const compiled = compile((x: Tensor) => train(layer, x));
      const once = await train(layer, x).data();
      expect(await train(layer, x).data(), layer.className).toEqual(once);
      expect(await (await compiled(x)).data(), layer.className).toEqual(once);
      expect(await train(layer, x, 2).data(), layer.className).not.toEqual(once);
      const idle = layer.className === "RandomCrop" ? layers.centerCrop(3, 3).apply(x) : x;
      expect(await (layer.apply(x) as Tensor).data(), layer.className).toEqual(await idle.data());
      expect(await (layer.apply(x, { training: true }) as Tensor).data()).toEqual(await idle.data());
    }
  });
  test("a saved model draws the same", async () => {
    const model = sequential(all().slice(0, 4), { inputShape: [6, 5, 3] });
    const loaded = await loadModel(await model.toBytes());
    const changed = await train(model, x).data();
    expect(changed).not.toEqual(await x.data());
    expect(await train(loaded, x).data()).toEqual(changed);
  });
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    ["a mode", () => layers.randomFlip("both" as "vertical"), /^randomFlip: expected mode to be one of horizontal, /],
    [
      "a fill mode",
      () => layers.randomRotation(0.1, { fillMode: "reflekt" as "reflect" }),
      /^randomRotation: expected fillMode to be one of .*, got "reflekt"\. Did you mean "reflect"\?/,
    ],
    [
      "a factor",
      () => layers.randomTranslation(-0.1, 0),
      /^randomTranslation: expected heightFactor to be a number from 0 up or a pair .* of numbers, got -0\.1/,
    ],
    ["bounds", () => layers.randomZoom([0.2, 0.1]), /heightFactor .* of numbers from -1 up, got \[0\.2,0\.1\]/],
    ["a contrast", () => layers.randomContrast(1.5), /^randomContrast: expected factor to be a number from 0 to 1, /],
    ["a brightness", () => layers.randomBrightness(2), /^randomBrightness: expected factor to be .* from -1 up, got 2/],
    ["a range", () => layers.randomBrightness(1, { valueRange: [1, 1] }), /valueRange .* got \[1,1\]/],
    ["a size", () => layers.resizing(0, 2), /^resizing: expected height to be an integer from 1 up, got 0/],
    [
      "what is no image",
      () => sequential([layers.randomFlip()], { inputShape: [28, 28] }),
      /layer random_flip_1 \(RandomFlip\): expected images \[batch,height,width,channels\], got \[batch,28,28\]/,
    ],
    [
      "transforms of another number of images",
      // biome-ignore format: rows
      () => affineTransform(tensor(new Float32Array(4), { shape: [2, 2, 1, 1] }), [[[1, 0, 0], [0, 1, 0]]]),
      /got \[2,2,1,1\] and \[1,2,3\]/,
    ],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
