// Initializers: the first values of weights, from a key and a shape, with Keras's names and defaults.
import { ArgumentError } from "../errors.ts";
import { eye, full } from "../functions/array.ts";
import { type Key, normal, truncatedNormal as truncated, uniform } from "../functions/random.ts";
import { checkFinite, checkOptions, describe, lookUp } from "../options.ts";
import { formatShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Makes the first values of a parameter. The same key and shape give the same numbers. */
export interface Initializer {
  readonly name: string;
  /** The options of the factory of this name. */
  readonly config: Readonly<Record<string, number>>;
  make(key: Key, shape: Shape): Tensor;
}

/**
 * The number of inputs that each output of a kernel sums, and the number of outputs that each input feeds. The shape is
 * `[..., inputs, units]`; the axes before the last two are a receptive field.
 */
function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const field = sizeOf(shape.slice(0, -2));
  return { fanIn: field * shape.at(-2)!, fanOut: field * shape.at(-1)! };
}

/** The standard deviation of a standard normal distribution that is truncated at ±2. */
const truncatedDeviation = 0.87962566103423978;

type Sample = (key: Key, shape: Shape, variance: number) => Tensor;

const uniformOf: Sample = (key, shape, variance) => {
  const limit = Math.sqrt(3 * variance);
  return uniform(key, shape, { min: -limit, max: limit });
};
const normalOf: Sample = (key, shape, variance) =>
  truncated(key, shape, { std: Math.sqrt(variance) / truncatedDeviation });

/** Makes the factory of an initializer whose options are numbers, and checks them. */
function withOptions<D extends Readonly<Record<string, number>>>(
  name: string,
  defaults: D,
  make: (key: Key, shape: Shape, options: D) => Tensor,
): (options?: { readonly [K in keyof D]?: number }) => Initializer {
  return (options = {}) => {
    checkOptions(`initializers.${name}`, options, Object.keys(defaults));
    const config = { ...defaults, ...options };
    for (const [option, value] of Object.entries(config)) checkFinite(`initializers.${name}`, option, value);
    return { name, config, make: (key, shape) => make(key, shape, config) };
  };
}

/** Makes the factory of an initializer whose variance depends on the fans of the kernel. */
const varianceScaling = (name: string, sample: Sample, variance: (fanIn: number, fanOut: number) => number) =>
  withOptions(name, {}, (key, shape) => {
    const { fanIn, fanOut } = fans(shape);
    return sample(key, shape, variance(Math.max(1, fanIn), Math.max(1, fanOut)));
  });

/**
 * The initializers by name. `layers.dense(10, { kernelInitializer: "heNormal" })` and
 * `{ kernelInitializer: initializers.heNormal() }` mean the same.
 *
 * `glorotNormal`, `heNormal` and `lecunNormal` are truncated at two standard deviations and rescaled, as in Keras.
 *
 * @example initializers.heNormal().make(random.key(1), [784, 128]).shape; // [784, 128]
 */
export const initializers = {
  /**
   * Uniform in ±√(6/(fanIn + fanOut)), the default of kernels. Glorot and Bengio, 2010.
   *
   * @example layers.dense(128, { kernelInitializer: "glorotUniform" });
   */
  glorotUniform: varianceScaling("glorotUniform", uniformOf, (i, o) => 2 / (i + o)),
  /**
   * Normal with variance 2/(fanIn + fanOut). Glorot and Bengio, 2010.
   *
   * @example layers.dense(128, { kernelInitializer: "glorotNormal" });
   */
  glorotNormal: varianceScaling("glorotNormal", normalOf, (i, o) => 2 / (i + o)),
  /**
   * Uniform in ±√(6/fanIn), for relu. He and others, 2015.
   *
   * @example layers.dense(128, { kernelInitializer: "heUniform" });
   */
  heUniform: varianceScaling("heUniform", uniformOf, (i) => 2 / i),
  /**
   * Normal with variance 2/fanIn, for relu. He and others, 2015.
   *
   * @example layers.dense(128, { kernelInitializer: "heNormal" });
   */
  heNormal: varianceScaling("heNormal", normalOf, (i) => 2 / i),
  /**
   * Uniform in ±√(3/fanIn). LeCun and others, 1998.
   *
   * @example layers.dense(128, { kernelInitializer: "lecunUniform" });
   */
  lecunUniform: varianceScaling("lecunUniform", uniformOf, (i) => 1 / i),
  /**
   * Normal with variance 1/fanIn, for selu. LeCun and others, 1998.
   *
   * @example layers.dense(128, { kernelInitializer: "lecunNormal" });
   */
  lecunNormal: varianceScaling("lecunNormal", normalOf, (i) => 1 / i),
  /**
   * Normal. Defaults: mean 0, stddev 0.05.
   *
   * @example layers.dense(128, { kernelInitializer: initializers.randomNormal({ stddev: 0.01 }) });
   */
  randomNormal: withOptions("randomNormal", { mean: 0, stddev: 0.05 }, (key, shape, o) =>
    normal(key, shape, { mean: o.mean, std: o.stddev }),
  ),
  /**
   * Uniform in [minval, maxval). Defaults: −0.05 and 0.05.
   *
   * @example layers.dense(128, { kernelInitializer: initializers.randomUniform({ minval: -1, maxval: 1 }) });
   */
  randomUniform: withOptions("randomUniform", { minval: -0.05, maxval: 0.05 }, (key, shape, o) =>
    uniform(key, shape, { min: o.minval, max: o.maxval }),
  ),
  /**
   * Normal, truncated at two standard deviations. Defaults: mean 0, stddev 0.05.
   *
   * @example layers.dense(128, { kernelInitializer: initializers.truncatedNormal({ stddev: 0.01 }) });
   */
  truncatedNormal: withOptions("truncatedNormal", { mean: 0, stddev: 0.05 }, (key, shape, o) =>
    truncated(key, shape, { mean: o.mean, std: o.stddev }),
  ),
  /**
   * Zeros, the default of biases.
   *
   * @example layers.dense(128, { biasInitializer: "zeros" });
   */
  zeros: withOptions("zeros", {}, (_, shape) => full(shape, 0)),
  /**
   * Ones.
   *
   * @example layers.dense(128, { biasInitializer: "ones" });
   */
  ones: withOptions("ones", {}, (_, shape) => full(shape, 1)),
  /**
   * The same number everywhere. Default: 0.
   *
   * @example layers.dense(128, { biasInitializer: initializers.constant({ value: 0.1 }) });
   */
  constant: withOptions("constant", { value: 0 }, (_, shape, o) => full(shape, o.value)),
  /**
   * `gain` on the diagonal of a square matrix, 0 elsewhere. Default gain: 1. Throws ArgumentError for any other shape.
   *
   * @example layers.dense(128, { kernelInitializer: initializers.identity({ gain: 0.5 }) });
   */
  identity: withOptions("identity", { gain: 1 }, (_, shape, o) => {
    if (shape.length !== 2 || shape[0] !== shape[1])
      throw new ArgumentError(
        `initializers.identity: expected the shape of a square matrix, got ${formatShape(shape)}.`,
      );
    return eye(shape[0]!).mul(o.gain);
  }),
} as const;

/** The forms in which layers take an initializer. */
export type InitializerLike =
  | keyof typeof initializers
  | Initializer
  | { readonly name: string; readonly config?: Readonly<Record<string, number>> };

/**
 * Resolves a name, the `{ name, config }` of a model file, or an initializer itself. Throws {@link ArgumentError} for
 * anything else.
 */
export function initializer(like: InitializerLike): Initializer {
  if (typeof like === "object" && like !== null && "make" in like) return like;
  const { name, config = {} } = typeof like === "string" ? { name: like } : (like ?? {});
  if (typeof name !== "string")
    throw new ArgumentError(`expected an initializer, such as a name or initializers.…(), got ${describe(like)}.`);
  const factory: (options?: object) => Initializer = lookUp("initializer", name, initializers);
  return factory(config);
}

/** The form of an initializer in a model file. */
export function initializerConfig({
  name,
  config,
}: Initializer): { name: string; config: Readonly<Record<string, number>> } | string {
  return Object.keys(config).length === 0 ? name : { name, config };
}
