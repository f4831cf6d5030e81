// Rescales inputs inside the model, so that it takes raw numbers wherever it runs.
import { checkFinite } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

export interface RescalingConfig extends LayerOptions {
  readonly scale: number;
  /** Default: 0. */
  readonly offset?: number;
}

/**
 * y = x · scale + offset, in float32. No parameters.
 *
 * @example layers.rescaling(1 / 255) // bytes to 0 … 1
 */
export class Rescaling extends Layer<Tensor, Tensor> {
  override readonly className = "Rescaling";
  readonly scale: number;
  readonly offset: number;

  constructor(config: RescalingConfig) {
    super("rescaling", config, ["scale", "offset"]);
    this.scale = checkFinite("rescaling", "scale", config.scale);
    this.offset = checkFinite("rescaling", "offset", config.offset ?? 0);
  }

  call(x: Tensor): Tensor {
    const scaled = this.scale === 1 ? asFloat(x) : asFloat(x).mul(this.scale);
    return this.offset === 0 ? scaled : scaled.add(this.offset);
  }

  override config() {
    return { scale: this.scale, offset: this.offset };
  }
}
