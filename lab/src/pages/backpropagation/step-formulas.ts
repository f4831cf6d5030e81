// The formulas of a step of the graph, with its numbers.
import { type Graph, type GraphNode, isNode, usesOf } from "./graph.ts";
import type { GraphNumbers } from "./graph-engine.ts";
import { texNumber, texOperand } from "./numbers.ts";
import { operationFormulas, texName } from "./operations.ts";

/** Colours a formula's part as a value or as a gradient. */
export type Paint = (kind: "value" | "gradient", tex: string) => string;

const nameOf = (graph: Graph, node: number): string => texName(graph.nodes[node]!.name);

const operandNames = (graph: Graph, { args }: GraphNode): string[] =>
  args.map((arg) => (isNode(arg) ? nameOf(graph, arg.node) : texOperand(arg.constant)));

const operandValues = ({ args }: GraphNode, { values }: GraphNumbers, paint: Paint): string[] =>
  args.map((arg) => (isNode(arg) ? paint("value", texOperand(values[arg.node]!)) : texOperand(arg.constant)));

/** Parts that say the same stand once: a = x = 1, not a = x = 1 = 1. */
const equation = (...parts: string[]): string => parts.filter((part, i) => part !== parts[i - 1]).join(" = ");

/** c = y + 2 = 2 + 2 = 4 */
export function valueFormula(graph: Graph, numbers: GraphNumbers, node: number, paint: Paint): string {
  const it = graph.nodes[node]!;
  const value = paint("value", texNumber(numbers.values[node]!));
  if (it.operation === "variable") return equation(nameOf(graph, node), value);
  const { tex } = operationFormulas[it.operation];
  // Sums and products of numbers are written without colours, which would stand between an operand and its sign.
  return equation(
    nameOf(graph, node),
    tex(operandNames(graph, it)),
    tex(operandValues(it, numbers, (_, t) => t)),
    value,
  );
}

const partial = (above: string, below: string): string => `\\frac{\\partial ${above}}{\\partial ${below}}`;

/** For each use of a node, the local derivative there: ∂b/∂a = y = 2. */
export function slopeFormulas(graph: Graph, numbers: GraphNumbers, node: number): string[] {
  return usesOf(graph)[node]!.map(({ node: user, slot }) => {
    const it = graph.nodes[user]!;
    if (it.operation === "variable") return "";
    const slope = operationFormulas[it.operation].slopes[slot]!;
    const out = nameOf(graph, user);
    const symbols = slope(operandNames(graph, it), out);
    const inNumbers = slope(
      operandValues(it, numbers, (_, t) => t),
      texOperand(numbers.values[user]!),
    );
    const isTwice = it.args.filter((arg) => isNode(arg) && arg.node === node).length > 1;
    const index = isTwice ? `\\Big|_{${slot + 1}}` : "";
    const result = texNumber(numbers.slopes[user]![slot]!);
    return equation(`${partial(out, nameOf(graph, node))}${index}`, symbols, inNumbers, result);
  });
}

/** ∂out/∂y = ∂out/∂b · a + ∂out/∂c · 1 = 1·1 + 1·1 = 2 */
export function gradientFormula(graph: Graph, numbers: GraphNumbers, node: number, paint: Paint): string {
  const uses = usesOf(graph)[node]!;
  const last = graph.nodes.length - 1;
  const [out, here] = [nameOf(graph, last), nameOf(graph, node)];
  const result = paint("gradient", texNumber(numbers.gradients[node]!));
  if (node === last) return equation(partial(out, out), result);
  const symbols = uses.map(({ node: user }) =>
    user === last
      ? partial(out, here)
      : `${partial(out, nameOf(graph, user))} \\cdot ${partial(nameOf(graph, user), here)}`,
  );
  const products = uses.map(
    ({ node: user, slot }) =>
      `${texOperand(numbers.gradients[user]!)} \\cdot ${texOperand(numbers.slopes[user]![slot]!)}`,
  );
  const isWhole = uses.length === 1 && uses[0]!.node === last;
  const left = partial(out, here);
  return isWhole
    ? equation(left, products[0]!, result)
    : equation(left, symbols.join(" + "), products.join(" + "), result);
}

/** ∂out/∂y = 2 */
export const resultFormula = (graph: Graph, numbers: GraphNumbers, node: number, paint: Paint): string =>
  equation(
    partial(nameOf(graph, graph.nodes.length - 1), nameOf(graph, node)),
    paint("gradient", texNumber(numbers.gradients[node]!)),
  );
