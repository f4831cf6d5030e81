// Normalisation of each example by itself: layer, group, RMS and unit.
import { ArgumentError } from "../../errors.ts";
import { groupNorm, l2Normalize, layerNorm, rmsNorm } from "../../functions/normalization.ts";
import { moveaxis } from "../../functions/rearrange.ts";
import { checkRange, describe } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkAxis, exampleAxis } from "../tree/axes.ts";
import { asFloat, formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { Scaled, type ScaledOptions } from "./scale-and-shift.ts";

/** The options of `layers.layerNormalization`. */
export interface LayerNormalizationOptions extends ScaledOptions {
  /** The axis, or the axes, of mean and variance, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number | readonly number[];
}

/** The options of `layers.groupNormalization`. */
export interface GroupNormalizationOptions extends ScaledOptions {
  /** The number of equal parts of the channels; −1 for each channel by itself: instance normalisation. Default: 32. */
  readonly groups?: number;
  /** The axis of the channels, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number;
}

/** The options of `layers.rmsNormalization`. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis, or the axes, of the mean, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number | readonly number[];
  /** Added to the mean of squares. Default: 10⁻⁶. */
  readonly epsilon?: number;
}

/** The options of `layers.unitNormalization`. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or the axes, of the length, counted with the batch axis as 0. Default: −1, the last. */
  readonly axis?: number | readonly number[];
}

type AxisOrAxes = number | readonly number[];

function checkAxes(where: string, axis: AxisOrAxes): AxisOrAxes {
  if (!Array.isArray(axis)) return checkAxis(where, axis as number);
  if (axis.length === 0) throw new ArgumentError(`${where}: expected axis to have at least one axis, got none.`);
  return axis.map((one) => checkAxis(where, one));
}

/** The axes of inputs of this shape, from 1 up and in ascending order. */
function axesOf(layer: Layer, axis: AxisOrAxes, inputShape: Shape): number[] {
  const list = typeof axis === "number" ? [axis] : axis;
  return list.map((one) => exampleAxis(layer, one, inputShape)).sort((a, b) => a - b);
}

/**
 * y = (x − mean) / √(variance + ε) · gamma + beta, with mean and variance of each example over `axis`. Shapes stay. Ba
 * and others, 2016.
 *
 * Parameters: `gamma` and `beta`, with the lengths of those axes. Throws {@link ArgumentError} for an axis that does
 * not exist and for options out of range.
 *
 * @example layers.layerNormalization({ epsilon: 1e-5 }).apply(input([10, 64])).shape; // [10, 64]
 */
export class LayerNormalization extends Scaled {
  override readonly className = "LayerNormalization";
  readonly axis: AxisOrAxes;

  constructor(options: LayerNormalizationOptions = {}) {
    super("layerNormalization", options, ["axis"]);
    this.axis = checkAxes("layerNormalization", options.axis ?? -1);
  }

  override build(inputShape: Shape): void {
    this.declareScale(axesOf(this, this.axis, inputShape).map((i) => inputShape[i - 1]!));
  }

  call(x: Tensor): Tensor {
    return layerNorm(asFloat(x), { axes: axesOf(this, this.axis, x.shape.slice(1)), ...this.affine });
  }

  override config() {
    return { axis: this.axis, ...super.config() };
  }
}

/**
 * y = (x − mean) / √(variance + ε) · gamma + beta, with mean and variance of each example over all steps or pixels and
 * the channels of one group. Shapes stay. One group is a layer normalisation over all, and `groups: -1`, a group for
 * each channel, is the instance normalisation. Wu and He, 2018; Ulyanov and others, 2016.
 *
 * Parameters: `gamma` and `beta`, `[channels]`. Throws {@link ArgumentError} unless the groups divide the channels.
 *
 * @example
 * layers.groupNormalization({ groups: 4 }).apply(input([8, 8, 16])).shape; // [8, 8, 16]
 * const instance = layers.groupNormalization({ groups: -1 });
 */
export class GroupNormalization extends Scaled {
  override readonly className = "GroupNormalization";
  readonly groups: number;
  readonly axis: number;

  constructor(options: GroupNormalizationOptions = {}) {
    super("groupNormalization", options, ["groups", "axis"]);
    const { groups = 32, axis = -1 } = options;
    if (!Number.isInteger(groups) || (groups < 1 && groups !== -1))
      throw new ArgumentError(
        "groupNormalization: expected groups to be an integer from 1 up, or -1 for each channel, " +
          `got ${describe(groups)}.`,
      );
    this.groups = groups;
    this.axis = checkAxis("groupNormalization", axis);
  }

  override build(inputShape: Shape): void {
    const channels = inputShape[exampleAxis(this, this.axis, inputShape) - 1]!;
    if (this.groups !== -1 && channels % this.groups !== 0)
      throw new ArgumentError(
        `${this.describe()}: the ${this.groups} groups must divide the ${channels} channels of ` +
          `${formatBatchShape(inputShape)}; for an instance normalisation give groups: -1.`,
      );
    this.declareScale([channels]);
  }

  call(x: Tensor): Tensor {
    const at = moveaxis(asFloat(x), this.axis, -1);
    return moveaxis(groupNorm(at, this.groups === -1 ? at.shape.at(-1)! : this.groups, this.affine), -1, this.axis);
  }

  override config() {
    return { groups: this.groups, axis: this.axis, ...super.config() };
  }
}

/**
 * y = x / √(mean of x² + ε) · scale over `axis`: a layer normalisation without the mean. Shapes stay. Zhang and
 * Sennrich, 2019.
 *
 * Parameter: `scale`, with the lengths of those axes, at first 1. Throws {@link ArgumentError} for an axis that does
 * not exist and for options out of range.
 *
 * @example layers.rmsNormalization().apply(input([10, 64])).shape; // [10, 64]
 */
export class RMSNormalization extends Layer<Tensor, Tensor> {
  override readonly className = "RMSNormalization";
  readonly axis: AxisOrAxes;
  readonly epsilon: number;

  constructor(options: RMSNormalizationOptions = {}) {
    super("rmsNormalization", options, ["axis", "epsilon"]);
    this.axis = checkAxes("rmsNormalization", options.axis ?? -1);
    this.epsilon = checkRange("rmsNormalization", "epsilon", options.epsilon ?? 1e-6, 0);
  }

  override build(inputShape: Shape): void {
    const shape = axesOf(this, this.axis, inputShape).map((i) => inputShape[i - 1]!);
    this.addParameter("scale", shape, "ones");
  }

  call(x: Tensor): Tensor {
    const axes = axesOf(this, this.axis, x.shape.slice(1));
    return rmsNorm(asFloat(x), { axes, gamma: this.parameter("scale"), epsilon: this.epsilon });
  }

  override config() {
    return { axis: this.axis, epsilon: this.epsilon };
  }
}

/**
 * y = x / ‖x‖ over `axis`: vectors of length 1. A vector of zeros stays one. Shapes stay; no parameters. Throws
 * {@link ArgumentError} for an axis that does not exist.
 *
 * @example await layers.unitNormalization().apply([[3, 4]]).array(); // [[0.6, 0.8]]
 */
export class UnitNormalization extends Layer<Tensor, Tensor> {
  override readonly className = "UnitNormalization";
  readonly axis: AxisOrAxes;

  constructor(options: UnitNormalizationOptions = {}) {
    super("unitNormalization", options, ["axis"]);
    this.axis = checkAxes("unitNormalization", options.axis ?? -1);
  }

  override build(inputShape: Shape): void {
    axesOf(this, this.axis, inputShape);
  }

  call(x: Tensor): Tensor {
    return l2Normalize(asFloat(x), { axes: axesOf(this, this.axis, x.shape.slice(1)) });
  }

  override config() {
    return { axis: this.axis };
  }
}
