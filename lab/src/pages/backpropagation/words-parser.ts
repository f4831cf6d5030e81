// What the parser of expressions says about an expression that it cannot read.
import type { Text } from "../../state/language.svelte.ts";

const quoted = (sign: string): Text => {
  const shown = sign.replace("-", "−").replace("*", "·").replace("/", "÷");
  return { en: `“${shown}”`, ru: `«${shown}»` };
};

export const parserWords = {
  empty: {
    en: "Type an expression, such as x²·y + (y + 2).",
    ru: "Введите выражение, например x²·y + (y + 2).",
  },
  long: (most: number): Text => ({
    en: `An expression of at most ${most} characters is expected.`,
    ru: `Ожидается выражение не длиннее ${most} символов.`,
  }),
  deep: {
    en: "There are too many parentheses or signs within one another.",
    ru: "Слишком много вложенных скобок или знаков.",
  },
  strange: (sign: string): Text => ({
    en: `The character ${quoted(sign).en} has no meaning here.`,
    ru: `Символ ${quoted(sign).ru} здесь ничего не значит.`,
  }),
  expected: (what: Text, got: string): Text => ({
    en: `Expected ${what.en}, got ${quoted(got).en}.`,
    ru: `Ожидается ${what.ru}, а стоит ${quoted(got).ru}.`,
  }),
  ended: (what: Text): Text => ({
    en: `Expected ${what.en}, but the expression ends.`,
    ru: `Ожидается ${what.ru}, но выражение закончилось.`,
  }),
  infinite: {
    en: "This number is too large: numbers up to 1.8·10³⁰⁸ can be written.",
    ru: "Это число слишком велико: можно записать числа до 1.8·10³⁰⁸.",
  },
  operand: { en: "a number, a variable or “(”", ru: "число, переменная или «(»" },
  operator: { en: "an operation, such as + or ·", ru: "знак операции, например + или ·" },
  decimalPoint: {
    en: "an operation (decimals are written with a point: 0.5)",
    ru: "знак операции (дробная часть отделяется точкой: 0.5)",
  },
  closing: { en: "“)”", ru: "«)»" },
  opening: (name: string): Text => ({
    en: `“(” after ${name}`,
    ru: `«(» после ${name}`,
  }),
  comma: (name: string): Text => ({
    en: `a comma and a second argument of ${name}`,
    ru: `запятая и второй аргумент функции ${name}`,
  }),
  unknown: (name: string, isCalled: boolean): Text =>
    isCalled
      ? {
          en: `There is no function “${name}” here. There are exp, ln, sin, cos, tanh, σ, relu, sqrt, max and min.`,
          ru: `Функции «${name}» здесь нет. Есть exp, ln, sin, cos, tanh, σ, relu, sqrt, max и min.`,
        }
      : {
          en: `“${name}” is no variable: a variable is one letter, such as x or w1. Write products with a sign: x·y.`,
          ru:
            `«${name}» — не переменная: переменная — это одна буква, например x или w1. Произведение пишите со ` +
            "знаком: x·y.",
        },
  notFunction: (name: string): Text => ({
    en: `“${name}” is a variable, not a function: for a product write ${name}·(…).`,
    ru: `«${name}» — переменная, а не функция: для произведения напишите ${name}·(…).`,
  }),
  noVariable: {
    en: "There is nothing to differentiate by: use at least one variable, such as x.",
    ru: "Не по чему дифференцировать: нужна хотя бы одна переменная, например x.",
  },
  tooManyVariables: (most: number): Text => ({
    en: `At most ${most} variables are expected.`,
    ru: `Ожидается не больше ${most} переменных.`,
  }),
  tooManyNodes: (most: number): Text => ({
    en: `The graph would have more than ${most} nodes: a shorter expression is expected.`,
    ru: `В графе получилось бы больше ${most} вершин: нужно выражение покороче.`,
  }),
} as const;
