// Stopping when a measure no longer improves.
import { ArgumentError, didYouMean } from "../errors.ts";
import { checkCount, checkFlag, checkOptions, checkRange, describe } from "../options.ts";
import type { Callback, EpochRecord } from "./callback.ts";
import type { WeightValues } from "./weights.ts";

/** Which way a measure improves: losses and errors downwards, the rest upwards, as far as the name tells. */
export type Direction = "auto" | "min" | "max";

/** A measure out of an epoch's record. Throws {@link ArgumentError} where the run does not have it. */
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

/** Whether `value` is better than `best` by more than `minDelta`. */
export function improves(value: number, best: number | null, monitor: string, mode: Direction, minDelta = 0): boolean {
  const upwards = mode === "max" || (mode === "auto" && !/loss|error/i.test(monitor));
  return best === null || (upwards ? value > best + minDelta : value < best - minDelta);
}

export function checkDirection(where: string, mode: unknown): Direction {
  if (mode === "auto" || mode === "min" || mode === "max") return mode;
  throw new ArgumentError(`${where}: mode is "auto", "min" or "max", but came ${describe(mode)}.`);
}

/** The options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** What is watched, as the history names it. Default: "valLoss". */
  readonly monitor?: string;
  /** How many epochs in a row without improvement end the run; 0 means 1. Default: 0. */
  readonly patience?: number;
  /** By how much a measure must change to count as better. Default: 0. */
  readonly minDelta?: number;
  /** Default: "auto": losses and errors improve downwards, all else upwards. */
  readonly mode?: Direction;
  /** Whether the model gets the weights of its best epoch at the end. Default: false. */
  readonly restoreBest?: boolean;
}

/**
 * Ends a run after `patience` epochs in a row that bring no improvement. Morgan and Bourlard, 1990.
 *
 * @example await model.fit(train, { epochs: 100, validationData: test, callbacks: [callbacks.earlyStopping({ patience: 3, restoreBest: true })] });
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  const where = "callbacks.earlyStopping";
  checkOptions(where, options, ["monitor", "patience", "minDelta", "mode", "restoreBest"]);
  const { monitor = "valLoss", patience = 0, minDelta = 0, restoreBest = false } = options;
  const mode = checkDirection(where, options.mode ?? "auto");
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
    async onEpochEnd(record, run) {
      const value = monitored(where, record, monitor);
      if (improves(value, best, monitor, mode, minDelta)) {
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
