// Connectionist temporal classification: sequences of labels whose times are not known.
import { ShapeError } from "../errors.ts";
import { arange, concatenate, full, stack, where } from "../functions/array.ts";
import { scan } from "../functions/scan.ts";
import { logSoftmax } from "../functions/softmax.ts";
import { takeAlongAxis } from "../functions/sorting.ts";
import { formatShape } from "../shape.ts";
import { asTensor, type Tensor, type TensorLike } from "../tensor.ts";

export interface CtcOptions {
  /** Makes 0 of the infinite loss of an example with too few steps for its labels. Default: false. */
  readonly zeroInfinity?: boolean;
}

/** The logarithm of no chance at all. Infinity would make NaN of ∞ − ∞; no real logarithm comes near. */
const never = -1e30;

/** ln Σ exp along the last axis of terms that may be {@link never}. */
function logSum(x: Tensor): Tensor {
  const top = x.max(-1, { keepDims: true }).stopGradient();
  return x.sub(top).exp().sum(-1).log().add(top.squeeze(-1));
}

/**
 * −ln of the probability that a network which names a class or nothing at each step spells the labels: it may repeat a
 * label, and between two equal ones it must name nothing. Predictions are logits `[batch, steps, classes]`; targets are
 * the labels `[batch, most labels]`, from 1 to classes − 1. As in Keras 3, class 0 means nothing (the blank) and fills
 * up shorter rows of targets at their end, the number of labels is that of the numbers that are not 0, and all steps
 * count. It gives `[batch]`.
 *
 * The probabilities of all ways to spell the labels are added up by a {@link scan} over the steps, as logarithms. If
 * there are fewer steps than labels and blanks between equal ones, the loss is infinite and has no gradient; for a
 * label that is no class it is NaN.
 * Graves and others, 2006.
 *
 * @throws ShapeError for any other shapes
 * @example await ctc([[1, 0]], [[[0, 0], [0, 0]]]).array(); // [0.287682]
 */
export function ctc(targets: TensorLike, predictions: TensorLike, { zeroInfinity = false }: CtcOptions = {}): Tensor {
  const [given, logits] = [asTensor(targets), asTensor(predictions)];
  const [batch, steps, classes] = logits.shape as [number, number, number];
  const [rows, most] = given.shape as [number, number];
  if (logits.ndim !== 3 || given.ndim !== 2 || rows !== batch || steps === 0 || most === 0)
    throw new ShapeError(
      "ctc: expected labels [batch, most labels] for logits [batch, steps, classes], " +
        `got ${formatShape(given.shape)} for ${formatShape(logits.shape)}.`,
    );
  const labels = given.cast("int32");
  const logarithms = logSoftmax(logits);

  // The states are nothing, label, nothing, label, … nothing: 2 · most + 1 of them.
  const blank = logarithms.at([], [], [0, 1]);
  const ofLabels = takeAlongAxis(logarithms, labels.expandDims(1).broadcastTo([batch, steps, most]), 2);
  const pairs = stack([blank.broadcastTo(ofLabels.shape), ofLabels], -1).reshape([batch, steps, 2 * most]);
  const emissions = concatenate([pairs, blank], 2).transpose([1, 0, 2]);

  // A label may follow the label before it without a blank if they differ; no blank may be left out.
  const previous = labels.at([], [0, -1]).pad([
    [0, 0],
    [1, 0],
  ]);
  const ofLabel = where(labels.equal(previous), never, 0);
  const leap = stack([full(labels.shape, never), ofLabel], -1).reshape([batch, 2 * most]);
  const leaps = concatenate([leap, full([batch, 1], never)], 1);

  /** The states n before each: state s of the result is state s − n. */
  const behind = (states: Tensor, n: number): Tensor =>
    states.at([], [0, states.shape[1]! - n]).pad(
      [
        [0, 0],
        [n, 0],
      ],
      never,
    );
  const states = arange(2 * most + 1);
  const start = where(states.equal(0), 0, never).broadcastTo([batch, 2 * most + 1]);
  const [last] = scan(
    (at: Tensor, emission: Tensor) => {
      const ways = stack([at, behind(at, 1), behind(at, 2).add(leaps)], -1);
      return [logSum(ways).add(emission), null];
    },
    start,
    emissions,
  );

  const end = labels.notEqual(0).cast("int32").sum(1, { keepDims: true }).mul(2);
  const isEnd = states.equal(end).logicalOr(states.equal(end.sub(1)));
  const chance = logSum(where(isEnd, last, never));
  const loss = where(chance.less(never / 2), zeroInfinity ? 0 : Infinity, chance.neg());
  const isLabel = labels.greaterEqual(0).logicalAnd(labels.less(classes));
  return where(isLabel.cast("int32").min(1).equal(1), loss, NaN);
}
