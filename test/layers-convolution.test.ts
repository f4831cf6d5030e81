// Convolutions as layers.
import { describe, expect, test } from "vitest";
import { layers, loadModel, regularizers, sequential, tensor, zeros } from "../src/index.ts";

test.each([
  ["kernel", "kernel", (o: object) => layers.conv1d(1, 2, o)],
  ["kernel", "kernel", (o: object) => layers.conv1dTranspose(1, 2, o)],
  ["depthwise", "kernel", (o: object) => layers.depthwiseConv1d(2, o)],
  ["depthwise", "depthwiseKernel", (o: object) => layers.separableConv1d(1, 2, o)],
  ["pointwise", "pointwiseKernel", (o: object) => layers.separableConv1d(1, 2, o)],
  ["bias", "bias", (o: object) => layers.conv1d(1, 2, o)],
] as const)("penalties and bounds: %s of %s, %#", async (prefix, name, make) => {
  const layer = make({
    [`${prefix}Initializer`]: { name: "constant", config: { value: -3 } },
    [`${prefix}Regularizer`]: regularizers.l1(0.5),
    [`${prefix}Constraint`]: "nonNeg",
  });
  const model = sequential([layer], { inputShape: [3, 1] });
  const parameter = () => layer.parameters.find((p) => p.name === name)!;
  const x = zeros([1, 3, 1]);
  const { losses } = model.result(x);
  expect(await losses[0]!.item()).toBeCloseTo(0.5 * 3 * parameter().size, 5);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.layers[0]!.config()).toEqual(layer.config());
  await model.fit(x, model.apply(x), { verbose: 0 });
  const [value] = Object.entries(await model.getWeights()).flatMap(([path, { data }]) =>
    path.endsWith(`/${name}`) ? [[...data]] : [],
  );
  expect(value!.every((v) => v === 0)).toBe(true);
});

test("a causal convolution sees no later step", async () => {
  const model = sequential([layers.conv1d(1, 2, { padding: "causal", kernelInitializer: "ones" })]);
  expect(await (await model.predict([[[1], [10], [100]]])).array()).toEqual([[[1], [11], [110]]]);
});

test("layers have Keras's names in a model", () => {
  const model = sequential([layers.conv2d(2, 3), layers.conv2dTranspose(2, 3), layers.leakyRelu(), layers.prelu()]);
  expect(model.layers.map(({ name }) => name)).toEqual([
    "conv2d_1",
    "conv2d_transpose_1",
    "leaky_re_lu_1",
    "p_re_lu_1",
  ]);
});

test("an initializer with options is saved", async () => {
  const model = sequential(
    [layers.depthwiseConv1d(2, { depthwiseInitializer: { name: "constant", config: { value: 0.5 } } })],
    { inputShape: [4, 1] },
  );
  const loaded = await loadModel(await model.toBytes());
  expect(loaded.layers[0]!.config()["depthwiseInitializer"]).toEqual({ name: "constant", config: { value: 0.5 } });
});

test("the result has no mask", () => {
  const mask = tensor([[true, false, true]]);
  const model = sequential([layers.conv1d(1, 1)]);
  expect(model.result(zeros([1, 3, 1]), { mask }).mask).toBeNull();
});

describe("what is wrong is said", () => {
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "images without channels",
      () => sequential([layers.conv2d(1, 3)], { inputShape: [28, 28] }),
      /^layer conv2d_1 .*two spatial axes.*got \[batch,28,28\]; add .* layers\.reshape\(\[28,28,1\]\)\.$/,
    ],
    [
      "a kernel that is longer than the input",
      () => sequential([layers.conv1d(1, 5)], { inputShape: [3, 1] }),
      /layer conv1d_1 \(Conv1D\): .*covers 5 elements of spatial axis 0, but x .* has 3 there; try padding: "same"/,
    ],
    [
      "groups and channels",
      () => sequential([layers.conv2d(4, 1, { groups: 2 })], { inputShape: [4, 4, 3] }),
      /the 2 groups must divide the 3 channels of \[batch,4,4,3\]/,
    ],
    [
      "groups and filters",
      () => layers.conv2d(3, 1, { groups: 2 }),
      /^conv2d: the 2 groups must divide the 3 filters\.$/,
    ],
    ["filters", () => layers.conv1d(0, 3), /^conv1d: expected filters to be an integer from 1 up, got 0\.$/],
    [
      "a kernel's size",
      () => layers.conv3d(1, [2, 2]),
      /^conv3d: expected kernelSize to be .*a list of 3, .*got \[2,2\]/,
    ],
    [
      "a padding",
      () => layers.conv2d(1, 3, { padding: "causal" as "same" }),
      /^conv2d: expected padding to be "valid" or "same", got "causal"\.$/,
    ],
    [
      "an outputPadding that is too large",
      () => sequential([layers.conv1dTranspose(1, 3, { strides: 2, outputPadding: 2 })], { inputShape: [3, 1] }),
      /expected an outputPadding less than the stride 2 of spatial axis 0, got 2/,
    ],
    ["an option of another layer", () => layers.depthwiseConv2d(3, { groups: 2 } as object), /unknown option "groups"/],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
