// Products of vectors, matrices and tensors, with NumPy's names.
import { ArgumentError, ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { formatShape, normalizeAxis } from "../shape.ts";
import { asFloat, Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";

/**
 * a[i] · b[j] for all i and j; both are flattened first.
 *
 * @example await outer([1, 2], [3, 4]).array(); // [[3, 4], [6, 8]]
 */
export function outer(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asFloat(a), asFloat(b)];
  return x.reshape([x.size, 1]).mul(y.reshape([1, y.size]));
}

/**
 * Σ a·b over pairs of axes. A number n as `axes` pairs the last n axes of a with the first n of b (default: 2); two
 * lists are paired entry by entry. The result has the other axes of a, then those of b.
 *
 * @throws ShapeError if paired axes differ in length
 * @example tensordot(ones([2, 3, 4]), ones([4, 3, 5]), [[1, 2], [1, 0]]).shape; // [2, 5]
 */
export function tensordot(
  a: TensorLike,
  b: TensorLike,
  axes: number | readonly [readonly number[], readonly number[]] = 2,
): Tensor {
  const [x, y] = [asFloat(a), asFloat(b)];
  const fail = (why: string): never => {
    throw new ShapeError(`tensordot: ${formatShape(x.shape)} and ${formatShape(y.shape)} do not fit: ${why}.`);
  };
  if (typeof axes === "number" && (!Number.isInteger(axes) || axes < 0 || axes > Math.min(x.ndim, y.ndim)))
    fail(`they do not both have ${axes} axes to sum over`);
  const [left, right] =
    typeof axes === "number"
      ? [Array.from({ length: axes }, (_, i) => x.ndim - axes + i), Array.from({ length: axes }, (_, i) => i)]
      : [
          axes[0].map((i) => normalizeAxis(i, x.ndim, "tensordot")),
          axes[1].map((i) => normalizeAxis(i, y.ndim, "tensordot")),
        ];
  if (left.length !== right.length)
    throw new ArgumentError(`tensordot: expected axes in pairs, got [${left}] and [${right}].`);
  const pairs = zip(right, left);
  for (const [second, first] of pairs)
    if (x.shape[first] !== y.shape[second])
      fail(`axis ${first} of the first is ${x.shape[first]}, and axis ${second} of the second is ${y.shape[second]}`);
  const partner = new Map(pairs);
  const labelsA = x.shape.map((_, i) => i);
  const labelsB = y.shape.map((_, i) => partner.get(i) ?? x.ndim + i);
  const out = [...labelsA.filter((i) => !left.includes(i)), ...labelsB.filter((_, i) => !right.includes(i))];
  return new Tensor(ops.contract(x.node, y.node, { a: labelsA, b: labelsB, out }));
}

/**
 * NumPy's dot: for vectors the sum of products, for matrices the matrix product; in general the sum over the last axis
 * of a and the last but one of b (the only one of a vector). A scalar multiplies.
 *
 * @throws ShapeError if the summed axes differ in length
 * @example await dot([1, 2], [3, 4]).item(); // 11
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = [asFloat(a), asFloat(b)];
  if (x.ndim === 0 || y.ndim === 0) return x.mul(y);
  const axis = Math.max(0, y.ndim - 2);
  if (x.shape.at(-1) !== y.shape[axis]) {
    throw new ShapeError(
      `dot: ${formatShape(x.shape)} and ${formatShape(y.shape)} do not fit: the last axis of the first is ` +
        `${x.shape.at(-1)}, and axis ${axis} of the second is ${y.shape[axis]}.`,
    );
  }
  return tensordot(x, y, [[x.ndim - 1], [axis]]);
}
