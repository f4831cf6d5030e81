// Steps of random programs on floats: one operand, two, roundings, choices between values.
import * as array from "../src/functions/array.ts";
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { sizeOf } from "../src/shape.ts";
import { asTensor, Tensor } from "../src/tensor.ts";
import type { Pool } from "./fuzz-pool.ts";

export function unary(p: Pool): boolean {
  const { x, bound, exact } = p.float();
  const y = (make: Tensor, limit: number, same = false): true => p.keep(make, limit, same && exact);
  const node = (f: (n: Node) => Node): Tensor => new Tensor(f(x.node));
  return p.among([
    () => y(x.neg(), bound, true),
    () => y(x.abs(), bound, true),
    () => y(node(ops.relu), bound, true),
    () => y(x.tanh(), 1),
    () => y(x.tanh().tan(), 1.6),
    () => y(x.erf(), 1),
    () => y(x.sin(), 1),
    () => y(x.cos(), 1),
    () => y(x.mul(0.4).sub(0.3), bound),
    () => y(x.square(), bound * bound),
    () => y(x.square().add(0.3).sqrt(), bound + 1),
    () => y(x.abs().add(0.5).log(), 3),
    () => y(x.abs().log1p(), 3),
    () => y(x.minimum(2).exp(), 7.4),
    () => y(x.minimum(1).expm1(), 2),
    () => y(x.abs().add(0.5).pow(1.5), (bound + 0.5) ** 1.5),
    () => y(asTensor(1).div(x.square().add(1)), 1),
    () => y(node(ops.stopGradient), bound, true),
    () => y(x.pow(3), bound ** 3),
    () =>
      y(
        node((n) =>
          ops.fence(
            ops.customGradient(n, [n], (dy) => [dy]),
            p.entries.at(-1)!.x.node,
          ),
        ),
        bound,
        exact,
      ),
    () =>
      y(
        node((n) => ops.atan2(n, 2)),
        3.2,
      ),
  ])();
}

/** Functions with steps, of exact values only: a rounded one may lie on either side of a step. */
export function rounded(p: Pool): boolean {
  const entry = p.any((e) => e.exact && e.x.dtype === "float32");
  if (!entry) return false;
  const x = entry.x.mul(4);
  return p.keep(
    p.among([() => x.round(), () => x.floor(), () => x.ceil(), () => x.sign(), () => x.round().sub(x.floor())])(),
    4 * entry.bound + 1,
    true,
  );
}

export function binary(p: Pool): boolean {
  const a = p.float();
  const b = p.partner(a);
  if (!b) return false;
  const exact = a.exact && b.exact;
  const bound = Math.max(a.bound, b.bound);
  return p.among([
    () => p.keep(a.x.add(b.x), 2 * bound, false),
    () => p.keep(a.x.sub(b.x), 2 * bound, false),
    () => p.keep(a.x.mul(b.x), bound * bound, false),
    () => p.keep(a.x.div(b.x.square().add(1)), a.bound, false),
    () => p.keep(a.x.maximum(b.x), bound, exact),
    () => p.keep(a.x.minimum(b.x), bound, exact),
    () => p.keep(a.x.mul(a.x).add(b.x.mul(0.5)), bound * bound + bound, false),
    () => p.keep(new Tensor(ops.atan2(a.x.node, b.x.abs().add(1).node)), 3.2, false),
    () => exact && p.keep(a.x.mod(b.x.abs().ceil().add(1)), bound + 1, false),
  ])();
}

/** A choice between two values by an exact condition, which no rounding changes. */
export function chosen(p: Pool): boolean {
  const condition = p.any((e) => e.x.dtype === "bool" || e.exact);
  const a = p.float();
  if (!condition) return false;
  const b = p.partner(a);
  const c =
    condition.x.dtype === "bool"
      ? condition.x
      : condition.x.dtype === "float32"
        ? condition.x.greater(0.1)
        : condition.x.mod(2).equal(0);
  const shape = a.x.shape;
  const fit = (t: Tensor): Tensor =>
    t.size === 0 || sizeOf(shape) === 0
      ? array.zeros(shape, t.dtype)
      : t
          .reshape([-1])
          .take(array.arange(sizeOf(shape)))
          .reshape(shape);
  return b !== null && p.keep(array.where(fit(c), a.x, fit(b.x)), Math.max(a.bound, b.bound), a.exact && b.exact);
}
