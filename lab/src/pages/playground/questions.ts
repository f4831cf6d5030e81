// What a visitor is asked to try, and when it is done.
import type { Question } from "../../parts/Questions.svelte";
import type { Data } from "./data-sets.ts";
import type { Frame } from "./engine.ts";
import { leastLoss, type Settings, staysAlike } from "./settings.ts";

export function questions(settings: Settings, data: Data, frame: Frame | undefined): Question[] {
  const { set, layers, features, rate } = settings;
  const right = frame?.trainRight ?? 0;
  const least = leastLoss(data.task, settings);
  const has = (...names: string[]): boolean => names.every((name) => (features as readonly string[]).includes(name));
  return [
    {
      ask: {
        en: "The circle without a hidden layer: which two inputs are enough?",
        ru: "Круг без скрытых слоёв: каких двух входов достаточно?",
      },
      answer: {
        en:
          "x₁² and x₂²: the circle is w₁x₁² + w₂x₂² + b = 0, a straight line in these inputs. What a hidden layer " +
          "finds by itself, a well-chosen input gives at once.",
        ru:
          "x₁² и x₂²: окружность w₁x₁² + w₂x₂² + b = 0 — прямая в этих координатах. То, что скрытый слой находит " +
          "сам, удачный признак даёт сразу.",
      },
      isDone: set === "circle" && layers.length === 0 && features.length === 2 && has("x1x1", "x2x2") && right > 0.97,
    },
    {
      ask: {
        en: "Exclusive or with one hidden layer of x₁ and x₂ only: how few neurons do it?",
        ru: "Исключающее ИЛИ с одним скрытым слоем и только x₁ и x₂: каким наименьшим числом нейронов можно обойтись?",
      },
      answer: {
        en:
          "Two neurons cut the plane by two lines; training finds them seldom, and three or four nearly always: " +
          "room to spare makes learning easier.",
        ru:
          "Два нейрона режут плоскость двумя прямыми; обучение находит их редко, а три или четыре — почти всегда: с " +
          "запасом учиться легче.",
      },
      isDone:
        set === "xor" &&
        layers.length === 1 &&
        layers[0]! <= 4 &&
        features.length === 2 &&
        has("x1", "x2") &&
        right > 0.93,
    },
    {
      ask: {
        en: "Begin with all weights zero on any set. Why do the neurons of a layer stay the same?",
        ru: "Начните с нулевых весов на любых данных. Почему нейроны слоя остаются одинаковыми?",
      },
      answer: {
        en:
          "Equal weights get equal gradients, so nothing ever parts the neurons: a layer of any width acts as one " +
          "neuron. Random first weights break the tie.",
        ru:
          "Одинаковые веса получают одинаковые градиенты, и ничто не разводит нейроны: слой любой ширины ведёт себя " +
          "как один нейрон. Случайные начальные веса нарушают симметрию.",
      },
      isDone: staysAlike(settings) && (frame?.epoch ?? 0) > 20,
    },
    {
      ask: {
        en:
          "Make it learn by heart: much noise, few training points, many neurons, until the test loss is twice the " +
          "training loss.",
        ru:
          "Заставьте сеть зазубривать: много шума, мало обучающих точек, много нейронов — пока потери на тесте не " +
          "станут вдвое больше, чем на обучении.",
      },
      answer: {
        en:
          "The border winds round single points of noise. Regularisation, dropout and more points smooth it: try " +
          "them now.",
        ru:
          "Граница огибает отдельные шумовые точки. Регуляризация, дропаут и больше точек сглаживают её: попробуйте " +
          "теперь их.",
      },
      isDone:
        frame !== undefined &&
        frame.epoch > 20 &&
        (data.task === "value" || right > 0.8) &&
        frame.testLoss - least > Math.max(2 * (frame.trainLoss - least), 0.3) &&
        data.test.length > 0,
    },
    {
      ask: {
        en:
          "Find a learning rate at which the training goes wrong: the loss jumps up and down, or stops being a " +
          "number.",
        ru: "Найдите скорость обучения, при которой всё ломается: потери скачут или перестают быть числом.",
      },
      answer: {
        en: "A step that is too long jumps over the valley to a steeper slope, so that the next step is longer still.",
        ru: "Слишком длинный шаг перепрыгивает овраг и попадает на склон круче, так что следующий шаг ещё длиннее.",
      },
      isDone:
        frame !== undefined &&
        (frame.failure !== null ||
          (rate >= 1 && frame.epoch > 5 && frame.trainLoss - least > 2 * (frame.bestLoss - least) + 0.1)),
    },
  ];
}
