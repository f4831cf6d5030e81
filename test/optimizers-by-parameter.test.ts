// Optimizers whose rules look at each parameter, or at all of them, as a whole: LAMB, Muon, Adafactor, L-BFGS.
import { describe, expect, test } from "vitest";
import { compile, gradients, linalg, type Optimizer, optimizers, type Tensor, tensor, variable } from "../src/index.ts";
import type { Segment, TrainedRange } from "../src/nn/tree/store.ts";
import { readOptimizerState } from "../src/optimizers/state.ts";

/** A range with parameters of these shapes, from element `from` of a variable on. */
function rangeOf(shapes: Readonly<Record<string, readonly number[]>>, from = 0, rest = 0): TrainedRange {
  let end = 0;
  const segments: Segment[] = Object.entries(shapes).map(([path, shape]) => {
    const [offset, size] = [end, shape.reduce((a, b) => a * b, 1)];
    end += size;
    return { path, shape, offset, size };
  });
  const data = Float32Array.from({ length: from + end + rest }, (_, i) => Math.sin(1 + i * 1.7));
  return { variable: variable(tensor(data)), from, to: from + end, segments };
}

const slopesOf = (n: number): Tensor =>
  tensor(Float32Array.from({ length: n }, (_, i) => Math.cos(i * 1.3 + 0.1 * i * i)));

/** The moves of each parameter in one step along the same gradient. */
async function moves(optimizer: Optimizer, of: TrainedRange): Promise<Record<string, Tensor>> {
  const before = of.variable.value;
  optimizer.applyGradients([[slopesOf(of.to - of.from), of]]);
  const moved = of.variable.value.sub(before).at([of.from, of.to]);
  return Object.fromEntries(
    of.segments.map(({ path, offset, size, shape }) => [path, moved.at([offset, offset + size]).reshape(shape)]),
  );
}

describe("muon", () => {
  const shapes = { "embedding_1/embeddings": [4, 3], "a/kernel": [6, 3], "a/bias": [3], "logits/kernel": [3, 5] };
  const plain = { learningRate: 1, weightDecay: 0, adamWeightDecay: 0 };

  test("moves matrices by nearly orthogonal ones, of the length that their shape asks for", async () => {
    const { "a/kernel": kernel } = await moves(optimizers.muon(plain), rangeOf(shapes));
    const values = await linalg.svd(kernel!.div(0.2 * Math.sqrt(6)), { computeUv: false }).array<1>();
    for (const value of values) expect(Math.abs(value - 0.95)).toBeLessThan(0.3);
    const { "a/kernel": other } = await moves(optimizers.muon({ ...plain, rmsRate: null }), rangeOf(shapes));
    const ratio = await other!.div(kernel!).array<2>();
    for (const value of ratio.flat()) expect(value).toBeCloseTo(Math.sqrt(2) / (0.2 * Math.sqrt(6)), 4);
  });

  test("leaves embeddings, vectors and what is named to AdamW, whose first step is the rate", async () => {
    const found = await moves(
      optimizers.muon({ ...plain, excludeLayers: ["logits"], adamLrRatio: 0.5 }),
      rangeOf(shapes),
    );
    for (const path of ["embedding_1/embeddings", "a/bias", "logits/kernel"])
      for (const move of await found[path]!.abs().reshape([-1]).array<1>()) expect(move).toBeCloseTo(0.5, 3);
    const isRate = (await found["a/kernel"]!.abs().reshape([-1]).array<1>()).every((x) => Math.abs(x - 0.5) < 0.05);
    expect(isRate).toBe(false);
  });

  test("moves embeddings too, if it is asked to", async () => {
    const optimizer = optimizers.muon({ ...plain, excludeEmbeddings: false });
    const { "embedding_1/embeddings": move } = await moves(optimizer, rangeOf(shapes));
    expect((await move!.abs().reshape([-1]).array<1>()).some((x) => Math.abs(x - 1) > 0.3)).toBe(true);
  });

  test("keeps a second moment only of what AdamW moves", async () => {
    const [optimizer, of] = [optimizers.muon(), rangeOf(shapes)];
    await moves(optimizer, of);
    const names = Object.keys(await readOptimizerState(optimizer, [of]));
    expect(names.filter((name) => name.includes("secondMoment"))).toEqual([
      "optimizer/secondMoment/embedding_1/embeddings",
      "optimizer/secondMoment/a/bias",
    ]);
  });

  test("works where there are only matrices, and where there are none", async () => {
    for (const only of [
      { k: [2, 3], l: [3, 2] },
      { b: [3], c: [2] },
    ]) {
      const found = await moves(optimizers.muon(plain), rangeOf(only));
      for (const move of Object.values(found)) expect((await move.abs().max().item()) > 0.1).toBe(true);
    }
  });

  test("has its options in the configuration", async () => {
    const config = await optimizers.muon({ excludeLayers: [/^logits/], weightDecay: 0.2 }).config();
    expect(config).toMatchObject({
      excludeLayers: ["^logits"],
      weightDecay: 0.2,
      rmsRate: 0.2,
      adamWeightDecay: 0.004,
    });
    expect(() => optimizers.muon({ rmsRate: 0 })).toThrow(/expected rmsRate to be a finite number above 0, got 0/);
    expect(() => optimizers.muon({ nsSteps: 0 })).toThrow(/expected nsSteps to be an integer from 1 up, got 0/);
    expect(() => optimizers.muon({ excludeLayers: "a" as never })).toThrow(/expected excludeLayers to be a list/);
  });
});

test("lamb moves each parameter by the same share of its length", async () => {
  const of = rangeOf({ kernel: [3, 4], bias: [5] });
  const length = async (x: Tensor): Promise<number> => Math.sqrt(await x.square().sum().item());
  const sizes = of.segments.map(({ offset, size }) => of.variable.value.at([offset, offset + size]));
  const before = [await length(sizes[0]!), await length(sizes[1]!)];
  const found = await moves(optimizers.lamb({ learningRate: 0.01 }), of);
  expect((await length(found["kernel"]!)) / before[0]!).toBeCloseTo(0.01, 5);
  expect((await length(found["bias"]!)) / before[1]!).toBeCloseTo(0.01, 5);
});

test("adafactor keeps a number for each row and column of a kernel", async () => {
  const [optimizer, of] = [optimizers.adafactor(), rangeOf({ "a/kernel": [2, 3, 4], "a/bias": [4] })];
  const found = await moves(optimizer, of);
  const state = await readOptimizerState(optimizer, [of]);
  const shapes = Object.entries(state).map(([name, { shape }]) => `${name} ${shape}`);
  expect(shapes.slice(1)).toEqual([
    "optimizer/rowMeans/a/kernel 2,3",
    "optimizer/columnMeans/a/kernel 2,4",
    "optimizer/secondMoment/a/bias 4",
  ]);
  // Of a bias u is the sign of g at the first step.
  const rms = Math.sqrt(await of.variable.value.at([24, 28]).square().mean().item());
  for (const move of await found["a/bias"]!.abs().array<1>())
    expect(Math.abs(move / (0.001 * rms) - 1)).toBeLessThan(0.01);
});

describe("lbfgs", () => {
  /** (x − target)ᵀ A (x − target)/2 with a matrix whose curvatures differ by a factor of 100. */
  const curvatures = tensor([1, 3, 10, 30, 100]);
  const target = tensor([1, -2, 3, 0.5, 0]);
  const mixing = tensor(
    Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => Math.sin(1 + i * 3 + j * j))),
  );
  const rotation = linalg.qr(mixing).q;
  const lossOf = (x: Tensor): Tensor => rotation.matmul(x.sub(target)).square().mul(curvatures).sum().mul(0.5);

  test("finds the least of a parabola that gradient descent crawls along", async () => {
    const losses: number[] = [];
    for (const make of [() => optimizers.lbfgs(), () => optimizers.sgd({ learningRate: 0.019 })]) {
      const [x, optimizer] = [variable([0, 0, 0, 0, 0]), make()];
      const step = compile(() => {
        optimizer.applyGradients([[gradients(lossOf(x.value), [x])[0]!, x]]);
      });
      await step.repeat(30);
      losses.push(await lossOf(x.value).item());
    }
    expect(losses[0]!).toBeLessThan(1e-8);
    expect(losses[1]!).toBeGreaterThan(0.01);
  });

  test("sees all parameters together: the same steps in one range, in several, and in variables", async () => {
    const start = [0.5, -1, 2, 1, -1];
    const one = variable(start);
    const [a, b] = [variable([start.slice(0, 2)]), variable(start.slice(2))];
    const padded = variable([9, ...start.slice(0, 2), 8, ...start.slice(2)]);
    const part = (from: number, to: number): TrainedRange => ({
      variable: padded,
      from,
      to,
      segments: [{ path: `${from}`, shape: [to - from], offset: 0, size: to - from }],
    });
    const all = Array.from({ length: 3 }, () => optimizers.lbfgs({ learningRate: 0.5, historySize: 3 }));
    for (let i = 0; i < 6; i++) {
      const gradientAt = (x: Tensor): Tensor =>
        rotation.transpose().matmul(rotation.matmul(x.sub(target)).mul(curvatures));
      const g = gradientAt(one.value);
      const [head, tail] = [g.at([0, 2]), g.at([2, 5])];
      all[0]!.applyGradients([[g, one]]);
      all[1]!.applyGradients([
        [head.reshape([1, 2]), a],
        [tail, b],
      ]);
      all[2]!.applyGradients([
        [head, part(1, 3)],
        [tail, part(4, 7)],
      ]);
    }
    const want = [...(await one.data())];
    const close = (got: readonly number[]): void => got.forEach((x, i) => expect(x).toBeCloseTo(want[i]!, 5));
    close([...(await a.data()), ...(await b.data())]);
    const inPadded = [...(await padded.data())];
    close([...inPadded.slice(1, 3), ...inPadded.slice(4)]);
    expect([inPadded[0], inPadded[3]]).toEqual([9, 8]);
  });

  test("stays where the gradient is 0, and goes on from there", async () => {
    const [x, optimizer] = [variable([2, 2]), optimizers.lbfgs()];
    optimizer.applyGradients([[tensor([0, 0]), x]]);
    expect(await x.array()).toEqual([2, 2]);
    // −min(1, 1/‖g‖₁)·g
    optimizer.applyGradients([[tensor([3, 1]), x]]);
    expect(await x.array()).toEqual([1.25, 1.75]);
    optimizer.applyGradients([[tensor([0, 1e-8]), x]]);
    expect(await x.array()).toEqual([1.25, 1.75]);
  });

  test("learns along the last move, also after a step that was not taken", async () => {
    const [x, optimizer] = [variable([2]), optimizers.lbfgs()];
    for (const slope of [4, 0, 3]) optimizer.applyGradients([[tensor([slope]), x]]);
    // The first move is −1; the slope fell by 1 along it, so that the curvature is 1.
    expect(await x.array()).toEqual([-2]);
  });

  test("makes short steps until it knows a curvature", async () => {
    const [x, optimizer] = [variable([0]), optimizers.lbfgs()];
    // The slope grows steeper downhill: the curvature is negative, and is not learnt.
    for (const slope of [-10, -100, -1000]) optimizer.applyGradients([[tensor([slope]), x]]);
    expect((await x.data())[0]).toBeCloseTo(3, 5);
  });

  test("keeps as many moves as it is asked to, under the paths of parameters", async () => {
    const [optimizer, of] = [optimizers.lbfgs({ historySize: 4 }), rangeOf({ kernel: [2, 3], bias: [2] })];
    await moves(optimizer, of);
    const state = await readOptimizerState(optimizer, [of]);
    expect(state["optimizer/moves/kernel"]!.shape).toEqual([4, 2, 3]);
    expect(state["optimizer/changes/bias"]!.shape).toEqual([4, 2]);
    expect(() => optimizers.lbfgs({ historySize: 0 })).toThrow(
      /expected historySize to be an integer from 1 up, got 0/,
    );
  });
});
