// The callback that saves the model while it trains.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions, describe } from "../options.ts";
import type { Callback } from "./callback.ts";
import { type Direction, directionOf, improves, type Monitor, monitored } from "./early-stopping.ts";

export interface ModelCheckpointOptions {
  /** Saves only after an epoch that is better than all before. Default: false. */
  readonly saveBestOnly?: boolean;
  /** The measure by which epochs are compared, as the history names it. Default: "valLoss". */
  readonly monitor?: Monitor;
  /** The direction in which the measure improves. Default: "auto": losses and errors downwards, accuracies upwards. */
  readonly mode?: Direction;
}

/**
 * Saves the model after each epoch, or after the best so far. `{epoch}` in the path becomes the epoch's number, from 1.
 *
 * @example callbacks.modelCheckpoint("runs/digits-{epoch}.safetensors", { saveBestOnly: true, monitor: "valAccuracy" })
 */
export function modelCheckpoint(path: string, options: ModelCheckpointOptions = {}): Callback {
  const where = "callbacks.modelCheckpoint";
  if (typeof path !== "string" || path === "")
    throw new ArgumentError(`${where}: expected the path of a file, got ${describe(path)}.`);
  checkOptions(where, options, ["saveBestOnly", "monitor", "mode"]);
  const { saveBestOnly = false, monitor = "valLoss" } = options;
  checkFlag(where, "saveBestOnly", saveBestOnly);
  const mode = saveBestOnly ? directionOf(where, monitor, options.mode ?? "auto") : "min";
  let best: number | null = null;
  return {
    onTrainBegin() {
      best = null;
    },
    state: () => best,
    restore(state) {
      best = state as number | null;
    },
    async onEpochEnd(record, run) {
      if (saveBestOnly) {
        const value = monitored(where, record, monitor);
        if (!improves(value, best, mode)) return;
        best = value;
      }
      await run.model.save(path.replaceAll("{epoch}", String(record.epoch + 1)));
    },
  };
}
