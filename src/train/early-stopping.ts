// The callback that stops a run when a measure no longer improves.
import { ArgumentError, didYouMean } from "../errors.ts";
import type { MeasureName } from "../metrics/index.ts";
import type { WeightValues } from "../nn/weights.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import type { Callback, EpochRecord } from "./callback.ts";

/** The direction in which a measure improves; "auto" goes by the name: losses and errors fall, accuracies rise. */
export type Direction = "auto" | "min" | "max";

/** The name of a measure, as the history has it: that of the loss or a metric, or with "val" that of its validation. */
export type Monitor = MeasureName | `val${Capitalize<MeasureName>}` | (string & {});

/** Returns a measure of an epoch's record. Throws {@link ArgumentError} if the run does not have it. */
export function monitored(where: string, record: EpochRecord, monitor: string): number {
  const value = record[monitor];
  if (typeof value === "number" && monitor !== "epoch" && monitor !== "seconds") return value;
  const known = Object.keys(record).filter((name) => name !== "epoch" && name !== "seconds");
  const hint =
    monitor.startsWith("val") && !known.some((name) => name.startsWith("val"))
      ? " There is no validation data."
      : didYouMean(monitor, known);
  throw new ArgumentError(`${where}: this run does not measure "${monitor}".${hint} It measures ${known.join(", ")}.`);
}

/** True if `value` is better than `best` by more than `minDelta`. NaN never is; any number is better than null. */
export function improves(value: number, best: number | null, mode: "min" | "max", minDelta = 0): boolean {
  if (best === null) return !Number.isNaN(value);
  return mode === "max" ? value > best + minDelta : value < best - minDelta;
}

/** The direction in which `monitor` improves. Throws {@link ArgumentError} if neither `mode` nor the name gives it. */
export function directionOf(where: string, monitor: string, mode: unknown): "min" | "max" {
  if (mode === "min" || mode === "max") return mode;
  if (mode !== "auto")
    throw new ArgumentError(`${where}: mode: expected "auto", "min" or "max", got ${describe(mode)}.`);
  if (/loss|error/i.test(monitor)) return "min";
  if (/accuracy/i.test(monitor)) return "max";
  throw new ArgumentError(
    `${where}: the name "${monitor}" does not tell whether less or more is better; set mode to "min" or "max".`,
  );
}

/** The options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The measure that is watched, as the history names it. Default: "valLoss". */
  readonly monitor?: Monitor;
  /** The number of epochs in a row without improvement that ends the run; 0 means 1. Default: 0. */
  readonly patience?: number;
  /** A change counts as an improvement if it is greater than this. Default: 0. */
  readonly minDelta?: number;
  /** The direction in which the measure improves. Default: "auto": losses and errors downwards, accuracies upwards. */
  readonly mode?: Direction;
  /** Gives the model the weights of its best epoch at the end. Default: false. */
  readonly restoreBest?: boolean;
}

/**
 * Ends a run after `patience` epochs in a row that bring no improvement. Morgan and Bourlard, 1990.
 *
 * @example
 * const stopping = callbacks.earlyStopping({ patience: 3, restoreBest: true });
 * await model.fit(train, { epochs: 100, validationData: test, callbacks: [stopping] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "callbacks.earlyStopping";
  checkOptions(where, options, ["monitor", "patience", "minDelta", "mode", "restoreBest"]);
  const { monitor = "valLoss", patience = 0, minDelta = 0, restoreBest = false } = options;
  const mode = directionOf(where, monitor, options.mode ?? "auto");
  checkCount(where, "patience", patience, 0);
  checkRange(where, "minDelta", minDelta, 0);
  checkFlag(where, "restoreBest", restoreBest);
  let best: number | null = null;
  let bestWeights: WeightValues | null = null;
  let waited = 0;
  return {
    onTrainBegin() {
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
      if (improves(value, best, mode, minDelta)) {
        [best, waited] = [value, 0];
        if (restoreBest) bestWeights = await run.model.getWeights();
      } else if (++waited >= patience) {
        run.stop(`${monitor} did not improve in ${waited} ${waited === 1 ? "epoch" : "epochs"}`);
      }
    },
    onTrainEnd(_, run) {
      if (bestWeights) run.model.setWeights(bestWeights);
    },
  };
}
