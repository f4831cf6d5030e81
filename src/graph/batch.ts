// Batching: turns a graph that was written for one example into one that computes many at once.
import { ArgumentError } from "../errors.ts";
import * as builders from "../ops/builders.ts";
import * as ops from "../ops/index.ts";
import { apply, asInputs, type ContractLabels, type Inputs, type Node, type Rewrite, withInputs } from "../ops/op.ts";
import { inversePermutation, moveBlock } from "../shape.ts";
import type { Each } from "../zip.ts";
import { type Batched, type BatchedLoop, type BodyBatching, batchedResult, LoopBatching } from "./batch-loop.ts";
import { topologicalOrder } from "./order.ts";

/**
 * Computes the graph behind `roots` for `size` examples at once. `given` replaces leaves by nodes with the batch axis
 * in front. The kind of a node's operation decides which rule it follows, unless the operation declares one of its own.
 */
export function batchNodes<const N extends readonly Node[]>(
  roots: N,
  given: ReadonlyMap<Node, Node>,
  size: number,
): Each<N, Batched> {
  return new Batching(size).nodes(roots, given) as Each<N, Batched>;
}

class Batching implements BodyBatching {
  readonly #size: number;
  readonly #outer: Batching | null;
  readonly #done = new Map<Node, Batched>();
  /** Rewrite the graph that a custom gradient rule has captured, for values with and without the batch axis. */
  readonly #rewrite: Rewrite;
  readonly #rewriteShared: Rewrite;
  readonly #loops: LoopBatching;
  readonly #loopOf = new Map<Node, BatchedLoop>();

  /** `outer` is the batching of the graph around a loop, if this one is for the loop's body. */
  constructor(size: number, outer: Batching | null = null) {
    this.#size = size;
    this.#outer = outer;
    this.#rewrite = (nodes, given) => this.nodes(nodes, given).map((x) => this.#spread(x));
    this.#rewriteShared = (nodes, given) => {
      for (const [node, other] of given) this.place(node, { node: other, hasAxis: false });
      return this.batch(nodes).map(({ node, hasAxis }) => {
        if (hasAxis)
          throw new ArgumentError(
            "vmap: expected a rule of customGradient to use only its arguments, got a value from outside that " +
              "depends on the example. Make it an argument of the function.",
          );
        return node;
      });
    };
    this.#loops = new LoopBatching(
      size,
      () => new Batching(size, this),
      (x) => this.#spread(x),
    );
  }

  nodes(roots: readonly Node[], given: ReadonlyMap<Node, Node>): Batched[] {
    for (const [node, other] of given) this.place(node, { node: other, hasAxis: true });
    return this.batch(roots);
  }

  place(leaf: Node, other: Batched): void {
    this.#done.set(leaf, other);
  }

  /** A gradient rule that was written inside a loop may refer to leaves outside of it. */
  placed(leaf: Node): Batched | undefined {
    return this.#done.get(leaf) ?? (leaf.inputs.length === 0 ? this.#outer?.placed(leaf) : undefined);
  }

  batch(roots: readonly Node[]): Batched[] {
    // A node that has its numbers already does not depend on the example.
    const isLeaf = (node: Node): boolean => this.#done.has(node) || node.value !== undefined;
    const now = (node: Node): Batched => this.#done.get(node)!; // A node comes after its inputs, and a root after all.
    for (const node of topologicalOrder(roots, isLeaf)) {
      if (this.#done.has(node)) continue;
      const inputs = isLeaf(node) ? [] : node.inputs.map(now);
      this.#done.set(node, this.placed(node) ?? this.#batch(node, asInputs(inputs)));
    }
    return roots.map(now);
  }

  #batch(node: Node, inputs: Inputs<Batched>): Batched {
    const { op } = node;
    const isOrdering = op.kind === "movement" && op.waits === true;
    // Inputs that are only waited for do not give the node a batch axis.
    if (!inputs.some((x, i) => x.hasAxis && (i === 0 || !isOrdering))) {
      const same = inputs.every((x, i) => x.node === node.inputs[i]);
      return {
        node: same
          ? node
          : withInputs(
              node,
              inputs.map((x) => x.node),
              op.rewritten?.(node, this.#rewriteShared),
            ),
        hasAxis: false,
      };
    }
    if (isOrdering)
      return {
        node: apply(
          op,
          inputs.map((x) => x.node),
          node.attrs,
        ),
        hasAxis: true,
      };
    if (op.kind === "loop") {
      const batched = this.#loops.batch(node, inputs);
      this.#loopOf.set(node, batched);
      return { node: batched.loop, hasAxis: true };
    }
    if (op.kind === "result") return batchedResult(this.#loopOf.get(node.inputs[0])!, node.attrs.index);
    if (op.batch)
      return {
        node: op.batch(builders, node as never, asInputs(inputs.map((x) => this.#spread(x))), this.#rewrite),
        hasAxis: true,
      };
    return { node: this.#byKind(node, inputs), hasAxis: true };
  }

  #byKind(node: Node, inputs: Inputs<Batched>): Node {
    const { op, attrs } = node;
    switch (op.kind) {
      case "elementwise":
        return apply(
          op,
          inputs.map((x) => this.#spread(x)),
          attrs,
        );
      case "reduce":
        return apply(op, [inputs[0].node], { ...attrs, axes: attrs.axes.map((axis: number) => axis + 1) });
      case "join":
        return apply(
          op,
          inputs.map((x) => this.#spread(x)),
          { ...attrs, axis: attrs.axis + 1 },
        );
      case "routine":
        return apply(op, [inputs[0].node], { ...attrs, axis: attrs.axis + 1 });
      case "contract":
        return contract(node, inputs);
      case "gather":
        return this.#gather(node, inputs);
      case "scatter":
        return this.#scatter(node, inputs);
      default:
        throw new ArgumentError(
          `vmap: ${op.name} has no form with a batch axis. Call it outside of vmap, or once for each example.`,
        );
    }
  }

  /** The node with the batch axis; a value that all examples share is broadcast along it. */
  #spread({ node, hasAxis }: Batched): Node {
    return hasAxis ? node : ops.broadcast(ops.reshape(node, [1, ...node.shape]), [this.#size, ...node.shape]);
  }

  #gather({ attrs: { axis }, inputs: [one] }: Node, [x, indices]: Inputs<Batched>): Node {
    if (!indices.hasAxis) return ops.gather(x.node, indices.node, axis + 1);
    if (!x.hasAxis)
      return ops.permute(
        ops.gather(x.node, indices.node, axis),
        moveBlock(0, axis, 1, one.shape.length + indices.node.shape.length - 1),
      );
    // Each example indexes its own rows: concatenate the rows of all examples, and shift the indices accordingly.
    const length = one.shape[axis]!;
    const moved = ops.permute(x.node, [0, ...moveBlock(0, axis, 1, one.shape.length).map((a) => a + 1)]);
    const rows = ops.reshape(moved, [this.#size * length, ...moved.shape.slice(2)]);
    const rank = indices.node.shape.length;
    const taken = ops.gather(rows, this.#concatenatedIndices(indices.node, length), 0);
    return ops.permute(taken, moveBlock(1, rank - 1, axis, taken.shape.length));
  }

  #scatter({ attrs: { axis, size }, inputs: [, one] }: Node, [updates, indices]: Inputs<Batched>): Node {
    if (!indices.hasAxis) return ops.scatterAdd(updates.node, indices.node, axis + 1, size);
    const given = this.#spread(updates);
    const rank = one.shape.length;
    const rows = ops.permute(given, inversePermutation(moveBlock(1, rank, axis, given.shape.length)));
    const added = ops.scatterAdd(rows, this.#concatenatedIndices(indices.node, size), 0, this.#size * size);
    const apart = ops.reshape(added, [this.#size, size, ...added.shape.slice(1)]);
    return ops.permute(apart, moveBlock(1, 1, axis, apart.shape.length));
  }

  /** Turns indices in [0, length) of each example into indices of the concatenated rows of all examples. */
  #concatenatedIndices(indices: Node, length: number): Node {
    const inside = ops.cast(ops.minimum(ops.maximum(indices, 0), length - 1), "int32");
    return ops.add(inside, ops.mul(ops.iota(indices.shape, 0, "int32"), length));
  }
}

/** A batched product: the batch axis is one more label, on the operands that have the axis and on the output. */
function contract(node: Node, [a, b]: Inputs<Batched>): Node {
  const labels = node.attrs as ContractLabels;
  const batch = 1 + Math.max(-1, ...labels.a, ...labels.b);
  const own = (x: Batched, of: readonly number[]): readonly number[] => (x.hasAxis ? [batch, ...of] : of);
  return ops.contract(a.node, b.node, { a: own(a, labels.a), b: own(b, labels.b), out: [batch, ...labels.out] });
}
