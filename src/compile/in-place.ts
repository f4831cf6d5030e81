// When a kernel may write over what it reads.
import type { Affine } from "../view.ts";
import { type Buffer, type Expression, visit } from "./expression.ts";
import { stageOf } from "./fuse.ts";
import { type Kernel, kernelLoads, kernelReads, type Store } from "./kernel.ts";

/** Whether what a kernel writes to `buffer` may go over `old`. */
export function mayReplace(kernel: Kernel, buffer: Buffer, old: Buffer): boolean {
  if (!kernel.loop) {
    const stores = kernel.stores.filter((s) => s.buffer === buffer);
    return stores.length === 1 && !stores[0]!.accumulate && mayOverwrite(kernel, stores[0]!, old);
  }
  // A loop reads all through; only what a carry begins with may become the carry.
  const { carries, slices, constants } = kernel.loop;
  if (!kernelReads(kernel).includes(old)) return true;
  return (
    carries.every(({ init, result }) => (init === old) === (result === buffer)) &&
    !slices.includes(old) &&
    !constants.includes(old)
  );
}

/**
 * Whether `store` may go over `old`: each element is read only where it is about to be replaced, and not after.
 * Kernels compute all values of a point before they store any of them.
 */
export function mayOverwrite(kernel: Kernel, store: Store, old: Buffer): boolean {
  const loads = kernelLoads(kernel).filter((load) => load.buffer === old);
  if (loads.some((load) => load.guards.length > 0 || !sameIndex(load.at, store.at))) return false;
  if (loads.length === 0) return true;
  if (kernel.kind === "map") return true;
  if (kernel.kind === "contract") return !reads(kernel.contract!.a, old) && !reads(kernel.contract!.b, old);
  if (kernel.kind !== "rows") return false;
  // Rows are stored after all their loops, which must not have read what goes.
  if (store.per === "row") {
    const inLoops = [...kernel.reductions, ...kernel.stores.filter((s) => s.per === "element")];
    return inLoops.every(({ value }) => !reads(value, old));
  }
  const last = Math.max(
    0,
    ...kernel.stores.map((s) => stageOf(s.value, kernel.reductions)),
    ...kernel.reductions.map((r) => r.stage),
  );
  return stageOf(store.value, kernel.reductions) === last;
}

function reads(expression: Expression, buffer: Buffer): boolean {
  let found = false;
  visit([expression], (e) => {
    if (e.kind === "load" && e.buffer === buffer) found = true;
  });
  return found;
}

function sameIndex(a: Affine, b: Affine): boolean {
  return (
    a.offset === b.offset &&
    a.terms.length === 0 &&
    b.terms.length === 0 &&
    a.coefficients.every((c, i) => c === b.coefficients[i])
  );
}
