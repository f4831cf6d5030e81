// Pass 1: computes the same values by fewer nodes. Folds constants, applies the operations' rules, merges equal nodes.
import { type Graph, graphNodes } from "../graph/graph.ts";
import * as builders from "../ops/builders.ts";
import * as ops from "../ops/index.ts";
import { asInputs, isRead, type Node } from "../ops/op.ts";
import { numbers, type Typed } from "./numbers.ts";

/** An equal graph without repeated or needless nodes. */
export function simplify(graph: Graph): Graph {
  const done = new Map<Node, Node>(graph.inputs.map((node) => [node, node]));
  const shared = new Map<string, Node>();

  const simplified = (node: Node): Node => {
    const known = done.get(node);
    if (known) return known;
    const inputs = asInputs(node.inputs.map(simplified));
    const rebuilt = inputs.every((input, i) => input === node.inputs[i]) ? node : { ...node, inputs };
    const key = keyOf(rebuilt);
    let result = shared.get(key);
    if (!result) {
      const better = fold(rebuilt) ?? rebuilt.op.simplify?.(builders, rebuilt as never) ?? null;
      result = better ? simplified(better) : rebuilt;
      shared.set(key, result);
    }
    done.set(node, result);
    done.set(rebuilt, result);
    return result;
  };

  for (const node of graphNodes(graph)) simplified(node);
  return {
    ...graph,
    outputs: graph.outputs.map(simplified),
    assignments: graph.assignments.map(({ variable, value }) => ({ variable, value: simplified(value) })),
  };
}

const objectIds = new WeakMap<object, number>();
let objectCount = 0;

function objectKey(object: object): string {
  let id = objectIds.get(object);
  if (id === undefined) objectIds.set(object, (id = objectCount++));
  return `object ${id}`;
}

/** A key that is equal for nodes that compute the same. A leaf equals only itself, except for reads of one variable. */
function keyOf(node: Node): string {
  if (isRead(node)) return `read ${objectKey(node.attrs.variable)}`;
  if (node.op.kind === "leaf") return `leaf ${node.id}`;
  return `${node.op.name} ${node.inputs.map((x) => x.id)} ${attrsKey(node.attrs)} ${node.dtype}[${node.shape}]`;
}

/** Attributes as text; functions, and objects that are no plain data, are equal only to themselves. */
function attrsKey(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : `${value}`;
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(attrsKey)}]`;
  if (typeof value !== "function" && (typeof value !== "object" || value === null)) return `${value}`;
  if (Object.getPrototypeOf(value) !== Object.prototype) return objectKey(value);
  let key = "{";
  for (const name in value) key += `${name}:${attrsKey(value[name as keyof typeof value])},`;
  return `${key}}`;
}

/**
 * An elementwise operation on constants is a constant, where folding it rounds as every backend does; and so is a
 * constant that is moved.
 */
function fold(node: Node): Node | null {
  if (node.op.kind === "movement" && !node.op.fill) return ops.constantLike(node.inputs[0], node.shape);
  if (node.op.kind !== "elementwise" || !node.op.exact || node.inputs.length === 0) return null;
  const operands: Typed[] = [];
  for (const input of node.inputs) {
    const value = ops.constantValue(input);
    if (value === undefined) return null;
    operands.push({ value, dtype: input.dtype });
  }
  return ops.full(node.shape, node.op.scalar(numbers, asInputs(operands), node.attrs).value, node.dtype);
}
