// The interface of a loss, and the alignment of targets with predictions.
import { ShapeError } from "../errors.ts";
import { iota } from "../ops/index.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** The value of an option of a loss, as a model file holds it. */
export type LossOption = number | boolean | string | readonly number[];

/** A loss with its options, as `compile` takes it and a model file keeps it. */
export interface Loss {
  readonly name: string;
  /** The options that the factory was given. */
  readonly config: Readonly<Record<string, LossOption>>;
  /**
   * The kind of targets: "values" and "shares" (0 … 1) are shaped like predictions, "classes" are class numbers, each
   * below the length of the predictions' last axis. A loss with "any" targets checks their shape itself.
   */
  readonly targets: "values" | "shares" | "classes" | "any";
  /**
   * True if predictions are logits, false if they are probabilities, null if the model's last activation decides.
   * Absent for losses that make no such distinction.
   */
  readonly fromLogits?: boolean | null;
  /** The same loss with `fromLogits` settled, for one that leaves it open. */
  withLogits?(fromLogits: boolean): Loss;
  /**
   * How predictions decide: each for itself, yes from a probability of ½ ("sigmoid") or by its sign ("sign"), or the
   * greatest of the last axis ("softmax"). Absent for losses of figures and distances. Metrics read it.
   */
  readonly decision?: "sigmoid" | "sign" | "softmax";
  /** True for what counts in a mean, in the shape of the losses. Absent where everything does. */
  counts?(targets: Tensor, predictions: Tensor): Tensor;
  /** The loss of each example, `[batch]` (with further axes where the predictions have more than two). */
  call(targets: Tensor, predictions: Tensor): Tensor;
}

/** A loss of the user's own: one number for each example, or one number. */
export type LossFunction = (targets: Tensor, predictions: Tensor) => Tensor;

/** Keras's epsilon: the least distance of a clipped probability from 0 and 1, and what keeps divisors from 0. */
export const epsilon = 1e-7;

/** Probabilities clipped to [1e-7, 1 − 1e-7], so that their logarithms are finite. */
export function clipProbabilities(p: Tensor): Tensor {
  return p.maximum(epsilon).minimum(1 - epsilon);
}

/** Targets t moved towards `even` by the share s: (1 − s)·t + s·even. */
export const smoothed = (t: Tensor, s: number, even: number): Tensor => (s === 0 ? t : t.mul(1 - s).add(s * even));

/**
 * Targets in the dtype and shape of the predictions. `[batch]` and `[batch, 1]` are converted into each other; nothing
 * else is broadcast, since a broadcast target would silently give a wrong loss.
 */
export function alignTargets(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const values = targets.dtype === predictions.dtype ? targets : targets.cast(predictions.dtype);
  if (sameShape(targets.shape, predictions.shape)) return values;
  const withoutOne = (x: Tensor) => (x.ndim > 1 && x.shape.at(-1) === 1 ? x.shape.slice(0, -1) : x.shape);
  if (sameShape(withoutOne(targets), withoutOne(predictions))) return values.reshape(predictions.shape);
  throw new ShapeError(
    `${name}: expected targets in the shape of the predictions, ${formatShape(predictions.shape)}, ` +
      `got ${formatShape(targets.shape)}.`,
  );
}

/** Class numbers as int32 in the shape of the predictions without their last axis; `[batch, 1]` loses its axis. */
export function classNumbers(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const outer = predictions.shape.slice(0, -1);
  if (predictions.ndim > 0 && (sameShape(targets.shape, outer) || sameShape(targets.shape, [...outer, 1])))
    return targets.cast("int32").reshape(outer);
  throw new ShapeError(
    `${name}: expected class numbers ${formatShape(outer)} for predictions ${formatShape(predictions.shape)}, ` +
      `got ${formatShape(targets.shape)}.`,
  );
}

/**
 * True where a class is the target, `[..., classes]`. It is a comparison with a counter, not a lookup, so that a loss
 * that uses it is one pass over the predictions.
 */
export function targetMask(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const { shape } = predictions;
  return classNumbers(name, targets, predictions)
    .expandDims(-1)
    .equal(new Tensor(iota(shape, shape.length - 1, "int32")));
}
