// The overlap of regions with different weights for what is missed and what is made up, for segmentation.
import type { Tensor, TensorLike } from "../tensor.ts";
import { type DiceOptions, regions } from "./dice.ts";
import { epsilon } from "./loss.ts";

export interface TverskyOptions extends DiceOptions {
  /** The weight of false positives. Default: 0.5. */
  readonly alpha?: number;
  /** The weight of false negatives. Default: 0.5. */
  readonly beta?: number;
}

/**
 * 1 − Σ t·p / (Σ t·p + α Σ (1 − t)·p + β Σ t·(1 − p) + 1e-7): {@link dice} with weights for false positives (α) and
 * false negatives (β); a large β keeps small regions from being missed. Shapes and `axis` are those of dice. (α and β
 * are those of the paper and of Keras's documentation; Keras's code, in 3.x, has them the other way round.) Salehi and
 * others, 2017.
 *
 * @throws ShapeError where the shapes differ
 * @example await tversky([[1, 1, 0, 0]], [[1, 0, 0.5, 0]], { alpha: 0.2, beta: 0.8 }).array(); // [0.473684]
 */
export function tversky(
  targets: TensorLike,
  predictions: TensorLike,
  { alpha = 0.5, beta = 0.5, axis }: TverskyOptions = {},
): Tensor {
  const { both, target, predicted } = regions("tversky", targets, predictions, axis);
  const wrong = predicted.sub(both).mul(alpha).add(target.sub(both).mul(beta));
  return both.neg().div(both.add(wrong).add(epsilon)).add(1);
}
