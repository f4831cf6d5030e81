// The specification: computes each node by the plainest loop that expresses its meaning, with floats in float64.

import { numbers, wrap } from "../../compile/numbers.ts";
import { bodyGraph, type Graph, graphNodes } from "../../graph/graph.ts";
import { labelExtents } from "../../ops/contract.ts";
import { type LoopAttrs, type Resident, resultTypes } from "../../ops/index.ts";
import { asInputs, type ContractLabels, isRead, type Node } from "../../ops/op.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../shape.ts";
import { type Affine, fixed } from "../../view.ts";

/** Numbers of any dtype, held in float64. */
export type Values = Float64Array;

/** Computes every root of a graph from its inputs and variables. */
export function interpret(
  graph: Graph,
  inputs: readonly Values[],
  variables: ReadonlyMap<Resident, Values>,
): { outputs: Values[]; assigned: Values[] } {
  const known = new Map<Node, Values>(graph.inputs.map((node, i) => [node, inputs[i]!]));
  for (const node of graphNodes(graph)) {
    if (known.has(node)) continue;
    if (isRead(node)) known.set(node, variables.get(node.attrs.variable)!);
    else
      known.set(
        node,
        evaluateNode(
          node,
          node.inputs.map((x) => known.get(x)!),
        ),
      );
  }
  return {
    outputs: graph.outputs.map((x) => known.get(x)!),
    assigned: graph.assignments.map((a) => known.get(a.value)!),
  };
}

/** Computes one node from the values of its inputs; `run` interprets the body of a loop. */
export function evaluateNode(node: Node, inputs: readonly Values[], run: typeof interpret = interpret): Values {
  const { op } = node;
  const out = new Float64Array(sizeOf(node.shape));
  const [x, y] = inputs;
  switch (op.kind) {
    case "elementwise": {
      for (let i = 0; i < out.length; i++) {
        const operands = inputs.map((values, k) => ({ value: values[i]!, dtype: node.inputs[k]!.dtype }));
        out[i] = op.scalar(numbers, asInputs(operands), node.attrs).value;
      }
      return out;
    }
    case "generate": {
      forEachIndex(
        node.shape,
        (index, i) =>
          (out[i] = op.element(
            node,
            index.map((n) => fixed(n, 1)),
          ).offset),
      );
      return out;
    }
    case "movement": {
      if (!op.source) return x!.slice();
      const from = node.inputs[0].shape;
      const strides = contiguousStrides(from);
      const fill = op.fill?.(node);
      forEachIndex(node.shape, (index, i) => {
        const at = op.source!(
          node,
          index.map((n) => fixed(n, 1)),
        ).map((a: Affine) => a.offset);
        const outside = fill?.axes.some((axis: number) => at[axis]! < 0 || at[axis]! >= from[axis]!);
        out[i] = outside ? fill!.value : x![at.reduce((sum, n, axis) => sum + n * strides[axis]!, 0)]!;
      });
      return out;
    }
    case "join": {
      const { axis } = node.attrs;
      let start = 0;
      node.inputs.forEach((input, k) => {
        const strides = contiguousStrides(node.shape);
        forEachIndex(input.shape, (index, i) => {
          out[index.reduce((sum, n, a) => sum + (a === axis ? n + start : n) * strides[a]!, 0)] = inputs[k]![i]!;
        });
        start += input.shape[axis]!;
      });
      return out;
    }
    case "reduce": {
      const { axes } = node.attrs;
      const from = node.inputs[0].shape;
      out.fill(op.identity(node.dtype));
      const kept = from.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
      const strides = contiguousStrides(node.shape);
      forEachIndex(from, (index, i) => {
        const at = kept.reduce((sum, axis, k) => sum + index[axis]! * strides[k]!, 0);
        out[at] = numbers[op.combine as "add"](
          { value: out[at]!, dtype: node.dtype },
          { value: x![i]!, dtype: node.dtype },
        ).value;
      });
      return out;
    }
    case "contract":
      return contractValues(node, x!, y!);
    case "gather": {
      const { axis } = node.attrs;
      const from = node.inputs[0].shape;
      const inner = sizeOf(from.slice(axis + 1));
      forEachOuter(from, axis, y!, (outer, at, k) => {
        for (let i = 0; i < inner; i++)
          out[(outer * y!.length + k) * inner + i] = x![(outer * from[axis]! + at) * inner + i]!;
      });
      return out;
    }
    case "scatter": {
      const { axis, size } = node.attrs;
      const inner = sizeOf(node.shape.slice(axis + 1));
      forEachOuter(node.shape, axis, y!, (outer, at, k) => {
        for (let i = 0; i < inner; i++) {
          const target = (outer * size + at) * inner + i;
          out[target] = wrap(out[target]! + x![(outer * y!.length + k) * inner + i]!, node.dtype);
        }
      });
      return out;
    }
    case "loop":
      return loopValues(node, inputs, run);
    case "result": {
      const { index } = node.attrs;
      const start = resultTypes(node.inputs[0].attrs)
        .slice(0, index)
        .reduce((n, { shape }) => n + sizeOf(shape), 0);
      return x!.slice(start, start + out.length);
    }
    case "routine": {
      const { axis, descending } = node.attrs;
      const n = node.shape[axis]!;
      const inner = sizeOf(node.shape.slice(axis + 1));
      for (let row = 0; row < sizeOf(node.shape) / n; row++) {
        const at = (k: number): number => (Math.floor(row / inner) * n + k) * inner + (row % inner);
        const order = Array.from({ length: n }, (_, k) => k);
        order.sort((a, b) => compared(x![at(a)]!, x![at(b)]!, descending)).forEach((index, k) => (out[at(k)] = index));
      }
      return out;
    }
    case "leaf":
      throw new Error(`expected a node that computes, got the leaf ${op.name}`);
  }
}

/** Computes a loop: all its results, one after the other. */
function loopValues(node: Node, inputs: readonly Values[], run: typeof interpret): Values {
  const { body, length, reverse } = node.attrs as LoopAttrs;
  const graph = bodyGraph(body);
  const after = body.carries.length + body.slices.length;
  let carries = inputs.slice(0, body.carries.length);
  const stacked = body.stacked.map((y) => new Float64Array(length * sizeOf(y.shape)));
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    const slices = body.slices.map((x, i) =>
      inputs[body.carries.length + i]!.subarray(t * sizeOf(x.shape), (t + 1) * sizeOf(x.shape)),
    );
    const { outputs } = run(graph, [...carries, ...slices, ...inputs.slice(after)], new Map());
    carries = outputs.slice(0, carries.length);
    stacked.forEach((whole, i) => whole.set(outputs[carries.length + i]!, t * sizeOf(body.stacked[i]!.shape)));
  }
  const out = new Float64Array(sizeOf(node.shape));
  let at = 0;
  for (const part of [...carries, ...stacked]) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function contractValues(node: Node, a: Values, b: Values): Values {
  const labels = node.attrs as ContractLabels;
  const [shapeA, shapeB] = [node.inputs[0].shape, node.inputs[1].shape];
  const extents = labelExtents(shapeA, shapeB, labels);
  const summed = [...extents.keys()].filter((label) => !labels.out.includes(label));
  const strideOf = (of: readonly number[], shape: Shape, label: number) => {
    const axis = of.indexOf(label);
    return axis < 0 ? 0 : contiguousStrides(shape)[axis]!;
  };
  const all = [...labels.out, ...summed];
  const stridesA = all.map((label) => strideOf(labels.a, shapeA, label));
  const stridesB = all.map((label) => strideOf(labels.b, shapeB, label));
  const out = new Float64Array(sizeOf(node.shape));
  const inner = sizeOf(summed.map((label) => extents.get(label)!));
  forEachIndex(
    all.map((label) => extents.get(label)!),
    (index, i) => {
      let atA = 0;
      let atB = 0;
      for (let k = 0; k < index.length; k++) {
        atA += index[k]! * stridesA[k]!;
        atB += index[k]! * stridesB[k]!;
      }
      out[Math.floor(i / inner)]! += a[atA]! * b[atB]!;
    },
  );
  return out;
}

/** Negative if a sorts before b, positive if after. NaN is greater than every number. */
function compared(a: number, b: number, descending: boolean): number {
  const [noA, noB] = [Number.isNaN(a), Number.isNaN(b)];
  const order = noA || noB ? Number(noA) - Number(noB) : Number(a > b) - Number(a < b);
  return descending ? -order : order;
}

/** Visits every index of a shape in row-major order. The index array is reused. */
function forEachIndex(shape: Shape, visit: (index: number[], flat: number) => void): void {
  const size = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  for (let i = 0; i < size; i++) {
    visit(index, i);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}

/**
 * Visits each combination of a flat index over the axes before `axis` and one of `indices` along it, clamped to range.
 */
function forEachOuter(
  shape: Shape,
  axis: number,
  indices: Values,
  visit: (outer: number, at: number, k: number) => void,
): void {
  const outers = sizeOf(shape.slice(0, axis));
  for (let outer = 0; outer < outers; outer++) {
    indices.forEach((index, k) => visit(outer, Math.min(shape[axis]! - 1, Math.max(0, index)), k));
  }
}
