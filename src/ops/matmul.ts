// The matrix product: the contraction of last axes, with NumPy's rules for vectors and leading axes.
import { dtypeInfo } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, type Shape } from "../shape.ts";
import { contract } from "./contract.ts";
import { cast } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import type { Node } from "./op.ts";

/**
 * The product of matrices; a vector is a row on the left and a column on the right, and leading axes broadcast.
 */
export function matmul(a: Node, b: Node): Node {
  const fail = (why: string): never => {
    throw new ShapeError(`matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: ${why}.`);
  };
  if (a.shape.length === 0 || b.shape.length === 0) fail("a scalar is no matrix; use mul");
  const asFloat = (x: Node): Node => (dtypeInfo(x.dtype).isFloat ? x : cast(x, "float32"));
  const [rankA, rankB] = [a.shape.length, b.shape.length];
  const [m, k, n] = [-1, -2, -3];
  const inner = a.shape[rankA - 1];
  if (inner !== b.shape[Math.max(0, rankB - 2)]) {
    fail(
      `the last axis of the first is ${inner}, and ${rankB > 1 ? "the last but one" : "the only one"} of the second ` +
        `is ${b.shape[Math.max(0, rankB - 2)]}`,
    );
  }
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const rank = Math.max(batchA.length, batchB.length);
  // Leading axes are labelled from the right. An axis of length 1 is dropped if the other is longer: so it broadcasts.
  const squeeze = (x: Node, batch: Shape, other: Shape, tail: number[]): { node: Node; labels: number[] } => {
    const labels: number[] = [];
    const shape: number[] = [];
    batch.forEach((length, i) => {
      const against = other[other.length - batch.length + i];
      if (against !== undefined && against !== length && against !== 1 && length !== 1)
        fail(`leading axes ${length} and ${against} do not broadcast`);
      if (length === 1 && against !== undefined && against !== 1) return;
      labels.push(rank - batch.length + i);
      shape.push(length);
    });
    return { node: reshape(x, [...shape, ...x.shape.slice(batch.length)]), labels: [...labels, ...tail] };
  };
  const left = squeeze(asFloat(a), batchA, batchB, rankA > 1 ? [m, k] : [k]);
  const right = squeeze(asFloat(b), batchB, batchA, rankB > 1 ? [k, n] : [k]);
  const out = [...Array.from({ length: rank }, (_, i) => i), ...(rankA > 1 ? [m] : []), ...(rankB > 1 ? [n] : [])];
  return contract(left.node, right.node, { a: left.labels, b: right.labels, out });
}
