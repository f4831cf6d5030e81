// The shape of a loop nest: which axis fills the vector, which is cut into units, and where sums are taken in blocks.
import { type Expression, usesAxes } from "../../../compile/expression.ts";
import { type Kernel, kernelLoads } from "../../../compile/kernel.ts";
import type { Affine } from "../../../view.ts";
import { unitsFor } from "./piece.ts";

/** The axis that is cut into units, and how many of its indices a unit takes. */
export interface Cut {
  readonly axis: number;
  readonly indices: number;
  readonly units: number;
}

/** Indices of the vector's axis that stay together: as many as go abreast. */
const vectorIndices = 32;

/** Cuts the longest parallel axis, of equals the outermost; null where the work is little or its order matters. */
export function cutOf(kernel: Kernel, vectorAxis: number, work: number): Cut | null {
  if (kernel.kind === "scatter") return null;
  const parallel = kernel.extents.slice(0, kernel.parallel);
  const parts = (axis: number): number => Math.ceil(parallel[axis]! / (axis === vectorAxis ? vectorIndices : 1));
  const wanted = unitsFor(work, Infinity);
  // An outer axis keeps what a unit reads together.
  let axis = parallel.findIndex((_, i) => parts(i) >= wanted);
  if (axis < 0) axis = parallel.reduce((best, _, i) => (parts(i) > parts(best) ? i : best), 0);
  const units = parallel.length === 0 ? 1 : unitsFor(work, parts(axis));
  if (units < 2) return null;
  const indices = Math.ceil(parts(axis) / units) * (axis === vectorAxis ? vectorIndices : 1);
  return { axis, indices, units: Math.ceil(parallel[axis]! / indices) };
}

/** The reduced axes as they are nested, outermost first: that of the vector goes innermost. */
export function reducedOrder({ extents, parallel }: Kernel, vectorAxis: number): number[] {
  const axes = extents.slice(parallel).map((_, i) => parallel + i);
  return axes.includes(vectorAxis) ? [...axes.filter((axis) => axis !== vectorAxis), vectorAxis] : axes;
}

/** The axis along which a long sum is cut into blocks, and how many of its indices one block takes. */
export interface Blocks {
  readonly axis: number;
  readonly indices: number;
}

/**
 * Vectors in a block of a sum, which accumulators of so many parts take in turn. A chain of n additions of equal terms has a
 * relative error of up to n/2 roundings; blocks are added up with a correction, so that only the chain inside one counts.
 * NumPy's pairwise sum makes up to 18 + log₂(n/128) roundings in a row, OpenBLAS's products some 300 + k/300.
 */
function blockVectors(isProduct: boolean, parts: number): number {
  return parts > 1 ? 16 * parts : isProduct ? 128 : 32;
}

/** How sums over the axes of a nest, outermost first, are taken in blocks; null where one block holds them all. */
export function blocksOf(
  { kind, extents }: Kernel,
  axes: readonly number[],
  vectorAxis: number,
  parts: number,
): Blocks | null {
  const most = blockVectors(kind === "contract", parts);
  let inner = 1;
  for (const axis of [...axes].reverse()) {
    const span = axis === vectorAxis ? 4 : 1;
    const steps = Math.ceil(extents[axis]! / span);
    if (inner * steps > most) {
      const count = Math.ceil(steps / Math.max(1, Math.floor(most / inner)));
      return { axis, indices: Math.ceil(steps / count) * span };
    }
    inner *= steps;
  }
  return null;
}

/** The axis along which most loads and stores are contiguous, −1 where there is no axis at all. */
export function vectorAxisOf(kernel: Kernel): number {
  const { extents, parallel } = kernel;
  const indices: { at: Affine; weight: number }[] = kernelLoads(kernel).map((load) => ({ at: load.at, weight: 1 }));
  for (const store of kernel.stores) {
    // A store for each row weighs as often as it happens.
    indices.push({ at: store.at, weight: store.per === "row" && parallel < extents.length ? 0.5 : 1.5 });
  }
  const dependsOn = (a: Affine, axis: number): boolean => a.terms.some((t) => usesAxes(t.value as Expression, [axis]));
  let best = -1;
  let bestScore = -Infinity;
  extents.forEach((extent, axis) => {
    let score = extent >= 4 ? 0 : -2;
    for (const { at, weight } of indices) {
      const c = at.coefficients[axis]!;
      score += dependsOn(at, axis) ? -2 * weight : c === 1 ? 2 * weight : c === 0 ? 0 : -2 * weight;
    }
    // Of equals, the last: rows of memory run along it.
    if (score >= bestScore) [best, bestScore] = [axis, score];
  });
  return best;
}
