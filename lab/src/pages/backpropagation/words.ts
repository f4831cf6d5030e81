// The words of the page of backpropagation: its frame, and the scene of the graph.
import { numeral } from "../../../../recipes/tools/part.ts";
import type { Text } from "../../state/language.svelte.ts";

const list = (names: readonly string[], and: string): string =>
  names.length < 2 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} ${and} ${names.at(-1)}`;

export const words = {
  title: { en: "Backpropagation", ru: "Обратное распространение" },
  lead: {
    en:
      "How does a network know which weight to change, and by how much? The answer is a formula taken apart into " +
      "simple operations. Values run through it forwards, and gradients come back the same way.",
    ru:
      "Откуда сеть знает, какой вес изменить и насколько? Её ошибка распространяется обратно: формулу разбивают на " +
      "простые операции: значения проходят по ней вперёд, а градиенты возвращаются тем же путём.",
  },
  scenes: { en: "Scenes", ru: "Сцены" },
  sceneTitles: {
    graph: { en: "The computational graph", ru: "Вычислительный граф" },
    steps: { en: "Five steps with δ", ru: "Пять шагов с δ" },
    problem: { en: "All matrices of a network", ru: "Все матрицы сети" },
  },

  expression: { en: "Expression", ru: "Выражение" },
  expressionHelp: {
    en:
      "Variables are single letters (x, w1). There are + − · ÷ ^, exp, ln, sin, cos, tanh, σ, relu, sqrt, max, min, " +
      "and the numbers π and e.",
    ru:
      "Переменные — отдельные буквы (x, w1). Есть + − · ÷ ^, exp, ln, sin, cos, tanh, σ, relu, sqrt, max, min и " +
      "числа π и e.",
  },
  problemAt: (at: number): Text => ({ en: `Character ${at}:`, ru: `Символ ${at}:` }),
  lastGoodStays: {
    en: "The graph shows the last expression that could be read.",
    ru: "На графе — последнее выражение, которое удалось прочесть.",
  },
  examples: { en: "Examples", ru: "Примеры" },
  exampleTitles: {
    course: { en: "The lecture's example", ru: "Пример из лекции" },
    neuron: { en: "A neuron", ru: "Нейрон" },
    loss: { en: "A neuron and its squared error", ru: "Нейрон и квадрат его ошибки" },
    shared: { en: "One variable, used three times", ru: "Одна переменная, использованная трижды" },
    gate: {
      en: "Operations that let a gradient through or stop it",
      ru: "Операции, которые пропускают или останавливают градиент",
    },
    vanishing: { en: "A gradient that vanishes", ru: "Исчезающий градиент" },
  },

  graphLabel: {
    en: "The computational graph: each node shows its value and its gradient",
    ru: "Вычислительный граф: у каждой вершины показаны её значение и градиент",
  },
  nodeLabel: (label: string, value: string, gradient: string): Text => ({
    en: `${label}${value && `, value ${value}`}${gradient && `, gradient ${gradient}`}`,
    ru: `${label}${value && `, значение ${value}`}${gradient && `, градиент ${gradient}`}`,
  }),
  legendValue: { en: "value, forwards", ru: "значение, идёт вперёд" },
  legendGradient: { en: "gradient of out by the node, backwards", ru: "градиент out по вершине, идёт назад" },
  legendSlope: {
    en: "local derivative: what the gradient is multiplied by on this edge",
    ru: "локальная производная: на неё градиент умножается на этом ребре",
  },

  steps: { en: "Steps", ru: "Шаги" },
  stepOf: (done: number, total: number): Text => ({ en: `step ${done} of ${total}`, ru: `шаг ${done} из ${total}` }),
  toStart: { en: "To the start", ru: "В начало" },
  toEnd: { en: "To the end", ru: "В конец" },
  stepBack: { en: "One step back", ru: "Шаг назад" },
  stepForward: { en: "One step forward", ru: "Шаг вперёд" },

  beforeFirst: { en: "An empty graph", ru: "Пустой граф" },
  beforeFirstText: {
    en: "The graph is static: it is built from the formula, before there are any numbers. Step forward to feed it.",
    ru: "Граф статический: он построен по формуле, ещё без чисел. Сделайте шаг вперёд, чтобы подать в него значения.",
  },
  feedTitle: { en: "Feed the values", ru: "Подаём значения" },
  feedText: { en: "The variables get their numbers.", ru: "Переменные получают свои числа." },
  forwardTitle: (name: string): Text => ({ en: `Forwards: ${name}`, ru: `Вперёд: ${name}` }),
  forwardText: {
    en: "All operands of this node are known, so its value can be computed.",
    ru: "Все операнды этой вершины известны, и её значение можно вычислить.",
  },
  backwardTitle: (name: string): Text => ({ en: `Backwards: ${name}`, ru: `Назад: ${name}` }),
  backwardStart: {
    en: "The way back starts at the end: if out grows by a little, out grows by just as much.",
    ru: "Обратный путь начинается с конца: если out немного вырастет, то ровно настолько же вырастет и out.",
  },
  backwardText: (name: string, users: readonly string[]): Text => {
    const different = [...new Set(users)];
    if (users.length === 0) return { en: `${name} is used nowhere.`, ru: `${name} нигде не используется.` };
    if (users.length === 1)
      return {
        en: `${name} is used by ${users[0]}, whose gradient is known already.`,
        ru: `${name} используется в ${users[0]}, а градиент этой вершины уже известен.`,
      };
    return {
      en:
        `${name} is used ${users.length} times (by ${list(different, "and")}): it acts on out along each of these ` +
        "ways, and the gradients that come back add up.",
      ru:
        `${name} используется несколько раз (${list(different, "и")}): каждым из этих путей она влияет на out, и ` +
        "пришедшие по ним градиенты складываются.",
    };
  },
  localDerivatives: (count: number): Text =>
    count > 1
      ? { en: "The local derivatives:", ru: "Локальные производные:" }
      : { en: "The local derivative:", ru: "Локальная производная:" },
  chain: {
    en: "The chain rule: the gradient that comes back times the local derivative.",
    ru: "Правило цепочки: пришедший градиент умножается на локальную производную.",
  },
  chainSum: {
    en: "The chain rule: on each way, the gradient that comes back times the local derivative; then the sum.",
    ru:
      "Правило цепочки: на каждом пути пришедший градиент умножается на локальную производную, затем всё " +
      "складывается.",
  },
  kink: {
    en:
      "This point is a kink, where there is no derivative. Nabla takes 0 for ReLU, and a half for each of two equal " +
      "operands of max and min.",
    ru:
      "В этой точке излом, производной здесь нет. Nabla берёт 0 для ReLU и по половине для двух равных операндов " +
      "max и min.",
  },
  allDone: { en: "Every value and every gradient", ru: "Все значения и все градиенты" },
  allDoneText: {
    en:
      "Press “Play” to see how they come about, one node at a time, or a node to see how its own gradient does. The " +
      "arrow keys step, too.",
    ru:
      "Нажмите «Пуск», чтобы увидеть, как они получаются, вершина за вершиной, или щёлкните по вершине, чтобы " +
      "узнать, откуда взялся её градиент. Шагать можно и стрелками на клавиатуре.",
  },

  allNodes: { en: "All nodes", ru: "Все вершины" },
  node: { en: "node", ru: "вершина" },
  operation: { en: "operation", ru: "операция" },
  input: { en: "input", ru: "вход" },
  value: { en: "value", ru: "значение" },
  gradient: { en: "∂out/∂node", ru: "∂out/∂вершина" },
  howItComes: { en: "Show how its gradient comes about", ru: "Показать, как получается её градиент" },

  variables: { en: "The variables", ru: "Переменные" },
  variable: { en: "variable", ru: "переменная" },
  variableLabel: (name: string): Text => ({ en: `variable ${name}`, ru: `переменная ${name}` }),
  checks: { en: "Three ways to the same gradients", ru: "Три пути к одним и тем же градиентам" },
  byGraph: { en: "this graph", ru: "этот граф" },
  byNabla: { en: "Nabla’s grad", ru: "grad из Nabla" },
  byDifferences: { en: "differences, ε = 0.01", ru: "разности, ε = 0.01" },
  checking: { en: "Checking in 64-bit numbers …", ru: "Проверяем в 64-битных числах…" },
  agrees: (difference: number): Text => ({
    en: `They agree. In 64-bit numbers, grad and differences differ by ${numeral(difference)}.`,
    ru: `Совпадают. В 64-битных числах grad и разности расходятся на ${numeral(difference)}.`,
  }),
  agreesFiner: (difference: number): Text => ({
    en:
      "The graph and Nabla agree. Steps of ε = 0.01 are too coarse here: the expression bends too much on the way. " +
      `With smaller steps, in 64-bit numbers, grad and differences differ by ${numeral(difference)}.`,
    ru:
      "Граф и Nabla совпадают. Шаг ε = 0.01 здесь слишком груб: на нём выражение слишком сильно изгибается. С " +
      `меньшим шагом, в 64-битных числах, grad и разности расходятся на ${numeral(difference)}.`,
  }),
  noGradient: {
    en:
      "At these values the expression has a value, but no finite gradient: a local derivative on the way is infinite " +
      "(where it meets a 0, their product is NaN).",
    ru:
      "При этих значениях значение у выражения есть, а конечного градиента нет: одна из локальных производных " +
      "бесконечна (а там, где она умножается на 0, получается NaN).",
  },
  disagrees: {
    en: "The graph and Nabla’s grad do not agree here: numbers of 32 bits are too short for these values.",
    ru: "Здесь граф и grad из Nabla расходятся: для таких значений 32-битных чисел не хватает.",
  },
  notSmooth: {
    en:
      "The graph and Nabla agree. Differences do not give the gradient here: close to this point the expression has " +
      "a kink, a pole or no value.",
    ru:
      "Граф и Nabla совпадают. Разности здесь градиента не дают: рядом с этой точкой у выражения излом, полюс или " +
      "нет значения.",
  },
  noValue: {
    en:
      "At these values the expression is no finite number, so that it has no gradient. Look where NaN or ∞ first " +
      "appears in the graph.",
    ru:
      "При этих значениях выражение не равно конечному числу, и градиента у него нет. Посмотрите, где на графе " +
      "впервые появляется NaN или ∞.",
  },
  graphText: {
    en:
      "Going forwards, a node only needs the values of its operands. Going backwards, it only needs the gradients " +
      "of the nodes that use it and the local derivatives there. No node knows the whole formula.",
    ru:
      "На пути вперёд вершине нужны только значения её операндов. На пути назад — только градиенты тех вершин, где " +
      "она используется, и локальные производные. Всей формулы не знает ни одна вершина.",
  },
  graphText2: {
    en:
      "One pass back gives the gradients by all variables at once. Finite differences need two passes forward for " +
      "each variable: with a million weights, two million.",
    ru:
      "Один обратный проход даёт градиенты сразу по всем переменным. Конечным разностям нужно по два прямых прохода " +
      "на каждую переменную: на миллион весов — два миллиона.",
  },

  askSum: {
    en: "In the lecture’s example, go to the step in which y gets its gradient. Why is it a sum?",
    ru: "В примере из лекции дойдите до шага, на котором градиент получает y. Почему он — сумма?",
  },
  answerSum: {
    en:
      "y reaches out along two ways, through b = a·y and through c = y + 2. A small change of y changes both, and " +
      "the effects add up: x² + 1.",
    ru:
      "y влияет на out двумя путями: через b = a·y и через c = y + 2. Малое изменение y меняет и то и другое, и эти " +
      "изменения складываются: x² + 1.",
  },
  askZero: {
    en: "In the same example, make the gradient by x zero without making y zero.",
    ru: "В том же примере обнулите градиент по x, не обнуляя y.",
  },
  answerZero: {
    en:
      "At x = 0 the local derivative 2x of a = x² is zero, and what comes back through it is lost, however large it " +
      "is.",
    ru:
      "При x = 0 локальная производная 2x вершины a = x² равна нулю, и всё, что приходит через неё, теряется, каким " +
      "бы большим оно ни было.",
  },
  askShared: {
    en: "Write an expression of one variable that is used at least three times.",
    ru: "Напишите выражение с одной переменной, которая используется не меньше трёх раз.",
  },
  answerShared: {
    en:
      "As many gradients come back to it as there are edges out of it, and it adds them up. Weights that many " +
      "examples share get their gradients in just this way.",
    ru:
      "К ней возвращается столько градиентов, сколько рёбер из неё выходит, и она их складывает. Точно так же " +
      "получают градиент веса, общие для многих примеров.",
  },
  askGate: {
    en: "Take an expression with relu, and choose values at which all variables get the gradient 0.",
    ru: "Возьмите выражение с relu и подберите значения, при которых градиенты по всем переменным равны 0.",
  },
  answerGate: {
    en:
      "Below zero the derivative of ReLU is 0: the gate is shut, and nothing behind it learns. Such a neuron is " +
      "called dead.",
    ru:
      "Левее нуля производная ReLU равна 0: проход закрыт, и всё, что за ним, не обучается. Такой нейрон называют " +
      "мёртвым.",
  },
  askVanish: {
    en: "Take the chain of four tanh, and move x until its gradient is below 0.001. Which factor is to blame?",
    ru: "Возьмите цепочку из четырёх tanh и двигайте x, пока градиент не станет меньше 0.001. Какой множитель виноват?",
  },
  answerVanish: {
    en:
      "The first tanh is saturated: its derivative 1 − tanh² is close to 0, and the product with the others is " +
      "smaller still. With 100 layers this is item B4 below.",
    ru:
      "Насыщен первый tanh: его производная 1 − tanh² близка к 0, а в произведении с остальными получается ещё " +
      "меньше. То же для 100 слоёв — в пункте B4 ниже.",
  },
} as const;
