// The words of the scene "One neuron as a model".
import { numeral } from "../../../../../recipes/tools/part.ts";
import type { Text } from "../../../state/language.svelte.ts";

const pair = (w: number, b: number): string => `(${numeral(w, 2)}, ${numeral(b, 2)})`;
const russian = new Intl.PluralRules("ru");
/** 1 шаг, 2 шага, 5 шагов */
const stepsInRussian = (count: number): string =>
  `${count} ${{ one: "шаг", few: "шага" }[russian.select(count) as "one"] ?? "шагов"}`;
/** после 1 шага, 2 шагов */
const stepsAfterInRussian = (count: number): string => `${count} ${russian.select(count) === "one" ? "шага" : "шагов"}`;
const stepsInEnglish = (count: number): string => `${count} ${count === 1 ? "step" : "steps"}`;

export const modelWords = {
  model: { en: "The neuron a = f(wx + b) as a model", ru: "Нейрон a = f(wx + b) как модель" },
  models: {
    linear: { en: "Linear regression", ru: "Линейная регрессия" },
    tanh: { en: "Linear classification", ru: "Линейная классификация" },
    logistic: { en: "Logistic regression", ru: "Логистическая регрессия" },
    poisson: { en: "Poisson regression", ru: "Пуассоновская регрессия" },
  },
  /** What the model answers, and by which f and loss. */
  about: {
    linear: {
      en: "f(z) = z: the neuron predicts a number. The loss is the mean square of a − y.",
      ru: "f(z) = z: нейрон предсказывает число. Потери — средний квадрат разности a − y.",
    },
    tanh: {
      en: "f = tanh: the neuron answers between −1 and +1, and the sign is the class. The loss is the mean square.",
      ru: "f = tanh: нейрон отвечает числом от −1 до +1, знак ответа — класс. Потери — средний квадрат разности a − y.",
    },
    logistic: {
      en: "f = σ: the neuron gives the probability of class 1. The loss is the log loss.",
      ru: "f = σ: нейрон даёт вероятность класса 1. Функция потерь — логарифмическая.",
    },
    poisson: {
      en: "f = exp: the neuron gives the mean of a count: calls in an hour, goals in a match. The loss is Poisson's.",
      ru: "f = exp: нейрон даёт среднее числа событий: звонков за час, голов за матч. Потери — пуассоновские.",
    },
  },
  sample: { en: "Data", ru: "Данные" },
  samples: {
    number: {
      noise: { en: "A line with noise", ru: "Прямая с шумом" },
      outlier: { en: "One outlier", ru: "Один выброс" },
      far: { en: "x far from zero", ru: "x далеко от нуля" },
      apart: "",
      own: { en: "My own", ru: "Свои" },
    },
    label: {
      noise: { en: "Overlapping classes", ru: "Классы перекрываются" },
      outlier: { en: "One outlier", ru: "Один выброс" },
      far: { en: "x far from zero", ru: "x далеко от нуля" },
      apart: { en: "Classes apart", ru: "Классы разделимы" },
      own: { en: "My own", ru: "Свои" },
    },
    count: {
      noise: { en: "Counts", ru: "Число событий" },
      outlier: { en: "One outlier", ru: "Один выброс" },
      far: { en: "x far from zero", ru: "x далеко от нуля" },
      apart: "",
      own: { en: "My own", ru: "Свои" },
    },
  },
  aboutSample: {
    noise: {
      en: "A random sample of what this model describes; “Draw anew” takes another one.",
      ru: "Случайная выборка из распределения, которое описывает эта модель.",
    },
    outlier: {
      en: "The same points, and one that lies far from all others.",
      ru: "Те же точки и ещё одна, далеко от всех остальных.",
    },
    far: {
      en: "All x lie between 0.9 and 2.9: the data have not been centred.",
      ru: "Все x лежат между 0.9 и 2.9: данные не центрированы.",
    },
    apart: {
      en: "Some x parts the classes without a mistake.",
      ru: "Порог по x разделяет классы без ошибок.",
    },
    own: {
      en: "Your own points are kept in the address, and in its link.",
      ru: "Ваши точки хранятся в адресе страницы, и ссылка на неё их передаёт.",
    },
  },
  drawAnew: { en: "Draw anew", ru: "Другая выборка" },
  dataTitle: { en: "The data and the neuron's answer", ru: "Данные и ответ нейрона" },
  lossTitle: { en: "The loss over (w, b)", ru: "Потери на плоскости (w, b)" },
  dataPlane: (count: number): Text => ({
    en: `${count} points over x, and the neuron's curve through them; a stroke from each point is its error a − y`,
    ru: `Точки (${count}) и кривая ответов нейрона; отрезок от точки до кривой — её ошибка a − y`,
  }),
  lossPlane: {
    en: "The plane of the weight w and the bias b, darker where the loss is greater, with lines of equal loss",
    ru: "Плоскость веса w и смещения b: цвет тем гуще, чем больше потери; проведены линии уровня",
  },
  curve: { en: "The neuron's answer", ru: "Ответ нейрона" },
  point: (x: number, y: number, a: number | undefined): Text => {
    const answer = a === undefined ? "" : `, a = ${numeral(a, 2)}`;
    return {
      en: `Point x = ${numeral(x)}, y = ${numeral(y)}${answer}`,
      ru: `Точка x = ${numeral(x)}, y = ${numeral(y)}${answer}`,
    };
  },
  current: (w: number, b: number): Text => ({
    en: `The neuron: w = ${numeral(w, 2)}, b = ${numeral(b, 2)}; move it by the arrow keys`,
    ru: `Нейрон: w = ${numeral(w, 2)}, b = ${numeral(b, 2)}; сдвигайте его стрелками`,
  }),
  path: (count: number): Text => ({
    en: `The path of descent, ${stepsInEnglish(count)}`,
    ru: `Путь спуска, ${stepsInRussian(count)}`,
  }),
  closedMark: { en: "The solution in closed form", ru: "Решение по точной формуле" },
  atX: (x: number, a: string): Text => ({ en: `x = ${numeral(x, 2)}: a = ${a}`, ru: `x = ${numeral(x, 2)}: a = ${a}` }),
  atWeights: (w: number, b: number, loss: string): Text => ({
    en: `w = ${numeral(w, 2)}, b = ${numeral(b, 2)}: L = ${loss}`,
    ru: `w = ${numeral(w, 2)}, b = ${numeral(b, 2)}: L = ${loss}`,
  }),
  howToPoints: {
    en:
      "Drag the points, and the loss changes with them; a click on a free place adds a point. The strokes are the " +
      "errors a − y: blue where the answer is too high, orange where it is too low.",
    ru:
      "Тяните точки — вместе с ними меняются потери; щелчок по свободному месту добавляет точку. Отрезки — ошибки " +
      "a − y: синие, где ответ завышен, оранжевые, где занижен.",
  },
  howToPointsByKeys: {
    en: "By the keyboard: the arrow keys move a point, Delete removes it.",
    ru: "С клавиатуры: стрелки двигают точку, Delete удаляет её.",
  },
  addPoint: { en: "Add a point", ru: "Добавить точку" },
  full: (most: number): Text => ({
    en: `${most} points are the most that fit: remove one to add another.`,
    ru: `Больше ${most} точек не помещается: чтобы добавить точку, удалите какую-нибудь.`,
  }),
  removePoint: { en: "Remove the point", ru: "Удалить точку" },
  toEnd: { en: "To the end", ru: "До конца" },
  back: { en: "Back", ru: "Назад" },
  toStart: { en: "From the start", ru: "Сначала" },
  rate: { en: "learning rate", ru: "скорость обучения" },
  weight: { en: "weight", ru: "вес" },
  bias: { en: "bias", ru: "смещение" },
  reach: { en: "The plane shows", ru: "Показана область" },
  atStart: (w: number, b: number, loss: string): Text => ({
    en:
      `(w, b) = ${pair(w, b)}, the loss is ${loss}. Press “Step”, and descent goes down; or drag the mark to start ` +
      "elsewhere.",
    ru:
      `(w, b) = ${pair(w, b)}, потери ${loss}. Нажмите «Шаг», и спуск пойдёт вниз; начать можно из любого места — ` +
      "перетащите туда отметку.",
  }),
  onWay: (step: number, w: number, b: number, loss: string): Text => ({
    en: `Step ${step}: (w, b) = ${pair(w, b)}, the loss is ${loss}.`,
    ru: `Шаг ${step}: (w, b) = ${pair(w, b)}, потери ${loss}.`,
  }),
  arrived: (step: number, w: number, b: number, loss: string): Text => ({
    en:
      step === 0
        ? `The gradient is zero at (w, b) = ${pair(w, b)}: descent would not move. The loss is ${loss}.`
        : `Descent has arrived after ${stepsInEnglish(step)}: at (w, b) = ${pair(w, b)} the gradient is zero. ` +
          `The loss is ${loss}.`,
    ru:
      step === 0
        ? `В точке (w, b) = ${pair(w, b)} градиент равен нулю: спуск не сдвинется. Потери ${loss}.`
        : `Спуск сошёлся за ${stepsInRussian(step)}: в точке (w, b) = ${pair(w, b)} градиент равен нулю. ` +
          `Потери ${loss}.`,
  }),
  flat: (step: number, w: number, b: number, loss: string): Text => ({
    en:
      `The loss is flat around (w, b) = ${pair(w, b)}` +
      (step === 0 ? ": descent would not move" : `: after ${stepsInEnglish(step)} descent stands still`) +
      `, since the gradient is as good as zero. It is no minimum. The loss is ${loss}.`,
    ru:
      `Вокруг точки (w, b) = ${pair(w, b)} потери плоские, градиент практически равен нулю: ` +
      (step === 0 ? "спуск не сдвинется" : `после ${stepsAfterInRussian(step)} спуск остановился`) +
      `, хотя это не минимум. Потери ${loss}.`,
  }),
  away: (step: number, loss: string, rate: number): Text => ({
    en:
      `Descent has run away: at step ${step} the loss is ${loss}. With η = ${numeral(rate)} each step goes over the ` +
      "valley and lands higher than before.",
    ru:
      `Спуск разошёлся: на шаге ${step} потери ${loss}. При η = ${numeral(rate)} каждый шаг перелетает через ` +
      "долину и попадает ещё выше.",
  }),
  tooFar: (step: number, loss: string, rate: number): Text =>
    step === 0
      ? {
          en: `The start is too far out: the loss is ${loss} there, and descent cannot begin.`,
          ru: `Начальная точка слишком далеко: потери там ${loss}, и спуск не может начаться.`,
        }
      : {
          en:
            `The start is too far out: even with η = ${numeral(rate)} descent runs away, and at step ${step} the ` +
            `loss is ${loss}.`,
          ru:
            `Начальная точка слишком далеко: спуск расходится даже при η = ${numeral(rate)}, на шаге ${step} потери ` +
            `${loss}.`,
        },
  ownStart: { en: "To this model's own start", ru: "К исходной точке этой модели" },
  limit: (step: number, gradient: string): Text => ({
    en: `${stepsInEnglish(step)}, and the gradient is still ${gradient} long.`,
    ru: `Сделано ${stepsInRussian(step)}, а длина градиента всё ещё ${gradient}.`,
  }),
  goOnFromHere: { en: "Go on from here", ru: "Продолжить отсюда" },
  smallerRate: (rate: string): Text => ({ en: `Try η = ${rate}`, ru: `Взять η = ${rate}` }),
  outside: {
    en: "The mark lies outside the picture: show more of the plane.",
    ru: "Отметка за краем картинки: покажите область побольше.",
  },
  noPoints: {
    en: "No points yet, and so no loss: click the left picture, or add a point.",
    ru: "Точек нет, а значит, нет и потерь: щёлкните по картинке с данными или добавьте точку.",
  },
  thisStep: { en: "The step in numbers", ru: "Шаг в числах" },
  closed: { en: "Closed form", ru: "Точная формула" },
  showClosed: { en: "Show the solution beside descent", ru: "Показать решение рядом со спуском" },
  jump: { en: "Jump to the solution", ru: "Перейти к решению" },
  descentRow: (step: number): Text => ({
    en: `descent, ${stepsInEnglish(step)}`,
    ru: `спуск, ${stepsInRussian(step)}`,
  }),
  closedRow: { en: "closed form", ru: "точная формула" },
  differenceRow: { en: "difference", ru: "разница" },
  noInverse: {
    en:
      "All points have one x, so XᵀX has no inverse: every line through their mean is equally good, and the valley " +
      "has a flat bottom.",
    ru:
      "У всех точек одно и то же x, матрица XᵀX необратима: любая прямая через их среднее одинаково хороша, и дно " +
      "долины плоское.",
  },
  noClosed: {
    en: "Only linear regression has a closed form. Here ∇L = 0 cannot be solved for w and b, and descent is the way.",
    ru:
      "Точная формула есть только у линейной регрессии. Здесь уравнение ∇L = 0 не решается в явном виде, и остаётся " +
      "спуск.",
  },
  lossBySteps: { en: "The loss after each step", ru: "Потери после каждого шага" },
  step: { en: "step", ru: "шаг" },
  text: {
    en:
      "One neuron is four classical models: f decides what it can answer, and the loss belongs to f. With log loss " +
      "under σ, and Poisson's loss under exp, the gradient is the mean of (a − y)x, as in linear regression: the " +
      "derivative of f cancels. With the mean square under tanh it does not: where tanh is flat, so is the loss.",
    ru:
      "Один нейрон — это четыре классические модели: от f зависит, что он может ответить, а функция потерь " +
      "подбирается к f. При логарифмических потерях с σ и при пуассоновских с exp градиент — это среднее (a − y)x, " +
      "как в линейной регрессии: производная f сокращается. При средних квадратах с tanh она остаётся: где tanh " +
      "пологий, там пологие и потери.",
  },
  askRate: {
    en:
      "Linear regression: from which η on does descent run away? Find an η that arrives and one that runs away, at " +
      "most 0.05 apart.",
    ru:
      "Линейная регрессия: начиная с какой η спуск расходится? Найдите η, при которой он сходится, и η, при которой " +
      "расходится, не дальше 0.05 друг от друга.",
  },
  answerRate: (limit: number | undefined): Text => ({
    en:
      "From η = 2/λ on, where λ is the greatest eigenvalue of the second derivatives of the loss" +
      (limit === undefined ? "." : `; for these points 2/λ = ${numeral(limit, 3)}.`) +
      " Across the valley each step multiplies the distance by 1 − ηλ, which is then below −1.",
    ru:
      "Начиная с η = 2/λ, где λ — наибольшее собственное значение матрицы вторых производных" +
      (limit === undefined ? "." : `; для этих точек 2/λ = ${numeral(limit, 3)}.`) +
      " Поперёк долины каждый шаг умножает расстояние на 1 − ηλ, а это уже меньше −1.",
  }),
  askExact: {
    en: "Show the closed form, and let descent reach it to three digits.",
    ru: "Покажите точную формулу и доведите спуск до её решения с точностью до трёх знаков.",
  },
  answerExact: {
    en:
      "The same line, by two ways: the formula solves ∇L = 0 at once, descent walks there. With more inputs the " +
      "matrix XᵀX grows, and descent is soon the cheaper way.",
    ru:
      "Одна и та же прямая двумя способами: формула решает ∇L = 0 сразу, спуск приходит туда по шагам. Когда входов " +
      "много, матрица XᵀX велика, и спуск обходится дешевле.",
  },
  askFar: {
    en: "Take “x far from zero”. Why does descent need ten times as many steps?",
    ru: "Возьмите «x далеко от нуля». Почему спуску нужно в десять раз больше шагов?",
  },
  answerFar: {
    en:
      "A larger w then raises all answers at once, as a larger b does: the valley is long and narrow. η must be " +
      "small for its walls, and is too small along its bottom. Subtract the mean of x, and it is round again.",
    ru:
      "Теперь рост w поднимает все ответы сразу, так же как рост b: долина вытянулась в овраг. Для его крутых " +
      "склонов η должна быть мала, а для пологого дна этого слишком мало. Вычтите из x среднее — и долина снова " +
      "круглая.",
  },
  askOutlier: {
    en: "Take “One outlier” and let descent arrive: what does one point do to the line, and to the logistic curve?",
    ru: "Возьмите «Один выброс» и дайте спуску сойтись: что одна точка делает с прямой, а что с логистической кривой?",
  },
  answerOutlier: {
    en:
      "The line turns towards it: an error of 8 counts 64 times as much as an error of 1. The logistic curve only " +
      "gets flatter: the log loss of a wrong answer grows like |z|, and its pull a − y is never more than 1.",
    ru:
      "Прямая поворачивается к ней: ошибка 8 весит в 64 раза больше, чем ошибка 1. Логистическая кривая лишь " +
      "становится положе: логарифмические потери неверного ответа растут как |z|, а его вклад a − y не больше 1.",
  },
  askApart: {
    en: "Logistic regression, “Classes apart”: take 1000 steps. Does w arrive anywhere?",
    ru: "Логистическая регрессия, «Классы разделимы»: сделайте 1000 шагов. Придёт ли w куда-нибудь?",
  },
  answerApart: {
    en:
      "No: the loss has no minimum. A steeper curve is always a little better, w grows without end, and the sigmoid " +
      "becomes a step. This is why one adds a penalty on large weights.",
    ru:
      "Нет: у потерь нет минимума. Чем круче кривая, тем чуть меньше потери, w растёт без конца, и сигмоида " +
      "превращается в ступеньку. Поэтому к потерям прибавляют штраф за большие веса.",
  },
  askFlat: {
    en: "Linear classification (tanh): start at w = −4, b = 4, take 20 steps. Then do so in logistic regression.",
    ru:
      "Линейная классификация (tanh): начните с w = −4, b = 4 и сделайте 20 шагов. Затем то же с логистической " +
      "регрессией.",
  },
  answerFlat: {
    en:
      "With the mean square the neuron ends up answering +1 everywhere, sure and wrong, and hardly learns any more: " +
      "tanh is flat there, and so is the loss. The log loss is steep exactly where an answer is sure and wrong.",
    ru:
      "При средних квадратах нейрон застревает: он всюду уверенно отвечает +1 и почти не учится, потому что tanh " +
      "там пологий, и потери тоже. Логарифмические потери круты как раз там, где ответ уверенный и неверный.",
  },
} as const;
