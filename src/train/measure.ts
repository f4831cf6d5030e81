// The losses and metrics of a batch: what is trained on, and what is reported.
import { ArgumentError } from "../errors.ts";
import { quotient, spread } from "../metrics/metric.ts";
import type { Masks } from "../nn/tree/call.ts";
import { isTensor, leavesOf, type Tensors } from "../nn/tree/tree.ts";
import { Tensor } from "../tensor.ts";
import { outputOf } from "../transformations/outputs.ts";
import type { Amount, Meters } from "./meters.ts";
import { measureName, type Objective, type TrainingSetup } from "./setup.ts";
import type { Batch } from "./source.ts";

/** What a model gave for a batch. */
interface Answers {
  readonly output: Tensors;
  readonly mask: Masks | null;
  /** Numbers that layers added to the loss. */
  readonly losses: readonly Tensor[];
}

/** The loss of a batch, whose gradient is taken, and the figures so far: the loss first. */
export interface Measured {
  readonly loss: Tensor;
  readonly figures: readonly Tensor[];
}

/** Measures a batch, and adds it to the figures. */
export function measure(
  { objectives }: TrainingSetup,
  { targets, weights }: Batch,
  { output, mask, losses }: Answers,
  count: number,
  meters: Meters,
): Measured {
  const predictions = leavesOf(output, isTensor);
  const expected = leavesOf(targets, isTensor);
  const masks = mask === null ? [] : leavesOf(mask, (m): m is Tensor | null => m === null || m instanceof Tensor);
  if (objectives.length === 0 && losses.length === 0)
    throw new ArgumentError(
      "expected a loss to measure by, got none: give model.compile({ loss: … }) one, or call addLoss in a layer.",
    );
  if (objectives.length > 0) checkCounts(objectives, predictions.length, expected.length);
  const parts = objectives.map((objective, i) => {
    const [target, prediction] = [expected[i] as Tensor, predictions[i] as Tensor];
    const own = lossOf(objective, target, prediction, weights, masks[i] ?? null, count);
    return { objective, target, prediction, mask: masks[i] ?? null, ...own };
  });
  const scaled = parts.map(({ objective: { weight }, loss }) => (weight === 1 ? loss : loss.mul(weight)));
  const loss = [...scaled, ...losses].reduce((a, b) => a.add(b));
  const [only] = parts;
  const isPlain = parts.length === 1 && losses.length === 0 && only?.objective.weight === 1;
  const figures = [meters.add("loss", isPlain && only ? only.amount : { total: loss.mul(count), count })];
  for (const { objective, target, prediction, mask: own, amount } of parts) {
    if (parts.length > 1) figures.push(meters.add(measureName(objective, "loss"), amount));
    for (const metric of objective.metrics)
      figures.push(meters.measure(measureName(objective, metric.name), metric, target, prediction, own));
    for (const metric of objective.weightedMetrics) {
      const both = own && weights ? own.cast("float32").mul(spread(weights, own.shape)) : (own ?? weights);
      figures.push(meters.measure(measureName(objective, metric.name), metric, target, prediction, both));
    }
  }
  return { loss, figures };
}

/**
 * The mean loss over a batch, and what it adds to the figure. Weights scale the losses of examples, whose number stays
 * the divisor, as in Keras; of what is masked or ignored, nothing counts.
 */
function lossOf(
  { loss: rule }: Objective,
  targets: Tensor,
  predictions: Tensor,
  weights: Tensor | null,
  mask: Tensor | null,
  count: number,
): { readonly loss: Tensor; readonly amount: Amount } {
  const losses = outputOf(`loss ${rule.name}`, rule.call(targets, predictions));
  const counts = rule.counts?.(targets, predictions) ?? null;
  // A loss may return several numbers for each example, or one for the batch; the figure counts examples.
  const share = losses.size === count ? 1 : count / losses.size;
  const scale = (total: Tensor): Tensor => (share === 1 ? total : total.mul(share));
  if (weights === null && mask === null && counts === null) {
    const total = losses.sum();
    return { loss: total.mul(1 / losses.size), amount: { total: scale(total), count } };
  }
  if (losses.ndim === 0)
    throw new ArgumentError(
      `loss ${rule.name} gives one number for a batch, so that sample weights and masks cannot act on its examples; ` +
        "let it return one number for each example.",
    );
  const isMasked = mask !== null && mask.ndim <= losses.ndim;
  const masks = [...(isMasked ? [spread(mask, losses.shape)] : []), ...(counts ? [counts.cast("float32")] : [])];
  const valid = masks.length > 0 ? masks.reduce((a, b) => a.mul(b)) : null;
  let weighted = valid ? losses.mul(valid) : losses;
  if (weights) weighted = weighted.mul(spread(weights, losses.shape));
  const mean = valid ? quotient(weighted.sum(), valid.sum()) : weighted.mean();
  return { loss: mean, amount: { total: mean.mul(count), count } };
}

function checkCounts(objectives: readonly Objective[], outputs: number, targets: number): void {
  if (objectives.length === outputs && outputs === targets) return;
  const names = objectives.map(({ output }) => output).filter((name) => name !== "");
  const named = names.length > 0 ? ` (${names.join(", ")})` : "";
  throw new ArgumentError(
    `expected as many outputs and targets as losses, got ${outputs} outputs, ${targets} targets and ` +
      `${objectives.length} losses${named}; compile with a loss for each output.`,
  );
}
