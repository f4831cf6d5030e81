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
  const order = topologicalOrder([y]);
  const depends = new Set<Node>(xs);
  for (const node of order) if (node.inputs.some((input) => depends.has(input))) depends.add(node);

  const cotangents = new Map<Node, Node>([[y, seed ?? ops.full(y.shape, 1, y.dtype)]]);
  for (const node of order.reverse()) {
    const dy = cotangents.get(node);
    if (!dy || !depends.has(node) || !node.inputs.some((input) => depends.has(input))) continue;
    const given = withScope(`∇${node.scope}`, () => node.op.vjp(ops, dy, node.inputs, node as never));
    node.inputs.forEach((input, i) => {
      const part = given[i];
      if (!part || !depends.has(input)) return;
      const sofar = cotangents.get(input);
      cotangents.set(input, sofar ? ops.add(sofar, part) : part);
    });
  }
  return xs.map((x) => cotangents.get(x) ?? ops.full(x.shape, 0, x.dtype));
}
