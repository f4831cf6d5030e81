// Many buffers: kernels whose addresses would be more than the parameters that a WebAssembly function may have.
import { expect, test } from "vitest";
import { compile, concatenate, gradients, stack, type Tensor, tensor, variable } from "../src/index.ts";

/** Tensors of [size] that hold 1, 2, 3 … everywhere. */
const counting = (n: number, size: number): Tensor[] =>
  Array.from({ length: n }, (_, i) => tensor(new Float32Array(size).fill(i + 1)));

const repeated = (n: number, size: number): number[] =>
  Array.from({ length: n * size }, (_, i) => 1 + Math.floor(i / size));

test.each([
  [1000, 8],
  [1001, 1],
  [1000, 70],
  [5000, 3],
])("stack and concatenate of %d tensors of %d, eager and compiled", async (n, size) => {
  const xs = counting(n, size);
  const expected = repeated(n, size);
  expect([...(await stack(xs).data())]).toEqual(expected);
  if (n > 1001 || size > 8) return;
  expect([...(await concatenate(xs).data())]).toEqual(expected);
  const joined = compile((...given: Tensor[]) => [stack(given), concatenate(given).mul(2)]);
  const [stacked, doubled] = (await joined(...xs)) as [Tensor, Tensor];
  expect([...(await stacked.data())]).toEqual(expected);
  expect([...(await doubled.data())]).toEqual(expected.map((x) => 2 * x));
});

test("the sum of 2,000 tensors: a chain, and a tree of single numbers", async () => {
  const chain = counting(2000, 3).reduce((a, b) => a.add(b));
  expect(await chain.array()).toEqual([2_001_000, 2_001_000, 2_001_000]);
  const tree = compile((...given: Tensor[]) => {
    let xs = given;
    while (xs.length > 1) xs = Array.from({ length: xs.length / 2 }, (_, i) => xs[2 * i]!.add(xs[2 * i + 1]!));
    return xs[0]!;
  });
  for (const size of [1, 5])
    expect([...(await (await tree(...counting(2048, size))).data())]).toEqual(new Array(size).fill((2048 * 2049) / 2));
});

test("a function with 1,500 inputs, and one with 1,500 results", async () => {
  const weighted = compile((...given: Tensor[]) => given.reduce((a, b) => a.mul(0.5).add(b)));
  expect(await (await weighted(...counting(1500, 2))).at(0).item()).toBeCloseTo(2998, 3);
  const multiples = compile((x: Tensor) => Array.from({ length: 1500 }, (_, i) => x.mul(i)));
  const results = await multiples(tensor([1, 2]));
  expect(await Promise.all([0, 499, 500, 1499].map((i) => results[i]!.array()))).toEqual([
    [0, 0],
    [499, 998],
    [500, 1000],
    [1499, 2998],
  ]);
});

test("1,100 variables, each with a gradient and an update", async () => {
  const parameters = counting(1100, 2).map((x) => variable(x));
  const step = compile(() => {
    const loss = stack(parameters.map((p) => p.value.square().sum())).sum();
    gradients(loss, parameters).forEach((g, i) => parameters[i]!.assign(parameters[i]!.value.sub(g.mul(0.25))));
    return loss;
  });
  const [n, size] = [1100, 2];
  const loss = (size * n * (n + 1) * (2 * n + 1)) / 6;
  expect((await (await step.repeat(2)).item()) / (loss / 4)).toBeCloseTo(1, 5);
  for (const i of [0, 500, 1099]) expect(await parameters[i]!.value.array()).toEqual([(i + 1) / 4, (i + 1) / 4]);
});
