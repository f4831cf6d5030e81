// Runs the table of cases: declared against actual, backend against reference, gradients against finite differences,
// fused against alone, second derivatives.
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Values } from "../src/backends/reference/interpret.ts";
import { dtypeInfo, type TypedArray } from "../src/dtype.ts";
import { gradients } from "../src/gradient.ts";
import { closeGraph, graphNodes } from "../src/graph/graph.ts";
import type { HostArray } from "../src/host-array.ts";
import * as ops from "../src/ops/index.ts";
import { type Node, primitives } from "../src/ops/op.ts";
import { type HostRandom, hostRandom, threefry2x32 } from "../src/random.ts";
import { contiguousStrides, sameShape, sizeOf } from "../src/shape.ts";
import { Tensor, tensor } from "../src/tensor.ts";
import { type Case, cases } from "./cases.ts";
import {
  backendValues,
  bitDifference,
  declarationDifference,
  difference,
  drawWeight,
  hostArray,
  referenceValues,
} from "./compare.ts";

const groups = new Map<string, Case[]>();
for (const c of cases) groups.set(c.of, [...(groups.get(c.of) ?? []), c]);

/** The same draws for the same case, whatever else the table holds. */
function randomFor(c: Case): HostRandom {
  let seed = 0;
  for (const letter of `${c.of} ${c.name}`) seed = (Math.imul(seed, 31) + letter.codePointAt(0)!) >>> 0;
  return hostRandom(seed);
}

const drawn = new Map<Case, readonly HostArray[]>();
function inputsOf(c: Case): readonly HostArray[] {
  let inputs = drawn.get(c);
  if (!inputs) {
    const random = randomFor(c);
    drawn.set(c, (inputs = c.inputs.map((draw) => draw(random))));
  }
  return inputs;
}

const call = (c: Case, xs: readonly Tensor[]): readonly Tensor[] => [c.f(...xs)].flat() as Tensor[];
const isFloat = (x: { dtype: Tensor["dtype"] }): boolean => dtypeInfo(x.dtype).isFloat;

/** The tensors that one case adds to its group's program, and its verdict on their numbers. */
interface Check {
  readonly c: Case;
  readonly wants: readonly Tensor[];
  readonly judge: (numbers: readonly TypedArray[]) => (string | null)[];
}

/** Computes all checks in one program. If that fails, computes each alone, to name the one at fault. */
async function run(checks: readonly Check[]): Promise<void> {
  const faults: string[] = [];
  const judge = (check: Check, numbers: readonly TypedArray[]): void => {
    for (const fault of check.judge(numbers)) if (fault) faults.push(`${check.c.of}, ${check.c.name}: ${fault}`);
  };
  const all = checks.flatMap((check) => check.wants);
  try {
    const numbers = await backendValues(all);
    let at = 0;
    for (const check of checks) judge(check, numbers.slice(at, (at += check.wants.length)));
  } catch (error) {
    for (const check of checks) {
      await backendValues(check.wants).then(
        (numbers) => judge(check, numbers),
        (e: Error) => faults.push(`${check.c.of}, ${check.c.name}: ${e.message}`),
      );
    }
    if (faults.length === 0) throw error;
  }
  expect(faults).toEqual([]);
}

// ---- values ----------------------------------------------------------------------------------------------------

describe("declared shape and dtype, and the value against the reference", () => {
  test.each([...groups])("%s", async (_, group) => {
    await run(
      group.map((c) => {
        const given = inputsOf(c);
        const wants = call(
          c,
          given.map((x) => tensor(x)),
        );
        const reference = referenceValues(wants);
        const judge = (numbers: readonly TypedArray[]) =>
          wants.flatMap((y, i) => [
            declarationDifference(y, numbers[i]!),
            difference(numbers[i]!, reference[i]!, y.dtype, c.tolerance),
            i === 0 && c.expect ? oracleDifference(c, given, y, reference[0]!) : null,
          ]);
        return { c, wants, judge };
      }),
    );
  });
});

/** Holds the reference itself to the case's function in plain JavaScript, element by element. */
function oracleDifference(c: Case, given: readonly HostArray[], y: Tensor, reference: Values): string | null {
  const strides = contiguousStrides(y.shape);
  const want = Float64Array.from({ length: y.size }, (_, flat) => {
    const operands = given.map((x) => {
      const own = contiguousStrides(x.shape);
      const skipped = y.ndim - x.shape.length;
      return x.data[
        own.reduce(
          (at, stride, i) =>
            at + (x.shape[i] === 1 ? 0 : stride * (Math.floor(flat / strides[i + skipped]!) % y.shape[i + skipped]!)),
          0,
        )
      ]!;
    });
    return c.expect!(...operands);
  });
  const fault = difference(reference, want, isFloat(y) ? "float64" : y.dtype, { ...c.tolerance, relative: 3e-7 });
  return fault && `the reference is not plain JavaScript's: ${fault}`;
}

// ---- gradients ---------------------------------------------------------------------------------------------------

/**
 * A number made of all float outputs, each element with a weight of its own: its gradient shows every one of theirs.
 */
function weigh(ys: readonly Tensor[], random: HostRandom): Tensor {
  return ys
    .filter(isFloat)
    .map((y) => y.mul(tensor(hostArray(y.shape, "float32", () => drawWeight(random)))).sum())
    .reduce((a, b) => a.add(b));
}

/** Holds d loss/dx for each x to central differences along a random direction, all in float64 on the reference. */
function finiteDifferenceFaults(
  loss: Tensor,
  xs: readonly Tensor[],
  slopes: readonly Values[],
  random: HostRandom,
): (string | null)[] {
  const at = (x: Tensor, direction: Values, step: number): number => {
    const moved = Float64Array.from(x.node.value!, (value, i) => value + step * direction[i]!);
    return referenceValues([loss], new Map([[x.node, moved]]))[0]![0]!;
  };
  return xs.map((x, k) => {
    if (x.size === 0) return null;
    const direction = Float64Array.from({ length: x.size }, () => drawWeight(random));
    const step = 2e-6;
    const measured = (at(x, direction, step) - at(x, direction, -step)) / (2 * step);
    let claimed = 0;
    let scale = 0;
    slopes[k]!.forEach((slope, i) => {
      claimed += slope * direction[i]!;
      scale += Math.abs(slope * direction[i]!);
    });
    return Math.abs(claimed - measured) <= 3e-6 * scale + 1e-7
      ? null
      : `gradient of input ${k} along a direction is ${claimed}, but differences say ${measured}`;
  });
}

const differentiable = (xs: readonly Tensor[]): Tensor[] => xs.filter(isFloat);

/**
 * Gradients (of the first or second order) on the reference against differences, and on the backend against the
 * reference.
 */
function gradientCheck(c: Case, order: 1 | 2): Check {
  const random = randomFor(c);
  const all = inputsOf(c).map((x) => tensor(x));
  const xs = differentiable(all);
  let loss = weigh(call(c, all), random);
  if (order === 2) loss = weigh(gradients(loss, xs), random);
  const slopes = gradients(loss, xs);
  const reference = referenceValues(slopes);
  const faults = c.gradient === "checked" ? finiteDifferenceFaults(loss, xs, reference, random) : [];
  // A few elements may well all lie on the flat side of a relu; many do not. A bias has no second derivative.
  const flat = reference.map((slope, i) => xs[i]!.size >= 13 && slope.every((value) => Math.abs(value) < 1e-3));
  if (c.gradient === "checked" && (order === 1 ? flat.some(Boolean) : flat.every(Boolean)))
    faults.push("the sample proves nothing: a gradient is about zero");
  const tolerance = { relative: 4 * c.tolerance.relative * order, floor: 1 };
  return {
    c,
    wants: slopes,
    judge: (numbers) =>
      slopes.flatMap((slope, i) => [
        ...(i === 0 ? faults : []),
        sameShape(slope.shape, xs[i]!.shape) && slope.dtype === xs[i]!.dtype
          ? null
          : `the gradient of ${xs[i]} is ${slope}`,
        declarationDifference(slope, numbers[i]!),
        difference(numbers[i]!, reference[i]!, slope.dtype, tolerance),
        c.gradient === "zero" && reference[i]!.some((value) => value !== 0)
          ? `the gradient of input ${i} is not zero`
          : null,
      ]),
  };
}

const withGradient = new Set(
  cases.filter(
    (c) =>
      c.gradient !== "none" &&
      inputsOf(c).some(isFloat) &&
      call(
        c,
        inputsOf(c).map((x) => tensor(x)),
      ).some((y) => isFloat(y) && y.size > 0),
  ),
);
const hasGradient = (c: Case): boolean => withGradient.has(c);

describe("gradient against finite differences, and on the backend against the reference", () => {
  test.each([...groups].filter(([, group]) => group.some(hasGradient)))("%s", async (_, group) => {
    await run(group.filter(hasGradient).map((c) => gradientCheck(c, 1)));
  });
});

describe("second derivative against finite differences, and on the backend against the reference", () => {
  const small = (c: Case): boolean => c.smooth && hasGradient(c) && inputsOf(c).every((x) => x.data.length <= 120);
  test.each([...groups].filter(([, group]) => group.some(small)))("%s", async (_, group) => {
    await run(group.filter(small).map((c) => gradientCheck(c, 2)));
  });
});

// ---- fused -------------------------------------------------------------------------------------------------------

/** The same numbers, bit for bit, as an expression instead of a leaf. */
function disguised(x: HostArray): Tensor {
  const { shape, dtype } = x;
  const leaf = (map: (value: number) => number, as = dtype): Node =>
    tensor(hostArray(shape, as, (i) => map(x.data[i]!))).node;
  if (dtype === "float32") return new Tensor(ops.neg(leaf((v) => -v)));
  if (dtype === "bool") return new Tensor(ops.not(leaf((v) => 1 - v)));
  if (dtype === "uint8")
    return new Tensor(
      ops.cast(
        leaf((v) => v, "int32"),
        "uint8",
      ),
    );
  return new Tensor(
    ops.xor(
      leaf((v) => v ^ 0x55),
      0x55,
    ),
  );
}

/** A further operation that loses nothing, and what it does to one number. */
function followed(y: Tensor): { tensor: Tensor; map: (value: number) => number } {
  if (y.dtype === "float32") return { tensor: y.neg(), map: (v) => -v };
  if (y.dtype === "bool") return { tensor: new Tensor(ops.not(y.node)), map: (v) => 1 - v };
  if (y.dtype === "uint8") return { tensor: y.cast("int32").mul(3), map: (v) => 3 * v };
  return { tensor: new Tensor(ops.xor(y.node, 1)), map: (v) => (y.dtype === "int32" ? v ^ 1 : (v ^ 1) >>> 0) };
}

describe("fused between other operations: the values of the operation alone, and for elementwise ones its bits", () => {
  test.each([...groups])("%s", async (_, group) => {
    await run(
      group.map((c) => {
        const given = inputsOf(c);
        const alone = call(
          c,
          given.map((x) => tensor(x)),
        );
        const fused = call(c, given.map(disguised)).map(followed);
        return {
          c,
          wants: [...alone, ...fused.map((y) => y.tensor)],
          judge: (numbers) =>
            alone.map((y, i) => {
              const want = Array.from(numbers[i]!, fused[i]!.map);
              const got = numbers[alone.length + i]!;
              return c.elementwise ? bitDifference(got, want) : difference(got, want, y.dtype, c.tolerance);
            }),
        };
      }),
    );
  });
});

describe("fused into a sum: f(x)·2 + 1, summed over the last axis and over all", () => {
  const finite = (c: Case): boolean =>
    referenceValues(
      call(
        c,
        inputsOf(c).map((x) => tensor(x)),
      ),
    ).every((y) => y.every((v) => Math.abs(v) < 1e30));
  test.each([...groups])("%s", async (_, group) => {
    await run(
      group.filter(finite).map((c) => {
        const wants = call(c, inputsOf(c).map(disguised)).flatMap((y) => {
          const z = y.cast("float32").mul(2).add(1);
          return z.ndim > 0 ? [z.sum(-1), z.sum()] : [z.sum()];
        });
        const reference = referenceValues(wants);
        // The error of a sum is relative to the sizes of its terms, which may cancel.
        const sizes = referenceValues(
          wants.map((sum) => new Tensor(ops.sum(ops.abs(sum.node.inputs[0]!), sum.node.attrs.axes))),
        );
        const judge = (numbers: readonly TypedArray[]) =>
          wants.map((sum, i) => {
            const size = Math.max(1, ...sizes[i]!);
            const terms = sum.node.inputs[0]!.shape.reduce((n, m) => n * m, 1);
            const limit = (2 * c.tolerance.relative + 1e-7 * Math.sqrt(terms)) * size;
            const worst = Math.max(0, ...Array.from(numbers[i]!, (value, k) => Math.abs(value - reference[i]![k]!)));
            return worst <= limit
              ? declarationDifference(sum, numbers[i]!)
              : `a sum is ${worst} off, more than ${limit}`;
          });
        return { c, wants, judge };
      }),
    );
  });
});

// ---- the table itself ----------------------------------------------------------------------------------------------

describe("the table is complete", () => {
  const here = new URL("./", import.meta.url);
  const files = ["cases.ts", ...readdirSync(new URL("cases/", here)).map((name) => `cases/${name}`)];
  const source = files
    .map((name) => readFileSync(new URL(name, here), "utf8").replace(/^import [^;]*;$/gm, ""))
    .join("\n");
  const called = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(source);

  test("every primitive has a case", () => {
    const used = new Set<string>();
    for (const c of cases) {
      const graph = closeGraph(
        call(
          c,
          inputsOf(c).map((x) => tensor(x)),
        ).map((x) => x.node),
        [],
      );
      for (const node of graphNodes(graph)) used.add(node.op.name);
    }
    // Variables and parameters of compiled functions are no functions of tensors: test/runtime.test.ts covers them.
    expect([...primitives.keys()].filter((name) => !used.has(name))).toEqual(["placeholder", "read"]);
  });

  test("every method of a tensor has a case", () => {
    const inspection = ["constructor", "shape", "dtype", "ndim", "size", "data", "array", "item", "toString"];
    const methods = Object.getOwnPropertyNames(Tensor.prototype).filter((name) => !inspection.includes(name));
    expect(methods.filter((name) => !called(name))).toEqual([]);
  });

  test("every function of src/functions has a case", async () => {
    const folder = new URL("../src/functions/", import.meta.url);
    const missing: string[] = [];
    // Functions that read arguments (of convolutions, `samplingOptions`) are no functions of tensors, and have their
    // tests in test/errors.test.ts. The parts that functions of linear algebra share have the cases of those.
    for (const file of readdirSync(folder).filter((name) => !["space.ts", "linalg-matrices.ts"].includes(name))) {
      const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      for (const [name, value] of Object.entries(module))
        if (typeof value === "function" && name !== "samplingOptions" && !called(name))
          missing.push(`${name} of ${file}`);
    }
    expect(missing).toEqual([]);
  });

  test("no two cases share a name", () => {
    const names = cases.map((c) => `${c.of} ${c.name}`);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});

// ---- what no comparison of two backends can show --------------------------------------------------------------------

test("padding is not read, however far it reaches", async () => {
  const wide = tensor([1, 2]).pad([[5_000_000, 5_000_000]], 7);
  for (const [start, numbers] of [
    [0, [7, 7, 7]],
    [4_999_999, [7, 1, 2]],
    [5_000_001, [2, 7, 7]],
    [9_999_999, [7, 7, 7]],
  ] as const) {
    expect([...(await wide.at([start, start + 3]).data())]).toEqual(numbers);
    expect([
      ...(await wide
        .at([start, start + 3])
        .take([2, 0, 0])
        .data()),
    ]).toEqual([numbers[2], numbers[0], numbers[0]]);
  }
});

test("reductions are those of plain JavaScript, for numbers of every sign and size", async () => {
  const folds = {
    sum: (xs: number[], wrap: (x: number) => number) => xs.reduce((a, b) => wrap(a + b)),
    prod: (xs: number[], wrap: (x: number) => number) => xs.reduce((a, b) => wrap(Math.imul(a, b))),
    max: (xs: number[]) => Math.max(...xs),
    min: (xs: number[]) => Math.min(...xs),
  };
  const rows = {
    int32: [
      [-5, -3, -9],
      [3, 7, 1],
      [2 ** 31 - 1, 1, 2],
      [-(2 ** 31), -1, -7],
      [65537, 65539, -3],
    ],
    uint32: [
      [5, 3, 9],
      [0, 0, 7],
      [2 ** 32 - 1, 1, 2],
      [2 ** 31, 2 ** 31 - 1, 7],
      [65537, 65539, 3],
    ],
  };
  for (const dtype of ["int32", "uint32"] as const) {
    const x = tensor(rows[dtype], { dtype });
    for (const name of ["sum", "prod", "max", "min"] as const) {
      const want = rows[dtype].map((row) => folds[name](row, (v) => (dtype === "int32" ? v | 0 : v >>> 0)));
      const wrapped = dtype === "uint32" ? want.map((v) => v >>> 0) : want;
      expect([...(await x[name](1).data())], `${dtype} ${name}`).toEqual(wrapped);
      expect([...referenceValues([x[name](1)])[0]!], `${dtype} ${name} by the reference`).toEqual(wrapped);
    }
  }
  const floats = tensor([
    [-5, -3, -9.5],
    [Infinity, 1, -Infinity],
    [NaN, 1, 2],
    [-Infinity, -Infinity, -Infinity],
  ]);
  expect([...(await floats.max(1).data())]).toEqual([-3, Infinity, NaN, -Infinity]);
  expect([...(await floats.min(1).data())]).toEqual([-9.5, -Infinity, NaN, -Infinity]);
  expect([...(await floats.sum(1).data())]).toEqual([-17.5, NaN, NaN, -Infinity]);
  expect([...(await floats.argmax(1).data())].slice(0, 2)).toEqual([1, 0]);
  expect(await floats.cast("bool").sum().item()).toBe(12);
});

test("random bits are the first word of the host's Threefry", async () => {
  const [k0, k1, counters] = [0x9e3779b9, 0xdeadbeef, [0, 1, 2, 3, 77, 2 ** 32 - 1]];
  const fill = (value: number): Node => ops.full([counters.length], value, "uint32");
  const bits = new Tensor(ops.randomBits(fill(k0), fill(k1), tensor(new Uint32Array(counters)).node));
  expect([...(await bits.data())]).toEqual(counters.map((c) => threefry2x32(k0, k1, c, 0)[0]));
});

test("a gradient stops at stopGradient, and only there", async () => {
  const x = tensor([1, 2, 3]);
  const [dx] = gradients(x.mul(x.stopGradient()).sum(), [x]);
  expect([...(await dx!.data())]).toEqual([1, 2, 3]);
});

test("two equal extremes share the gradient", async () => {
  const x = tensor([
    [3, 1, 3],
    [2, 2, 2],
  ]);
  const y = tensor([
    [3, 0, 4],
    [2, 1, 3],
  ]);
  const [dx] = gradients(x.max(1).sum(), [x]);
  expect(sizeOf(dx!.shape)).toBe(6);
  expect(
    difference(await dx!.data(), [0.5, 0, 0.5, 1 / 3, 1 / 3, 1 / 3], "float32", { relative: 1e-6, floor: 1 }),
  ).toBeNull();
  const [da, db] = gradients(x.maximum(y).sum(), [x, y]);
  expect([...(await da!.data())]).toEqual([0.5, 1, 0, 0.5, 1, 0]);
  expect([...(await db!.data())]).toEqual([0.5, 0, 1, 0.5, 0, 1]);
});
