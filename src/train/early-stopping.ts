// The callback that stops a run when a measure no longer improves.
import type { WeightValues } from "../nn/tree/weights.ts";
import { checkCount, checkFinite, checkFlag, checkOptions, checkRange } from "../options.ts";
import type { Callback } from "./callback.ts";
import { checkMode, type Direction, directionOf, improves, type Monitor, monitored } from "./monitor.ts";

/** The options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The measure that is watched, as the history names it. Default: "valLoss". */
  readonly monitor?: Monitor;
  /** The number of epochs in a row without improvement that ends the run; 0 means 1. Default: 0. */
  readonly patience?: number;
  /** A change counts as an improvement if it is greater than this. Default: 0. */
  readonly minDelta?: number;
  /** The direction in which the measure improves. Default: "auto": losses and errors downwards, scores upwards. */
  readonly mode?: Direction;
  /** A value that epochs must be better than, to count as an improvement that ends the waiting. Default: none. */
  readonly baseline?: number;
  /** Gives the model the weights of its best epoch at the end. Default: false. */
  readonly restoreBestWeights?: boolean;
  /** The index of the first epoch that counts: those before it are passed over. Default: 0. */
  readonly startFromEpoch?: number;
}

const optionNames = [
  "monitor",
  "patience",
  "minDelta",
  "mode",
  "baseline",
  "restoreBestWeights",
  "startFromEpoch",
] as const satisfies readonly (keyof EarlyStoppingOptions)[];

/**
 * Ends a run after `patience` epochs in a row that bring no improvement over the best so far, or stay behind
 * `baseline`. Morgan and Bourlard, 1990.
 *
 * @example
 * const stopping = callbacks.earlyStopping({ patience: 3, restoreBestWeights: true });
 * await model.fit(train, { epochs: 100, validationData: test, callbacks: [stopping] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "callbacks.earlyStopping";
  checkOptions(where, options, optionNames);
  const { monitor = "valLoss", patience = 0, minDelta = 0, restoreBestWeights = false } = options;
  const { baseline, startFromEpoch = 0 } = options;
  const asked = checkMode(where, options.mode);
  let mode: "min" | "max" = "min";
  checkCount(where, "patience", patience, 0);
  checkRange(where, "minDelta", minDelta, 0);
  checkFlag(where, "restoreBestWeights", restoreBestWeights);
  checkCount(where, "startFromEpoch", startFromEpoch, 0);
  if (baseline !== undefined) checkFinite(where, "baseline", baseline);
  let best: number | null = null;
  let bestWeights: WeightValues | null = null;
  let waited = 0;
  return {
    name: `earlyStopping ${monitor}`,
    onTrainBegin({ model }) {
      mode = directionOf(where, monitor, asked, model?.training?.objectives ?? []);
      [best, bestWeights, waited] = [null, null, 0];
    },
    state: () => ({ best, waited }),
    stateTensors: () => bestWeights ?? {},
    restore(state, tensors) {
      const given = state as { readonly best: number | null; readonly waited: number };
      [best, waited] = [given.best, given.waited];
      bestWeights = Object.keys(tensors).length > 0 ? tensors : null;
    },
    async onEpochEnd(record, run) {
      const value = monitored(where, record, monitor);
      if (record.epoch < startFromEpoch) return;
      waited++;
      if (improves(value, best, mode, minDelta)) {
        best = value;
        if (restoreBestWeights) bestWeights = await run.model.getWeights();
        if (baseline === undefined || improves(value, baseline, mode, minDelta)) waited = 0;
      } else if (waited >= patience)
        run.stop(`${monitor} did not improve in ${waited} ${waited === 1 ? "epoch" : "epochs"}`);
    },
    onTrainEnd(_, run) {
      if (bestWeights) run.model.setWeights(bestWeights);
    },
  };
}
