// The computational graph of an expression: every operation a node, every repeated part one node that is used twice.
import { numeral } from "../../../../recipes/tools/part.ts";
import { type Expression, ExpressionProblem, type OperationName, parse } from "./parser.ts";
import { parserWords as words } from "./words-parser.ts";

/** What an operation is applied to: an earlier node, by its index, or a number. */
export type Operand = { readonly node: number } | { readonly constant: number };

export interface GraphNode {
  /** The variable's name; a, b, c … for operations, "out" for the last. */
  readonly name: string;
  readonly operation: OperationName | "variable";
  readonly args: readonly Operand[];
}

export interface Graph {
  /**
   * Variables first, in the order of their appearance; then operations, each after its operands; the last is the
   * value.
   */
  readonly nodes: readonly GraphNode[];
  readonly variables: readonly string[];
}

/** Where a node is used: by which node, and as which of its operands. */
export interface Use {
  readonly node: number;
  readonly slot: number;
}

export const maxNodes = 40;
export const maxVariables = 8;

export const isNode = (operand: Operand): operand is { readonly node: number } => "node" in operand;

/**
 * @throws ExpressionProblem for an expression that cannot be read, has no variable, or is too large
 */
export function graphOf(text: string): Graph {
  const tree = parse(text);
  const variables = [...new Set(variablesOf(tree))];
  if (variables.length === 0) throw new ExpressionProblem(words.noVariable, 0);
  if (variables.length > maxVariables) throw new ExpressionProblem(words.tooManyVariables(maxVariables), 0);
  const nodes: Omit<GraphNode, "name">[] = variables.map(() => ({ operation: "variable", args: [] }));
  const known = new Map<string, number>();

  function operand(part: Expression): Operand {
    if (part.kind === "number") return { constant: part.value };
    if (part.kind === "variable") return { node: variables.indexOf(part.name) };
    const args = part.args.map(operand);
    const key = JSON.stringify([part.name, args]);
    const same = known.get(key);
    if (same !== undefined) return { node: same };
    if (nodes.length >= maxNodes) throw new ExpressionProblem(words.tooManyNodes(maxNodes), 0);
    nodes.push({ operation: part.name, args });
    known.set(key, nodes.length - 1);
    return { node: nodes.length - 1 };
  }
  operand(tree);
  const names = nodeNames(variables, nodes.length);
  return { nodes: nodes.map((node, i) => ({ ...node, name: names[i]! })), variables };
}

function* variablesOf(part: Expression): Generator<string> {
  if (part.kind === "variable") yield part.name;
  else if (part.kind === "operation") for (const arg of part.args) yield* variablesOf(arg);
}

function nodeNames(variables: readonly string[], count: number): string[] {
  const letters = Array.from("abcdfghjkmnpqrstuvwz");
  const free = [...letters, ...letters.flatMap((letter) => [1, 2].map((i) => letter + i))].filter(
    (name) => !variables.includes(name),
  );
  const inner = free.slice(0, Math.max(0, count - variables.length - 1));
  return count === variables.length ? [...variables] : [...variables, ...inner, "out"];
}

/** Every use of every node, in the order of the nodes that use them. */
export function usesOf({ nodes }: Graph): Use[][] {
  const uses: Use[][] = nodes.map(() => []);
  nodes.forEach(({ args }, node) => {
    args.forEach((arg, slot) => {
      if (isNode(arg)) uses[arg.node]!.push({ node, slot });
    });
  });
  return uses;
}

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const subscripts = "₀₁₂₃₄₅₆₇₈₉";

/** A node's name with its index below the line: w₁. */
export const plainName = (name: string): string => name.replace(/\d/g, (digit) => subscripts[Number(digit)]!);

/** A node's operation in plain characters: "x²", "a·y", "max(a, b)". */
export function plainOperation({ nodes }: Graph, { operation, args, name }: GraphNode): string {
  const [a = "", b = ""] = args.map((arg) => (isNode(arg) ? plainName(nodes[arg.node]!.name) : numeral(arg.constant)));
  const second = b.startsWith("−") ? `(${b})` : b;
  switch (operation) {
    case "variable":
      return plainName(name);
    case "add":
      return `${a} + ${second}`;
    case "subtract":
      return `${a} − ${second}`;
    case "multiply":
      return `${a}·${second}`;
    case "divide":
      return `${a} ÷ ${second}`;
    case "negate":
      return `−${a}`;
    case "power": {
      const base = a.startsWith("−") ? `(${a})` : a;
      return /^\d+$/.test(b) ? base + b.replace(/\d/g, (digit) => superscripts[Number(digit)]!) : `${base}^${second}`;
    }
    case "sigmoid":
      return `σ(${a})`;
    case "max":
    case "min":
      return `${operation}(${a}, ${b})`;
    default:
      return `${operation}(${a})`;
  }
}
