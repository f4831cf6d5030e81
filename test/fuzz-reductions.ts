// Steps of random programs that fold axes: reductions, rows, contractions.
import { logSoftmax, softmax } from "../src/functions/softmax.ts";
import * as ops from "../src/ops/index.ts";
import { sizeOf } from "../src/shape.ts";
import { Tensor, tensor } from "../src/tensor.ts";
import { largest, lengths, type Pool, randomLeaf } from "./fuzz-pool.ts";

export function reduced(p: Pool): boolean {
  const { x, bound, exact } = p.float();
  const axes = p.someAxes(x);
  const n = axes.reduce((count, axis) => count * x.shape[axis]!, 1);
  const keepDims = p.random.below(2) === 0;
  return p.among([
    () => p.keep(x.sum(axes, { keepDims }).mul(1 / Math.max(1, n)), bound, false),
    () => n > 0 && p.keep(x.mean(axes, { keepDims }), bound, false),
    () => n > 0 && p.keep(x.max(axes, { keepDims }), bound, exact),
    () => n > 0 && p.keep(x.min(axes, { keepDims }), bound, exact),
    () =>
      n <= 20 &&
      p.keep(
        x
          .mul(0.1 / bound)
          .add(1)
          .prod(axes, { keepDims }),
        8,
        false,
      ),
    () =>
      p.keep(
        x
          .square()
          .sum(axes, { keepDims })
          .add(0.1)
          .sqrt()
          .mul(1 / Math.max(1, n)),
        bound + 1,
        false,
      ),
  ])();
}

export function rows(p: Pool): boolean {
  const { x, bound } = p.float();
  if (x.ndim === 0 || x.shape.includes(0)) return false;
  const axis = p.random.below(2) ? -1 : p.random.below(x.ndim);
  const centred = x.sub(x.mean(axis, { keepDims: true }));
  return p.among([
    () => p.keep(softmax(x, axis), 1, false),
    () => p.keep(logSoftmax(x, axis).mul(0.2), 3 + bound, false),
    () => p.keep(centred.div(centred.square().mean(axis, { keepDims: true }).add(0.5).sqrt()), 3 * bound, false),
    () => p.keep(x.sub(x.max(axis, { keepDims: true })), 2 * bound, false),
  ])();
}

/**
 * A contraction with labels of every kind: batch, left, right and summed axes, each operand in an order of its own.
 */
export function contracted(p: Pool): boolean {
  const { x, bound } = p.float();
  if (x.ndim > 4) return false;
  const kinds = x.shape.map(() => p.among(["batch", "left", "summed", "summed"] as const));
  const right = Array.from({ length: p.random.below(3) }, (_, i) => ({
    label: 10 + i,
    n: lengths[p.random.below(10)]!,
  }));
  const shared = x.shape.flatMap((n, label) => (kinds[label] === "left" ? [] : [{ label, n }]));
  const other = p.shuffle([...shared, ...right]);
  const out = p.shuffle([
    ...x.shape.flatMap((n, label) => (kinds[label] === "summed" ? [] : [{ label, n }])),
    ...right,
  ]);
  if (sizeOf(out.map((l) => l.n)) > largest || sizeOf(other.map((l) => l.n)) > largest) return false;
  const terms = x.shape.reduce((count, n, i) => (kinds[i] === "summed" ? count * n : count), 1);
  if (sizeOf(out.map((l) => l.n)) * terms > 60_000) return false;
  let w = tensor(
    randomLeaf(
      p.random,
      other.map((l) => l.n),
      "float32",
    ),
  );
  if (p.random.below(3) === 0) w = w.mul(0.7).tanh();
  const y = ops.contract(x.node, w.node, {
    a: x.shape.map((_, i) => i),
    b: other.map((l) => l.label),
    out: out.map((l) => l.label),
  });
  return p.keep(new Tensor(y).mul(1 / Math.sqrt(Math.max(1, terms))), bound * Math.sqrt(Math.max(1, terms)), false);
}
