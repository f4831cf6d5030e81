// What callbacks watch: a measure of each epoch, the direction in which it improves, and whether it did.
import { ArgumentError, didYouMean } from "../errors.ts";
import { directionByName, directionOfMetric } from "../metrics/directions.ts";
import type { MeasureName } from "../metrics/index.ts";
import { checkChoice } from "../options.ts";
import type { EpochRecord } from "./callback.ts";
import { measureName, type Objective } from "./setup.ts";

/** The direction in which a measure improves; "auto" goes by the name: losses and errors fall, scores rise. */
export type Direction = "auto" | "min" | "max";

/** The name of a measure, as the history has it: that of the loss or a metric, or with "val" that of its validation. */
export type Monitor = MeasureName | `val${Capitalize<MeasureName>}` | (string & {});

/** The measures of an epoch, or of a part of it. */
export type Measures = EpochRecord | Readonly<Record<string, number>>;

/** Returns a measure of an epoch's record. Throws {@link ArgumentError} if the run does not have it. */
export function monitored(where: string, record: Measures, monitor: string): number {
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

/** Checks the option `mode` of a callback; default: "auto". */
export const checkMode = (where: string, mode: unknown = "auto"): Direction =>
  checkChoice(where, "mode", mode, ["auto", "min", "max"]);

/**
 * The direction in which `monitor` improves: that of `mode`, of the metric of this name among the objectives, or what
 * the name says. Throws {@link ArgumentError} if none of them gives it.
 */
export function directionOf(
  where: string,
  monitor: string,
  mode: Direction,
  objectives: readonly Objective[],
): "min" | "max" {
  if (mode !== "auto") return mode;
  for (const objective of objectives)
    for (const metric of [...objective.metrics, ...objective.weightedMetrics]) {
      const name = measureName(objective, metric.name);
      const isMeant = monitor === name || monitor === `val${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
      const direction = isMeant ? directionOfMetric(metric) : null;
      if (direction) return direction;
    }
  const known = directionByName(monitor);
  if (known) return known;
  if (/loss|error/i.test(monitor)) return "min";
  if (/accuracy/i.test(monitor)) return "max";
  throw new ArgumentError(
    `${where}: the name "${monitor}" does not tell whether less or more is better; set mode to "min" or "max", ` +
      "or give your metric a direction.",
  );
}
