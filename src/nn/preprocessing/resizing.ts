// Brings images to another size: resized, or cut out of the middle or at random.

import { interpolations } from "../../functions/affine.ts";
import { arange } from "../../functions/array.ts";
import { foldIn, type Key, uniform } from "../../functions/random.ts";
import { cropAround, type ResizeOptions, resizeImages } from "../../functions/resize.ts";
import { takeAlongAxis } from "../../functions/sorting.ts";
import { checkChoice, checkCount, checkFlag } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, type Json, type LayerOptions } from "../tree/layer.ts";
import { ImageLayer } from "./images.ts";

/** The size of the images that a layer gives. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/** A layer whose images have a given size. */
abstract class SizedLayer extends ImageLayer {
  readonly height: number;
  readonly width: number;

  constructor(where: string, config: LayerOptions & ImageSize, known: readonly string[] = []) {
    super(where, config, ["height", "width", ...known]);
    this.height = checkCount(where, "height", config.height);
    this.width = checkCount(where, "width", config.width);
  }

  /** True if the images hold a part of the layer's size. */
  protected isLarger({ shape }: Tensor): boolean {
    return shape[1]! >= this.height && shape[2]! >= this.width;
  }

  /** The middle part of the layer's size. Smaller images are enlarged, and cut where the ratio of the sides differs. */
  protected centre(images: Tensor): Tensor {
    if (this.isLarger(images)) return cropAround(images, this.height, this.width);
    return resizeImages(images, [this.height, this.width], { cropToAspectRatio: true });
  }

  override config(): { readonly [option: string]: Json } {
    return { height: this.height, width: this.width };
  }
}

export interface ResizingConfig extends LayerOptions, ImageSize, ResizeOptions {}

/**
 * Images `[height, width, channels]` in another size, as float32: {@link resizeImages}. No parameters. As in Keras, but
 * without antialiasing and without padding to the ratio of the sides.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.resizing(96, 96, { cropToAspectRatio: true })
 */
export class Resizing extends SizedLayer {
  override readonly className = "Resizing";
  readonly interpolation: (typeof interpolations)[number];
  readonly cropToAspectRatio: boolean;

  constructor(config: ResizingConfig) {
    super("resizing", config, ["interpolation", "cropToAspectRatio"]);
    const { interpolation = "bilinear", cropToAspectRatio = false } = config;
    this.interpolation = checkChoice("resizing", "interpolation", interpolation, interpolations);
    this.cropToAspectRatio = checkFlag("resizing", "cropToAspectRatio", cropToAspectRatio);
  }

  call(x: Tensor): Tensor {
    const { height, width, interpolation, cropToAspectRatio } = this;
    return resizeImages(x, [height, width], { interpolation, cropToAspectRatio });
  }

  override config() {
    return { ...super.config(), interpolation: this.interpolation, cropToAspectRatio: this.cropToAspectRatio };
  }
}

export interface CropConfig extends LayerOptions, ImageSize {}

/**
 * The middle of each image `[height, width, channels]`, in the layer's size, as float32. Images that are smaller in one
 * direction are resized instead, without a change of the ratio of their sides. No parameters.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.centerCrop(24, 24)
 */
export class CenterCrop extends SizedLayer {
  override readonly className = "CenterCrop";

  constructor(config: CropConfig) {
    super("centerCrop", config);
  }

  call(x: Tensor): Tensor {
    return this.centre(asFloat(x));
  }
}

/**
 * While training, a part of the layer's size of each image `[height, width, channels]`, at a place of its own; outside
 * training the middle, as {@link CenterCrop} has it, which also says what becomes of smaller images. Results are
 * float32. No parameters.
 *
 * @throws ArgumentError for other options, ShapeError for inputs that are no images
 * @example layers.randomCrop(24, 24)
 */
export class RandomCrop extends SizedLayer {
  override readonly className = "RandomCrop";

  constructor(config: CropConfig) {
    super("randomCrop", config);
  }

  call(x: Tensor, { training, key }: CallContext): Tensor {
    const images = asFloat(x);
    if (!training || key === null || !this.isLarger(images)) return this.centre(images);
    return cut(cut(images, 1, this.height, foldIn(key, 0)), 2, this.width, foldIn(key, 1));
  }
}

/** `length` elements of an axis, from a start that is drawn for each image. */
function cut(images: Tensor, axis: number, length: number, key: Key): Tensor {
  const [batch, from] = [images.shape[0]!, images.shape[axis]!];
  const start = uniform(key, [batch, 1, 1, 1], { max: from - length + 1 }).cast("int32");
  const steps = arange(length).reshape([1, 1, 1, 1].map((n, i) => (i === axis ? length : n)));
  return takeAlongAxis(images, start.add(steps), axis);
}
