// What callbacks watch: a measure of each epoch, the direction in which it improves, and whether it did.
import { ArgumentError, didYouMean } from "../errors.ts";
import { directionByName } from "../metrics/directions.ts";
import type { MeasureName } from "../metrics/index.ts";
import { describe } from "../options.ts";
import type { EpochRecord } from "./callback.ts";

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

/** The direction in which `monitor` improves. Throws {@link ArgumentError} if neither `mode` nor the name gives it. */
export function directionOf(where: string, monitor: string, mode: unknown): "min" | "max" {
  if (mode === "min" || mode === "max") return mode;
  if (mode !== "auto")
    throw new ArgumentError(`${where}: mode: expected "auto", "min" or "max", got ${describe(mode)}.`);
  const known = directionByName(monitor);
  if (known) return known;
  if (/loss|error/i.test(monitor)) return "min";
  if (/accuracy/i.test(monitor)) return "max";
  throw new ArgumentError(
    `${where}: the name "${monitor}" does not tell whether less or more is better; set mode to "min" or "max".`,
  );
}
