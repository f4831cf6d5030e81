// Factories of convolutions and pooling, with Keras's names in camel case.

import { type First, named } from "../tree/positional.ts";
import { Conv1D, type Conv1DOptions, Conv2D, Conv3D, type ConvConfig, type ConvOptions } from "./convolution.ts";
import {
  type DepthwiseConfig,
  DepthwiseConv1D,
  DepthwiseConv2D,
  type DepthwiseOptions,
  type SeparableConfig,
  SeparableConv1D,
  SeparableConv2D,
  type SeparableOptions,
} from "./depthwise.ts";
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalAveragePooling3D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GlobalMaxPooling3D,
  type GlobalPoolingLayerOptions,
} from "./global-pooling.ts";
import {
  AveragePooling1D,
  AveragePooling2D,
  AveragePooling3D,
  MaxPooling1D,
  MaxPooling2D,
  MaxPooling3D,
  type PoolingLayerOptions,
} from "./pooling.ts";
import {
  Conv1DTranspose,
  Conv2DTranspose,
  Conv3DTranspose,
  type TransposedConfig,
  type TransposedOptions,
} from "./transposed.ts";

/** {@link AveragePooling1D}: the mean of each window of steps. */
export const averagePooling1d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling1D =>
  new AveragePooling1D(named("poolSize", given));
/** {@link AveragePooling2D}: the mean of each window of pixels. */
export const averagePooling2d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling2D =>
  new AveragePooling2D(named("poolSize", given));
/** {@link AveragePooling3D}: the mean of each window of a volume. */
export const averagePooling3d = (...given: First<PoolingLayerOptions, "poolSize">): AveragePooling3D =>
  new AveragePooling3D(named("poolSize", given));
/** {@link Conv1D}: the convolution of sequences. */
export const conv1d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: Conv1DOptions = {}): Conv1D =>
  new Conv1D({ ...options, filters, kernelSize });
/** {@link Conv1DTranspose}: the transposed convolution of sequences. */
export const conv1dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv1DTranspose => new Conv1DTranspose({ ...options, filters, kernelSize });
/** {@link Conv2D}: the convolution of images. */
export const conv2d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: ConvOptions = {}): Conv2D =>
  new Conv2D({ ...options, filters, kernelSize });
/** {@link Conv2DTranspose}: the transposed convolution of images. */
export const conv2dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv2DTranspose => new Conv2DTranspose({ ...options, filters, kernelSize });
/** {@link Conv3D}: the convolution of volumes. */
export const conv3d = (filters: number, kernelSize: ConvConfig["kernelSize"], options: ConvOptions = {}): Conv3D =>
  new Conv3D({ ...options, filters, kernelSize });
/** {@link Conv3DTranspose}: the transposed convolution of volumes. */
export const conv3dTranspose = (
  filters: number,
  kernelSize: TransposedConfig["kernelSize"],
  options: TransposedOptions = {},
): Conv3DTranspose => new Conv3DTranspose({ ...options, filters, kernelSize });
/** {@link DepthwiseConv1D}: the convolution of sequences, each channel by itself. */
export const depthwiseConv1d = (
  kernelSize: DepthwiseConfig["kernelSize"],
  options: DepthwiseOptions = {},
): DepthwiseConv1D => new DepthwiseConv1D({ ...options, kernelSize });
/** {@link DepthwiseConv2D}: the convolution of images, each channel by itself. */
export const depthwiseConv2d = (
  kernelSize: DepthwiseConfig["kernelSize"],
  options: DepthwiseOptions = {},
): DepthwiseConv2D => new DepthwiseConv2D({ ...options, kernelSize });
/** {@link GlobalAveragePooling1D}: the mean of each channel over all steps. */
export const globalAveragePooling1d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling1D =>
  new GlobalAveragePooling1D(options);
/** {@link GlobalAveragePooling2D}: the mean of each channel over all pixels. */
export const globalAveragePooling2d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling2D =>
  new GlobalAveragePooling2D(options);
/** {@link GlobalAveragePooling3D}: the mean of each channel over all of a volume. */
export const globalAveragePooling3d = (options: GlobalPoolingLayerOptions = {}): GlobalAveragePooling3D =>
  new GlobalAveragePooling3D(options);
/** {@link GlobalMaxPooling1D}: the maximum of each channel over all steps. */
export const globalMaxPooling1d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling1D =>
  new GlobalMaxPooling1D(options);
/** {@link GlobalMaxPooling2D}: the maximum of each channel over all pixels. */
export const globalMaxPooling2d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling2D =>
  new GlobalMaxPooling2D(options);
/** {@link GlobalMaxPooling3D}: the maximum of each channel over all of a volume. */
export const globalMaxPooling3d = (options: GlobalPoolingLayerOptions = {}): GlobalMaxPooling3D =>
  new GlobalMaxPooling3D(options);
/** {@link MaxPooling1D}: the maximum of each window of steps. */
export const maxPooling1d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling1D =>
  new MaxPooling1D(named("poolSize", given));
/** {@link MaxPooling2D}: the maximum of each window of pixels. */
export const maxPooling2d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling2D =>
  new MaxPooling2D(named("poolSize", given));
/** {@link MaxPooling3D}: the maximum of each window of a volume. */
export const maxPooling3d = (...given: First<PoolingLayerOptions, "poolSize">): MaxPooling3D =>
  new MaxPooling3D(named("poolSize", given));
/** {@link SeparableConv1D}: the convolution of sequences, each channel by itself, then a mixture of the channels. */
export const separableConv1d = (
  filters: number,
  kernelSize: SeparableConfig["kernelSize"],
  options: SeparableOptions<"valid" | "same" | "causal"> = {},
): SeparableConv1D => new SeparableConv1D({ ...options, filters, kernelSize });
/** {@link SeparableConv2D}: the convolution of images, each channel by itself, then a mixture of the channels. */
export const separableConv2d = (
  filters: number,
  kernelSize: SeparableConfig["kernelSize"],
  options: SeparableOptions = {},
): SeparableConv2D => new SeparableConv2D({ ...options, filters, kernelSize });
