// Single decisions of the passes that a whole program shows only by chance: assignment in place, merging, order.
import { describe, expect, test } from "vitest";
import { FunctionBuilder, ModuleBuilder } from "../src/backends/wasm/assemble/assembler.ts";
import { Accumulator } from "../src/backends/wasm/print/accumulators.ts";
import { blockingOf } from "../src/backends/wasm/print/blocking.ts";
import type { Vector } from "../src/backends/wasm/print/expand.ts";
import { printKernelPieces } from "../src/backends/wasm/print/kernels.ts";
import { cutOf } from "../src/backends/wasm/print/loop-shape.ts";
import { longestWork } from "../src/backends/wasm/print/piece.ts";
import { VectorPrinter } from "../src/backends/wasm/print/vector-printer.ts";
import { printWalk } from "../src/backends/wasm/run/walk.ts";
import { unitsAtATime } from "../src/backends/wasm/run/workers.ts";
import { type Buffer, type Expression, ExpressionBuilder } from "../src/compile/expression.ts";
import { mayReplace } from "../src/compile/in-place.ts";
import type { ContractRoles, Kernel, Reduction, Store } from "../src/compile/kernel.ts";
import { kernelKey } from "../src/compile/kernel-key.ts";
import { mergeAxes } from "../src/compile/merge-axes.ts";
import { lowerGraph } from "../src/compile/pipeline.ts";
import { placeBlocks } from "../src/compile/place.ts";
import { Precedence } from "../src/compile/precedence.ts";
import { simplify } from "../src/compile/simplify.ts";
import { closeGraph, graphNodes } from "../src/graph/graph.ts";
import { compile, type Tensor, tensor, variable } from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { longestAxis } from "../src/shape.ts";
import type { Affine } from "../src/view.ts";

const buffer = (name: string, size = 12): Buffer => ({ name, dtype: "float32", size, place: "temporary", index: 0 });
const at = (coefficients: readonly number[], offset = 0): Affine => ({ offset, coefficients, terms: [] });
const [x, y, z] = [buffer("x"), buffer("y"), buffer("z")];

function load(of: Buffer, index: Affine, guards: { at: Affine; size: number }[] = []): Expression {
  return { kind: "load", dtype: "float32", buffer: of, at: index, guards };
}

function store(into: Buffer, index: Affine, value: Expression, per: Store["per"] = "row"): Store {
  return { buffer: into, at: index, value, per, accumulate: false };
}

function kernel(kind: Kernel["kind"], extents: readonly number[], parallel: number, parts: Partial<Kernel>): Kernel {
  const nothing = { reductions: [], stores: [], contract: null, loop: null, routine: null, scope: "" };
  return { kind, extents, parallel, ...nothing, ...parts };
}

const reduction = (value: Expression, stage = 0): Reduction => ({
  combine: "add",
  identity: 0,
  dtype: "float32",
  value,
  stage,
});

const reduced = (id: number): Expression => ({ kind: "reduced", dtype: "float32", id });

describe("in place", () => {
  const map = (value: Expression, index = at([1])) => kernel("map", [12], 1, { stores: [store(y, index, value)] });

  test("a map writes over what it reads at the same index, and nowhere else", () => {
    expect(mayReplace(map(load(x, at([1]))), y, x)).toBe(true);
    expect(mayReplace(map(load(x, at([1], 1))), y, x)).toBe(false);
    expect(mayReplace(map(load(x, at([-1], 11))), y, x)).toBe(false);
    expect(mayReplace(map(load(x, at([1]), [{ at: at([1], -1), size: 12 }])), y, x)).toBe(false);
    const gathered: Affine = { ...at([1]), terms: [{ scale: 1, value: load(z, at([1])) }] };
    expect(mayReplace(map(load(x, gathered), gathered), y, x)).toBe(false);
  });

  test("what adds to its buffer, or writes it twice, replaces nothing", () => {
    const twice = [store(y, at([1]), load(x, at([1]))), store(y, at([1]), load(x, at([1])))];
    expect(mayReplace(kernel("map", [12], 1, { stores: twice }), y, x)).toBe(false);
    const adding = [{ ...store(y, at([1]), load(x, at([1]))), accumulate: true }];
    expect(mayReplace(kernel("map", [12], 1, { stores: adding }), y, x)).toBe(false);
  });

  test("a product writes over what its epilogue reads, not over its factors", () => {
    const roles = (a: Buffer, b: Buffer): ContractRoles => {
      const factors = { a: load(a, at([4, 0, 1])), b: load(b, at([0, 1, 3])) };
      return { batch: [], m: [0], n: [1], k: [2], ...factors };
    };
    const index = at([3, 1, 0]);
    const product = (a: Buffer, b: Buffer) => {
      const contract = roles(a, b);
      const value = new ExpressionBuilder().scalar.add(reduced(0), load(x, index));
      const reductions = [reduction(new ExpressionBuilder().scalar.mul(contract.a, contract.b))];
      return kernel("contract", [3, 3, 4], 2, { contract, reductions, stores: [store(y, index, value)] });
    };
    const square = (of: Buffer) => ({ ...load(of, index) });
    expect(mayReplace(product(z, z), y, x)).toBe(true);
    const inFactor = product(z, z);
    const withA = { ...inFactor, contract: { ...roles(z, z), a: square(x) } };
    const withB = { ...inFactor, contract: { ...roles(z, z), b: square(x) } };
    expect(mayReplace(withA, y, x)).toBe(false);
    expect(mayReplace(withB, y, x)).toBe(false);
  });

  test("a row's elements are replaced in the last of its loops only", () => {
    const index = at([4, 1]);
    const element = (value: Expression) => store(y, index, value, "element");
    const sums = (stages: number[]) => stages.map((stage) => reduction(load(x, index), stage));
    const rows = (reductions: Reduction[], stores: Store[]) => kernel("rows", [3, 4], 1, { reductions, stores });
    const add = (e: Expression) => new ExpressionBuilder().scalar.add(e, load(x, index));
    const [first, second] = [add(load(z, index)), add(reduced(0))];
    expect(mayReplace(rows(sums([0]), [element(first)]), y, x)).toBe(true);
    // The first stage's loop would write what the second one still reads.
    expect(mayReplace(rows(sums([0, 1]), [element(first)]), y, x)).toBe(false);
    expect(mayReplace(rows(sums([0]), [element(first), store(z, index, second, "element")]), y, x)).toBe(false);
    expect(mayReplace(rows(sums([0, 1]), [element(second)]), y, x)).toBe(true);
  });

  test("a loop's slices and constants stay; a carry's initial value becomes the carry", () => {
    const step = lowerGraph(closeGraph([ops.full([1], 0, "float32")], []), () => 0);
    const loop = (carry: Buffer, slices: Buffer[], constants: Buffer[]) => {
      const carries = [{ init: carry, result: y }];
      return kernel("loop", [], 0, {
        loop: { length: 2, reverse: false, step, carries, slices, constants, stacked: [buffer("s")] },
      });
    };
    expect(mayReplace(loop(x, [z], []), y, x)).toBe(true);
    expect(mayReplace(loop(x, [x], []), y, x)).toBe(false);
    expect(mayReplace(loop(x, [], [x]), y, x)).toBe(false);
    expect(mayReplace(loop(z, [x], []), y, x)).toBe(false);
    expect(mayReplace(loop(z, [], [z]), y, x)).toBe(true);
  });
});

test("a scatter is never cut into units, however much work it is", () => {
  const cut = (kind: Kernel["kind"]) => cutOf(kernel(kind, [4000, 8], 2, {}), 1, 1e9);
  expect(cut("map")).toMatchObject({ axis: 0 });
  expect(cut("scatter")).toBeNull();
});

describe("axes", () => {
  const copy = (index: Affine, guards: { at: Affine; size: number }[] = []) =>
    mergeAxes(kernel("map", [3, 4], 2, { stores: [store(y, at([4, 1]), load(x, index, guards))] }));

  test("merge where every index crosses them in one stride", () => {
    expect(copy(at([4, 1])).extents).toEqual([12]);
    expect(copy(at([8, 2])).extents).toEqual([12]);
    expect(copy(at([0, 0])).extents).toEqual([12]);
    expect(copy(at([5, 1])).extents).toEqual([3, 4]);
    expect(copy(at([1, 3])).extents).toEqual([3, 4]);
    expect(copy(at([0, 1])).extents).toEqual([3, 4]);
    expect(copy(at([4, 1]), [{ at: at([0, 1]), size: 3 }]).extents).toEqual([3, 4]);
  });

  test("of length 1 vanish, and those beside them merge", () => {
    const merged = mergeAxes(
      kernel("map", [3, 1, 4], 3, { stores: [store(y, at([4, 9, 1]), load(x, at([4, 7, 1], 2)))] }),
    );
    expect(merged.extents).toEqual([12]);
    expect(merged.parallel).toBe(1);
    expect(merged.stores[0]!.value).toMatchObject({ at: at([1], 2) });
  });

  test("merge within parallel ones, within reduced ones, and never across", () => {
    const sum = kernel("rows", [3, 4], 1, { reductions: [reduction(load(x, at([4, 1])))], stores: [] });
    expect(mergeAxes({ ...sum, stores: [store(y, at([1, 0]), reduced(0))] }).extents).toEqual([3, 4]);
  });

  test("merge up to the longest axis that a tensor may have", () => {
    const sum = (extents: number[]): Kernel => {
      const zero = extents.map(() => 0);
      const reductions = [reduction(load(x, at(zero)))];
      return kernel("rows", extents, 0, { reductions, stores: [store(y, at(zero), reduced(0))] });
    };
    expect(mergeAxes(sum([2, 2 ** 15, 2 ** 14])).extents).toEqual([2 ** 30]);
    expect(mergeAxes(sum([longestAxis])).extents).toEqual([longestAxis]);
    expect(mergeAxes(sum([2 ** 16, 1, 2 ** 15])).extents).toEqual([2 ** 16, 2 ** 15]);
    expect(mergeAxes(sum([2 ** 16, 2 ** 16, 4, 2])).extents).toEqual([2 ** 16, 2 ** 19]);
    expect(mergeAxes(sum([4, 2, 2 ** 30, 2 ** 30, 2])).extents).toEqual([8, 2 ** 30, 2 ** 30, 2]);
  });
});

describe("sums of more terms than 32 bits count", () => {
  const target = { fusedMultiplyAdd: true, joinsPairs: true };
  const kernelsOf = (result: Node, inputs: readonly Node[] = []): readonly Kernel[] =>
    lowerGraph(closeGraph([result], [], inputs), () => 0).plan.kernels;
  const full = (shape: number[]): Node => ops.full(shape, 1, "float32");
  const x = ops.placeholder(0, [16], "float32");

  test.each([
    ["a sum of constants", ops.sum(full([2 ** 16, 2 ** 16]), [0, 1]), 2 ** 32],
    ["a sum of a broadcast", ops.sum(ops.add(full([1e5, 1]), full([1, 1e5])), [0, 1]), 1e10],
  ])("%s keeps all of them, in loops that end", (_, result, terms) => {
    const [sum] = kernelsOf(result);
    expect(sum!.extents.reduce((n, extent) => n * extent)).toBe(terms);
    expect(Math.max(...sum!.extents)).toBeLessThanOrEqual(longestAxis);
    expect(() => printKernelPieces(sum!, "sum", target, new ModuleBuilder())).not.toThrow();
  });

  test("a product is not blocked, whose steps a block would count across axes", () => {
    const product = (side: number): Kernel => {
      const columns = ops.broadcast(ops.reshape(x, [1, 1, 16]), [side, side, 16]);
      const labels = { a: [-1, 0, 1], b: [0, 1, -2], out: [-1, -2] };
      return { ...kernelsOf(ops.contract(full([16, side, side]), columns, labels), [x])[0]! };
    };
    expect(product(2 ** 16)).toMatchObject({ kind: "contract", extents: [16, 16, 2 ** 16, 2 ** 16] });
    expect(blockingOf(product(2 ** 16), target)).toBeNull();
    expect(blockingOf(product(2 ** 15), target)).not.toBeNull();
  });
});

test("an endless sum goes on where float32 and its correction would stand still, and may be infinite", async () => {
  const sumOf = async (term: number, isEndless: boolean): Promise<number> => {
    const f = new FunctionBuilder("sum", []);
    const printer = new VectorPrinter(f, new Map(), -1, 0, false);
    const value: Vector = { kind: "constant", dtype: "float32", value: term };
    const terms = { id: 0, stage: 0, value, factors: null, identity: 0, combine: "add", dtype: "float32" } as const;
    const sum = new Accumulator(f, terms, 1, Infinity, isEndless);
    const block = (): void => {
      sum.fold(printer, 4);
      sum.endBlock();
    };
    printer.inside(-1, null, () => f.countedLoop(f.local("i32"), 0, 3 * 2 ** 24, 1, block));
    const result = sum.finish(false);
    f.i32(0).get(result).emit("v128.store", 0);
    const module = new ModuleBuilder();
    module.export("sum", module.add(f));
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
    const { instance } = await WebAssembly.instantiate(module.encode(false), { nabla: { memory } });
    (instance.exports["sum"] as () => void)();
    return new Float32Array(memory.buffer)[0]!;
  };
  expect(await sumOf(1, true)).toBe(3 * 2 ** 24);
  expect(await sumOf(1, false)).toBe(2 ** 25);
  expect(await sumOf(-Infinity, true)).toBe(-Infinity);
});

test("the assembler takes integers of 32 bits, signed and unsigned, and no others", () => {
  const push = (value: number) => () => new FunctionBuilder("f", []).i32(value);
  for (const value of [0, -(2 ** 31), 2 ** 31, 2 ** 32 - 1]) expect(push(value)).not.toThrow();
  for (const value of [2 ** 32, -(2 ** 31) - 1, 0.5, NaN, Infinity])
    expect(push(value)).toThrow(`not an i32: ${value}`);
  const f = new FunctionBuilder("f", []);
  for (const wraps of [() => f.times(2 ** 32), () => f.plus(2 ** 33), () => f.countedLoop(0, 0, 2 ** 32, 1, () => {})])
    expect(wraps).toThrow("not an i32");
});

test("independent maps share a kernel while they are small", () => {
  const kernels = (size: number): number => {
    const [a, b] = [ops.placeholder(0, [size], "float32"), ops.placeholder(1, [size], "float32")];
    return lowerGraph(closeGraph([ops.neg(a), ops.exp(b)], [], [a, b]), () => 0).plan.kernels.length;
  };
  expect([kernels(64), kernels(65)]).toEqual([1, 2]);
});

test("larger maps share a kernel where they read the same memory, but not for a number in common", () => {
  const kernels = (common: number): number => {
    const [a, b] = [ops.placeholder(0, [1000], "float32"), ops.placeholder(1, [1000], "float32")];
    const shared = ops.placeholder(2, [common], "float32");
    const spread = ops.broadcast(shared, [1000]);
    const outputs = [ops.neg(ops.mul(a, spread)), ops.exp(ops.mul(b, spread))];
    return lowerGraph(closeGraph(outputs, [], [a, b, shared]), () => 0).plan.kernels.length;
  };
  expect([kernels(1), kernels(1000)]).toEqual([2, 1]);
});

test("what waits for a value is computed after it, though it would free memory before", () => {
  const a = ops.placeholder(0, [1000], "float32");
  const b = ops.placeholder(1, [2000], "float32");
  const kinds = (wait: boolean): string[] => {
    const until = ops.exp(b);
    const late = ops.sum(wait ? ops.fence(a, until) : a, [0]);
    const { plan } = lowerGraph(closeGraph([late, until], [], [a, b]), () => 0);
    return plan.kernels.map(({ extents }) => extents.join());
  };
  expect([kinds(true), kinds(false)]).toEqual([
    ["2000", "1000"],
    ["1000", "2000"],
  ]);
});

describe("equal kernels", () => {
  const map = (value: Expression, into = y) => kernel("map", [12], 1, { stores: [store(into, at([1]), value)] });
  const constant = (value: number): Expression => ({ kind: "constant", dtype: "float32", value });
  const { scalar: b } = new ExpressionBuilder();

  test("are told by what they compute, whatever their buffers are called", () => {
    expect(kernelKey(map(load(x, at([1]))))).toBe(kernelKey({ ...map(load(buffer("q"), at([1])), z), scope: "dense" }));
  });

  test("differ in constants, indices, sizes, and in which buffers are the same", () => {
    const keys = [
      map(constant(0)),
      map(constant(-0)),
      map(constant(NaN)),
      map(constant(Infinity)),
      map(constant(-Infinity)),
      map(load(x, at([1]))),
      map(load(x, at([1], 1))),
      map(load(x, at([1]), [{ at: at([1]), size: 11 }])),
      map(load(buffer("x", 13), at([1]))),
      map(load(y, at([1]))),
      map(b.sub(load(x, at([1])), load(z, at([1])))),
      map(b.sub(load(x, at([1])), load(x, at([1])))),
      map(b.add(load(x, at([1])), load(z, at([1])))),
    ].map(kernelKey);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

test("expressions are shared where they are equal, and −0 is not 0", () => {
  const builder = new ExpressionBuilder();
  const { scalar: b } = builder;
  expect(b.constant(1, "float32")).toBe(b.constant(1, "float32"));
  expect(b.constant(0, "float32")).not.toBe(b.constant(-0, "float32"));
  expect(b.constant(1, "float32")).not.toBe(b.constant(1, "int32"));
  expect(builder.make(load(x, at([1])))).not.toBe(builder.make(load(x, at([1]), [{ at: at([1]), size: 2 }])));
});

test("what comes before another comes before all that come after it", () => {
  const order = new Precedence(70);
  order.add(1, 2);
  order.add(2, 65);
  expect([order.isBefore(1, 65), order.isBefore(65, 1), order.isBefore(0, 65)]).toEqual([true, false, false]);
  // An edge to a number that already has successors reaches all of them, with all that comes before it.
  order.add(33, 40);
  order.add(40, 1);
  expect([1, 2, 65].map((later) => [order.isBefore(33, later), order.isBefore(40, later)])).toEqual(
    [1, 2, 65].map(() => [true, true]),
  );
  expect([...order.directlyBefore(65)]).toEqual([2]);
});

test("blocks that are live at the same kernel do not overlap", () => {
  const blocks = [
    { bytes: 64, from: 0, to: 2 },
    { bytes: 64, from: 2, to: 3 },
    { bytes: 64, from: 3, to: 4 },
    { bytes: 128, from: 1, to: 1 },
  ];
  const { starts, top } = placeBlocks(blocks);
  for (const [i, a] of blocks.entries()) {
    for (const [j, other] of blocks.entries()) {
      if (i === j || a.from > other.to || other.from > a.to) continue;
      const apart = starts[i]! + a.bytes <= starts[j]! || starts[j]! + other.bytes <= starts[i]!;
      expect(apart, `${i} and ${j}`).toBe(true);
    }
  }
  expect(top).toBe(192);
});

describe("equal nodes", () => {
  const p = ops.placeholder(0, [3], "float32");
  const count = (...roots: Node[]) => graphNodes(simplify(closeGraph(roots, [], [p]))).length;

  test("are one", () => {
    expect(count(ops.mul(p, ops.full([3], 2, "float32")), ops.mul(p, ops.full([3], 2, "float32")))).toBe(3);
  });

  test.each([
    ["0 and −0", ops.full([3], 0, "float32"), ops.full([3], -0, "float32")],
    ["NaN and ∞", ops.full([3], NaN, "float32"), ops.full([3], Infinity, "float32")],
    ["∞ and −∞", ops.full([3], Infinity, "float32"), ops.full([3], -Infinity, "float32")],
    ["1 and true", ops.full([3], 1, "int32"), ops.full([3], 1, "bool")],
    ["two leaves", ops.placeholder(1, [3], "float32"), ops.placeholder(1, [3], "float32")],
  ])("%s stay two", (_, a, b) => {
    const graph = closeGraph(
      [a, b],
      [],
      [a, b].filter((node) => node.inputs.length === 0 && node.op.kind === "leaf"),
    );
    expect(new Set(simplify(graph).outputs).size).toBe(2);
  });
});

describe("assignments", () => {
  test("in place wait for readers of the old value; are copies if a reader needs the new one", async () => {
    const [v, w] = [variable(tensor([1, 2, 3, 4])), variable(tensor([5, 6, 7, 8]))];
    const swap = compile(() => {
      const sum = v.value.sum();
      const [a, b] = [v.value, w.value];
      v.assign(b.mul(2));
      w.assign(a.mul(3));
      return sum;
    });
    expect(await (await swap()).item()).toBe(10);
    expect(await v.array()).toEqual([10, 12, 14, 16]);
    expect(await w.array()).toEqual([3, 6, 9, 12]);
    // The old value is read by a kernel that needs the new one, in memory, before.
    const later = compile((m: Tensor) => {
      const old = v.value;
      const next = old.sub(10).exp();
      v.assign(next);
      return old.mul(m.matmul(next.reshape([4, 1])).reshape([])).sum();
    });
    expect(await (await later(tensor([[1, 0, 0, 0]]))).item()).toBe(52);
    expect((await v.data())[1]).toBeCloseTo(Math.exp(2), 4);
  });
});

test("between two looks at the clock a page's main thread takes one unit of large products, many of small ones", () => {
  const unitsOf = (side: number): number => {
    const matrices = [0, 1].map((i) => ops.placeholder(i, [side, side], "float32"));
    const [a, b] = matrices as [Node, Node];
    const product = ops.contract(a, b, { a: [-1, 0], b: [0, -2], out: [-1, -2] });
    const { plan } = lowerGraph(closeGraph([product], [], matrices), () => 0);
    const walk = printWalk(new ModuleBuilder(), plan, { fusedMultiplyAdd: true, joinsPairs: false });
    // About two milliseconds, after which a slice of five ends at less than half a frame.
    expect(walk.unitWork).toBeLessThan(1.1 * longestWork);
    return unitsAtATime(walk.unitWork);
  };
  expect(unitsOf(1024)).toBe(1);
  expect(unitsOf(128)).toBeGreaterThan(100);
});
