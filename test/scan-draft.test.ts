import { test, expect } from "vitest";
import { scan, tensor, gradients, Tensor, stack } from "../src/index.ts";
import { backendValues, referenceValues } from "./compare.ts";
const rnd = (shape: number[], s = 1) => { let k = 7 * s; const n = shape.reduce((a, b) => a * b, 1); return tensor(Float32Array.from({ length: n }, () => ((k = (k * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5)), { shape }); };
test("ref", async () => {
  const [W, U, b, xs, h0] = [rnd([3, 4], 1), rnd([4, 4], 2), rnd([4], 3), rnd([5, 2, 3], 4), rnd([2, 4], 5)];
  const cell = (h: Tensor, x: Tensor) => x.matmul(W).add(h.matmul(U)).add(b).tanh();
  const build = (un: boolean, reverse: boolean) => {
    let last: Tensor, ys: Tensor;
    if (un) { let h = h0; const out: Tensor[] = []; for (let s = 0; s < 5; s++) { const t = reverse ? 4 - s : s; h = cell(h, xs.at(t)); out[t] = h; } last = h; ys = stack(out); }
    else [last, ys] = scan((h: Tensor, x: Tensor) => { const n = cell(h, x); return [n, n]; }, h0, xs, { reverse });
    const loss = last.square().sum().add(ys.mul(rnd([5, 2, 4], 9)).sum());
    const g = gradients(loss, [W, U, b, xs, h0]);
    const l2 = g.map((x) => x.square().sum()).reduce((p, q) => p.add(q));
    const g2 = gradients(l2, [W, U, b, xs, h0]);
    return [last, ys, loss, ...g, ...g2];
  };
  for (const reverse of [false, true]) {
    const [a, c] = [referenceValues(build(false, reverse)), referenceValues(build(true, reverse))];
    const w = await backendValues(build(false, reverse));
    w.forEach((v, i) => v.forEach((x, j) => expect(x, `wasm ${i} ${j}`).toBeCloseTo(c[i]![j]!, 3)));
    a.forEach((v, i) => v.forEach((x, j) => expect(x, `${i} ${j}`).toBeCloseTo(c[i]![j]!, 10)));
  }
});
