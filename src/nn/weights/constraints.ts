// Constraints: what weights are made to satisfy after each update, with Keras's names and defaults.
import { ArgumentError } from "../../errors.ts";
import { clip } from "../../functions/elementwise.ts";
import { describe } from "../../options.ts";
import type { Tensor } from "../../tensor.ts";
import { type Named, type NamedJson, namedConfig, namedOptions, resolveNamed } from "./named.ts";

/** Maps a weight to the nearest one that satisfies it. */
export interface Constraint extends Named {
  /** The weight as it must be, in its shape. */
  call(weight: Tensor): Tensor;
}

/** The axes that a norm is taken over: 0 for the columns of a matrix, [0, 1, 2] for the filters of a 2D convolution. */
type Axis = number | readonly number[];

/** Keras's epsilon, which keeps a norm of 0 from dividing. */
const epsilon = 1e-7;

function projection<D extends object>(
  name: string,
  defaults: D,
  given: object,
  call: (weight: Tensor, config: D) => Tensor,
): Constraint {
  const config = namedOptions(`constraints.${name}`, defaults, given);
  return { name, config: config as unknown as Constraint["config"], call: (weight) => call(weight, config) };
}

/** The weight with each norm over the axes changed to what `wanted` makes of it. */
function withNorms(weight: Tensor, axis: Axis, wanted: (norms: Tensor) => Tensor): Tensor {
  const norms = weight.square().sum(axis, { keepDims: true }).sqrt();
  return weight.mul(wanted(norms).div(norms.add(epsilon)));
}

/**
 * The constraints by name. `{ kernelConstraint: "nonNeg" }` and `{ kernelConstraint: constraints.nonNeg() }` mean the
 * same.
 *
 * @example await constraints.maxNorm(1).call(tensor([[3], [4]])).array(); // [[0.6], [0.8]]
 */
export const constraints = {
  /**
   * Scales down each vector of weights along `axis` whose norm exceeds `maxValue`. Defaults: 2, and axis 0, the weights
   * of one unit of a dense layer; [0, 1, 2] are those of a filter of a 2D convolution. Srebro and Shraibman, 2005.
   *
   * @example await constraints.maxNorm({ maxValue: 5 }).call(tensor([[6, 1], [8, 1]])).array(); // [[3, 1], [4, 1]]
   */
  maxNorm: (options: number | { readonly maxValue?: number; readonly axis?: Axis } = {}): Constraint => {
    const given = typeof options === "number" ? { maxValue: options } : options;
    const defaults: { maxValue: number; axis: Axis } = { maxValue: 2, axis: 0 };
    const made = projection("maxNorm", defaults, given, (weight, { maxValue, axis }) =>
      withNorms(weight, axis, (norms) => norms.minimum(maxValue)),
    );
    checkOrder("maxNorm", 0, made.config["maxValue"] as number);
    return made;
  },
  /**
   * max(w, 0): negative weights become 0.
   *
   * @example await constraints.nonNeg().call(tensor([-1, 2])).array(); // [0, 2]
   */
  nonNeg: (options: object = {}): Constraint => projection("nonNeg", {}, options, (weight) => weight.maximum(0)),
  /**
   * Gives each vector of weights along `axis` (default: 0) the norm 1; a vector of zeros stays.
   *
   * @example await constraints.unitNorm().call(tensor([[3, 0], [4, 2]])).array(); // [[0.6, 0], [0.8, 1]]
   */
  unitNorm: (options: { readonly axis?: Axis } = {}): Constraint =>
    projection("unitNorm", { axis: 0 as Axis }, options, (weight, { axis }) =>
      withNorms(weight, axis, (norms) => norms.mul(0).add(1)),
    ),
  /**
   * Brings the norm of each vector of weights along `axis` between `minValue` and `maxValue`: to
   * (1 − rate)·norm + rate·clip(norm, minValue, maxValue). Defaults: 0, 1, a rate of 1 (at once) and axis 0.
   *
   * @throws ArgumentError unless 0 ≤ minValue ≤ maxValue and 0 ≤ rate ≤ 1
   * @example await constraints.minMaxNorm({ minValue: 1 }).call(tensor([[0.3], [0.4]])).array(); // [[0.6], [0.8]]
   */
  minMaxNorm: (
    options: {
      readonly minValue?: number;
      readonly maxValue?: number;
      readonly rate?: number;
      readonly axis?: Axis;
    } = {},
  ): Constraint => {
    const defaults = { minValue: 0, maxValue: 1, rate: 1, axis: 0 as Axis };
    const made = projection("minMaxNorm", defaults, options, (weight, { minValue, maxValue, rate, axis }) =>
      withNorms(weight, axis, (norms) =>
        clip(norms, minValue, maxValue)
          .mul(rate)
          .add(norms.mul(1 - rate)),
      ),
    );
    const { minValue, maxValue, rate } = made.config as typeof defaults;
    checkOrder("minMaxNorm", minValue, maxValue);
    if (rate < 0 || rate > 1)
      throw new ArgumentError(`constraints.minMaxNorm: expected a rate from 0 to 1, got ${describe(rate)}.`);
    return made;
  },
} as const;

function checkOrder(name: string, minValue: number, maxValue: number): void {
  if (0 <= minValue && minValue <= maxValue) return;
  throw new ArgumentError(
    `constraints.${name}: expected norms with 0 ≤ minValue ≤ maxValue, got ${minValue} and ${maxValue}.`,
  );
}

/** The forms in which layers take a constraint; a function maps a weight to one of its shape. */
export type ConstraintLike = keyof typeof constraints | Constraint | NamedJson | ((weight: Tensor) => Tensor);

/**
 * Resolves a name, the `{ name, config }` of a model file, a function, or a constraint itself. Throws
 * {@link ArgumentError} for anything else.
 */
export const constraint = (like: ConstraintLike): Constraint => resolveNamed("constraint", like, constraints);

/** The form of a constraint in a model file. Throws {@link ArgumentError} for a function of the user's own. */
export const constraintConfig = (given: Constraint): NamedJson => namedConfig("constraint", given);
