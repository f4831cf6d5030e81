// Noise that layers add while the model trains.
import { where } from "../../functions/array.ts";
import type { Key } from "../../functions/random.ts";
import { bernoulli, normal } from "../../functions/random.ts";
import { checkRange } from "../../options.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { checkSpace } from "../convolution/convolving.ts";
import type { CallContext } from "../tree/call.ts";
import { asFloat, Layer, type LayerOptions } from "../tree/layer.ts";

export interface RateConfig extends LayerOptions {
  /** The share of what is dropped, from 0 to below 1. */
  readonly rate: number;
}

export interface GaussianNoiseConfig extends LayerOptions {
  /** The standard deviation of the noise. */
  readonly stddev: number;
}

/** A layer that changes values at random in training, by an amount that is one number, and does nothing otherwise. */
abstract class Noise extends Layer<Tensor, Tensor> {
  readonly #option: string;
  readonly #amount: number;

  constructor(where: string, config: LayerOptions, option: string, amount: number, below: number) {
    super(where, config, [option]);
    this.#option = option;
    this.#amount = checkRange(where, option, amount, 0, below);
  }

  protected abstract disturb(x: Tensor, amount: number, key: Key): Tensor;

  call(x: Tensor, { training, key }: CallContext): Tensor {
    return training && key !== null && this.#amount > 0 ? this.disturb(asFloat(x), this.#amount, key) : x;
  }

  override activationName(): null {
    return null;
  }

  override config() {
    return { [this.#option]: this.#amount };
  }
}

/** Drops whole channels. */
abstract class SpatialDropout extends Noise {
  readonly #rank: number;

  constructor(where: string, rank: number, config: RateConfig) {
    super(where, config, "rate", config.rate, 1);
    this.#rank = rank;
  }

  override build(inputShape: Shape): void {
    checkSpace(this, inputShape, this.#rank);
  }

  protected disturb(x: Tensor, rate: number, key: Key): Tensor {
    const shape = x.shape.map((n, i) => (i === 0 || i === x.ndim - 1 ? n : 1));
    return where(bernoulli(key, shape, 1 - rate), x.mul(1 / (1 - rate)), 0);
  }
}

/**
 * While training, each channel of each example `[batch, steps, channels]` becomes 0 at all steps with probability
 * `rate`, and is divided by 1 − rate otherwise; outside training nothing happens. For features whose neighbours are
 * alike, so that dropping single values would hide little. No parameters. Tompson and others, 2015.
 *
 * @example layers.spatialDropout1d(0.2).apply(input([10, 4])).shape; // [10, 4]
 */
export class SpatialDropout1D extends SpatialDropout {
  override readonly className = "SpatialDropout1D";
  constructor(config: RateConfig) {
    super("spatialDropout1d", 1, config);
  }
}

/**
 * As {@link SpatialDropout1D} for images `[batch, height, width, channels]`.
 *
 * @example layers.spatialDropout2d(0.2).apply(input([8, 8, 4])).shape; // [8, 8, 4]
 */
export class SpatialDropout2D extends SpatialDropout {
  override readonly className = "SpatialDropout2D";
  constructor(config: RateConfig) {
    super("spatialDropout2d", 2, config);
  }
}

/**
 * As {@link SpatialDropout1D} for volumes `[batch, ...space, channels]`.
 *
 * @example layers.spatialDropout3d(0.2).apply(input([8, 8, 8, 4])).shape; // [8, 8, 8, 4]
 */
export class SpatialDropout3D extends SpatialDropout {
  override readonly className = "SpatialDropout3D";
  constructor(config: RateConfig) {
    super("spatialDropout3d", 3, config);
  }
}

/**
 * y = x + noise while training, with normally distributed noise of mean 0 and standard deviation `stddev`; outside
 * training nothing happens. No parameters. Bishop, 1995.
 *
 * @example layers.gaussianNoise(0.1).apply(input([4])).shape; // [4]
 */
export class GaussianNoise extends Noise {
  override readonly className = "GaussianNoise";
  constructor(config: GaussianNoiseConfig) {
    super("gaussianNoise", config, "stddev", config.stddev, Infinity);
  }
  protected disturb(x: Tensor, std: number, key: Key): Tensor {
    return x.add(normal(key, x.shape, { std }));
  }
}

/**
 * y = x · noise while training, with normally distributed noise of mean 1 and standard deviation √(rate / (1 − rate)),
 * which is that of a dropout of this rate; outside training nothing happens. No parameters. Srivastava and others,
 * 2014.
 *
 * @example layers.gaussianDropout(0.2).apply(input([4])).shape; // [4]
 */
export class GaussianDropout extends Noise {
  override readonly className = "GaussianDropout";
  constructor(config: RateConfig) {
    super("gaussianDropout", config, "rate", config.rate, 1);
  }
  protected disturb(x: Tensor, rate: number, key: Key): Tensor {
    return x.mul(normal(key, x.shape, { mean: 1, std: Math.sqrt(rate / (1 - rate)) }));
  }
}

/** The value that selu approaches far below 0: −α·λ. */
const seluFloor = -1.6732632423543772 * 1.0507009873554805;

/**
 * The dropout that goes with selu: while training, each value becomes −αλ ≈ −1.758 with probability `rate`, and all are
 * then scaled and shifted so that mean 0 and variance 1 stay: y = a·x + b with a = 1 / √((1 − rate)(1 + rate·(αλ)²))
 * and b = a·αλ·rate. Outside training nothing happens. No parameters. Klambauer and others, 2017.
 *
 * @example layers.alphaDropout(0.1).apply(input([4])).shape; // [4]
 */
export class AlphaDropout extends Noise {
  override readonly className = "AlphaDropout";
  constructor(config: RateConfig) {
    super("alphaDropout", config, "rate", config.rate, 1);
  }
  protected disturb(x: Tensor, rate: number, key: Key): Tensor {
    const a = ((1 - rate) * (1 + rate * seluFloor ** 2)) ** -0.5;
    const kept = bernoulli(key, x.shape, 1 - rate);
    return where(kept, x, seluFloor)
      .mul(a)
      .sub(a * seluFloor * rate);
  }
}
