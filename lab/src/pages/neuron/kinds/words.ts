// The words of the scene of the kinds of perceptron.
import { numeral } from "../../../../../recipes/tools/part.ts";
import { percent } from "../../../parts/percent.ts";
import type { Text } from "../../../state/language.svelte.ts";

export const kindsWords = {
  lead: {
    en: "Four perceptrons learn the same points. Press Play and see which can; then take other points or weights.",
    ru: "Четыре персептрона учатся на одних и тех же точках. Нажмите «Пуск» и посмотрите, кто справится.",
  },
  set: { en: "Points", ru: "Точки" },
  sets: {
    xor: { en: "XOR", ru: "Исключающее ИЛИ" },
    circle: { en: "Circle", ru: "Круг" },
    moons: { en: "Moons", ru: "Полумесяцы" },
    spirals: { en: "Two spirals", ru: "Две спирали" },
  },
  titles: [
    { en: "Single layer", ru: "Однослойный" },
    { en: "One fixed, one trained", ru: "1 случайный, 1 обучаемый" },
    { en: "Three fixed, one trained", ru: "3 случайных, 1 обучаемый" },
    { en: "All four trained", ru: "Обучаются все четыре" },
  ],
  authors: [
    { en: "no hidden layer", ru: "без скрытых слоёв" },
    { en: "a hidden layer of random features", ru: "скрытый слой случайных признаков" },
    { en: "Rosenblatt’s perceptron", ru: "персептрон Розенблатта" },
    { en: "Rumelhart’s: multilayer, MLP", ru: "Румельхарт: многослойный, MLP" },
  ],
  oneEpoch: { en: "One epoch", ru: "Одна эпоха" },
  reset: { en: "Start anew", ru: "Начать заново" },
  epoch: { en: "Epoch", ru: "Эпоха" },
  width: { en: "Neurons in each hidden layer", ru: "Нейронов в каждом скрытом слое" },
  rate: { en: "Learning rate η", ru: "Скорость обучения η" },
  seed: { en: "Seed of the random weights", ru: "Зерно случайных весов" },
  redraw: { en: "Another draw", ru: "Другие веса" },
  right: { en: "right", ru: "верно" },
  held: { en: "in test", ru: "на тесте" },
  loss: { en: "loss", ru: "потери" },
  counted: (trained: number, all: number): Text => ({
    en: `trained: ${trained} of ${all} weights`,
    ru: `обучаемых весов: ${trained} из ${all}`,
  }),
  fixed: { en: "fixed", ru: "случайный" },
  trained: { en: "trained", ru: "обучаемый" },
  plane: (title: string, share: number): Text => ({
    en: `${title}: its answers over the plane; ${percent(share)} of the points are answered rightly`,
    ru: `${title}: ответы на плоскости; верных ответов ${percent(share)}`,
  }),
  network: (hidden: number, width: number, isFixed: boolean): Text => ({
    en:
      hidden === 0
        ? "The network: two inputs, one output neuron"
        : `The network: two inputs, ${hidden} hidden × ${width} neurons ` +
          `(${isFixed ? "fixed" : "trained"} weights), one output neuron (trained weights)`,
    ru:
      hidden === 0
        ? "Сеть: два входа, один выходной нейрон"
        : `Сеть: два входа, скрытых слоёв ${hidden} по ${width} нейронов ` +
          `(веса ${isFixed ? "случайные" : "обучаемые"}), один выходной нейрон (веса обучаемые)`,
  }),
  at: (x1: number, x2: number): Text => ({
    en: `At x = (${numeral(x1, 2)}, ${numeral(x2, 2)}) they answer`,
    ru: `В точке x = (${numeral(x1, 2)}, ${numeral(x2, 2)}) их ответы`,
  }),
  howToRead: {
    en:
      "Each small square shows what its neuron answers over the plane, up to five of a layer. Solid edges are " +
      "trained: blue above zero, orange below, the wider the greater. Dashed grey edges with a lock keep the random " +
      "weights that they began with. A cross marks a wrong answer.",
    ru:
      "Квадратик показывает, что отвечает нейрон на плоскости (в слое нарисовано не больше пяти). Сплошные связи " +
      "обучаются: синие больше нуля, оранжевые меньше, толщина — величина веса. Серые пунктирные связи с замком " +
      "сохраняют случайные веса, полученные вначале. Крестик — неверный ответ.",
  },
  losses: { en: "The loss of the four while they learn", ru: "Потери четырёх персептронов по ходу обучения" },
  epochName: { en: "epoch", ru: "эпоха" },
  logLoss: { en: "log loss", ru: "логарифмические потери" },
  tries: { en: "Your tries", ru: "Ваши попытки" },
  triesNote: {
    en: "A row for each experiment, as far as it was trained; the last four columns are the shares of right answers.",
    ru: "По строке на опыт, до той эпохи, до которой дошло обучение; в последних столбцах доли верных ответов.",
  },
  columns: {
    set: { en: "points", ru: "точки" },
    width: { en: "width", ru: "ширина" },
    seed: { en: "seed", ru: "зерно" },
    rate: "η",
    epoch: { en: "epoch", ru: "эпоха" },
  },
  short: [
    { en: "single", ru: "1 слой" },
    { en: "1 fixed", ru: "1 случ." },
    { en: "3 fixed", ru: "3 случ." },
    { en: "MLP", ru: "MLP" },
  ],
  formulaTitle: { en: "The formulas with these numbers", ru: "Формулы с этими числами" },
  weightsTrained: { en: "Trained weights:", ru: "Обучаемых весов:" },
  barNote: {
    en: "A bar marks the random weights that are not trained.",
    ru: "Черта сверху — случайные веса, которые не обучаются.",
  },
  text: {
    en:
      "One layer draws a straight line. A fixed random layer offers the last one other features than x₁ and x₂, and " +
      "with enough of them, some will do: this is how Rosenblatt's perceptron worked, since his rule could train the " +
      "last layer alone. Backpropagation (Rumelhart, Hinton and Williams, 1986) trains all layers, and the hidden " +
      "neurons become the features that these points need.",
    ru:
      "Один слой проводит прямую. Неизменный случайный слой даёт последнему другие признаки вместо x₁ и x₂, и если " +
      "признаков много, то среди них найдутся подходящие. Так был устроен персептрон Розенблатта: его правило " +
      "обучало только последний слой. Обратное распространение ошибки (Румельхарт, Хинтон, Уильямс, 1986) обучает " +
      "все слои, и скрытые нейроны становятся теми признаками, которые нужны именно этим точкам.",
  },
  failed: (epoch: number): Text => ({
    en: `In epoch ${epoch} the loss stopped being a number: the steps are too large.`,
    ru: `В эпохе ${epoch} потери перестали быть числом: шаги слишком велики.`,
  }),
  wild: {
    en: "With this learning rate the steps are too large even for the MLP: it jumps over every valley of the loss.",
    ru: "С такой скоростью обучения шаги слишком велики даже для MLP: он перепрыгивает через любую ямку потерь.",
  },
  calmer: { en: "Back to η = 0.01", ru: "Вернуть η = 0.01" },
  askXor: {
    en: "Take XOR. Which kind cannot solve it, however long it learns?",
    ru: "Выберите исключающее ИЛИ. Какой вид не решит эту задачу, сколько бы ни учился?",
  },
  answerXor: {
    en:
      "The single layer: its border is a straight line whatever the weights are. The other three bend it, and for " +
      "that it does not matter whether the first layers are trained.",
    ru:
      "Однослойный: его граница — прямая при любых весах. Остальные три её изгибают, и здесь неважно, обучаются ли " +
      "первые слои.",
  },
  askWidth: {
    en: "Take the circle. With how few neurons does the one fixed layer still suffice (98 % right)?",
    ru: "Выберите круг. При каком наименьшем числе нейронов одного случайного слоя ещё хватает (98 % верно)?",
  },
  answerWidth: (width: number, seed: number): Text => ({
    en:
      `${width} did it with the seed ${seed}. Three lines are the least that can enclose the disc; random ones ` +
      "seldom lie well, so that more are needed, and how many is a matter of luck.",
    ru:
      `При зерне ${seed} хватило ${width}. Чтобы окружить круг, нужно хотя бы три прямые; случайные редко лежат ` +
      "удачно, поэтому их требуется больше, а сколько именно — дело случая.",
  }),
  askLuck: {
    en:
      "Draw other weights a few times and train them equally long. For which kind does the draw decide, and for " +
      "which hardly at all?",
    ru:
      "Возьмите несколько раз другие случайные веса и учите одинаково долго. Для какого вида они решают всё, а для " +
      "какого почти ничего?",
  },
  answerLuck: {
    en:
      "Two draws of the fixed layers came out at least five points of a hundred apart. Trained layers forget their " +
      "first weights; fixed ones are what they were drawn as.",
    ru:
      "Два набора случайных весов разошлись не меньше чем на пять процентов. Обучаемые слои свои начальные веса " +
      "забывают, а случайные такими и остаются.",
  },
  askSpirals: {
    en:
      "Two spirals, 16 neurons, 500 epochs: who gets to 99 %? Then take 32 neurons and 1000 epochs. Do the fixed " +
      "layers catch up?",
    ru:
      "Две спирали, 16 нейронов, 500 эпох: кто дойдёт до 99 %? Затем возьмите 32 нейрона и 1000 эпох. Догонят ли " +
      "случайные слои?",
  },
  answerSpirals: {
    en:
      "With 16 neurons only the MLP gets there: its neurons turn towards the points. Three fixed layers stop at " +
      "about 95 %, even after 3000 epochs. With 32 they do catch up: 98 to 99.5 %, depending on the draw, since " +
      "among many random features enough are good. One fixed layer stays far behind.",
    ru:
      "При 16 нейронах — только MLP: его нейроны подстраиваются под точки. Три случайных слоя и за 3000 эпох " +
      "останавливаются примерно на 95 %. При 32 нейронах они догоняют: от 98 до 99.5 % в зависимости от весов, " +
      "потому что среди множества случайных признаков хватает удачных. Один случайный слой сильно отстаёт.",
  },
} as const;
