// The metric "accuracy": the accuracy that fits a loss.
import type { Loss } from "../losses/loss.ts";
import { binaryAccuracy, categoricalAccuracy, sparseCategoricalAccuracy } from "./accuracy.ts";
import { thresholdOf } from "./decisions.ts";
import { type MeanMetric, meanMetric } from "./metric.ts";

/**
 * The accuracy that fits the loss and the shapes, as in Keras: {@link binaryAccuracy} for one output or a loss that
 * takes each prediction for itself (with threshold ½, or 0 for logits and margins), else the categorical accuracy for
 * class numbers or one-hot targets.
 */
export function fittingAccuracy(loss: Pick<Loss, "decision" | "fromLogits" | "targets">): MeanMetric<"accuracy"> {
  const { decision, targets: kind } = loss;
  const isBinary = decision === "sigmoid" || decision === "sign";
  const fitting = meanMetric("accuracy", {}, (targets, predictions) => {
    const single = predictions.ndim < 2 || predictions.shape.at(-1) === 1;
    if (kind === "classes") return sparseCategoricalAccuracy(targets, predictions);
    if (single || isBinary) return binaryAccuracy(targets, predictions, { threshold: thresholdOf(loss) });
    const sparse = targets.ndim < predictions.ndim || targets.shape.at(-1) === 1;
    return sparse ? sparseCategoricalAccuracy(targets, predictions) : categoricalAccuracy(targets, predictions);
  });
  return { ...fitting, forLoss: fittingAccuracy };
}

/** The metric by its name, which the loss of the model settles. */
export const accuracy = (): MeanMetric<"accuracy"> => fittingAccuracy({ targets: "any" });
