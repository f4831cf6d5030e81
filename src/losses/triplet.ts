// Pulls each example towards those of its class, and away from the others, by a margin.
import { ShapeError } from "../errors.ts";
import { eye, where } from "../functions/array.ts";
import { checkOptions, checkRange } from "../options.ts";
import { formatShape, sameShape } from "../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";
import { classNumbers } from "./loss.ts";

/** Options of {@link tripletMarginLoss}. */
export interface TripletMarginOptions {
  /** By how much the negative should be farther than the positive, in the unit of distance. Default: 1. */
  readonly margin?: number;
  /** The norm of differences: (Σ |aᵢ − bᵢ + epsilon|ᵖ)^(1/p), p ≥ 1. Default: 2, the Euclidean distance. */
  readonly p?: number;
  /** Is added to every difference, so that the slope of a distance is finite at 0. Default: 1e-6. */
  readonly epsilon?: number;
  /** Takes the negative's distance from the positive where that is less than its distance from the anchor. */
  readonly swap?: boolean;
}

/**
 * max(d(anchor, positive) − d(anchor, negative) + margin, 0): three embeddings `[batch, n]` give `[batch]`. For a
 * training step of one's own that has triplets; {@link losses}.triplet finds them in a batch of labelled examples. Like
 * PyTorch's TripletMarginLoss without its mean. Schroff and others, 2015; Balntas and others, 2016.
 *
 * @throws ShapeError unless all three have one shape; ArgumentError for unknown options, margin < 0 and p < 1
 * @example await tripletMarginLoss([[0, 0]], [[0, 1]], [[0.6, 0.8]]).array(); // [1]
 */
export function tripletMarginLoss(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  options: TripletMarginOptions = {},
): Tensor {
  const where = "tripletMarginLoss";
  checkOptions(where, options, ["margin", "p", "epsilon", "swap"]);
  const { margin = 1, p = 2, epsilon = 1e-6, swap = false } = options;
  checkRange(where, "margin", margin, 0);
  checkRange(where, "p", p, 1);
  checkRange(where, "epsilon", epsilon, 0);
  const [a, b, c] = [asTensor(anchor), asTensor(positive), asTensor(negative)];
  if (a.ndim === 0 || !sameShape(a.shape, b.shape) || !sameShape(a.shape, c.shape))
    throw new ShapeError(
      `${where}: expected three embeddings of one shape, [batch, n], ` +
        `got ${[a, b, c].map((x) => formatShape(x.shape)).join(", ")}.`,
    );
  const distance = (x: Tensor, y: Tensor): Tensor => {
    const difference = x.sub(y).add(epsilon);
    if (p === 2) return difference.square().sum(-1).sqrt();
    return difference
      .abs()
      .pow(p)
      .sum(-1)
      .pow(1 / p);
  };
  const apart = distance(a, c);
  const farther = swap ? apart.minimum(distance(b, c)) : apart;
  return distance(a, b).sub(farther).add(margin).maximum(0);
}

/** The ways in which triplets are found in a batch. */
export const minings = ["semiHard", "hard", "all"] as const;

export interface TripletOptions {
  /** By how much negatives should be farther than positives. Default: 1. */
  readonly margin?: number;
  /** Which triplets of a batch count; see {@link triplet}. Default: "semiHard". */
  readonly mining?: (typeof minings)[number];
}

/** Stands for no distance at all; infinity would make NaN of 0 · ∞ in gradients. */
const far = 1e30;

/**
 * max(d(a, p) − d(a, n) + margin, 0) for triplets of a batch: an anchor a, a positive p of its class and a negative n
 * of another. Predictions are embeddings `[batch, n]`, targets the class numbers `[batch]` of any classes; d is the
 * Euclidean distance. It gives `[batch]`: what triplets of each anchor add to the mean, which is the mean over
 *
 * - "semiHard": all pairs (a, p), each with the nearest n that is farther from a than p is, or else with the farthest n
 *   (as TensorFlow Addons' TripletSemiHardLoss). Schroff and others, 2015.
 * - "hard": all anchors, each with its farthest p and its nearest n. Hermans and others, 2017.
 * - "all": all triplets.
 *
 * A batch should hold several examples of each class; an anchor without positives or without negatives adds nothing.
 * Where embeddings should lie on a sphere, let the model end with {@link l2Normalize}.
 *
 * @throws ShapeError unless embeddings are `[batch, n]` and class numbers `[batch]`
 * @example await triplet([0, 0, 1], [[0, 0], [0, 1], [2, 0]]).array(); // [0, 0, 0]
 */
export function triplet(targets: TensorLike, predictions: TensorLike, options: TripletOptions = {}): Tensor {
  const { margin = 1, mining = "semiHard" } = options;
  const embeddings = asTensor(predictions);
  if (embeddings.ndim !== 2)
    throw new ShapeError(`triplet: expected embeddings [batch, n], got ${formatShape(embeddings.shape)}.`);
  const labels = classNumbers("triplet", asTensor(targets), embeddings);
  const batch = embeddings.shape[0]!;
  const distances = distancesBetween(embeddings);
  const same = labels.expandDims(1).equal(labels);
  const isPositive = same.logicalAnd(eye(batch, "bool").logicalNot());
  const isNegative = same.logicalNot();
  const hasNegative = isNegative.cast("float32").max(1, { keepDims: true }).greater(0);

  /** The loss of positives and negatives at these distances, 0 where there is none. */
  const lossWhere = (counts: Tensor, positive: Tensor, negative: Tensor): Tensor =>
    where(counts, positive.sub(negative).add(margin).maximum(0), 0);
  const perAnchor = (counts: Tensor, losses: Tensor): Tensor => {
    const number = counts.cast("float32").sum().maximum(1);
    const axes = losses.shape.map((_, i) => i).slice(1);
    return losses.sum(axes).mul(number.pow(-1).mul(batch));
  };

  if (mining === "all") {
    const counts = isPositive.expandDims(2).logicalAnd(isNegative.expandDims(1));
    return perAnchor(counts, lossWhere(counts, distances.expandDims(2), distances.expandDims(1)));
  }
  if (mining === "hard") {
    const hasPositive = isPositive.cast("float32").max(1).greater(0);
    const counts = hasPositive.logicalAnd(hasNegative.squeeze(1));
    const farthest = where(isPositive, distances, 0).max(1);
    return perAnchor(counts, lossWhere(counts, farthest, where(isNegative, distances, far).min(1)));
  }
  // [anchor, positive, negative]
  const isFarther = isNegative.expandDims(1).logicalAnd(distances.expandDims(1).greater(distances.expandDims(2)));
  const nearestFarther = where(isFarther, distances.expandDims(1), far).min(2);
  const farthest = where(isNegative, distances, 0).max(1, { keepDims: true });
  const negative = where(nearestFarther.less(far), nearestFarther, farthest);
  const counts = isPositive.logicalAnd(hasNegative);
  return perAnchor(counts, lossWhere(counts, distances, negative));
}

/** The Euclidean distances of all pairs of rows, `[batch, batch]`, with a gradient of 0 where two rows are equal. */
function distancesBetween(rows: Tensor): Tensor {
  const square = rows.expandDims(1).sub(rows).square().sum(-1);
  const differ = square.greater(0);
  return where(differ, where(differ, square, 1).sqrt(), 0);
}
