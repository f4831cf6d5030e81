// Defers sums over a loop's steps until after the loop: sixty-four thin products become one thick one.
import * as ops from "../ops/index.ts";
import { apply, type ContractLabels, type Node } from "../ops/op.ts";

/** A sum over all steps, computed from operands whose steps are stacked along a new first axis. */
export interface Deferred {
  readonly operands: readonly Node[];
  readonly finish: (stackOf: (node: Node) => Node) => Node;
}

/**
 * Σ over the steps of `part`, as a product or scatter of stacked operands; null where adding step by step is as good.
 * `varies` says if a node changes from step to step. Plain sums of nodes in `stacked` are deferred too.
 */
export function deferSum(
  part: Node,
  varies: (node: Node) => boolean,
  stacked: ReadonlySet<Node> | null,
): Deferred | null {
  const { op, attrs, inputs } = part;
  const [a, b] = inputs;
  switch (op.kind) {
    case "contract": {
      if (!varies(a) || !varies(b)) return null;
      const labels = attrs as ContractLabels;
      const step = 1 + Math.max(0, ...labels.a, ...labels.b);
      return {
        operands: [a, b],
        finish: (stackOf) =>
          ops.contract(stackOf(a), stackOf(b), { a: [step, ...labels.a], b: [step, ...labels.b], out: labels.out }),
      };
    }
    case "scatter": {
      if (!varies(a) || !varies(b) || attrs.axis !== 0) return null;
      return { operands: [a, b], finish: (stackOf) => ops.scatterAdd(stackOf(a), stackOf(b), 0, attrs.size) };
    }
    case "reduce": {
      if (op.combine !== "add" || !stacked?.has(a)) return null;
      return {
        operands: [a],
        finish: (stackOf) => ops.sum(stackOf(a), [0, ...attrs.axes.map((axis: number) => axis + 1)]),
      };
    }
    case "movement": {
      // Movement and summation commute, unless the movement fills with something other than 0.
      if (inputs.length !== 1 || (op.fill && op.fill(part).value !== 0)) return null;
      const inner = deferSum(a, varies, stacked);
      return inner && { operands: inner.operands, finish: (stackOf) => apply(op, [inner.finish(stackOf)], attrs) };
    }
    case "elementwise": {
      if (!op.isSum) return null;
      const [left, right] = [deferSum(a, varies, stacked), deferSum(b, varies, stacked)];
      return (
        left &&
        right && {
          operands: [...left.operands, ...right.operands],
          finish: (stackOf) => ops.add(left.finish(stackOf), right.finish(stackOf)),
        }
      );
    }
    default:
      return null;
  }
}
