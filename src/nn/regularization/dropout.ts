// Dropout: sets values to zero at random while the model trains.
import { where } from "../../functions/array.ts";
import { bernoulli, type Key } from "../../functions/random.ts";
import { checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

export interface DropoutConfig extends LayerOptions {
  /** The share of values that is set to zero, from 0 to below 1. */
  readonly rate: number;
}

/** x with a share `rate` of its values set to 0, the others divided by 1 − rate. `shape` broadcasts to that of x. */
export function dropped(x: Tensor, rate: number, key: Key, shape: Shape = x.shape): Tensor {
  return where(bernoulli(key, shape, 1 - rate), x.mul(1 / (1 - rate)), 0);
}

/**
 * While training, each value becomes 0 with probability `rate` and is divided by 1 − rate otherwise, so that the
 * expected value stays; outside training nothing happens. No parameters. Srivastava and others, 2014.
 *
 * The mask depends only on the seed, the step and the path of the layer in the model.
 *
 * @example layers.dropout(0.2)
 */
export class Dropout extends Layer<Tensor, Tensor> {
  override readonly className = "Dropout";
  readonly rate: number;

  constructor(config: DropoutConfig) {
    super("dropout", config, ["rate"]);
    this.rate = checkRange("dropout", "rate", config.rate, 0, 1);
  }

  call(x: Tensor, { training, key }: CallContext): Tensor {
    if (!training || key === null || this.rate === 0) return x;
    return dropped(asFloat(x), this.rate, key);
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { rate: this.rate };
  }
}
