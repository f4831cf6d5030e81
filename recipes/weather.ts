// S20. The temperature of the next seven days in Seattle, by a recurrent network that sees the last four.
import { ArgumentError, FileError, layers, linalg, type Model, optimizers, sequential, tensor } from "nabla";
import { Dataset, seattleWeather } from "nabla/data";
import { both, type Part } from "./tools/part.ts";
import { lossCurves } from "./tools/pictures.ts";
import { fitOptions, type Question, type Recipe, type RecipeOptions } from "./tools/recipe.ts";
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

const defaults = { epochs: 20, batchSize: 32, learningRate: 0.003 };
const [length, horizon] = [4, 7];
/** Days before a forecast that its plot shows. */
const shownBefore = 14;
/** Columns of this name are forecast, if they are there. */
const wanted = ["temp_max", "temperature", "value"];

/** The course of a year: value = c₀ + Σₖ aₖ cos kφ + bₖ sin kφ, where φ goes round once in a period; k = 1, 2. */
const harmonics = (index: number, period: number): number[] => {
  const angle = (2 * Math.PI * index) / period;
  return [1, Math.cos(angle), Math.sin(angle), Math.cos(2 * angle), Math.sin(2 * angle)];
};

/** What is normal for the time of the year, and how far a measure departs from it. */
type Normal = { readonly course: readonly number[]; readonly deviation: number };

/** What a saved model remembers: the measures that it sees, and their courses through the year. */
type Knowledge = {
  readonly value: string;
  readonly step: Step;
  readonly period: number;
  readonly first: number;
  readonly normals: { readonly [name: string]: Normal };
};

const normalAt = ({ course }: Normal, index: number, period: number): number =>
  harmonics(index, period).reduce((sum, wave, k) => sum + wave * course[k]!, 0);

/** Fits the course of the year by least squares. */
async function learnNormal(values: readonly number[], period: number): Promise<Normal> {
  const waves = tensor(values.map((_, i) => harmonics(i, period)));
  const { x } = linalg.lstsq(waves, tensor(values));
  const course = await x.array<1>();
  const departures = values.map((value, i) => value - normalAt({ course, deviation: 1 }, i, period));
  return { course, deviation: Math.max(1e-6, Math.sqrt(forecast.mean(departures.map((d) => d * d)))) };
}

/** A measure at a step as the network sees it: its departure from the normal, in standard deviations. */
const departure = ({ normals, period }: Knowledge, name: string, value: number, index: number): number =>
  (value - normalAt(normals[name]!, index, period)) / normals[name]!.deviation;

/** The windows that end at the origins, and what follows them, as departures. `offset` is the index of step 0. */
function examples(series: TimeSeries, knowledge: Knowledge, origins: readonly number[], offset = 0): Dataset {
  const names = Object.keys(knowledge.normals);
  const at = (name: string, i: number): number =>
    departure(knowledge, name, series.measures[name]![i] ?? 0, offset + i);
  const steps = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const { value } = knowledge;
  return Dataset.from({
    inputs: origins.map((origin) =>
      steps(origin - length + 1, length).map((i) => [
        ...names.map((name) => at(name, i)),
        ...harmonics(offset + i, knowledge.period).slice(1, 3),
      ]),
    ),
    targets: origins.map((origin) => steps(origin + 1, horizon).map((i) => at(value, i))),
    name: series.name,
  });
}

/** The forecasts of the model for windows that end at the origins. */
async function forecasts(model: Model, series: TimeSeries, origins: readonly number[], offset = 0) {
  const knowledge = model.dataInfo.about?.["weather"] as unknown as Knowledge;
  const { normals, value, period } = knowledge;
  const departures = await (await model.predict(examples(series, knowledge, origins, offset))).array();
  return (departures as number[][]).map((row, i) =>
    row.map((d, h) => {
      const normal = normals[value]!;
      return normalAt(normal, offset + origins[i]! + 1 + h, period) + d * normal.deviation;
    }),
  );
}

async function loadSeries({ data, tiny = false }: RecipeOptions): Promise<{ series: TimeSeries; split: number }> {
  const whole =
    data === undefined ? seriesFrom(await seattleWeather(), wanted, "vega-datasets") : await readSeries(data, wanted);
  const { values, period } = whole;
  if (values.length < 3 * period)
    throw new FileError(
      `"${data}": expected at least three periods of ${period} steps, two to learn from and one to test with, got ` +
        `${values.length} steps.`,
    );
  const split = values.length - Math.max(period, Math.floor(values.length / 5));
  const test = tiny ? 20 : values.length - split;
  return { series: part(whole, 0, split + test), split };
}

function makeModel(options: RecipeOptions = {}, measures = 4): Model {
  const { learningRate = defaults.learningRate, seed = 1, tiny = false } = options;
  const model = sequential(
    [
      layers.input([length, measures + 2]),
      layers.gru(tiny ? 4 : 16),
      layers.dense(horizon, { kernelInitializer: "zeros" }),
    ],
    { name: "weather", seed },
  );
  return model.compile({ optimizer: optimizers.adamW({ learningRate, weightDecay: 1 }), loss: "mse" });
}

const measure = (actual: forecast.Forecasts) => (given: forecast.Forecasts) => {
  const errors = forecast.errorsByStep(given, actual);
  return { meanAbsoluteError: forecast.mean(errors), errorNextDay: errors[0]!, errorInAWeek: errors[horizon - 1]! };
};

export const recipe: Recipe = {
  name: "weather",
  items: ["S20"],
  title: both("The weather of the next seven days", "Прогноз погоды на семь дней"),
  description: both(
    "The greatest temperature of each of the next seven days, from temperature, rain and wind of the last four. " +
      "What is normal for the time of the year is fitted by least squares; a gated recurrent unit of 16 neurons " +
      "forecasts how far the days depart from it. There are a thousand days to learn from, so that weights decay " +
      "strongly.",
    "Максимальная температура каждого из следующих семи дней по температуре, осадкам и ветру последних четырёх. " +
      "Годовой ход (норма) подбирается методом наименьших квадратов, а рекуррентная сеть из 16 нейронов (GRU) " +
      "предсказывает отклонения от нормы. Дней для обучения всего тысяча, поэтому веса сильно убывают (weight decay).",
  ),
  source: "Cho et al. 2014 (GRU); Hyndman & Athanasopoulos 2021, Forecasting: principles and practice (baselines)",
  data: both(
    "the weather of Seattle from 2012 to 2015 of the npm package vega-datasets, the last year held out; --data: a " +
      "CSV " +
      "with a date and a value in each row, and further measures if there are any (temp_max is forecast, else the " +
      "first column of numbers)",
    "погода в Сиэтле в 2012–2015 годах из npm-пакета vega-datasets, последний год отложен; --data: CSV-файл, в " +
      "каждой " +
      "строке которого есть дата и значение, а также, возможно, другие измерения (прогнозируется temp_max, а если её " +
      "нет — первый столбец чисел)",
  ),
  defaults,
  expected: [
    { metric: "meanAbsoluteError", atMost: 2.85, on: both("Seattle in 2015, °C", "Сиэтл, 2015 год, °C") },
    { metric: "errorNextDay", atMost: 2.2, on: both("Seattle in 2015, °C", "Сиэтл, 2015 год, °C") },
  ],
  model: makeModel,
  async run(options = {}) {
    const { tiny = false, data } = options;
    const { series, split } = await loadSeries(options);
    const filled = filledWords(series);
    if (filled) options.onStage?.(filled);
    const { period, step, values, times } = series;
    const names = Object.keys(series.measures);
    const normals: Record<string, Normal> = {};
    for (const name of names) normals[name] = await learnNormal(series.measures[name]!.slice(0, split), period);
    const knowledge: Knowledge = { value: series.name, step, period, first: times[0]!, normals };

    const model = makeModel(options, names.length);
    const fit = fitOptions(options, tiny ? { ...defaults, epochs: 1, batchSize: 256 } : defaults);
    const history = await model.fit(examples(series, knowledge, forecast.originsFrom(length - 1, split, horizon)), fit);
    model.dataInfo = { about: { weather: knowledge } };

    const origins = forecast.originsFrom(split - 1, values.length, horizon);
    const actual = forecast.truth(values, origins, horizon);
    const network = { name: both("network", "сеть"), forecasts: await forecasts(model, series, origins) };
    const normal = normals[series.name]!;
    const simple: forecast.Forecaster[] = [
      {
        name: both("persistence (as today)", "как сегодня (persistence)"),
        forecasts: forecast.persistence(values, origins, horizon),
      },
      {
        name: both("as a year ago (seasonal-naive)", "как год назад (seasonal naive)"),
        forecasts: forecast.seasonalNaive(values, origins, horizon, period),
      },
      {
        name: both("normal for the time of the year", "норма для этого времени года"),
        forecasts: origins.map((o) => Array.from({ length: horizon }, (_, h) => normalAt(normal, o + 1 + h, period))),
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
        const shown = Math.min(60, origins.length);
        const last = origins.length - shown;
        const from = origins[last]! + 1;
        yield forecast.forecastPlot(
          both("The day-ahead forecast beside the truth", "Прогноз на день вперёд и действительность"),
          series,
          unit,
          [
            { name: both("truth", "на самом деле"), from, values: values.slice(from, from + shown) },
            { name: both("network", "сеть"), from, values: network.forecasts.slice(last).map((row) => row[0]!) },
          ],
        );
        yield forecast.forecastPlot(both("All steps from one origin", "Все шаги от одного момента"), series, unit, [
          {
            name: both("truth", "на самом деле"),
            from: from - shownBefore,
            values: values.slice(from - shownBefore, from + horizon),
          },
          { name: both("network", "сеть"), from, values: network.forecasts[last]! },
          { name: both("as a year ago", "как год назад"), from, values: simple[1]!.forecasts[last]! },
        ]);
      },
    };
  },
  async *predict(model: Model, { files }: Question): AsyncIterable<Part> {
    const knowledge = model.dataInfo.about?.["weather"] as unknown as Knowledge;
    for (const file of files) {
      const recent = await readSeries(file, [knowledge.value]);
      const missing = Object.keys(knowledge.normals).filter((name) => !(name in recent.measures));
      if (missing.length > 0) throw new FileError(`"${file}": expected the columns ${missing.join(", ")} too.`);
      if (recent.values.length < length)
        throw new FileError(`"${file}": expected at least the last ${length} rows, got ${recent.values.length}.`);
      if (recent.step !== knowledge.step)
        throw new ArgumentError(`"${file}": expected rows as far apart as those that the model has learnt from.`);
      const window = part(recent, recent.values.length - length);
      const { step, period, first } = knowledge;
      const offset = step === "month" ? monthsBetween(first, window.times[0]!) : (window.times[0]! - first) / step;
      const [next = []] = await forecasts(model, window, [length - 1], offset % period);
      const times = next.map((_, i) => timeAt(window.times.at(-1)!, step, i + 1));
      yield {
        kind: "table",
        title: both(`The next values of ${recent.name}`, `Следующие значения: ${recent.name}`),
        columns: [both("date", "дата"), recent.name],
        rows: next.map((value, i) => [timeName(times[i]!, step), value]),
        digits: 1,
      };
    }
  },
};

const monthsBetween = (from: number, to: number): number => {
  const [a, b] = [new Date(from), new Date(to)];
  return 12 * (b.getUTCFullYear() - a.getUTCFullYear()) + b.getUTCMonth() - a.getUTCMonth();
};
