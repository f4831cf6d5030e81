// A series in regular steps of time, made of a table with a date and a value in each row.
import { FileError } from "nabla";
import { readTable, type Table } from "nabla/data";
import { both, type Text } from "../part.ts";

/** The length of a step: calendar months, or milliseconds. */
export type Step = "month" | number;

/** Values at regular times, with further measures of the same times. */
export interface TimeSeries {
  /** The name of the values. */
  readonly name: string;
  /** The times, in milliseconds since 1970 in UTC. */
  readonly times: readonly number[];
  readonly step: Step;
  /** The number of steps of a season: a year of days, weeks or months, a day of hours. */
  readonly period: number;
  readonly values: readonly number[];
  /** All measures by name, the values among them. */
  readonly measures: Readonly<Record<string, readonly number[]>>;
  /** The number of values that the table lacks, in all measures; what stands there is between their neighbours. */
  readonly filled: number;
}

const hour = 3_600_000;
const day = 24 * hour;
const mostSteps = 1e6;

/** Reads a file of a series, as {@link seriesFrom} takes it. */
export async function readSeries(file: string, value: readonly string[]): Promise<TimeSeries> {
  return seriesFrom(await readTable(file), value, file);
}

/**
 * The series in a table: its times are the first column of dates, its values the first of the columns `value` that is
 * there, else the first column of numbers. Times that are missing get values on a straight line between neighbours.
 *
 * @throws FileError for a table without dates or numbers, times that do not rise, and too many missing ones
 */
export function seriesFrom(table: Table, value: readonly string[], name: string): TimeSeries {
  const fail = (what: string): FileError => new FileError(`"${name}": ${what}`);
  const dates = table.columns.find(({ type }) => type === "date");
  const numbers = table.columns.filter(({ type }) => type === "number" || type === "integer");
  const chosen = value.find((wanted) => numbers.some((column) => column.name === wanted)) ?? numbers[0]?.name;
  if (!dates || chosen === undefined)
    throw fail(`expected a column of dates and one of numbers, got ${table.names.slice(0, 10).join(", ")}.`);
  const times = [...(dates.values as Float64Array)];
  if (times.length < 3) throw fail(`expected a series of at least 3 rows, got ${times.length}.`);
  const wrong = times.findIndex((time, i) => !(i === 0 ? Number.isFinite(time) : time > times[i - 1]!));
  if (wrong >= 0)
    throw fail(`expected dates that rise from row to row, got another in row ${wrong + 1}; sort them, one row a date.`);
  const step = stepOf(times);
  const count = indexOf(times.at(-1)!, times[0]!, step) + 1;
  if (count > mostSteps) throw fail(`expected at most ${mostSteps} steps of time, got ${count}.`);
  const missing = count - times.length;
  if (missing > 0.1 * count || missing < 0)
    throw fail(
      `expected dates in regular steps, of which at most a tenth is missing, got ${times.length} of ${count}.`,
    );
  const at = times.map((time) => indexOf(time, times[0]!, step));
  const measures: Record<string, readonly number[]> = {};
  let filled = 0;
  for (const column of numbers) {
    const values = [...(column.values as Float64Array)];
    const whole = filledIn(at, values, count);
    if (whole) {
      measures[column.name] = whole;
      filled += count - values.filter(Number.isFinite).length;
    } else if (column.name === chosen) throw fail(`expected numbers in column "${chosen}", got too many empty cells.`);
  }
  return {
    name: chosen,
    times: Array.from({ length: count }, (_, i) => timeAt(times[0]!, step, i)),
    step,
    period: periodOf(step),
    values: measures[chosen]!,
    measures,
    filled,
  };
}

/** Says how many values of a series were filled in; null if none were. */
export const filledWords = ({ filled }: TimeSeries): Text | null =>
  filled === 0
    ? null
    : both(
        `Values that were missing, or no finite numbers: ${filled}. They are filled in on straight lines between ` +
          "their neighbours.",
        `Пропущенных или не конечных значений: ${filled}. Они заполнены линейной интерполяцией по соседним.`,
      );

/** The median distance of times, or "month" for distances of 28 to 31 days. */
function stepOf(times: readonly number[]): Step {
  const distances = times.slice(1).map((time, i) => time - times[i]!);
  const median = distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)]!;
  return median >= 28 * day && median <= 31 * day ? "month" : median;
}

/** The time `index` steps after another. */
export function timeAt(first: number, step: Step, index: number): number {
  if (step !== "month") return first + index * step;
  const date = new Date(first);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + index, date.getUTCDate());
}

function indexOf(time: number, first: number, step: Step): number {
  if (step !== "month") return Math.round((time - first) / step);
  const [from, to] = [new Date(first), new Date(time)];
  return 12 * (to.getUTCFullYear() - from.getUTCFullYear()) + to.getUTCMonth() - from.getUTCMonth();
}

function periodOf(step: Step): number {
  if (step === "month") return 12;
  if (step < day / 2) return Math.max(2, Math.round(day / step));
  return Math.max(2, Math.round((365.25 * day) / step));
}

/** Values at `count` steps; null where more than a tenth is missing. */
function filledIn(at: readonly number[], values: readonly number[], count: number): number[] | null {
  const known = at.map((index, i) => [index, values[i]!] as const).filter(([, value]) => Number.isFinite(value));
  if (known.length < 0.9 * count) return null;
  const whole: number[] = [];
  let next = 0;
  for (let i = 0; i < count; i++) {
    while (next < known.length - 1 && known[next]![0] < i) next++;
    const [after, b] = known[next]!;
    const [before, a] = known[Math.max(0, next - 1)]!;
    const share = after <= i || before >= i ? 1 : (i - before) / (after - before);
    whole.push(after <= i ? b : before >= i ? a : a + share * (b - a));
  }
  return whole;
}

/** The first `count` steps of a series, or those from `start` on. */
export function part(series: TimeSeries, start: number, end = series.values.length): TimeSeries {
  const cut = (values: readonly number[]): number[] => values.slice(start, end);
  return {
    ...series,
    times: cut(series.times),
    values: cut(series.values),
    measures: Object.fromEntries(Object.entries(series.measures).map(([name, values]) => [name, cut(values)])),
  };
}

/** A time as a date, with the hour where steps are shorter than a day. */
export function timeName(time: number, step: Step): string {
  const iso = new Date(time).toISOString();
  if (step === "month") return iso.slice(0, 7);
  return step < day ? iso.slice(0, 16).replace("T", " ") : iso.slice(0, 10);
}
