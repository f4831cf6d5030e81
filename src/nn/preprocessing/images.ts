// The base classes of layers for images, and of those that change images at random while a model trains.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { type Key, uniform } from "../../functions/random.ts";
import { describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, formatBatchShape, Layer } from "../tree/layer.ts";

/** A layer without parameters that takes images `[batch, height, width, channels]`. */
export abstract class ImageLayer extends Layer<Tensor, Tensor> {
  override build(inputShape: Shape): void {
    if (inputShape.length === 3 && inputShape.every((n) => n > 0)) return;
    throw new ShapeError(
      `${this.describe()}: expected images [batch,height,width,channels], got ${formatBatchShape(inputShape)}.`,
    );
  }
}

/** A layer that changes each image in its own way while training, and no image otherwise. */
export abstract class RandomImageLayer extends ImageLayer {
  call(x: Tensor, { training, key }: CallContext): Tensor {
    const images = asFloat(x);
    return training && key !== null ? this.change(images, key) : images;
  }

  /** The images `[batch, height, width, channels]`, float32, as the key changes them. */
  protected abstract change(images: Tensor, key: Key): Tensor;
}

/** The bounds within which a number is drawn for each image. */
export type Bounds = readonly [low: number, high: number];

/** Bounds as an option: `[low, high]`, or one number f ≥ 0 that stands for [−f, f]. */
export type Factor = number | Bounds;

/** The bounds of an option. Throws {@link ArgumentError} unless they are in order and above `least`. */
export function checkFactor(where: string, name: string, factor: Factor, least = Number.NEGATIVE_INFINITY): Bounds {
  const [low, high] = (typeof factor === "number" ? [-factor, factor] : factor) as Bounds;
  if (Number.isFinite(low) && Number.isFinite(high) && low <= high && low >= least) return [low, high];
  const from = Number.isFinite(least) ? ` from ${least} up` : "";
  const got = Array.isArray(factor) ? JSON.stringify(factor) : describe(factor);
  throw new ArgumentError(
    `${where}: expected ${name} to be a number from 0 up or a pair [low, high] of numbers${from}, got ${got}.`,
  );
}

/** One number within the bounds for each image, `[batch]`. */
export const drawEach = (key: Key, images: Tensor, [min, max]: Bounds): Tensor =>
  uniform(key, [images.shape[0]!], { min, max });
