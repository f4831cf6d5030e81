// Matrices that are the same at every step of a loop are packed once, before it.
import { expect, test } from "vitest";
import { contractScratchBytes, packedBuffers } from "../src/backends/wasm/print/blocking.ts";
import type { Plan } from "../src/compile/kernel.ts";
import { lowerGraph } from "../src/compile/pipeline.ts";
import { closeGraph } from "../src/graph/graph.ts";
import { compile, gradients, scan, type Tensor, tensor } from "../src/index.ts";
import { hostRandom } from "../src/random.ts";

const n = 64;
const draw = (seed: number, shape: readonly number[] = [n, n]): Tensor => {
  const { below } = hostRandom(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, () => below(1000) / 2500 - 0.2),
    { shape },
  );
};
const target = { fusedMultiplyAdd: true, joinsPairs: true };

/** The number of kernels in the steps of a program's loops that pack before the loop, and of all that pack. */
function packing(y: Tensor): readonly [once: number, all: number] {
  const bytes = (kernel: Plan["kernels"][number]): number => contractScratchBytes(kernel, target);
  const { plan } = lowerGraph(closeGraph([y.node], []), bytes, undefined, (kernel) => packedBuffers(kernel, target));
  const count = (of: Plan): readonly [number, number] =>
    of.kernels.reduce<readonly [number, number]>(
      ([once, all], { loop }) => {
        if (!loop) return [once, all];
        const { plan: step } = loop.step;
        const [innerOnce, innerAll] = count(step);
        const packs = step.kernels.filter((kernel) => !kernel.loop && bytes(kernel) > 0).length;
        return [once + step.kept.size + innerOnce, all + packs + innerAll];
      },
      [0, 0],
    );
  return count(plan);
}

const [h0, u, v, xs] = [draw(1, [32, n]), draw(2), draw(3), draw(4, [5, n, n])];
const constant = (u: Tensor): Tensor =>
  scan((h: Tensor, _: null) => [h.matmul(u).tanh(), null], h0, null, { length: 5 })[0];
const slices = (): Tensor => scan((h: Tensor, x: Tensor) => [h.matmul(x).tanh(), null], h0, xs)[0];
const carried = (): Tensor =>
  scan(
    ([h, w]: [Tensor, Tensor], _: null) => [[h.matmul(w).tanh(), w.mul(0.9)] as [Tensor, Tensor], null],
    [h0, u],
    null,
    {
      length: 5,
    },
  )[0][0];
const mixed = (): Tensor => scan((h: Tensor, x: Tensor) => [h.matmul(u.mul(x.at(0, 0))).tanh(), null], h0, xs)[0];
/** The inner loop's matrix is a constant of both loops, or made anew by each step of the outer one. */
const nested = (make: (w: Tensor, x: Tensor) => Tensor): Tensor =>
  scan(
    (h: Tensor, x: Tensor) => {
      const w = make(u, x);
      return [
        scan((g: Tensor, _: null) => [g.matmul(w).add(g.matmul(v)).tanh(), null], h, null, { length: 3 })[0],
        null,
      ];
    },
    h0,
    xs,
  )[0];

test("constants are, slices and carries are not", () => {
  expect(packing(constant(u))).toEqual([1, 1]);
  expect(packing(slices())).toEqual([0, 1]);
  expect(packing(carried())).toEqual([0, 1]);
  expect(packing(nested((w) => w))).toEqual([2, 2]);
  // The gradient has a second loop, which multiplies by the transposed matrix.
  expect(packing(gradients(constant(u).sum(), [h0])[0]!)).toEqual([2, 2]);
});

test("the numbers are those of the steps written out, on one thread and on several, again and again", async () => {
  const written = (matrix: (t: number) => Tensor): Tensor => {
    let h = h0;
    for (let t = 0; t < 5; t++) h = h.matmul(matrix(t)).tanh();
    return h;
  };
  const same = async (x: Tensor, y: Tensor): Promise<void> => {
    const [a, b] = [await x.data(), await y.data()];
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 5));
  };
  await same(
    constant(u),
    written(() => u),
  );
  await same(
    slices(),
    written((t) => xs.at(t)),
  );
  await same(
    carried(),
    written((t) => u.mul(0.9 ** t)),
  );
  await same(
    mixed(),
    written((t) => u.mul(xs.at(t, 0, 0))),
  );
  let h = h0;
  for (let t = 0; t < 5; t++) {
    const w = u.mul(xs.at(t, 0, 0).add(1));
    for (let k = 0; k < 3; k++) h = h.matmul(w).add(h.matmul(v)).tanh();
  }
  await same(
    nested((w, x) => w.mul(x.at(0, 0).add(1))),
    h,
  );
  // A program that is called again packs the matrix of this call.
  const run = compile((w: Tensor) => constant(w));
  for (const w of [u, v, u])
    await same(
      await run(w),
      written(() => w),
    );
  await same(gradients(constant(u).sum(), [u])[0]!, gradients(written(() => u).sum(), [u])[0]!);
});
