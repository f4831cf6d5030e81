// Reverse-mode differentiation as a transformation from graph to graph.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import * as builders from "../ops/builders.ts";
import * as ops from "../ops/index.ts";
import { type Node, type Ops, withScope } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { type Each, zip } from "../zip.ts";
import { loopCotangents } from "./loop-gradient.ts";
import { topologicalOrder } from "./order.ts";

/**
 * The cotangents of `xs`: d(Σ seed·y)/dx for each x. Nodes that `y` does not depend on get zeros.
 * The result is a graph again, so that a gradient has a gradient.
 */
export function gradientNodes<const N extends readonly Node[]>(y: Node, xs: N, seed?: Node): Each<N, Node> {
  if (!dtypeInfo(y.dtype).isFloat) throw new DTypeError(`gradient: only floats have one, but the value is ${y.dtype}.`);
  if (!seed && y.shape.length > 0 && y.shape.some((n) => n !== 1)) {
    throw new ArgumentError(
      `gradient: the value must be one number, but its shape is ${formatShape(y.shape)}; take its sum or mean first.`,
    );
  }
  const found = cotangentNodes([y], [seed ?? ops.full(y.shape, 1, y.dtype)], xs);
  return xs.map((x, i) => found[i] ?? ops.full(x.shape, 0, x.dtype)) as Each<N, Node>;
}

/**
 * d(Σᵢ Σ seedᵢ·yᵢ)/dx for each x; null where y does not depend on x. The walk stops at `leaves`. `o` are the builders
 * that the rules are given.
 */
export function cotangentNodes(
  ys: readonly Node[],
  seeds: readonly Node[],
  xs: readonly Node[],
  leaves: ReadonlySet<Node> = new Set(),
  o: Ops = builders,
): (Node | null)[] {
  const order = topologicalOrder(ys, (node) => leaves.has(node));
  const inputsOf = (node: Node): readonly Node[] => (leaves.has(node) ? [] : node.inputs);
  const depends = new Set<Node>(xs);
  for (const node of order) if (inputsOf(node).some((input) => depends.has(input))) depends.add(node);

  const found = new Map<Node, Node>();
  const collect = (node: Node, part: Node): void => {
    const sofar = found.get(node);
    found.set(node, sofar ? ops.add(sofar, part) : part);
  };
  for (const [y, seed] of zip(ys, seeds)) collect(y, seed);
  // The cotangents of each loop's results: one loop, which runs the other way, takes all of them.
  const ofResults = new Map<Node, (Node | undefined)[]>();
  for (const node of order.reverse()) {
    const inputs = inputsOf(node);
    if (!inputs.some((input) => depends.has(input))) continue;
    const dy = found.get(node);
    if (node.op.kind === "result") {
      const [loop] = node.inputs;
      const parts = ofResults.get(loop) ?? [];
      ofResults.set(loop, parts);
      const sofar = parts[node.attrs.index];
      if (dy) parts[node.attrs.index] = sofar ? ops.add(sofar, dy) : dy;
      continue;
    }
    const dys = ofResults.get(node);
    const ofLoop = (parts: readonly (Node | undefined)[]) =>
      loopCotangents(
        node,
        parts,
        inputs.map((input) => depends.has(input)),
        (...inside) => cotangentNodes(...inside, o),
      );
    const rule = dys ? () => ofLoop(dys) : dy && (() => node.op.vjp(o, dy, node.inputs, node as never));
    if (!rule) continue;
    for (const [input, part] of zip(inputs, withScope(`∇${node.scope}`, rule)))
      if (part && depends.has(input)) collect(input, part);
  }
  return xs.map((x) => found.get(x) ?? null);
}
