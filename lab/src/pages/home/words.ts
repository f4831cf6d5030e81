// The words of the first page.
import type { Text } from "../../state/language.svelte.ts";

export const words = {
  title: { en: "See a network think, learn and fail", ru: "Посмотрите, как нейронная сеть думает, учится и ошибается" },
  lead: {
    en:
      "This is an introductory course on neural networks in which every picture is computed while you look at it, " +
      "in your browser. Take hold of anything: drag a line, bend a curve, draw a digit, and see what the network " +
      "makes of it.",
    ru:
      "Это вводный курс по нейронным сетям, в котором каждая картинка вычисляется прямо у вас на глазах, в вашем " +
      "браузере. Всё можно потрогать: сдвинуть прямую, изогнуть кривую, нарисовать цифру — и увидеть, что из этого " +
      "сделает сеть.",
  },
  plane: {
    en: "Two spirals of points, and the answer of a network that is learning to tell them apart",
    ru: "Две спирали из точек и ответ сети, которая учится их различать",
  },
  learning: (epoch: number, accuracy: string, loss: string): Text => ({
    en: `Epoch ${epoch}: ${accuracy} of the points right, loss ${loss}`,
    ru: `Эпоха ${epoch}: верных ответов ${accuracy}, потери ${loss}`,
  }),
  whatIsThis: {
    en:
      "Two spirals of points, 24 + 24 neurons. Nothing here was prepared: the network began with random weights " +
      "when you opened the page.",
    ru:
      "Две спирали из точек, 24 + 24 нейрона. Ничего не заготовлено: когда вы открыли страницу, веса сети были " +
      "случайными.",
  },
  again: { en: "Learn again from other weights", ru: "Обучить заново с другими весами" },
  waiting: { en: "The engine is starting …", ru: "Вычислитель запускается…" },
  begin: { en: "Where to begin", ru: "С чего начать" },
  map: { en: "The course as a map", ru: "Карта курса" },
  mapLead: {
    en:
      "Every calculation of the lectures can be run. Those with a page of their own are links; the others run in a " +
      "terminal by the command beside them.",
    ru:
      "Каждое вычисление из лекций можно выполнить. То, у чего есть своя страница, — ссылки; остальное запускается " +
      "в терминале командой, указанной рядом.",
  },
  timeline: { en: "The time line", ru: "Лента времени" },
  seeIt: (item: string): Text => ({ en: `See it: ${item}`, ru: `Увидеть: ${item}` }),
} as const;
