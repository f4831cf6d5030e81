// Initializers: the first values of weights, from a key and a shape, with Keras's names and defaults.
import { ArgumentError } from "../../errors.ts";
import { eye, full } from "../../functions/array.ts";
import { type Key, normal, truncatedNormal as truncated, uniform } from "../../functions/random.ts";
import { describe } from "../../options.ts";
import { formatShape, type Shape, sizeOf } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { fromNamed, type Named, type NamedJson, namedConfig, namedOptions } from "./named.ts";
import { orthonormalRows } from "./orthonormal.ts";

/** Makes the first values of a parameter. The same key and shape give the same numbers. */
export interface Initializer extends Named {
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

/** Makes the factory of an initializer with options, which are numbers except for those that have choices. */
function withOptions<D extends object>(
  name: string,
  defaults: D,
  make: (key: Key, shape: Shape, options: D) => Tensor,
  choices?: Readonly<Record<string, readonly string[]>>,
): (options?: { readonly [K in keyof D]?: D[K] }) => Initializer {
  return (options = {}) => {
    const config = namedOptions(`initializers.${name}`, defaults, options, choices);
    return { name, config: config as Named["config"], make: (key, shape) => make(key, shape, config) };
  };
}

/** What divides the scale of a variance. */
const modes = {
  fanIn: (fanIn: number) => fanIn,
  fanOut: (_: number, fanOut: number) => fanOut,
  fanAvg: (fanIn: number, fanOut: number) => (fanIn + fanOut) / 2,
} as const;
const samples: Readonly<Record<"truncatedNormal" | "untruncatedNormal" | "uniform", Sample>> = {
  truncatedNormal: normalOf,
  untruncatedNormal: (key, shape, variance) => normal(key, shape, { std: Math.sqrt(variance) }),
  uniform: uniformOf,
};

function scaled(key: Key, shape: Shape, scale: number, mode: keyof typeof modes, sample: Sample): Tensor {
  const { fanIn, fanOut } = fans(shape);
  return sample(key, shape, scale / Math.max(1, modes[mode](fanIn, fanOut)));
}

/** Makes the factory of an initializer without options whose variance is scale/fan. */
const scaling = (name: string, scale: number, mode: keyof typeof modes, sample: Sample) =>
  withOptions(name, {}, (key, shape) => scaled(key, shape, scale, mode, sample));

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
  glorotUniform: scaling("glorotUniform", 1, "fanAvg", uniformOf),
  /**
   * Normal with variance 2/(fanIn + fanOut). Glorot and Bengio, 2010.
   *
   * @example layers.dense(128, { kernelInitializer: "glorotNormal" });
   */
  glorotNormal: scaling("glorotNormal", 1, "fanAvg", normalOf),
  /**
   * Uniform in ±√(6/fanIn), for relu. He and others, 2015.
   *
   * @example layers.dense(128, { kernelInitializer: "heUniform" });
   */
  heUniform: scaling("heUniform", 2, "fanIn", uniformOf),
  /**
   * Normal with variance 2/fanIn, for relu. He and others, 2015.
   *
   * @example layers.dense(128, { kernelInitializer: "heNormal" });
   */
  heNormal: scaling("heNormal", 2, "fanIn", normalOf),
  /**
   * Uniform in ±√(3/fanIn). LeCun and others, 1998.
   *
   * @example layers.dense(128, { kernelInitializer: "lecunUniform" });
   */
  lecunUniform: scaling("lecunUniform", 1, "fanIn", uniformOf),
  /**
   * Normal with variance 1/fanIn, for selu. LeCun and others, 1998.
   *
   * @example layers.dense(128, { kernelInitializer: "lecunNormal" });
   */
  lecunNormal: scaling("lecunNormal", 1, "fanIn", normalOf),
  /**
   * Variance scale/n, where n is fanIn, fanOut or, in mode "fanAvg", their mean; "truncatedNormal" (at two standard
   * deviations, rescaled), "untruncatedNormal" or "uniform". Defaults: 1, "fanIn" and "truncatedNormal". All that are
   * named after people are of this kind.
   *
   * @throws ArgumentError unless scale > 0
   * @example initializers.varianceScaling({ scale: 2, mode: "fanOut", distribution: "uniform" });
   */
  varianceScaling: withOptions(
    "varianceScaling",
    {
      scale: 1,
      mode: "fanIn" as keyof typeof modes,
      distribution: "truncatedNormal" as keyof typeof samples,
    },
    (key, shape, { scale, mode, distribution }) => {
      if (scale > 0) return scaled(key, shape, scale, mode, samples[distribution]);
      throw new ArgumentError(`initializers.varianceScaling: expected a scale above 0, got ${describe(scale)}.`);
    },
    { mode: Object.keys(modes), distribution: Object.keys(samples) },
  ),
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
  /**
   * gain times a random matrix with orthonormal columns, or rows where it has fewer rows than columns; the axes before
   * the last are one. Products of such matrices keep the lengths of vectors, which recurrent and deep networks want.
   * Default gain: 1. Saxe and others, 2014.
   *
   * It takes about 8·rows·columns·min(rows, columns) operations.
   *
   * @throws ArgumentError for a shape of fewer than two axes
   * @example layers.dense(128, { kernelInitializer: "orthogonal" });
   */
  orthogonal: withOptions("orthogonal", { gain: 1 }, (key, shape, { gain }) => {
    if (shape.length < 2)
      throw new ArgumentError(`initializers.orthogonal: expected two axes or more, got ${formatShape(shape)}.`);
    const [rows, columns] = [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
    const vectors = orthonormalRows(key, Math.min(rows, columns), Math.max(rows, columns));
    return (rows < columns ? vectors : vectors.transpose()).reshape(shape).mul(gain);
  }),
} as const;

/** The forms in which layers take an initializer. */
export type InitializerLike = keyof typeof initializers | Initializer | Exclude<NamedJson, string>;

/**
 * Resolves a name, the `{ name, config }` of a model file, or an initializer itself. Throws {@link ArgumentError} for
 * anything else.
 */
export const initializer = (like: InitializerLike): Initializer =>
  fromNamed<Initializer>("initializer", like, initializers, "make");

/** The form of an initializer in a model file. */
export const initializerConfig = (given: Initializer): NamedJson => namedConfig("initializer", given);
