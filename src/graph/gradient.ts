// Reverse-mode differentiation as a transformation from graph to graph.
import { dtypeInfo } from "../dtype.ts";
import { ArgumentError, DTypeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import type { Node } from "../ops/op.ts";
import { withScope } from "../ops/op.ts";
import { formatShape } from "../shape.ts";
import { topologicalOrder } from "./order.ts";

/**
 * The cotangents of `xs`: d(Σ seed·y)/dx for each x. Nodes that `y` does not depend on get zeros.
 * The graph is already there and its gradient is more graph, so that a gradient has a gradient.
 */
export function gradientNodes(y: Node, xs: readonly Node[], seed?: Node): Node[] {
  if (!dtypeInfo(y.dtype).isFloat) throw new DTypeError(`gradient: only floats have one, but the value is ${y.dtype}.`);
  if (!seed && y.shape.length > 0 && y.shape.some((n) => n !== 1)) {
    throw new ArgumentError(`gradient: the value must be one number, but its shape is ${formatShape(y.shape)}; take its sum or mean first.`);
  }
  const found = cotangentNodes([y], [seed ?? ops.full(y.shape, 1, y.dtype)], xs);
  return xs.map((x, i) => found[i] ?? ops.full(x.shape, 0, x.dtype));
}

/** d(Σᵢ Σ seedᵢ·yᵢ)/dx for each x; null where none flows. */
export function cotangentNodes(ys: readonly Node[], seeds: readonly Node[], xs: readonly Node[]): (Node | null)[] {
  const order = topologicalOrder(ys);
  const depends = new Set<Node>(xs);
  for (const node of order) if (node.inputs.some((input) => depends.has(input))) depends.add(node);

  const cotangents = new Map<Node, Node>();
  const addTo = (node: Node, part: Node): void => {
    const sofar = cotangents.get(node);
    cotangents.set(node, sofar ? ops.add(sofar, part) : part);
  };
  ys.forEach((y, i) => addTo(y, seeds[i]!));
  for (const node of order.reverse()) {
    const dy = cotangents.get(node);
    if (!dy || !depends.has(node) || !node.inputs.some((input) => depends.has(input))) continue;
    const given = withScope(`∇${node.scope}`, () => node.op.vjp(ops, dy, node.inputs, node as never));
    node.inputs.forEach((input, i) => {
      const part = given[i];
      if (part && depends.has(input)) addTo(input, part);
    });
  }
  return xs.map((x) => cotangents.get(x) ?? null);
}
