// Decisions of yes or no: targets, probabilities and weights in one shape.
import { oneHot, where } from "../functions/array.ts";
import { topK } from "../functions/sorting.ts";
import { alignTargets, type Loss, targetMask } from "../losses/loss.ts";
import { sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { spread } from "./metric.ts";

/** The function that makes probabilities of predictions; null if they are probabilities. */
export type Squash = "sigmoid" | "softmax" | null;

/** How the predictions of a model that is trained on this loss become probabilities. */
export function squashOf({ decision, fromLogits }: Loss): Squash {
  if (decision === "sign") return "sigmoid";
  return fromLogits === true ? (decision ?? null) : null;
}

export function probabilities(predictions: Tensor, squash: Squash): Tensor {
  const p = predictions.cast("float32");
  return squash === null ? p : squash === "sigmoid" ? p.sigmoid() : p.softmax();
}

/**
 * True where the answer is yes, in the shape of the predictions: targets above 0, or the class of each example, if
 * targets are class numbers `[batch]` and predictions `[batch, classes]`.
 */
export function truth(name: string, targets: Tensor, predictions: Tensor): Tensor {
  const { shape } = predictions;
  const outer = shape.slice(0, -1);
  const isClass = sameShape(targets.shape, outer) || sameShape(targets.shape, [...outer, 1]);
  return shape.at(-1) !== 1 && shape.length > 1 && isClass
    ? targetMask(name, targets, predictions)
    : alignTargets(name, targets, predictions).greater(0);
}

/** True for the k greatest of the last axis, of equals for the earlier. */
export function isAmongGreatest(x: Tensor, k: number): Tensor {
  const classes = x.shape.at(-1) ?? 1;
  return oneHot(topK(x, Math.min(k, classes)).indices, classes)
    .sum(-2)
    .greater(0);
}

export interface Decisions {
  readonly truth: Tensor;
  readonly scores: Tensor;
  /** A weight for each decision; null if all count 1. */
  readonly weights: Tensor | null;
}

/** The decisions of a batch: those about one class only, if `classId` is given; only the k greatest with `topK`. */
export function decisionsOf(
  name: string,
  [targets, predictions, weights]: readonly [Tensor, Tensor, Tensor | null],
  squash: Squash,
  choice: { readonly topK?: number; readonly classId?: number } = {},
): Decisions {
  const p = probabilities(predictions, squash);
  const known = truth(name, targets, p);
  const chosen = choice.topK === undefined ? p : where(isAmongGreatest(p, choice.topK), p, -Infinity);
  const { classId } = choice;
  const ofClass = (x: Tensor): Tensor => (classId === undefined ? x : x.at("...", [classId, classId + 1]));
  const scores = ofClass(chosen);
  return { truth: ofClass(known), scores, weights: weights && spread(weights, scores.shape) };
}

/** The threshold between no and yes for predictions as the loss takes them. */
export const thresholdOf = ({ decision, fromLogits }: Pick<Loss, "decision" | "fromLogits">): number =>
  decision === "sign" || (decision === "sigmoid" && fromLogits === true) ? 0 : 0.5;
