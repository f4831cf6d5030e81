// NumPy's basic indexing: `at`, `take`, `slidingWindow` and `split` against NumPy's own answers, and every bad index.
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  arange,
  concatenate,
  DTypeError,
  gradients,
  type NestedArray,
  random,
  split,
  stack,
  type Tensor,
  type TensorIndex,
  takeAlongAxis,
  tensor,
} from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

/** 0 … 23 as [2, 3, 4]: NumPy's `np.arange(24).reshape(2, 3, 4)`. */
const x = arange(24).reshape([2, 3, 4]);

describe("slice", () => {
  test.each([
    [[1], "1:"],
    [[1, 3], "1:3"],
    [[-2, undefined], "-2:"],
    [[0, -1], ":-1"],
    [[2, 1], "2:1, nothing"],
    [[-99, 99], "all"],
  ] as [[number, number?], string][])("counts as arrays do: %j", async (bounds) => {
    for (const axis of [0, 1, -1]) {
      const along = x.shape.at(axis)!;
      const expected = Array.from({ length: along }, (_, i) => i).slice(...bounds);
      const [start, end] = bounds;
      expect(await x.slice(start, end, axis).array()).toEqual(
        expected.length > 0 ? await x.take(expected, axis).array() : await x.at(...cutAt(axis)).array(),
      );
    }
  });
  test("refuses bounds and axes that are none", () => {
    expect(() => x.slice(0.5)).toThrow("expected a bound that is an integer, got 0.5");
    expect(() => x.slice(0, 1, 3)).toThrow(/slice: .*axis 3/);
  });
  /** Nothing along an axis. */
  const cutAt = (axis: number): TensorIndex[] => [0, 1, 2].map((i) => (i === (axis + 3) % 3 ? [0, 0] : []));
});

describe("at", () => {
  // The comment of each line is the index in NumPy, whose answer is given beside it.
  const table: [string, TensorIndex[], NestedArray][] = [
    ["x[1, 2, 3]", [1, 2, 3], 23],
    ["x[-1, -1, -1]", [-1, -1, -1], 23],
    ["x[-2, 0, 0]", [-2, 0, 0], 0],
    [
      "x[1]",
      [1],
      [
        [12, 13, 14, 15],
        [16, 17, 18, 19],
        [20, 21, 22, 23],
      ],
    ],
    ["x[0, 1]", [0, 1], [4, 5, 6, 7]],
    ["x[:, 1, 2]", [[], 1, 2], [6, 18]],
    [
      "x[..., 2]",
      ["...", 2],
      [
        [2, 6, 10],
        [14, 18, 22],
      ],
    ],
    ["x[1, ..., 0]", [1, "...", 0], [12, 16, 20]],
    ["x[..., 0, 0]", ["...", 0, 0], [0, 12]],
    ["x[0, 1, ...]", [0, 1, "..."], [4, 5, 6, 7]],
    ["x[0, 0, 0, ...]", [0, 0, 0, "..."], 0],
    ["x[0, 0, 1:3]", [0, 0, [1, 3]], [1, 2]],
    ["x[0, 0, :2]", [0, 0, [null, 2]], [0, 1]],
    ["x[0, 0, 2:]", [0, 0, [2]], [2, 3]],
    ["x[0, 0, -2:]", [0, 0, [-2]], [2, 3]],
    ["x[0, 0, :-1]", [0, 0, [null, -1]], [0, 1, 2]],
    ["x[0, 0, ::2]", [0, 0, [null, null, 2]], [0, 2]],
    ["x[0, 0, 1::2]", [0, 0, [1, undefined, 2]], [1, 3]],
    ["x[0, 0, ::3]", [0, 0, [null, null, 3]], [0, 3]],
    ["x[0, 0, ::9]", [0, 0, [null, null, 9]], [0]],
    ["x[0, 0, ::-1]", [0, 0, [null, null, -1]], [3, 2, 1, 0]],
    ["x[0, 0, ::-2]", [0, 0, [null, null, -2]], [3, 1]],
    ["x[0, 0, 2::-1]", [0, 0, [2, null, -1]], [2, 1, 0]],
    ["x[0, 0, 2:0:-1]", [0, 0, [2, 0, -1]], [2, 1]],
    ["x[0, 0, :0:-1]", [0, 0, [null, 0, -1]], [3, 2, 1]],
    ["x[0, 0, -1:-4:-2]", [0, 0, [-1, -4, -2]], [3, 1]],
    ["x[0, 0, 5:]", [0, 0, [5]], []],
    ["x[0, 0, -9:2]", [0, 0, [-9, 2]], [0, 1]],
    ["x[0, 0, 1:99]", [0, 0, [1, 99]], [1, 2, 3]],
    ["x[0, 0, 3:1]", [0, 0, [3, 1]], []],
    ["x[0, 0, 1:3:-1]", [0, 0, [1, 3, -1]], []],
    ["x[0, 0, 99::-1]", [0, 0, [99, null, -1]], [3, 2, 1, 0]],
    ["x[0, 0, :-99:-1]", [0, 0, [null, -99, -1]], [3, 2, 1, 0]],
    [
      "x[:, ::2, 1:3]",
      [[], [null, null, 2], [1, 3]],
      [
        [
          [1, 2],
          [9, 10],
        ],
        [
          [13, 14],
          [21, 22],
        ],
      ],
    ],
    [
      "x[1, ::-1, ::-3]",
      [1, [null, null, -1], [null, null, -3]],
      [
        [23, 20],
        [19, 16],
        [15, 12],
      ],
    ],
    ["x[0, 0, None]", [0, 0, null], [[0, 1, 2, 3]]],
    ["x[0, 0, :, None]", [0, 0, [], null], [[0], [1], [2], [3]]],
    ["x[None, 0, 0]", [null, 0, 0], [[0, 1, 2, 3]]],
    ["x[0, None, 0, None, :2]", [0, null, 0, null, [0, 2]], [[[0, 1]]]],
    ["x[0, 0, ..., None]", [0, 0, "...", null], [[0], [1], [2], [3]]],
    [
      "x[0, [2, 0]]",
      [0, tensor([2, 0], { dtype: "int32" })],
      [
        [8, 9, 10, 11],
        [0, 1, 2, 3],
      ],
    ],
    [
      "x[0, :, [3, 3]]",
      [0, [], tensor([3, 3], { dtype: "int32" })],
      [
        [3, 3],
        [7, 7],
        [11, 11],
      ],
    ],
    [
      "x[:, 0, [[0], [3]]]",
      [[], 0, tensor([[0], [3]], { dtype: "int32" })],
      [
        [[0], [3]],
        [[12], [15]],
      ],
    ],
    ["x[[1], 0, 0]", [tensor([1], { dtype: "int32" }), 0, 0], [12]],
    ["x[0, 0, np.array(2)]", [0, 0, tensor(2, { dtype: "int32" })], 2],
  ];

  test.each(table)("%s", async (_, index, expected) => {
    const y = x.at(...index);
    expect(await y.array()).toEqual(expected);
    expect(y.dtype).toBe("int32");
  });

  test("nothing at all is the tensor itself", async () => {
    expect(await x.at().array()).toEqual(await x.array());
    expect(await tensor(5).at().array()).toBe(5);
    expect(await tensor(5).at(null, "...", null).array()).toEqual([[5]]);
  });

  test("random slices are those of plain JavaScript", async () => {
    const random = hostRandom(3);
    const bound = (): number | null => (random.below(4) === 0 ? null : random.below(25) - 12);
    for (let i = 0; i < 300; i++) {
      const n = random.below(10);
      const [start, stop, step] = [bound(), bound(), [1, 2, 3, -1, -2, -5][random.below(6)]!];
      const y = arange(n).at([start, stop, step]);
      expect([...(await y.data())], `arange(${n})[${start}:${stop}:${step}]`).toEqual(
        pythonSlice(n, start, stop, step),
      );
    }
  });

  test("the gradient goes to the elements that were picked, once for each time", async () => {
    const v = tensor([1, 2, 3, 4, 5]);
    const picked = v
      .at([null, null, -2])
      .sum()
      .add(v.at(tensor([0, 0, 3], { dtype: "int32" })).sum())
      .add(v.at(-1).mul(10));
    expect(await gradients(picked, [v])[0]!.array()).toEqual([3, 0, 1, 1, 11]);
  });

  test.each<[string, () => Tensor, RegExp]>([
    ["an index out of range", () => x.at(2), /index 2 is out of range for axis 0 of \[2,3,4\], which has 2/],
    ["a negative index out of range", () => x.at(0, -4), /index -4 is out of range for axis 0 of \[3,4\], which has 3/],
    ["half an index", () => x.at(0.5), /index 0.5 is out of range/],
    ["too many entries", () => x.at(0, 0, 0, 0), /expected at most 3 entries for the axes of \[2,3,4\], got 4/],
    ["two sets of dots", () => x.at("...", 0, "..."), /expected "\.\.\." at most once, got it 2 times/],
    ["a step of 0", () => x.at([0, 2, 0]), /expected a step that is an integer and not 0, got 0/],
    ["half a step", () => x.at([0, 2, 0.5]), /expected a step that is an integer/],
    ["half a bound", () => x.at([0.5]), /expected a bound that is an integer, got 0.5/],
    [
      "a string",
      () => x.at("first" as never),
      /expected an integer, \[start, stop, step\], null, "\.\.\." or a tensor, got first/,
    ],
    ["true", () => x.at(true as never), /got true/],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });

  test("indices that are not integers", () => {
    expect(() => x.at(tensor([0.5]))).toThrow(DTypeError);
    expect(() => x.at(tensor([0.5]))).toThrow(/at: expected indices that are integers \(int32\), got float32\[1\]/);
    expect(() => x.at(tensor([true]))).toThrow(DTypeError);
  });
});

/** Python's own rule, from the language reference: the indices i = start + k·step before stop. */
function pythonSlice(n: number, start: number | null, stop: number | null, step: number): number[] {
  const from = (value: number | null, missing: number): number => {
    if (value === null) return missing;
    const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
    return Math.min(high, Math.max(low, value < 0 ? value + n : value));
  };
  const places: number[] = [];
  const end = from(stop, step > 0 ? n : -1);
  for (let i = from(start, step > 0 ? 0 : n - 1); step > 0 ? i < end : i > end; i += step) places.push(i);
  return places;
}

describe("take", () => {
  test("along each axis, with repeated indices, as numbers or tensors", async () => {
    expect(await x.take([1, 1], 0).at([], 0, 0).array()).toEqual([12, 12]);
    expect(await x.take([2, 0], 1).at(0, [], 0).array()).toEqual([8, 0]);
    expect(
      await x
        .take(
          [
            [3, 0],
            [1, 1],
          ],
          -1,
        )
        .at(0, 0)
        .array(),
    ).toEqual([
      [3, 0],
      [1, 1],
    ]);
    expect(await x.take(tensor([2], { dtype: "uint8" }), 2).shape).toEqual([2, 3, 1]);
    expect(await x.take(1, 1).at(0).array()).toEqual([4, 5, 6, 7]);
  });

  test("negative indices count from the end; what a tensor holds beyond an end reads that end", async () => {
    expect(await arange(5).take([-1, -5, 2]).array()).toEqual([4, 0, 2]);
    expect(await arange(5).take(-2).item()).toBe(3);
    const held = tensor([-1, -5, -9, 7, 2], { dtype: "int32" });
    const expected = [4, 0, 0, 4, 2];
    expect(await arange(5).take(held).array()).toEqual(expected);
    expect(await arange(5).at(held).array()).toEqual(expected);
    expect(await takeAlongAxis(arange(5), held, 0).array()).toEqual(expected);
    expect(await takeAlongAxis(arange(5), [-1, 0, -5], 0).array()).toEqual([4, 0, 0]);
    const v = tensor([1, 2, 3, 4, 5]);
    expect(await gradients(v.take(held).mul([1, 10, 100, 1000, 10000]).sum(), [v])[0]!.array()).toEqual([
      110, 0, 10000, 0, 1001,
    ]);
  });

  test("an axis that is not there, an axis of nothing", () => {
    expect(() => x.take([0], 3)).toThrow(/take: axis 3 is out of range for a tensor with 3 axes \(allowed: -3 to 2\)/);
    expect(() => tensor([]).take([0])).toThrow(/index 0 is out of range for axis 0 of \[0\], which has 0/);
    expect(() => tensor([]).take(tensor([0], { dtype: "int32" }))).toThrow(/axis 0 of \[0\] is empty/);
  });
});

describe("slidingWindow", () => {
  test("windows overlap, step and reach", async () => {
    const v = arange(7);
    expect(await v.slidingWindow(0, 3).array()).toEqual([
      [0, 1, 2],
      [1, 2, 3],
      [2, 3, 4],
      [3, 4, 5],
      [4, 5, 6],
    ]);
    expect(await v.slidingWindow(0, 2, { strides: 3 }).array()).toEqual([
      [0, 1],
      [3, 4],
    ]);
    expect(await v.slidingWindow(0, 3, { strides: 2, dilation: 2 }).array()).toEqual([
      [0, 2, 4],
      [2, 4, 6],
    ]);
    expect(await x.slidingWindow(1, 2).shape).toEqual([2, 2, 4, 2]);
    expect(await x.slidingWindow(1, 2).at(0, 1, 0).array()).toEqual([4, 8]);
  });

  test("windows that do not fit", () => {
    expect(() => arange(4).slidingWindow(0, 5)).toThrow(/size 5, stride 1 and dilation 1 do not fit axis 0 of \[4\]/);
    expect(() => arange(4).slidingWindow(0, 2, { strides: 0 })).toThrow(/stride 0/);
    expect(() => arange(4).slidingWindow(0, 3, { dilation: 2 })).toThrow(/dilation 2/);
  });
});

describe("split, stack and concatenate", () => {
  test("equal parts, and cuts at indices", async () => {
    expect(await Promise.all(split(arange(6), 3).map((part) => part.array()))).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
    expect(await Promise.all(split(arange(6), [1, 4]).map((part) => part.array()))).toEqual([[0], [1, 2, 3], [4, 5]]);
    expect(split(x, 2, -1).map((part) => part.shape)).toEqual([
      [2, 3, 2],
      [2, 3, 2],
    ]);
    expect(split(arange(3), [0, 3]).map((part) => part.shape)).toEqual([[0], [3], [0]]);
  });

  test("parts put together again are the whole", async () => {
    expect(await concatenate(split(x, [1, 2], 1), 1).array()).toEqual(await x.array());
    expect(await stack(split(x, 2).map((part) => part.squeeze(0))).array()).toEqual(await x.array());
    expect(await stack([arange(2), arange(2, 4)], 1).array()).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(await stack([1, 2, 3]).array()).toEqual([1, 2, 3]);
  });

  test("parts of unequal length", () => {
    expect(() => split(x, 4, 1)).toThrow(/axis 1 of \[2,3,4\] has 3, which does not make 4 equal parts/);
    expect(() => split(x, 0)).toThrow(ArgumentError);
    expect(() => split(x, 1.5)).toThrow(ArgumentError);
  });
});

test("indices that are drawn at random compile in no time", async () => {
  // The expression of a random number names its parts twice in each of twenty rounds.
  const rows = random.uniform(random.key(5), [3, 1, 1, 1], { max: 2 }).cast("int32");
  const numbers = tensor(
    Float32Array.from({ length: 48 }, (_, i) => i),
    { shape: [3, 2, 4, 2] },
  );
  const picked = await takeAlongAxis(numbers, rows, 1).data();
  const wanted = [...(await rows.data())].flatMap((row, i) =>
    Array.from({ length: 8 }, (_, j) => 16 * i + 8 * row + j),
  );
  expect([...picked]).toEqual(wanted);
}, 10_000);

test("a product of numbers that are drawn at random compiles in no time", async () => {
  const [a, b] = [random.uniform(random.key(1), [8, 64]), random.uniform(random.key(2), [5, 64, 64]).at(0)];
  const fused = a.matmul(b);
  const [x, y] = [tensor((await a.data()) as Float32Array, { shape: [8, 64] }), await b.data()];
  const expected = await x.matmul(tensor(y as Float32Array, { shape: [64, 64] })).data();
  (await fused.data()).forEach((v, i) => expect(v).toBeCloseTo(expected[i]!, 4));
}, 20_000);
