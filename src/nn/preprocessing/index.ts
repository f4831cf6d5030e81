// Factories of the layers that prepare data, with Keras's names in camel case.

import type { LayerOptions } from "../tree/layer.ts";
import { Normalization, type NormalizationConfig } from "./adapted-normalization.ts";
import { CategoryEncoding, type CategoryEncodingConfig } from "./category-encoding.ts";
import { Discretization, type DiscretizationConfig } from "./discretization.ts";
import { Hashing, type HashingConfig } from "./hashing.ts";
import type { Factor } from "./images.ts";
import { IntegerLookup, type IntegerLookupConfig } from "./integer-lookup.ts";
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
import { Rescaling } from "./rescaling.ts";
import { CenterCrop, RandomCrop, Resizing, type ResizingConfig } from "./resizing.ts";
import { StringLookup, type StringLookupConfig } from "./string-lookup.ts";
import { TextVectorization, type TextVectorizationConfig } from "./text-vectorization.ts";

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
/** {@link CategoryEncoding}: category numbers as vectors. */
export const categoryEncoding = (
  numTokens: number,
  options: Omit<CategoryEncodingConfig, "numTokens"> = {},
): CategoryEncoding => new CategoryEncoding({ ...options, numTokens });
/** {@link Discretization}: sorts numbers into bins. */
export const discretization = (config: DiscretizationConfig): Discretization => new Discretization(config);
/** {@link Hashing}: sorts integers and words into bins by a hash. */
export const hashing = (numBins: number, options: Omit<HashingConfig, "numBins"> = {}): Hashing =>
  new Hashing({ ...options, numBins });
/** {@link IntegerLookup}: gives integers numbers by a vocabulary. */
export const integerLookup = (config: IntegerLookupConfig = {}): IntegerLookup => new IntegerLookup(config);
/** {@link Normalization}: brings features to mean 0 and variance 1, by the data that it was adapted to. */
export const normalization = (config: NormalizationConfig = {}): Normalization => new Normalization(config);
/** {@link StringLookup}: gives words numbers by a vocabulary. */
export const stringLookup = (config: StringLookupConfig = {}): StringLookup => new StringLookup(config);
/** {@link TextVectorization}: turns texts into numbers of words. */
export const textVectorization = (config: TextVectorizationConfig = {}): TextVectorization =>
  new TextVectorization(config);
/** {@link Rescaling}: x · scale + offset. */
export const rescaling = (scale: number, offset = 0, options: LayerOptions = {}): Rescaling =>
  new Rescaling({ ...options, scale, offset });
