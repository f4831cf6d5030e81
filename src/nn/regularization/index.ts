// Factories of regularisation: dropout, noise, penalties, with Keras's names in camel case.

import type { LayerOptions } from "../tree/layer.ts";
import { ActivityRegularization, type ActivityRegularizationOptions } from "./activity-regularization.ts";
import { Dropout } from "./dropout.ts";
import {
  AlphaDropout,
  GaussianDropout,
  GaussianNoise,
  SpatialDropout1D,
  SpatialDropout2D,
  SpatialDropout3D,
} from "./noise.ts";

/** {@link ActivityRegularization}: a penalty on the values that pass through. */
export const activityRegularization = (options: ActivityRegularizationOptions = {}): ActivityRegularization =>
  new ActivityRegularization(options);
/** {@link AlphaDropout}: the dropout that goes with selu. */
export const alphaDropout = (rate: number, options: LayerOptions = {}): AlphaDropout =>
  new AlphaDropout({ ...options, rate });
/** {@link Dropout}: sets values to zero at random while training. */
export const dropout = (rate: number, options: LayerOptions = {}): Dropout => new Dropout({ ...options, rate });
/** {@link GaussianDropout}: multiplies by noise while training. */
export const gaussianDropout = (rate: number, options: LayerOptions = {}): GaussianDropout =>
  new GaussianDropout({ ...options, rate });
/** {@link GaussianNoise}: adds noise while training. */
export const gaussianNoise = (stddev: number, options: LayerOptions = {}): GaussianNoise =>
  new GaussianNoise({ ...options, stddev });
/** {@link SpatialDropout1D}: sets whole channels of sequences to zero at random while training. */
export const spatialDropout1d = (rate: number, options: LayerOptions = {}): SpatialDropout1D =>
  new SpatialDropout1D({ ...options, rate });
/** {@link SpatialDropout2D}: sets whole channels of images to zero at random while training. */
export const spatialDropout2d = (rate: number, options: LayerOptions = {}): SpatialDropout2D =>
  new SpatialDropout2D({ ...options, rate });
/** {@link SpatialDropout3D}: sets whole channels of volumes to zero at random while training. */
export const spatialDropout3d = (rate: number, options: LayerOptions = {}): SpatialDropout3D =>
  new SpatialDropout3D({ ...options, rate });
