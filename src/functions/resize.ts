// Images in another size.
import { ShapeError } from "../errors.ts";
import { checkChoice, checkCount, checkFlag, checkOptions } from "../options.ts";
import { formatShape } from "../shape.ts";
import { asFloat, type Tensor, type TensorLike, tensor } from "../tensor.ts";
import { interpolations } from "./affine.ts";

/** The options of {@link resizeImages}. */
export interface ResizeOptions {
  /** "bilinear" mixes the four pixels around a point, "nearest" takes one. Default: "bilinear". */
  readonly interpolation?: (typeof interpolations)[number];
  /** Cuts off what would change the ratio of the sides, equally at both ends. Default: false. */
  readonly cropToAspectRatio?: boolean;
}

/**
 * Images `[batch, height, width, channels]` in another size `[height, width]`, as float32. Pixels are squares: pixel i
 * of n in the result lies at (i + ½)·N/n − ½ of the N pixels in the input. "nearest" takes pixel ⌊(i + ½)·N/n⌋. Smaller
 * images are not smoothed first.
 *
 * @throws ShapeError for other shapes, ArgumentError for other options
 * @example await resizeImages([[[[0], [4]]]], [1, 4]).array(); // [[[[0], [1], [3], [4]]]]
 */
export function resizeImages(images: TensorLike, size: readonly [number, number], options: ResizeOptions = {}): Tensor {
  const where = "resizeImages";
  checkOptions(where, options, ["interpolation", "cropToAspectRatio"]);
  const { interpolation = "bilinear", cropToAspectRatio = false } = options;
  checkChoice(where, "interpolation", interpolation, interpolations);
  const [height, width] = [checkCount(where, "height", size[0]), checkCount(where, "width", size[1])];
  let x = asFloat(images);
  if (x.ndim !== 4 || x.size === 0)
    throw new ShapeError(`${where}: expected images [batch, height, width, channels], got ${formatShape(x.shape)}.`);
  if (checkFlag(where, "cropToAspectRatio", cropToAspectRatio)) {
    const [, h, w] = x.shape as [number, number, number];
    x = cropAround(x, fitting(h, (w * height) / width), fitting(w, (h * width) / height));
  }
  return resizeAxis(resizeAxis(x, 1, height, interpolation), 2, width, interpolation);
}

const fitting = (length: number, wanted: number): number => Math.max(1, Math.min(length, Math.floor(wanted)));

/** The middle of images that are at least as large. An odd rest leaves more at the end. */
export function cropAround(x: Tensor, height: number, width: number): Tensor {
  const [, h, w] = x.shape as [number, number, number];
  const [top, left] = [Math.floor((h - height) / 2), Math.floor((w - width) / 2)];
  return x.at([], [top, top + height], [left, left + width]);
}

function resizeAxis(x: Tensor, axis: number, length: number, interpolation: (typeof interpolations)[number]): Tensor {
  const from = x.shape[axis]!;
  if (from === length) return x;
  const centres = Array.from({ length }, (_, i) => ((i + 0.5) * from) / length);
  const clamped = (i: number): number => Math.min(from - 1, Math.max(0, i));
  if (interpolation === "nearest")
    return x.take(
      centres.map((at) => clamped(Math.floor(at))),
      axis,
    );
  const before = centres.map((at) => Math.floor(at - 0.5));
  const shares = centres.map((at, i) => at - 0.5 - before[i]!);
  const low = x.take(before.map(clamped), axis);
  const high = x.take(
    before.map((i) => clamped(i + 1)),
    axis,
  );
  const share = tensor(shares).reshape(x.shape.map((_, i) => (i === axis ? length : 1)));
  return low.add(high.sub(low).mul(share));
}
