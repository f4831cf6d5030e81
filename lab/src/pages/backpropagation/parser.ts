// Reads an expression such as "x²·y + (y + 2)" into a tree, or says where it cannot be read. The parser is our own: of
// the kept small packages none reads −x² as −(x²), and none says in two languages what is wrong.
import type { Text } from "../../state/language.svelte.ts";
import { parserWords as words } from "./words-parser.ts";

export const functionNames = ["exp", "ln", "sin", "cos", "tanh", "sigmoid", "relu", "sqrt", "max", "min"] as const;
export type FunctionName = (typeof functionNames)[number];
export type OperationName = FunctionName | "add" | "subtract" | "multiply" | "divide" | "power" | "negate";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "operation"; readonly name: OperationName; readonly args: readonly Expression[] };

/** An expression that cannot be read: what is wrong, and the index of the character where it is. */
export class ExpressionProblem extends Error {
  readonly text: Text;
  readonly at: number;

  constructor(text: Text, at: number) {
    super(text.en);
    this.text = text;
    this.at = at;
  }
}

export const maxLength = 200;
/** Parentheses and signs within one another: enough for any expression of that length that somebody means. */
const maxDepth = 60;

interface Token {
  readonly kind: "number" | "name" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

// Maps, since a name that is typed may be "constructor".
const functions = new Map<string, FunctionName>([
  ...functionNames.map((name) => [name, name] as const),
  ["log", "ln"],
  ["σ", "sigmoid"],
  ["ReLU", "relu"],
]);
const constants = new Map([
  ["pi", Math.PI],
  ["π", Math.PI],
  ["e", Math.E],
]);
const otherSigns: Readonly<Record<string, string>> = {
  "−": "-",
  "–": "-",
  "·": "*",
  "×": "*",
  "⋅": "*",
  "÷": "/",
  ":": "/",
};
const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
/** Cyrillic letters that look like Latin ones are taken for them: the keyboard may have been left in Russian. */
const lookalikes: Readonly<Record<string, string>> = { х: "x", у: "y", а: "a", с: "c", е: "e", о: "o", р: "p" };
const subscripts = "₀₁₂₃₄₅₆₇₈₉";

const asLatin = (name: string): string =>
  Array.from(name, (letter) => {
    const digit = subscripts.indexOf(letter);
    return digit >= 0 ? String(digit) : (lookalikes[letter] ?? letter);
  }).join("");

function* tokens(text: string): Generator<Token> {
  const pattern =
    /\s+|(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([\p{L}][\p{L}\d₀-₉]*)|([⁰¹²³⁴⁵⁶⁷⁸⁹]+)|(\*\*)|([-+*/^(),−–·×⋅÷:])|(.)/gsu;
  for (const match of text.matchAll(pattern)) {
    const [, number, name, raised, stars, sign, other] = match;
    const at = match.index;
    if (number !== undefined) yield { kind: "number", text: number, at };
    else if (name !== undefined) yield { kind: "name", text: asLatin(name), at };
    else if (raised !== undefined) {
      yield { kind: "sign", text: "^", at };
      yield { kind: "number", text: Array.from(raised, (digit) => superscripts.indexOf(digit)).join(""), at };
    } else if (stars !== undefined) yield { kind: "sign", text: "^", at };
    else if (sign !== undefined) yield { kind: "sign", text: otherSigns[sign] ?? sign, at };
    else if (other !== undefined) throw new ExpressionProblem(words.strange(other), at);
  }
  yield { kind: "end", text: "", at: text.length };
}

/**
 * Reads an expression: + − · ÷ ^ (which binds from the right, and before a sign: −x² = −(x²)), functions, numbers, and
 * variables of one letter with an optional index. A product may leave its sign out after a number or a parenthesis: 2x.
 *
 * @throws ExpressionProblem
 */
export function parse(text: string): Expression {
  if (text.trim() === "") throw new ExpressionProblem(words.empty, 0);
  if (text.length > maxLength) throw new ExpressionProblem(words.long(maxLength), maxLength);
  const all = [...tokens(text)];
  let [next, depth] = [0, 0];
  const peek = (): Token => all[next]!;
  const isSign = (...signs: string[]): boolean => peek().kind === "sign" && signs.includes(peek().text);
  const fail = (expected: Text): never => {
    const { kind, text: got, at } = peek();
    throw new ExpressionProblem(kind === "end" ? words.ended(expected) : words.expected(expected, got), at);
  };
  const operation = (name: OperationName, ...args: Expression[]): Expression => ({ kind: "operation", name, args });

  function sum(): Expression {
    let left = product();
    while (isSign("+", "-")) left = operation(all[next++]!.text === "+" ? "add" : "subtract", left, product());
    return left;
  }

  function product(): Expression {
    let left = signed();
    for (;;) {
      if (isSign("*", "/")) left = operation(all[next++]!.text === "*" ? "multiply" : "divide", left, signed());
      else if (isProductWithoutSign()) left = operation("multiply", left, power());
      else return left;
    }
  }

  const isProductWithoutSign = (): boolean => {
    const [before, { kind, text: here }] = [all[next - 1]!, peek()];
    const mayEnd = before.kind === "number" || (before.kind === "sign" && before.text === ")");
    return mayEnd && (kind === "name" || (kind === "sign" && here === "("));
  };

  function signed(): Expression {
    if (!isSign("-", "+")) return power();
    if (++depth > maxDepth) throw new ExpressionProblem(words.deep, peek().at);
    const isMinus = all[next++]!.text === "-";
    const operand = signed();
    depth--;
    if (!isMinus) return operand;
    return operand.kind === "number" ? { kind: "number", value: -operand.value } : operation("negate", operand);
  }

  function power(): Expression {
    const base = atom();
    if (!isSign("^")) return base;
    next++;
    return operation("power", base, signed());
  }

  function atom(): Expression {
    const { kind, text: here, at } = peek();
    if (kind === "number") {
      next++;
      const value = Number(here);
      if (!Number.isFinite(value)) throw new ExpressionProblem(words.infinite, at);
      return { kind: "number", value };
    }
    if (kind === "name") return named(here, at);
    if (!isSign("(")) return fail(words.operand);
    return parenthesised();
  }

  function parenthesised(): Expression {
    if (++depth > maxDepth) throw new ExpressionProblem(words.deep, peek().at);
    next++;
    const inner = sum();
    if (!isSign(")")) fail(words.closing);
    next++;
    depth--;
    return inner;
  }

  function named(name: string, at: number): Expression {
    const [known, constant] = [functions.get(name), constants.get(name)];
    next++;
    if (known) return call(known);
    if (constant !== undefined) return { kind: "number", value: constant };
    if (!/^\p{L}\d*$/u.test(name)) throw new ExpressionProblem(words.unknown(name, isSign("(")), at);
    if (isSign("(")) throw new ExpressionProblem(words.notFunction(name), at);
    return { kind: "variable", name };
  }

  function call(name: FunctionName): Expression {
    if (!isSign("(")) fail(words.opening(name));
    if (name !== "max" && name !== "min") return operation(name, parenthesised());
    if (++depth > maxDepth) throw new ExpressionProblem(words.deep, peek().at);
    next++;
    let value = sum();
    if (!isSign(",")) fail(words.comma(name));
    // max(a, b, c) is max(max(a, b), c).
    while (isSign(",")) {
      next++;
      value = operation(name, value, sum());
    }
    if (!isSign(")")) fail(words.closing);
    next++;
    depth--;
    return value;
  }

  const whole = sum();
  if (peek().kind !== "end") fail(isSign(",") ? words.decimalPoint : words.operator);
  return whole;
}
