// Activation functions where PyTorch's values (goldens.test.ts) do not reach: worked tables, far ends, names.
import { describe, expect, test } from "vitest";
import {
  type ActivationName,
  activation,
  activations,
  glu,
  gradients,
  hardShrink,
  hardSigmoid,
  hardSilu,
  hardTanh,
  heaviside,
  logSoftmax,
  maxout,
  relu6,
  sigmoid,
  softmax,
  softplus,
  softShrink,
  sparsemax,
  sparsePlus,
  sparseSigmoid,
  stack,
  tensor,
  threshold,
} from "../src/index.ts";

const rounded = (values: ArrayLike<number>, digits: number): number[] =>
  Array.from(values, (v) => Number(v.toFixed(digits)));

test("the course's worked softmax", async () => {
  const z = tensor([5, 3, 6.2, 4, 1.5, -2]);
  expect(rounded(await z.exp().data(), 1)).toEqual([148.4, 20.1, 492.7, 54.6, 4.5, 0.1]);
  expect(await z.exp().sum().item()).toBeCloseTo(720.5, 1);
  expect(rounded(await softmax(z).data(), 2)).toEqual([0.21, 0.03, 0.68, 0.08, 0.01, 0]);
});

test("the step is a half at 0", async () => {
  expect(await heaviside([-2, 0, 3]).array()).toEqual([0, 0.5, 1]);
});

test("shifted sigmoids add up to softplus", async () => {
  const x = tensor([-3, -1, 0, 1, 2.5]);
  let total = x.mul(0);
  for (let i = 0; i < 60; i++) total = total.add(sigmoid(x.add(0.5 - i)));
  const wanted = await softplus(x.add(1)).data();
  (await total.data()).forEach((value, i) => expect(Math.abs(value - wanted[i]!)).toBeLessThan(0.02));
});

describe("far from 0, values and gradients stay finite", () => {
  const finite = (Object.keys(activations) as ActivationName[]).filter(
    (name) => name !== "exp" && name !== "exponential",
  );
  test.each(finite)("%s", async (name) => {
    const x = tensor([-1e4, -100, -30, -1e-30, 0, 1e-30, 30, 100, 1e4]);
    const y = activation(name)(x);
    const [slope] = gradients(y.sum(), [x]);
    for (const values of [await y.data(), await slope!.data()])
      expect(values.every(Number.isFinite), String(values)).toBe(true);
  });
  test("small probabilities keep their digits", async () => {
    const [low, high] = await sigmoid([-20, 20]).data();
    expect(low! / 2.0611536e-9).toBeCloseTo(1, 5);
    expect(high).toBe(1);
    expect((await logSoftmax([0, 200]).data())[0]).toBe(-200);
  });
  test("slopes at 0 are those of the function", async () => {
    const slopeAt0 = async (name: ActivationName): Promise<number> => {
      const x = tensor([0]);
      return gradients(activation(name)(x).sum(), [x])[0]!.item();
    };
    expect(await slopeAt0("sigmoid")).toBe(0.25);
    expect(await slopeAt0("softplus")).toBe(0.5);
    expect(await slopeAt0("relu")).toBe(0);
    expect(await slopeAt0("gelu")).toBe(0.5);
    expect(await slopeAt0("silu")).toBe(0.5);
    expect(await slopeAt0("softsign")).toBe(1);
  });
});

test("maxout takes the best of neighbours", async () => {
  expect(
    await maxout(
      [
        [1, 5, 4, 2],
        [0, -1, -2, -3],
      ],
      2,
    ).array(),
  ).toEqual([
    [5, 4],
    [0, -2],
  ]);
  expect(() => maxout([1, 2, 3], 2)).toThrow("maxout: 2 units must divide the last axis of [3].");
});

test("glu wants two halves", () => {
  expect(() => glu([1, 2, 3])).toThrow("glu: expected an axis of even length, got 3 in [3].");
});

describe("sparsemax", () => {
  test("of equal scores is even, of one far ahead is certain, and sums to 1 far from 0", async () => {
    expect(await sparsemax([3, 3, 3, 3]).array()).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(await sparsemax([1e6 + 0.5, 1e6]).array()).toEqual([0.75, 0.25]);
    expect(await sparsemax([1e4, -1e4, 0]).array()).toEqual([1, 0, 0]);
  });
  test("is the sparse sigmoid of two", async () => {
    const x = tensor([-2, -0.7, 0, 0.4, 1.5]);
    const [both] = [
      await sparsemax(stack([x.mul(0.5), x.mul(-0.5)], 1))
        .at([], 0)
        .data(),
    ];
    const wanted = await sparseSigmoid(x).data();
    both.forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 6));
  });
});

test("NaN passes through the pieces", async () => {
  for (const f of [relu6, hardTanh, hardSigmoid, hardSilu, hardShrink, softShrink, sparsePlus, sparseSigmoid])
    expect(await f([NaN]).array()).toEqual([NaN]);
  expect(await threshold([NaN], 0, 1).array()).toEqual([NaN]);
});

test("a name that is none is said, with the nearest", () => {
  expect(() => activation("leaky_relu")).toThrow(
    'unknown activation "leaky_relu". Did you mean "leakyRelu"? Known: linear, relu,',
  );
  expect(() => activation("constructor")).toThrow('unknown activation "constructor".');
});
