// Steps of random programs on integers and bools, and casts between dtypes.
import * as ops from "../src/ops/index.ts";
import type { Node } from "../src/ops/op.ts";
import { sameShape } from "../src/shape.ts";
import { Tensor } from "../src/tensor.ts";
import type { Pool } from "./fuzz-pool.ts";

/** Integers from exact values: indices of extremes, counts. */
export function counted(p: Pool): boolean {
  const entry = p.any((e) => e.exact && e.x.ndim > 0 && !e.x.shape.includes(0));
  if (!entry) return false;
  const { x } = entry;
  const axis = p.random.below(x.ndim);
  return p.among([
    () => p.keep(x.argmax(axis), 0, true),
    () => p.keep(x.argmin(axis), 0, true),
    () => p.keep(x.cast("bool").sum(axis), 0, true),
    () => x.dtype === "float32" && p.keep(x.less(0.3), 1, true),
    () => x.dtype === "float32" && p.keep(x.lessEqual(x.flip(axis)), 1, true),
    () => x.dtype !== "float32" && x.dtype !== "bool" && p.keep(x.max(axis), 0, true),
    () => p.keep(new Tensor(ops.iota(x.shape, axis, "int32")), 0, true),
  ])();
}

export function integer(p: Pool): boolean {
  const entry = p.any((e) => e.x.dtype !== "float32");
  if (!entry) return false;
  const { x } = entry;
  if (x.dtype === "bool") {
    const other = p.any((e) => e.x.dtype === "bool" && sameShape(e.x.shape, x.shape))!.x;
    return p.keep(p.among([() => x.logicalAnd(other), () => x.logicalOr(other), () => x.logicalNot()])(), 1, true);
  }
  if (x.dtype === "uint8") return p.keep(x.cast("int32").mul(3).sub(100), 0, true);
  const n = (f: (a: Node) => Node): Tensor => new Tensor(f(x.node));
  const axes = p.someAxes(x);
  const other = p.any((e) => e.x.dtype === x.dtype && sameShape(e.x.shape, x.shape))!.x;
  return p.keep(
    p.among([
      () => x.mul(1664525).add(1013904223),
      () => x.add(other),
      () => x.sub(other),
      () => x.mul(other),
      () => x.neg(),
      () => x.abs(),
      () => x.mod(11),
      () => x.maximum(7),
      () => x.minimum(100),
      () => n((a) => ops.xor(a, 0x2545)),
      () => n((a) => ops.and(a, 0xff)),
      () => n((a) => ops.or(a, 9)),
      () => n((a) => ops.not(a)),
      () => n((a) => ops.shiftLeft(a, 3)),
      () => n((a) => ops.shiftRight(a, 5)),
      () => x.sum(axes),
      () => (x.size > 0 ? x.min(axes) : x),
      () => x.prod(axes),
      () => x.less(50),
      () => x.lessEqual(other),
      () => x.mod(3).equal(1),
      () => x.sign(),
      () => x.cast("uint8"),
      () => x.cast(x.dtype === "int32" ? "uint32" : "int32"),
    ])(),
    0,
    true,
  );
}

export function casted(p: Pool): boolean {
  const entry = p.any((e) => e.exact)!;
  if (!entry) return false;
  const { x } = entry;
  if (x.dtype === "float32") return p.keep(x.mul(64).cast(p.among(["int32", "uint32", "uint8"])), 0, true);
  if (x.dtype === "bool" || x.dtype === "uint8") return p.keep(x.cast("float32").mul(1 / 256), 1, true);
  return p.keep(x.mod(9).cast("float32").mul(0.25), 2.5, true);
}
