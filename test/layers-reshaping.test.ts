// Layers that rearrange, cut, pad and repeat, mask, or apply a function.
import { describe, expect, test } from "vitest";
import {
  functional,
  input,
  type Layer,
  layers,
  loadModel,
  registerFunction,
  sequential,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.ts";

registerFunction("test: third powers", (x: Tensor) => x.mul(x).mul(x));

describe("masks", () => {
  const x = tensor([[[1], [2], [3]]]);
  const mask = tensor([[true, false, true]]);
  const given = async (layer: Layer) => {
    const { output, mask: own } = sequential([layer]).result(x, { mask });
    return [await (output as Tensor).reshape([-1]).array(), own === null ? null : await (own as Tensor).array()];
  };
  test("are cut, padded and repeated with the steps", async () => {
    expect(await given(layers.cropping1d([1, 0]))).toEqual([[2, 3], [[false, true]]]);
    expect(await given(layers.zeroPadding1d([1, 0]))).toEqual([[0, 1, 2, 3], [[false, true, false, true]]]);
    expect(await given(layers.upSampling1d())).toEqual([[1, 1, 2, 2, 3, 3], [[true, true, false, false, true, true]]]);
    expect(await given(layers.identity())).toEqual([[1, 2, 3], [[true, false, true]]]);
  });
  test("are gone where the steps are", async () => {
    for (const layer of [layers.permute([2, 1]), layers.lambda((x) => x.add(0))])
      expect((await given(layer))[1]).toBeNull();
  });
  test("masking masks steps that hold one value only, for the layers behind it", async () => {
    const steps = tensor([
      [
        [0, 0],
        [0, 1],
        [0, 0],
        [4, 2],
      ],
    ]);
    const { output, mask: own } = sequential([layers.masking()]).result(steps);
    expect(await (own as Tensor).array()).toEqual([[false, true, false, true]]);
    expect(await (output as Tensor).array()).toEqual(await steps.array());
    const mean = sequential([layers.masking({ maskValue: -1 }), layers.globalAveragePooling1d()]);
    expect(
      await mean
        .apply([
          [
            [-1, -1],
            [3, -1],
            [5, 2],
          ],
        ])
        .array(),
    ).toEqual([[4, 0.5]]);
    const masked = sequential([layers.masking({ maskValue: -1 })]).apply([
      [
        [-1, -1],
        [3, -1],
      ],
    ]);
    expect(await masked.array()).toEqual([
      [
        [0, 0],
        [3, -1],
      ],
    ]);
  });
});

test("one element interpolates to itself", async () => {
  const y = layers.upSampling2d({ interpolation: "bilinear" }).apply([[[[7]]]]);
  expect(await y.array()).toEqual([
    [
      [[7], [7]],
      [[7], [7]],
    ],
  ]);
});

describe("lambda", () => {
  test("takes several tensors, and the context of the call", async () => {
    const [a, b] = [input([2]), input([2])];
    const both = layers.lambda(([x, y]: [Tensor, Tensor], { training }) => (training ? x.add(y) : x.sub(y)));
    const model = functional({ inputs: [a, b], outputs: both.apply([a, b]) as typeof a });
    const pair = [tensor([[5, 6]]), tensor([[1, 2]])];
    expect(await (model.apply(pair) as Tensor).array()).toEqual([[4, 4]]);
    expect(await (model.apply(pair, { training: true }) as Tensor).array()).toEqual([[6, 8]]);
  });
  test("comes through a file by its name, and cannot without one", async () => {
    const model = sequential([layers.lambda("test: third powers"), layers.dense(1)], { inputShape: [2] });
    const loaded = await loadModel(await model.toBytes());
    expect(await (await loaded.predict([[1, 2]])).data()).toEqual(await (await model.predict([[1, 2]])).data());
    const unnamed = sequential([layers.lambda((x) => x.neg())], { inputShape: [2] });
    await expect(unnamed.toBytes()).rejects.toThrow(
      /^layer lambda_1 \(Lambda\): the function is one of your own.*; give it a name by registerFunction/,
    );
  });
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    ["axes", () => layers.permute([1, 1]), /^permute: expected dims to be the axes from 1 up .* got \[1,1\]\.$/],
    ["no axes", () => layers.permute(2 as never), /^permute: expected dims .* got 2\.$/],
    [
      "another rank",
      () => sequential([layers.permute([2, 1])], { inputShape: [4] }),
      /layer permute_1 \(Permute\): expected inputs of 2 axes beside the batch, got \[batch,4\]/,
    ],
    [
      "no vector",
      () => sequential([layers.repeatVector(2)], { inputShape: [4, 3] }),
      /expected inputs \[batch,features\], got \[batch,4,3\]/,
    ],
    ["a count", () => layers.repeatVector(0), /^repeatVector: expected n to be an integer from 1 up, got 0\.$/],
    [
      "nothing left",
      () => sequential([layers.cropping1d([2, 1])], { inputShape: [3, 1] }),
      /expected inputs of which something is left, got \[batch,3,1\] and cropping \[\[2,1\]\]/,
    ],
    [
      "a margin",
      () => layers.cropping1d([1, 2, 3] as never),
      /^cropping1d: expected cropping .* a pair .* got \[1,2,3\]\.$/,
    ],
    ["margins", () => layers.zeroPadding2d([1]), /^zeroPadding2d: expected padding .* a list of 2 .* got \[1\]\.$/],
    ["a negative margin", () => layers.zeroPadding3d(-1), /^zeroPadding3d: expected padding .* got -1\.$/],
    [
      "an interpolation",
      () => layers.upSampling2d({ interpolation: "bicubic" as "nearest" }),
      /^upSampling2d: expected interpolation to be "nearest" or "bilinear", got "bicubic"\.$/,
    ],
    [
      "an interpolation of sequences",
      () => layers.upSampling1d({ interpolation: "nearest" } as object),
      /unknown option/,
    ],
    ["a value to mask", () => layers.masking({ maskValue: NaN }), /^masking: expected maskValue to be a finite number/],
    ["masking of vectors", () => layers.masking().apply(zeros([2, 3])), /expected inputs of at least 2 axes/],
    [
      "a name that is not registered",
      () => layers.lambda("test: third power"),
      /no function "test: third power" is registered\. Did you mean "test: third powers"\?/,
    ],
    [
      "no function",
      () => layers.lambda(3 as never),
      /^lambda: expected a function of tensors, or the name of one, got 3\.$/,
    ],
    [
      "a name that is taken",
      () => registerFunction("test: third powers", (x) => x),
      /"test: third powers" is already registered/,
    ],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
