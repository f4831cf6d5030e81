// Linear algebra: what each factorisation promises over random and awkward matrices, and what happens at its limits.
import { afterEach, describe, expect, test } from "vitest";
import {
  ArgumentError,
  compile,
  eye,
  grad,
  gradients,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  linalg,
  ones,
  ShapeError,
  setBackend,
  setThreads,
  stack,
  swapaxes,
  type Tensor,
  tensor,
  variable,
  vmap,
  where,
  zeros,
} from "../src/index.ts";
import { type HostRandom, hostRandom } from "../src/random.ts";
import { backendValues, bitDifference, difference, drawFloat } from "./compare.ts";

const epsilon = 2 ** -23;

// ---- matrices in JavaScript, in float64 --------------------------------------------------------------------------

type Matrix = readonly (readonly number[])[];
const matrix = (m: number, n: number, f: (i: number, j: number) => number): number[][] =>
  Array.from({ length: m }, (_, i) => Array.from({ length: n }, (_, j) => f(i, j)));
const product = (a: Matrix, b: Matrix): number[][] =>
  matrix(a.length, b[0]?.length ?? 0, (i, j) => b.reduce((sum, row, k) => sum + a[i]![k]! * row[j]!, 0));
const flipped = (a: Matrix): number[][] => matrix(a[0]?.length ?? 0, a.length, (i, j) => a[j]![i]!);
const length = (a: Matrix): number => Math.hypot(...a.flat());
const distance = (a: Matrix, b: Matrix): number => length(a.map((row, i) => row.map((v, j) => v - b[i]![j]!)));
const scaled = (a: Matrix, s: readonly number[]): number[][] => a.map((row) => row.map((v, j) => v * s[j]!));
const unit = (m: number, n = m): number[][] => matrix(m, n, (i, j) => Number(i === j));
const drawn = (random: HostRandom, m: number, n: number): number[][] => matrix(m, n, () => drawFloat(random, -1, 1));

/** What makes factorisations fail: zeros, equal and tiny singular values, deficient ranks, numbers of any size. */
function awkward(m: number, n: number): Record<string, Matrix> {
  const random = hostRandom(100 * m + n);
  const noise = drawn(random, m, n);
  const v = drawn(random, 1, Math.max(m, n))[0]!;
  const size = v.reduce((sum, x) => sum + x * x, 0);
  // I − 2vvᵀ/vᵀv is orthogonal: all its singular values are 1, its eigenvalues −1 and 1.
  const reflection = matrix(m, n, (i, j) => Number(i === j) - (2 * v[i]! * v[j]!) / size);
  return {
    noise,
    ones: matrix(m, n, () => 1),
    zeros: matrix(m, n, () => 0),
    unit: unit(m, n),
    "one element": matrix(m, n, (i, j) => Number(i === m - 1 && j === 0)),
    hilbert: matrix(m, n, (i, j) => 1 / (i + j + 1)),
    graded: noise.map((row) => row.map((x, j) => x * 10 ** -j)),
    reflection,
    "rank 1": matrix(m, n, (i, j) => v[i]! * v[n - 1 - j]!),
    "second difference": matrix(m, n, (i, j) => [2, -1][Math.abs(i - j)] ?? 0),
    "least indices": matrix(m, n, (i, j) => Math.min(i, j) + 1),
    large: noise.map((row) => row.map((x) => x * 1e37)),
    small: noise.map((row) => row.map((x) => x * 1e-36)),
    "a column of zeros": noise.map((row) => row.map((x, j) => (j === 0 ? 0 : x))),
    "equal columns": noise.map((row) => row.map(() => row[0]!)),
  };
}

const shapes = [
  [1, 1],
  [2, 2],
  [5, 5],
  [20, 20],
  [33, 33],
  [1, 6],
  [6, 1],
  [9, 4],
  [4, 9],
  [40, 7],
] as const;

/** The matrices as float32 holds them, computed all in one batch. */
async function factors(
  named: Record<string, Matrix>,
  f: (a: Tensor) => Record<string, Tensor>,
): Promise<[name: string, a: Matrix, parts: Record<string, number[][]>][]> {
  const a = tensor(Object.values(named).map((rows) => rows.map((row) => [...row])));
  const given = await a.array<3>();
  const parts = Object.entries(f(a));
  const numbers = await Promise.all(parts.map(([, x]) => x.array<3>()));
  return Object.keys(named).map((name, i) => [
    name,
    given[i]!,
    Object.fromEntries(parts.map(([part], k) => [part, numbers[k]![i]!])),
  ]);
}

/** Holds errors to multiples of the rounding of float32; LAPACK's in float32 are about the same. */
function expectSmall(errors: Record<string, number>, limit: number): void {
  const large = Object.entries(errors).filter(([, error]) => !(error <= limit * epsilon));
  expect(large.map(([name, error]) => `${name}: ${(error / epsilon).toFixed(1)} roundings`)).toEqual([]);
}

const relative = (error: number, a: Matrix): number => error / (length(a) || 1);
const isTriangular = (r: Matrix): boolean => r.every((row, i) => row.every((x, j) => j >= i || x === 0));

describe("random and awkward matrices", () => {
  test.each(shapes)("qr of [%i, %i]", async (m, n) => {
    for (const mode of ["reduced", "complete"] as const)
      for (const [name, a, { q, r }] of await factors(awkward(m, n), (x) => linalg.qr(x, { mode }))) {
        const errors = {
          [`${name}: A = QR`]: relative(distance(product(q!, r!), a), a),
          [`${name}: QᵀQ = I`]: distance(product(flipped(q!), q!), unit(q![0]!.length)),
        };
        expectSmall(errors, 4 * Math.sqrt(m));
        expect(isTriangular(r!), name).toBe(true);
      }
  });

  test.each(shapes)("svd of [%i, %i]", async (m, n) => {
    for (const fullMatrices of [false, true]) {
      const parts = (x: Tensor) => {
        const { u, s, vh } = linalg.svd(x, { fullMatrices });
        return { u, s: s.expandDims(-2), vh };
      };
      for (const [name, a, { u, s, vh }] of await factors(awkward(m, n), parts)) {
        const k = Math.min(m, n);
        const [values] = s as [number[]];
        const inside = u!.map((row) => row.slice(0, k));
        const errors = {
          [`${name}: A = USVᵀ`]: relative(distance(product(scaled(inside, values), vh!.slice(0, k)), a), a),
          [`${name}: UᵀU = I`]: distance(product(flipped(u!), u!), unit(u![0]!.length)),
          [`${name}: VᵀV = I`]: distance(product(vh!, flipped(vh!)), unit(vh!.length)),
        };
        expectSmall(errors, 4 * Math.sqrt(m * n));
        expect(
          values.every((x, i) => x >= 0 && (i === 0 || x <= values[i - 1]!)),
          name,
        ).toBe(true);
        for (const row of vh!.slice(0, k)) expectFirstPositive(row, name);
      }
    }
  });

  test.each([1, 2, 5, 20, 33])("eigh of %i rows", async (n) => {
    const named = Object.fromEntries(
      Object.entries(awkward(n, n)).map(([name, a]) => [
        name,
        a.map((row, i) => row.map((_, j) => a[Math.max(i, j)]![Math.min(i, j)]!)),
      ]),
    );
    const parts = (x: Tensor) => {
      const { eigenvalues, eigenvectors } = linalg.eigh(x);
      return { w: eigenvalues.expandDims(-2), v: eigenvectors };
    };
    for (const [name, a, { w, v }] of await factors(named, parts)) {
      const [values] = w as [number[]];
      const errors = {
        [`${name}: A = VWVᵀ`]: relative(distance(product(scaled(v!, values), flipped(v!)), a), a),
        [`${name}: VᵀV = I`]: distance(product(flipped(v!), v!), unit(n)),
      };
      expectSmall(errors, 4 * Math.sqrt(n));
      expect(
        values.every((x, i) => i === 0 || x >= values[i - 1]!),
        name,
      ).toBe(true);
      for (const row of flipped(v!)) expectFirstPositive(row, name);
    }
  });

  test.each([1, 2, 5, 20, 33])("solve and inv of %i rows", async (n) => {
    const { noise, hilbert, graded, reflection, large, small, ...others } = awkward(n, n);
    const regular = { noise, hilbert, graded, reflection, large, small, "least indices": others["least indices"] };
    const b = drawn(hostRandom(n), n, 3);
    const right = tensor(b);
    const exact = await right.array<2>();
    for (const [name, a, { x, y }] of await factors(regular as Record<string, Matrix>, (m) => ({
      x: linalg.solve(m, right),
      y: linalg.inv(m),
    }))) {
      // Reciprocals of denormal pivots overflow; so do they in LAPACK.
      if (!y!.flat().every(Number.isFinite)) continue;
      const errors = {
        [`${name}: Ax = b`]: distance(product(a, x!), exact) / (length(a) * length(x!)),
        [`${name}: AA⁻¹ = I`]: distance(product(a, y!), unit(n)) / (length(a) * length(y!)),
      };
      expectSmall(errors, 4);
    }
  });

  test.each([1, 2, 5, 20, 33])("cholesky of %i rows", async (n) => {
    const { noise, ones, reflection, graded } = awkward(n, n);
    const definite = (a: Matrix): Matrix =>
      product(a, flipped(a)).map((row, i) => row.map((x, j) => x + Number(i === j)));
    const named = {
      noise: definite(noise!),
      ones: definite(ones!),
      reflection: definite(reflection!),
      graded: definite(graded!),
    };
    for (const [name, a, { l, u }] of await factors(named, (x) => ({
      l: linalg.cholesky(x),
      u: linalg.cholesky(x, { upper: true }),
    }))) {
      expectSmall({ [`${name}: A = LLᵀ`]: relative(distance(product(l!, flipped(l!)), a), a) }, 4);
      expect(isTriangular(flipped(l!)) && isTriangular(u!), name).toBe(true);
      expect(
        l!.every((row, i) => row[i]! > 0),
        name,
      ).toBe(true);
    }
  });

  test("eigenvalues and singular values that are known", async () => {
    const n = 60;
    const a = tensor(matrix(n, n, (i, j) => [2, -1][Math.abs(i - j)] ?? 0));
    const want = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    const { eigenvalues } = linalg.eigh(a);
    expect(difference(await eigenvalues.data(), want, "float32", { relative: 1e-6, floor: 1 })).toBeNull();
    const s = await linalg.svd(a, { computeUv: false }).data();
    expect(difference(s, want.toReversed(), "float32", { relative: 2e-6, floor: 1 })).toBeNull();
    expect(await linalg.matrixRank(a).item()).toBe(n);
    expect(await linalg.det(tensor(unit(7)).flip(0).mul(2)).item()).toBe(-128);
  });
});

/** The convention of signs: the first of the elements that are about greatest is positive. */
function expectFirstPositive(row: readonly number[], name: string): void {
  const most = Math.max(...row.map(Math.abs));
  const first = row.find((x) => Math.abs(x) > 0.9901 * most)!;
  const before = row.slice(0, row.indexOf(first)).some((x) => Math.abs(x) > 0.9899 * most);
  expect(first > 0 || before, `${name}: ${row}`).toBe(true);
}

// ---- limits ------------------------------------------------------------------------------------------------------

describe("where a result does not exist", () => {
  test("NaN for singular and for indefinite matrices, and for these alone", async () => {
    const a = tensor([
      unit(2),
      [
        [1, 2],
        [2, 4],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ]);
    const isNaNs = async (x: Tensor) => (await x.array<3>()).map((rows) => rows.flat().map(Number.isNaN));
    const [no, yes] = [Array(4).fill(false), Array(4).fill(true)];
    expect(await isNaNs(linalg.inv(a))).toEqual([no, yes, yes, no]);
    expect(await isNaNs(linalg.solve(a, ones([2, 2])))).toEqual([no, yes, yes, no]);
    expect(await linalg.det(a).add(0).array()).toEqual([1, 0, 0, -1]);
    expect(await linalg.slogdet(a).sign.add(0).array()).toEqual([1, 0, 0, -1]);
    expect(await linalg.slogdet(a).logabsdet.array()).toEqual([0, -Infinity, -Infinity, 0]);
    const lower = [true, false, true, true];
    expect(await isNaNs(linalg.cholesky(a))).toEqual([no, lower, lower, lower]);
    expect(
      await isNaNs(
        linalg.cholesky(
          tensor([
            [
              [2, 0],
              [0, -1],
            ],
            [
              [-1, 0],
              [0, 2],
            ],
          ]),
        ),
      ),
    ).toEqual([lower, lower]);
    // The triangle that is not read may hold anything.
    expect(
      await linalg
        .cholesky([
          [4, NaN],
          [2, 5],
        ])
        .array(),
    ).toEqual([
      [2, 0],
      [1, 2],
    ]);
    expect(
      await linalg
        .cholesky(
          [
            [4, 2],
            [NaN, 5],
          ],
          { upper: true },
        )
        .array(),
    ).toEqual([
      [2, 1],
      [0, 2],
    ]);
    expect(
      await linalg
        .eigh([
          [4, NaN],
          [0, 5],
        ])
        .eigenvalues.array(),
    ).toEqual([4, 5]);
    expect(
      await linalg
        .eigh(
          [
            [4, 0],
            [NaN, 5],
          ],
          { uplo: "U" },
        )
        .eigenvalues.array(),
    ).toEqual([4, 5]);
  });

  test("ranks, pseudo-inverses and least squares of deficient matrices", async () => {
    const a = tensor([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [10, 11, 12],
    ]);
    expect(await linalg.matrixRank(stack([a, zeros([4, 3]), ones([4, 3]), eye(4).at([], [0, 3])])).array()).toEqual([
      2, 0, 1, 3,
    ]);
    expect(
      await linalg
        .matrixRank(
          [
            [1, 0],
            [0, 0.01],
          ],
          { rcond: 0.1 },
        )
        .item(),
    ).toBe(1);
    expect(await linalg.pinv(zeros([2, 3])).array()).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    const { x, rank, residuals, singularValues } = linalg.lstsq(a, [1, 2, 3, 4]);
    expect(await rank.item()).toBe(2);
    expect([x.shape, residuals.shape, singularValues.shape]).toEqual([[3], [1], [3]]);
    // The solution of least length: (0, 0, 1/3) + t (1, −2, 1) with t = −1/18.
    expect(difference(await x.data(), [-1 / 18, 1 / 9, 5 / 18], "float32", { relative: 1e-5, floor: 1 })).toBeNull();
    expect(linalg.lstsq(a.transpose(), ones([3, 2])).residuals.shape).toEqual([0]);
  });

  test("shapes without elements", async () => {
    const shapesOf = (x: Record<string, Tensor>) => Object.values(x).map((y) => y.shape);
    expect(shapesOf(linalg.qr(zeros([3, 0])))).toEqual([
      [3, 0],
      [0, 0],
    ]);
    expect(shapesOf(linalg.qr(zeros([0, 3]), { mode: "complete" }))).toEqual([
      [0, 0],
      [0, 3],
    ]);
    expect(await linalg.qr(zeros([2, 0]), { mode: "complete" }).q.array()).toEqual(unit(2));
    expect(shapesOf({ ...linalg.svd(zeros([2, 0, 3])) })).toEqual([
      [2, 0, 0],
      [2, 0],
      [2, 3, 3],
    ]);
    expect(shapesOf({ ...linalg.svd(zeros([0, 4, 3]), { fullMatrices: false }) })).toEqual([
      [0, 4, 3],
      [0, 3],
      [0, 3, 3],
    ]);
    expect(shapesOf(linalg.eigh(zeros([0, 0])))).toEqual([[0], [0, 0]]);
    expect(await linalg.det(zeros([2, 0, 0])).array()).toEqual([1, 1]);
    expect(linalg.solve(zeros([0, 3, 3]), zeros([3])).shape).toEqual([0, 3]);
    expect(linalg.solve(zeros([0, 3, 3]), zeros([0, 3, 2])).shape).toEqual([0, 3, 2]);
    const { x, residuals, rank, singularValues } = linalg.lstsq(zeros([4, 0]), [1, 2, 2, 0]);
    expect([x.shape, await residuals.array(), await rank.item(), singularValues.shape]).toEqual([[0], [9], 0, [0]]);
    expect(linalg.pinv(zeros([2, 0, 3])).shape).toEqual([2, 3, 0]);
  });

  test("arguments that do not fit are told", () => {
    expect(() => linalg.solve(zeros([2, 3]), [1, 2])).toThrow("solve: expected square matrices [..., n, n], got [2,3]");
    expect(() => linalg.solve(eye(2), [1, 2, 3])).toThrow(/b to be a vector of 2 elements .* got \[3\]/);
    expect(() => linalg.solve(zeros([2, 3, 3]), zeros([4, 3, 1]))).toThrow(ShapeError);
    expect(() => linalg.eigh([1, 2])).toThrow("eigh: expected a matrix");
    expect(() => linalg.qr(eye(2), { mode: "raw" as "reduced" })).toThrow('qr: expected mode to be "reduced" or');
    expect(() => linalg.eigh(eye(2), { uplo: "l" as "L" })).toThrow('eigh: expected uplo to be "L" or "U", got "l"');
    expect(() => linalg.svd(eye(2), { full: true } as object)).toThrow('svd: unknown option "full".');
    expect(() => linalg.norm(zeros([2, 2, 2]), { ord: 1 })).toThrow("norm: expected one axis for vectors or two");
    expect(() => linalg.norm([1, 2], { ord: "fro" })).toThrow("norm: expected ord to be a number for vectors");
    expect(() => linalg.norm(eye(2), { ord: 3 })).toThrow("norm: expected ord to be");
    expect(() => linalg.matrixRank(eye(2), { rcond: -1 })).toThrow(ArgumentError);
  });
});

// ---- gradients ---------------------------------------------------------------------------------------------------

const regular = tensor([
  [2, -1, 0.5],
  [1, 3, -0.7],
  [-0.3, 0.4, 1.5],
]);

describe("gradients", () => {
  test("of what the matrix does not determine are refused, or not finite", async () => {
    const tall = tensor([
      [1, 2],
      [3, 4],
      [5, 7],
    ]);
    expect(() => gradients(linalg.svd(tall).u.sum(), [tall])).toThrow(
      "svd: the full matrices of [3,2] have no gradient",
    );
    expect(() => gradients(linalg.qr(tall, { mode: "complete" }).q.sum(), [tall])).toThrow(
      "qr: the complete q of [3,2]",
    );
    const [values] = gradients(linalg.svd(tall).s.sum(), [tall]);
    expect((await values!.data()).every(Number.isFinite)).toBe(true);
    const same = eye(3);
    const [bySum] = gradients(linalg.eigh(same).eigenvalues.sum(), [same]);
    expect(await bySum!.array()).toEqual(unit(3));
    const [byVectors] = gradients(linalg.eigh(same).eigenvectors.sum(), [same]);
    expect((await byVectors!.data()).some(Number.isFinite)).toBe(false);
    // The span, and with it the pseudo-inverse, is determined: d tr A⁺ = −dA at I.
    const [byInverse] = gradients(linalg.pinv(same).mul(eye(3)).sum(), [same]);
    expect(
      difference(
        await byInverse!.data(),
        unit(3)
          .flat()
          .map((x) => -x),
        "float32",
        { relative: 1e-6, floor: 1 },
      ),
    ).toBeNull();
  });

  test("the second derivative of ln det is −A⁻ᵀ ⊗ A⁻¹, and of ln det through cholesky the same", async () => {
    const definite = regular.matmul(regular.transpose());
    const byElimination = hessian((a: Tensor) => linalg.slogdet(a).logabsdet)(definite);
    const inverse = await linalg.inv(definite).array<2>();
    const want = matrix(9, 9, (p, q) => -inverse[Math.trunc(p / 3)]![q % 3]! * inverse[Math.trunc(q / 3)]![p % 3]!);
    expect(difference(await byElimination.data(), want.flat(), "float32", { relative: 2e-5, floor: 1 })).toBeNull();
    const logdet = (a: Tensor) => where(eye(3).cast("bool"), linalg.cholesky(a), 1).log().sum().mul(2);
    const byCholesky = await hessian(logdet)(definite).data();
    const symmetric = want.map((row, p) =>
      row.map((_, q) =>
        [p, (p % 3) * 3 + Math.trunc(p / 3)]
          .flatMap((i) => [q, (q % 3) * 3 + Math.trunc(q / 3)].map((j) => want[i]![j]!))
          .reduce((a, b) => a + b / 4, 0),
      ),
    );
    expect(difference(byCholesky, symmetric.flat(), "float32", { relative: 2e-5, floor: 1 })).toBeNull();
  });

  test("jvp is the derivative along a direction, and forward Jacobians are those of reverse mode", async () => {
    const direction = tensor([
      [0.3, -1, 0.2],
      [0.5, 0.1, 0.7],
      [-0.2, 0.4, 0.6],
    ]);
    const [, moved] = jvp((a: Tensor) => linalg.inv(a), [regular], [direction]);
    const y = linalg.inv(regular);
    const want = y.matmul(direction).matmul(y).neg();
    const numbers = await backendValues([moved, want]);
    expect(difference(numbers[0]!, numbers[1]!, "float32", { relative: 1e-5, floor: 1 })).toBeNull();
    const functions: Record<string, (a: Tensor) => Tensor> = {
      solve: (a) => linalg.solve(a, [1, 2, 3]),
      cholesky: (a) => linalg.cholesky(a.matmul(a.transpose())),
      qr: (a) => linalg.qr(a).q.add(linalg.qr(a).r),
      svd: (a) => linalg.svd(a).u.add(linalg.svd(a).vh),
      eigh: (a) => linalg.eigh(a.add(a.transpose())).eigenvectors,
      lstsq: (a) => linalg.lstsq(a.at([], [0, 2]), [1, 2, 3]).x,
      det: (a) => linalg.det(a),
    };
    for (const [name, f] of Object.entries(functions)) {
      const [forward, reverse] = await backendValues([jacfwd(f)(regular), jacrev(f)(regular)]);
      expect(difference(forward!, reverse!, "float32", { relative: 5e-5, floor: 1 }), name).toBeNull();
    }
  });

  test("vmap of values and gradients is the batch", async () => {
    const random = hostRandom(5);
    const a = tensor(
      Array.from({ length: 4 }, () =>
        drawn(random, 3, 3).map((row, i) => row.map((x, j) => x + (i === j ? 2 + i : 0))),
      ),
    );
    const b = tensor(drawn(random, 4, 3));
    const functions: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
      solve: (x, y) => linalg.solve(x, y.expandDims(-1)),
      "solve with one matrix": (_, y) => linalg.solve(regular, y.expandDims(-1)),
      cholesky: (x) => linalg.cholesky(x.matmul(swapaxes(x, -1, -2))),
      det: (x) => linalg.det(x),
      qr: (x) => linalg.qr(x).q,
      eigh: (x) => linalg.eigh(x).eigenvectors,
      svd: (x) => linalg.svd(x).u,
      lstsq: (x, y) => linalg.lstsq(x, y.expandDims(-1)).x,
    };
    for (const [name, f] of Object.entries(functions)) {
      const weights = (y: Tensor): Tensor => y.mul(y.add(1)).sum();
      const slopes = vmap((x: Tensor, y: Tensor) => grad((z: Tensor) => weights(f(z, y)))(x))(a, b);
      const [want] = name === "solve with one matrix" ? [zeros(a.shape)] : gradients(weights(f(a, b)), [a]);
      const numbers = await backendValues([vmap(f)(a, b), f(a, b), slopes, want!]);
      expect(difference(numbers[0]!, numbers[1]!, "float32", { relative: 1e-5, floor: 1 }), name).toBeNull();
      expect(
        difference(numbers[2]!, numbers[3]!, "float32", { relative: 1e-4, floor: 1 }),
        `gradient of ${name}`,
      ).toBeNull();
    }
  });
});

// ---- programs ----------------------------------------------------------------------------------------------------

describe("programs", () => {
  afterEach(() => Promise.all([setBackend("wasm"), setThreads(2)]));

  test("compiled and repeated: the power of an inverse", async () => {
    const x = variable([1, 1, 1]);
    const step = compile((a: Tensor) => {
      x.assign(linalg.solve(a, x.value));
      return linalg.eigh(a.add(a.transpose())).eigenvalues;
    });
    const w = await (await step.repeat(5, regular)).data();
    let want = tensor([1, 1, 1]);
    for (let i = 0; i < 5; i++) want = linalg.solve(regular, want);
    expect(bitDifference(await x.data(), await want.data())).toBeNull();
    expect(bitDifference(w, await linalg.eigh(regular.add(regular.transpose())).eigenvalues.data())).toBeNull();
  });

  test("the same bits on any number of threads", async () => {
    const random = hostRandom(9);
    const a = tensor(drawn(random, 130, 130));
    const run = compile((x: Tensor) => {
      const { q, r } = linalg.qr(x);
      return [
        linalg.solve(x, x.flip(0)),
        q,
        r,
        linalg.cholesky(x.matmul(x.transpose()).add(eye(130))),
        linalg.eigh(x.at([0, 40], [0, 40])).eigenvectors,
        linalg.svd(x.at([], [0, 30]), { fullMatrices: false }).u,
      ];
    });
    const results = [];
    for (const threads of [1, 2, 3]) {
      await setThreads(threads);
      results.push(await Promise.all((await run(a)).map((x) => x.data())));
    }
    for (const other of results.slice(1))
      for (const [i, numbers] of other.entries()) expect(bitDifference(numbers, results[0]![i]!)).toBeNull();
  });

  test("float64 keeps its digits, on the backend that has it", async () => {
    await setBackend("reference");
    const rows = awkward(6, 6)["noise"]!;
    const a = tensor(Float64Array.from(rows.flat()), { shape: [6, 6] });
    const { u, s, vh } = linalg.svd(a);
    const { eigenvalues, eigenvectors } = linalg.eigh(a.add(a.transpose()));
    const errors = [
      linalg.solve(a, a).sub(eye(6, "float64")),
      u.mul(s).matmul(vh).sub(a),
      eigenvectors.mul(eigenvalues).matmul(eigenvectors.transpose()).sub(a).sub(a.transpose()),
    ].map((x) => x.abs().max());
    for (const error of errors) {
      expect(error.dtype).toBe("float64");
      expect(await error.item()).toBeLessThan(1e-13);
    }
  });

  test("linear regression: four closed forms and gradient descent give the same line", async () => {
    const random = hostRandom(3);
    const inputs = Array.from({ length: 40 }, () => drawFloat(random, -1, 1));
    const x = tensor(inputs.map((v) => [1, v]));
    const y = tensor(inputs.map((v) => 0.7 - 1.3 * v + drawFloat(random, -0.2, 0.2)));
    const xt = x.transpose();
    const { q, r } = linalg.qr(x);
    const l = linalg.cholesky(xt.matmul(x));
    const w = variable([0, 0]);
    const step = compile(() => {
      const [dw] = gradients(x.matmul(w.value).sub(y).square().mean(), [w]);
      w.assign(w.value.sub(dw!.mul(0.5)));
    });
    await step.repeat(500);
    const lines = [
      linalg.lstsq(x, y).x,
      linalg.solve(r, q.transpose().matmul(y)),
      linalg.solve(l.transpose(), linalg.solve(l, xt.matmul(y))),
      linalg.pinv(x).matmul(y),
    ];
    for (const line of lines)
      expect(difference(await line.data(), await w.data(), "float32", { relative: 3e-6, floor: 1 })).toBeNull();
  });
});
