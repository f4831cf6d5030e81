// The words around recipes in both languages: what is printed before and after a training.
import type { Language } from "../../recipes/tools/part.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Model } from "../models/model.ts";
import { thousands } from "../quantities.ts";
import { englishProgress, examplesName, type ProgressWords } from "../train/progress.ts";
import { ownWords } from "./own-words.ts";

const en = {
  progress: englishProgress,
  atLeast: "at least",
  atMost: "at most",
  and: "and",
  asExpected: "as expected",
  expected: "expected:",
  parameters: (count: string) => `${count} parameters`,
  epochs: (count: number) => `${count} ${count === 1 ? "epoch" : "epochs"}`,
  batches: (size: number) => `batches of ${size}`,
  learningRate: "learning rate",
  seed: "seed",
  stopped: (epochs: number | undefined, time: string) => {
    const whole = epochs === undefined ? "" : `${epochs} whole ${epochs === 1 ? "epoch" : "epochs"}, `;
    return `Training was stopped after ${whole}${time}.`;
  },
  downloading: (file: string) => `downloading ${file}`,
  megabytes: (received: string, total: string | null) => `${received} MB${total === null ? "" : ` of ${total} MB`}`,
  noCheckpoint: "There is no checkpoint to go on from: training begins anew.",
  on: (what: string) => `On ${what}:`,
  allExamples: (examples: string) => `the ${examples}`,
  heldOut: (examples: string) => `${examples} that were held out`,
  measured: "Measured:",
  images: (count: string) => `${count} ${count === "1" ? "image" : "images"}`,
  examples: (count: string) => `${count} ${count === "1" ? "example" : "examples"}`,
  saved: (file: string) => `Saved as ${file}.`,
  next: "Next:",
  noPoints: (title: string) => `${title}: there is no point to plot yet.`,
  pictures: (list: string) => `Pictures: ${list}.`,
  noVariant: (recipe: string, variant: string, known: string) =>
    `${recipe}: unknown variant "${variant}".${known === "" ? " It has none." : ` Known: ${known}.`}`,
  noPredict: (recipe: string) =>
    `a model of the recipe "${recipe}" does not answer about files. What it makes of itself: npx nabla generate.`,
  noGenerate: (recipe: string) =>
    `a model of the recipe "${recipe}" makes nothing new. What it says about a file: npx nabla predict.`,
  measuredByTraining: (recipe: string) =>
    `a model of the recipe "${recipe}" is measured in ways of its own, by the training: nabla train ${recipe}.`,
  defaults: "Defaults:",
  figures: "Reaches:",
  figure: (figure: string, on: string) => `${figure} on ${on}`,
  data: "Data:",
  source: "After:",
  variants: "Variants (--variant):",
  trainOne: "Train one:",
  moreAbout: "More about one:",
};

const measuresInRussian: Readonly<Record<string, string>> = { loss: "потери", valLoss: "потери на проверке" };
const progressInRussian: ProgressWords = {
  measure: (name) => measuresInRussian[name] ?? name,
  epoch: (number) => `эпоха ${number}`,
  speed: (count, things) => `${count} ${things === "images" ? "изображений" : "примеров"}/с`,
  left: (time) => `осталось ${time}`,
  duration: ownWords.ru.duration,
};

const ru: typeof en = {
  progress: progressInRussian,
  atLeast: "не меньше",
  atMost: "не больше",
  and: "и",
  asExpected: "как и ожидалось",
  expected: "ожидалось:",
  parameters: (count) => `параметров: ${count}`,
  epochs: (count) => `эпох: ${count}`,
  batches: (size) => `размер пакета: ${size}`,
  learningRate: "скорость обучения:",
  seed: "начальное значение генератора:",
  stopped: (epochs, time) =>
    `Обучение остановлено через ${time}${epochs === undefined ? "" : `, полных эпох: ${epochs}`}.`,
  downloading: (file) => `загружается ${file}`,
  megabytes: (received, total) => (total === null ? `${received} МБ` : `${received} из ${total} МБ`),
  noCheckpoint: "Контрольной точки нет: обучение начинается заново.",
  on: (what) => `Измерено (${what}):`,
  allExamples: (examples) => examples,
  heldOut: (examples) => `отложено ${examples}`,
  measured: "Измерено:",
  images: (count) => `изображений: ${count}`,
  examples: (count) => `примеров: ${count}`,
  saved: (file) => `Модель сохранена: ${file}.`,
  next: "Дальше:",
  noPoints: (title) => `${title}: точек для графика пока нет.`,
  pictures: (list) => `Рисунки: ${list}.`,
  noVariant: (recipe, variant, known) =>
    `${recipe}: нет варианта «${variant}».${known === "" ? " Вариантов у него нет." : ` Есть: ${known}.`}`,
  noPredict: (recipe) => `модель рецепта «${recipe}» не отвечает о файлах. Что она создаёт сама: npx nabla generate.`,
  noGenerate: (recipe) => `модель рецепта «${recipe}» ничего не создаёт. Что она скажет о файле: npx nabla predict.`,
  measuredByTraining: (recipe) =>
    `модель рецепта «${recipe}» проверяется по-своему, и делает это само обучение: nabla train ${recipe}.`,
  defaults: "По умолчанию:",
  figures: "Достигает:",
  figure: (figure, on) => `${figure} (${on})`,
  data: "Данные:",
  source: "По работе:",
  variants: "Варианты (--variant):",
  trainOne: "Обучить:",
  moreAbout: "Подробнее об одном:",
};

/** What a language says where. */
export const recipeWords: Readonly<Record<Language, typeof en>> = { en, ru };

/** The examples that a model is measured on, in words: so many held out, or all if none are. */
export function heldOutName(model: Model, train: Dataset | undefined, test: Dataset, language: Language): string {
  const words = recipeWords[language];
  const examples = words[examplesName(model.inputShape)](thousands(test.size));
  return test === train ? words.allExamples(examples) : words.heldOut(examples);
}
