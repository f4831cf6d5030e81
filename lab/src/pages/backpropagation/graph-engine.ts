// Values and gradients of a computational graph: by the graph itself, by Nabla's grad, and by finite differences.
import {
  checkGradients,
  compile,
  concatenate,
  grad,
  NumericError,
  sigmoid,
  stack,
  type Tensor,
  tensor,
  where,
} from "nabla";
import { type Graph, type GraphNode, isNode, usesOf } from "./graph.ts";
import type { OperationName } from "./parser.ts";

interface Rule {
  readonly value: (a: Tensor, b: Tensor) => Tensor;
  /** The derivative by each operand, with y the value itself. */
  readonly slopes: readonly ((a: Tensor, b: Tensor, y: Tensor) => Tensor)[];
}

const one = (a: Tensor): Tensor => a.mul(0).add(1);
/** 1 where the first operand is the greater, ½ for both where they are equal, else 0. */
const greater = (a: Tensor, b: Tensor): Tensor => where(a.equal(b), 0.5, a.greater(b).cast("float32"));

/** Each operation with its local derivatives, as the formulas of operations.ts say. */
const rules: Readonly<Record<OperationName, Rule>> = {
  add: { value: (a, b) => a.add(b), slopes: [one, (_a, b) => one(b)] },
  subtract: { value: (a, b) => a.sub(b), slopes: [one, (_a, b) => one(b).neg()] },
  multiply: { value: (a, b) => a.mul(b), slopes: [(_a, b) => b, (a) => a] },
  divide: { value: (a, b) => a.div(b), slopes: [(_a, b) => one(b).div(b), (a, b) => a.neg().div(b.square())] },
  power: {
    value: (a, b) => a.pow(b),
    slopes: [
      (a, b) => where(b.equal(0), 0, b.mul(a.pow(b.sub(1)))),
      (a, _b, y) => where(a.greater(0), y.mul(where(a.greater(0), a, 1).log()), 0),
    ],
  },
  negate: { value: (a) => a.neg(), slopes: [(a) => one(a).neg()] },
  exp: { value: (a) => a.exp(), slopes: [(_a, _b, y) => y] },
  ln: { value: (a) => a.log(), slopes: [(a) => one(a).div(a)] },
  sin: { value: (a) => a.sin(), slopes: [(a) => a.cos()] },
  cos: { value: (a) => a.cos(), slopes: [(a) => a.sin().neg()] },
  tanh: { value: (a) => a.tanh(), slopes: [(_a, _b, y) => one(y).sub(y.square())] },
  sigmoid: { value: (a) => sigmoid(a), slopes: [(_a, _b, y) => y.mul(one(y).sub(y))] },
  relu: { value: (a) => a.relu(), slopes: [(a) => a.greater(0).cast("float32")] },
  sqrt: { value: (a) => a.sqrt(), slopes: [(_a, _b, y) => one(y).div(y.mul(2))] },
  max: { value: (a, b) => a.maximum(b), slopes: [greater, (a, b) => greater(b, a)] },
  min: { value: (a, b) => a.minimum(b), slopes: [(a, b) => greater(b, a), greater] },
};

/** The operands of a node; an operation of one operand is given it twice. */
function operandsOf({ args }: GraphNode, values: readonly Tensor[]): readonly [Tensor, Tensor] {
  const [a, b] = args.map((arg) => (isNode(arg) ? values[arg.node]! : tensor(arg.constant)));
  return [a!, b ?? a!];
}

/** The values of all nodes, from those of the variables: forwards. */
function forwards({ nodes }: Graph, variables: readonly Tensor[]): Tensor[] {
  const values: Tensor[] = [];
  for (const node of nodes)
    values.push(
      node.operation === "variable"
        ? variables[values.length]!
        : rules[node.operation].value(...operandsOf(node, values)),
    );
  return values;
}

export interface GraphNumbers {
  readonly values: readonly number[];
  /** For each node, its local derivative by each of its operands. */
  readonly slopes: readonly (readonly number[])[];
  /** For each node, the gradient of the last one by it: the sum over its uses of gradient × local derivative. */
  readonly gradients: readonly number[];
  /** For each variable: Nabla's grad of the whole expression, and (f(x + ε) − f(x − ε)) / 2ε. */
  readonly byNabla: readonly number[];
  readonly byDifferences: readonly number[];
}

const epsilon = 0.01;

/** Compiles the numbers of a graph into one program: the variables' values go in, one vector comes out. */
function compiled(graph: Graph) {
  const { nodes, variables } = graph;
  const uses = usesOf(graph);
  const last = (given: readonly Tensor[]): Tensor => forwards(graph, given).at(-1)!;
  return compile((at: Tensor) => {
    const given = variables.map((_, i) => at.at(i));
    const values = forwards(graph, given);
    const slopes = nodes.map((node, i) => {
      if (node.operation === "variable") return [];
      const operands = operandsOf(node, values);
      return rules[node.operation].slopes.map((slope) => slope(...operands, values[i]!));
    });
    // Backwards: each node adds up what comes back from its uses.
    const gradients: Tensor[] = [];
    for (let i = nodes.length - 1; i >= 0; i--) {
      const parts = uses[i]!.map(({ node, slot }) => gradients[node]!.mul(slopes[node]![slot]!));
      gradients[i] = parts.length === 0 ? tensor(1) : parts.reduce((sum, part) => sum.add(part));
    }
    const f = (x: Tensor): Tensor => last(variables.map((_, i) => x.at(i)));
    const differences = variables.map((_, i) => {
      const moved = (by: number): Tensor => last(given.map((x, k) => (k === i ? x.add(by) : x)));
      return moved(epsilon)
        .sub(moved(-epsilon))
        .div(2 * epsilon);
    });
    return concatenate([stack([...values, ...slopes.flat(), ...gradients]), grad(f)(at), stack(differences)]);
  });
}

const programs = new Map<string, ReturnType<typeof compiled>>();
const mostPrograms = 20;

function programOf(graph: Graph): ReturnType<typeof compiled> {
  const key = JSON.stringify(graph.nodes);
  const known = programs.get(key) ?? compiled(graph);
  programs.delete(key);
  programs.set(key, known);
  if (programs.size > mostPrograms) programs.delete(programs.keys().next().value!);
  return known;
}

/** All numbers of a graph at the given values of its variables. */
export async function graphNumbers(graph: Graph, at: readonly number[]): Promise<GraphNumbers> {
  const { nodes, variables } = graph;
  const numbers = [...(await (await programOf(graph)(tensor(at))).data())];
  const take = (count: number): number[] => numbers.splice(0, count);
  return {
    values: take(nodes.length),
    slopes: nodes.map(({ operation }) => (operation === "variable" ? [] : take(rules[operation].slopes.length))),
    gradients: take(nodes.length),
    byNabla: take(variables.length),
    byDifferences: take(variables.length),
  };
}

/**
 * The greatest difference between Nabla's gradients and finite differences, both in 64-bit numbers; undefined where
 * they do not agree, as at a kink or where the expression has no value.
 */
export async function exactCheck(graph: Graph, at: readonly number[]): Promise<number | undefined> {
  try {
    const inputs = at.map((value) => tensor(value));
    return (await checkGradients((...xs: Tensor[]) => forwards(graph, xs).at(-1)!, inputs)).error;
  } catch (error) {
    if (error instanceof NumericError) return undefined;
    throw error;
  }
}
