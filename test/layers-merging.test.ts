// Layers that merge several inputs.
import { describe, expect, test } from "vitest";
import { type Layer, layers, type Masks, type Shape, type Tensor, tensor, zeros } from "../src/index.ts";
import { Call } from "../src/nn/tree/call.ts";

describe("masks", () => {
  const a = tensor([[true, true, false, false]]);
  const b = tensor([[true, false, true, false]]);
  const maskOf = async (
    layer: Layer,
    masks: Masks,
    shapes: readonly Shape[] = [
      [1, 4, 2],
      [1, 4, 2],
    ],
  ) => {
    const result = new Call(layer, { mask: masks }).result(shapes.map((shape) => zeros(shape)));
    return result.mask === null ? null : (result.mask as Tensor).array();
  };
  test("a step counts where it counts in one of the inputs", async () => {
    for (const layer of [layers.add(), layers.maximum(), layers.concatenate()])
      expect(await maskOf(layer, [a, b])).toEqual([[true, true, true, false]]);
    for (const layer of [layers.add(), layers.concatenate(), layers.dot(1)])
      expect(await maskOf(layer, [a, null])).toBeNull();
  });
  test("masks are joined with the steps", async () => {
    const joined = [[true, true, false, false, true, true]];
    expect(
      await maskOf(
        layers.concatenate({ axis: 1 }),
        [a, null],
        [
          [1, 4, 2],
          [1, 2, 2],
        ],
      ),
    ).toEqual(joined);
    expect(
      await maskOf(
        layers.concatenate({ axis: -2 }),
        [a, null],
        [
          [1, 4, 2],
          [1, 2, 2],
        ],
      ),
    ).toEqual(joined);
  });
});

describe("what is wrong is said", () => {
  const apply = (layer: Layer, ...shapes: Shape[]) => layer.apply(shapes.map((shape) => zeros(shape)) as never);
  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "shapes that do not broadcast",
      () => apply(layers.add({ name: "sum" }), [1, 2], [1, 1], [1, 3]),
      /^layer sum \(Add\): expected inputs whose axes are equally long, or 1, got \[batch,2\] and .* and \[batch,3\]/,
    ],
    [
      "one input",
      () => layers.add().apply(zeros([2, 3]) as never),
      /expected a list of 1 or more inputs, as in layer\.apply\(\[a, b\]\), got \[batch,3\]/,
    ],
    [
      "three for two",
      () => apply(layers.subtract(), [1, 2], [1, 2], [1, 2]),
      /expected a list of 2 inputs, .* got 3, /,
    ],
    [
      "joining what differs elsewhere",
      () => apply(layers.concatenate(), [1, 2, 3], [1, 4, 3]),
      /expected inputs that differ along axis -1 only, got \[batch,2,3\] and \[batch,4,3\]/,
    ],
    [
      "an axis that is not there",
      () => apply(layers.concatenate({ axis: 2 }), [1, 2], [1, 2]),
      /expected an axis of \[batch,2\] and \[batch,2\] other than the batch, got 2/,
    ],
    [
      "the batch",
      () => layers.concatenate({ axis: 0 }),
      /^concatenate: expected axis to be an integer other than 0 \(the batch\), got 0/,
    ],
    [
      "a product of unequal lengths",
      () => apply(layers.dot(1), [1, 2], [1, 3]),
      /expected inputs of equal lengths along the axes 1 and 1, got \[batch,2\] and \[batch,3\]/,
    ],
    ["axes for three", () => layers.dot([1, 2, 3] as never), /^dot: expected axes to be .*, got \[1,2,3\]\./],
  ];
  test.each(cases)("%s", (_, make, message) => expect(make).toThrow(message));
});
