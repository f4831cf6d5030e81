// S20. Sales of the next twelve months: the passengers of airlines, by a network that corrects last year's values.
import { FileError, functional, input, layers, type Model, optimizers } from "nabla";
import { Dataset } from "nabla/data";
import { both, type Part } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
import { airlinePassengers } from "./tools/series/airline-passengers.ts";
import * as forecast from "./tools/series/forecasts.ts";
import {
  filledWords,
  part,
  readSeries,
  type Step,
  seriesFrom,
  type TimeSeries,
  timeAt,
  timeName,
} from "./tools/series/series.ts";

const defaults = { epochs: 200, batchSize: 16, learningRate: 0.002 };
/** Columns of this name are forecast, if they are there. */
const wanted = ["sales", "passengers", "value"];
/** The network sees so many periods, and forecasts one. */
const periodsSeen = 2;

/** What a saved model remembers of its series. */
type Knowledge = {
  readonly value: string;
  readonly step: Step;
  readonly period: number;
  /** True if the network works on logarithms, as it does where all values are above 0. */
  readonly logarithms: boolean;
  /** The mean of |value − value one period before|, by which what the network sees is divided. */
  readonly scale: number;
};

const inward = ({ logarithms }: Knowledge, value: number): number => (logarithms ? Math.log(value) : value);
const outward = ({ logarithms }: Knowledge, value: number): number => (logarithms ? Math.exp(value) : value);

function learn({ values, name, step, period }: TimeSeries): Knowledge {
  const logarithms = values.every((value) => value > 0);
  const raw: Knowledge = { value: name, step, period, logarithms, scale: 1 };
  const changes = values.slice(period).map((value, i) => Math.abs(inward(raw, value) - inward(raw, values[i]!)));
  return { ...raw, scale: Math.max(1e-6, forecast.mean(changes)) };
}

/** The two periods up to each origin and the one after it, as differences from the value at the origin. */
function examples(values: readonly number[], knowledge: Knowledge, origins: readonly number[]): Dataset {
  const { period, scale } = knowledge;
  const steps = (origin: number, from: number, count: number): number[] =>
    Array.from(
      { length: count },
      (_, i) =>
        (inward(knowledge, values[origin + from + i] ?? values[origin]!) - inward(knowledge, values[origin]!)) / scale,
    );
  return Dataset.from({
    inputs: origins.map((origin) =>
      Array.from({ length: periodsSeen }, (_, i) => steps(origin, 1 + (i - periodsSeen) * period, period)),
    ),
    targets: origins.map((origin) => steps(origin, 1, period)),
    name: knowledge.value,
  });
}

async function forecasts(model: Model, values: readonly number[], origins: readonly number[]) {
  const knowledge = model.dataInfo.about?.["sales"] as unknown as Knowledge;
  const rows = (await (await model.predict(examples(values, knowledge, origins))).array()) as number[][];
  return rows.map((row, i) =>
    row.map((d) => outward(knowledge, inward(knowledge, values[origins[i]!]!) + d * knowledge.scale)),
  );
}

async function loadSeries({ data, tiny = false }: RecipeOptions): Promise<{ series: TimeSeries; split: number }> {
  const series =
    data === undefined ? seriesFrom(airlinePassengers(), wanted, "airline passengers") : await readSeries(data, wanted);
  const { values, period } = series;
  const least = (periodsSeen + 4) * period;
  if (values.length < least)
    throw new FileError(
      `"${data}": expected at least ${periodsSeen + 4} periods of ${period} steps each, got ${values.length} steps.`,
    );
  const split = values.length - Math.max(2 * period, Math.floor(values.length / 6));
  return { series: tiny ? part(series, 0, split + period + 4) : series, split };
}

/** y = the last period + W·x + V·tanh(U·x), with W and V zero at first: the forecast begins as seasonal-naive. */
function makeModel({ learningRate = defaults.learningRate, seed = 1 }: RecipeOptions = {}, period = 12): Model {
  const x = input([periodsSeen, period]);
  const lastPeriod = layers.flatten().apply(layers.cropping1d([periodsSeen - 1, 0]).apply(x));
  const seen = layers.flatten().apply(x);
  const linear = layers.dense(period, { kernelInitializer: "zeros" }).apply(seen);
  const hidden = layers.dense(16, { activation: "tanh" }).apply(seen);
  const bent = layers.dense(period, { kernelInitializer: "zeros", useBias: false }).apply(hidden);
  const y = layers.add().apply([lastPeriod, linear, bent]);
  const model = functional({ inputs: x, outputs: y, name: "sales", seed });
  return model.compile({ optimizer: optimizers.adamW({ learningRate, weightDecay: 0.1 }), loss: "mae" });
}

/** An error in percent is there only where all true values are above 0: of 0 it would be endless. */
const measure = (actual: forecast.Forecasts) => (given: forecast.Forecasts) => ({
  meanAbsoluteError: forecast.mean(forecast.errorsByStep(given, actual)),
  ...(actual.every((row) => row.every((value) => value > 0)) && {
    meanAbsolutePercentageError: forecast.mean(forecast.errorsByStep(given, actual, true)),
  }),
});

const on = both("airline passengers of 1959 and 1960", "авиапассажиры 1959 и 1960 годов");

export const recipe: Recipe = {
  name: "sales",
  items: ["S20"],
  title: both("Sales of the next twelve months", "Прогноз продаж на двенадцать месяцев"),
  description: both(
    "Each of the next twelve months, from the last twenty-four: a series that grows, and whose seasons grow with it. " +
      "The network begins as the seasonal-naive forecast, last year's values, and learns what to add to their " +
      "logarithms: a linear layer, and a small hidden one.",
    "Каждый из следующих двенадцати месяцев по последним двадцати четырём: ряд растёт, а вместе с ним растут и " +
      "сезонные колебания. Вначале сеть повторяет значения прошлого года (seasonal naive), а затем учится добавлять " +
      "к " +
      "их логарифмам поправку: линейный слой и небольшой скрытый слой.",
  ),
  source: "Box & Jenkins 1976, Time series analysis (series G); Hyndman & Athanasopoulos 2021 (baselines)",
  data: both(
    "the passengers of international airlines in 144 months of 1949 to 1960, the last two years held out; --data: a " +
      "CSV " +
      "with a date and a value in each row (at least six years of months)",
    "пассажиры международных авиалиний за 144 месяца 1949–1960 годов, последние два года отложены; --data: CSV-файл " +
      "с " +
      "датой и значением в каждой строке (не меньше шести лет по месяцам)",
  ),
  defaults,
  expected: [
    { metric: "meanAbsoluteError", atMost: 25, on },
    { metric: "meanAbsolutePercentageError", atMost: 5.5, on },
  ],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, data } = options;
    const { series, split } = await loadSeries(options);
    const filled = filledWords(series);
    if (filled) options.onStage?.(filled);
    const { period, values } = series;
    const knowledge = learn(part(series, 0, split));
    const model = makeModel(options, period);
    const origins = (from: number, end: number): number[] => forecast.originsFrom(from, end, period);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 2 } : defaults);
    const history = await model.fit(examples(values, knowledge, origins(periodsSeen * period - 1, split)), fit);
    model.dataInfo = { about: { sales: knowledge } };

    const held = origins(split - 1, values.length);
    const actual = forecast.truth(values, held, period);
    const lastYear = forecast.seasonalNaive(values, held, period, period);
    const network = { name: both("network", "сеть"), forecasts: await forecasts(model, values, held) };
    const simple: forecast.Forecaster[] = [
      {
        name: both("persistence (as this month)", "как в этом месяце (persistence)"),
        forecasts: forecast.persistence(values, held, period),
      },
      { name: both("as a year ago (seasonal-naive)", "как год назад (seasonal naive)"), forecasts: lastYear },
      {
        name: both("as a year ago, grown as last year", "как год назад, с прошлогодним ростом"),
        forecasts: held.map((origin, i) => {
          const growth = inward(knowledge, values[origin]!) - inward(knowledge, values[origin - period]!);
          return lastYear[i]!.map((value) => outward(knowledge, inward(knowledge, value) + growth));
        }),
      },
    ];
    const unit = forecast.stepWords(series);
    return {
      model,
      history,
      evaluation: measure(actual)(network.forecasts),
      expected: tiny || data !== undefined ? [] : recipe.expected,
      baselines: forecast.forecastBaselines(simple, measure(actual)),
      async *ending(): AsyncIterable<Part> {
        yield lossCurves(history);
        yield forecast.errorTable([network, ...simple], actual, unit);
        const first = held[0]! + 1;
        const from = first - 2 * period;
        yield forecast.forecastPlot(
          both("The forecast of a year beside the truth", "Прогноз на год и действительность"),
          series,
          unit,
          [
            { name: both("truth", "на самом деле"), from, values: values.slice(from, first + period) },
            { name: both("network", "сеть"), from: first, values: network.forecasts[0]! },
            { name: both("as a year ago", "как год назад"), from: first, values: lastYear[0]! },
          ],
        );
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    const knowledge = model.dataInfo.about?.["sales"] as unknown as Knowledge;
    const { value, period, step, logarithms } = knowledge;
    for (const file of files) {
      const recent = await readSeries(file, [value]);
      const { values } = recent;
      if (values.length < periodsSeen * period || recent.step !== step)
        throw new FileError(
          `"${file}": expected at least the last ${periodsSeen * period} values, in steps as long as those that the ` +
            `model has learnt from, got ${values.length}.`,
        );
      if (logarithms && !values.every((x) => x > 0))
        throw new FileError(`"${file}": expected values above 0, as those that the model has learnt from.`);
      const last = values.length - 1;
      const [next = []] = await forecasts(model, values, [last]);
      yield {
        kind: "table",
        title: both(`The next values of ${recent.name}`, `Следующие значения: ${recent.name}`),
        columns: [both("date", "дата"), recent.name],
        rows: next.map((x, i) => [timeName(timeAt(recent.times[last]!, step, i + 1), step), x]),
        digits: 1,
      };
      const from = Math.max(0, last + 1 - 3 * period);
      yield forecast.forecastPlot(both("The forecast", "Прогноз"), recent, forecast.stepWords(recent), [
        { name: both("known", "известно"), from, values: values.slice(from) },
        { name: both("network", "сеть"), from: last + 1, values: next },
      ]);
    }
  },
};
