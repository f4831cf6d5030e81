// Factories of layers that change the shape, with Keras's names in camel case.
import type { Shape } from "../../shape.ts";
import type { LayerOptions } from "../tree/layer.ts";
import { type First, named } from "../tree/positional.ts";
import { Flatten } from "./flatten.ts";
import {
  Cropping1D,
  Cropping2D,
  Cropping3D,
  type Margin1D,
  type Margins,
  ZeroPadding1D,
  ZeroPadding2D,
  ZeroPadding3D,
} from "./margins.ts";
import { Permute, RepeatVector } from "./permute.ts";
import { Reshape } from "./reshape.ts";
import {
  UpSampling1D,
  UpSampling2D,
  type UpSampling2DOptions,
  UpSampling3D,
  type UpSamplingOptions,
} from "./up-sampling.ts";

/** {@link Cropping1D}: cuts off steps at both ends. */
export const cropping1d = (cropping: Margin1D = 1, options: LayerOptions = {}): Cropping1D =>
  new Cropping1D({ ...options, cropping });
/** {@link Cropping2D}: cuts off the edges of images. */
export const cropping2d = (cropping: Margins = 0, options: LayerOptions = {}): Cropping2D =>
  new Cropping2D({ ...options, cropping });
/** {@link Cropping3D}: cuts off the faces of volumes. */
export const cropping3d = (cropping: Margins = 1, options: LayerOptions = {}): Cropping3D =>
  new Cropping3D({ ...options, cropping });
/** {@link Flatten}: all axes of an example become one. */
export const flatten = (options: LayerOptions = {}): Flatten => new Flatten(options);
/** {@link Permute}: exchanges the axes of an example. */
export const permute = (dims: readonly number[], options: LayerOptions = {}): Permute =>
  new Permute({ ...options, dims });
/** {@link RepeatVector}: the same vector at each of n steps. */
export const repeatVector = (n: number, options: LayerOptions = {}): RepeatVector =>
  new RepeatVector({ ...options, n });
/** {@link Reshape}: gives examples another shape. */
export const reshape = (targetShape: Shape, options: LayerOptions = {}): Reshape =>
  new Reshape({ ...options, targetShape });
/** {@link UpSampling1D}: makes sequences longer by an integer factor. */
export const upSampling1d = (...given: First<UpSamplingOptions, "size">): UpSampling1D =>
  new UpSampling1D(named("size", given));
/** {@link UpSampling2D}: makes images larger by an integer factor. */
export const upSampling2d = (...given: First<UpSampling2DOptions, "size">): UpSampling2D =>
  new UpSampling2D(named("size", given));
/** {@link UpSampling3D}: makes volumes larger by an integer factor. */
export const upSampling3d = (...given: First<UpSamplingOptions, "size">): UpSampling3D =>
  new UpSampling3D(named("size", given));
/** {@link ZeroPadding1D}: adds zeros at both ends of sequences. */
export const zeroPadding1d = (padding: Margin1D = 1, options: LayerOptions = {}): ZeroPadding1D =>
  new ZeroPadding1D({ ...options, padding });
/** {@link ZeroPadding2D}: adds zeros around images. */
export const zeroPadding2d = (padding: Margins = 1, options: LayerOptions = {}): ZeroPadding2D =>
  new ZeroPadding2D({ ...options, padding });
/** {@link ZeroPadding3D}: adds zeros around volumes. */
export const zeroPadding3d = (padding: Margins = 1, options: LayerOptions = {}): ZeroPadding3D =>
  new ZeroPadding3D({ ...options, padding });
