// Counts the work of a kernel: floating-point operations, bytes moved, and an estimate of its instructions.

import { dtypeInfo } from "../dtype.ts";
import { weights } from "../graph/cost.ts";
import { sizeOf } from "../shape.ts";
import type { Affine } from "../view.ts";
import { type Buffer, bytesOf, type Expression, visit } from "./expression.ts";
import { type Kernel, kernelLoads } from "./kernel.ts";

export interface Work {
  /** Arithmetic operations on floats, a transcendental function counting as one. */
  readonly flop: number;
  /** Bytes that are read or written, each element once; for a loop, once a step. */
  readonly bytes: number;
  /** Simple instructions, one element at a time. */
  readonly instructions: number;
}

const remembered = new WeakMap<Kernel, Work>();

/** The work of one run of a kernel. */
export function kernelWork(kernel: Kernel): Work {
  let work = remembered.get(kernel);
  if (!work) remembered.set(kernel, (work = count(kernel)));
  return work;
}

function count(kernel: Kernel): Work {
  if (kernel.loop) {
    const { length, step } = kernel.loop;
    const inside = step.plan.kernels.map(kernelWork);
    const total = (of: keyof Work): number => length * inside.reduce((n, work) => n + work[of], 0);
    return { flop: total("flop"), instructions: total("instructions"), bytes: total("bytes") };
  }
  const points = sizeOf(kernel.extents);
  const rows = sizeOf(kernel.extents.slice(0, kernel.parallel));
  const inner = [
    ...kernel.reductions.map((r) => r.value),
    ...kernel.stores.filter((s) => s.per === "element").map((s) => s.value),
  ];
  const outer = kernel.stores.filter((s) => s.per === "row").map((s) => s.value);
  const perPoint = costOf(inner);
  const perRow = costOf(outer);
  const folding = kernel.reductions.length;
  const bytes = touchedBytes(kernel);
  // An expression in a product's operand is computed once for each element of it, which is little beside the product.
  if (kernel.contract)
    return { flop: 2 * points + rows * perRow.flop, instructions: 2 * points + rows * perRow.instructions, bytes };
  return {
    flop: points * (perPoint.flop + folding) + rows * perRow.flop,
    instructions: points * (perPoint.instructions + folding) + rows * perRow.instructions,
    bytes,
  };
}

/** The bytes of all elements that the kernel's indices reach; of each buffer at most its size. */
function touchedBytes(kernel: Kernel): number {
  const elements = new Map<Buffer, number>();
  const seen = new Set<string>();
  const touch = (buffer: Buffer, at: Affine): void => {
    const key = `${buffer.name} ${at.offset} ${at.coefficients}`;
    if (seen.has(key)) return;
    seen.add(key);
    const reached =
      at.terms.length > 0
        ? sizeOf(kernel.extents)
        : sizeOf(kernel.extents.filter((_, axis) => at.coefficients[axis] !== 0));
    elements.set(buffer, (elements.get(buffer) ?? 0) + reached);
  };
  for (const { buffer, at } of [...kernel.stores, ...kernelLoads(kernel)]) touch(buffer, at);
  return [...elements].reduce(
    (n, [buffer, count]) => n + Math.min(bytesOf(buffer), count * dtypeInfo(buffer.dtype).bytes),
    0,
  );
}

function costOf(roots: readonly Expression[]): { flop: number; instructions: number } {
  let flop = 0;
  let instructions = roots.length;
  visit(roots, (e) => {
    if (e.kind === "scalar") {
      if (e.dtype === "float32") flop++;
      instructions += weights[e.op];
    } else if (e.kind === "load" || e.kind === "cast") instructions++;
  });
  return { flop, instructions };
}
