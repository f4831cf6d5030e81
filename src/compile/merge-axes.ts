// Pass 5: fewer, longer loops. Neighbouring axes that every index crosses in one stride become one; axes of 1 vanish.
import type { Affine } from "../view.ts";
import { type Expression, ExpressionBuilder, visit } from "./expression.ts";
import { type Kernel, kernelLoads, kernelRoots } from "./kernel.ts";

/** The same kernel over as few loops as say the same. */
export function mergeAxes(unsorted: Kernel): Kernel {
  const kernel = sortSum(unsorted);
  const indices = indicesOf(kernel);
  const groups: number[][] = [];
  kernel.extents.forEach((extent, axis) => {
    const last = groups[groups.length - 1];
    if (extent === 1) return;
    if (
      last &&
      sameRole(kernel, last[0]!, axis) &&
      last[last.length - 1] === previousSolid(kernel, axis) &&
      indices.every((a) => merges(a, last[last.length - 1]!, axis, extent))
    ) {
      last.push(axis);
    } else groups.push([axis]);
  });
  if (groups.length === kernel.extents.length) return kernel;

  return regroup(kernel, groups);
}

/** A product's sum runs through memory in the order in which it lies there: of the axes, the one with the longest strides goes outermost. */
function sortSum(kernel: Kernel): Kernel {
  const { contract, extents } = kernel;
  if (!contract || contract.k.length < 2) return kernel;
  const loads = kernelLoads(kernel);
  const stride = (axis: number): number => loads.reduce((n, { at }) => n + Math.abs(at.coefficients[axis]!), 0);
  const sorted = [...contract.k].sort((a, b) => stride(b) - stride(a));
  if (sorted.every((axis, i) => axis === contract.k[i])) return kernel;
  return regroup(
    kernel,
    extents.map((_, axis) => [contract.k.includes(axis) ? sorted[contract.k.indexOf(axis)]! : axis]),
  );
}

/** The kernel over other axes: each group of neighbours becomes one, in the order given. Parallel groups come first. */
function regroup(kernel: Kernel, groups: readonly (readonly number[])[]): Kernel {
  const rewrite = rewriter((a) => groups.map((group) => a.coefficients[group[group.length - 1]!]!));
  const axesOf = (axes: readonly number[]) => groups.flatMap((group, i) => (axes.includes(group[0]!) ? [i] : []));
  const { contract } = kernel;
  return {
    ...kernel,
    extents: groups.map((group) => group.reduce((n, axis) => n * kernel.extents[axis]!, 1)),
    parallel: groups.filter((group) => group[0]! < kernel.parallel).length,
    reductions: kernel.reductions.map((r) => ({ ...r, value: rewrite.expression(r.value) })),
    stores: kernel.stores.map((s) => ({ ...s, at: rewrite.affine(s.at), value: rewrite.expression(s.value) })),
    contract: contract && {
      batch: axesOf(contract.batch),
      m: axesOf(contract.m),
      n: axesOf(contract.n),
      k: axesOf(contract.k),
      a: rewrite.expression(contract.a),
      b: rewrite.expression(contract.b),
    },
  };
}

function previousSolid(kernel: Kernel, axis: number): number {
  let at = axis - 1;
  while (at >= 0 && kernel.extents[at] === 1) at--;
  return at;
}

/** Axes merge only among parallel ones or among reduced ones, and in a contraction within one side of the product. */
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

/** Rebuilds expressions with other coefficients, keeping what is shared shared. */
function rewriter(coefficients: (a: Affine) => number[]) {
  const builder = new ExpressionBuilder();
  const done = new Map<Expression, Expression>();
  const affine = (a: Affine): Affine => ({
    offset: a.offset,
    coefficients: coefficients(a),
    terms: a.terms.map((t) => ({ scale: t.scale, value: expression(t.value as Expression) })),
  });
  const expression = (e: Expression): Expression => {
    let made = done.get(e);
    if (!made) done.set(e, (made = builder.make(rebuild(e))));
    return made;
  };
  const rebuild = (e: Expression): Expression => {
    switch (e.kind) {
      case "load":
        return { ...e, at: affine(e.at), guards: e.guards.map((g) => ({ at: affine(g.at), size: g.size })) };
      case "index":
        return { ...e, at: affine(e.at) };
      case "scalar":
        return { ...e, operands: e.operands.map(expression) };
      case "cast":
        return { ...e, operand: expression(e.operand) };
      default:
        return e;
    }
  };
  return { affine, expression };
}
