// Shapes, axes, dtypes: NumPy's rules of broadcasting and promotion, and what the errors say.
import { describe, expect, test } from "vitest";
import { promote } from "../src/dtype.ts";
import {
  type DType,
  full,
  ones,
  type Shape,
  ShapeError,
  Tensor,
  tensor,
  variance,
  where,
  zeros,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { broadcastShapes, contiguousStrides, normalizeAxes, normalizeAxis } from "../src/shape.ts";

describe("broadcasting", () => {
  test.each<[Shape, Shape, Shape]>([
    [[], [], []],
    [[], [3], [3]],
    [[3], [], [3]],
    [[1], [3], [3]],
    [[3], [3], [3]],
    [[2, 1], [3], [2, 3]],
    [[2, 3], [3], [2, 3]],
    [
      [2, 1],
      [1, 3],
      [2, 3],
    ],
    [
      [5, 1, 4],
      [3, 1],
      [5, 3, 4],
    ],
    [
      [8, 1, 6, 1],
      [7, 1, 5],
      [8, 7, 6, 5],
    ],
    [[0], [1], [0]],
    [
      [3, 0],
      [1, 1],
      [3, 0],
    ],
    [[1], [0, 1], [0, 1]],
    [[1, 1, 1], [2], [1, 1, 2]],
  ])("[%s] and [%s] give [%s]", async (a, b, out) => {
    expect(broadcastShapes("add", a, b)).toEqual(out);
    expect(broadcastShapes("add", b, a)).toEqual(out);
    const sum = zeros(a).add(ones(b));
    expect(sum.shape).toEqual(out);
    expect((await sum.data()).length).toBe(out.reduce((n, m) => n * m, 1));
  });

  test("several at once", () => {
    expect(broadcastShapes("where", [3, 1], [4], [2, 1, 1])).toEqual([2, 3, 4]);
    expect(broadcastShapes("nothing")).toEqual([]);
    expect(where(ones([3, 1], "bool"), zeros([4]), ones([2, 1, 1])).shape).toEqual([2, 3, 4]);
  });

  test.each<[Shape, Shape, string]>([
    [[2], [3], "shapes [2] and [3] do not broadcast together: axis -1 is 2 in one and 3 in the other"],
    [[2, 3], [2], "shapes [2,3] and [2] do not broadcast together: axis -1 is 3 in one and 2 in the other"],
    [
      [2, 1, 4],
      [3, 3, 4],
      "shapes [2,1,4] and [3,3,4] do not broadcast together: axis -3 is 2 in one and 3 in the other",
    ],
    [[0], [2], "shapes [0] and [2] do not broadcast together"],
  ])("[%s] and [%s] do not", (a, b, message) => {
    expect(() => zeros(a).mul(zeros(b))).toThrow(ShapeError);
    expect(() => zeros(a).mul(zeros(b))).toThrow(`mul: ${message}`);
  });

  test("each element meets its own", async () => {
    const column = tensor([[10], [20]]);
    expect(await column.add([1, 2, 3]).array()).toEqual([
      [11, 12, 13],
      [21, 22, 23],
    ]);
    expect(await tensor([1, 2, 3]).sub(column).array()).toEqual([
      [-9, -8, -7],
      [-19, -18, -17],
    ]);
    expect(
      await tensor([[[1], [2]]])
        .mul([[[1, 10]], [[100, 1000]]])
        .array(),
    ).toEqual([
      [
        [1, 10],
        [2, 20],
      ],
      [
        [100, 1000],
        [200, 2000],
      ],
    ]);
  });

  test("broadcastTo stretches, adds axes at the left, and does no more", () => {
    expect(zeros([3, 1]).broadcastTo([2, 3, 4]).shape).toEqual([2, 3, 4]);
    expect(() => zeros([3]).broadcastTo([3, 2])).toThrow("broadcast: [3] does not broadcast to [3,2]");
    expect(() => zeros([2, 3]).broadcastTo([3])).toThrow("broadcast: [2,3] does not broadcast to [3]");
  });
});

describe("axes", () => {
  test("count from the end where negative", () => {
    expect([normalizeAxis(-1, 3, "f"), normalizeAxis(-3, 3, "f"), normalizeAxis(2, 3, "f")]).toEqual([2, 0, 2]);
    expect(normalizeAxes([-1, 0], 3, "f")).toEqual([0, 2]);
    expect(normalizeAxes(undefined, 2, "f")).toEqual([0, 1]);
    expect(normalizeAxes(1, 2, "f")).toEqual([1]);
    expect(normalizeAxes([], 2, "f")).toEqual([]);
  });

  test.each<[string, () => unknown, string]>([
    [
      "too great",
      () => zeros([2, 3]).sum(2),
      "sum: axis 2 is out of range for a tensor with 2 axes (allowed: -2 to 1).",
    ],
    [
      "too small",
      () => zeros([2, 3]).max(-3),
      "max: axis -3 is out of range for a tensor with 2 axes (allowed: -2 to 1).",
    ],
    [
      "of a vector",
      () => zeros([2]).mean(1),
      "mean: axis 1 is out of range for a tensor with 1 axis (allowed: -1 to 0).",
    ],
    ["of a scalar", () => zeros([]).argmax(0), "argmax: axis 0 is out of range for a tensor with 0 axes."],
    ["not an integer", () => zeros([2]).flip(0.5), "flip: axis 0.5 is out of range"],
    ["named twice", () => zeros([2, 3]).sum([1, -1]), "sum: an axis is named twice in [1,1]."],
    ["of a transpose", () => zeros([2, 3]).transpose([0, 2]), "transpose: axis 2 is out of range"],
    [
      "of a transpose, twice",
      () => zeros([2, 3]).transpose([0, 0]),
      "permute: expected an order of the 2 axes of [2,3], got [0,0].",
    ],
    [
      "of a transpose, too few",
      () => zeros([2, 3]).transpose([0]),
      "permute: expected an order of the 2 axes of [2,3], got [0].",
    ],
    ["to squeeze that is long", () => zeros([1, 3]).squeeze(1), "squeeze: axis 1 of [1,3] has length 3, not 1."],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });

  test("of every reduction give the shapes that NumPy gives", () => {
    const x = zeros([2, 3, 4]);
    expect([x.sum().shape, x.sum(0).shape, x.sum([0, -1]).shape, x.sum([]).shape]).toEqual([
      [],
      [3, 4],
      [3],
      [2, 3, 4],
    ]);
    expect([
      x.max(1, { keepDims: true }).shape,
      x.mean(undefined, { keepDims: true }).shape,
      variance(x, -1).shape,
    ]).toEqual([
      [2, 1, 4],
      [1, 1, 1],
      [2, 3],
    ]);
    expect([x.argmax().shape, x.argmin(0).shape]).toEqual([
      [2, 3],
      [3, 4],
    ]);
  });
});

describe("reshape and its kin", () => {
  test.each<[Shape, number[], Shape]>([
    [[2, 3], [6], [6]],
    [
      [2, 3],
      [3, -1],
      [3, 2],
    ],
    [[2, 3], [-1], [6]],
    [[], [1, 1], [1, 1]],
    [[1], [], []],
    [
      [0, 3],
      [3, 0, 2],
      [3, 0, 2],
    ],
    [
      [0, 3],
      [-1, 3],
      [0, 3],
    ],
  ])("[%s] to [%s]", (from, to, out) => {
    expect(zeros(from).reshape(to).shape).toEqual(out);
  });

  test.each<[Shape, number[], string]>([
    [[2, 3], [4], "reshape: expected a shape of 6 elements, as [2,3] has, got [4] with 4."],
    [
      [2, 3],
      [4, -1],
      "reshape: expected a shape for the 6 elements of [2,3], got [4,-1]; −1 may stand once, for an integer.",
    ],
    [[2, 3], [-1, -1], "−1 may stand once"],
    [[0, 3], [0, -1], "got [0,-1]"],
    [[2, 3], [-2, -3], "expected a shape of integers from -1 to 2147483647, got [-2,-3]"],
    [[4], [1.5, 2], "expected a shape of integers from -1 to 2147483647, got [1.5,2]"],
  ])("[%s] not to [%s]", (from, to, message) => {
    expect(() => zeros(from).reshape(to)).toThrow(ShapeError);
    expect(() => zeros(from).reshape(to)).toThrow(message);
  });

  test("expandDims, squeeze, transpose, pad", () => {
    const x = zeros([2, 3]);
    expect([x.expandDims(0).shape, x.expandDims(-1).shape, x.expandDims(1).shape]).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [2, 1, 3],
    ]);
    expect(() => x.expandDims(3)).toThrow("expandDims: axis 3 is out of range for a tensor with 3 axes");
    expect([
      zeros([1, 3, 1]).squeeze().shape,
      zeros([1, 3, 1]).squeeze(-1).shape,
      zeros([1]).squeeze([0]).shape,
    ]).toEqual([[3], [1, 3], []]);
    expect([zeros([2, 3, 4]).transpose().shape, zeros([2, 3, 4]).transpose([-1, 0, 1]).shape]).toEqual([
      [4, 3, 2],
      [4, 2, 3],
    ]);
    expect(
      x.pad([
        [1, 0],
        [0, 2],
      ]).shape,
    ).toEqual([3, 5]);
    expect(() => x.pad([[1, 0]])).toThrow("pad: expected a pair for each of the 2 axes of [2,3], got 1.");
    expect(() =>
      x.pad([
        [1, 0],
        [-1, 0],
      ]),
    ).toThrow("pad: expected an integer ≥ 0 for each axis of [2,3], got [1,-1] and [0,0].");
  });

  test("strides are row-major", () => {
    expect([contiguousStrides([2, 3, 4]), contiguousStrides([]), contiguousStrides([5, 0, 2])]).toEqual([
      [12, 4, 1],
      [],
      [0, 2, 1],
    ]);
  });
});

describe("matmul follows NumPy's rules", () => {
  test.each<[Shape, Shape, Shape]>([
    [[3], [3], []],
    [[2, 3], [3], [2]],
    [[3], [3, 4], [4]],
    [
      [2, 3],
      [3, 4],
      [2, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
      [5, 2, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [
      [5, 1, 2, 3],
      [7, 3, 4],
      [5, 7, 2, 4],
    ],
    [
      [1, 2, 3],
      [5, 3, 4],
      [5, 2, 4],
    ],
    [[3], [5, 3, 4], [5, 4]],
    [[5, 2, 3], [3], [5, 2]],
    [
      [1, 1, 2, 3],
      [1, 3, 4],
      [1, 1, 2, 4],
    ],
    [
      [0, 3],
      [3, 4],
      [0, 4],
    ],
    [
      [2, 0],
      [0, 4],
      [2, 4],
    ],
    [
      [1, 2, 3],
      [0, 3, 4],
      [0, 2, 4],
    ],
  ])("[%s] by [%s] is [%s]", async (a, b, out) => {
    const product = ones(a).matmul(ones(b));
    expect(product.shape).toEqual(out);
    expect([...(await product.data())]).toEqual(new Array(product.size).fill(a.at(-1)));
  });

  test.each<[Shape, Shape, string]>([
    [
      [2, 3],
      [4, 5],
      "matmul: [2,3] and [4,5] do not fit: the last axis of the first is 3, and the last but one of the second is 4.",
    ],
    [[3], [4], "matmul: [3] and [4] do not fit: the last axis of the first is 3, and the only one of the second is 4."],
    [[], [3], "matmul: [] and [3] do not fit: a scalar is no matrix; use mul."],
    [[2, 2, 3], [3, 3, 4], "matmul: [2,2,3] and [3,3,4] do not fit: leading axes 2 and 3 do not broadcast."],
  ])("[%s] by [%s] is not", (a, b, message) => {
    expect(() => ones(a).matmul(ones(b))).toThrow(ShapeError);
    expect(() => ones(a).matmul(ones(b))).toThrow(message);
  });
});

describe("dtypes", () => {
  const order: DType[] = ["bool", "uint8", "int32", "uint32", "float32"];

  test("two meet in the later of bool, uint8, int32, uint32, float32", () => {
    for (const [i, a] of order.entries())
      for (const [k, b] of order.entries()) expect(promote(a, b)).toBe(order[Math.max(i, k)]);
  });

  test("arithmetic is done in at least int32, quotients and functions in float32", () => {
    const one = (dtype: DType): Tensor => ones([2], dtype);
    for (const [i, a] of order.entries()) {
      for (const [k, b] of order.entries()) {
        const meet = order[Math.max(i, k, order.indexOf("int32"))]!;
        for (const name of ["add", "sub", "mul", "maximum", "minimum", "mod"] as const)
          expect(one(a)[name](one(b)).dtype, `${a} ${name} ${b}`).toBe(meet);
        expect([one(a).div(one(b)).dtype, one(a).pow(one(b)).dtype]).toEqual(["float32", "float32"]);
        for (const name of [
          "less",
          "lessEqual",
          "greater",
          "greaterEqual",
          "equal",
          "notEqual",
          "logicalAnd",
          "logicalOr",
        ] as const)
          expect(one(a)[name](one(b)).dtype).toBe("bool");
      }
      for (const name of ["exp", "sqrt", "floor", "tanh"] as const) expect(one(a)[name]().dtype).toBe("float32");
      expect(one(a).sum().dtype).toBe(order[Math.max(i, 2)]);
      expect([one(a).mean().dtype, one(a).argmax().dtype, one(a).flip().dtype]).toEqual(["float32", "int32", a]);
    }
  });

  test("a bare number takes the dtype that it meets, unless that cannot hold it", () => {
    const int = ones([2], "int32");
    expect([int.add(1).dtype, int.mul(-2).dtype, int.add(0.5).dtype, int.maximum(Infinity).dtype]).toEqual([
      "int32",
      "int32",
      "float32",
      "float32",
    ]);
    expect([ones([2]).add(1).dtype, ones([2], "uint8").add(1).dtype, ones([2], "bool").add(2).dtype]).toEqual([
      "float32",
      "int32",
      "int32",
    ]);
    expect([where(true, 1, 2).dtype, where([true], int, 2).dtype, where([true], int, ones([1])).dtype]).toEqual([
      "float32",
      "int32",
      "float32",
    ]);
  });

  test("shapes and dtypes of what a tensor is made of", () => {
    expect([tensor([[1, 2]]).dtype, tensor([[true]]).dtype, tensor([]).dtype, tensor(1).dtype]).toEqual([
      "float32",
      "bool",
      "float32",
      "float32",
    ]);
    expect([
      tensor(new Int32Array(6)).shape,
      tensor(new Uint8Array(6), { shape: [2, 3] }).shape,
      tensor([1, 2, 3, 4], { shape: [2, 2] }).shape,
    ]).toEqual([[6], [2, 3], [2, 2]]);
    expect([
      tensor(new Uint8Array(2)).dtype,
      tensor(new Uint8Array(2), { dtype: "bool" }).dtype,
      tensor(new Int32Array(2), { dtype: "float32" }).dtype,
    ]).toEqual(["uint8", "bool", "float32"]);
    expect([full([2], 1).dtype, zeros([1], "int32").dtype, new Tensor(ops.iota([2], 0, "uint32")).dtype]).toEqual([
      "float32",
      "int32",
      "uint32",
    ]);
  });
});
