// The words of the parts that pages are made of.
import type { Text } from "../state/language.svelte.ts";

export const partWords = {
  value: { en: "value", ru: "значение" },
  numberBetween: (min: number, max: number): Text => ({
    en: `A number from ${min} to ${max} is expected here.`,
    ru: `Здесь ожидается число от ${min} до ${max}.`,
  }),
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
  computing: { en: "Computing …", ru: "Вычисляется…" },
  asTable: { en: "The numbers", ru: "Числа" },
  explainFormula: { en: "The formula with these numbers", ru: "Формула с этими числами" },
} as const;
