// The layers that prepare data, in the `layers` namespace: one factory a layer, with Keras's names in camel case.
import type { Factor } from "./images.ts";
import type { LayerOptions } from "./layer.ts";
import {
  type RandomAffineOptions,
  RandomRotation,
  RandomTranslation,
  RandomZoom,
  type RandomZoomConfig,
} from "./random-affine.ts";
import { RandomFlip, type RandomFlipConfig } from "./random-flip.ts";
import {
  RandomBrightness,
  type RandomBrightnessConfig,
  RandomContrast,
  type RandomContrastConfig,
} from "./random-intensity.ts";
import { CenterCrop, RandomCrop, Resizing, type ResizingConfig } from "./resizing.ts";

/** {@link CenterCrop}: the middle of images. */
export const centerCrop = (height: number, width: number, options: LayerOptions = {}): CenterCrop =>
  new CenterCrop({ ...options, height, width });
/** {@link RandomBrightness}: makes images lighter or darker at random while training. */
export const randomBrightness = (
  factor: Factor,
  options: Omit<RandomBrightnessConfig, "factor"> = {},
): RandomBrightness => new RandomBrightness({ ...options, factor });
/** {@link RandomContrast}: changes the contrast of images at random while training. */
export const randomContrast = (factor: Factor, options: Omit<RandomContrastConfig, "factor"> = {}): RandomContrast =>
  new RandomContrast({ ...options, factor });
/** {@link RandomCrop}: a part of each image, at random while training. */
export const randomCrop = (height: number, width: number, options: LayerOptions = {}): RandomCrop =>
  new RandomCrop({ ...options, height, width });
/** {@link RandomFlip}: mirrors images at random while training. */
export const randomFlip = (mode?: RandomFlipConfig["mode"], options: LayerOptions = {}): RandomFlip =>
  new RandomFlip({ ...options, ...(mode !== undefined && { mode }) });
/** {@link RandomRotation}: rotates images at random while training. */
export const randomRotation = (factor: Factor, options: RandomAffineOptions = {}): RandomRotation =>
  new RandomRotation({ ...options, factor });
/** {@link RandomTranslation}: shifts images at random while training. */
export const randomTranslation = (
  heightFactor: Factor,
  widthFactor: Factor,
  options: RandomAffineOptions = {},
): RandomTranslation => new RandomTranslation({ ...options, heightFactor, widthFactor });
/** {@link RandomZoom}: enlarges or shrinks images at random while training. */
export const randomZoom = (heightFactor: Factor, options: Omit<RandomZoomConfig, "heightFactor"> = {}): RandomZoom =>
  new RandomZoom({ ...options, heightFactor });
/** {@link Resizing}: images in another size. */
export const resizing = (
  height: number,
  width: number,
  options: Omit<ResizingConfig, "height" | "width"> = {},
): Resizing => new Resizing({ ...options, height, width });
