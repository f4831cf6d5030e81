// Forecasts of a series and their errors: those of a model beside persistence and the value of one season before.
import { both, type Plot, type Table, type Text } from "../part.ts";
import type { Baseline } from "../recipe.ts";
import { type TimeSeries, timeName } from "./series.ts";

/** What was forecast at each origin, [origin][step]; the first step is the one after the origin. */
export type Forecasts = readonly (readonly number[])[];

/** The origins of a test: the last steps that a forecast may know. */
export const originsFrom = (first: number, count: number, horizon: number): number[] =>
  Array.from({ length: Math.max(0, count - horizon - first) }, (_, i) => first + i);

/** The value at the origin, for all steps. */
export const persistence = (values: readonly number[], origins: readonly number[], horizon: number): Forecasts =>
  origins.map((origin) => Array.from({ length: horizon }, () => values[origin]!));

/** The value of one season before each step. */
export const seasonalNaive = (
  values: readonly number[],
  origins: readonly number[],
  horizon: number,
  period: number,
): Forecasts =>
  origins.map((origin) =>
    Array.from({ length: horizon }, (_, i) => values[origin + 1 + i - period * Math.ceil((i + 1) / period)]!),
  );

/** What came after each origin. */
export const truth = (values: readonly number[], origins: readonly number[], horizon: number): Forecasts =>
  origins.map((origin) => values.slice(origin + 1, origin + 1 + horizon));

/** The mean of |forecast − truth| over origins, for each step; relative to the truth if asked, in percent. */
export function errorsByStep(forecasts: Forecasts, actual: Forecasts, isRelative = false): number[] {
  const horizon = actual[0]?.length ?? 0;
  return Array.from({ length: horizon }, (_, step) => {
    const errors = actual.map((row, i) => {
      const error = Math.abs(forecasts[i]![step]! - row[step]!);
      return isRelative ? (100 * error) / Math.max(1e-9, Math.abs(row[step]!)) : error;
    });
    return mean(errors);
  });
}

export const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** A way to forecast, with its forecasts. */
export interface Forecaster {
  readonly name: Text;
  readonly forecasts: Forecasts;
}

/** What simple forecasts reach in the measures of a recipe. */
export function forecastBaselines(
  simple: readonly Forecaster[],
  measure: (forecasts: Forecasts) => Readonly<Record<string, number>>,
): Baseline[] {
  return simple.flatMap(({ name, forecasts }) =>
    Object.entries(measure(forecasts)).map(([metric, value]) => ({ metric, value, name })),
  );
}

/** The mean absolute error of each forecaster, for a few steps ahead and over all. */
export function errorTable(forecasters: readonly Forecaster[], actual: Forecasts, unit: Text): Table {
  const horizon = actual[0]?.length ?? 0;
  const steps = [...new Set([1, 2, 3, Math.ceil(horizon / 2), horizon])]
    .filter((step) => step <= horizon)
    .sort(ascending);
  return {
    kind: "table",
    title: both(
      `The mean absolute error over what was held out, by ${unit.en} ahead`,
      `Средняя абсолютная ошибка на отложенной части в зависимости от дальности прогноза (${unit.ru})`,
    ),
    columns: [both("forecast", "прогноз"), ...steps.map((step) => `+${step}`), both("mean", "среднее")],
    rows: forecasters.map(({ name, forecasts }) => {
      const errors = errorsByStep(forecasts, actual);
      return [name, ...steps.map((step) => errors[step - 1]!), mean(errors)];
    }),
    digits: 2,
  };
}

const ascending = (a: number, b: number): number => a - b;

/** A curve of a forecast plot: values at steps of the series. */
export interface Curve {
  readonly name: Text;
  /** The index of its first step. */
  readonly from: number;
  readonly values: readonly number[];
}

/** Curves over steps of a series, counted from the first that is shown. */
export function forecastPlot(title: Text, series: TimeSeries, unit: Text, curves: readonly Curve[]): Plot {
  const first = Math.min(...curves.map(({ from }) => from));
  const start = timeName(series.times[first]!, series.step);
  return {
    kind: "plot",
    title,
    x: both(`${unit.en} after ${start}`, `${unit.ru} после ${start}`),
    y: series.name,
    series: curves.map(({ name, from, values }) => ({
      name,
      points: values.map((value, i) => [from + i - first, value] as const),
    })),
  };
}

/** The words for steps of a series. */
export function stepWords({ step }: TimeSeries): Text {
  if (step === "month") return both("months", "месяцы");
  const days = step / 86_400_000;
  if (days === 1) return both("days", "дни");
  if (days === 7) return both("weeks", "недели");
  return days < 1 && Number.isInteger(24 * days) && 24 * days === 1 ? both("hours", "часы") : both("steps", "шаги");
}
