// The words of the page of the activations.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Label, Text } from "../../state/language.svelte.ts";
import type { Between, Name } from "./names.ts";

const names: Readonly<Record<Name, Label>> = {
  sigmoid: { en: "Sigmoid", ru: "Сигмоида" },
  tanh: "tanh",
  step: { en: "Step", ru: "Ступенька" },
  sign: { en: "Sign", ru: "Знак" },
  identity: { en: "Identity", ru: "Тождество" },
  exp: { en: "Exponential", ru: "Экспонента" },
  relu: "ReLU",
  leaky: "Leaky ReLU",
  prelu: "PReLU",
  elu: "ELU",
  selu: "SELU",
  gelu: "GELU",
  silu: "SiLU, Swish",
  softplus: "Softplus",
  softsign: "SoftSign",
  maxout: "Maxout",
};
const nameIn = (name: Name, language: "en" | "ru"): string => {
  const label = names[name];
  return typeof label === "string" ? label : label[language];
};
const between = (from: number, to: number, range: number, language: "en" | "ru"): string => {
  const [startsBefore, endsAfter] = [from <= -range, to >= range];
  if (startsBefore && endsAfter) return { en: "everywhere", ru: "всюду" }[language];
  if (startsBefore) return `u < ${numeral(to, 2)}`;
  if (endsAfter) return `u > ${numeral(from, 2)}`;
  return `${numeral(from, 2)} < u < ${numeral(to, 2)}`;
};

export const words = {
  title: { en: "Activation functions", ru: "Функции активации" },
  lead: {
    en:
      "A neuron sums up its inputs, and an activation function f answers to the sum u. What f does decides what the " +
      "network can express; how steep f is decides how well it learns, because every gradient on its way back is " +
      "multiplied by f′(u).",
    ru:
      "Нейрон складывает свои входы, а функция активации f отвечает на сумму u. От f зависит, что сеть может " +
      "выразить, а от крутизны f — насколько хорошо она учится: на обратном пути каждый градиент умножается на " +
      "f′(u).",
  },
  scenes: { en: "Scenes", ru: "Сцены" },
  sceneTitles: {
    curves: { en: "f and its derivative", ru: "f и её производная" },
    softmax: { en: "Softmax", ru: "Softmax" },
    sum: { en: "A sum of sigmoids", ru: "Сумма сигмоид" },
    layers: { en: "Layers without activations", ru: "Слои без активации" },
  },
  computing: { en: "Computing …", ru: "Вычисляется…" },

  names,
  functions: { en: "Functions", ru: "Функции" },
  compareWith: (name: Name): Text => ({
    en: `Lay ${nameIn(name, "en")} over it`,
    ru: `Наложить для сравнения: ${nameIn(name, "ru")}`,
  }),
  howToCompare: {
    en: "Click a picture to take a function; its + lays another one over it.",
    ru: "Щелчок по картинке выбирает функцию, знак «+» накладывает для сравнения ещё одну.",
  },
  notes: {
    sigmoid: {
      en: "From 0 to 1: a probability. It is steepest at 0, and even there its slope is only ¼.",
      ru: "От 0 до 1: вероятность. Круче всего она в нуле, но и там наклон равен всего ¼.",
    },
    tanh: {
      en: "From −1 to 1: a sigmoid about zero, with slope 1 in the middle. It saturates on both sides.",
      ru: "От −1 до 1: сигмоида, симметричная относительно нуля, с наклоном 1 в середине. Насыщается с обеих сторон.",
    },
    step: {
      en:
        "Heaviside's step, the threshold of McCulloch and Pitts. Its slope is 0 wherever it has one: descent learns " +
        "nothing from it.",
      ru:
        "Функция Хевисайда — порог Маккаллока и Питтса. Производная равна 0 всюду, где она есть: градиентный спуск " +
        "по ней ничему не научится.",
    },
    sign: {
      en: "Rosenblatt's answer, −1 or +1. It has no slope to learn from either, hence his own rule.",
      ru:
        "Ответ персептрона Розенблатта: −1 или +1. Учиться по производной здесь тоже нельзя, поэтому у него своё " +
        "правило.",
    },
    identity: {
      en: "No activation: the neuron is a linear regression.",
      ru: "Без активации: нейрон — это линейная регрессия.",
    },
    exp: {
      en: "Positive, and its own derivative: Poisson regression. It grows without a bound, and so do its gradients.",
      ru:
        "Положительна и равна своей производной: пуассоновская регрессия. Растёт неограниченно, а вместе с ней и " +
        "градиенты.",
    },
    relu: {
      en:
        "Cheap, and its slope does not fade for large u. For negative u both f and f′ are 0: the neuron is silent " +
        "and learns nothing.",
      ru:
        "Вычисляется легко, и при больших u наклон не затухает. При отрицательных u равны нулю и f, и f′: нейрон " +
        "молчит и не учится.",
    },
    leaky: {
      en: "A small slope is left for negative u, so that the neuron can go on learning. The course takes 0.01 and 0.1.",
      ru: "При отрицательных u оставлен небольшой наклон, чтобы нейрон мог учиться и там. В курсе он равен 0.01 и 0.1.",
    },
    prelu: {
      en: "A leaky ReLU whose slope a is a weight: it is learnt by the gradient ∂f/∂a.",
      ru: "Leaky ReLU, у которой наклон a — это вес: он выучивается по градиенту ∂f/∂a.",
    },
    elu: {
      en:
        "For negative u it bends towards −α, so that the mean of the answers is nearer to 0. Smooth at zero only if " +
        "α = 1.",
      ru: "При отрицательных u плавно стремится к −α, и среднее ответов ближе к 0. В нуле гладкая только при α = 1.",
    },
    selu: {
      en: "λ times ELU, with λ and α for which mean 0 and variance 1 are kept from layer to layer.",
      ru: "ELU, умноженная на λ; при таких λ и α среднее 0 и дисперсия 1 сохраняются от слоя к слою.",
    },
    gelu: {
      en:
        "u times the share Φ(u) of the normal distribution below u, exact, with erf. Transformers use it. It dips " +
        "below zero, so its slope changes sign.",
      ru:
        "u, умноженное на долю Φ(u) нормального распределения левее u, — точно, через erf. Применяется в " +
        "трансформерах. Опускается ниже нуля, так что производная меняет знак.",
    },
    silu: {
      en: "u times the sigmoid of βu. With β = 1 it is SiLU; Swish may learn its β.",
      ru: "u, умноженное на сигмоиду от βu. При β = 1 это SiLU; в Swish параметр β можно обучать.",
    },
    softplus: {
      en: "A smooth ReLU. Its derivative is the sigmoid.",
      ru: "Гладкая ReLU. Её производная — сигмоида.",
    },
    softsign: {
      en: "Like tanh, but much slower to reach ±1: it saturates late.",
      ru: "Похожа на tanh, но приближается к ±1 гораздо медленнее: насыщается поздно.",
    },
    maxout: {
      en: "The greater of two lines. Their weights are learnt: the neuron finds its own activation, always convex.",
      ru: "Большая из двух прямых. Их веса выучиваются: нейрон сам находит свою активацию, всегда выпуклую.",
    },
  } satisfies Record<Name, Text>,
  plotLabel: (name: Name, u: number, f: number, slope: number): Text => ({
    en:
      `${nameIn(name, "en")} and its derivative; at u = ${numeral(u, 2)}, f = ${numeral(f)} and f′ = ` +
      `${numeral(slope)}`,
    ru: `${nameIn(name, "ru")} и производная; при u = ${numeral(u, 2)} f = ${numeral(f)}, f′ = ${numeral(slope)}`,
  }),
  point: { en: "the point u", ru: "точка u" },
  howToDrag: {
    en:
      "Drag the point along the curve. The violet rise of the tangent above, over one unit of u, is the height of " +
      "f′ below.",
    ru: "Ведите точку по кривой. Фиолетовый подъём касательной сверху на единицу u — это высота f′ снизу.",
  },
  atPoint: { en: "At this point", ru: "В этой точке" },
  tangent: { en: "The tangent:", ru: "Касательная:" },
  seluConstants: { en: "the constants of the paper", ru: "константы из статьи" },
  partial: (u: number, slope: number): Text => ({
    en: `∂f/∂a = min(u, 0) = ${numeral(slope, 2)} at u = ${numeral(u, 2)}: what a learns from.`,
    ru: `∂f/∂a = min(u, 0) = ${numeral(slope, 2)} при u = ${numeral(u, 2)}: по нему обучается a.`,
  }),
  function: { en: "function", ru: "функция" },
  byFormula: { en: "f′ by the formula", ru: "f′ по формуле" },
  difference: (worst: number, count: number, range: number): Text => ({
    en:
      `f′ is computed by Nabla's grad. Its largest difference from the formula, over ${count} points from ` +
      `−${numeral(range)} to ${numeral(range)}: ${numeral(worst)}.`,
    ru:
      `f′ вычислена функцией grad из Nabla. Наибольшее отличие от формулы в ${count} точках от −${numeral(range)} ` +
      `до ${numeral(range)}: ${numeral(worst)}.`,
  }),
  parameters: { en: "Parameters", ru: "Параметры" },
  leakySlope: { en: "slope of Leaky ReLU", ru: "наклон Leaky ReLU" },
  preluSlope: { en: "a of PReLU", ru: "a для PReLU" },
  eluAlpha: { en: "α of ELU", ru: "α для ELU" },
  swishBeta: { en: "β of Swish", ru: "β для Swish" },
  maxoutWeight: (i: string): Text => ({ en: `weight ${i} of Maxout`, ru: `вес ${i} для Maxout` }),
  maxoutBias: (i: string): Text => ({ en: `bias ${i} of Maxout`, ru: `смещение ${i} для Maxout` }),
  range: { en: "u up to ±", ru: "u до ±" },
  threshold: { en: "flat if |f′| <", ru: "плоско, если |f′| <" },
  flatWhere: (threshold: number, found: readonly (readonly [number, number])[], range: number): Text => {
    const list = (language: "en" | "ru", and: string): string =>
      found.map(([from, to]) => between(from, to, range, language)).join(and);
    return found.length === 0
      ? {
          en: `|f′| is nowhere below ${numeral(threshold)} in this plot: it does not saturate.`,
          ru: `На этом графике |f′| нигде не меньше ${numeral(threshold)}: насыщения нет.`,
        }
      : {
          en: `Saturated, |f′| < ${numeral(threshold)} (shaded): ${list("en", " and ")}.`,
          ru: `Насыщение, |f′| < ${numeral(threshold)} (закрашено): ${list("ru", " и ")}.`,
        };
  },

  softmaxTitle: { en: "From sums to probabilities", ru: "От сумм к вероятностям" },
  wholeLabel: { en: "The probabilities as parts of a whole", ru: "Вероятности как части целого" },
  barsOfZ: { en: "z as a bar", ru: "z в виде полосы" },
  barsOfP: { en: "p as a bar", ru: "p в виде полосы" },
  removing: { en: "remove", ru: "удалить" },
  remove: (i: number): Text => ({ en: `Remove entry ${i}`, ru: `Удалить число ${i}` }),
  add: { en: "Add an entry", ru: "Добавить число" },
  addToAll: (by: number): Text => ({ en: `Add ${by} to all z`, ru: `Прибавить ${by} ко всем z` }),
  courseNumbers: { en: "The course's numbers", ru: "Числа из курса" },
  overflow: {
    en:
      "exp has overflowed: the formula as it stands would divide ∞ by ∞. Nabla's softmax subtracts the largest z " +
      "first, so p is still right. Do the same with the switch.",
    ru:
      "Экспонента переполнилась: по формуле пришлось бы делить ∞ на ∞. Softmax в Nabla сначала вычитает наибольшее " +
      "z, поэтому p по-прежнему верны. Включите вычитание и здесь.",
  },
  temperatureTitle: { en: "Temperature", ru: "Температура" },
  temperature: { en: "temperature", ru: "температура" },
  temperatureText: {
    en: "All z are divided by T first. A low temperature makes the choice hard, a high one makes all answers alike.",
    ru:
      "Сначала все z делятся на T. При низкой температуре выбор становится жёстким, при высокой все ответы " +
      "уравниваются.",
  },
  shift: { en: "Subtract the largest z first", ru: "Сначала вычесть наибольшее z" },
  shiftText: {
    en: "A constant added to all z changes no probability; subtracting the largest one keeps exp from overflowing.",
    ru:
      "Если ко всем z прибавить одно и то же число, вероятности не изменятся; вычитание наибольшего спасает exp от " +
      "переполнения.",
  },
  jacobianTitle: { en: "Its derivative is a matrix", ru: "Производная — матрица" },
  jacobianText: {
    en: "Every p depends on every z. What one probability gains, the others lose: each row adds up to 0.",
    ru: "Каждое p зависит от каждого z. Что получает одна вероятность, теряют другие: сумма по строке равна 0.",
  },
  jacobianDifference: (difference: number): Text => ({
    en: `By Nabla's jacrev; the largest difference from the formula: ${numeral(difference)}.`,
    ru: `Вычислено функцией jacrev из Nabla; наибольшее отличие от формулы: ${numeral(difference)}.`,
  }),

  sumTitle: { en: "Sigmoids stacked into a ramp", ru: "Сигмоиды складываются в подъём" },
  sumLabel: {
    en: "Shifted sigmoids stacked on one another, their sum, softplus and ReLU",
    ru: "Сдвинутые сигмоиды, уложенные друг на друга, их сумма, softplus и ReLU",
  },
  sumOf: (count: number): Text => ({ en: `sum of sigmoids: ${count}`, ru: `сумма сигмоид: ${count}` }),
  terms: { en: "number of sigmoids", ru: "число сигмоид" },
  sumDifferences: { en: "How close?", ru: "Насколько близко?" },
  toSoftplus: (x: string): Text => ({
    en: `largest difference from softplus(${x})`,
    ru: `наибольшее отличие от softplus(${x})`,
  }),
  toRelu: (x: string): Text => ({ en: `largest difference from ReLU(${x})`, ru: `наибольшее отличие от ReLU(${x})` }),
  sumInterval: { en: "Over 201 points from x = −5 to x = 5.", ru: "По 201 точке от x = −5 до x = 5." },
  firstTerm: { en: "The first term", ru: "Первое слагаемое" },
  sumText: {
    en:
      "Each sigmoid is a step of height 1, one unit further to the right. Endlessly many of them climb like " +
      "softplus, a smooth ReLU: so one ReLU neuron stands for many sigmoid neurons with the same weights and " +
      "shifted biases (Nair and Hinton, 2010). Beginning with σ(x + ½) moves the ramp one unit to the left.",
    ru:
      "Каждая сигмоида — ступенька высоты 1, сдвинутая ещё на единицу вправо. Бесконечная их сумма растёт как " +
      "softplus, гладкая ReLU: один нейрон с ReLU заменяет множество сигмоидных нейронов с одинаковыми весами и " +
      "сдвинутыми смещениями (Наир и Хинтон, 2010). Если начать с σ(x + ½), подъём сдвинется на единицу влево.",
  },

  layersTitle: { en: "What layers do to the plane", ru: "Что слои делают с плоскостью" },
  depth: { en: "Layers", ru: "Слои" },
  between: { en: "Between the layers", ru: "Между слоями" },
  betweenNames: {
    none: { en: "nothing", ru: "ничего" },
    relu: "ReLU",
    tanh: "tanh",
    sigmoid: { en: "sigmoid", ru: "сигмоида" },
  } satisfies Record<Between, Label>,
  weights: { en: "Weights", ru: "Веса" },
  layerSets: {
    turn: { en: "turn, stretch", ru: "поворот и растяжение" },
    shear: { en: "shear", ru: "сдвиг" },
    line: { en: "onto a line", ru: "на прямую" },
    own: { en: "my own", ru: "свои" },
  },
  drawRandom: { en: "Random weights", ru: "Случайные веса" },
  input: { en: "the plane", ru: "плоскость" },
  afterLayer: (k: number): Text => ({ en: `after layer ${k}`, ru: `после слоя ${k}` }),
  inputPicture: {
    en: "A straight grid with a flag: the inputs x",
    ru: "Прямая сетка с флажком: входы x",
  },
  layerPicture: (k: number): Text => ({
    en: `The grid and the flag after layer ${k}`,
    ru: `Сетка и флажок после слоя ${k}`,
  }),
  layersHow: {
    en: "Every point of the grid goes through the layers. Type other weights, or step them with the arrow keys.",
    ru: "Через слои проходит каждая точка сетки. Введите другие веса или меняйте их клавишами ↑ и ↓.",
  },
  thenActivation: (name: Between): Text => ({
    en: `with ${name === "relu" ? "ReLU" : name} applied`,
    ru: `применена ${{ none: "", relu: "ReLU", tanh: "tanh", sigmoid: "сигмоида" }[name]}`,
  }),
  oneLayer: { en: "one layer, W and b", ru: "один слой, W и b" },
  bestLayer: { en: "the best one layer", ru: "лучший один слой" },
  onePicture: { en: "The grid and the flag after the one layer", ru: "Сетка и флажок после одного слоя" },
  bestPicture: {
    en: "The grid and the flag after the best single layer; the network's own grid behind it, dashed",
    ru: "Сетка и флажок после лучшего одного слоя; позади пунктиром — сетка самой сети",
  },
  same: (layers: number, difference: number): Text => ({
    en:
      `${layers} layers, one matrix: the pictures are the same. Largest difference of a coordinate: ` +
      `${numeral(difference)} (rounding).`,
    ru:
      `Слоёв ${layers}, а матрица одна: картинки совпадают. Наибольшая разница координат: ${numeral(difference)} ` +
      "(округление).",
  }),
  notSame: (rest: number, difference: number): Text =>
    rest < 1e-6
      ? {
          en:
            "On this part of the plane the activation happens to act linearly, and one layer does the same: largest " +
            `difference ${numeral(difference)}.`,
          ru:
            "На этой части плоскости активация действует линейно, и один слой делает то же самое: наибольшая " +
            `разница ${numeral(difference)}.`,
        }
      : {
          en:
            `No matrix does this. The best one leaves ${numeral(100 * rest, 1)}\u00a0% of the variance; a point is ` +
            `off by up to ${numeral(difference, 2)}.`,
          ru:
            `Никакая матрица этого не сделает. Лучшая не объясняет ${numeral(100 * rest, 1)}\u00a0% дисперсии; ` +
            `ошибка в координате доходит до ${numeral(difference, 2)}.`,
        },
  whyTitle: { en: "Why layers collapse", ru: "Почему слои схлопываются" },
  layersText: {
    en:
      "A layer without an activation multiplies by a matrix and adds a vector. A product of matrices is a matrix " +
      "again: however many such layers, straight lines stay straight and parallel lines parallel, and the network " +
      "is one linear model.",
    ru:
      "Слой без активации умножает на матрицу и прибавляет вектор. Произведение матриц — снова матрица: сколько бы " +
      "ни было таких слоёв, прямые остаются прямыми, параллельные — параллельными, а вся сеть — одной линейной " +
      "моделью.",
  },
  bentText: (rest: string): Text => ({
    en:
      "An activation bends or folds the grid, and no matrix can. The best layer, found by least squares, misses " +
      `${rest}\u00a0% of the variance.`,
    ru:
      "Активация изгибает или складывает сетку, а матрица этого не может. Лучший слой, найденный методом наименьших " +
      `квадратов, упускает ${rest}\u00a0% дисперсии.`,
  }),
} as const;
