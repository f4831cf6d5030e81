// The callback that measures and saves a model with the running means of its weights.
import { ArgumentError } from "../errors.ts";
import type { WeightValues } from "../nn/tree/weights.ts";
import { checkFlag, checkOptions } from "../options.ts";
import type { Callback, TrainingRun } from "./callback.ts";
import { trainedRanges } from "./setup.ts";

/** The options of {@link swapEMAWeights}. */
export interface SwapEmaWeightsOptions {
  /**
   * Leaves the means in the model from the end of an epoch to the beginning of the next, so that callbacks after this
   * one see them: a `modelCheckpoint` saves them. Default: false.
   */
  readonly swapOnEpoch?: boolean;
}

/**
 * Gives the model the running means of its weights while validation data are measured, and its own weights back before
 * it is trained on; the optimizer keeps the means (`useEma: true`). At the end of `fit` the model has the means anyway.
 * Polyak and Juditsky, 1992.
 *
 * @throws ArgumentError, once a run begins, for an optimizer without running means
 * @example
 * model.compile({ optimizer: optimizers.adam({ useEma: true }), loss: "sparseCategoricalCrossentropy" });
 * await model.fit(train, { validationData: test, callbacks: [callbacks.swapEMAWeights()] });
 */
export function swapEMAWeights(options: SwapEmaWeightsOptions = {}): Callback {
  const where = "callbacks.swapEMAWeights";
  checkOptions(where, options, ["swapOnEpoch"]);
  const swapOnEpoch = checkFlag(where, "swapOnEpoch", options.swapOnEpoch ?? false);
  /** The model's own weights while it has the means. */
  let own: WeightValues | null = null;
  const takeMeans = async ({ model }: TrainingRun): Promise<void> => {
    if (own) return;
    const weights: WeightValues = await model.getWeights();
    const moved: readonly string[] = model.trainableVariables.map(({ path }: { path: string }) => path);
    own = Object.fromEntries(moved.map((path) => [path, weights[path]!]));
    model.training.optimizer.finalizeVariableValues(trainedRanges(model, model.training));
  };
  const giveBack = ({ model }: TrainingRun): void => {
    if (own) model.setWeights(own);
    own = null;
  };
  return {
    name: "swapEMAWeights",
    onTrainBegin({ model }) {
      own = null;
      if (!model.training.optimizer.usesEma)
        throw new ArgumentError(`${where}: expected an optimizer with useEma: true, got one without running means.`);
    },
    onEpochBegin: (_, run) => giveBack(run),
    onTestBegin: takeMeans,
    onTestEnd: giveBack,
    ...(swapOnEpoch && { onEpochEnd: (_, run) => takeMeans(run) }),
    state: () => ({ swapped: own !== null }),
    stateTensors: () => own ?? {},
    restore(_, tensors) {
      own = Object.keys(tensors).length > 0 ? tensors : null;
    },
  };
}
