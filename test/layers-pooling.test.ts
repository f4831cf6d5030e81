// Pooling layers.
import { describe, expect, test } from "vitest";
import { type Layer, layers, sequential, tensor, zeros } from "../src/index.ts";

describe("masks", () => {
  const x = tensor([
    [[1], [2], [Infinity]],
    [[5], [6], [7]],
  ]);
  const mask = tensor([
    [true, true, false],
    [false, false, false],
  ]);
  test("masked steps do not count in the mean, whatever they hold", async () => {
    for (const [keepDims, expected] of [
      [false, [[1.5], [0]]],
      [true, [[[1.5]], [[0]]]],
    ] as const) {
      const { output, mask: own } = sequential([layers.globalAveragePooling1d({ keepDims })]).result(x, { mask });
      expect(await (output as typeof x).array()).toEqual(expected);
      expect(own).toBeNull();
    }
  });
  test("the result of pooling has no mask", () => {
    for (const layer of [layers.maxPooling1d(), layers.averagePooling1d(), layers.globalMaxPooling1d()])
      expect(sequential([layer]).result(zeros([2, 3, 1]), { mask }).mask).toBeNull();
  });
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "images without channels",
      () => sequential([layers.maxPooling2d()], { inputShape: [8, 8] }),
      /^layer max_pooling2d_1 .*: expected inputs .* two spatial axes.* got \[batch,8,8\]; add the channels/,
    ],
    [
      "a window that is longer than the input",
      () => sequential([layers.averagePooling1d({ poolSize: 4 })], { inputShape: [3, 1] }),
      /layer average_pooling1d_1 .*covers 4 elements of spatial axis 0, but x .* has 3 there; try padding: "same"/,
    ],
    ["a size", () => layers.maxPooling2d({ poolSize: [2] }), /^maxPooling2d: expected poolSize to be .* got \[2\]\.$/],
    ["a stride", () => layers.maxPooling1d({ strides: 0 }), /^maxPooling1d: expected strides to be .* got 0\.$/],
    [
      "a padding",
      () => layers.averagePooling2d({ padding: "full" as "same" }),
      /^averagePooling2d: expected padding to be "valid" or "same", got "full"\.$/,
    ],
    [
      "vectors",
      () => sequential([layers.globalAveragePooling1d()], { inputShape: [4] }),
      /expected inputs \[batch,\.\.\.space,channels\] with one spatial axis, none of them empty, got \[batch,4\]\./,
    ],
    [
      "keepDims",
      () => layers.globalMaxPooling2d({ keepDims: 1 as never }),
      /^globalMaxPooling2d: expected keepDims to be true or false, got 1\.$/,
    ],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});

test("what Keras takes first may be given by position", () => {
  const pairs: readonly (readonly [Layer, Layer])[] = [
    [layers.maxPooling2d(3, { strides: 2, name: "x" }), layers.maxPooling2d({ poolSize: 3, strides: 2, name: "x" })],
    [layers.averagePooling2d([2, 3]), layers.averagePooling2d({ poolSize: [2, 3] })],
    [layers.upSampling2d(4), layers.upSampling2d({ size: 4 })],
    [layers.leakyRelu(0.2), layers.leakyRelu({ negativeSlope: 0.2 })],
    [layers.groupNormalization(8, { axis: 1 }), layers.groupNormalization({ groups: 8, axis: 1 })],
    [layers.maxPooling1d(), layers.maxPooling1d({ poolSize: 2 })],
  ];
  for (const [byPosition, byName] of pairs) expect(byPosition.config()).toEqual(byName.config());
  expect(() => layers.maxPooling2d("2" as never)).toThrow(/maxPooling2d: expected an object of options, got "2"/);
});
