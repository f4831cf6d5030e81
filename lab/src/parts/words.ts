// The words of the parts that pages are made of.
import { numeral } from "../../../recipes/tools/part.ts";
import type { Text } from "../state/language.svelte.ts";

export const partWords = {
  value: { en: "value", ru: "значение" },
  play: { en: "Play", ru: "Пуск" },
  pause: { en: "Pause", ru: "Пауза" },
  goOn: { en: "Go on", ru: "Продолжить" },
  step: { en: "Step", ru: "Шаг" },
  formula: { en: "Formula", ru: "Формула" },
  /** What was expected of a field and what came; a long text is cut. */
  numberBetween: (min: number, max: number, typed: string, isInteger = false): Text => {
    const [from, to, came] = [numeral(min), numeral(max), typed.trim().slice(0, 20)];
    const [en, ru] = isInteger ? ["An integer", "целое число"] : ["A number", "число"];
    return {
      en: `${en} from ${from} to ${to} is expected here${came && `, not “${came}”`}.`,
      ru: `Здесь ожидается ${ru} от ${from} до ${to}${came && `, а не «${came}»`}.`,
    };
  },
  sameInNabla: { en: "The same in Nabla", ru: "То же самое на Nabla" },
  copy: { en: "Copy", ru: "Копировать" },
  copied: { en: "Copied", ru: "Скопировано" },
  toTry: { en: "Try it", ru: "Попробуйте" },
  done: { en: "Done.", ru: "Сделано." },
  fromTheCourse: { en: "From the course", ru: "Из курса" },
  courseItems: {
    en: "The lecture's own calculations, step by step; each is computed when it is opened.",
    ru: "Вычисления из лекций, шаг за шагом; каждое выполняется, когда вы его открываете.",
  },
  engineDidNotLoad: {
    en: "The engine did not load. Check the connection, then change anything on the page to try again.",
    ru: "Вычислитель не загрузился. Проверьте соединение и измените что-нибудь на странице, чтобы попробовать ещё раз.",
  },
  engineStopped: {
    en:
      "The engine has stopped: the browser may have run out of memory. It can be started again; the page then goes " +
      "on from what its address says.",
    ru:
      "Вычислитель остановился: возможно, браузеру не хватило памяти. Его можно запустить снова — страница продолжит " +
      "с того, что записано в её адресе.",
  },
  wentWrong: (message: string): Text => ({
    en: `Something went wrong in the engine (${message.slice(0, 200)}). The picture may be an old one.`,
    ru: `В вычислителе произошла ошибка (${message.slice(0, 200)}). Картинка может быть устаревшей.`,
  }),
  startAgain: { en: "Start again", ru: "Запустить снова" },
  computing: { en: "Computing …", ru: "Вычисляется…" },
  asTable: { en: "The numbers", ru: "Числа" },
  explainFormula: { en: "The formula with these numbers", ru: "Формула с этими числами" },
} as const;
