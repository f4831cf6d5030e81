// Functions of functions: custom gradients, gradient checks, vjp, jvp, Jacobians, vmap, checkpoint, and their
// compositions.

import { describe, expect, test } from "vitest";
import { WasmProgram } from "../src/backends/wasm/run/program.ts";
import { dtypeInfo } from "../src/dtype.ts";
import { batchNodes } from "../src/graph/batch.ts";
import type { HostArray } from "../src/host-array.ts";
import {
  ArgumentError,
  arange,
  asTensor,
  checkGradients,
  checkpoint,
  compile,
  concatenate,
  customGradient,
  DTypeError,
  eye,
  grad,
  gradients,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  logSoftmax,
  NumericError,
  ones,
  random,
  ShapeError,
  softmax,
  Tensor,
  tensor,
  variable,
  vjp,
  vmap,
  where,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { hostRandom } from "../src/random.ts";
import { type Shape, sizeOf } from "../src/shape.ts";
import { cases } from "./cases.ts";
import { backendValues, difference, drawFloat, referenceValues } from "./compare.ts";

const normals = (seed: number, shape: Shape): Tensor => {
  const draw = hostRandom(seed);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => drawFloat(draw, -1.5, 1.5)),
    { shape },
  );
};

/** Holds tensors to others, on the backend. */
async function expectSame(got: readonly Tensor[], want: readonly Tensor[], relative = 2e-6): Promise<void> {
  expect(got.map((x) => [x.dtype, x.shape])).toEqual(want.map((x) => [x.dtype, x.shape]));
  const numbers = await backendValues([...got, ...want]);
  const faults = got.map((x, i) => difference(numbers[i]!, numbers[got.length + i]!, x.dtype, { relative, floor: 1 }));
  expect(faults.filter(Boolean)).toEqual([]);
}

describe("grad", () => {
  test("to the fourth order", async () => {
    const f = (x: Tensor): Tensor => x.sin().mul(x.pow(3));
    const [x, s, c] = [0.7, Math.sin(0.7), Math.cos(0.7)];
    const third = grad(grad(grad(f)));
    expect(await third(x).item()).toBeCloseTo(6 * s + 18 * x * c - 9 * x * x * s - x ** 3 * c, 4);
    expect(await grad(third)(x).item()).toBeCloseTo(24 * c - 36 * x * s - 12 * x * x * c + x ** 3 * s, 3);
  });

  test("what else the function knows of its argument is a constant", async () => {
    const x = tensor([1, 2]);
    expect(await grad((y: Tensor) => y.mul(x).sum())(x).array()).toEqual([1, 2]);
    expect(await grad((y: Tensor, z: Tensor) => y.mul(z).sum())(x, x).array()).toEqual([1, 2]);
    const w = variable([3, 4]);
    expect(await grad((y: Tensor) => y.mul(w.value).sum())(w).array()).toEqual([3, 4]);
  });
});

describe("customGradient", () => {
  const clipped = customGradient((x: Tensor) => ({ value: x, gradient: (dy) => dy.maximum(-1).minimum(1) }));

  test("the rule is the gradient, to the second order too", async () => {
    const square = customGradient((x: Tensor, y: Tensor) => ({
      value: x.mul(x).add(y),
      gradient: (dy) => [dy.mul(x).mul(20), null],
    }));
    const f = (x: Tensor): Tensor => square(x, [3, 4]).sum();
    expect(await f(tensor([1, 2])).item()).toBe(12);
    expect(await grad(f)([1, 2]).array()).toEqual([20, 40]);
    expect(await grad((x: Tensor) => grad(f)(x).mul(x).sum())([1, 2]).array()).toEqual([40, 80]);
    expect(
      await grad((x: Tensor) =>
        clipped(x)
          .mul(tensor([-5, 0.5]))
          .sum(),
      )([1, 2]).array(),
    ).toEqual([-1, 0.5]);
  });

  test("a rule is used under compile, and variables are arguments", async () => {
    const w = variable([1, 2]);
    const f = customGradient((x: Tensor) => ({ value: x.round(), gradient: (dy) => dy.mul(7) }));
    const step = compile((x: Tensor) => {
      const [dw] = gradients(f(w).mul(x).sum(), [w]);
      return dw!;
    });
    expect(await (await step(tensor([1, 2]))).array()).toEqual([7, 14]);
  });

  test("says what is wrong with a rule", () => {
    const run = (answer: unknown, x: Tensor = tensor([1, 2])): unknown =>
      grad((y: Tensor) =>
        customGradient((z: Tensor) => ({ value: z.mul(2), gradient: () => answer as Tensor }))(y).sum(),
      )(x);
    expect(() => run([])).toThrow(/expected 1 cotangents from the rule, one for each argument/);
    expect(() => run(tensor([1, 2, 3]))).toThrow(
      /argument 0 has shape \[2\], but the rule's cotangent of it has \[3\]/,
    );
    expect(() => run(tensor([1, 2], { dtype: "int32" }))).toThrow(DTypeError);
    expect(() => run(3)).toThrow(ArgumentError);
    expect(() => run([3])).toThrow(/is number, not a tensor/);
    expect(() => customGradient((x: Tensor) => x as never)([1])).toThrow(/must give { value, gradient }/);
  });
});

describe("checkGradients", () => {
  test("passes what is right, by all arguments and variables, and says where the worst is", async () => {
    const w = variable(normals(1, [3, 2]), { name: "w" });
    w.assign(w.value.mul(0.5));
    const outside = w.value.sum().exp();
    const f = (x: Tensor, labels: Tensor): Tensor =>
      where(labels.expandDims(1).equal(arange(2)), logSoftmax(x.matmul(w.value).mul(outside)), 0).sum(1);
    const labels = tensor([0, 1, 1, 0], { dtype: "int32" });
    const report = await checkGradients(f, [normals(2, [4, 3]), labels]);
    expect(report.checked).toBe(18);
    expect(report.error).toBeLessThan(1e-7);
    expect(report.analytic).toBeCloseTo(report.numeric, 6);
    expect([0, "w"]).toContain(report.input);
    expect(report.index.length).toBe(2);
    expect((await checkGradients(f, [normals(2, [4, 3]), labels], { elements: 2 })).checked).toBe(4);
    await w.data();
  });

  test("passes several outputs, numbers and assignments, which it does not carry out", async () => {
    const seen = variable(0);
    const report = await checkGradients(
      (x: Tensor) => {
        seen.assign(x.sum());
        return [x.sin(), x.greater(0), x.mul(seen.value)];
      },
      [0.5],
    );
    expect(report.checked).toBe(1);
    expect(await seen.array()).toBe(0);
  });

  test("catches a wrong rule, in one element of one argument", async () => {
    const mask = tensor([
      [0, 0, 0],
      [0, 0, 0.01],
    ]);
    const wrong = customGradient((x: Tensor) => ({ value: x.square(), gradient: (dy) => dy.mul(x.mul(2)).add(mask) }));
    const failure = await checkGradients(
      (a: Tensor, x: Tensor) => wrong(x).mul(a),
      [normals(3, [2, 3]), normals(4, [2, 3])],
    ).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(NumericError);
    expect((failure as Error).message).toMatch(
      /the gradient by argument 1 at \[1,2\] is .*, but differences of the value say/,
    );
    const w = variable([1, 2], { name: "stopped" });
    await expect(checkGradients(() => w.value.square().stopGradient().sum(), [])).rejects.toThrow(
      /gradient by stopped at \[\d\] is 0/,
    );
  });

  test("holds the gradient of the backend that trains to the float64 one", async () => {
    const f = (x: Tensor): Tensor => x.matmul(normals(5, [30, 8])).tanh();
    await checkGradients(f, [normals(6, [40, 30])], { elements: 4 });
    const { compile } = WasmProgram;
    // A backend that gets one element of one gradient wrong.
    WasmProgram.compile = async (device, graph) => {
      const program = await compile.call(WasmProgram, device, graph);
      const { run } = program;
      program.run = async (...given) => {
        const outputs = await run.apply(program, given);
        if (outputs[0]!.length === 1200) outputs[0]![1199]! += 0.1;
        return outputs;
      };
      return program;
    };
    try {
      await expect(checkGradients(f, [normals(6, [40, 30]).add(0)], { elements: 4 })).rejects.toThrow(
        /gradient by argument 0 at \[39,29\] is .* on the wasm backend, but .* in float64/,
      );
    } finally {
      WasmProgram.compile = compile;
    }
  });

  test("catches NaN, and says what it cannot check", async () => {
    await expect(checkGradients((x: Tensor) => x.log(), [[-1, 1]])).rejects.toThrow(NumericError);
    await expect(checkGradients((x: Tensor) => x.argmax(), [[1, 2]])).rejects.toThrow(
      /expected a function that returns floats, got int32/,
    );
    await expect(checkGradients(() => tensor(1), [])).rejects.toThrow(/no element to check/);
    await expect(checkGradients((x: Tensor) => x, [1], { epsilon: 0 })).rejects.toThrow(/epsilon/);
    await expect(checkGradients((x: Tensor) => x, [1], { elements: 0 })).rejects.toThrow(/elements/);
  });
});

describe("vjp", () => {
  test("pulls back one output, and several", async () => {
    const [a, b] = [normals(1, [2, 3]), normals(2, [3, 2])];
    const [y, pullback] = vjp((a: Tensor, b: Tensor) => a.matmul(b), a, b);
    const dy = normals(3, [2, 2]);
    await expectSame([y, ...pullback(dy)], [a.matmul(b), dy.matmul(b.transpose()), a.transpose().matmul(dy)]);
    const [[, places], pullTwo] = vjp((x: Tensor) => [x.square(), x.argmax(), x.sum()], [1, 2]);
    expect(places!.dtype).toBe("int32");
    expect(await pullTwo([[1, 10], 0, 100])[0]!.array()).toEqual([102, 140]);
  });

  test("one tensor given twice is two arguments, and an unused one has zeros", async () => {
    const x = tensor([1, 2]);
    const [, pullback] = vjp((a: Tensor, b: Tensor, _: Tensor) => a.mul(b.square()), x, x, x);
    expect(await Promise.all(pullback([1, 1]).map((d) => d.array()))).toEqual([
      [1, 4],
      [2, 8],
      [0, 0],
    ]);
  });

  test("says what does not fit", () => {
    const [, pullback] = vjp((x: Tensor) => x.square(), [1, 2]);
    expect(() => pullback([1, 2, 3])).toThrow(/output 0 has shape \[2\], but its cotangent has \[3\]/);
    const [, pullTwo] = vjp((x: Tensor) => [x, x], [1, 2]);
    expect(() => pullTwo([[1, 2]])).toThrow(/expected an array of 2, one cotangent for each output, got 1/);
    expect(() => vjp((_: Tensor) => 3 as unknown as Tensor, [1])).toThrow(
      /expected the function to return a tensor, or several in an array, got 3\./,
    );
    expect(() => vjp((async (x: Tensor) => x) as never, [1])).toThrow(/must not be async/);
  });
});

describe("jvp", () => {
  test.each<[string, (...xs: Tensor[]) => Tensor, Shape[]]>([
    [
      "a product",
      (a, b) => a.matmul(b),
      [
        [2, 3],
        [3, 4],
      ],
    ],
    ["softmax", (x) => softmax(x.mul(2), 0), [[4, 3]]],
    [
      "a chain with gather, window and pad",
      (x, y) =>
        x
          .exp()
          .take(tensor([2, 0, 9], { dtype: "int32" }), 1)
          .pad([
            [1, 0],
            [0, 2],
          ])
          .slidingWindow(1, 2)
          .mul(y)
          .tanh(),
      [[2, 4], [2]],
    ],
    [
      "extremes and selections",
      (x) => where(x.greater(0), x.max(1, { keepDims: true }).mul(x), x.pow(2).prod(0)),
      [[3, 4]],
    ],
    [
      "a custom gradient",
      customGradient((x: Tensor) => ({ value: x.sin(), gradient: (dy) => dy.mul(x.cos()) })),
      [[5]],
    ],
    ["a checkpoint", checkpoint((x: Tensor) => x.sin().exp().mul(x)), [[5]]],
    ["a vmap", vmap((x: Tensor) => x.mul(x.flip()).sum().tanh()) as (...xs: Tensor[]) => Tensor, [[3, 4]]],
  ])("of %s is the derivative along a direction", async (_, f, shapes) => {
    const xs = shapes.map((shape, i) => normals(i + 1, shape));
    const ts = shapes.map((shape, i) => normals(i + 10, shape));
    const [y, dy] = jvp(f, xs, ts);
    const step = 1e-6;
    const at = (sign: number) =>
      new Map(
        xs.map((x, k): [Node, Float64Array] => [
          x.node,
          Float64Array.from(x.node.value!, (v, i) => v + sign * step * ts[k]!.node.value![i]!),
        ]),
      );
    const value = f(...xs);
    const [up] = referenceValues([value], at(1));
    const [down] = referenceValues([value], at(-1));
    const [exact] = referenceValues([dy]);
    expect(
      difference(
        exact!,
        up!.map((v, i) => (v - down![i]!) / (2 * step)),
        "float64",
        { relative: 1e-7, floor: 1 },
      ),
    ).toBeNull();
    const [numbers, values, tangents] = await backendValues([value, y, dy]);
    expect(values).toEqual(numbers);
    expect(difference(tangents!, exact!, "float32", { relative: 1e-5, floor: 1 })).toBeNull();
  });

  test("several outputs, unused arguments, integers", async () => {
    const [[y, n, z], [dy, dn, dz]] = jvp(
      (x: Tensor, _: Tensor) => [x.mul(3), x.argmax(), ones([2])],
      [[1, 2], 5],
      [[1, 10], 1],
    );
    expect([await y!.array(), await n!.item(), await z!.array()]).toEqual([[3, 6], 1, [1, 1]]);
    expect([await dy!.array(), await dn!.item(), await dz!.array()]).toEqual([[3, 30], 0, [0, 0]]);
  });

  test("of grad is the Hessian's product, and grad of jvp is right", async () => {
    const f = (x: Tensor): Tensor => x.sin().sum().exp();
    const [x, v] = [normals(1, [3]), normals(2, [3])];
    const [, product] = jvp(grad(f) as (x: Tensor) => Tensor, [x], [v]);
    const backward = grad((x: Tensor) => jvp(f, [x], [v])[1])(x);
    await expectSame([product, backward], [hessian(f)(x).matmul(v), product]);
  });

  test("refuses rules that are not linear, and tangents that do not fit", () => {
    const clipped = customGradient((x: Tensor) => ({ value: x, gradient: (dy) => dy.minimum(1) }));
    expect(() => jvp(clipped, [[1]], [[1]])).toThrow(/expected gradient rules that are linear in their cotangent/);
    expect(() => jvp((x: Tensor) => x, [[1]], [[1, 2]])).toThrow(
      /argument 0 has shape \[1\], but its tangent has \[2\]/,
    );
    expect(() => jvp((x: Tensor) => x, [[1]], [])).toThrow(/one tangent for each argument/);
  });
});

describe("jacrev, jacfwd and hessian", () => {
  test("agree with each other and with what is known", async () => {
    const a = normals(1, [4, 3]);
    const x = normals(2, [3]);
    const f = (x: Tensor): Tensor => a.matmul(x).tanh();
    const slope = asTensor(1).sub(f(x).square()).expandDims(1).mul(a);
    await expectSame([jacrev(f)(x), jacfwd(f)(x)], [slope, slope]);
    const p = (x: Tensor): Tensor => softmax(x.mul(x.at([null, null, -1], [])), 1);
    await expectSame([jacrev(p)(normals(3, [2, 3]))], [jacfwd(p)(normals(3, [2, 3]))]);
    expect(jacrev(p)(normals(3, [2, 3])).shape).toEqual([2, 3, 2, 3]);
  });

  test("the Hessian of a quadratic form, and of log-sum-exp", async () => {
    const a = normals(1, [3, 3]);
    const x = normals(2, [3]);
    await expectSame([hessian((x: Tensor) => x.matmul(a).matmul(x))(x)], [a.add(a.transpose())]);
    const p = softmax(x);
    await expectSame(
      [hessian((x: Tensor) => x.exp().sum().log())(x)],
      [eye(3).mul(p).sub(p.expandDims(1).mul(p))],
      2e-5,
    );
  });

  test("of what does not depend on x, and of what holds no floats", async () => {
    expect(await jacrev(() => ones([2]))([1, 2, 3]).array()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await jacfwd(() => ones([2]))([1, 2, 3]).array()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(await jacrev((x: Tensor) => x.mul(3))([1, 2]).array()).toEqual([
      [3, 0],
      [0, 3],
    ]);
    expect(() => jacrev((x: Tensor) => x.argmax())([1, 2])).toThrow(
      /expected floats, which alone have derivatives, got int32/,
    );
  });
});

describe("vmap", () => {
  const examples = 3;

  /** The table of cases once more: f of a batch is f of each, on the reference. */
  const groups = [...new Set(cases.map((c) => c.of))];
  test.each(groups)("of every case of %s is the function of each example", (of) => {
    const draw = hostRandom(7);
    const faults: string[] = [];
    for (const c of cases.filter((one) => one.of === of && one.inputs.length > 0)) {
      const given: HostArray[][] = Array.from({ length: examples }, () => c.inputs.map((sample) => sample(draw)));
      if (given[0]!.some((x) => x.data.length > 300)) continue;
      const xs = given[0]!.map((x) => ops.data(x.data, x.shape, x.dtype));
      const standIns = xs.map((x, i) => ops.placeholder(i, x.shape, x.dtype));
      const call = (nodes: readonly Node[]): Node[] =>
        [c.f(...nodes.map((x) => new Tensor(x)))].flat().map((y) => (y as Tensor).node);
      // In the first round all inputs have examples, then each alone.
      for (const alone of [-1, ...xs.keys()]) {
        const isMapped = (i: number): boolean => alone < 0 || alone === i;
        const whole = xs.map((x, i) => {
          const data = new (dtypeInfo(x.dtype).array)(x.value!.length * examples);
          given.forEach((one, b) => data.set(one[i]!.data, b * x.value!.length));
          return ops.data(data, [examples, ...x.shape], x.dtype);
        });
        const mapped = new Map(standIns.flatMap((node, i): [Node, Node][] => (isMapped(i) ? [[node, whole[i]!]] : [])));
        const batched = batchNodes(call(standIns.map((node, i) => (isMapped(i) ? node : xs[i]!))), mapped, examples);
        const got = referenceValues(batched.map((x) => new Tensor(x.node)));
        given.forEach((one, b) => {
          const want = referenceValues(
            call(xs.map((x, i) => (isMapped(i) ? ops.data(one[i]!.data, x.shape, x.dtype) : x))).map(
              (y) => new Tensor(y),
            ),
          );
          want.forEach((values, k) => {
            const { node, hasAxis } = batched[k]!;
            const part = hasAxis ? got[k]!.subarray(b * values.length, (b + 1) * values.length) : got[k]!;
            const fault = difference(part, values, node.dtype === "float32" ? "float64" : node.dtype, {
              relative: 1e-12,
              floor: 1,
            });
            if (fault) faults.push(`${c.name}, input ${alone}, example ${b}, output ${k}: ${fault}`);
          });
        });
      }
    }
    expect(faults).toEqual([]);
  });

  test("axes of arguments and outputs", async () => {
    const [x, y] = [normals(1, [2, 5, 3]), normals(2, [4, 5])];
    const f = (x: Tensor, y: Tensor): Tensor => x.sum(0).expandDims(1).mul(y);
    const each = (b: number): Tensor => f(x.at([], b), y.at([], b));
    const want = [0, 1, 2, 3, 4].map((b) => each(b).expandDims(2));
    await expectSame([vmap(f, { inAxes: 1, outAxes: -1 })(x, y)], [concatenate(want, 2)]);
    await expectSame([vmap(f, { inAxes: [-2, -1], outAxes: [2] })(x, y)], [concatenate(want, 2)]);
    const [both, constant] = vmap((x: Tensor) => [x.exp(), ones([2])], { outAxes: [0, 1] })(y);
    expect([both!.shape, constant!.shape]).toEqual([
      [4, 5],
      [2, 4],
    ]);
    expect(await constant!.array()).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
  });

  test("of grad: each example's own gradient, as a batched product", async () => {
    const [w, x, t] = [normals(1, [3, 2]), normals(2, [5, 3]), normals(3, [5, 2])];
    const loss = (w: Tensor, x: Tensor, t: Tensor): Tensor => x.matmul(w).tanh().sub(t).square().sum();
    const each = vmap(grad(loss), { inAxes: [null, 0, 0] })(w, x, t);
    await expectSame([each], [concatenate([0, 1, 2, 3, 4].map((b) => grad(loss)(w, x.at(b), t.at(b)).expandDims(0)))]);
    await expectSame([each.sum(0)], [grad((w: Tensor) => vmap(loss, { inAxes: [null, 0, 0] })(w, x, t).sum())(w)]);
  });

  test("what does not depend on the example is computed once", async () => {
    const w = normals(1, [3, 3]);
    const f = (x: Tensor): Tensor => x.matmul(w.exp().matmul(w));
    const run = compile((x: Tensor) => vmap(f)(x));
    const { graph } = await (await run.program(normals(2, [5, 3]))).describe();
    expect(graph.match(/exp\(.*/g)).toEqual([expect.stringContaining("float32[3,3]")]);
    expect(graph.match(/contract\(.*/g)!.map((line) => line.replace(/.* : /, ""))).toEqual([
      "float32[3,3]",
      "float32[5,3]",
    ]);
  });

  test("in vmap, in compile, over vmap", async () => {
    const [a, b] = [normals(1, [3, 4]), normals(2, [5, 4])];
    const distance = (a: Tensor, b: Tensor): Tensor => a.sub(b).square().sum();
    const pairs = vmap(vmap(distance, { inAxes: [null, 0] }), { inAxes: [0, null] });
    const want = a.expandDims(1).sub(b).square().sum(2);
    await expectSame([pairs(a, b), await compile((a: Tensor, b: Tensor) => pairs(a, b))(a, b)], [want, want]);
  });

  test("gather and scatter with values and indices of each example", async () => {
    const x = normals(1, [2, 3, 4]);
    const at = tensor(
      [
        [0, 2, 9],
        [1, 1, -3],
      ],
      { dtype: "int32" },
    );
    const f = (x: Tensor, at: Tensor): Tensor => x.take(at).sum(1);
    await expectSame([vmap(f)(x, at)], [concatenate([0, 1].map((b) => f(x.at(b), at.at(b)).expandDims(0)))]);
    const each = vmap(grad((x: Tensor, at: Tensor) => x.take(at, 1).square().sum()))(x, at);
    await expectSame(
      [each],
      [concatenate([0, 1].map((b) => grad((x: Tensor) => x.take(at.at(b), 1).square().sum())(x.at(b)).expandDims(0)))],
    );
  });

  test("indices in bytes reach past 255, in rows and among examples", async () => {
    const x = tensor(
      Float32Array.from({ length: 900 }, (_, i) => i),
      { shape: [3, 300] },
    );
    const at = tensor(Uint8Array.of(0, 255, 200, 3, 44, 45), { shape: [3, 2] });
    expect(await vmap((x: Tensor, at: Tensor) => x.take(at))(x, at).array()).toEqual([
      [0, 255],
      [500, 303],
      [644, 645],
    ]);
  });

  test("custom gradients inside, differentiated outside", async () => {
    const f = customGradient((x: Tensor, s: Tensor) => ({
      value: x.round().mul(s),
      gradient: (dy) => [dy.mul(s).mul(x.sum()), dy.mul(x).sum()],
    }));
    const [x, s] = [normals(1, [4, 3]), normals(2, [4])];
    const loss = (x: Tensor, s: Tensor): Tensor => vmap(f)(x, s).mul(x.exp()).sum();
    const one = (x: Tensor, s: Tensor): Tensor => f(x, s).mul(x.exp()).sum();
    const rows = [0, 1, 2, 3].map((b) => grad(one)(x.at(b), s.at(b)).expandDims(0));
    await expectSame([grad(loss)(x, s)], [concatenate(rows)]);
    // A shared argument's gradient is the sum over the examples, and one that the value does not use has its own.
    const shared = (s: Tensor): Tensor => vmap(f, { inAxes: [0, null] })(x, s).sum();
    await expectSame([grad(shared)(tensor(2))], [x.sum()]);
    const constant = customGradient((x: Tensor) => ({ value: ones([]), gradient: (dy) => dy.mul(x) }));
    const dy = tensor([1, 10, 100, 1000]);
    await expectSame([grad((x: Tensor) => vmap(constant)(x).mul(dy).sum())(s)], [s.mul(dy)]);
  });

  test("random numbers: one key for all, or a key of each example's own", async () => {
    const key = random.key(1);
    const same = (await vmap((x: Tensor) => x.add(random.uniform(key, [3])))(tensor([0, 0])).array()) as number[][];
    expect(same[0]).toEqual(same[1]);
    const own = await vmap((i: Tensor) => random.uniform(random.foldIn(key, i), [3]))(arange(2)).array();
    expect(own).toEqual([
      await random.uniform(random.foldIn(key, 0), [3]).array(),
      await random.uniform(random.foldIn(key, 1), [3]).array(),
    ]);
  });

  test("variables are shared: read, but not assigned for one example", async () => {
    const w = variable([1, 2], { name: "w" });
    expect(
      await vmap((x: Tensor) => x.mul(w.value).sum())([
        [1, 1],
        [2, 2],
      ]).array(),
    ).toEqual([3, 6]);
    const leak = (x: Tensor): Tensor => {
      w.assign(x);
      return x;
    };
    expect(() => vmap(leak)([[1, 1]])).toThrow(/w is assigned a value of a single example/);
    expect(await w.array()).toEqual([1, 2]);
    w.assign([3, 4]);
    expect(() => vmap(leak)([[1, 1]])).toThrow(ArgumentError);
    expect(await w.array()).toEqual([3, 4]);
    vmap((x: Tensor) => {
      w.assignAdd(1);
      return x;
    })([1, 2]);
    expect(await w.array()).toEqual([4, 5]);
    await expect((async () => compile((x: Tensor) => vmap(leak)(x))(tensor([[1, 1]])))()).rejects.toThrow(
      /single example/,
    );
  });

  test("an example has no numbers", async () => {
    let numbers: Promise<unknown> = Promise.resolve();
    const y = vmap((x: Tensor) => {
      numbers = x.exp().array();
      return x.add(1);
    })([
      [1, 2],
      [3, 4],
    ]);
    await expect(numbers).rejects.toThrow(
      /a tensor \[2\] from inside .* vmap stands for any argument.*use the returned tensors/,
    );
    expect(await y.array()).toEqual([
      [2, 3],
      [4, 5],
    ]);
  });

  test("says what does not fit", () => {
    const f = (x: Tensor, y: Tensor): Tensor => x.add(y);
    expect(() => vmap(f)([1, 2], [1, 2, 3])).toThrow(
      /argument 0 \[2\] has 2 examples along axis 0, but argument 1 \[3\] has 3/,
    );
    expect(() => vmap(f, { inAxes: null })([1], [1])).toThrow(/call the function itself/);
    expect(() => vmap(f, { inAxes: [0] })([1], [1])).toThrow(/inAxes has 1 entries for 2 arguments/);
    expect(() => vmap(f)([1], 1)).toThrow(/vmap: argument 1: axis 0 is out of range for a tensor with 0 axes/);
    expect(() => vmap(f, { outAxes: 1 })([1], [1])).toThrow(/vmap: output 0: axis 1 is out of range/);
    expect(() => vmap(f, { outAxes: [0, 0] })([1], [1])).toThrow(/outAxes has 2 entries for 1 outputs/);
    expect(() => vmap((async (x: Tensor) => x) as never)([1] as never)).toThrow(/must not be async/);
    expect(() => vmap((x: Tensor) => x.add([1, 2, 3]))([[1, 2]])).toThrow(ShapeError);
  });
});

describe("checkpoint", () => {
  const [layers, piece, batch, width] = [16, 4, 256, 32];
  const weights = Array.from({ length: layers }, (_, i) => normals(i + 1, [width, width]).mul(0.3));
  const chain =
    (from: number, to: number, ws: readonly Tensor[]) =>
    (x: Tensor): Tensor =>
      ws.slice(from, to).reduce((h, w) => h.matmul(w).tanh(), x);
  const plain = chain(0, layers, weights);
  const inPieces =
    (ws: readonly Tensor[]) =>
    (x: Tensor): Tensor => {
      for (let at = 0; at < layers; at += piece) x = checkpoint(chain(at, at + piece, ws))(x);
      return x;
    };
  const x = normals(99, [batch, width]);
  const layerBytes = batch * width * 4;
  const memoryOf = async (f: (x: Tensor) => Tensor | Tensor[]): Promise<number> =>
    (await (await compile(f as (x: Tensor) => Tensor[]).program(x)).describe()).workingBytes;

  test("a chain of 16 layers in 4 pieces: half the memory, the same bits", async () => {
    const both =
      (f: (x: Tensor) => Tensor) =>
      (x: Tensor): Tensor[] => {
        const y = f(x);
        const loss = y.square().sum();
        return [loss, gradients(loss, [x])[0]!];
      };
    const [whole, pieces] = [await memoryOf(both(plain)), await memoryOf(both(inPieces(weights)))];
    expect(whole).toBeGreaterThan(layers * layerBytes);
    expect(pieces).toBeLessThan(0.65 * whole);
    const want = await Promise.all((await compile(both(plain))(x)).map((y) => y.data()));
    const got = await Promise.all((await compile(both(inPieces(weights)))(x)).map((y) => y.data()));
    expect(got).toEqual(want);
    // Whole in one piece it keeps nothing but computes all again: the gradient has as much to keep as ever.
    expect(await memoryOf(both(checkpoint(plain)))).toBeGreaterThan(layers * layerBytes);
  });

  test("pieces in pieces, down to single layers", async () => {
    const nested = (from: number, to: number): ((x: Tensor) => Tensor) => {
      if (to - from === 1) return chain(from, to, weights);
      const middle = (from + to) / 2;
      const [first, second] = [nested(from, middle), nested(middle, to)];
      return checkpoint((x: Tensor) => second(first(x)));
    };
    const slope =
      (f: (x: Tensor) => Tensor) =>
      (x: Tensor): Tensor =>
        grad((x: Tensor) => f(x).square().sum())(x);
    expect(await memoryOf(slope(nested(0, layers)))).toBeLessThan(0.65 * (await memoryOf(slope(plain))));
    const [want, got] = await backendValues([slope(plain)(x), slope(nested(0, layers))(x)]);
    expect(got).toEqual(want);
  });

  test("a training step: variables inside have gradients, and are updated after they are read", async () => {
    const train = async (wrap: typeof checkpoint | null): Promise<{ numbers: unknown; bytes: number }> => {
      const ws = weights.map((w) => variable(w));
      const f = (x: Tensor): Tensor => {
        for (let at = 0; at < layers; at += piece) {
          const block = (x: Tensor): Tensor => ws.slice(at, at + piece).reduce((h, w) => h.matmul(w.value).tanh(), x);
          x = (wrap ? wrap(block) : block)(x);
        }
        return x;
      };
      const step = compile((x: Tensor) => {
        const loss = f(x).square().mean();
        gradients(loss, ws).forEach((dw, i) => ws[i]!.assign(ws[i]!.value.sub(dw.mul(0.1))));
        return loss;
      });
      const loss = await (await step.repeat(3, x)).item();
      const bytes = (await (await step.program(x)).describe()).workingBytes;
      return { numbers: [loss, ...(await Promise.all(ws.map((w) => w.data())))], bytes };
    };
    const [want, got] = [await train(null), await train(checkpoint)];
    expect(got.numbers).toEqual(want.numbers);
    expect(got.bytes).toBeLessThan(0.65 * want.bytes);
  });

  test("outside of compile, with a pending variable and values from before", async () => {
    const w = variable(normals(1, [3, 3]));
    w.assign(w.value.mul(2));
    const [before, x] = [normals(2, [3]).exp(), normals(3, [3])];
    const f = (x: Tensor, mask: Tensor): Tensor => where(mask, x.matmul(w.value).mul(before), x).tanh();
    const mask = tensor([true, false, true]);
    const both = [f, checkpoint(f)].map((g) => gradients(g(x, mask).sum(), [w, x, before]));
    await expectSame(both[1]!, both[0]!, 0);
    await w.data();
  });

  test("with integers, masks, customGradient; differentiated twice, mapped, along a direction", async () => {
    const key = random.key(3);
    const through = customGradient((x: Tensor) => ({ value: x.round(), gradient: (dy) => dy.mul(x.cos()) }));
    const f = (x: Tensor): Tensor =>
      through(x.mul(3))
        .add(x.sin().mul(where(random.bernoulli(key, [4], 0.5), x, 2)))
        .take(x.argmax(0).mul(0), 0)
        .mul(x)
        .sum();
    const g = checkpoint(f);
    const x = normals(5, [4]);
    const rows = normals(6, [3, 4]);
    const smooth = (x: Tensor): Tensor => x.sin().mul(x.exp()).sum();
    await expectSame(
      [
        g(x),
        grad(g)(x),
        hessian(checkpoint(smooth))(x),
        vmap(grad(g))(rows),
        grad((x: Tensor) => vmap(g)(x).sum())(rows),
        jvp(checkpoint(smooth), [x], [x])[1],
      ],
      [
        f(x),
        grad(f)(x),
        hessian(smooth)(x),
        vmap(grad(f))(rows),
        grad((x: Tensor) => vmap(f)(x).sum())(rows),
        jvp(smooth, [x], [x])[1],
      ],
    );
    await checkGradients(
      checkpoint((x: Tensor, y: Tensor) => x.sin().mul(y).exp()),
      [x, x],
    );
  });

  test("of weights that all examples share, the gradient of each example keeps them unrepeated", async () => {
    const loss = (w: Tensor, x: Tensor): Tensor =>
      checkpoint((x: Tensor) => x.matmul(w).tanh().matmul(w).tanh())(x).sum();
    const run = compile((w: Tensor, x: Tensor) =>
      vmap(
        grad((x: Tensor, w: Tensor) => loss(w, x)),
        { inAxes: [0, null] },
      )(x, w),
    );
    const [w, x] = [normals(1, [3, 3]), normals(2, [5, 3])];
    const { graph } = await (await run.program(w, x)).describe();
    expect(graph).not.toMatch(/\[5,3,3\]/);
    await expectSame([await run(w, x)], [grad((x: Tensor) => x.matmul(w).tanh().matmul(w).tanh().sum())(x)]);
  });

  test("gives one tensor", () => {
    expect(() => checkpoint((x: Tensor) => [x] as never)([1])).toThrow(/expected a function that returns one tensor/);
    expect(() => checkpoint((_: Tensor) => undefined as never)([1])).toThrow(
      /expected the function to return a tensor/,
    );
  });
});
