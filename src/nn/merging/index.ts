// Factories of layers that merge several inputs, with Keras's names in camel case.

import type { LayerOptions } from "../tree/layer.ts";
import { Concatenate, type ConcatenateConfig } from "./concatenate.ts";
import { Dot, type DotConfig, type DotOptions } from "./dot.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merging.ts";

/** {@link Add}: the sum of several inputs. */
export const add = (options: LayerOptions = {}): Add => new Add(options);
/** {@link Average}: the mean of several inputs. */
export const average = (options: LayerOptions = {}): Average => new Average(options);
/** {@link Concatenate}: several inputs joined along an axis. */
export const concatenate = (config: ConcatenateConfig = {}): Concatenate => new Concatenate(config);
/** {@link Dot}: products of two inputs, summed over an axis of each. */
export const dot = (axes: DotConfig["axes"], options: DotOptions = {}): Dot => new Dot({ ...options, axes });
/** {@link Maximum}: the greatest of several inputs, element by element. */
export const maximum = (options: LayerOptions = {}): Maximum => new Maximum(options);
/** {@link Minimum}: the least of several inputs, element by element. */
export const minimum = (options: LayerOptions = {}): Minimum => new Minimum(options);
/** {@link Multiply}: the elementwise product of several inputs. */
export const multiply = (options: LayerOptions = {}): Multiply => new Multiply(options);
/** {@link Subtract}: the difference of two inputs. */
export const subtract = (options: LayerOptions = {}): Subtract => new Subtract(options);
