// Windows of a series, as examples for a forecast.
import { allocate, type TypedArray } from "../../dtype.ts";
import { ArgumentError, ShapeError } from "../../errors.ts";
import type { HostArray } from "../../host-array.ts";
import { checkCount, checkOptions, describe } from "../../options.ts";
import { formatShape, sizeOf } from "../../shape.ts";
import { type ColumnSource, columnFrom, Dataset } from "../dataset.ts";

/** The options of {@link windows}. */
export interface WindowOptions {
  /** The number of steps that a model sees. */
  readonly length: number;
  /** The number of steps after them that it forecasts. Default: 1. */
  readonly horizon?: number;
  /** The number of steps from one window to the next. Default: 1. */
  readonly stride?: number;
  /** The number of steps of the series from one step of a window to the next. Default: 1. */
  readonly samplingRate?: number;
  /** The steps between the end of a window and what is forecast: 0 for the very next. Default: 0. */
  readonly gap?: number;
  /** The features to forecast, by their indices. Default: all. */
  readonly targets?: readonly number[];
}

const optionNames = ["length", "horizon", "stride", "samplingRate", "gap", "targets"];
const mostBytes = 2 ** 31;

/**
 * Windows of a series with what follows them, as examples for a forecast: the i-th has the steps
 * i·stride + k·samplingRate for k < length, and as its target those for length + gap ≤ k < length + gap + horizon.
 *
 * A series `[time]` gives inputs `[count, length]` and targets `[count, horizon]`, one of several features `[time,
 * features]` gives `[count, length, features]` and `[count, horizon, targets]`. Keras's `timeseries_dataset_from_array`
 * has the windows; its targets are given apart. Split a series by time before it is cut: windows of one part overlap
 * those of another otherwise.
 *
 * @throws ShapeError for a series of other shapes or too short for a window; ArgumentError for other options
 *
 * @example
 * const { inputs, targets } = windows([1, 2, 3, 4, 5], { length: 3, horizon: 1 });
 * inputs.array.data; // [1, 2, 3, 2, 3, 4]
 * targets.array.data; // [4, 5]
 */
export function windows(series: ColumnSource, options: WindowOptions): Dataset {
  const where = "windows";
  checkOptions(where, options, optionNames);
  const { horizon = 1, stride = 1, samplingRate = 1, gap = 0 } = options;
  const length = checkCount(where, "length", options.length);
  checkCount(where, "horizon", horizon);
  checkCount(where, "stride", stride);
  checkCount(where, "samplingRate", samplingRate);
  checkCount(where, "gap", gap, 0);
  const { array, ...scale } = columnFrom(series, `${where}: the series`);
  const [time = 0, features = 1] = array.shape;
  if (array.shape.length > 2)
    throw new ShapeError(`${where}: expected a series [time] or [time, features], got ${formatShape(array.shape)}.`);
  const span = (length + gap + horizon - 1) * samplingRate + 1;
  if (span > time)
    throw new ShapeError(`${where}: expected a series of at least ${span} steps for one window, got ${time}.`);
  const chosen = checkTargets(where, options.targets, features);
  const count = Math.floor((time - span) / stride) + 1;
  const isFlat = array.shape.length === 1;
  const cut = (from: number, steps: number, columns: readonly number[]): HostArray => {
    const shape = isFlat ? [count, steps] : [count, steps, columns.length];
    if (sizeOf(shape) * array.data.BYTES_PER_ELEMENT > mostBytes)
      throw new ArgumentError(`${where}: expected windows of at most 2 GiB, got ${formatShape(shape)}; try a stride.`);
    const data: TypedArray = allocate(array.dtype, sizeOf(shape));
    let to = 0;
    for (let i = 0; i < count; i++)
      for (let k = from; k < from + steps; k++)
        for (const column of columns) data[to++] = array.data[(i * stride + k * samplingRate) * features + column]!;
    return { data, shape, dtype: array.dtype };
  };
  const all = Array.from({ length: features }, (_, i) => i);
  return new Dataset({
    inputs: { ...scale, array: cut(0, length, all) },
    targets: { ...scale, array: cut(length + gap, horizon, chosen) },
    name: where,
  });
}

function checkTargets(where: string, targets: readonly number[] | undefined, features: number): readonly number[] {
  const chosen = targets ?? Array.from({ length: features }, (_, i) => i);
  const isIndex = (i: unknown): boolean => Number.isInteger(i) && Number(i) >= 0 && Number(i) < features;
  if (Array.isArray(chosen) && chosen.length > 0 && chosen.every(isIndex)) return chosen;
  const given = Array.isArray(targets) ? `[${targets.map(describe).join(", ")}]` : describe(targets);
  throw new ArgumentError(`${where}: expected targets to be indices from 0 to ${features - 1}, got ${given}.`);
}
