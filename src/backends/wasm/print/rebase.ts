// Moves the offset that all accesses to a buffer share into the buffer's address, so that equal layers of a model,
// which differ only in the offsets of their weights, become one function.
import type { Buffer } from "../../../compile/expression.ts";
import { type Kernel, kernelLoads } from "../../../compile/kernel.ts";
import { rewriteIndices } from "../../../compile/rewrite.ts";

/** A kernel whose indices start at 0 in each buffer, and for each buffer the element at which that 0 stands. */
export interface Rebased {
  readonly kernel: Kernel;
  readonly starts: ReadonlyMap<Buffer, number>;
}

export function rebase(kernel: Kernel): Rebased {
  const starts = new Map<Buffer, number>();
  for (const { buffer, at } of [...kernel.stores, ...kernelLoads(kernel)])
    starts.set(buffer, Math.min(starts.get(buffer) ?? Infinity, at.offset));
  // A guarded load may have any offset; if its guard fails, it reads at the buffer's address, which must not move.
  for (const { buffer, guards } of kernelLoads(kernel)) if (guards.length > 0) starts.delete(buffer);
  for (const [buffer, start] of starts) if (start <= 0) starts.delete(buffer);
  if (starts.size === 0) return { kernel, starts };
  const rebased = rewriteIndices(kernel, (at, buffer) => {
    const start = buffer ? starts.get(buffer) : undefined;
    return start === undefined ? at : { ...at, offset: at.offset - start };
  });
  return { starts, kernel: rebased };
}
