// The words of the frame around every page.
import type { Text } from "../state/language.svelte.ts";

export const shellWords = {
  lab: { en: "Nabla Lab", ru: "Лаборатория «Набла»" },
  toContent: { en: "To the content", ru: "К содержанию" },
  pages: { en: "Pages", ru: "Страницы" },
  loading: { en: "Loading …", ru: "Загрузка…" },
  pageDidNotLoad: {
    en: "This page did not load. Check the connection and open it again.",
    ru: "Страница не загрузилась. Проверьте соединение и откройте её ещё раз.",
  },
  footer: {
    en:
      "Everything here is computed in your browser by Nabla. Nothing is sent anywhere, and after the first " +
      "visit it works offline.",
    ru:
      "Всё на этих страницах вычисляет Nabla прямо в вашем браузере. Никакие данные никуда не отправляются, а после " +
      "первого посещения интернет не нужен.",
  },
  inDark: { en: "Dark colours", ru: "Тёмное оформление" },
  inLight: { en: "Light colours", ru: "Светлое оформление" },
  language: { en: "Language", ru: "Язык" },
  dismiss: { en: "Close", ru: "Закрыть" },
  noSuchPage: (name: string): Text => ({
    en: `There is no page “${name.slice(0, 40)}”. This is the first one.`,
    ru: `Страницы «${name.slice(0, 40)}» нет. Это первая.`,
  }),
} as const;
