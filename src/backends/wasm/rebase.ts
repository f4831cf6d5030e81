// Kernels that differ only in where their numbers begin become one function: the beginning goes into the address that it is given.
import type { Buffer, Expression } from "../../compile/expression.ts";
import { type Kernel, kernelLoads } from "../../compile/kernel.ts";
import type { Affine } from "../../view.ts";

/** A kernel whose indices count from where each buffer is first touched; and where that is, in elements. */
export interface Rebased {
  readonly kernel: Kernel;
  readonly starts: ReadonlyMap<Buffer, number>;
}

/** Takes out of a kernel's indices what all those of one buffer have in common. */
export function rebase(kernel: Kernel): Rebased {
  const starts = new Map<Buffer, number>();
  for (const { buffer, at } of [...kernel.stores, ...kernelLoads(kernel)])
    starts.set(buffer, Math.min(starts.get(buffer) ?? Infinity, at.offset));
  // A load that is asked first whether it lies inside may begin anywhere, and falls back on the address that is given.
  for (const { buffer, guards } of kernelLoads(kernel)) if (guards.length > 0) starts.delete(buffer);
  for (const [buffer, start] of starts) if (start <= 0) starts.delete(buffer);
  if (starts.size === 0) return { kernel, starts };

  const done = new Map<Expression, Expression>();
  const terms = (a: Affine): Affine =>
    a.terms.length === 0
      ? a
      : { ...a, terms: a.terms.map((t) => ({ scale: t.scale, value: moved(t.value as Expression) })) };
  const index = (buffer: Buffer, at: Affine): Affine => ({
    ...terms(at),
    offset: at.offset - (starts.get(buffer) ?? 0),
  });
  const moved = (e: Expression): Expression => {
    let made = done.get(e);
    if (!made) done.set(e, (made = rebuild(e)));
    return made;
  };
  const rebuild = (e: Expression): Expression => {
    switch (e.kind) {
      case "load":
        return { ...e, at: index(e.buffer, e.at), guards: e.guards.map((g) => ({ at: terms(g.at), size: g.size })) };
      case "index":
        return { ...e, at: terms(e.at) };
      case "scalar":
        return { ...e, operands: e.operands.map(moved) };
      case "cast":
        return { ...e, operand: moved(e.operand) };
      default:
        return e;
    }
  };
  const { contract } = kernel;
  return {
    starts,
    kernel: {
      ...kernel,
      reductions: kernel.reductions.map((r) => ({ ...r, value: moved(r.value) })),
      stores: kernel.stores.map((s) => ({ ...s, at: index(s.buffer, s.at), value: moved(s.value) })),
      contract: contract && { ...contract, a: moved(contract.a), b: moved(contract.b) },
    },
  };
}
