// Saving the model while it trains.
import { ArgumentError } from "../errors.ts";
import { checkFlag, checkOptions, describe } from "../options.ts";
import type { Callback } from "./callback.ts";
import { checkDirection, type Direction, improves, monitored } from "./early-stopping.ts";

export interface ModelCheckpointOptions {
  /** Whether only an epoch that is better than all before is saved. Default: false. */
  readonly saveBestOnly?: boolean;
  /** By what epochs are compared. Default: "valLoss". */
  readonly monitor?: string;
  /** Default: "auto": losses and errors improve downwards, all else upwards. */
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
    throw new ArgumentError(`${where}: wants the path of a file, but came ${describe(path)}.`);
  checkOptions(where, options, ["saveBestOnly", "monitor", "mode"]);
  const { saveBestOnly = false, monitor = "valLoss" } = options;
  checkFlag(where, "saveBestOnly", saveBestOnly);
  const mode = checkDirection(where, options.mode ?? "auto");
  let best: number | null = null;
  return {
    onTrainBegin() {
      best = null;
    },
    async onEpochEnd(record, run) {
      if (saveBestOnly) {
        const value = monitored(where, record, monitor);
        if (!improves(value, best, monitor, mode)) return;
        best = value;
      }
      await run.model.save(path.replaceAll("{epoch}", String(record.epoch + 1)));
    },
  };
}
