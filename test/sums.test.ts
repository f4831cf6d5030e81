// Long sums: their error is at most that of NumPy's pairwise sum, their order the same with any number of threads.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  averagePool1d,
  compile,
  cumsum,
  logsumexp,
  moments,
  norm,
  ones,
  setThreads,
  std,
  type Tensor,
  tensor,
  variable,
  variance,
} from "../src/index.ts";
import { meanSquaredError } from "../src/losses/mean-squared-error.ts";

const unit = 2 ** -24;
/** Roundings in a row that NumPy's pairwise sum of n numbers makes, and that of the result. */
const pairwise = (n: number): number => (18 + Math.log2(Math.max(1, n / 128))) * unit;

let state = 1;
const uniform = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
const nearlyNormal = (): number => uniform() + uniform() + uniform() + uniform() - 2;

const length = 10_000_003;
const data: Record<string, Float32Array> = {};
beforeAll(() => {
  data["all 0.1"] = new Float32Array(length).fill(0.1);
  data["normal about 1013"] = Float32Array.from({ length }, () => 1013 + 5 * nearlyNormal());
  data["large and small, of both signs"] = Float32Array.from({ length }, (_, i) =>
    i % 2 === 0 ? (i % 4 === 0 ? 1e4 : -1e4) + uniform() : uniform(),
  );
});
afterAll(() => setThreads(2));

/** Σ f(x[start + i·step]), and the sum of the absolute values. */
function exactly(x: Float32Array, start: number, step: number, n: number, f = (v: number): number => v) {
  let [sum, size, lost] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const v = f(x[start + i * step]!);
    // In float64 with a correction: nearer than any bound here.
    const next = sum + v;
    lost += Math.abs(sum) >= Math.abs(v) ? sum - next + v : v - next + sum;
    sum = next;
    size += Math.abs(v);
  }
  return { sum: sum + lost, size };
}

function expectNear(actual: number, expected: number, bound: number): void {
  expect(Math.abs(actual - expected), `${actual} for ${expected}`).toBeLessThanOrEqual(
    bound + Math.abs(expected) * unit,
  );
}

describe.each(["all 0.1", "normal about 1013", "large and small, of both signs"])("%s", (name) => {
  test("sum and mean of all", async () => {
    const x = data[name]!;
    const { sum, size } = exactly(x, 0, 1, length);
    expectNear(await tensor(x).sum().item(), sum, size * pairwise(length));
    expectNear(await tensor(x).mean().item(), sum / length, (size * (pairwise(length) + 2 * unit)) / length);
  });

  test.each([
    [2_500_000, 4],
    [200_000, 50],
    [31_250, 320],
    [1237, 8081],
  ])("columns of [%d, %d]", async (rows, columns) => {
    const x = data[name]!.subarray(0, rows * columns);
    const sums = await tensor(x, { shape: [rows, columns] })
      .sum(0)
      .data();
    for (let j = 0; j < columns; j += Math.ceil(columns / 17)) {
      const { sum, size } = exactly(x, j, columns, rows);
      expectNear(sums[j]!, sum, size * pairwise(rows));
    }
  });

  test.each([
    [1, 10_000_000],
    [3, 3_000_001],
    [130, 76_001],
    [8081, 1237],
  ])("rows of [%d, %d]", async (rows, columns) => {
    const x = data[name]!.subarray(0, rows * columns);
    const sums = await tensor(x, { shape: [rows, columns] })
      .sum(1)
      .data();
    for (let i = 0; i < rows; i += Math.ceil(rows / 17)) {
      const { sum, size } = exactly(x, i * columns, 1, columns);
      expectNear(sums[i]!, sum, size * pairwise(columns));
    }
  });

  test("middle axis, and outer axes, of [40, 25000, 10]", async () => {
    const x = data[name]!.subarray(0, 10_000_000);
    const t = tensor(x, { shape: [40, 25_000, 10] });
    const middle = exactly(x, 7 * 250_000 + 3, 10, 25_000);
    expectNear(await t.sum(1).at(7, 3).item(), middle.sum, middle.size * pairwise(25_000));
    const outer = exactly(x, 3, 10, 1_000_000);
    expectNear(await t.sum([0, 1]).at(3).item(), outer.sum, outer.size * pairwise(1_000_000));
  });

  test("norm, variance, standard deviation, moments and a loss", async () => {
    const x = data[name]!;
    const t = tensor(x);
    const squares = exactly(x, 0, 1, length, (v) => v * v).sum;
    // A root halves the relative error; squares and quotients are rounded, too.
    expectNear(await norm(t).item(), Math.sqrt(squares), Math.sqrt(squares) * (pairwise(length) / 2 + 2 * unit));
    expectNear(
      await meanSquaredError(t.mul(0), t).item(),
      squares / length,
      (squares / length) * (pairwise(length) + 4 * unit),
    );
    const mean = exactly(x, 0, 1, length).sum / length;
    const spread = exactly(x, 0, 1, length, (v) => (v - mean) ** 2).sum / length;
    // An error d of the mean adds d² to the variance.
    const off = (Math.abs(mean) + Math.sqrt(squares / length)) * (pairwise(length) + 3 * unit);
    const bound = spread * (pairwise(length) + 6 * unit) + off * off;
    expectNear(await variance(t).item(), spread, bound);
    expectNear(await moments(t).variance.item(), spread, bound);
    expectNear((await std(t).item()) ** 2, spread, 2 * bound + 4 * unit * spread);
  });

  test("the running sum", async () => {
    const x = data[name]!;
    const { sum, size } = exactly(x, 0, 1, length);
    expectNear(
      await cumsum(tensor(x))
        .at(length - 1)
        .item(),
      sum,
      size * pairwise(length),
    );
  });
});

test("what saturated a float32 accumulator", async () => {
  expect(await ones([5e8]).sum().item()).toBe(5e8);
  expect(await ones([4, 1e8]).sum(1).array()).toEqual([1e8, 1e8, 1e8, 1e8]);
  expect(await ones([1e8, 4]).sum(0).array()).toEqual([1e8, 1e8, 1e8, 1e8]);
  expectNear(await logsumexp(ones([1e8]).mul(3)).item(), 3 + Math.log(1e8), 4 * unit * Math.log(1e8));
});

test("the mean of equal numbers is that number, for any count", async () => {
  const off: number[] = [];
  for (let n = 1; n <= 100; n++) {
    const means = [ones([n]).mean(), averagePool1d(ones([1, n, 1]), n).mean(), ones([n, 3]).mean(0).mean()];
    for (const mean of means) if ((await mean.item()) !== 1) off.push(n);
  }
  expect(off).toEqual([]);
});

describe("products over a long axis", () => {
  const k = 1_000_000;
  const random = (n: number): Float32Array => Float32Array.from({ length: n }, uniform);
  /** A block of OpenBLAS's sgemm has some 300 steps, and the blocks are added one after the other. */
  const openBlas = (300 + k / 300) * unit;

  test.each([
    [1, 1],
    [1, 7],
    [5, 1],
    [3, 3],
    [6, 9],
  ])("[%d, k] · [k, %d]", async (m, n) => {
    const [a, b] = [random(m * k), random(k * n)];
    const y = await tensor(a, { shape: [m, k] })
      .matmul(tensor(b, { shape: [k, n] }))
      .data();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let exact = 0;
        for (let q = 0; q < k; q++) exact += a[i * k + q]! * b[q * n + j]!;
        // OpenBLAS on such numbers is off by 1.8e-6 for matrices and 4e-7 for vectors; its bound is far above.
        expectNear(y[i * n + j]!, exact, exact * Math.min(openBlas, m < 4 || n < 4 ? 4e-7 : 1.9e-6));
      }
    }
  });
});

test("sums of integers wrap, and the extremes and products are as they were", async () => {
  const n = 3_000_001;
  const x = Int32Array.from({ length: n }, (_, i) => Math.imul(i, 1_000_003));
  const wrapped = x.reduce((sum, v) => (sum + v) | 0, 0);
  expect(await tensor(x).sum().item()).toBe(wrapped);
  const y = Float32Array.from({ length: n }, () => uniform() - 0.5);
  expect(await tensor(y).max().item()).toBe(y.reduce((a, b) => Math.max(a, b)));
  expect(await tensor(y).min().item()).toBe(y.reduce((a, b) => Math.min(a, b)));
  const signs = Float32Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1));
  signs[1000] = 3;
  expect(await tensor(signs).prod().item()).toBe(-3);
});

test("infinity and NaN go through blocks as through a chain", async () => {
  for (const shape of [[300_001], [300, 1000], [100_000, 3]]) {
    const n = shape.reduce((a, b) => a * b, 1);
    const of = (values: Record<number, number>): Promise<number> => {
      const x = new Float32Array(n).fill(1);
      for (const [i, v] of Object.entries(values)) x[Number(i)] = v;
      return tensor(x, { shape }).sum().item();
    };
    expect(await of({ 5: Infinity })).toBe(Infinity);
    expect(await of({ 5: -Infinity, 200000: -Infinity })).toBe(-Infinity);
    expect(await of({ 5: Infinity, 200000: -Infinity })).toBeNaN();
    expect(await of({ 250000: NaN })).toBeNaN();
    expect(await of({ 5: 3e38, 6: 3e38 })).toBe(Infinity);
  }
});

test("one, two and four threads give the same bits", async () => {
  const n = 3_000_007;
  const x = variable(tensor(Float32Array.from({ length: n }, nearlyNormal)));
  const table = variable(tensor(Float32Array.from({ length: n - 7 }, nearlyNormal), { shape: [500_000, 6] }));
  const total = variable(0);
  const step = compile(() => {
    const results = [
      x.value.sum(),
      x.value.square().sum().add(x.value.max()),
      table.value.sum(0).sum(),
      x.value.matmul(x.value),
    ];
    const sum = results.reduce((a, b) => a.mul(0.7).add(b)) as Tensor;
    total.assign(total.value.mul(0.5).add(sum));
    return [...results, table.value.tanh().sum(0)];
  });
  const runs: unknown[] = [];
  for (const threads of [1, 2, 4]) {
    setThreads(threads);
    total.assign(0);
    const results = await step.repeat(3);
    runs.push([await total.value.item(), ...(await Promise.all(results.map((r) => r.array())))]);
  }
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
});

test("equal rows have equal sums, wherever they lie among rows that go abreast", async () => {
  for (const rows of [5, 6, 7, 9, 5, 6, 7, 9]) {
    const row = Float32Array.from({ length: 117 }, uniform);
    const x = tensor(
      Float32Array.from({ length: rows * 117 }, (_, i) => row[i % 117]!),
      { shape: [rows, 117] },
    );
    for (const sums of [x.sum(1), x.square().sum(1)]) expect(new Set(await sums.data()).size).toBe(1);
  }
});

test("a factor of each column or row counts for its own, where several go abreast", async () => {
  for (const [rows, columns] of [
    [9, 71],
    [71, 9],
  ] as const) {
    const x = Float32Array.from({ length: rows * columns }, uniform);
    for (const axis of [0, 1]) {
      const factors = Float32Array.from({ length: axis === 0 ? columns : rows }, uniform);
      const product = compile((x: Tensor, s: Tensor) => x.mul(s.exp().add(s)).sum(axis));
      const given = [
        tensor(x, { shape: [rows, columns] }),
        tensor(factors, { shape: axis === 0 ? [columns] : [rows, 1] }),
      ];
      const sums = await (await product(given[0]!, given[1]!)).data();
      factors.forEach((s, i) => {
        const factor = Math.exp(s) + s;
        const all = exactly(x, axis === 0 ? i : i * columns, axis === 0 ? columns : 1, axis === 0 ? rows : columns);
        expect(Math.abs(sums[i]! / (all.sum * factor) - 1)).toBeLessThan(1e-5);
      });
    }
  }
});

test("shares of the total, summed along each axis", async () => {
  const x = tensor(
    Float32Array.from({ length: 15 }, (_, i) => i + 1),
    { shape: [3, 5] },
  );
  const shares = compile((x: Tensor) => {
    const p = x.div(x.sum());
    return [p.sum(0), p.sum(1), p.sum()];
  });
  const [columns, rows, all] = await Promise.all((await shares(x)).map((y) => y.data()));
  [18, 21, 24, 27, 30].forEach((sum, i) => expect(columns![i]).toBeCloseTo(sum / 120, 6));
  [15, 40, 65].forEach((sum, i) => expect(rows![i]).toBeCloseTo(sum / 120, 6));
  expect(all![0]).toBeCloseTo(1, 6);
});

test("every element counts once, wherever blocks and whole vectors end", async () => {
  // 63 blocks of 64 vectors and one of a part of a vector; and the same for blocks of 32 vectors.
  const lengths = [127, 128, 129, 255, 257, 262, 513, 16_128, 16_129, 16_131, 31 * 32 * 4 + 1, 31 * 32 * 4 + 3];
  for (const n of lengths) {
    const x = tensor(new Float32Array(9 * n).fill(1), { shape: [9, n] });
    expect(await x.at(0).sum().item()).toBe(n);
    expect(await x.sum(1).array()).toEqual(new Array(9).fill(n));
    expect(await x.reshape([n, 9]).sum(0).array()).toEqual(new Array(9).fill(n));
  }
});
