// Edges at which libraries differ, as NumPy, JAX or PyTorch has them: ranges of integers, promotion, NaN, ties, far
// ends.
import { describe, expect, test } from "vitest";
import {
  arange,
  argsort,
  clip,
  compile,
  convTranspose1d,
  gradients,
  losses,
  maxPool1d,
  maxPool2d,
  random,
  sigmoid,
  sort,
  type Tensor,
  tensor,
  topK,
  variable,
  where,
} from "../src/index.ts";
import { threefry2x32 } from "../src/random.ts";

const int32 = (values: number[]): Tensor => tensor(values, { dtype: "int32" });
const slope = async (f: (x: Tensor) => Tensor, at: number[] | number[][]): Promise<unknown> => {
  const x = tensor(at);
  return gradients(f(x).sum(), [x])[0]!.array();
};

describe("integers and fractions", () => {
  test("where and clip promote a fraction as add does", async () => {
    for (const y of [
      where([true, false], int32([1, 2]), 0.5),
      clip(int32([0, 2]), 0.5, null),
      clip(int32([0, 2]), null, 0.5),
    ])
      expect(y.dtype).toBe("float32");
    expect(await where([true, false], int32([1, 2]), 0.5).array()).toEqual([1, 0.5]);
    expect(await clip(int32([0, 2]), 0.5, 1.5).array()).toEqual([0.5, 1.5]);
    expect(where([true], int32([1]), 5).dtype).toBe("int32");
    expect(where([true], tensor([true]), 0).dtype).toBe("bool");
  });

  test("arange reaches the last integers, and fractions beyond them", async () => {
    expect(await arange(2 ** 31 - 2, 2 ** 31).array()).toEqual([2 ** 31 - 2, 2 ** 31 - 1]);
    expect(await arange(-(2 ** 31), 2 ** 31 - 1, 2 ** 31 - 1).array()).toEqual([-(2 ** 31), -1, 2 ** 31 - 2]);
    expect(await arange(3e9, 3e9 + 1024, 512.5).array()).toEqual([3e9, 3000000512]);
  });

  test("typed arrays of 8 and 16 bits are converted by value", async () => {
    for (const array of [Int8Array.of(-1, 5), Int16Array.of(-300, 5), Uint16Array.of(65535, 5)]) {
      const x = tensor(array);
      expect(x.dtype).toBe("int32");
      expect(await x.array()).toEqual([...array]);
    }
    expect(tensor(Uint8ClampedArray.of(1, 255)).dtype).toBe("uint8");
    expect(await tensor(Uint8ClampedArray.of(1, 255)).array()).toEqual([1, 255]);
    expect(await tensor(Int16Array.of(-3, 0, 7), { dtype: "bool" }).array()).toEqual([true, false, true]);
    expect(await tensor(Uint8Array.of(0, 2), { dtype: "bool" }).logicalNot().array()).toEqual([true, false]);
    expect(await tensor(Float32Array.of(1.9, -1.9), { dtype: "int32" }).array()).toEqual([1, -1]);
  });

  test("mod is exact, and has the divisor's sign", async () => {
    const x = tensor([0.7, 1e10, -1e10, 1e30, 3e38, -0.7, 5, -5, 5, -5, -0, 0, -6, 1e-40, 1]);
    const y = tensor([0.1, 3, 3, 3, 1e-40, 0.1, -3, 3, Infinity, Infinity, 3, -3, 3, 3e-45, 0]);
    const [a, b] = [await x.data(), await y.data()];
    const expected = Array.from(a, (v, i) => {
      const rest = v % b[i]!;
      return rest === 0 ? 0 * Math.sign(b[i]!) : rest < 0 !== b[i]! < 0 ? Math.fround(rest + b[i]!) : rest;
    });
    expect([...(await x.mod(y).data())]).toEqual(expected);
    expect(expected.slice(0, 2)).toEqual([Math.fround(0.7) % Math.fround(0.1), 1]);
    // d mod / dy = −⌊x/y⌋, of which a rounded quotient would make −7.
    const divisor = tensor([0.1]);
    expect(await gradients(tensor([0.7]).mod(divisor).sum(), [divisor])[0]!.array()).toEqual([-6]);
  });
});

describe("NaN", () => {
  const x = tensor([
    [1, NaN, 3, NaN],
    [2, 0, 5, 5],
    [NaN, -Infinity, Infinity, 1],
  ]);

  test("argmax and argmin find the first", async () => {
    expect(await x.argmax().array()).toEqual([1, 2, 0]);
    expect(await x.argmin().array()).toEqual([1, 1, 0]);
    expect(await int32([3, 9, 9]).argmax().item()).toBe(1);
  });

  test("is greater than everything in sorts", async () => {
    expect(await argsort(x).array()).toEqual([
      [0, 2, 1, 3],
      [1, 0, 2, 3],
      [1, 3, 2, 0],
    ]);
    expect(await argsort(x, -1, { descending: true }).array()).toEqual([
      [1, 3, 2, 0],
      [2, 3, 0, 1],
      [0, 2, 3, 1],
    ]);
    expect(await sort(x.at(2)).array()).toEqual([-Infinity, 1, Infinity, NaN]);
    expect(await topK(x, 2).values.array()).toEqual([
      [NaN, NaN],
      [5, 5],
      [NaN, Infinity],
    ]);
    expect(await topK(x, 2).indices.array()).toEqual([
      [1, 3],
      [2, 3],
      [0, 2],
    ]);
  });

  test("of either sign and any payload is one value in sorts, in the order of its indices", async () => {
    const bits = Uint32Array.of(0x7fc00001, 0x3f800000, 0xffc00000, 0x7fc00000, 0xbf800000, 0xffffffff);
    const nans = tensor(new Float32Array(bits.buffer));
    expect(await argsort(nans).array()).toEqual([4, 1, 0, 2, 3, 5]);
    expect(await argsort(nans, -1, { descending: true }).array()).toEqual([0, 2, 3, 5, 1, 4]);
  });

  test("of a window wins in max pooling, and takes the gradient", async () => {
    const image = [[1, NaN, 3, 4, 5, 0].map((v) => [v])];
    expect(await maxPool1d(image, 2).array()).toEqual([[[NaN], [4], [5]]]);
    const given = tensor(image);
    const weights = tensor([[[10], [20], [30]]]);
    expect(await gradients(maxPool1d(given, 2).mul(weights).sum(), [given])[0]!.array()).toEqual([
      [[0], [10], [0], [20], [30], [0]],
    ]);
    const padded = gradients(maxPool1d(given, 3, { strides: 3, padding: 1 }).sum(), [given])[0]!;
    expect(await padded.reshape([6]).array()).toEqual(
      [0, 1, 0, 1, 0, 0].map((v, i) => (i === 4 ? 1 : i === 3 ? 0 : v)),
    );
  });

  test("of the branch not taken leaves no trace, where the argument is held back first", async () => {
    const safe = (v: Tensor) => where(v.greater(0), where(v.greater(0), v, 1).log(), 0);
    expect(await slope(safe, [-1, 0, 2])).toEqual([0, 0, 0.5]);
  });
});

test("an infinite cotangent does not pass through the branch not taken", async () => {
  expect(await slope((v) => where(v.greater(1), v, 0).sqrt(), [0.5, 4])).toEqual([0, 0.25]);
  expect(await slope((v) => where(v.greater(1), 0, v).sqrt(), [4, 0.25])).toEqual([0, 1]);
});

test("a transposed convolution cuts the odd element of its padding off the end", async () => {
  const y = convTranspose1d([[[1], [10]]], [[[1]], [[2]], [[4]]], { strides: 2, padding: "same" });
  expect(await y.reshape([4]).array()).toEqual([1, 2, 14, 20]);
});

describe("ties and kinks", () => {
  test("relu, abs, sqrt, max and clip at their kinks", async () => {
    expect(await slope((x) => x.relu(), [-1, -0, 0, 2])).toEqual([0, 0, 0, 1]);
    expect(await slope((x) => x.abs(), [-1, 0, 2])).toEqual([-1, 0, 1]);
    expect(await slope((x) => x.sqrt(), [0, 4])).toEqual([Infinity, 0.25]);
    expect(await slope((x) => x.max(), [3, 3, 1])).toEqual([0.5, 0.5, 0]);
    expect(await slope((x) => x.maximum(1), [0, 1, 2])).toEqual([0, 0.5, 1]);
    expect(await slope((x) => clip(x, 0, 1), [-1, 0, 0.5, 1, 2])).toEqual([0, 1, 1, 1, 0]);
    expect(await slope((x) => maxPool2d(x.reshape([1, 2, 2, 1])), [7, 7, 7, 7])).toEqual([1, 0, 0, 0]);
  });

  test("pow at and below 0, and its second derivative", async () => {
    const second = async (power: number, at: number[]) => {
      const x = tensor(at);
      const first = gradients(x.pow(tensor(power)).sum(), [x])[0]!;
      const all = [await first.data(), await gradients(first.sum(), [x])[0]!.data()];
      return all.map((values) => Array.from(values, (value) => value + 0)); // −0 is as good as 0
    };
    expect(await second(2, [-3, 0, 2])).toEqual([
      [-6, 0, 4],
      [2, 2, 2],
    ]);
    expect(await second(3, [-2, 0, 2])).toEqual([
      [12, 0, 12],
      [-12, 0, 12],
    ]);
    expect(await second(1, [-2, 0])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(await second(0, [-2, 0])).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(await second(-1, [-2, 2])).toEqual([
      [-0.25, -0.25],
      [-0.25, 0.25],
    ]);
    const power = tensor([2, 2, 0, 3]);
    expect(await gradients(tensor([-3, 0, 0, Math.E]).pow(power).sum(), [power])[0]!.array()).toEqual([
      0,
      0,
      0,
      expect.closeTo(Math.E ** 3, 4),
    ]);
  });

  test("x·0 and x·−0 stay two", async () => {
    const x = tensor([1, -1]);
    const [zero, minus] = await Promise.all([x.mul(0), x.mul(-0)].map((y) => y.data()));
    expect([...zero!]).toEqual([0, -0]);
    expect([...minus!]).toEqual([-0, 0]);
    expect([...(await x.mul(0).add(1).div(0).add(x.mul(0)).sub(x.mul(-0)).data())]).toEqual([Infinity, Infinity]);
    const both = tensor([1, 1]).div(where([true, false], x.at([0, 1]).mul(0), x.at([0, 1]).mul(-0)));
    expect([...(await both.data())]).toEqual([Infinity, -Infinity]);
    expect([...(await tensor([-0]).add(0).data())]).toEqual([0]);
    expect([...(await tensor([-0]).sub(0).data())]).toEqual([-0]);
  });

  test("the gradient of an empty strided slice is zero", async () => {
    expect(await slope((x) => x.at([3, 1, 2]), [1, 2, 3, 4])).toEqual([0, 0, 0, 0]);
    expect(await slope((x) => x.at([5, null, 3]).mul(2), [1, 2])).toEqual([0, 0]);
    expect(
      await slope(
        (x) => x.at([], [2, 2, 2]),
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
      ),
    ).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await slope((x) => x.at([0, null, 3]), [1, 2, 3, 4, 5])).toEqual([1, 0, 0, 1, 0]);
  });
});

test("a reversed row with much padding reads nothing where there is no memory", async () => {
  const x = variable(tensor([1, 2, 3, 4]));
  const far = 2 ** 22;
  expect(
    await (
      await compile(() =>
        x.value
          .flip()
          .pad([[far, far]], -5)
          .max(),
      )()
    ).item(),
  ).toBe(4);
});

describe("far ends", () => {
  test("the sigmoid's derivative keeps its digits on both sides", async () => {
    for (const x of [-80, -60, -17, -5, 0, 5, 17, 60]) {
      const exact = Math.exp(-Math.abs(x)) / (1 + Math.exp(-Math.abs(x))) ** 2;
      const [got] = (await slope(sigmoid, [x])) as number[];
      expect(got! / exact).toBeCloseTo(1, 5);
    }
    expect(await slope(sigmoid, [-Infinity, -1e4, 1e4])).toEqual([expect.closeTo(0, 30), expect.closeTo(0, 30), 0]);
  });

  test("binary cross-entropy from logits and its slope are exact far out", async () => {
    const loss = losses.binaryCrossentropy({ fromLogits: true });
    for (const x of [-85, -30, -5, 0, 1, 5, 15, 30, 60, 85])
      for (const t of [0, 1]) {
        const z = t === 1 ? -x : x; // the loss is softplus(z), and its slope ±σ(z)
        const logit = tensor([[x]]);
        const value = loss.call(tensor([[t]]), logit);
        const exact = Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
        expect(((await value.array()) as number[])[0]! / exact, `${x} for ${t}`).toBeCloseTo(1, 5);
        const got = ((await gradients(value.sum(), [logit])[0]!.array()) as number[][])[0]![0]!;
        const wanted = (t === 1 ? -1 : 1) / (1 + Math.exp(-z));
        expect(got / wanted, `the slope at ${x} for ${t}`).toBeCloseTo(1, 5);
      }
  });
});

describe("random numbers", () => {
  const key = random.key(7);

  test("foldIn takes all 32 bits, and is a block of a stream of its own", async () => {
    for (const n of [0, 1, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1]) {
      const expected = threefry2x32(0, 7, n, 1);
      expect(await random.foldIn(key, n).array()).toEqual(expected);
      expect(await random.foldIn(key, tensor(new Uint32Array([n]))).array()).toEqual(expected);
      expect(await random.foldIn(key, int32([n | 0])).array()).toEqual(expected);
    }
    const stream = await random.bits(key, [1000]).data();
    const [first, second] = (await random.foldIn(key, 3).array()) as number[];
    expect(stream.includes(first!) || stream.includes(second!)).toBe(false);
  });

  test("uniform never gives its upper end", async () => {
    for (const [min, max] of [
      [1, 1 + 2 ** -22],
      [-1, 0],
      [0, 0.1],
      [1e6, 1e6 + 0.25],
      [-3, -2],
      [16777215, 16777216],
    ] as const) {
      const drawn = await random.uniform(key, [20000], { min, max }).data();
      expect(Math.max(...drawn), `[${min}, ${max})`).toBeLessThan(max);
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(Math.fround(min));
    }
    expect(await random.uniform(key, [2], { min: 3, max: 3 }).array()).toEqual([3, 3]);
  });
});
