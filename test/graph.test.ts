// The graph: what the verifier catches, how graphs print, which share a program, in what order nodes stand.
import { describe, expect, test } from "vitest";
import { gradientNodes } from "../src/graph/gradient.ts";
import { closeGraph, type Graph, graphNodes, programKey } from "../src/graph/graph.ts";
import { topologicalOrder } from "../src/graph/order.ts";
import { printGraph } from "../src/graph/print.ts";
import { verifyGraph } from "../src/graph/verify.ts";
import * as ops from "../src/ops/index.ts";
import { asInputs, type Node, withScope } from "../src/ops/op.ts";
import type { Shape } from "../src/shape.ts";

const numbers = (shape: Shape, value = 1): Node =>
  ops.data(new Float32Array(shape.reduce((n, m) => n * m, 1)).fill(value), shape, "float32");
const resident = (shape: Shape, name = "w") => ({ shape, dtype: "float32", name }) as const;

/** A small layer and its loss: x·w + b through relu, its mean. */
function layer(): { graph: Graph; w: ReturnType<typeof resident> } {
  const w = resident([3, 2]);
  const x = ops.placeholder(0, [4, 3], "float32");
  const loss = withScope("dense", () => {
    const y = ops.relu(ops.add(ops.contract(x, ops.read(w), { a: [0, 1], b: [1, 2], out: [0, 2] }), numbers([2], 0.5)));
    return ops.mul(ops.sum(y, [0, 1]), 1 / 8);
  });
  return { graph: closeGraph([loss], [{ variable: w, value: ops.mul(ops.read(w), 0.5) }], [x]), w };
}

describe("the verifier", () => {
  test("passes what is sound", () => {
    expect(() => verifyGraph(layer().graph, "tracing")).not.toThrow();
    const x = numbers([2, 3]);
    const slope = gradientNodes(ops.sum(ops.exp(ops.permute(x, [1, 0])), [0, 1]), [x]);
    expect(() => verifyGraph(closeGraph(slope, []), "gradient")).not.toThrow();
  });

  /** exp(x) of [2], with something about it falsified. */
  const broken = (change: Partial<Node>): Graph =>
    closeGraph([{ ...ops.neg(ops.exp(numbers([2]))), ...change } as Node], []);
  const x2 = ops.exp(numbers([2]));

  test.each<[string, () => Graph, RegExp]>([
    [
      "a shape that is not computed",
      () => broken({ shape: [3] }),
      /after testing, the graph is not sound: neg declares float32\[3\], but computes float32\[2\]/,
    ],
    [
      "a dtype that is not computed",
      () => broken({ dtype: "int32" }),
      /neg declares int32\[2\], but computes float32\[2\]/,
    ],
    [
      "an operation that nobody registered",
      () => broken({ op: { ...ops.negOp, name: "minus" } as Node["op"] }),
      /minus is no registered primitive/,
    ],
    [
      "a copy of a registered operation",
      () => broken({ op: { ...ops.negOp } as Node["op"] }),
      /neg is no registered primitive/,
    ],
    [
      "inputs that the operation refuses",
      () => broken({ op: ops.addOp, inputs: asInputs([numbers([2]), numbers([3])]) }),
      /add: expected one shape, got \[2\] and \[3\]/,
    ],
    [
      "a reduction over axes that are not there",
      () => closeGraph([{ ...ops.sum(numbers([2, 3]), [0]), attrs: { axes: [1] } } as Node], []),
      /sum declares float32\[3\], but computes float32\[2\]/,
    ],
    [
      "a variable assigned another shape",
      () => closeGraph([], [{ variable: resident([3], "bias"), value: x2 }]),
      /bias is float32\[3\], but is assigned float32\[2\]/,
    ],
    [
      "a variable assigned another dtype",
      () => closeGraph([], [{ variable: resident([2], "bias"), value: ops.cast(x2, "int32") }]),
      /bias is float32\[2\], but is assigned int32\[2\]/,
    ],
  ])("catches %s", (_, graph, message) => {
    expect(() => verifyGraph(graph(), "testing")).toThrow(message);
  });
});

describe("the printer", () => {
  test("one line a node, with attributes, shapes and scopes", () => {
    expect(printGraph(layer().graph)).toMatchInlineSnapshot(`
      "%0 = input 0 : float32[4,3]
      %1 = read() variable=w : float32[3,2]  # dense
      %2 = contract(%0, %1) a=[0,1] b=[1,2] out=[0,2] : float32[4,2]  # dense
      %3 = input 1 : float32[2]  # dense
      %4 = broadcast(%3) : float32[4,2]  # dense
      %5 = add(%2, %4) : float32[4,2]  # dense
      %6 = relu(%5) : float32[4,2]  # dense
      %7 = sum(%6) axes=[0,1] : float32[]  # dense
      %8 = constant() value=0.125 : float32[]  # dense
      %9 = mul(%7, %8) : float32[]  # dense
      %10 = read() variable=w : float32[3,2]
      %11 = constant() value=0.5 : float32[3,2]
      %12 = mul(%10, %11) : float32[3,2]
      return %9
      w := %12"
    `);
  });

  test("gradients carry the scope of what they are the gradient of", () => {
    const x = numbers([2]);
    const y = withScope("model", () => withScope("square", () => ops.mul(x, x)));
    expect(printGraph(closeGraph(gradientNodes(ops.sum(y, [0]), [x]), []))).toMatchInlineSnapshot(`
      "%0 = constant() value=1 : float32[]
      %1 = reshape(%0) : float32[1]  # ∇
      %2 = broadcast(%1) : float32[2]  # ∇
      %3 = input 0 : float32[2]
      %4 = mul(%2, %3) : float32[2]  # ∇model/square
      %5 = mul(%2, %3) : float32[2]  # ∇model/square
      %6 = add(%4, %5) : float32[2]
      return %6"
    `);
  });

  test("movements, choices and integers", () => {
    const x = ops.placeholder(0, [2, 3], "int32");
    const padded = ops.pad(ops.flip(ops.slice(x, [0, 1], [2, 2]), [1]), [1, 0], [0, 2], -1);
    const y = ops.select(ops.less(padded, 3), ops.iota([3, 4], 1, "int32"), padded);
    expect(printGraph(closeGraph([y, ops.cast(y, "bool")], [], [x]))).toMatchInlineSnapshot(`
      "%0 = input 0 : int32[2,3]
      %1 = slice(%0) start=[0,1] size=[2,2] step=[1,1] : int32[2,2]
      %2 = flip(%1) axes=[1] : int32[2,2]
      %3 = pad(%2) low=[1,0] high=[0,2] value=-1 : int32[3,4]
      %4 = constant() value=3 : int32[3,4]
      %5 = less(%3, %4) : bool[3,4]
      %6 = iota() axis=1 : int32[3,4]
      %7 = select(%5, %6, %3) : int32[3,4]
      %8 = cast(%7) : bool[3,4]
      return %7
      return %8"
    `);
  });
});

describe("structure", () => {
  const structure = (...roots: Node[]): string => programKey(closeGraph(roots, []));

  test("is the same for other numbers and for the same graph built again", () => {
    const build = (value: number): string =>
      structure(ops.sum(ops.exp(ops.mul(numbers([2, 3], value), numbers([2, 3], 5))), [1]));
    expect(build(1)).toBe(build(2));
  });

  test("is the same for other variables of the same shape, whose names count where a program can be looked at", () => {
    const build = (name: string, lifted?: ReadonlyMap<Node, number>): string => {
      const [w, v] = [resident([2], name), resident([2], `${name}'`)];
      const difference = withScope(name, () => ops.sub(ops.read(w), ops.read(v)));
      return programKey(closeGraph([difference], [{ variable: v, value: ops.neg(ops.read(w)) }]), lifted);
    };
    expect(build("a", new Map())).toBe(build("b", new Map()));
    expect(build("a")).toBe(build("a"));
    expect(build("a")).not.toBe(build("b"));
  });

  const x = numbers([2, 3]);
  const [w, v] = [resident([2]), resident([2], "v")];
  const different: [string, string, string][] = [
    ["another operation", structure(ops.exp(x)), structure(ops.log(x))],
    ["another shape", structure(ops.exp(x)), structure(ops.exp(numbers([3, 2])))],
    ["another dtype", structure(ops.cast(x, "int32")), structure(ops.cast(x, "uint32"))],
    ["another constant", structure(ops.add(x, 1)), structure(ops.add(x, 2))],
    ["0 and −0", structure(ops.mul(x, 0)), structure(ops.mul(x, -0))],
    ["∞ and −∞", structure(ops.pad(x, [0, 0], [0, 1], Infinity)), structure(ops.pad(x, [0, 0], [0, 1], -Infinity))],
    ["∞ and NaN", structure(ops.mul(x, Infinity)), structure(ops.mul(x, NaN))],
    ["other axes", structure(ops.sum(x, [0])), structure(ops.sum(x, [1]))],
    ["another order of inputs", structure(ops.sub(x, ops.exp(x))), structure(ops.sub(ops.exp(x), x))],
    ["one input twice, or two inputs", structure(ops.add(x, x)), structure(ops.add(x, numbers([2, 3])))],
    ["another order of outputs", structure(ops.exp(x), ops.log(x)), structure(ops.log(x), ops.exp(x))],
    ["an output more", structure(ops.exp(x)), structure(ops.exp(x), ops.exp(x))],
    ["a variable and an input", structure(ops.exp(ops.read(w))), structure(ops.exp(numbers([2])))],
    [
      "an assignment",
      programKey(closeGraph([ops.read(w)], [])),
      programKey(closeGraph([ops.read(w)], [{ variable: w, value: ops.read(w) }])),
    ],
    [
      "an assignment to another",
      programKey(closeGraph([ops.add(ops.read(w), ops.read(v))], [{ variable: w, value: ops.read(v) }])),
      programKey(closeGraph([ops.add(ops.read(w), ops.read(v))], [{ variable: v, value: ops.read(v) }])),
    ],
    [
      "one variable read twice, or two",
      structure(ops.add(ops.read(w), ops.read(w))),
      structure(ops.add(ops.read(w), ops.read(v))),
    ],
  ];
  test.each(different)("is another for %s", (_, a, b) => {
    expect(a).not.toBe(b);
  });
});

describe("closing a graph", () => {
  test("nodes that hold numbers are inputs, and hide what is behind them", () => {
    const behind = ops.exp(numbers([2]));
    behind.value = new Float32Array([1, 2]);
    const graph = closeGraph([ops.neg(behind)], []);
    expect(graph.inputs).toEqual([behind]);
    expect(graphNodes(graph).map((node) => node.op.name)).toEqual(["exp", "neg"]);
  });

  test("parameters come first and stay, used or not", () => {
    const [a, b] = [ops.placeholder(0, [2], "float32"), ops.placeholder(1, [2], "float32")];
    const given = numbers([2]);
    expect(closeGraph([ops.add(given, b)], [], [a, b]).inputs).toEqual([a, b, given]);
  });

  test("every variable that is read or assigned is listed once", () => {
    const [w, v] = [resident([2]), resident([2], "v")];
    const graph = closeGraph(
      [ops.add(ops.read(w), ops.read(w))],
      [
        { variable: v, value: ops.read(w) },
        { variable: w, value: ops.read(v) },
      ],
    );
    expect([...graph.variables].sort((p, q) => p.name.localeCompare(q.name))).toEqual([v, w]);
  });

  test("each node stands after its inputs, once", () => {
    const x = numbers([2]);
    const shared = ops.exp(x);
    const order = topologicalOrder([ops.add(shared, ops.neg(shared)), shared]);
    expect(order.length).toBe(new Set(order).size);
    for (const [at, node] of order.entries())
      for (const input of node.inputs) expect(order.indexOf(input)).toBeLessThan(at);
    expect(order.map((node) => node.op.name)).toEqual(["data", "exp", "neg", "add"]);
  });

  test("a chain of 100,000 nodes needs no deep stack", () => {
    let x = numbers([1]);
    for (let i = 0; i < 100_000; i++) x = ops.neg(x);
    expect(topologicalOrder([x]).length).toBe(100_001);
  });
});

describe("gradient graphs", () => {
  test("hold nothing for what the loss does not depend on", () => {
    const [x, y] = [numbers([2]), numbers([3])];
    const [dx, dy] = gradientNodes(ops.sum(x, [0]), [x, y]);
    expect(dx!.shape).toEqual([2]);
    expect([dy!.op.name, dy!.shape, dy!.attrs.value]).toEqual(["constant", [3], 0]);
  });

  test("of a value by itself are the seed", () => {
    const x = numbers([]);
    const seed = numbers([], 7);
    expect(gradientNodes(x, [x], seed)).toEqual([seed]);
  });

  test("stop where nothing flows: no rule is asked for what does not depend on x", () => {
    const [x, y] = [numbers([2]), numbers([2])];
    const nodes = topologicalOrder(gradientNodes(ops.sum(ops.mul(x, ops.exp(ops.sin(y))), [0]), [x]));
    expect(nodes.map((node) => node.op.name)).not.toContain("cos");
  });
});
