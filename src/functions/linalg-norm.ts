// Norms of vectors and matrices.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions, describe } from "../options.ts";
import { type Axes, formatShape, normalizeAxes } from "../shape.ts";
import { asFloat, type Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";
import { svd } from "./linalg-svd.ts";
import { moveaxis } from "./rearrange.ts";
import { norm as length } from "./reductions.ts";

/** The options of {@link norm}. */
export interface NormOptions {
  /**
   * Of vectors: any number, with Infinity, −Infinity and 0 (the number of elements that are not 0). Of matrices:
   * `"fro"`, `"nuc"`, 1, −1, 2, −2, Infinity, −Infinity. Default: √Σ x² of either.
   */
  readonly ord?: number | "fro" | "nuc";
  /** One axis for vectors, two for matrices. Default: all axes, of which there must be one or two if `ord` is given. */
  readonly axes?: Axes;
  /** Keeps the axes with length 1. Default: false. */
  readonly keepDims?: boolean;
}

/**
 * Norms of vectors, (Σ |x|ᵒʳᵈ)^(1/ord), or of matrices: `"fro"` √Σ x², `"nuc"` the sum of the singular values, 2 and −2
 * the greatest and the least of them, 1 and −1 the greatest and the least sum of a column's |x|, ±Infinity those of a
 * row. The gradient of a vector of zeros is 0.
 *
 * @throws ArgumentError for an `ord` that vectors or matrices do not have, or for more than two axes
 * @example
 * await linalg.norm([3, 4]).item(); // 5
 * await linalg.norm([[1, -2], [3, 4]], { ord: 1 }).item(); // 6
 */
export function norm(x: TensorLike, options: NormOptions = {}): Tensor {
  checkOptions("norm", options, ["ord", "axes", "keepDims"]);
  const { ord, axes } = options;
  const keepDims = checkFlag("norm", "keepDims", options.keepDims ?? false);
  const given = asFloat(x);
  const list = normalizeAxes(axes, given.ndim, "norm");
  if (list.length !== 1 && list.length !== 2 && (ord !== undefined || axes !== undefined))
    throw new ArgumentError(
      `norm: expected one axis for vectors or two for matrices, got ${list.length} of ${formatShape(given.shape)}; ` +
        "without ord and axes, the norm is that of all elements.",
    );
  if (ord === undefined || (ord === 2 && list.length === 1) || (ord === "fro" && list.length === 2))
    return length(given, { axes: list, keepDims });
  const y = list.length === 1 ? ofVectors(given, ord, list[0]!) : ofMatrices(given, ord, list as [number, number]);
  return keepDims ? y.reshape(given.shape.map((n, i) => (list.includes(i) ? 1 : n))) : y;
}

function ofVectors(x: Tensor, ord: number | "fro" | "nuc", axis: number): Tensor {
  if (typeof ord !== "number" || Number.isNaN(ord))
    throw new ArgumentError(`norm: expected ord to be a number for vectors, got ${describe(ord)}.`);
  const sizes = x.abs();
  if (ord === Infinity) return sizes.max(axis);
  if (ord === -Infinity) return sizes.min(axis);
  if (ord === 0) return x.notEqual(0).cast(x.dtype).sum(axis);
  if (ord === 1) return sizes.sum(axis);
  const sum = sizes.pow(ord).sum(axis);
  // For zeros alone the root has an infinite slope, which must not meet the slopes of 0 behind it.
  const isZero = sum.equal(0);
  return where(isZero, 0, where(isZero, 1, sum).pow(1 / ord));
}

function ofMatrices(x: Tensor, ord: number | "fro" | "nuc", [rows, columns]: [number, number]): Tensor {
  if (ord === "nuc" || ord === 2 || ord === -2) {
    const s = svd(moveaxis(x, [rows, columns], [-2, -1]), { computeUv: false });
    return ord === "nuc" ? s.sum(-1) : ord === 2 ? s.max(-1) : s.min(-1);
  }
  if (ord !== 1 && ord !== -1 && ord !== Infinity && ord !== -Infinity)
    throw new ArgumentError(
      `norm: expected ord to be "fro", "nuc", ±1, ±2 or ±Infinity for matrices, got ${describe(ord)}.`,
    );
  const isColumns = Math.abs(ord) === 1;
  const sums = x.abs().sum(isColumns ? rows : columns);
  const dropped = isColumns ? rows : columns;
  const other = isColumns ? columns : rows;
  const axis = other - (other > dropped ? 1 : 0);
  return ord > 0 ? sums.max(axis) : sums.min(axis);
}
