// Changes contrast and brightness of images at random while the model trains.
import { ArgumentError } from "../../errors.ts";
import { clip } from "../../functions/elementwise.ts";
import type { Key } from "../../functions/random.ts";
import { describe } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { LayerOptions } from "../tree/layer.ts";
import { type Bounds, checkFactor, drawEach, type Factor, RandomImageLayer } from "./images.ts";

/** A layer that changes the values of each image by a number of its own, and keeps them in their range. */
abstract class RandomIntensity extends RandomImageLayer {
  readonly factor: Bounds;
  readonly valueRange: Bounds;

  constructor(
    where: string,
    config: LayerOptions & { readonly factor: Factor; readonly valueRange?: Bounds },
    factor: Bounds,
  ) {
    super(where, config, ["factor", "valueRange"]);
    this.factor = factor;
    const range = config.valueRange ?? [0, 255];
    if (!Array.isArray(range) || !range.every(Number.isFinite) || !(range[0] < range[1]))
      throw new ArgumentError(
        `${where}: expected valueRange to be a pair [least, greatest], ` +
          `got ${Array.isArray(range) ? JSON.stringify(range) : describe(range)}.`,
      );
    this.valueRange = [range[0], range[1]];
  }

  /** The bounds of the number that is drawn. */
  protected get bounds(): Bounds {
    return this.factor;
  }

  protected change(images: Tensor, key: Key): Tensor {
    const drawn = drawEach(key, images, this.bounds).reshape([images.shape[0]!, 1, 1, 1]);
    return clip(this.changed(images, drawn), ...this.valueRange);
  }

  /** The images, changed by one number each: `[batch, 1, 1, 1]`. */
  protected abstract changed(images: Tensor, drawn: Tensor): Tensor;

  override config() {
    return { factor: this.factor, valueRange: this.valueRange };
  }
}

export interface RandomContrastConfig extends LayerOptions {
  /** [lower, upper], or one number for both: the contrast is multiplied by a number within [1 − lower, 1 + upper]. */
  readonly factor: Factor;
  /** The least and the greatest value of pixels. Default: [0, 255]. */
  readonly valueRange?: Bounds;
}

/**
 * While training, the distances of each image's values from their mean, channel by channel, are multiplied by a number
 * f of its own: y = (x − mean)·f + mean with f uniformly drawn from [1 − lower, 1 + upper], then clipped to the range
 * of values. Outside training nothing happens. No parameters. Results are float32.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.randomContrast(0.2)
 */
export class RandomContrast extends RandomIntensity {
  override readonly className = "RandomContrast";

  constructor(config: RandomContrastConfig) {
    const { factor } = config;
    const [lower, upper] = (typeof factor === "number" ? [factor, factor] : factor) as Bounds;
    super("randomContrast", config, [lower, upper]);
    if (!(lower >= 0 && lower <= 1 && upper >= 0 && upper < Infinity))
      throw new ArgumentError(
        "randomContrast: expected factor to be a number from 0 to 1, or a pair [lower, upper] of numbers from 0 up " +
          `with lower ≤ 1, got ${Array.isArray(factor) ? JSON.stringify(factor) : describe(factor)}.`,
      );
  }

  protected override get bounds(): Bounds {
    return [1 - this.factor[0], 1 + this.factor[1]];
  }

  protected changed(images: Tensor, drawn: Tensor): Tensor {
    const mean = images.mean([1, 2], { keepDims: true });
    return images.sub(mean).mul(drawn).add(mean);
  }
}

export interface RandomBrightnessConfig extends LayerOptions {
  /** What is added, in lengths of the range of values, within [low, high] or ±factor; each from −1 to 1. */
  readonly factor: Factor;
  /** The least and the greatest value of pixels. Default: [0, 255]. */
  readonly valueRange?: Bounds;
}

/**
 * While training, one number is added to all values of an image: d·(greatest − least) with a d of its own, uniformly
 * drawn from [low, high]; then they are clipped to the range of values. Outside training nothing happens. No
 * parameters. Results are float32.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.randomBrightness(0.2, { valueRange: [0, 1] })
 */
export class RandomBrightness extends RandomIntensity {
  override readonly className = "RandomBrightness";

  constructor(config: RandomBrightnessConfig) {
    super("randomBrightness", config, checkFactor("randomBrightness", "factor", config.factor, -1));
    if (this.factor[1] > 1)
      throw new ArgumentError(
        `randomBrightness: expected factor to stay within −1 and 1, got [${this.factor.join(", ")}].`,
      );
  }

  protected changed(images: Tensor, drawn: Tensor): Tensor {
    return images.add(drawn.mul(this.valueRange[1] - this.valueRange[0]));
  }
}
