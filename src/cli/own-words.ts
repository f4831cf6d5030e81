// What the commands say of data of a person's own, in both languages.
import { type ReportLanguage, reportWords } from "../automatic/report/words.ts";
import type { Task } from "../automatic/target.ts";
import type { OwnKind } from "./own-data.ts";

const plural = (count: string, one: string): string => `${count} ${one}${count === "1" ? "" : "s"}`;

const en = {
  report: reportWords.en,
  /** Numbers as the language writes them. */
  number: (text: string) => text,
  duration: (text: string) => text,
  things: { table: "rows", texts: "texts", images: "pictures", sounds: "recordings" } as Record<OwnKind, string>,
  aboutTable: (target: string, rows: string, file: string) => `${target} from ${plural(rows, "row")} of ${file}`,
  aboutFolder: (kind: "images" | "sounds", folder: string) => `classes of the ${en.things[kind]} in ${folder}`,
  note: (text: { readonly en: string; readonly ru: string }) => text.en,
  moreColumns: (count: string, areUsed: boolean) => `and ${count} more${areUsed ? ", all of them used" : ""}`,
  progress: (member: string, epoch: string, loss: string, validation: string | null) => [
    `network ${member}`,
    `epoch ${epoch}`,
    `loss ${loss}`,
    ...(validation ? [`validation ${validation}`] : []),
  ],
  stopping: "stopping: the model is being evaluated and saved. Ctrl-C again quits at once.",
  nothingToSave: "stopped: there is nothing to save yet.",
  how: {
    seed: (seed: number) => `seed ${seed}`,
    time: "the last ones",
    group: "whole groups",
    folder: (name: string) => `the folder "${name}"`,
  },
  skipped: (count: string, all: string, kind: OwnKind) =>
    `left out: ${count} of ${all} ${en.things[kind]}, not to be read`,
  more: (count: string) => `and ${count} more`,
  pictures: ([height, width]: readonly [number, number], isGray: boolean) =>
    `each picture as ${height} × ${width} pixels, ${isGray ? "gray" : "in colour"}`,
  recordings: (frames: number, bands: number, seconds: string) =>
    `each recording as ${frames} spectra of ${bands} bands, of its first ${seconds} s`,
  task: (name: string, task: Task, classes: number, kind: OwnKind, train: string, test: string, how: string) =>
    `${name}: a ${task}${classes > 0 ? ` of ${classes} classes` : ""}, ${train} ${en.things[kind]} to train on, ` +
    `${test} held out (${how})`,
  taken: (networks: string, epoch: number, epochs: string, isFolder: boolean, time: string) => {
    const upTo = `up to ${plural(epochs, "epoch")}`;
    const left = `left as at the beginning${isFolder ? "" : ", which is a linear model"}`;
    const taken = epoch > 0 ? `taken after ${epoch} of ${upTo}` : `${left}: none of ${upTo} made a clear difference`;
    return `${plural(networks, "network")}, ${taken}, in ${time}`;
  },
  held: (count: string, kind: OwnKind, isClasses: boolean) =>
    `On the ${count} ${en.things[kind]} that were held out (${isClasses ? en.report.accuracy : en.report.rmse}):`,
  network: "network",
  crossentropy: (value: string) => `crossentropy ${value}`,
  meanError: (value: string) => `mean error ${value}`,
  folds: (count: string, kind: OwnKind, figure: "accuracy" | "rmse", mean: string, spread: string) =>
    `On ${plural(count, "other split")} (each network on the ${en.things[kind]} it did not see): ` +
    `${figure === "rmse" ? "root mean squared error" : figure} ${mean} ± ${spread}`,
  needs: (isClasses: boolean) =>
    `What it needs (${isClasses ? "accuracy lost" : "error added"} when the column is shuffled):`,
  needsLess: (count: string) => `and ${count} more that it needs less`,
  confusion: "Confusion (rows: the true class; columns: the model's answer)",
  right: "right",
  reportIn: (file: string) => `The report is in ${file}.`,
  saved: (file: string, isReplaced: boolean) =>
    `Saved as ${file}${isReplaced ? ", in place of the model that was there" : ""}. Next:`,
  answers: (count: string, file: string) => `${plural(count, "answer")} ${count === "1" ? "is" : "are"} in ${file}.`,
  noRows: (file: string) => `${file} holds only a header: there is no row to answer.`,
  measured: (model: string, command: string) =>
    `model "${model}" was trained on data of your own: train --data has measured it on the part that was held out. ` +
    `For its answers to other data: ${command}.`,
};

const units: Readonly<Record<string, string>> = { ms: "мс", s: "с", min: "мин", h: "ч" };

const ru: typeof en = {
  report: reportWords.ru,
  number: (text) => text.replaceAll(",", "\u00a0").replace(".", ","),
  duration: (text) => text.replace(".", ",").replace(/ms|min|[sh]/g, (unit) => units[unit] ?? unit),
  things: { table: "строк", texts: "текстов", images: "изображений", sounds: "записей" },
  aboutTable: (target, rows, file) => `Прогноз: ${target}; данные: ${file}, строк: ${rows}`,
  aboutFolder: (kind, folder) => `Классы ${ru.things[kind]} из папки ${folder}`,
  note: (text) => text.ru,
  moreColumns: (count, areUsed) => `и ещё столбцов: ${count}${areUsed ? ", все они используются" : ""}`,
  progress: (member, epoch, loss, validation) => [
    ...[`сеть ${member}`, `эпоха ${epoch}`, `потери ${loss}`],
    ...(validation ? [`на проверочной части ${validation}`] : []),
  ],
  stopping: "Обучение прекращается: модель будет проверена и сохранена. Ещё раз Ctrl-C — немедленный выход.",
  nothingToSave: "Остановлено: сохранять пока нечего.",
  how: {
    seed: (seed) => `seed ${seed}`,
    time: "последние по времени",
    group: "группы целиком",
    folder: (name) => `папка «${name}»`,
  },
  skipped: (count, all, kind) => `не удалось прочитать, пропущено: ${count}; всего ${ru.things[kind]}: ${all}`,
  more: (count) => `и ещё ${count}`,
  pictures: ([height, width], isGray) =>
    `каждое изображение — ${height} × ${width} пикселей, ${isGray ? "в оттенках серого" : "цветное"}`,
  recordings: (frames, bands, seconds) =>
    `из каждой записи — первые ${seconds} с; спектров: ${frames}, полос: ${bands}`,
  task: (name, task, classes, kind, train, test, how) =>
    `${name}: ${ru.report.tasks[task]}${classes > 0 ? `, классов: ${classes}` : ""}; ${ru.things[kind]} ` +
    `для обучения: ${train}, отложено для проверки: ${test} (${how})`,
  taken: (networks, epoch, epochs, isFolder, time) => {
    const left = `оставлены в начальном состоянии${isFolder ? "" : ", то есть линейной моделью"}`;
    const taken =
      epoch > 0
        ? `взяты после эпохи ${epoch} (самое большее ${epochs})`
        : `${left}: за ${epochs} эпох заметного улучшения не было`;
    return `Сетей: ${networks}, ${taken}; время: ${time}`;
  },
  held: (count, kind, isClasses) =>
    `На отложенной выборке, ${ru.things[kind]}: ${count} (${isClasses ? ru.report.accuracy : ru.report.rmse}):`,
  network: "нейронная сеть",
  crossentropy: (value) => `перекрёстная энтропия ${value}`,
  meanError: (value) => `средняя ошибка ${value}`,
  folds: (count, _kind, figure, mean, spread) =>
    `На других разбиениях (${count}), каждая сеть — на части, которой она не видела: ${ru.report[figure]} ` +
    `${mean} ± ${spread}`,
  needs: (isClasses) =>
    `Что важно для сети (${isClasses ? "насколько падает доля верных ответов" : "насколько растёт ошибка"}, если ` +
    "перемешать столбец):",
  needsLess: (count) => `и ещё столбцов, менее важных: ${count}`,
  confusion: "Матрица ошибок (строки — истинный класс, столбцы — ответ модели)",
  right: "верно",
  reportIn: (file) => `Отчёт: ${file}`,
  saved: (file, isReplaced) => `Модель сохранена: ${file}${isReplaced ? " (вместо прежней)" : ""}. Дальше:`,
  answers: (count, file) => `Ответы записаны в ${file}: ${count}.`,
  noRows: (file) => `В файле ${file} только заголовок: отвечать не на что.`,
  measured: (model, command) =>
    `модель «${model}» обучена на ваших данных: команда train --data уже проверила её на отложенной части. Ответы на ` +
    `новые данные даёт ${command}.`,
};

/** What a language says where. */
export const ownWords: Readonly<Record<ReportLanguage, OwnWords>> = { en, ru };
export type OwnWords = typeof en;
