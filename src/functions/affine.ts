// Samples images along affine maps of their coordinates: rotation, zoom, translation.
import { ShapeError } from "../errors.ts";
import * as ops from "../ops/index.ts";
import { checkChoice, checkFinite, checkOptions } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, asTensor, Tensor, type TensorLike } from "../tensor.ts";
import { where } from "./array.ts";

/** The ways to compute a value between pixels. */
export const interpolations = ["bilinear", "nearest"] as const;
/** The values of pixels outside the image. */
export const fillModes = ["reflect", "wrap", "constant", "nearest"] as const;

/** The sampling of images between and outside their pixels. */
export interface SamplingOptions {
  /** "bilinear" mixes the four pixels around a point, "nearest" takes the one nearest to it. */
  readonly interpolation?: (typeof interpolations)[number];
  /**
   * Outside the image abcd: "reflect" mirrors it at its edge (dcba|abcd|dcba), "wrap" repeats it (abcd|abcd|abcd),
   * "nearest" repeats the last pixel (aaaa|abcd|dddd), "constant" has `fillValue`.
   */
  readonly fillMode?: (typeof fillModes)[number];
  /** Default: 0. */
  readonly fillValue?: number;
}

/** The sampling options with their defaults. Throws {@link ArgumentError}. */
export function samplingOptions(
  where: string,
  { interpolation = "bilinear", fillMode, fillValue = 0 }: SamplingOptions,
  fallback: (typeof fillModes)[number],
): Required<SamplingOptions> {
  return {
    interpolation: checkChoice(where, "interpolation", interpolation, interpolations),
    fillMode: checkChoice(where, "fillMode", fillMode ?? fallback, fillModes),
    fillValue: checkFinite(where, "fillValue", fillValue),
  };
}

/**
 * Images `[batch, height, width, channels]` sampled along affine maps of their coordinates: with the transform
 * [[a₀, a₁, a₂], [b₀, b₁, b₂]] of an image, the result at column X and row Y is x at column a₀X + a₁Y + a₂ and row
 * b₀X + b₁Y + b₂. Pixels have integer coordinates from 0, and rows count downwards. The shape stays; the result is
 * float32, and has gradients by images and transforms.
 *
 * @param transforms `[batch, 2, 3]`, or `[2, 3]` for all images
 * @param options.interpolation "bilinear" or "nearest". Default: "bilinear"
 * @param options.fillMode "constant", "nearest", "reflect" or "wrap". Default: "constant"
 * @param options.fillValue for the fill mode "constant". Default: 0
 * @throws ShapeError for other shapes, ArgumentError for other options
 * @example
 * const row = tensor([[[[1], [2], [3]]]]);
 * const halfPixelLeft = [[1, 0, -0.5], [0, 1, 0]];
 * await affineTransform(row, halfPixelLeft).array(); // [[[[0.5], [1.5], [2.5]]]]
 */
export function affineTransform(images: TensorLike, transforms: TensorLike, options: SamplingOptions = {}): Tensor {
  checkOptions("affineTransform", options, ["interpolation", "fillMode", "fillValue"]);
  const { interpolation, fillMode, fillValue } = samplingOptions("affineTransform", options, "constant");
  const x = asFloat(images);
  const given = asTensor(transforms);
  const [batch = 0, height = 0, width = 0, channels = 0] = x.shape;
  const one = given.ndim === 2;
  const [rows, columns] = given.shape.slice(-2);
  if (x.ndim !== 4 || x.size === 0 || rows !== 2 || columns !== 3 || !(one || given.shape[0] === batch))
    throw new ShapeError(
      "affineTransform: expected images [batch, height, width, channels] and transforms [batch, 2, 3] or [2, 3], " +
        `got ${formatShape(x.shape)} and ${formatShape(given.shape)}.`,
    );
  const grid = [batch, height, width];
  const counter = (axis: number, dtype: "float32" | "int32"): Tensor => new Tensor(ops.iota(grid, axis, dtype));
  const [X, Y] = [counter(2, "float32"), counter(1, "float32")];
  const coefficient = (i: number, j: number): Tensor => given.at("...", i, j).reshape(one ? [1, 1, 1] : [batch, 1, 1]);
  const [column, row] = [0, 1].map((i) =>
    X.mul(coefficient(i, 0))
      .add(Y.mul(coefficient(i, 1)))
      .add(coefficient(i, 2)),
  ) as [Tensor, Tensor];

  const pixels = ops.reshape(x.node, [batch * height * width, channels]);
  /** The pixels with these integer coordinates, `[batch, height, width, channels]`. */
  const pick = (c: Tensor, r: Tensor): Tensor => {
    const [i, j] = [inside(r, height, fillMode).cast("int32"), inside(c, width, fillMode).cast("int32")];
    const index = counter(0, "int32").mul(height).add(i).mul(width).add(j);
    const found = new Tensor(ops.gather(pixels, index.node, 0));
    if (fillMode !== "constant") return found;
    const isInside = within(c, width).logicalAnd(within(r, height));
    return where(isInside.expandDims(-1), found, fillValue);
  };
  if (interpolation === "nearest") return pick(column.round(), row.round());
  const [left, top] = [column.floor(), row.floor()];
  const [right, bottom] = [left.add(1), top.add(1)];
  const mix = (a: Tensor, b: Tensor, share: Tensor): Tensor => a.add(b.sub(a).mul(share.expandDims(-1)));
  const [across, down] = [column.sub(left), row.sub(top)];
  return mix(
    mix(pick(left, top), pick(right, top), across),
    mix(pick(left, bottom), pick(right, bottom), across),
    down,
  );
}

const within = (index: Tensor, n: number): Tensor => index.greaterEqual(0).logicalAnd(index.lessEqual(n - 1));

/** The index in an axis of length n for one that may lie outside. */
function inside(index: Tensor, n: number, mode: (typeof fillModes)[number]): Tensor {
  const folded = index.mod(mode === "reflect" ? 2 * n : n);
  if (mode === "reflect") return folded.minimum(folded.neg().add(2 * n - 1));
  if (mode === "wrap") return folded;
  return index.maximum(0).minimum(n - 1);
}
