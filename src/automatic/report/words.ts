// The words of a report in both languages.
import type { BaselineName } from "../baselines.ts";
import type { LeftOut } from "../column-encoding.ts";
import type { ColumnUse } from "../column-use.ts";

/** The languages of a report. */
export const reportLanguages = ["en", "ru"] as const;
export type ReportLanguage = (typeof reportLanguages)[number];

/** A number of things as a language writes it. */
type Count = (n: number) => string;

const en = {
  locale: "en-US",
  tasks: { classification: "classification", regression: "regression" },
  title: (target: string) => `Predicting ${target}`,
  accuracy: "right answers",
  rmse: "root of the mean squared error",
  held: (rows: string, how: string) => `on ${rows} examples that were held out (${how})`,
  how: {
    seed: (seed: number) => `chosen with seed ${seed}`,
    time: "the last ones",
    group: "whole groups",
    folder: (name: string) => `the folder ${name}`,
  },
  train: (rows: string, members: number) =>
    `Trained on ${rows} examples by ${members} networks, whose answers are averaged.`,
  network: "the network",
  baselines: {
    majority: "always the most frequent class",
    mean: "always the mean",
    linear: "linear regression",
    logistic: "logistic regression",
    naiveBayes: "naive Bayes",
    persistence: "always the value before",
  } as Record<BaselineName, string>,
  better: (share: string, name: string, isClasses: boolean) =>
    `The network earns its keep: ${isClasses ? "mistakes" : "the error"} ${share} below ${name}.`,
  worse: (name: string) => `The network is no better than ${name} here: take the simpler one.`,
  folds: (count: number, mean: string, spread: string) =>
    `On ${count} other splits, each network on the part that it did not see: ${mean} ± ${spread}.`,
  compared: "Beside simpler models",
  curves: "Learning",
  curvesText: (epoch: number) =>
    `The loss by epoch: the line in colour on the part that a network does not see, the pale one on what it learns ` +
    `from. ${epoch > 0 ? `All networks are taken after epoch ${epoch}.` : "The networks are left as they began."}`,
  epoch: "epoch",
  loss: "loss",
  confusion: "Which class is taken for which",
  confusionText: "Rows: the true class; columns: the answer.",
  right: "right",
  predicted: "predicted",
  truth: "true",
  residuals: "Predicted and true values",
  forecast: "The series and its forecasts",
  forecastText: "Each value is predicted from those before it. In colour: predicted; pale: what came.",
  step: "step",
  worst: "The worst mistakes",
  example: "example",
  answer: "answer",
  importance: "What the network needs",
  importanceText: (isClasses: boolean) =>
    `How much ${isClasses ? "the share of right answers falls" : "the error grows"} when the values of a column ` +
    "are shuffled.",
  layers: "The layers of the networks",
  skipped: "Files that could not be read and were left out",
  columns: "How the columns were read",
  column: ({ use, values, inputs, reason, rows }: ColumnUse, count: Count): string => {
    if (use === null) return `left out, ${en.leftOut[reason ?? "empty"](count(values), count(rows))}`;
    if (use === "category")
      return `category of ${count(values)}${inputs < values ? `, ${count(inputs)} of them with an input` : ""}`;
    if (use === "text") return `text, ${count(inputs)} words and pairs of words`;
    return { number: "number", boolean: "yes or no", date: "date" }[use];
  },
  leftOut: {
    empty: () => "no values",
    constant: () => "the same value in all rows",
    identifier: (values, rows) => `${values} different texts in ${rows} rows`,
    unrepeated: () => "no two texts share a word",
    huge: () => "numbers too large to be squared",
    notNumbers: () => "a forecast takes columns of numbers only",
  } as Record<LeftOut, (values: string, rows: string) => string>,
  more: (count: string) => `${count} more columns matter less.`,
  stopped: "Training was stopped early.",
};

const ru: typeof en = {
  locale: "ru-RU",
  tasks: { classification: "классификация", regression: "регрессия" },
  title: (target) => `Прогноз: ${target}`,
  accuracy: "доля верных ответов",
  rmse: "корень из среднего квадрата ошибки",
  held: (rows, how) => `на отложенной выборке, примеров: ${rows} (${how})`,
  how: {
    seed: (seed) => `выбраны случайно, seed ${seed}`,
    time: "последние по времени",
    group: "группы целиком",
    folder: (name) => `папка ${name}`,
  },
  train: (rows, members) => `Обучающая выборка: ${rows}. Сетей в ансамбле: ${members}, их ответы усредняются.`,
  network: "нейронная сеть",
  baselines: {
    majority: "всегда самый частый класс",
    mean: "всегда среднее",
    linear: "линейная регрессия",
    logistic: "логистическая регрессия",
    naiveBayes: "наивный байесовский классификатор",
    persistence: "всегда предыдущее значение",
  },
  better: (share, name, isClasses) =>
    `Сеть оправдывает себя: ${isClasses ? "ошибок" : "ошибка"} на ${share} меньше, чем даёт ${name}.`,
  worse: (name) => `Здесь сеть не лучше, чем ${name}: возьмите более простую модель.`,
  folds: (count, mean, spread) =>
    `На других разбиениях (${count}), каждая сеть — на части, которой она не видела: ${mean} ± ${spread}.`,
  compared: "Сравнение с простыми моделями",
  curves: "Ход обучения",
  curvesText: (epoch) =>
    `Функция потерь по эпохам: цветная линия — на части, которой сеть не видит, бледная — на обучающей. ` +
    `${epoch > 0 ? `Веса всех сетей взяты после эпохи ${epoch}.` : "Веса всех сетей оставлены начальными."}`,
  epoch: "эпоха",
  loss: "потери",
  confusion: "Матрица ошибок",
  confusionText: "Строки — истинный класс, столбцы — ответ сети.",
  right: "верно",
  predicted: "предсказано",
  truth: "на самом деле",
  residuals: "Предсказанные и истинные значения",
  forecast: "Ряд и его прогноз",
  forecastText: "Каждое значение предсказано по предыдущим. Цветная линия — прогноз, бледная — что было на самом деле.",
  step: "шаг",
  worst: "Самые грубые ошибки",
  example: "пример",
  answer: "ответ",
  importance: "Что важно для сети",
  importanceText: (isClasses) =>
    `Насколько ${isClasses ? "падает доля верных ответов" : "растёт ошибка"}, если перемешать значения столбца.`,
  layers: "Слои сетей",
  skipped: "Файлы, которые не удалось прочитать (не использованы)",
  columns: "Как прочитаны столбцы",
  column({ use, values, inputs, reason, rows }, count) {
    if (use === null) return `не используется: ${ru.leftOut[reason ?? "empty"](count(values), count(rows))}`;
    if (use === "category")
      return `категории: ${count(values)}${inputs < values ? `, из них со своим входом ${count(inputs)}` : ""}`;
    if (use === "text") return `текст, слов и пар слов: ${count(inputs)}`;
    return { number: "число", boolean: "да или нет", date: "дата" }[use];
  },
  leftOut: {
    empty: () => "нет значений",
    constant: () => "одно и то же значение во всех строках",
    identifier: (values, rows) => `разных текстов ${values}, строк ${rows}`,
    unrepeated: () => "у текстов нет общих слов",
    huge: () => "числа слишком велики, чтобы возвести их в квадрат",
    notNumbers: () => "для прогноза ряда берутся только числовые столбцы",
  },
  more: (count) => `Остальные столбцы менее важны, их ещё ${count}.`,
  stopped: "Обучение прервано раньше срока.",
};

export const reportWords: Readonly<Record<ReportLanguage, typeof en>> = { en, ru };
export type ReportWords = typeof en;
