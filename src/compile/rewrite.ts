// Rewrites the indices of a kernel, and nothing else.
import type { Affine } from "../view.ts";
import type { Buffer, Expression } from "./expression.ts";
import type { Kernel } from "./kernel.ts";

/**
 * The same kernel with other indices. `index` gives the new one for an index into `buffer`, or, where `buffer` is null,
 * for a guard or a counter used as a number; the index's memory terms are already rewritten. `share` may replace an
 * expression by an equal one.
 */
export function rewriteIndices(
  kernel: Kernel,
  index: (at: Affine, buffer: Buffer | null) => Affine,
  share: (e: Expression) => Expression = (e) => e,
): Kernel {
  const done = new Map<Expression, Expression>();
  const affine = (at: Affine, buffer: Buffer | null): Affine => {
    if (at.terms.length === 0) return index(at, buffer);
    const terms = at.terms.map((t) => ({ scale: t.scale, value: expression(t.value as Expression) }));
    return index({ ...at, terms }, buffer);
  };
  const expression = (e: Expression): Expression => {
    let made = done.get(e);
    if (!made) done.set(e, (made = share(rebuild(e))));
    return made;
  };
  const rebuild = (e: Expression): Expression => {
    switch (e.kind) {
      case "load":
        return {
          ...e,
          at: affine(e.at, e.buffer),
          guards: e.guards.map((g) => ({ at: affine(g.at, null), size: g.size })),
        };
      case "index":
        return { ...e, at: affine(e.at, null) };
      case "scalar":
        return { ...e, operands: e.operands.map(expression) };
      case "cast":
        return { ...e, operand: expression(e.operand) };
      default:
        return e;
    }
  };
  const { contract } = kernel;
  return {
    ...kernel,
    reductions: kernel.reductions.map((r) => ({ ...r, value: expression(r.value) })),
    stores: kernel.stores.map((s) => ({ ...s, at: affine(s.at, s.buffer), value: expression(s.value) })),
    contract: contract && { ...contract, a: expression(contract.a), b: expression(contract.b) },
  };
}
