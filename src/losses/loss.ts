// What a loss is, and how targets are brought beside predictions.
import { ShapeError } from "../errors.ts";
import { iota } from "../ops/index.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";

/** A loss with its options, as `compile` takes it and a model file keeps it. */
export interface Loss {
  readonly name: string;
  /** What the factory of this name was given. */
  readonly config: Readonly<Record<string, number | boolean>>;
  /** What the targets are: numbers shaped like the predictions, shares of 0 … 1 shaped so too, class numbers, or unknown. */
  readonly targets: "values" | "shares" | "classes" | "any";
  /**
   * Whether the predictions are scores (logits) rather than probabilities: null where nobody has said, so that the model's
   * last activation decides; absent where the loss knows no such thing.
   */
  readonly fromLogits?: boolean | null;
  /** The loss of each example, `[batch]` (with further axes where the predictions have more than two). */
  call(targets: Tensor, predictions: Tensor): Tensor;
}

/** A loss of the user's own: one number for each example, or one number. */
export type LossFunction = (targets: Tensor, predictions: Tensor) => Tensor;

/** Least distance from 0 and 1 at which the logarithm of a probability is taken, as in Keras. */
export const epsilon = 1e-7;

/** Probabilities held between 1e-7 and 1 − 1e-7, so that their logarithms are finite. */
export function clipProbabilities(p: Tensor): Tensor {
  return p.maximum(epsilon).minimum(1 - epsilon);
}

/**
 * Targets as float32 in the very shape of the predictions. `[batch]` beside `[batch, 1]` gains or loses the axis;
 * nothing else is stretched, since a stretched target would be a wrong loss in silence.
 */
export function alignTargets(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const values = targets.dtype === predictions.dtype ? targets : targets.cast(predictions.dtype);
  if (sameShape(targets.shape, predictions.shape)) return values;
  const withoutOne = (x: Tensor) => (x.shape.at(-1) === 1 ? x.shape.slice(0, -1) : x.shape);
  if (Math.abs(targets.ndim - predictions.ndim) === 1 && sameShape(withoutOne(targets), withoutOne(predictions))) {
    return values.reshape(predictions.shape);
  }
  throw new ShapeError(
    `${name}: targets ${formatShape(targets.shape)} and predictions ${formatShape(predictions.shape)} must have the same shape.`,
  );
}

/** Class numbers as int32 in the shape of the predictions without their last axis; `[batch, 1]` loses its axis. */
export function classNumbers(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const outer = predictions.shape.slice(0, -1);
  if (predictions.ndim > 0 && (sameShape(targets.shape, outer) || sameShape(targets.shape, [...outer, 1])))
    return targets.cast("int32").reshape(outer);
  throw new ShapeError(
    `${name}: class numbers ${formatShape(targets.shape)} do not fit predictions ${formatShape(predictions.shape)}, which want ${formatShape(outer)}.`,
  );
}

/**
 * Class numbers beside scores: true where a class is the target, `[..., classes]`. A comparison with a counter and no
 * lookup, so that a loss made of it is one pass over the scores.
 */
export function targetMask(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const { shape } = predictions;
  return classNumbers(name, targets, predictions)
    .expandDims(-1)
    .equal(new Tensor(iota(shape, shape.length - 1, "int32")));
}
