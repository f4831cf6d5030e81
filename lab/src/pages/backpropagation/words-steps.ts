// The words of the scenes with δ: the five steps on a small network, and the worked problem with all its matrices.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";

export const stepWords = {
  network: { en: "The network", ru: "Сеть" },
  networkLabel: {
    en: "The network: two inputs, three hidden neurons, two outputs, with the numbers of this step",
    ru: "Сеть: два входа, три скрытых нейрона и два выхода с числами этого шага",
  },
  steps: { en: "The five steps", ru: "Пять шагов" },
  stageTitles: [
    { en: "1. The input", ru: "1. Вход" },
    { en: "2. Forwards: the hidden layer", ru: "2. Вперёд: скрытый слой" },
    { en: "2. Forwards: the output layer", ru: "2. Вперёд: выходной слой" },
    { en: "3. δ of the output layer", ru: "3. δ выходного слоя" },
    { en: "4. δ backwards", ru: "4. δ назад" },
    { en: "5. The update", ru: "5. Обновление" },
  ],
  stageTexts: [
    {
      en: "The input is the zeroth layer: a⁰ = x. (Vectors are rows here.)",
      ru: "Вход — это нулевой слой: a⁰ = x. (Векторы здесь — строки.)",
    },
    {
      en:
        "Each neuron weighs what comes in, adds its bias, and applies the activation f. On the edges stand the " +
        "weights.",
      ru: "Каждый нейрон взвешивает свои входы, прибавляет смещение и применяет функцию активации f. На рёбрах — веса.",
    },
    {
      en: "The same once more gives the answer of the network, and the cost C says how far it is from the target y.",
      ru: "Ещё раз то же самое — и готов ответ сети. Функция потерь C говорит, далеко ли он от цели y.",
    },
    {
      en:
        "δ says how the cost changes with the sum z of a neuron. At the output it is the error times the slope of " +
        "the activation.",
      ru:
        "δ показывает, как функция потерь меняется вместе с суммой z нейрона. На выходе это ошибка, умноженная на " +
        "производную функции активации.",
    },
    {
      en:
        "The δ of the outputs go back along the same weights; each hidden neuron adds up what comes to it and " +
        "multiplies by its own slope.",
      ru:
        "δ выходов идут назад по тем же весам; каждый скрытый нейрон складывает то, что к нему пришло, и умножает " +
        "на свою производную.",
    },
    {
      en:
        "The gradient of a weight is the activation where its edge begins times δ where it ends. Each weight goes a " +
        "step of η against it; the new weights stand on the edges.",
      ru:
        "Градиент веса — это активация в начале ребра, умноженная на δ в его конце. Каждый вес делает шаг η против " +
        "градиента; на рёбрах — новые веса.",
    },
  ],
  inputs: { en: "Input and target", ru: "Вход и цель" },
  input: (i: number): Text => ({ en: `input ${i}`, ru: `вход ${i}` }),
  target: (i: number): Text => ({ en: `target ${i}`, ru: `цель ${i}` }),
  rate: { en: "learning rate", ru: "скорость обучения" },
  activation: { en: "Activation f", ru: "Функция активации f" },
  activations: {
    sigmoid: { en: "sigmoid", ru: "сигмоида" },
    tanh: "tanh",
    relu: "ReLU",
    identity: { en: "none", ru: "нет" },
  },
  sum: (z: string): Text => ({ en: `sum ${z}`, ru: `сумма ${z}` }),
  neuronLabel: (name: string, numbers: string): Text => ({ en: `${name}: ${numbers}`, ru: `${name}: ${numbers}` }),
  costFell: (before: number, after: number): Text => ({
    en: `The cost falls from ${numeral(before)} to ${numeral(after)}.`,
    ru: `Функция потерь уменьшается с ${numeral(before)} до ${numeral(after)}.`,
  }),
  costRose: (before: number, after: number): Text => ({
    en: `The cost rises from ${numeral(before)} to ${numeral(after)}: the step is too large.`,
    ru: `Функция потерь растёт с ${numeral(before)} до ${numeral(after)}: шаг слишком велик.`,
  }),
  costStays: (before: number): Text => ({
    en: `The cost stays at ${numeral(before)}.`,
    ru: `Функция потерь остаётся равной ${numeral(before)}.`,
  }),
  keep: { en: "Keep the new weights, go on", ru: "Взять новые веса и продолжить" },
  restart: { en: "The lecture’s weights", ru: "Веса из лекции" },
  tooLarge: {
    en: "The new weights are beyond ±1000: the step was too large. Take a smaller η, or the lecture’s weights.",
    ru: "Новые веса вышли за ±1000: шаг слишком велик. Уменьшите η или верните веса из лекции.",
  },
  againstNabla: (difference: number): Text => ({
    en:
      "Nabla, which differentiates C itself, has the same gradients: the greatest difference is " +
      `${numeral(difference)}.`,
    ru: `Nabla, которая дифференцирует C сама, даёт те же градиенты: наибольшее расхождение — ${numeral(difference)}.`,
  }),
  disagrees: (difference: number): Text => ({
    en: `Nabla’s gradients differ by ${numeral(difference)}: these numbers are too large for 32 bits.`,
    ru: `Градиенты Nabla расходятся с этими на ${numeral(difference)}: для таких чисел 32 бит не хватает.`,
  }),
  matrices: { en: "The matrices of this step", ru: "Матрицы этого шага" },
  updated: { en: "updated", ru: "обновлено" },
  askRate: {
    en: "Go to the update, and find an η with which the cost falls by more than half in one step.",
    ru: "Перейдите к обновлению и найдите η, при котором функция потерь за один шаг падает больше чем вдвое.",
  },
  answerRate: {
    en:
      "The gradient only says which way is down; how far to go is up to η. Twice the step need not bring twice as " +
      "much.",
    ru:
      "Градиент говорит лишь, в какую сторону идти вниз; как далеко — решает η. Шаг вдвое больше не обязательно " +
      "даст вдвое больше.",
  },
  askDead: {
    en: "Take ReLU, and find inputs at which δ of all hidden neurons is 0.",
    ru: "Возьмите ReLU и найдите входы, при которых δ всех скрытых нейронов равны 0.",
  },
  answerDead: {
    en:
      "A hidden neuron whose sum is below zero has the slope 0, and an output that is shut passes nothing back. The " +
      "weights W¹ do not change at all.",
    ru:
      "У скрытого нейрона с суммой меньше нуля производная равна 0, а закрытый выход ничего не передаёт назад. Веса " +
      "W¹ совсем не меняются.",
  },
  askZero: {
    en: "Make δ of the output layer zero with a target, without changing anything else. Take ReLU or no activation.",
    ru:
      "Подберите цель так, чтобы δ выходного слоя стала нулевой, не меняя ничего другого. Возьмите ReLU или уберите " +
      "функцию активации.",
  },
  answerZero: {
    en:
      "If the answer is the target, the error is zero, and so is every gradient: there is nothing to learn from " +
      "this example.",
    ru: "Если ответ совпал с целью, ошибка равна нулю, а с ней и все градиенты: на этом примере учиться нечему.",
  },

  problemText: {
    en:
      "Three examples in the rows of X, two inputs each; three hidden neurons with ReLU, one output with tanh, and " +
      "the mean squared error. Find the update rules of W₁, b₁, W₂ and b₂.",
    ru:
      "Три примера в строках X, у каждого два входа; три скрытых нейрона с ReLU, один выход с tanh, функция потерь " +
      "MSE. Выведите формулы обновления W₁, b₁, W₂ и b₂.",
  },
  problemEdit: {
    en: "Change any entry with a frame: everything else follows.",
    ru: "Измените любое число в рамке — всё остальное пересчитается.",
  },
  forwards: { en: "Forwards", ru: "Прямой проход" },
  backwards: { en: "Backwards", ru: "Обратный проход" },
  backwardsText: {
    en:
      "δ₂ and δ₁ are the gradients of L by Z₂ and Z₁; ⊙ multiplies element by element, and [Z₁ > 0], the derivative " +
      "of ReLU, is 1 where Z₁ is above 0 and 0 elsewhere.",
    ru:
      "δ₂ и δ₁ — градиенты L по Z₂ и Z₁; ⊙ — поэлементное произведение; [Z₁ > 0] — производная ReLU: 1 там, где Z₁ " +
      "больше 0, и 0 в остальных местах.",
  },
  update: { en: "The update", ru: "Обновление" },
  updateText: {
    en: "1 is a column of ones: it sums the rows, for a bias serves all examples at once.",
    ru: "1 — столбец из единиц: он складывает строки, ведь смещение общее для всех примеров.",
  },
  lossFell: (before: number, after: number): Text => ({
    en: `The update takes L from ${numeral(before)} down to ${numeral(after)}.`,
    ru: `После обновления L уменьшается с ${numeral(before)} до ${numeral(after)}.`,
  }),
  lossRose: (before: number, after: number): Text => ({
    en: `The update takes L from ${numeral(before)} up to ${numeral(after)}: the step is too large.`,
    ru: `После обновления L растёт с ${numeral(before)} до ${numeral(after)}: шаг слишком велик.`,
  }),
  lossStays: (before: number): Text => ({
    en: `L stays at ${numeral(before)}.`,
    ru: `L остаётся равной ${numeral(before)}.`,
  }),
  check: { en: "The check", ru: "Проверка" },
  checkText: {
    en:
      "Three ways to each number: the formulas; Nabla, which differentiates L itself; and finite differences, for " +
      "which each weight is moved by ε = 0.01 up and down.",
    ru:
      "Три пути к каждому числу: формулы; Nabla, которая дифференцирует L сама; и конечные разности, для которых " +
      "каждый вес сдвигают на ε = 0.01 вверх и вниз.",
  },
  weight: { en: "weight", ru: "вес" },
  byFormula: { en: "formula", ru: "формула" },
  byDifferences: { en: "differences", ru: "разности" },
  greatest: (nabla: number, differences: number): Text => ({
    en:
      `The greatest difference of the formulas from Nabla is ${numeral(nabla)}, from finite differences ` +
      `${numeral(differences)}.`,
    ru: `Наибольшее расхождение формул с Nabla — ${numeral(nabla)}, с конечными разностями — ${numeral(differences)}.`,
  }),
  kinkNear: {
    en:
      "A sum in Z₁ is so close to the kink of ReLU at 0 that a weight moved by ε crosses it: there, differences mix " +
      "two slopes.",
    ru:
      "Одна из сумм в Z₁ так близка к излому ReLU в нуле, что сдвиг веса на ε через него переходит: там разности " +
      "смешивают два наклона.",
  },
  entry: (name: string, row: number, column: number): Text => ({
    en: `${name}, row ${row}, column ${column}`,
    ru: `${name}, строка ${row}, столбец ${column}`,
  }),
  askColumn: {
    en: "Change W₁ or b₁ so that one hidden neuron is 0 for all three examples. What do its gradients become?",
    ru: "Измените W₁ или b₁ так, чтобы один скрытый нейрон давал 0 на всех трёх примерах. Какими станут его градиенты?",
  },
  answerColumn: {
    en:
      "Its column of H is zero, and so is its column of δ₁: neither its own weights nor its weight in W₂ get a " +
      "gradient. It is dead.",
    ru:
      "Его столбец в H нулевой, и столбец в δ₁ тоже: градиента не получают ни его собственные веса, ни его вес в " +
      "W₂. Нейрон мёртв.",
  },
  askRise: {
    en: "Find an η at which the loss rises.",
    ru: "Найдите η, при котором функция потерь растёт.",
  },
  answerRise: {
    en:
      "The gradient describes L close to the weights. A long step leaves the place for which it holds, and " +
      "overshoots.",
    ru:
      "Градиент описывает L вблизи текущих весов. Длинный шаг уводит из окрестности, где он верен, и проскакивает " +
      "минимум.",
  },
  askTrain: {
    en: "Keep the new weights again and again, until the loss is below 0.01.",
    ru: "Берите новые веса снова и снова, пока функция потерь не станет меньше 0.01.",
  },
  answerTrain: {
    en: "This is all that training is: forwards, backwards, a step against the gradient, and once more.",
    ru: "В этом и состоит обучение: прямой проход, обратный проход, шаг против градиента — и всё сначала.",
  },
} as const;
