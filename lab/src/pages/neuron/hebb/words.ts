// The words of the scene of Hebb's rule.
import { numeral } from "../../../../../recipes/tools/part.ts";
import type { Text } from "../../../state/language.svelte.ts";

export const hebbWords = {
  lead: {
    en: "Pavlov’s dog is one neuron here. Food makes it fire from birth; teach it to answer to the bell.",
    ru: "Собака Павлова здесь — один нейрон. На еду он срабатывает от рождения; научите его отвечать на звонок.",
  },
  picture: (w1: string, w2: string): Text => ({
    en: `A neuron with two inputs: food, with the weight ${w1}, and the bell, with the weight ${w2}`,
    ru: `Нейрон с двумя входами: еда с весом ${w1} и звонок с весом ${w2}`,
  }),
  food: { en: "food", ru: "еда" },
  bell: { en: "bell", ru: "звонок" },
  giveFood: { en: "Food alone", ru: "Только еда" },
  ringBell: { en: "Bell alone", ru: "Только звонок" },
  both: { en: "Bell and food", ru: "Звонок и еда" },
  undo: { en: "Take back", ru: "Отменить" },
  reset: { en: "A new dog", ru: "Новая собака" },
  fires: { en: "fires", ru: "срабатывает" },
  silent: { en: "is silent", ru: "молчит" },
  before: (food: boolean): Text => ({
    en: `Nothing has happened yet. ${
      food
        ? "Food alone would make it fire, the bell alone would not."
        : "Neither food nor the bell would make it fire."
    }`,
    ru: `Пока ничего не было. ${
      food ? "На одну еду нейрон сработает, на один звонок — нет." : "Нейрон не сработает ни на еду, ни на звонок."
    }`,
  }),
  trial: (index: number, food: boolean, bell: boolean): Text => ({
    en: `Trial ${index}: ${food && bell ? "bell and food together" : food ? "food alone" : "the bell alone"}.`,
    ru: `Опыт ${index}: ${food && bell ? "звонок вместе с едой" : food ? "только еда" : "только звонок"}.`,
  }),
  outcome: (fires: boolean, hasChanged: boolean, oja: boolean): Text =>
    fires
      ? hasChanged
        ? oja
          ? {
              en: "The neuron fires: ηy·x is added to the weights, and ηy²·w is taken from all of them.",
              ru: "Нейрон срабатывает: к весам прибавляется ηy·x, а из всех весов вычитается ηy²·w.",
            }
          : {
              en: "The neuron fires, and the weights of the active inputs grow by η.",
              ru: "Нейрон срабатывает, и веса активных входов растут на η.",
            }
        : { en: "The neuron fires; the weights stay.", ru: "Нейрон срабатывает; веса не меняются." }
      : {
          en: "The neuron is silent: y = 0, so no weight changes.",
          ru: "Нейрон молчит: y = 0, поэтому веса не меняются.",
        },
  now: (bell: boolean): Text => ({
    en: bell ? "The bell alone now makes it fire." : "The bell alone does not make it fire yet.",
    ru: bell ? "Теперь он срабатывает и на один звонок." : "На один звонок он пока не срабатывает.",
  }),
  history: { en: "The trials so far; filled where the neuron fired", ru: "Опыты; закрашены те, где нейрон сработал" },
  full: {
    en: "No more trials fit here: take some back, or begin with a new dog.",
    ru: "Больше опытов не помещается: отмените несколько или возьмите новую собаку.",
  },
  weightsPlot: { en: "The weights after each trial", ru: "Веса после каждого опыта" },
  trialName: { en: "trial", ru: "опыт" },
  weightName: { en: "weight", ru: "вес" },
  w1: { en: "w₁ (food)", ru: "w₁ (еда)" },
  w2: { en: "w₂ (bell)", ru: "w₂ (звонок)" },
  threshold: { en: "θ (threshold)", ru: "θ (порог)" },
  eta: { en: "learning rate η", ru: "скорость обучения η" },
  theta: { en: "threshold θ", ru: "порог θ" },
  rule: { en: "The rule, in all trials from the first", ru: "Правило во всех опытах, начиная с первого" },
  rules: { hebb: { en: "Hebb, 1949", ru: "Хебб, 1949" }, oja: { en: "Oja, 1982", ru: "Ойя, 1982" } },
  deaf: {
    en: "With this threshold not even food makes the neuron fire: θ must be below w₁ = 1.",
    ru: "С таким порогом нейрон не срабатывает даже на еду: порог θ должен быть меньше w₁ = 1.",
  },
  overshoots: {
    en:
      "With η as large as this Oja's rule steps too far: the length of w leaps about 1 instead of settling there, or " +
      "the neuron falls silent. For bell and food together it settles where η is below 0.5.",
    ru:
      "При таком большом η правило Ойи шагает слишком далеко: длина w скачет вокруг 1, а не сходится к ней, или " +
      "нейрон совсем замолкает. Для звонка вместе с едой она сходится при η меньше 0.5.",
  },
  calmer: { en: "Back to η = 0.25", ru: "Вернуть η = 0.25" },
  text: {
    en:
      "There is no teacher and no error here: a weight grows where its input and the neuron are active at the same " +
      "time (Donald Hebb, The Organization of Behavior, 1949). Nothing in the rule makes a weight smaller, so that " +
      "the weights grow without bound. Erkki Oja (1982) subtracted y²w: the length of w then tends to 1. His neuron " +
      "answers with the sum itself, here as soon as it is above the threshold.",
    ru:
      "Здесь нет ни учителя, ни ошибки: вес растёт, когда его вход и нейрон активны одновременно (Дональд Хебб, " +
      "«Организация поведения», 1949). Уменьшать веса правило не умеет, и они растут неограниченно. Эркки Ойя (1982) " +
      "вычел y²w — и длина вектора w стремится к 1. Его нейрон отвечает самой суммой, здесь — если она выше порога.",
  },
  askTeach: {
    en: "Teach the dog to answer to the bell alone.",
    ru: "Научите собаку отвечать на один звонок.",
  },
  answerTeach: (oja: boolean): Text =>
    oja
      ? {
          en:
            "At food the neuron fired, and the bell was active then too: w₂ changed by ηy·(1 − y·w₂), until it was " +
            "above the threshold by itself. All the while −ηy²·w shrank both weights.",
          ru:
            "На еду нейрон срабатывал, а звонок в этот момент тоже был активен: w₂ менялся на ηy·(1 − y·w₂), пока " +
            "сам не превысил порог. Слагаемое −ηy²·w при этом уменьшало оба веса.",
        }
      : {
          en:
            "Together with food the neuron fired each time, and the bell was active then too: w₂ grew by η, until it " +
            "was above the threshold by itself.",
          ru:
            "Вместе с едой нейрон срабатывал каждый раз, а звонок в этот момент тоже был активен: w₂ рос на η, пока " +
            "сам не превысил порог.",
        },
  askBell: {
    en: "Take a new dog and ring only the bell, three times. Why does nothing happen?",
    ru: "Возьмите новую собаку и три раза дайте только звонок. Почему ничего не происходит?",
  },
  answerBell: {
    en: "y = 0, and so is Δw, by either rule: only what fires learns, and nothing makes this neuron fire.",
    ru:
      "y = 0, а с ним и Δw, по любому из двух правил: учится только тот, кто срабатывает, а срабатывать здесь не с " +
      "чего.",
  },
  askOnce: {
    en: "Let a single pairing of bell and food be enough.",
    ru: "Сделайте так, чтобы хватило одного сочетания звонка с едой.",
  },
  answerOnce: {
    en: "One pairing makes w₂ = η: it is enough where η is above the threshold θ.",
    ru: "После одного сочетания w₂ = η: этого хватает, если η больше порога θ.",
  },
  askForget: {
    en: "A real dog forgets when the bell rings without food again and again. Does this one?",
    ru: "Настоящая собака отвыкает, если звонок раз за разом звучит без еды. А эта?",
  },
  answerForget: {
    en: "By Hebb's rule on the contrary: the bell makes it fire, so that each bell alone makes w₂ greater still.",
    ru: "По Хеббу — наоборот: на звонок нейрон срабатывает, и каждый звонок без еды ещё больше увеличивает w₂.",
  },
  askBound: {
    en: "Pair bell and food until w₁ is above 3. Then take Oja's rule: where do the weights stop?",
    ru: "Сочетайте звонок с едой, пока w₁ не превысит 3. Затем возьмите правило Ойи: где веса остановятся?",
  },
  answerBound: {
    en:
      "w tends to length 1 in the direction of what comes most, (1, 1)/√2 here: the first principal component of " +
      "the inputs.",
    ru:
      "Вектор w стремится к длине 1 вдоль того, что приходит чаще всего, здесь (1, 1)/√2: это первая главная " +
      "компонента входов.",
  },
  givenTitle: { en: "One pass over given answers", ru: "Один проход по заданным ответам" },
  givenText: {
    en:
      "With −1 and +1 the rule can also take the answers y from a teacher: each example adds x·y to the weights, " +
      "once (η = 1; the bias is the weight of x₀ = 1). Press an answer to turn it.",
    ru:
      "С числами −1 и +1 правило может брать ответы y и от учителя: каждый пример один раз прибавляет к весам x·y " +
      "(η = 1; смещение — вес входа x₀ = 1). Нажмите на ответ, чтобы его перевернуть.",
  },
  function: { en: "Function", ru: "Функция" },
  functions: {
    and: { en: "AND", ru: "И" },
    or: { en: "OR", ru: "ИЛИ" },
    xor: { en: "XOR", ru: "Исключающее ИЛИ" },
    own: { en: "My own", ru: "Своя" },
  },
  turn: (x1: number, x2: number, y: number): Text => ({
    en: `The answer at (${numeral(x1)}, ${numeral(x2)}) is ${numeral(y)}; turn it`,
    ru: `Ответ в точке (${numeral(x1)}, ${numeral(x2)}) равен ${numeral(y)}; перевернуть`,
  }),
  sumOf: { en: "sum", ru: "сумма" },
  right: { en: "right", ru: "верно" },
  rightOf: (right: number): Text => ({
    en: `sign⟨w, x⟩ is right for ${right} of 4 examples.`,
    ru: `sign⟨w, x⟩ верен в ${right} примерах из 4.`,
  }),
  cancels: {
    en: "All products cancel, and no weight is left.",
    ru: "Все произведения взаимно уничтожаются, и весов не остаётся.",
  },
  askGiven: {
    en: "Turn the answers in the table. For which of the 16 functions does the rule fail?",
    ru: "Переворачивайте ответы в таблице. Для каких из 16 функций правило не справляется?",
  },
  answerGiven: {
    en: "For XOR and its opposite alone: the two that no single neuron can compute, whatever rule it learns by.",
    ru:
      "Только для исключающего ИЛИ и его отрицания: это те две, которые один нейрон не вычислит, по какому бы " +
      "правилу ни учился.",
  },
} as const;
