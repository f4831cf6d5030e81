// A series of numbers as a table: what is known before each value, and how much the value differs from the one before.
import { dateText, type NumericColumn, type TableColumn } from "../data/table/column.ts";
import { Table } from "../data/table/table.ts";
import { ArgumentError, quote } from "../errors.ts";

/** How a series stands in a table. */
export interface SeriesForm {
  readonly time: string;
  readonly target: string;
  /** The number of values before each value that are inputs. */
  readonly lags: number;
  /** Other columns of numbers, of which the value before is an input. */
  readonly others: readonly string[];
}

/** A series in the order of time. */
export interface Series {
  /** Milliseconds since 1970, or plain numbers. */
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly others: readonly Float64Array[];
  readonly isDated: boolean;
}

const day = 86_400_000;
const [fewestLags, mostLags] = [3, 24];

/** The number of lags for a series of so many values. */
export const lagsFor = (count: number): number => Math.max(fewestLags, Math.min(mostLags, Math.floor(count / 8)));

const numbersOf = (column: TableColumn): Float64Array | null =>
  column.type === "category" || column.type === "text" ? null : column.values;

/** The names of the columns of numbers beside time and target. */
export function otherNumbers(table: Table, time: string, target: string): string[] {
  return table.columns
    .filter((column) => column.name !== time && column.name !== target && column.type !== "date" && numbersOf(column))
    .map(({ name }) => name);
}

/**
 * The rows that have a time and a value, sorted by time.
 *
 * @throws ArgumentError for columns that hold no times or numbers, and for two rows of one time
 */
export function seriesOf(table: Table, { time, target, others }: Omit<SeriesForm, "lags">): Series {
  const clock = table.column(time) as NumericColumn;
  const times = numbersOf(clock);
  if (!times || clock.type === "boolean")
    throw new ArgumentError(
      `column ${quote(time)}: expected dates or numbers to order the rows by, got ${clock.type}.`,
    );
  const column = table.column(target);
  const values = numbersOf(column);
  if (!values || column.type === "date")
    throw new ArgumentError(
      `target ${quote(target)}: expected numbers for a forecast, got a column of type ${column.type}.`,
    );
  const rows = Array.from(times.keys()).filter((row) => !Number.isNaN(times[row]!) && !Number.isNaN(values[row]!));
  rows.sort((a, b) => times[a]! - times[b]!);
  const twice = rows.findIndex((row, i) => i > 0 && times[row] === times[rows[i - 1]!]);
  if (twice >= 0) {
    const at = times[rows[twice]!]!;
    const shown = clock.type === "date" ? dateText(clock, at) : String(at);
    throw new ArgumentError(`column ${quote(time)}: expected one row for each time, got two for ${shown}.`);
  }
  const pick = (from: Float64Array): Float64Array => Float64Array.from(rows, (row) => from[row]!);
  return {
    times: pick(times),
    values: pick(values),
    others: others.map((name) => pick(numbersOf(table.column(name)) ?? new Float64Array(table.size).fill(NaN))),
    isDated: clock.type === "date",
  };
}

/**
 * A row for each value from the `lags`-th on (and for the one after the last, with `next` as its time): its time, the
 * value before it, how much those before differ from that one, and the other columns as they were before.
 */
export function seriesTable({ times, values, others, isDated }: Series, form: SeriesForm, next?: number): Table {
  const { lags } = form;
  const all = next === undefined ? times : Float64Array.of(...times, next);
  const count = Math.max(0, all.length - lags);
  const column = (
    name: string,
    at: (index: number) => number,
    type: NumericColumn["type"] = "number",
  ): NumericColumn => ({
    name,
    type,
    values: Float64Array.from({ length: count }, (_, row) => at(row + lags)),
  });
  return new Table([
    ...(isDated ? [column(form.time, (i) => all[i]!, "date")] : []),
    column(`${form.target} 1 before`, (i) => values[i - 1]!),
    ...Array.from({ length: lags - 1 }, (_, k) =>
      column(`${form.target} ${k + 2} before`, (i) => values[i - 2 - k]! - values[i - 1]!),
    ),
    ...others.map((other, k) => column(`${form.others[k]} 1 before`, (i) => other[i - 1]!)),
  ]);
}

/** The time after the last one: a month later where all days of the month are equal, else later by the median step. */
export function nextTime({ times, isDated }: Series): number {
  const steps = times
    .slice(1)
    .map((time, i) => time - times[i]!)
    .sort();
  const step = steps[steps.length >> 1] ?? (isDated ? day : 1);
  const last = times.at(-1)!;
  if (!isDated || step < 28 * day) return last + step;
  const date = new Date(last);
  const dayOfMonth = date.getUTCDate();
  if (times.some((time) => new Date(time).getUTCDate() !== dayOfMonth)) return last + step;
  return date.setUTCMonth(date.getUTCMonth() + Math.max(1, Math.round(step / (30.44 * day))));
}
