// Pass 6: fewer, longer loops. Merges neighbouring axes that every index crosses in one stride; drops axes of length 1.
// No merged axis is longer than one that a tensor may have.
import { longestAxis } from "../shape.ts";
import type { Affine } from "../view.ts";
import { zip } from "../zip.ts";
import { ExpressionBuilder, visit } from "./expression.ts";
import { type Kernel, kernelLoads, kernelRoots } from "./kernel.ts";
import { rewriteIndices } from "./rewrite.ts";

/** An equal kernel over as few loops as possible. */
export function mergeAxes(unsorted: Kernel): Kernel {
  if (unsorted.loop) return unsorted;
  const kernel = sortSummedAxes(unsorted);
  const indices = indicesOf(kernel);
  const groups: [number, ...number[]][] = [];
  let merged = 1;
  for (const [axis, extent] of kernel.extents.entries()) {
    if (extent === 1) continue;
    const group = groups.at(-1);
    const left = group?.at(-1) ?? -1;
    merged *= extent;
    const fits = merged <= longestAxis && sameRole(kernel, left, axis);
    if (group && fits && indices.every((a) => merges(a, left, axis, extent))) group.push(axis);
    else {
      groups.push([axis]);
      merged = extent;
    }
  }
  return groups.length === kernel.extents.length ? kernel : regroup(kernel, groups);
}

/** Sorts the summed axes of a product by stride, the longest outermost: the sum runs through memory in order. */
function sortSummedAxes(kernel: Kernel): Kernel {
  const { contract, extents } = kernel;
  if (!contract || contract.k.length < 2) return kernel;
  const loads = kernelLoads(kernel);
  const stride = (axis: number): number => loads.reduce((n, { at }) => n + Math.abs(at.coefficients[axis]!), 0);
  const sorted = [...contract.k].sort((a, b) => stride(b) - stride(a));
  if (sorted.every((axis, i) => axis === contract.k[i])) return kernel;
  const moved = new Map(zip(contract.k, sorted));
  return regroup(
    kernel,
    extents.map((_, axis) => [moved.get(axis) ?? axis]),
  );
}

/** The kernel over other axes: each group of neighbours becomes one, in the order given. Parallel groups come first. */
function regroup(kernel: Kernel, groups: readonly (readonly [number, ...number[]])[]): Kernel {
  const builder = new ExpressionBuilder();
  // A merged axis advances by the stride of its innermost part.
  const innermost = groups.map((group) => group.at(-1) ?? group[0]);
  const rewritten = rewriteIndices(
    kernel,
    (at) => ({ ...at, coefficients: innermost.map((axis) => at.coefficients[axis]!) }),
    (e) => builder.make(e),
  );
  const axesOf = (axes: readonly number[]) => groups.flatMap(([first], i) => (axes.includes(first) ? [i] : []));
  const { contract } = rewritten;
  return {
    ...rewritten,
    extents: groups.map((group) => group.reduce((n, axis) => n * kernel.extents[axis]!, 1)),
    parallel: groups.filter(([first]) => first < kernel.parallel).length,
    contract: contract && {
      ...contract,
      batch: axesOf(contract.batch),
      m: axesOf(contract.m),
      n: axesOf(contract.n),
      k: axesOf(contract.k),
    },
  };
}

/** Axes merge only among parallel ones or among reduced ones, and in a contraction within one role. */
function sameRole(kernel: Kernel, a: number, b: number): boolean {
  if (a < kernel.parallel !== b < kernel.parallel) return false;
  if (!kernel.contract) return true;
  const { batch, m, n, k } = kernel.contract;
  return [batch, m, n, k].some((axes) => axes.includes(a) && axes.includes(b));
}

const merges = (a: Affine, left: number, right: number, extent: number): boolean =>
  a.coefficients[left] === a.coefficients[right]! * extent;

/** Every index function of a kernel. */
function indicesOf(kernel: Kernel): Affine[] {
  const found = kernel.stores.map((s) => s.at);
  visit(kernelRoots(kernel), (e) => {
    if (e.kind === "load") found.push(e.at, ...e.guards.map((g) => g.at));
    if (e.kind === "index") found.push(e.at);
  });
  return found;
}
