// The specification: computes each node by the plainest loop that expresses its meaning, with floats in float64.

import { instruction, wrap } from "../../compile/numbers.ts";
import { bodyGraph, type Graph, graphNodes } from "../../graph/graph.ts";
import { labelExtents } from "../../ops/contract.ts";
import { type LoopAttrs, type Resident, resultTypes } from "../../ops/index.ts";
import { asInputs, type ContractLabels, isRead, type MovementOp, type Node } from "../../ops/op.ts";
import { contiguousStrides, type Shape, sizeOf } from "../../shape.ts";
import { type Affine, identityIndex } from "../../view.ts";
import { zip } from "../../zip.ts";
import { columns } from "./columns.ts";

/** Numbers of any dtype, held in float64. */
export type Values = Float64Array;

/** Computes every root of a graph from its inputs and variables. */
export function interpret(
  graph: Graph,
  inputs: readonly Values[],
  variables: ReadonlyMap<Resident, Values>,
): { outputs: Values[]; assigned: Values[] } {
  const known = new Map<Node, Values>(zip(graph.inputs, inputs));
  const valuesOf = (node: Node): Values => known.get(node)!; // A node comes after its inputs, and a root after all.
  for (const node of graphNodes(graph)) {
    if (known.has(node)) continue;
    const values = isRead(node) ? variables.get(node.attrs.variable) : evaluateNode(node, node.inputs.map(valuesOf));
    if (values) known.set(node, values);
  }
  return {
    outputs: graph.outputs.map(valuesOf),
    assigned: graph.assignments.map(({ value }) => valuesOf(value)),
  };
}

/** Computes one node from the values of its inputs; `run` interprets the body of a loop. */
export function evaluateNode(node: Node, inputs: readonly Values[], run: typeof interpret = interpret): Values {
  const { op } = node;
  const out = new Float64Array(sizeOf(node.shape));
  const [x, y] = asInputs(inputs);
  switch (op.kind) {
    case "elementwise": {
      const operands = asInputs([...zip(node.inputs, inputs)].map(([{ dtype }, values]) => ({ values, dtype })));
      return op.scalar(columns(sizeOf(node.shape)), operands, node.attrs).values;
    }
    case "generate": {
      const element = op.element(node, identityIndex(node.shape));
      forEachIndex(node.shape, (index, i) => (out[i] = valueAt(element, index)));
      return out;
    }
    case "movement": {
      if (!op.source) return x.slice();
      const from = sourceOffsets(node);
      const fill = op.fill?.(node).value ?? Number.NaN;
      for (let i = 0; i < out.length; i++) out[i] = from[i]! < 0 ? fill : x[from[i]!]!;
      return out;
    }
    case "join": {
      const { axis } = node.attrs;
      const row = sizeOf(node.shape.slice(axis));
      let start = 0;
      for (const [{ shape }, values] of zip(node.inputs, inputs)) {
        const part = sizeOf(shape.slice(axis));
        for (let at = 0; at * part < values.length; at++)
          out.set(values.subarray(at * part, (at + 1) * part), at * row + start);
        start += part;
      }
      return out;
    }
    case "reduce": {
      const { axes } = node.attrs;
      const from = node.inputs[0].shape;
      out.fill(op.identity(node.dtype));
      const kept = contiguousStrides(from.map((n, axis) => (axes.includes(axis) ? 1 : n)));
      const strides = kept.map((stride, axis) => (axes.includes(axis) ? 0 : stride));
      const combine = instruction(op.combine, node.dtype, node.dtype);
      forEachIndex(from, (index, i) => {
        const at = offsetOf(index, strides);
        out[at] = combine(out[at]!, x[i]!, 0);
      });
      return out;
    }
    case "contract":
      return contractValues(node, x, y);
    case "gather": {
      const { axis } = node.attrs;
      const from = node.inputs[0].shape;
      const inner = sizeOf(from.slice(axis + 1));
      forEachOuter(from, axis, y, (outer, row, k) =>
        out.set(x.subarray(row * inner, (row + 1) * inner), (outer * y.length + k) * inner),
      );
      return out;
    }
    case "scatter": {
      const inner = sizeOf(node.shape.slice(node.attrs.axis + 1));
      forEachOuter(node.shape, node.attrs.axis, y, (outer, row, k) => {
        for (let i = 0; i < inner; i++) {
          const target = row * inner + i;
          out[target] = wrap(out[target]! + x[(outer * y.length + k) * inner + i]!, node.dtype);
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
      return x.slice(start, start + out.length);
    }
    case "routine": {
      const { axis, descending } = node.attrs;
      const n = node.shape[axis]!;
      const inner = sizeOf(node.shape.slice(axis + 1));
      for (let row = 0; row < sizeOf(node.shape) / n; row++) {
        const at = (k: number): number => (Math.floor(row / inner) * n + k) * inner + (row % inner);
        const order = Array.from({ length: n }, (_, index) => ({ index, value: x[at(index)]! }));
        order.sort((a, b) => compared(a.value, b.value, descending)).forEach(({ index }, k) => (out[at(k)] = index));
      }
      return out;
    }
    case "leaf":
      throw new Error(`expected a node that computes, got the leaf ${op.name}`);
  }
}

/** The value of an affine function at an index; a constant keeps the sign of a zero. */
function valueAt({ offset, coefficients }: Affine, index: readonly number[]): number {
  let value = offset;
  for (let axis = 0; axis < index.length; axis++) {
    if (coefficients[axis] !== 0) value += index[axis]! * coefficients[axis]!;
  }
  return value;
}

/** What {@link sourceOffsets} found. Finite differences interpret one graph hundreds of times. */
const knownOffsets = new WeakMap<Node, Int32Array>();

/** The offset in its input of each element of a movement; −1 for an element that lies outside and is filled. */
function sourceOffsets(node: Node): Int32Array {
  const known = knownOffsets.get(node);
  if (known) return known;
  const op = node.op as MovementOp<any>;
  const from = node.inputs[0].shape;
  const strides = contiguousStrides(from);
  const filled = op.fill?.(node).axes ?? [];
  const offsets = new Int32Array(sizeOf(node.shape));
  const source = op.source!(node, identityIndex(node.shape));
  forEachIndex(node.shape, (index, i) => {
    const at = source.map((along) => valueAt(along, index));
    const isOutside = filled.some((axis) => at[axis]! < 0 || at[axis]! >= from[axis]!);
    offsets[i] = isOutside ? -1 : offsetOf(at, strides);
  });
  knownOffsets.set(node, offsets);
  return offsets;
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
    const slices = inputs
      .slice(carries.length, after)
      .map((stack) => stack.subarray((t * stack.length) / length, ((t + 1) * stack.length) / length));
    const { outputs } = run(graph, [...carries, ...slices, ...inputs.slice(after)], new Map());
    carries = outputs.slice(0, carries.length);
    for (const [whole, part] of zip(stacked, outputs.slice(carries.length))) whole.set(part, t * part.length);
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
  const [{ shape: shapeA }, { shape: shapeB }] = node.inputs;
  const extents = labelExtents(shapeA, shapeB, labels);
  const extentOf = (label: number): number => extents.get(label)!; // Each label is on one of the operands.
  const summed = [...extents.keys()].filter((label) => !labels.out.includes(label));
  /** The offset in an operand of each index over some labels; an operand without a label has one place for all. */
  const offsets = (over: readonly number[], of: readonly number[], shape: Shape): number[] => {
    const strides = over.map((label) => contiguousStrides(shape)[of.indexOf(label)] ?? 0);
    const list: number[] = [];
    forEachIndex(over.map(extentOf), (index) => list.push(offsetOf(index, strides)));
    return list;
  };
  const [outA, outB] = [offsets(labels.out, labels.a, shapeA), offsets(labels.out, labels.b, shapeB)];
  const [sumA, sumB] = [offsets(summed, labels.a, shapeA), offsets(summed, labels.b, shapeB)];
  return Float64Array.from(outA, (startA, i) => {
    let sum = 0;
    for (let k = 0; k < sumA.length; k++) sum += a[startA + sumA[k]!]! * b[outB[i]! + sumB[k]!]!;
    return sum;
  });
}

/** Negative if a sorts before b, positive if after. NaN is greater than every number. */
function compared(a: number, b: number, descending: boolean): number {
  const [noA, noB] = [Number.isNaN(a), Number.isNaN(b)];
  const order = noA || noB ? Number(noA) - Number(noB) : Number(a > b) - Number(a < b);
  return descending ? -order : order;
}

/** The offset of an index in a buffer with these strides. */
function offsetOf(index: readonly number[], strides: readonly number[]): number {
  let offset = 0;
  for (let axis = 0; axis < index.length; axis++) offset += index[axis]! * strides[axis]!;
  return offset;
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
 * Visits each combination of a flat index over the axes before `axis` and one of `indices` along it, clamped to range;
 * `row` is the flat index of both.
 */
function forEachOuter(
  shape: Shape,
  axis: number,
  indices: Values,
  visit: (outer: number, row: number, k: number) => void,
): void {
  const outers = sizeOf(shape.slice(0, axis));
  const length = shape[axis]!;
  for (let outer = 0; outer < outers; outer++) {
    indices.forEach((index, k) => visit(outer, outer * length + Math.min(length - 1, Math.max(0, index)), k));
  }
}
