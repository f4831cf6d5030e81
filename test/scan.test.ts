// Loops with carried state: held to the same computation unrolled; small programs, however many steps.
import { describe, expect, test } from "vitest";
import { closeGraph, programKey } from "../src/graph/graph.ts";
import {
  arange,
  compile,
  concatenate,
  customGradient,
  gradients,
  layers,
  ones,
  optimizers,
  pad,
  scan,
  sequential,
  setBackend,
  sigmoid,
  softmax,
  stack,
  Tensor,
  type TensorTree,
  tensor,
  variable,
  where,
  zeros,
} from "../src/index.ts";
import * as ops from "../src/ops/index.ts";
import { hostRandom } from "../src/random.ts";
import { backendValues, difference, drawFloat, hostArray, referenceValues } from "./compare.ts";

/** Numbers in [−1, 1), the same at every call for one seed. */
function draw(seed: number, ...shape: number[]): Tensor {
  const random = hostRandom(seed);
  return tensor(hostArray(shape, "float32", () => drawFloat(random, -1, 1)));
}

type Step = (carry: any, x: any) => readonly [any, any];

/** The definition of scan, step by step. `xs` is a tensor, or a record of them. */
function unrolled(f: Step, init: TensorTree, xs: TensorTree, { length = 0, reverse = false } = {}): [any, any] {
  const sliceOf = (tree: TensorTree, t: number): TensorTree =>
    tree === null
      ? null
      : tree instanceof Tensor
        ? tree.at(t)
        : Object.fromEntries(Object.entries(tree).map(([key, part]) => [key, sliceOf(part as TensorTree, t)]));
  const steps = xs instanceof Tensor ? xs.shape[0]! : xs === null ? length : (Object.values(xs)[0] as Tensor).shape[0]!;
  let carry: TensorTree = init;
  const ys: any[] = [];
  for (let i = 0; i < steps; i++) {
    const t = reverse ? steps - 1 - i : i;
    [carry, ys[t]] = f(carry, sliceOf(xs, t));
  }
  const stackAll = (parts: any[]): any =>
    parts[0] === null
      ? null
      : parts[0] instanceof Tensor
        ? stack(parts)
        : Object.fromEntries(Object.keys(parts[0]).map((key) => [key, stackAll(parts.map((p) => p[key]))]));
  return [carry, stackAll(ys)];
}

const leaves = (tree: any): Tensor[] =>
  tree === null
    ? []
    : tree instanceof Tensor
      ? [tree]
      : Object.keys(tree)
          .sort()
          .flatMap((key) => leaves(tree[key]));
const isFloat = (x: Tensor): boolean => x.dtype === "float32";
const weighted = (ys: readonly Tensor[]): Tensor =>
  ys
    .filter(isFloat)
    .map((y, i) => y.mul(draw(90 + i, ...y.shape)).sum())
    .reduce((a, b) => a.add(b));

/** Values, gradients and gradients of gradients of the loop, against those of its unrolled twin on the reference. */
async function agrees(
  f: Step,
  init: TensorTree,
  xs: TensorTree,
  wrt: readonly Tensor[],
  options: { length?: number; reverse?: boolean; second?: boolean } = {},
): Promise<void> {
  const { second = true, ...rest } = options;
  const all = (run: (f: Step, init: TensorTree, xs: TensorTree, options: object) => [any, any]): Tensor[] => {
    const [last, ys] = run(f, init, xs, rest);
    const values = [...leaves(last), ...leaves(ys)];
    if (wrt.length === 0) return values;
    const first = gradients(weighted(values), wrt);
    return [...values, ...first, ...(second ? gradients(weighted(first), wrt) : [])];
  };
  const [looped, plain] = [all(scan as never), all(unrolled)];
  const want = referenceValues(plain);
  const reference = referenceValues(looped);
  const got = await backendValues(looped);
  looped.forEach((y, i) => {
    expect([y.shape, y.dtype], `result ${i}`).toEqual([plain[i]!.shape, plain[i]!.dtype]);
    expect(
      difference(reference[i]!, want[i]!, isFloat(y) ? "float64" : y.dtype, { relative: 1e-10, floor: 1 }),
      `result ${i} on the reference`,
    ).toBeNull();
    expect(
      difference(got[i]!, want[i]!, y.dtype, { relative: 2e-5, floor: 1 }),
      `result ${i} on the backend`,
    ).toBeNull();
  });
}

const [W, U, b] = [draw(1, 3, 5), draw(2, 5, 5), draw(3, 5)];
const recurrent: Step = (h: Tensor, x: Tensor) => {
  const next = x.matmul(W).add(h.matmul(U)).add(b).tanh();
  return [next, next];
};

describe("a loop is what it is unrolled: values, gradients, and their gradients", () => {
  const [xs, h] = [draw(4, 6, 2, 3), draw(5, 2, 5)];

  test("a recurrent layer, forwards and backwards", async () => {
    await agrees(recurrent, h, xs, [W, U, b, xs, h]);
    await agrees(recurrent, h, xs, [W, U, b, xs, h], { reverse: true });
  });
  test("gradients of some only", async () => {
    await agrees(recurrent, h, xs, [U]);
    await agrees(recurrent, h, xs, [xs]);
    await agrees(recurrent, h, xs, [h]);
  });
  test("one step, and none", async () => {
    await agrees(recurrent, h, xs.at([0, 1]), [W, U, h]);
    const [last, ys] = scan(recurrent, h, zeros([0, 2, 3]));
    expect(ys.shape).toEqual([0, 2, 5]);
    const [dh, dU] = gradients(last.square().sum().add(ys.sum()), [h, U]);
    const [got, steps, slope, none] = await backendValues([last, ys, dh!, dU!]);
    expect([...got!]).toEqual([...(await h.data())]);
    expect(steps).toHaveLength(0);
    expect([...slope!]).toEqual([...(await h.mul(2).data())]);
    expect(none!.every((v) => v === 0)).toBe(true);
  });
  test("a tensor whose slices each step compares with the whole of it", async () => {
    const x = draw(6, 4, 3);
    const attend: Step = (total: Tensor, query: Tensor) => [total.add(query), softmax(x.matmul(query)).matmul(x)];
    await agrees(attend, zeros([3]), x, [x]);
  });
  test("arrays and records of tensors, as carry, slices and what is stacked", async () => {
    const cell: Step = ({ c, h }, { x, gate }) => {
      const next = { h: x.add(h.matmul(U)).tanh(), c: c.mul(gate).add(h) };
      return [next, { both: next.h.mul(next.c), gate: gate.sum() }];
    };
    const [init, given] = [
      { h, c: draw(6, 2, 5) },
      { x: draw(7, 4, 2, 5), gate: draw(8, 4, 2, 1) },
    ];
    await agrees(cell, init, given, [U, init.h, init.c, given.x, given.gate]);
  });
  test("without slices, without anything to stack, with an integer count", async () => {
    const logistic: Step = ({ n, x }) => [
      { n: n.add(1), x: x.mul(x.neg().add(1)).mul(n.cast("float32").mul(0.1).add(2.5)) },
      null,
    ];
    const x = draw(9, 4).mul(0.2).add(0.5);
    await agrees(logistic, { n: tensor(0, { dtype: "int32" }), x }, null, [x], { length: 7 });
  });
  test("a carry that does not change, one that nobody reads, and what is stacked as it came", async () => {
    const f: Step = ({ a, b: other, c }, x) => [
      { a, b: other.add(x), c: c.mul(x).add(a) },
      { x, c, twice: [c.add(x), c.add(x)][0] },
    ];
    const init = { a: draw(10, 3), b: draw(11, 3), c: draw(12, 3) };
    const xs3 = draw(13, 5, 3);
    await agrees(f, init, xs3, [init.a, init.c, xs3]);
    await agrees(
      (carry, x) => {
        const [next, y] = f(carry, x);
        return [next, y.c];
      },
      init,
      xs3,
      [init.a, xs3],
    );
  });
  test("gathers, choices, concatenations and reductions inside", async () => {
    const [table, tokens] = [draw(14, 7, 4), tensor(Int32Array.from([3, 1, 1, 6, 0, 3, 5, 5]), { shape: [4, 2] })];
    const f: Step = (h2: Tensor, t: Tensor) => {
      const x = table.take(t);
      const mixed = softmax(stack([x, h2]).sum(0)).add(where(x.greater(0), h2, x.mul(2)));
      return [mixed.sub(mixed.mean(1, { keepDims: true })), mixed.max(1)];
    };
    await agrees(f, draw(15, 2, 4), tokens, [table]);
  });
  test("gathers along the second axis, and rules whose cotangents are no plain sums", async () => {
    const [table, tokens] = [draw(71, 4, 7), tensor(Int32Array.from([3, 1, 1, 6, 0, 3, 5, 5]), { shape: [4, 2] })];
    await agrees((c: Tensor, t: Tensor) => [c.add(table.take(t, 1).tanh()).tanh(), null], draw(72, 4, 2), tokens, [
      table,
    ]);
    // The rule's cotangents: a product, one in a frame of ones, and the greatest of each column.
    const [w, framed, bias] = [draw(73, 3, 2), draw(74, 5, 4), draw(77, 2)];
    const ruled = customGradient((x: Tensor, w: Tensor, framed: Tensor, bias: Tensor) => ({
      value: x.matmul(w.add(framed.at([1, 4], [1, 3]))).add(bias),
      gradient: (dy) => {
        const product = x.transpose().matmul(dy);
        const frame: [number, number] = [1, 1];
        return [dy.matmul(w.transpose()), product, pad(product, [frame, frame], 1), dy.max(0)];
      },
    }));
    const f: Step = (c: Tensor, x: Tensor) => [ruled(x, w, framed, bias).add(c).tanh(), null];
    await agrees(f, draw(75, 4, 2), draw(76, 5, 4, 3), [w, framed, bias], { second: false });
  });
  test("stopGradient, and a rule of one's own that reaches outside", async () => {
    const scale = draw(16, 3);
    const scaled = (x: Tensor): Tensor =>
      new Tensor(
        ops.customGradient(ops.mul(x.node, scale.node), [x.node, scale.node], (dy, o) => [
          o.mul(dy, scale.node),
          o.mul(dy, x.node),
        ]),
      );
    const f: Step = (c: Tensor, x: Tensor) => [scaled(c).add(x).tanh(), c.mul(c.stopGradient())];
    const [c, xs3] = [draw(17, 3), draw(18, 5, 3)];
    await agrees(f, c, xs3, [scale, c, xs3]);
  });
  test("a constant that is a rearrangement made outside has its gradient, and so has what it was made of", async () => {
    const turned = U.transpose();
    const f: Step = (c: Tensor, x: Tensor) => [x.add(c.matmul(turned)).tanh().matmul(U.transpose()), null];
    await agrees(f, draw(19, 5), draw(20, 4, 5), [turned, U]);
  });
  test("slices and first carries that are views, joins, or plain numbers", async () => {
    const x = draw(21, 3, 6);
    await agrees((c, s) => [c.mul(s).add(1), c], zeros([3]), x.transpose(), [x]);
    await agrees(
      (c, s) => [c.mul(s.a).add(s.b), c.add(s.b)],
      ones([6]),
      { a: stack([x.at(0), x.at(2)]), b: zeros([2, 6]) },
      [x],
    );
    await agrees((c, s) => [c.mul(s), c], x.reshape([18]), x.reshape([1, 18]), [x]);
  });
  test("results and operands that are also parts of concatenations", async () => {
    const build = (loop: typeof unrolled): Tensor[] => {
      const [x, y] = [draw(24, 4, 3).exp(), draw(25, 4, 3)];
      const [last, ys] = loop((c, s) => [c.mul(s).add(1), c], y.at(0), x);
      const [other] = loop((c, s) => [c.add(s), null], zeros([3]), concatenate([x, ys]).mul(2));
      return [concatenate([last, other, last]), concatenate([ys, x], 1), concatenate([y, x]), stack([ys, x], 1)];
    };
    const want = referenceValues(build(unrolled));
    const got = await backendValues(build(scan as never));
    want.forEach((values, i) =>
      expect(difference(got[i]!, values, "float32", { relative: 2e-5, floor: 1 }), `result ${i}`).toBeNull(),
    );
  });
  test("loops in loops", async () => {
    const inner: Step = (c: Tensor, x: Tensor) => [c.mul(x).add(U.at(0)).tanh(), c];
    const outer =
      (loop: typeof unrolled): Step =>
      (c: Tensor, xs2: Tensor) => {
        const [last, ys] = loop(inner, c, xs2);
        return [last.add(b), ys.sum(0)];
      };
    const [c, xs3] = [draw(22, 5), draw(23, 3, 4, 5)];
    const build = (loop: typeof unrolled): Tensor[] => {
      const [last, ys] = loop(outer(loop), c, xs3);
      const first = gradients(weighted([last, ys]), [U, b, c, xs3]);
      return [last, ys, ...first, ...gradients(weighted(first), [U, c, xs3])];
    };
    const [looped, want] = [build(scan as never), referenceValues(build(unrolled))];
    const [reference, got] = [referenceValues(looped), await backendValues(looped)];
    looped.forEach((_, i) => {
      expect(
        difference(reference[i]!, want[i]!, "float64", { relative: 1e-10, floor: 1 }),
        `reference ${i}`,
      ).toBeNull();
      expect(difference(got[i]!, want[i]!, "float32", { relative: 2e-5, floor: 1 }), `backend ${i}`).toBeNull();
    });
  });
  test("loops one after the other, the second over what the first stacked", async () => {
    const twice = (loop: typeof unrolled): Tensor[] => {
      const [, ys] = loop(recurrent, h, xs);
      const [last, zs] = loop((c, y) => [c.add(y.matmul(U)).tanh(), c], h, ys, { reverse: true });
      return [last, zs, ...gradients(last.square().sum().add(zs.mul(ys).sum()), [W, U, b, xs, h])];
    };
    const [looped, want] = [twice(scan as never), referenceValues(twice(unrolled))];
    const got = await backendValues(looped);
    looped.forEach((_, i) => expect(difference(got[i]!, want[i]!, "float32", { relative: 2e-5, floor: 1 })).toBeNull());
  });
});

/** An LSTM cell over a carry of h and c. */
const lstm =
  (wx: Tensor, wh: Tensor, bias: Tensor) =>
  ({ h, c }: { h: Tensor; c: Tensor }, x: Tensor) => {
    const z = x.matmul(wx).add(h.matmul(wh)).add(bias);
    const n = c.shape[1]!;
    const [i, f, g, o] = [0, 1, 2, 3].map((k) => z.at("...", [k * n, (k + 1) * n])) as [Tensor, Tensor, Tensor, Tensor];
    const next = sigmoid(f).mul(c).add(sigmoid(i).mul(g.tanh()));
    const out = sigmoid(o).mul(next.tanh());
    return [{ h: out, c: next }, out] as const;
  };

describe("programs", () => {
  test("a value that a body uses and one that it carries make two", async () => {
    const ten = { length: 10 };
    const sums = (from: Tensor, by: Tensor) => {
      const [last, all] = scan((sum: Tensor) => [sum.add(by), sum], from, null, ten);
      return [last, all] as const;
    };
    const fibonacci = (from: Tensor, by: Tensor) => {
      const next = ([a, b]: readonly [Tensor, Tensor]) => [[a.add(b), a], null] as const;
      const [[a, b]] = scan(next, [from, by] as [Tensor, Tensor], null, ten);
      return [a, b] as const;
    };
    const slices = (xs: Tensor, by: Tensor) => {
      const [last, all] = scan((sum: Tensor, x: Tensor) => [sum.add(x), sum], by, xs);
      return [last, all] as const;
    };
    const whole = (xs: Tensor, by: Tensor) => {
      const [last, all] = scan((sum: Tensor) => [sum.add(xs), sum], by, null, ten);
      return [last, all] as const;
    };
    const numbers = async (results: readonly Tensor[]) => Promise.all(results.map((y) => y.array()));
    const count = Array.from({ length: 10 }, (_, i) => i);
    for (const name of ["eager", "compiled"]) {
      const by = (f: (a: Tensor, b: Tensor) => readonly Tensor[]) =>
        name === "eager" ? async (a: Tensor, b: Tensor) => f(a, b) : compile(f);
      for (const _ of ["one before the other", "the other before the one"]) {
        expect(await numbers(await by(sums)(tensor(0), tensor(1)))).toEqual([10, count]);
        expect(await numbers(await by(fibonacci)(tensor(0), tensor(1)))).toEqual([55, 34]);
        expect(await numbers(await by(slices)(tensor(count), tensor(0)))).toEqual([
          45,
          [0, 0, 1, 3, 6, 10, 15, 21, 28, 36],
        ]);
        const [last] = await by(whole)(tensor(count), tensor(count.map(() => 0)));
        expect(await last!.array()).toEqual(count.map((n) => 10 * n));
      }
    }
  });

  const weights = () =>
    [draw(31, 3, 16).mul(0.5), draw(32, 4, 16).mul(0.5), draw(33, 16)].map((x, i) => variable(x, { name: `w${i}` }));
  const training = (steps: number) => {
    const [wx, wh, bias] = weights();
    const optimizer = optimizers.adam({ learningRate: 0.01 });
    const step = compile((xs: Tensor, ys: Tensor) => {
      const [, out] = scan(lstm(wx!.value, wh!.value, bias!.value), { h: zeros([2, 4]), c: zeros([2, 4]) }, xs);
      const loss = out.sub(ys).square().mean();
      optimizer.applyGradients(gradients(loss, [wx!, wh!, bias!]).map((g, i) => [g, [wx!, wh!, bias!][i]!] as const));
      return loss;
    });
    return { step, xs: draw(34, steps, 2, 3), ys: draw(35, steps, 2, 4).mul(0.5), wx: wx! };
  };

  test("an LSTM of a thousand steps is as many kernels as one of ten", async () => {
    const [short, long] = [training(10), training(1000)];
    const kernels = async ({ step, xs, ys }: typeof short) => (await (await step.program(xs, ys)).describe()).kernels;
    const [few, many] = [await kernels(short), await kernels(long)];
    expect(many).toHaveLength(few.length);
    expect(many.length).toBeLessThan(16);
    expect(many.filter((text) => / loop over t<1000/.test(text))).toHaveLength(2);
    // A step's kernels are inside, and are not many either.
    expect(many.join("\n").match(/^ {2}kernel /gm)!.length).toBeLessThan(16);
  });

  test("training goes as on the reference", async () => {
    const losses = async (): Promise<number[]> => {
      const { step, xs, ys } = training(12);
      const found: number[] = [];
      for (let i = 0; i < 4; i++) found.push(await (await step.repeat(3, xs, ys)).item());
      return found;
    };
    const got = await losses();
    setBackend("reference");
    const want = await losses().finally(() => setBackend("wasm"));
    got.forEach((loss, i) => expect(loss).toBeCloseTo(want[i]!, 5));
    expect(got[3]!).toBeLessThan(got[0]!);
  });

  test("a gradient adds no second run of the first loop", async () => {
    const f = compile((xs: Tensor) => {
      const [, ys] = scan(recurrent, zeros([2, 5]), xs);
      const [dU] = gradients(ys.square().sum(), [U]);
      return [ys, dU!];
    });
    const { kernels } = await (await f.program(draw(4, 6, 2, 3))).describe();
    expect(kernels.filter((text) => / loop over /.test(text))).toHaveLength(2);
  });

  test("a gradient of a gradient is five loops, of which the first runs once", async () => {
    const f = compile((xs: Tensor) => {
      const [dU] = gradients(
        scan(recurrent, zeros([2, 5]), xs)[1]
          .square()
          .sum(),
        [U],
      );
      return gradients(dU!.square().sum(), [U])[0]!;
    });
    const { kernels } = await (await f.program(draw(4, 6, 2, 3))).describe();
    expect(kernels.filter((text) => / loop over /.test(text))).toHaveLength(5);
    // The loop that steps forwards without cotangents is the only one that is not of a gradient.
    expect(kernels.filter((text) => / loop over /.test(text) && !/∇/.test(text.split("\n")[0]!))).toHaveLength(1);
  });

  test("the gradient of a weight is one product of all steps", async () => {
    const f = compile((xs: Tensor) => gradients(scan(recurrent, zeros([2, 5]), xs)[0].sum(), [U])[0]!);
    const { kernels } = await (await f.program(draw(4, 6, 2, 3))).describe();
    expect(kernels.some((text) => /^kernel \d+: contract .*folding k<12/.test(text))).toBe(true);
  });

  test("what nobody reads is not computed", async () => {
    const f = compile(
      (xs: Tensor) =>
        scan((c: Tensor[], x: Tensor) => [[c[0]!.add(x), c[1]!.mul(x)], x.exp()], [zeros([2]), zeros([2])], xs)[0][0]!,
    );
    const { kernels } = await (await f.program(draw(4, 6, 2))).describe();
    expect(kernels.join("\n")).not.toMatch(/exp|carry1/);
  });

  test("the structure of the body is part of the program's key", () => {
    const text = (f: Step, length = 4) => programKey(closeGraph([scan(f, zeros([2]), null, { length })[0].node], []));
    expect(text((c) => [c.add(1), null])).toBe(text((c) => [c.add(1), null]));
    expect(text((c) => [c.add(1), null])).not.toBe(text((c) => [c.add(2), null]));
    expect(text((c) => [c.add(1), null])).not.toBe(text((c) => [c.mul(c), null]));
    expect(text((c) => [c.add(1), null])).not.toBe(text((c) => [c.add(1), null], 5));
  });
});

describe("variables", () => {
  test("are read inside and outside of compile, with their value at the call", async () => {
    const w = variable([1, 2], { name: "w" });
    const sumOf = () =>
      scan((c: Tensor, x: Tensor) => [c.add(w.value.mul(x)), null], zeros([2]), arange(4).cast("float32"))[0];
    const before = sumOf();
    w.assign([10, 20]);
    expect([...(await sumOf().data())]).toEqual([60, 120]);
    expect([...(await before.data())]).toEqual([6, 12]);
    const step = compile(() => {
      const total = sumOf();
      w.assign(w.value.add(total));
      return [total, sumOf()];
    });
    const [first, second] = (await step()) as [Tensor, Tensor];
    expect([...(await first.data())]).toEqual([60, 120]);
    expect([...(await second.data())]).toEqual([420, 840]);
    expect(await w.array()).toEqual([70, 140]);
  });

  test("as the carry: the last one goes back into the variable, in place", async () => {
    const state = variable(ones([3]), { name: "state" });
    const step = compile((xs: Tensor) => {
      const [last, ys] = scan((c: Tensor, x: Tensor) => [c.mul(2).add(x), c], state.value, xs);
      state.assign(last);
      return ys;
    });
    const xs = zeros([2, 3]);
    expect((await (await step.program(xs)).describe()).plan).toMatch(/ in state/);
    expect(await (await step.repeat(2, xs)).array()).toEqual([
      [4, 4, 4],
      [8, 8, 8],
    ]);
    expect(await state.array()).toEqual([16, 16, 16]);
  });

  test("a carry that is also read as a constant, a slice, or by somebody later is kept", async () => {
    const c = variable([1, 2], { name: "c" });
    const step = compile(() => {
      const [last] = scan((carry: Tensor, x: Tensor) => [carry.add(x.mul(c.value)), null], c.value, stack([c, c, c]));
      const swapped = scan(
        ([a, d]: readonly Tensor[]) => [[d!, a!.add(d!)], null],
        [last, c.value] as readonly Tensor[],
        null,
        { length: 3 },
      )[0];
      const sum = last.add(c.value);
      c.assign(swapped[0]!);
      return [last, sum, ...swapped];
    });
    const found = (await step()) as Tensor[];
    // 1 + 3·1², 2 + 3·2²; then Fibonacci's way from (last, c).
    expect(await Promise.all(found.map((x) => x.array()))).toEqual([
      [4, 14],
      [5, 16],
      [6, 18],
      [11, 34],
    ]);
    expect(await c.array()).toEqual([6, 18]);
  });

  test("inside a layer's model nothing leaks: a scan over a trained model's weights", async () => {
    const model = sequential([layers.dense(3)], { inputShape: [3] });
    const [last] = scan((x: Tensor) => [model.apply(x).tanh(), null], ones([1, 3]), null, { length: 5 });
    let want = ones([1, 3]);
    for (let i = 0; i < 5; i++) want = model.apply(want).tanh();
    expect(difference(await last.data(), await want.data(), "float32", { relative: 1e-5, floor: 1 })).toBeNull();
  });
});

describe("errors teach", () => {
  const same = (c: Tensor) => [c, null] as const;
  test.each([
    [
      "changed shape",
      () => scan((c: Tensor) => [c.add(ones([3])), null], tensor(0), ones([4])),
      /carry has shape \[\], but f gave \[3\].*keep its shape/,
    ],
    [
      "changed dtype",
      () => scan((c: Tensor, x: Tensor) => [c.add(x), null], zeros([], "int32"), ones([4])),
      /carry is int32, but f gave float32; cast/,
    ],
    [
      "changed structure",
      () => scan((c: any) => [[c], null], tensor(0), ones([4])),
      /carry was tensor, but f gave \[tensor\]/,
    ],
    ["lengths", () => scan(same as Step, tensor(0), [ones([4]), ones([5, 2])]), /4 and 5 slices: \[4\] and \[5,\s?2\]/],
    [
      "length and xs",
      () => scan(same as Step, tensor(0), ones([4]), { length: 3 }),
      /length is 3, but one of xs has shape \[4\]/,
    ],
    ["no length", () => scan(same as Step, tensor(0), null), /how many steps\?.*\{ length \}/],
    [
      "misspelt option",
      () => scan(same as Step, tensor(0), ones([4]), { reversed: true } as never),
      /scan.*reversed.*reverse/s,
    ],
    [
      "bad length",
      () => scan(same as Step, tensor(0), null, { length: 1.5 }),
      /expected length to be an integer.*1\.5/,
    ],
    [
      "endless length",
      () => scan(same as Step, tensor(0), null, { length: 2 ** 32 }),
      /expected at most 2147483647 steps, got a length of 4294967296; scan parts/,
    ],
    ["scalar xs", () => scan(same as Step, tensor(0), tensor(1)), /first axis, but one of them is a single number/],
    ["async", () => scan((async (c: Tensor) => [c, null]) as never, tensor(0), ones([4])), /must not be async/],
    ["no pair", () => scan(((c: Tensor) => c) as never, tensor(0), ones([4])), /must give a pair/],
    [
      "number in the carry",
      () => scan((() => [1, null]) as never, tensor(0), ones([4])),
      /expected the new carry to hold tensors.*a number; make a tensor/,
    ],
    [
      "undefined y",
      () => scan(((c: Tensor) => [c, undefined]) as never, tensor(0), ones([4])),
      /expected y to hold tensors.*got undefined/,
    ],
    ["numbers as xs", () => scan(same as Step, tensor(0), [1, 2] as never), /expected xs to hold tensors.*a number/],
  ] as const)("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });

  test("a variable assigned inside", () => {
    const w = variable(0, { name: "w" });
    expect(() =>
      scan(
        (c: Tensor) => {
          w.assign(c);
          return [c, null];
        },
        tensor(0),
        ones([4]),
      ),
    ).toThrow(/scan: w is assigned inside f.*part of the carry/);
    w.assign(1); // and outside it may be, afterwards
  });

  test("a tensor carried out of f by hand", async () => {
    const out: Tensor[] = [];
    scan(
      (c: Tensor, x: Tensor) => {
        out.push(c.add(x));
        return [c, null];
      },
      tensor(0),
      ones([4]),
    );
    await expect(out[0]!.data()).rejects.toThrow(
      /a tensor \[\] from inside a function under .*stands for any argument.*part of y.*use the returned tensors/,
    );
    await expect(scan((c: Tensor) => [c.add(out[0]!), null], tensor(0), null, { length: 2 })[0].data()).rejects.toThrow(
      /stands for any argument/,
    );
  });

  test("numbers asked for inside", async () => {
    let asked: Promise<unknown> = Promise.resolve();
    scan(
      (c: Tensor) => {
        asked = c.data();
        return [c, null];
      },
      tensor(0),
      ones([4]),
    );
    await expect(asked).rejects.toThrow(/inside f tensors have no numbers yet/);
  });
});
