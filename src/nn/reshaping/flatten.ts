// The layer that lays all axes of an example out in one.
import { sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { Layer, type LayerOptions } from "../tree/layer.ts";

/**
 * `[batch, a, b, …]` becomes `[batch, a·b·…]`, in row-major order. No parameters, no computation.
 *
 * @example layers.flatten()
 */
export class Flatten extends Layer<Tensor, Tensor> {
  override readonly className = "Flatten";

  constructor(options: LayerOptions = {}) {
    super("flatten", options, []);
  }

  call(x: Tensor): Tensor {
    return x.reshape([x.shape[0]!, sizeOf(x.shape.slice(1))]);
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return {};
  }
}
