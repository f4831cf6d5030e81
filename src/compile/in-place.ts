// The test for whether a kernel may write over a buffer that it reads.
import type { Affine } from "../view.ts";
import { type Buffer, type Expression, visit } from "./expression.ts";
import { type Kernel, kernelLoads, kernelReads, type Store, stageOf } from "./kernel.ts";

/** True if a kernel may write `buffer` into the memory of `old`. */
export function mayReplace(kernel: Kernel, buffer: Buffer, old: Buffer): boolean {
  if (!kernel.loop) {
    const [store, ...others] = kernel.stores.filter((s) => s.buffer === buffer);
    return store !== undefined && others.length === 0 && !store.accumulate && mayOverwrite(kernel, store, old);
  }
  // A loop reads its operands at every step; only a carry's initial value may become the carry.
  const { carries, slices, constants } = kernel.loop;
  if (!kernelReads(kernel).includes(old)) return true;
  return (
    carries.every(({ init, result }) => (init === old) === (result === buffer)) &&
    !slices.includes(old) &&
    !constants.includes(old)
  );
}

/**
 * True if `store` may write over `old`: each element of it is read only at the point that replaces it, and not after.
 * Kernels compute all values of a point before they store any of them.
 */
export function mayOverwrite(kernel: Kernel, store: Store, old: Buffer): boolean {
  const loads = kernelLoads(kernel).filter((load) => load.buffer === old);
  if (loads.some((load) => load.guards.length > 0 || !sameIndex(load.at, store.at))) return false;
  if (loads.length === 0 || kernel.kind === "map") return true;
  if (kernel.contract) return !reads(kernel.contract.a, old) && !reads(kernel.contract.b, old);
  if (kernel.kind !== "rows") return false;
  // A row's value is stored after all the row's loops, so these must not read the old one.
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
