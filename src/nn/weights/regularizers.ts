// Regularizers: penalties on weights that are added to the loss, with Keras's names and defaults.
import { ArgumentError, ShapeError } from "../../errors.ts";
import { eye } from "../../functions/array.ts";
import { l2Normalize } from "../../functions/normalization.ts";
import { describe } from "../../options.ts";
import { formatShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { type Named, type NamedJson, namedConfig, namedOptions, resolveNamed } from "./named.ts";

/** A penalty on a weight. */
export interface Regularizer extends Named {
  /** The penalty, one number, from a weight of any shape. */
  call(weight: Tensor): Tensor;
}

/** Makes a regularizer whose numbers, factors of a penalty, must not be negative. */
function penalty<D extends object>(
  name: string,
  defaults: D,
  given: object,
  call: (weight: Tensor, config: D) => Tensor,
  choices?: Readonly<Record<string, readonly string[]>>,
): Regularizer {
  const where = `regularizers.${name}`;
  const config = namedOptions(where, defaults, given, choices);
  for (const [option, value] of Object.entries(config))
    if (value < 0) throw new ArgumentError(`${where}: expected ${option} to be from 0 up, got ${describe(value)}.`);
  return { name, config: config as Regularizer["config"], call: (weight) => call(weight, config) };
}

const sumOfSizes = (weight: Tensor, factor: number): Tensor => weight.abs().sum().mul(factor);
const sumOfSquares = (weight: Tensor, factor: number): Tensor => weight.square().sum().mul(factor);

/**
 * The regularizers by name. `{ kernelRegularizer: "l2" }` and `{ kernelRegularizer: regularizers.l2() }` mean the same.
 *
 * @example await regularizers.l2(0.5).call(tensor([1, 2])).item(); // 2.5
 */
export const regularizers = {
  /**
   * l1 · Σ |w|: pushes weights to 0 exactly. Default l1: 0.01. Tibshirani, 1996.
   *
   * @example await regularizers.l1({ l1: 0.1 }).call(tensor([1, -2])).item(); // 0.3
   */
  l1: (options: number | { readonly l1?: number } = {}): Regularizer =>
    penalty("l1", { l1: 0.01 }, typeof options === "number" ? { l1: options } : options, (w, { l1 }) =>
      sumOfSizes(w, l1),
    ),
  /**
   * l2 · Σ w²: keeps weights small. Default l2: 0.01. Hoerl and Kennard, 1970.
   *
   * @example await regularizers.l2(0.1).call(tensor([1, -2])).item(); // 0.5
   */
  l2: (options: number | { readonly l2?: number } = {}): Regularizer =>
    penalty("l2", { l2: 0.01 }, typeof options === "number" ? { l2: options } : options, (w, { l2 }) =>
      sumOfSquares(w, l2),
    ),
  /**
   * l1 · Σ |w| + l2 · Σ w². As in Keras both are 0.01 by name, without options; with options, what is not given is 0.
   * Zou and Hastie, 2005.
   *
   * @example await regularizers.l1l2({ l1: 0.1, l2: 1 }).call(tensor([1, -2])).item(); // 5.3
   */
  l1l2: (options: { readonly l1?: number; readonly l2?: number } = { l1: 0.01, l2: 0.01 }): Regularizer =>
    penalty("l1l2", { l1: 0, l2: 0 }, options, (w, { l1, l2 }) => sumOfSizes(w, l1).add(sumOfSquares(w, l2))),
  /**
   * factor times the mean |cos| of the angles between every two rows of a matrix (mode "rows") or columns ("columns"):
   * 0 where they are orthogonal. Defaults: 0.01 and "rows". Brock and others, 2017.
   *
   * @throws ShapeError when it is called with anything but a matrix
   * @example await regularizers.orthogonal({ factor: 1 }).call(tensor([[1, 0], [3, 4]])).item(); // 0.6
   */
  orthogonal: (
    options: number | { readonly factor?: number; readonly mode?: "rows" | "columns" } = {},
  ): Regularizer => {
    const given = typeof options === "number" ? { factor: options } : options;
    const defaults = { factor: 0.01, mode: "rows" as "rows" | "columns" };
    return penalty("orthogonal", defaults, given, meanCosine, { mode: ["rows", "columns"] });
  },
} as const;

function meanCosine(weight: Tensor, { factor, mode }: { factor: number; mode: "rows" | "columns" }): Tensor {
  if (weight.ndim !== 2)
    throw new ShapeError(`regularizers.orthogonal: expected a matrix, got ${formatShape(weight.shape)}.`);
  const rows = l2Normalize(mode === "rows" ? weight : weight.transpose(), { epsilon: 1e-14 });
  const count = rows.shape[0]!;
  const cosines = rows.matmul(rows.transpose()).mul(eye(count).neg().add(1));
  // A single row has no pair, and the sum is 0.
  return cosines
    .abs()
    .sum()
    .mul(factor / Math.max(1, count * (count - 1)));
}

/** The forms in which layers take a regularizer; a function maps a weight to its penalty, one number. */
export type RegularizerLike = keyof typeof regularizers | Regularizer | NamedJson | ((weight: Tensor) => Tensor);

/**
 * Resolves a name, the `{ name, config }` of a model file, a function, or a regularizer itself. Throws
 * {@link ArgumentError} for anything else.
 */
export const regularizer = (like: RegularizerLike): Regularizer => resolveNamed("regularizer", like, regularizers);

/** The form of a regularizer in a model file. Throws {@link ArgumentError} for a function of the user's own. */
export const regularizerConfig = (given: Regularizer): NamedJson => namedConfig("regularizer", given);
