// The layer that masks steps which hold nothing but a given value.

import { where } from "../../functions/array.ts";
import { any } from "../../functions/reductions.ts";
import { checkFinite } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

/** The options of `layers.masking`. */
export interface MaskingOptions extends LayerOptions {
  /** The value of steps that do not count. Default: 0. */
  readonly maskValue?: number;
}

/**
 * Masks each step of `[batch, steps, features]` at which all features equal `maskValue`, for the layers that follow,
 * and sets it to zero. No parameters. Throws {@link ShapeError} for inputs without steps and features.
 *
 * @example sequential([layers.masking({ maskValue: -1 }), layers.globalAveragePooling1d()]);
 */
export class Masking extends Layer<Tensor, Tensor> {
  override readonly className = "Masking";
  readonly maskValue: number;

  constructor(options: MaskingOptions = {}) {
    super("masking", options, ["maskValue"]);
    this.maskValue = checkFinite("masking", "maskValue", options.maskValue ?? 0);
  }

  override build(inputShape: Shape): void {
    this.checkRank(inputShape, 2);
  }

  call(x: Tensor): Tensor {
    return where(this.computeMask(x).expandDims(-1), asFloat(x), 0);
  }

  /** True where a step holds something else. */
  override computeMask(x: Tensor): Tensor {
    return any(x.notEqual(this.maskValue), -1);
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { maskValue: this.maskValue };
  }
}
