// The wrapper that applies a layer to each step of a sequence.
import { ShapeError } from "../../errors.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { formatBatchShape, Layer, type LayerOptions } from "../tree/layer.ts";
import { type HeldLayer, heldLayer, layerToJson } from "../tree/registry.ts";

/** The options of {@link TimeDistributed}, and its layer. */
export interface TimeDistributedConfig extends LayerOptions {
  /** The layer that is applied to `[batch, ...]` of each step. */
  readonly layer: HeldLayer;
}

/**
 * Applies a layer to each step with the same weights: `[batch, steps, ...in]` becomes `[batch, steps, ...out]`, if the
 * layer makes `[batch, ...out]` of `[batch, ...in]`. All steps are computed as one larger batch. The mask is passed on.
 *
 * @throws ShapeError for inputs without a step axis
 * @example layers.timeDistributed(layers.dense(8, { activation: "relu" }))
 */
export class TimeDistributed extends Layer<Tensor, Tensor> {
  override readonly className = "TimeDistributed";
  readonly layer: Layer<Tensor, Tensor>;

  constructor(config: TimeDistributedConfig) {
    super("timeDistributed", config, ["layer"]);
    this.layer = heldLayer("timeDistributed", "layer", config.layer);
  }

  override build(inputShape: Shape): void {
    if (inputShape.length >= 1) return;
    throw new ShapeError(
      `${this.describe()}: expected inputs [batch, steps, ...], got ${formatBatchShape(inputShape)}.`,
    );
  }

  call(x: Tensor): Tensor {
    const [batch, steps, ...rest] = x.shape as [number, number, ...number[]];
    const y = this.layer.apply(x.reshape([batch * steps, ...rest]));
    return y.reshape([batch, steps, ...y.shape.slice(1)]);
  }

  override activationName(): string | null {
    return this.layer.activationName();
  }

  override config() {
    return { layer: layerToJson(this.layer) };
  }
}
