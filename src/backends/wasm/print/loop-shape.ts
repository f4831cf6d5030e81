// The shape of a loop nest: the axis that fills the vector, the axis that is cut into units, and the blocks of sums.
import { type Expression, usesAxes } from "../../../compile/expression.ts";
import { type Kernel, kernelLoads } from "../../../compile/kernel.ts";
import { sizeOf } from "../../../shape.ts";
import type { Affine } from "../../../view.ts";
import { unitsFor } from "./piece.ts";

/** The axis that is cut into units, the number of its indices in a unit, and the number of units. */
export interface Cut {
  readonly axis: number;
  readonly indices: number;
  readonly units: number;
}

/** A unit takes a multiple of so many indices of the vector axis: the most that are computed side by side. */
const vectorIndices = 32;

/** Cuts the outermost axis that is long enough, else the longest; null if the work is small or its order matters. */
export function cutOf(kernel: Kernel, vectorAxis: number, work: number): Cut | null {
  if (kernel.kind === "scatter") return null;
  const parallel = kernel.extents.slice(0, kernel.parallel);
  const parts = (axis: number): number => Math.ceil(parallel[axis]! / (axis === vectorAxis ? vectorIndices : 1));
  const wanted = unitsFor(work, Infinity);
  // The outermost one makes what a unit reads contiguous.
  let axis = parallel.findIndex((_, i) => parts(i) >= wanted);
  if (axis < 0) axis = parallel.reduce((best, _, i) => (parts(i) > parts(best) ? i : best), 0);
  const units = parallel.length === 0 ? 1 : unitsFor(work, parts(axis));
  if (units < 2) return null;
  const indices = Math.ceil(parts(axis) / units) * (axis === vectorAxis ? vectorIndices : 1);
  return { axis, indices, units: Math.ceil(parallel[axis]! / indices) };
}

/** The reduced axes in nesting order, outermost first: the vector axis goes innermost. */
export function reducedOrder({ extents, parallel }: Kernel, vectorAxis: number): number[] {
  const axes = extents.slice(parallel).map((_, i) => parallel + i);
  return axes.includes(vectorAxis) ? [...axes.filter((axis) => axis !== vectorAxis), vectorAxis] : axes;
}

/** The axis along which a long sum is cut into blocks, the number of its indices in a block, and that of all blocks. */
export interface Blocks {
  readonly axis: number;
  readonly indices: number;
  readonly count: number;
}

/**
 * Vectors in a block of a sum whose accumulator has `parts` parts. A chain of n additions of equal terms has a relative
 * error of up to n/2 roundings. Blocks are added with a correction, so that only the chain inside one block counts.
 * NumPy's pairwise sum makes up to 18 + log₂(n/128) roundings in a row, OpenBLAS's products some 300 + k/300.
 */
function blockVectors(isProduct: boolean, parts: number): number {
  return parts > 1 ? 16 * parts : isProduct ? 128 : 32;
}

/** Cuts sums over the axes of a nest, outermost first, into blocks; null if one block holds the whole sum. */
export function blocksOf(
  { kind, extents }: Kernel,
  axes: readonly number[],
  vectorAxis: number,
  parts: number,
): Blocks | null {
  const most = blockVectors(kind === "contract", parts);
  const spanOf = (axis: number): number => (axis === vectorAxis ? 4 : 1);
  const stepsOf = (axis: number): number => Math.ceil(extents[axis]! / spanOf(axis));
  let inner = 1;
  for (const [i, axis] of [...axes.entries()].reverse()) {
    const steps = stepsOf(axis);
    if (inner * steps > most) {
      const count = Math.ceil(steps / Math.max(1, Math.floor(most / inner)));
      const outer = sizeOf(axes.slice(0, i).map(stepsOf));
      return { axis, indices: Math.ceil(steps / count) * spanOf(axis), count: count * outer };
    }
    inner *= steps;
  }
  return null;
}

/** True if an index along the axis is read from memory, or computed: lanes are then loaded one by one. */
export function gathersAlong(kernel: Kernel, axis: number): boolean {
  return kernelLoads(kernel).some(({ at }) => dependsOn(at, axis));
}

const dependsOn = (a: Affine, axis: number): boolean => a.terms.some((t) => usesAxes(t.value as Expression, [axis]));

/** The axis along which most loads and stores are contiguous; −1 if there is no axis. */
export function vectorAxisOf(kernel: Kernel): number {
  const { extents, parallel } = kernel;
  const indices: { at: Affine; weight: number }[] = kernelLoads(kernel).map((load) => ({ at: load.at, weight: 1 }));
  for (const store of kernel.stores) {
    // A store per row happens less often than one per element.
    indices.push({ at: store.at, weight: store.per === "row" && parallel < extents.length ? 0.5 : 1.5 });
  }
  let best = -1;
  let bestScore = -Infinity;
  extents.forEach((extent, axis) => {
    let score = extent >= 4 ? 0 : -2;
    for (const { at, weight } of indices) {
      const c = at.coefficients[axis] ?? 0;
      score += dependsOn(at, axis) ? -2 * weight : c === 1 ? 2 * weight : c === 0 ? 0 : -2 * weight;
    }
    // On equal scores the last axis wins: memory is contiguous along it.
    if (score >= bestScore) [best, bestScore] = [axis, score];
  });
  return best;
}
