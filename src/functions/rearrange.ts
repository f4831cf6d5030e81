// Functions that rearrange elements, with NumPy's names.
import { ArgumentError, ShapeError } from "../errors.ts";
import { checkCount, checkOptions, describe } from "../options.ts";
import { type Axes, formatShape, normalizeAxes, normalizeAxis, type Shape } from "../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { zip } from "../zip.ts";
import { concatenate } from "./array.ts";

/**
 * The same elements in row-major order under another shape; one length may be −1 and is inferred.
 *
 * @throws ShapeError where the shape does not hold as many elements
 * @example await reshape([1, 2, 3, 4], [2, -1]).array(); // [[1, 2], [3, 4]]
 */
export const reshape = (x: TensorLike, shape: Shape): Tensor => asTensor(x).reshape(shape);
/**
 * Permutes axes: axis i of the result is axis `axes[i]` of x. Default: all axes in reverse order.
 *
 * @example await transpose([[1, 2], [3, 4]]).array(); // [[1, 3], [2, 4]]
 */
export const transpose = (x: TensorLike, axes?: readonly number[]): Tensor => asTensor(x).transpose(axes);
/**
 * Drops axes of length 1. Default: all of them.
 *
 * @throws ShapeError where a named axis is longer than 1
 * @example squeeze(ones([1, 3, 1])).shape; // [3]
 */
export const squeeze = (x: TensorLike, axes?: Axes): Tensor => asTensor(x).squeeze(axes);
/**
 * Inserts an axis of length 1 at index `axis`.
 *
 * @example expandDims(ones([2, 3]), 1).shape; // [2, 1, 3]
 */
export const expandDims = (x: TensorLike, axis: number): Tensor => asTensor(x).expandDims(axis);
/**
 * Repeats axes of length 1 to the lengths of `shape`; missing axes are added on the left.
 *
 * @throws ShapeError where x does not broadcast to the shape
 * @example await broadcastTo([1, 2], [2, 2]).array(); // [[1, 2], [1, 2]]
 */
export const broadcastTo = (x: TensorLike, shape: Shape): Tensor => asTensor(x).broadcastTo(shape);
/**
 * Reverses the elements along axes (default: all).
 *
 * @example await flip([1, 2, 3]).array(); // [3, 2, 1]
 */
export const flip = (x: TensorLike, axes?: Axes): Tensor => asTensor(x).flip(axes);
/**
 * Adds `[before, after]` elements of `value` (default: 0) to the ends of each axis.
 *
 * @throws ArgumentError unless there is a pair for each axis
 * @example await pad([1, 2], [[1, 2]]).array(); // [0, 1, 2, 0, 0]
 */
export const pad = (x: TensorLike, widths: readonly (readonly [number, number])[], value = 0): Tensor =>
  asTensor(x).pad(widths, value);
/**
 * The slices of x along `axis` (default: 0) at `indices`, in their order.
 *
 * @example await take([10, 20, 30], [2, 0]).array(); // [30, 10]
 */
export const take = (x: TensorLike, indices: TensorLike, axis = 0): Tensor => asTensor(x).take(indices, axis);

/**
 * Exchanges two axes.
 *
 * @example swapaxes(ones([2, 3, 4]), 0, 2).shape; // [4, 3, 2]
 */
export function swapaxes(x: TensorLike, axis1: number, axis2: number): Tensor {
  const at = asTensor(x);
  const [first, second] = [normalizeAxis(axis1, at.ndim, "swapaxes"), normalizeAxis(axis2, at.ndim, "swapaxes")];
  return at.transpose(at.shape.map((_, i) => (i === first ? second : i === second ? first : i)));
}

/**
 * Moves axes to other positions; the rest keep their order.
 *
 * @throws ArgumentError where the two lists differ in length
 * @example moveaxis(ones([2, 3, 4]), 0, -1).shape; // [3, 4, 2]
 */
export function moveaxis(x: TensorLike, from: Axes, to: Axes): Tensor {
  const at = asTensor(x);
  const list = (axes: Axes): number[] => {
    normalizeAxes(axes, at.ndim, "moveaxis");
    return (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(axis, at.ndim, "moveaxis"));
  };
  const [sources, targets] = [list(from), list(to)];
  if (sources.length !== targets.length)
    throw new ArgumentError(
      `moveaxis: expected ${sources.length} targets for ${sources.length} axes of ${formatShape(at.shape)}, ` +
        `got ${targets.length}.`,
    );
  const order = at.shape.map((_, i) => i).filter((i) => !sources.includes(i));
  for (const [target, source] of zip(targets, sources).sort(([a], [b]) => a - b)) order.splice(target, 0, source);
  return at.transpose(order);
}

/**
 * x repeated `reps` times along each axis; one number repeats the last. Missing axes are added at the left.
 *
 * @example await tile([1, 2], 2).array(); // [1, 2, 1, 2]
 */
export function tile(x: TensorLike, reps: number | readonly number[]): Tensor {
  const at = asTensor(x);
  const given = (typeof reps === "number" ? [reps] : reps).map((n) => checkCount("tile", "a repetition", n, 0));
  const rank = Math.max(at.ndim, given.length);
  const shape = [...new Array<number>(rank - at.ndim).fill(1), ...at.shape];
  const times = [...new Array<number>(rank - given.length).fill(1), ...given];
  const apart = at.reshape(shape.flatMap((n) => [1, n])).broadcastTo(zip(times, shape).flat());
  return apart.reshape(zip(shape, times).map(([n, count]) => n * count));
}

/**
 * Each element (or each slice along `axis`) `count` times in a row. Without an axis x is flattened first.
 *
 * @example await repeat([1, 2], 2).array(); // [1, 1, 2, 2]
 */
export function repeat(x: TensorLike, count: number, axis?: number): Tensor {
  const given = asTensor(x);
  const at = axis === undefined ? given.reshape([given.size]) : given;
  const along = normalizeAxis(axis ?? 0, at.ndim, "repeat");
  checkCount("repeat", "count", count, 0);
  const apart = at.expandDims(along + 1);
  const wide = apart.broadcastTo(apart.shape.map((n, i) => (i === along + 1 ? count : n)));
  return wide.reshape(at.shape.map((n, i) => (i === along ? n * count : n)));
}

/**
 * Elements shifted by `shift` along an axis; those that pass the end re-enter at the start. Several axes take as many
 * shifts. Without an axis x is flattened, rolled and reshaped back.
 *
 * @example await roll([1, 2, 3, 4], 1).array(); // [4, 1, 2, 3]
 */
export function roll(x: TensorLike, shift: number | readonly number[], axis?: Axes): Tensor {
  const at = asTensor(x);
  if (axis === undefined) return roll(at.reshape([at.size]), shift, 0).reshape(at.shape);
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxis(a, at.ndim, "roll"));
  const shifts = typeof shift === "number" ? axes.map(() => shift) : shift;
  if (shifts.length !== axes.length || shifts.some((n) => !Number.isInteger(n))) {
    throw new ArgumentError(
      `roll: expected an integer for each of the ${axes.length} axes, ` +
        `got ${Array.isArray(shift) ? `[${shift}]` : describe(shift)}.`,
    );
  }
  return zip(axes, shifts).reduce((y, [a, by]) => {
    const n = y.shape[a]!;
    const wrapped = n === 0 ? 0 : ((by % n) + n) % n;
    if (wrapped === 0) return y;
    const before = Array.from({ length: a }, () => []);
    return concatenate([y.at(...before, [n - wrapped, n]), y.at(...before, [0, n - wrapped])], a);
  }, at);
}

/**
 * Coordinates of a grid over vectors: one tensor for each, all of one shape. With `indexing` "xy" (the default, as in
 * NumPy) the first vector varies along the second axis and the second along the first; with "ij" vector i varies along
 * axis i.
 *
 * @example const [x, y] = meshgrid([[0, 1, 2], [0, 1]]); // both [2, 3]
 */
export function meshgrid(vectors: readonly TensorLike[], options: { readonly indexing?: "xy" | "ij" } = {}): Tensor[] {
  checkOptions("meshgrid", options, ["indexing"]);
  const { indexing = "xy" } = options;
  const xs = vectors.map((v) => asTensor(v));
  if (indexing !== "xy" && indexing !== "ij")
    throw new ArgumentError(`meshgrid: expected indexing "xy" or "ij", got ${describe(indexing)}.`);
  const wrong = xs.find((x) => x.ndim !== 1);
  if (wrong) throw new ShapeError(`meshgrid: expected vectors, got ${formatShape(wrong.shape)}.`);
  const axes = xs.map((_, i) => (indexing === "xy" && xs.length > 1 && i < 2 ? 1 - i : i));
  const along = zip(xs, axes);
  const shape = [...along].sort(([, a], [, b]) => a - b).map(([x]) => x.size);
  return along.map(([x, own]) => x.reshape(shape.map((_, axis) => (axis === own ? x.size : 1))).broadcastTo(shape));
}
