// Factories of normalisation, with Keras's names in camel case.

import type { Layer } from "../tree/layer.ts";
import { type First, named } from "../tree/positional.ts";
import { BatchNormalization, type BatchNormalizationOptions } from "./batch-normalization.ts";
import {
  GroupNormalization,
  type GroupNormalizationOptions,
  LayerNormalization,
  type LayerNormalizationOptions,
  RMSNormalization,
  type RMSNormalizationOptions,
  UnitNormalization,
  type UnitNormalizationOptions,
} from "./normalization.ts";
import { SpectralNormalization, type SpectralNormalizationOptions } from "./spectral-normalization.ts";

/** {@link BatchNormalization}: each channel gets mean 0 and variance 1 over the batch. */
export const batchNormalization = (options: BatchNormalizationOptions = {}): BatchNormalization =>
  new BatchNormalization(options);
/** {@link GroupNormalization}: groups of channels get mean 0 and variance 1 in each example. */
export const groupNormalization = (...given: First<GroupNormalizationOptions, "groups">): GroupNormalization =>
  new GroupNormalization(named("groups", given));
/** {@link LayerNormalization}: each example gets mean 0 and variance 1. */
export const layerNormalization = (options: LayerNormalizationOptions = {}): LayerNormalization =>
  new LayerNormalization(options);
/** {@link RMSNormalization}: each example gets a mean square of 1. */
export const rmsNormalization = (options: RMSNormalizationOptions = {}): RMSNormalization =>
  new RMSNormalization(options);
/** {@link SpectralNormalization}: calls a layer with its kernel divided by the kernel's greatest singular value. */
export const spectralNormalization = (
  layer: Layer,
  options: SpectralNormalizationOptions = {},
): SpectralNormalization => new SpectralNormalization({ ...options, layer });
/** {@link UnitNormalization}: vectors of length 1. */
export const unitNormalization = (options: UnitNormalizationOptions = {}): UnitNormalization =>
  new UnitNormalization(options);
