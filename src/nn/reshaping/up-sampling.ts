// Layers that enlarge spatial axes by an integer factor.
import { ArgumentError } from "../../errors.ts";
import { concatenate, stack } from "../../functions/array.ts";
import { repeat } from "../../functions/rearrange.ts";
import { type PerAxis, perAxis } from "../../functions/space.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkSpace } from "../convolution/convolving.ts";
import type { Masks } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

/** The options of `layers.upSampling1d` and `upSampling3d`. */
export interface UpSamplingOptions extends LayerOptions {
  /** The factor, one number or one for each spatial axis. Default: 2. */
  readonly size?: PerAxis;
}

/** The options of `layers.upSampling2d`. */
export interface UpSampling2DOptions extends UpSamplingOptions {
  /** "nearest" repeats each pixel, "bilinear" interpolates between the centres of pixels. Default: "nearest". */
  readonly interpolation?: "nearest" | "bilinear";
}

abstract class UpSampling extends Layer<Tensor, Tensor> {
  readonly size: readonly number[];

  constructor(where: string, rank: number, options: UpSamplingOptions, own: readonly string[] = []) {
    super(where, options, ["size", ...own]);
    this.size = perAxis(where, "size", options.size ?? 2, rank);
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.size.length);
  }

  call(x: Tensor): Tensor {
    return this.size.reduce((y, count, i) => repeat(y, count, i + 1), x);
  }

  /** The mask of steps is repeated as they are. */
  override computeMask(_inputs: Tensor, mask: Masks | null): Masks | null {
    return mask === null || this.size.length > 1 ? null : repeat(mask as Tensor, this.size[0]!, 1);
  }

  override config(): { readonly size: readonly number[]; readonly interpolation?: string } {
    return { size: this.size };
  }
}

/**
 * Repeats each step: `[batch, steps, channels]` becomes `[batch, steps · size, channels]`, and so does the mask. No
 * parameters. Throws {@link ShapeError} for inputs of another rank.
 *
 * @example layers.upSampling1d({ size: 3 }).apply(input([10, 4])).shape; // [30, 4]
 */
export class UpSampling1D extends UpSampling {
  override readonly className = "UpSampling1D";
  constructor(options: UpSamplingOptions = {}) {
    super("upSampling1d", 1, options);
  }
}

/**
 * Enlarges images: `[batch, height, width, channels]` becomes `[batch, height · size, width · size, channels]`. No
 * parameters. Throws {@link ShapeError} for inputs of another rank, {@link ArgumentError} for an unknown interpolation.
 *
 * With "bilinear" the centres of pixels are at half-integers, and beyond the outermost centres their values go on, as
 * in Keras and in PyTorch with `align_corners=False`.
 *
 * @example layers.upSampling2d({ interpolation: "bilinear" }).apply(input([7, 7, 4])).shape; // [14, 14, 4]
 */
export class UpSampling2D extends UpSampling {
  override readonly className = "UpSampling2D";
  readonly interpolation: "nearest" | "bilinear";

  constructor(options: UpSampling2DOptions = {}) {
    super("upSampling2d", 2, options, ["interpolation"]);
    const { interpolation = "nearest" } = options;
    if (interpolation !== "nearest" && interpolation !== "bilinear")
      throw new ArgumentError(
        `upSampling2d: expected interpolation to be "nearest" or "bilinear", got ${describe(interpolation)}.`,
      );
    this.interpolation = interpolation;
  }

  override call(x: Tensor): Tensor {
    if (this.interpolation === "nearest") return super.call(x);
    return this.size.reduce((y, count, i) => interpolated(y, count, i + 1), asFloat(x));
  }

  override config() {
    return { size: this.size, interpolation: this.interpolation };
  }
}

/**
 * Repeats each element of volumes: `[batch, ...space, channels]` becomes `[batch, ...space · size, channels]`. No
 * parameters. Throws {@link ShapeError} for inputs of another rank.
 *
 * @example layers.upSampling3d({ size: [1, 2, 2] }).apply(input([4, 8, 8, 3])).shape; // [4, 16, 16, 3]
 */
export class UpSampling3D extends UpSampling {
  override readonly className = "UpSampling3D";
  constructor(options: UpSamplingOptions = {}) {
    super("upSampling3d", 3, options);
  }
}

/**
 * Interpolates linearly along an axis. New centre r of the `count` within an element lies (r + ½) / count − ½ from the
 * old one, and is a mixture with the neighbour on that side; the outermost are their own neighbours.
 */
function interpolated(x: Tensor, count: number, axis: number): Tensor {
  const n = x.shape[axis]!;
  const around = Array.from({ length: axis }, () => []);
  const part = (from: number, to: number): Tensor => x.at(...around, [from, to]);
  const before = concatenate([part(0, 1), part(0, n - 1)], axis);
  const after = concatenate([part(1, n), part(n - 1, n)], axis);
  const parts = Array.from({ length: count }, (_, r) => {
    const away = (r + 0.5) / count - 0.5;
    const share = Math.abs(away);
    return share === 0 ? x : x.mul(1 - share).add((away < 0 ? before : after).mul(share));
  });
  return stack(parts, axis + 1).reshape(x.shape.map((length, i) => (i === axis ? length * count : length)));
}
