// The words of `nabla course` itself in both languages, and the choice of the language.
import type { Language } from "../../../recipes/tools/part.ts";
import { UsageError } from "../failure.ts";

/** The languages that `--language` takes. */
const languages = ["en", "ru"] as const satisfies readonly Language[];

const en = {
  description:
    "Runs the items of an introductory course on neural networks: each states its problem, computes with Nabla, and " +
    "prints the numbers, tables and plots. Without items, lists them.",
  items: "what to run, such as B3; several are run one after the other",
  options: {
    "--all": "run all items",
    "--language": "en or ru (default: the environment's)",
    "--out": "also write the plots as SVG and the images as PNG into this folder",
    "--tiny": "a smaller form of each experiment, which takes about a second",
    "--seed": "the seed of everything random",
    "--debug": "show where in the program an error arose",
    "--json": "answer in JSON: nothing else goes to stdout",
  } as Record<string, string>,
  help: "show help",
  titles: { "Usage:": "Usage:", "Arguments:": "Arguments:", "Options:": "Options:" } as Record<string, string>,
  examples: {
    title: "Examples:",
    lines: [
      ["nabla course", "the items and their titles"],
      ["nabla course N2 --out pictures", "run one, and write its plots as SVG files"],
      ["nabla course --all --tiny --language ru", "everything, in Russian, in the smaller form"],
    ] as [string, string][],
  },
  usage: "[options] [item...]",
  next: "Run one: npx nabla course",
  written: (count: number, folder: string) =>
    count === 1 ? `1 picture is in ${folder}.` : `${count} pictures are in ${folder}.`,
  unknownItem: (id: string, nearest: string, known: string) =>
    `unknown item "${id}".${nearest && ` Did you mean "${nearest}"?`} Known: ${known}.`,
  unknownLanguage: (language: string) => `--language: expected en or ru, got "${language}".`,
  unknownSeed: (seed: string) => `--seed: expected an integer from 0 to 2⁵³ − 1, got "${seed}".`,
  allAndItems: "expected either items or --all, not both.",
  noFolder: (_folder: string, _reason: string, message: string) => message,
  optionsWithoutItem: (names: string) => `${names}: expected an item to run, such as N1, or --all.`,
  code: "The code:",
  error: "error:",
};

const ru: typeof en = {
  description:
    "Выполняет примеры вводного курса о нейронных сетях: каждый ставит задачу, вычисляет с помощью Nabla и печатает " +
    "числа, таблицы и графики. Без аргументов — список примеров.",
  items: "какие примеры выполнить, например B3; несколько выполняются по очереди",
  options: {
    "--all": "выполнить все примеры",
    "--language": "en или ru (по умолчанию — язык системы)",
    "--out": "записать ещё и графики в SVG, изображения в PNG в эту папку",
    "--tiny": "уменьшенный вариант каждого опыта, примерно на секунду",
    "--seed": "начальное значение генератора случайных чисел",
    "--debug": "показать, в каком месте программы возникла ошибка",
    "--json": "ответ в JSON, и ничего больше в стандартном выводе",
  } as Record<string, string>,
  help: "показать справку",
  titles: { "Usage:": "Запуск:", "Arguments:": "Аргументы:", "Options:": "Параметры:" } as Record<string, string>,
  examples: {
    title: "Образцы команд:",
    lines: [
      ["nabla course", "список примеров с названиями"],
      ["nabla course N2 --out pictures", "один пример, графики ещё и в файлах SVG"],
      ["nabla course --all --tiny --language ru", "все примеры по-русски, в уменьшенном варианте"],
    ] as [string, string][],
  },
  usage: "[параметры] [item...]",
  next: "Выполнить пример: npx nabla course",
  written: (count: number, folder: string) => `Рисунки записаны в папку ${folder}: ${count}.`,
  unknownItem: (id: string, nearest: string, known: string) =>
    `нет примера «${id}».${nearest && ` Может быть, «${nearest}»?`} Есть: ${known}.`,
  unknownLanguage: (language: string) => `--language: нужно en или ru, а задано «${language}».`,
  unknownSeed: (seed: string) => `--seed: нужно целое число от 0 до 2⁵³ − 1, а задано «${seed}».`,
  allAndItems: "нужны либо примеры, либо --all, но не то и другое.",
  noFolder: (folder: string, reason: string) => `--out: в папку «${folder}» нельзя записать: ${reason}.`,
  optionsWithoutItem: (names: string) => `${names}: укажите пример, например N1, или --all.`,
  code: "Код:",
  error: "ошибка:",
};

/** What a language says where. */
export const words: Readonly<Record<Language, typeof en>> = { en, ru };

/** The language of an option's value; without one, that of the environment. Throws {@link UsageError}. */
export function languageOf(option: string | undefined): Language {
  const system = systemLanguage(process.env);
  if (option === undefined) return system;
  const language = languages.find((known) => known === option.toLowerCase());
  if (language) return language;
  throw new UsageError(words[system].unknownLanguage(option));
}

/** Russian where the environment's locale is Russian, English elsewhere. The first variable that is set decides. */
export function systemLanguage(env: NodeJS.ProcessEnv): Language {
  const set = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find((value) => value !== undefined && value !== "");
  const locale = set ?? Intl.DateTimeFormat().resolvedOptions().locale;
  return /^ru(?![a-z])/i.test(locale) ? "ru" : "en";
}
