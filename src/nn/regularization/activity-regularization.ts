// A penalty on the values that pass through.
import { checkRange } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

/** The options of `layers.activityRegularization`. */
export interface ActivityRegularizationOptions extends LayerOptions {
  /** The factor of Σ |x|. Default: 0. */
  readonly l1?: number;
  /** The factor of Σ x². Default: 0. */
  readonly l2?: number;
}

/**
 * Adds l1 · Σ |x| + l2 · Σ x² to the loss and returns x as it is. The sums run over the whole batch, as in Keras 3, so
 * that they grow with it (Keras 2 divided by its size). No parameters.
 *
 * @example sequential([layers.dense(64), layers.activityRegularization({ l1: 1e-5 }), layers.dense(10)]);
 */
export class ActivityRegularization extends Layer<Tensor, Tensor> {
  override readonly className = "ActivityRegularization";
  readonly l1: number;
  readonly l2: number;

  constructor(options: ActivityRegularizationOptions = {}) {
    super("activityRegularization", options, ["l1", "l2"]);
    this.l1 = checkRange("activityRegularization", "l1", options.l1 ?? 0, 0);
    this.l2 = checkRange("activityRegularization", "l2", options.l2 ?? 0, 0);
  }

  call(x: Tensor, { addLoss }: CallContext): Tensor {
    const at = asFloat(x);
    if (this.l1 > 0) addLoss(at.abs().sum().mul(this.l1));
    if (this.l2 > 0) addLoss(at.square().sum().mul(this.l2));
    return x;
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { l1: this.l1, l2: this.l2 };
  }
}
