// Rotates, zooms and shifts images at random while the model trains.
import { affineTransform, type SamplingOptions, samplingOptions } from "../../functions/affine.ts";
import { stack } from "../../functions/array.ts";
import { foldIn, type Key } from "../../functions/random.ts";
import type { Tensor } from "../../tensor.ts";
import type { Json, LayerOptions } from "../tree/layer.ts";
import { type Bounds, checkFactor, drawEach, type Factor, RandomImageLayer } from "./images.ts";

/** The options that rotation, zoom and translation share. Default of `fillMode`: "reflect". */
export interface RandomAffineOptions extends LayerOptions, SamplingOptions {}

/** A layer that samples each image along an affine map of its own. */
abstract class RandomAffine extends RandomImageLayer {
  readonly sampling: Required<SamplingOptions>;

  constructor(where: string, config: RandomAffineOptions, known: readonly string[]) {
    super(where, config, [...known, "interpolation", "fillMode", "fillValue"]);
    this.sampling = samplingOptions(where, config, "reflect");
  }

  /** The rows of each image's transform, `[batch]` or a number each. */
  protected abstract transform(images: Tensor, key: Key): readonly (Tensor | number)[][];

  protected change(images: Tensor, key: Key): Tensor {
    const zeros = images.at([], 0, 0, 0).mul(0);
    const rows = this.transform(images, key).map((row) =>
      stack(
        row.map((n) => zeros.add(n)),
        1,
      ),
    );
    return affineTransform(images, stack(rows, 1), this.sampling);
  }

  override config(): { readonly [option: string]: Json } {
    return { ...this.sampling };
  }
}

/** The middle of images: column and row. */
const middle = ({ shape }: Tensor): [number, number] => [(shape[2]! - 1) / 2, (shape[1]! - 1) / 2];

export interface RandomRotationConfig extends RandomAffineOptions {
  /** The angle in full turns, within [low, high], or within ±factor; above 0 it is counterclockwise. */
  readonly factor: Factor;
}

/**
 * While training, each image `[height, width, channels]` is rotated about its middle by an angle of its own, uniformly
 * drawn from 2π·[low, high]; outside training nothing happens. No parameters. Results are float32. Defaults:
 * interpolation "bilinear", fillMode "reflect", fillValue 0, as in Keras.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.randomRotation(0.05) // up to 18 degrees either way
 */
export class RandomRotation extends RandomAffine {
  override readonly className = "RandomRotation";
  readonly factor: Bounds;

  constructor(config: RandomRotationConfig) {
    super("randomRotation", config, ["factor"]);
    this.factor = checkFactor("randomRotation", "factor", config.factor);
  }

  protected transform(images: Tensor, key: Key): (Tensor | number)[][] {
    const [x, y] = middle(images);
    const angle = drawEach(key, images, this.factor).mul(2 * Math.PI);
    const [cos, sin] = [angle.cos(), angle.sin()];
    return [
      [cos, sin.neg(), cos.mul(-x).add(sin.mul(y)).add(x)],
      [sin, cos, sin.mul(-x).sub(cos.mul(y)).add(y)],
    ];
  }

  override config() {
    return { factor: this.factor, ...super.config() };
  }
}

export interface RandomZoomConfig extends RandomAffineOptions {
  /** The change of the height that is seen, within [low, high] or ±factor: 0.2 shows 20 % more, −0.2 20 % less. */
  readonly heightFactor: Factor;
  /** The same for the width. Default: that of the height, so that the ratio of the sides stays. */
  readonly widthFactor?: Factor | null;
}

/**
 * While training, each image `[height, width, channels]` is zoomed about its middle: it becomes smaller by
 * 1/(1 + z) for a z of its own, uniformly drawn from [low, high], and so larger for z below 0. Outside training nothing
 * happens. No parameters. Results are float32. Defaults: interpolation "bilinear", fillMode "reflect", fillValue 0, as
 * in Keras.
 *
 * @throws ArgumentError for other options, such as bounds below −1; ShapeError for inputs that are no images
 * @example layers.randomZoom([-0.2, 0]) // up to 1.25 times as large
 */
export class RandomZoom extends RandomAffine {
  override readonly className = "RandomZoom";
  readonly heightFactor: Bounds;
  readonly widthFactor: Bounds | null;

  constructor(config: RandomZoomConfig) {
    super("randomZoom", config, ["heightFactor", "widthFactor"]);
    const { heightFactor, widthFactor = null } = config;
    this.heightFactor = checkFactor("randomZoom", "heightFactor", heightFactor, -1);
    this.widthFactor = widthFactor === null ? null : checkFactor("randomZoom", "widthFactor", widthFactor, -1);
  }

  protected transform(images: Tensor, key: Key): (Tensor | number)[][] {
    const [x, y] = middle(images);
    const down = drawEach(foldIn(key, 0), images, this.heightFactor);
    const across = this.widthFactor ? drawEach(foldIn(key, 1), images, this.widthFactor) : down;
    return [
      [across.add(1), 0, across.mul(-x)],
      [0, down.add(1), down.mul(-y)],
    ];
  }

  override config() {
    return { heightFactor: this.heightFactor, widthFactor: this.widthFactor, ...super.config() };
  }
}

export interface RandomTranslationConfig extends RandomAffineOptions {
  /** The shift downwards in heights of the image, within [low, high] or ±factor. */
  readonly heightFactor: Factor;
  /** The shift to the right in widths of the image, within [low, high] or ±factor. */
  readonly widthFactor: Factor;
}

/**
 * While training, each image `[height, width, channels]` is shifted by a share of its height and of its width of its
 * own, uniformly drawn from [low, high]; outside training nothing happens. No parameters. Results are float32.
 * Defaults: interpolation "bilinear", fillMode "reflect", fillValue 0, as in Keras.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.randomTranslation(0.1, 0.1)
 */
export class RandomTranslation extends RandomAffine {
  override readonly className = "RandomTranslation";
  readonly heightFactor: Bounds;
  readonly widthFactor: Bounds;

  constructor(config: RandomTranslationConfig) {
    super("randomTranslation", config, ["heightFactor", "widthFactor"]);
    this.heightFactor = checkFactor("randomTranslation", "heightFactor", config.heightFactor);
    this.widthFactor = checkFactor("randomTranslation", "widthFactor", config.widthFactor);
  }

  protected transform(images: Tensor, key: Key): (Tensor | number)[][] {
    const [, height, width] = images.shape as [number, number, number];
    return [
      [1, 0, drawEach(foldIn(key, 1), images, this.widthFactor).mul(-width)],
      [0, 1, drawEach(foldIn(key, 0), images, this.heightFactor).mul(-height)],
    ];
  }

  override config() {
    return { heightFactor: this.heightFactor, widthFactor: this.widthFactor, ...super.config() };
  }
}
