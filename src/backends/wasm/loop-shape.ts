// Which axis of a loop nest fills the vector, and which is cut into units.
import { type Expression, usesAxes } from "../../compile/expression.ts";
import { type Kernel, kernelLoads } from "../../compile/kernel.ts";
import type { Affine } from "../../view.ts";
import { unitsFor } from "./piece.ts";

/** The parallel axis that is cut into units, and how many of its places a unit takes. */
export interface Cut {
  readonly axis: number;
  readonly places: number;
  readonly units: number;
}

/** Cuts the longest parallel axis, of equals the outermost; none where the work is little or its order matters. */
export function cutOf(kernel: Kernel, vectorAxis: number, work: number): Cut | null {
  if (kernel.kind === "scatter") return null;
  const parallel = kernel.extents.slice(0, kernel.parallel);
  const parts = (axis: number): number => Math.ceil(parallel[axis]! / (axis === vectorAxis ? vectorPlaces : 1));
  const wanted = unitsFor(work, Infinity);
  // An outer axis keeps what a unit reads together.
  let axis = parallel.findIndex((_, i) => parts(i) >= wanted);
  if (axis < 0) axis = parallel.reduce((best, _, i) => (parts(i) > parts(best) ? i : best), 0);
  const units = parallel.length === 0 ? 1 : unitsFor(work, parts(axis));
  if (units < 2) return null;
  const each = Math.ceil(parts(axis) / units) * (axis === vectorAxis ? vectorPlaces : 1);
  return { axis, places: each, units: Math.ceil(parallel[axis]! / each) };
}

/** Places of the vector's axis that stay together: as many as go abreast. */
const vectorPlaces = 32;

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
