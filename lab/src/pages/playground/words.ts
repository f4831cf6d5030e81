// The words of the playground.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Label, Text } from "../../state/language.svelte.ts";
import type { DataSetName } from "./data-sets.ts";
import type { ActivationChoice, InitializerChoice, LossChoice, NeuronState, OptimizerChoice } from "./settings.ts";
import type { Difference } from "./state.ts";

const states: Readonly<Record<NeuronState, Text>> = {
  alive: { en: "", ru: "" },
  dead: { en: ", dead: it answers the same to every point", ru: ", мёртв: на все точки отвечает одинаково" },
  saturated: {
    en: ", saturated: its activation is flat at almost every point",
    ru: ", насыщен: почти во всех точках его функция активации плоская",
  },
};

const sets: Readonly<Record<DataSetName | "own", Text>> = {
  circle: { en: "Circle", ru: "Круг" },
  xor: { en: "Exclusive or", ru: "Исключающее ИЛИ" },
  gaussian: { en: "Two clouds", ru: "Два облака" },
  spiral: { en: "Spiral", ru: "Спираль" },
  moons: { en: "Moons", ru: "Полумесяцы" },
  checks: { en: "Chessboard", ru: "Шахматная доска" },
  clouds: { en: "Four clouds", ru: "Четыре облака" },
  rings: { en: "Three rings", ru: "Три кольца" },
  arms: { en: "Three arms", ru: "Три рукава" },
  plane: { en: "Inclined plane", ru: "Наклонная плоскость" },
  hills: { en: "Hills and hollows", ru: "Холмы и впадины" },
  waves: { en: "Waves", ru: "Волны" },
  own: { en: "My own points", ru: "Свои точки" },
};

const optimizers: Readonly<Record<OptimizerChoice, Label>> = {
  sgd: "SGD",
  momentum: { en: "SGD, momentum 0.9", ru: "SGD, импульс 0.9" },
  nesterov: { en: "SGD, Nesterov", ru: "SGD, Нестеров" },
  rmsprop: "RMSprop",
  adam: "Adam",
  adamW: "AdamW",
  nadam: "Nadam",
  adamax: "Adamax",
  adagrad: "Adagrad",
  adadelta: "Adadelta",
  adafactor: "Adafactor",
  ftrl: "FTRL",
  lamb: "LAMB",
  lbfgs: "L-BFGS",
  lion: "Lion",
  muon: "Muon",
};

const losses: Readonly<Record<LossChoice, Label>> = {
  binaryCrossentropy: { en: "Binary crossentropy", ru: "Бинарная кросс-энтропия" },
  meanSquaredError: { en: "Mean squared error", ru: "Средний квадрат ошибки" },
  hinge: { en: "Hinge", ru: "Hinge (петлевая)" },
  squaredHinge: { en: "Squared hinge", ru: "Квадрат hinge" },
  binaryFocalCrossentropy: { en: "Focal crossentropy", ru: "Фокальная кросс-энтропия" },
  meanAbsoluteError: { en: "Mean absolute error", ru: "Средняя абсолютная ошибка" },
  huber: { en: "Huber", ru: "Функция Хьюбера" },
  logCosh: "log cosh",
  quadraticCost: { en: "Half the squared error", ru: "Половина квадрата ошибки" },
  dice: { en: "Dice", ru: "Dice" },
  tversky: { en: "Tversky", ru: "Функция Тверского" },
  poisson: { en: "Poisson", ru: "Пуассоновская" },
  sparseCategoricalCrossentropy: { en: "Crossentropy", ru: "Кросс-энтропия" },
  categoricalCrossentropy: { en: "Crossentropy, one-hot", ru: "Кросс-энтропия, one-hot" },
  categoricalFocalCrossentropy: { en: "Focal crossentropy", ru: "Фокальная кросс-энтропия" },
  categoricalHinge: { en: "Hinge", ru: "Hinge (петлевая)" },
  klDivergence: { en: "Kullback–Leibler", ru: "Кульбака — Лейблера" },
  cosineSimilarity: { en: "Cosine similarity", ru: "Косинусное сходство" },
};

const activations: Readonly<Record<ActivationChoice, Label>> = {
  tanh: "tanh",
  relu: "ReLU",
  sigmoid: { en: "Sigmoid", ru: "Сигмоида" },
  linear: { en: "Linear", ru: "Линейная" },
  leakyRelu: "Leaky ReLU",
  prelu: { en: "PReLU (learns a)", ru: "PReLU (a учится)" },
  elu: "ELU",
  selu: "SELU",
  gelu: "GELU",
  silu: "SiLU (Swish)",
  softplus: "Softplus",
  softsign: "Softsign",
  mish: "Mish",
  celu: "CELU",
  relu6: "ReLU6",
  squareplus: "Squareplus",
  hardSigmoid: "Hard sigmoid",
  hardTanh: "Hard tanh",
  hardSilu: "Hard SiLU",
  tanhShrink: "Tanhshrink",
  logSigmoid: "log σ",
  hardShrink: "Hardshrink",
  softShrink: "Softshrink",
  sparsePlus: "Sparse plus",
  sparseSigmoid: "Sparse sigmoid",
  exp: "exp",
  heaviside: { en: "Step", ru: "Ступенька" },
  sign: { en: "Sign", ru: "Знак" },
};

const initializers: Readonly<Record<InitializerChoice, Label>> = {
  glorotUniform: { en: "Glorot", ru: "Глорот" },
  heNormal: { en: "He", ru: "Хе" },
  lecunNormal: { en: "LeCun", ru: "Лекун" },
  zeros: { en: "All zero", ru: "Все нули" },
  large: { en: "Large (σ = 3)", ru: "Большие (σ = 3)" },
};

const differences: Readonly<Record<Difference, Text>> = {
  none: { en: "No second run", ru: "Без второго запуска" },
  rate: { en: "Learning rate", ru: "Скорость обучения" },
  f: { en: "Activation", ru: "Функция активации" },
  optimizer: { en: "Optimizer", ru: "Оптимизатор" },
  seed: { en: "Seed", ru: "Зерно" },
  batch: { en: "Batch size", ru: "Размер пакета" },
  init: { en: "First weights", ru: "Начальные веса" },
  norm: { en: "Normalisation", ru: "Нормализация" },
  penalty: { en: "Regularisation", ru: "Регуляризация" },
  dropout: { en: "Dropout", ru: "Дропаут" },
};

/** A label in both languages. */
const inLanguage = (label: Label): Text => (typeof label === "string" ? { en: label, ru: label } : label);

export const words = {
  title: { en: "Playground", ru: "Песочница" },
  lead: {
    en:
      "A network learns before your eyes: every square shows what a neuron answers over the plane, every line a " +
      "weight. Press play; then change anything.",
    ru:
      "Сеть учится у вас на глазах: каждый квадрат показывает ответы нейрона на всей плоскости, каждая линия — вес. " +
      "Нажмите «Пуск», а потом меняйте что угодно.",
  },
  numeral: (value: number): string => numeral(value, Math.abs(value) < 0.01 && value !== 0 ? 5 : 3),
  step: { en: "One epoch", ru: "Одна эпоха" },
  reset: { en: "Start anew", ru: "Начать заново" },
  epoch: { en: "Epoch", ru: "Эпоха" },
  trainLoss: { en: "Training loss", ru: "Потери на обучении" },
  testLoss: { en: "Test loss", ru: "Потери на тесте" },
  trainRight: { en: "Right in training", ru: "Верно на обучении" },
  testRight: { en: "Right in test", ru: "Верно на тесте" },
  speed: (steps: number, frames: number): Text => ({
    en: `${Math.round(steps).toLocaleString("en")} steps and ${Math.round(frames)} pictures a second`,
    ru: `${Math.round(steps).toLocaleString("ru")} шагов и ${Math.round(frames)} кадров в секунду`,
  }),
  data: { en: "Data", ru: "Данные" },
  dataSet: { en: "Data set", ru: "Набор данных" },
  twoClasses: { en: "Two classes", ru: "Два класса" },
  manyClasses: { en: "Several classes", ru: "Несколько классов" },
  values: { en: "Values (regression)", ru: "Значения (регрессия)" },
  ownPoints: { en: "Your own", ru: "Свои" },
  sets,
  noise: { en: "Noise, %", ru: "Шум, %" },
  share: { en: "Training, %", ru: "Обучение, %" },
  batch: { en: "Batch", ru: "Пакет" },
  seed: { en: "Seed", ru: "Зерно" },
  network: { en: "The network", ru: "Сеть" },
  diagram: {
    en: "The network: inputs, hidden layers and output; a button for each neuron",
    ru: "Сеть: входы, скрытые слои и выход; для каждого нейрона — кнопка",
  },
  hiddenLayers: { en: "Hidden layers", ru: "Скрытые слои" },
  addLayer: { en: "Add a hidden layer", ru: "Добавить скрытый слой" },
  removeLayer: { en: "Remove the last hidden layer", ru: "Убрать последний скрытый слой" },
  addNeuron: (layer: number): Text => ({
    en: `Add a neuron to layer ${layer}`,
    ru: `Добавить нейрон в слой ${layer}`,
  }),
  removeNeuron: (layer: number): Text => ({
    en: `Remove a neuron from layer ${layer}`,
    ru: `Убрать нейрон из слоя ${layer}`,
  }),
  inputs: { en: "inputs", ru: "входы" },
  output: { en: "output", ru: "выход" },
  layer: (layer: number): Text => ({ en: `layer ${layer}`, ru: `слой ${layer}` }),
  neuronName: (layer: number, i: number): Text => ({
    en: `neuron ${i} of layer ${layer}`,
    ru: `нейрон ${i} слоя ${layer}`,
  }),
  outputName: (i: number): Text => ({
    en: i === 0 ? "output" : `output of class ${i}`,
    ru: i === 0 ? "выход" : `выход класса ${i}`,
  }),
  inputLabel: (symbol: string): Text => ({ en: `Input ${symbol}`, ru: `Вход ${symbol}` }),
  neuronLabel: (layer: number, i: number, state: NeuronState): Text => ({
    en: `Neuron ${i} of layer ${layer}${states[state].en}`,
    ru: `Нейрон ${i} слоя ${layer}${states[state].ru}`,
  }),
  outputLabel: (i: number): Text => ({
    en: i === 0 ? "Output neuron" : `Output neuron of class ${i}`,
    ru: i === 0 ? "Выходной нейрон" : `Выходной нейрон класса ${i}`,
  }),
  outputTitle: { en: "What it answers", ru: "Ответ сети" },
  outputPlane: {
    en: "The plane of x₁ and x₂, coloured by the network's answer, with the points",
    ru: "Плоскость x₁ и x₂, закрашенная по ответу сети, и точки на ней",
  },
  outputAt: (x1: number, x2: number, value: number, label: number | undefined): Text => {
    const at = `(${numeral(x1, 1)}, ${numeral(x2, 1)})`;
    if (label === undefined) return { en: `${at}: ${numeral(value, 3)}`, ru: `${at}: ${numeral(value, 3)}` };
    return {
      en: `${at}: class ${label + 1}, ${numeral(value, 3)}`,
      ru: `${at}: класс ${label + 1}, ${numeral(value, 3)}`,
    };
  },
  showTest: { en: "Test points", ru: "Тестовые точки" },
  discrete: { en: "Sharp borders", ru: "Чёткие границы" },
  pull: { en: "Gradients on the edges", ru: "Градиенты на линиях" },
  shown: { en: "One neuron’s answers", ru: "Ответы одного нейрона" },
  losses: { en: "Losses", ru: "Потери" },
  train: { en: "training", ru: "обучение" },
  test: { en: "test", ru: "тест" },
  secondRun: { en: "second run", ru: "второй запуск" },
  loss: { en: "loss", ru: "потери" },
  epochs: { en: "epoch", ru: "эпоха" },
  howItLearns: { en: "How it learns", ru: "Как она учится" },
  rate: { en: "Learning rate", ru: "Скорость обучения" },
  activation: { en: "Activation", ru: "Функция активации" },
  lossDoesNotFit: (asked: LossChoice, used: LossChoice): Text => ({
    en:
      `“${inLanguage(losses[asked]).en}” does not fit this set: “${inLanguage(losses[used]).en}” stands in its ` +
      "place.",
    ru: `«${inLanguage(losses[asked]).ru}» не подходит к этому набору: вместо неё «${inLanguage(losses[used]).ru}».`,
  }),
  lossesLeftOut: {
    en:
      "The losses are those that fit the set. The percentage and logarithmic errors are left out, since they need " +
      "values above zero, and so are contrastive, triplet and CTC, which need pairs, triples or sequences.",
    ru:
      "Предлагаются функции потерь, которые подходят к набору. Процентной и логарифмической ошибкам нужны значения " +
      "больше нуля, контрастивной, триплетной и CTC — пары, тройки или последовательности, поэтому их здесь нет.",
  },
  lossName: { en: "Loss", ru: "Функция потерь" },
  optimizer: { en: "Optimizer", ru: "Оптимизатор" },
  penalty: { en: "Regularisation", ru: "Регуляризация" },
  penaltyRate: { en: "Its rate", ru: "Её коэффициент" },
  norm: { en: "Normalisation", ru: "Нормализация" },
  dropout: { en: "Dropout", ru: "Дропаут" },
  init: { en: "First weights", ru: "Начальные веса" },
  none: { en: "None", ru: "Нет" },
  norms: {
    none: { en: "None", ru: "Нет" },
    batch: { en: "Batch", ru: "По пакету" },
    layer: { en: "Layer", ru: "По слою" },
  },
  optimizers,
  lossNames: losses,
  activations,
  initializers,
  differences,
  stopEpoch: { en: "Stop at epoch", ru: "Стоп на эпохе" },
  stopLoss: { en: "Stop at a training loss of", ru: "Стоп при потерях" },
  never: { en: "never", ru: "никогда" },
  failedRun: [
    { en: "The first run has failed.", ru: "Первый запуск сорвался." },
    { en: "The second run has failed.", ru: "Второй запуск сорвался." },
  ],
  blownUp: (epoch: number, step: number): Text => ({
    en:
      `The loss stopped being a number in epoch ${epoch}, step ${step}: the steps have become so large that the ` +
      "weights ran away.",
    ru: `В эпохе ${epoch} на шаге ${step} потери перестали быть числом: шаги стали так велики, что веса разошлись.`,
  }),
  blownUpAtOnce: {
    en:
      "The loss is not a number from the first step on: with these first weights and this activation the sums grow " +
      "beyond what a number can hold.",
    ru:
      "Потери не число с первого же шага: с такими начальными весами и такой функцией активации суммы вырастают за " +
      "пределы чисел.",
  },
  smallerWeights: { en: "Begin with Glorot’s first weights", ru: "Начать с весов Глорота" },
  goBack: (epoch: number, loss: number, rate: number): Text => ({
    en: `Back to the weights of epoch ${epoch} (loss ${numeral(loss, 3)}), with a learning rate of ${rate}`,
    ru: `Вернуться к весам эпохи ${epoch} (потери ${numeral(loss, 3)}) со скоростью обучения ${rate}`,
  }),
  bothAnew: (rate: number): Text => ({
    en: `Begin both runs anew, with a learning rate of ${rate}`,
    ru: `Начать оба запуска заново со скоростью обучения ${rate}`,
  }),
  bothAnewWhere: (rate: number, run: number): Text => ({
    en: `Begin both runs anew, the ${run === 0 ? "first" : "second"} with a learning rate of ${rate}`,
    ru: `Начать оба запуска заново, ${run === 0 ? "первый" : "второй"} — со скоростью обучения ${rate}`,
  }),
  noPoints: {
    en: "There are no points yet: draw some in the plane, or paste them below.",
    ru: "Точек пока нет: нарисуйте их на плоскости или вставьте ниже.",
  },
  close: { en: "Close", ru: "Закрыть" },
  weightFrom: (name: string): Text => ({ en: `weight from ${name}`, ru: `вес от: ${name}` }),
  slope: (a: number): Text => ({
    en: `The slope below zero, learnt like a weight: a = ${numeral(a, 3)}.`,
    ru: `Наклон ниже нуля учится, как вес: a = ${numeral(a, 3)}.`,
  }),
  bias: { en: "bias", ru: "смещение" },
  editIsLinked: {
    en: "What you set before the first step is kept in the page’s address, and so in a link to it.",
    ru: "То, что задано до первого шага, сохраняется в адресе страницы — значит, и в ссылке на неё.",
  },
  editIsNotLinked: {
    en: "A link does not hold what is changed in mid-training: it could not be repeated from the settings.",
    ru: "Изменения посреди обучения в ссылку не попадают: по настройкам их не повторить.",
  },
  linkIsStart: {
    en: "Something was changed in mid-training, which a link cannot repeat: it opens this network untrained.",
    ru: "Посреди обучения что-то изменилось, и по ссылке этого не повторить: она откроет эту сеть необученной.",
  },
  whatHappens: { en: "What is going on", ru: "Что происходит" },
  howToRead: {
    en:
      "Blue is above zero, orange below; a line is as wide as its weight is large. Point at a neuron to see its " +
      "answers large. Click a neuron or a line to change its numbers, an input to switch it on or off.",
    ru:
      "Синее — больше нуля, оранжевое — меньше; линия тем шире, чем больше вес. Наведите указатель на нейрон, чтобы " +
      "увидеть его ответы крупно. Щелчок по нейрону или линии открывает их числа, щелчок по входу включает или " +
      "выключает его.",
  },
  howToDraw: {
    en:
      "Click or drag in the plane to draw points of the chosen class, or paste them as text: a line for each, x₁, " +
      "x₂, class.",
    ru:
      "Щёлкайте или ведите указателем по плоскости, чтобы рисовать точки выбранного класса, или вставьте их " +
      "текстом: по строке на точку — x₁, x₂, класс.",
  },
  drawnClass: { en: "Class that is drawn", ru: "Рисуемый класс" },
  asText: { en: "The points as text (CSV)", ru: "Точки текстом (CSV)" },
  takePoints: { en: "Take these points", ru: "Взять эти точки" },
  notTaken: {
    en: "This text has not been taken yet; in the plane there are other points.",
    ru: "Этот текст ещё не взят: на плоскости другие точки.",
  },
  clearPoints: { en: "Remove all", ru: "Убрать все" },
  pointCount: (n: number): Text => ({ en: n === 1 ? "1 point" : `${n} points`, ru: `точек: ${n}` }),
  export: { en: "Take it with you", ru: "Взять с собой" },
  sameInKeras: { en: "The same in Keras", ru: "То же самое на Keras" },
  sameInTorch: { en: "The same in PyTorch", ru: "То же самое на PyTorch" },
  noProgram: {
    en: "There are no points yet, and so no program either.",
    ru: "Точек пока нет, а значит, нет и программы.",
  },
  programIsStart: {
    en:
      "Something was changed in mid-training, which these programs do not repeat: they train for all epochs with " +
      "what is set now, and come to other weights.",
    ru:
      "Посреди обучения что-то изменилось, и эти программы этого не повторяют: все эпохи они проходят с нынешними " +
      "настройками, и веса у них получатся другие.",
  },
  slow: { en: "In slow motion", ru: "Замедленно" },
  slowLead: {
    en: "One step of training: one point, one layer at a time, forward and back.",
    ru: "Один шаг обучения: одна точка, слой за слоем, вперёд и назад.",
  },
  nextPhase: { en: "Next", ru: "Дальше" },
  byItself: { en: "By itself", ru: "Автоматически" },
  secondRunDiffers: {
    en: "Beside it, a second run that differs in",
    ru: "Для сравнения — второй запуск, где отличается",
  },
  inSecondRun: { en: "In the second run", ru: "Во втором запуске" },
  differenceExpected: {
    rate: { en: "A number from 0.000001 to 1000.", ru: "Число от 0.000001 до 1000." },
    seed: { en: "An integer from 0 to 1,000,000.", ru: "Целое число от 0 до 1 000 000." },
    batch: { en: "An integer from 1 to 400.", ru: "Целое число от 1 до 400." },
    dropout: { en: "A number from 0 to 0.8.", ru: "Число от 0 до 0.8." },
  } as Partial<Record<Difference, Text>>,
  secondAnswers: { en: "Second run", ru: "Второй запуск" },
  modelFile: { en: "The network with its weights (safetensors)", ru: "Сеть с её весами (safetensors)" },
} as const;
