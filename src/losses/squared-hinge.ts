// The square of the hinge loss.
import type { Tensor, TensorLike } from "../tensor.ts";
import { lackOfMargin } from "./hinge.ts";

/**
 * max(1 − target·prediction, 0)² with targets −1 and 1, the mean over the last axis: `[batch, n]` and `[batch, n]` give
 * `[batch]`. Targets of 0 are taken for −1. Its slope, unlike that of {@link hinge}, has no jump at the margin.
 *
 * @throws ShapeError where the shapes differ
 * @example await squaredHinge([[1], [-1]], [[0.4], [-2]]).array(); // [0.36, 0]
 */
export const squaredHinge = (targets: TensorLike, predictions: TensorLike): Tensor =>
  lackOfMargin("squaredHinge", targets, predictions).square().mean(-1);
