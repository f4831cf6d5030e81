// The lines of Nabla that do what a scene shows, with its numbers.
import { type Graph, isNode, type Operand } from "./graph.ts";
import type { OperationName } from "./parser.ts";
import type { ProblemInput } from "./problem-parts.ts";
import type { StepActivation } from "./state.ts";
import type { StepsInput } from "./steps-engine.ts";

const methods: Readonly<Partial<Record<OperationName, string>>> = {
  add: "add",
  subtract: "sub",
  multiply: "mul",
  divide: "div",
  power: "pow",
  negate: "neg",
  exp: "exp",
  ln: "log",
  sin: "sin",
  cos: "cos",
  tanh: "tanh",
  relu: "relu",
  sqrt: "sqrt",
  max: "maximum",
  min: "minimum",
};

const short = (value: number): string => String(Number(value.toPrecision(6)));

/** An expression as a function, with its value and its gradients. */
export function graphCode({ nodes, variables }: Graph, at: readonly number[]): string {
  const used = new Set<string>(["type Tensor", "tensor", "valueAndGrad"]);
  const operand = (arg: Operand): string => (isNode(arg) ? nodes[arg.node]!.name : short(arg.constant));
  const lines = nodes.slice(variables.length).map(({ name, operation, args }) => {
    const [first, ...others] = args as [Operand, ...Operand[]];
    const left = isNode(first) ? operand(first) : `tensor(${short(first.constant)})`;
    if (operation === "sigmoid") used.add("sigmoid");
    const call =
      operation === "sigmoid"
        ? `sigmoid(${left})`
        : `${left}.${methods[operation as OperationName]}(${others.map(operand).join(", ")})`;
    return `  const ${name} = ${call};`;
  });
  const names = [...used].sort((a, b) => a.replace("type ", "").localeCompare(b.replace("type ", "")));
  if (lines.length === 0) lines.push(`  const out = ${variables[0]};`);
  return `import { ${names.join(", ")} } from "nabla";

const f = (at: Tensor): Tensor => {
  const [${variables.join(", ")}] = [${variables.map((_, i) => `at.at(${i})`).join(", ")}];
${lines.join("\n")}
  return out;
};
const [value, slopes] = valueAndGrad(f)(tensor([${at.map(short).join(", ")}]));
console.log(await value.item(), await slopes.array());
`;
}

const rows = (values: readonly (readonly number[])[]): string =>
  `[${values.map((row) => `[${row.map(short).join(", ")}]`).join(", ")}]`;

const functions: Readonly<Record<StepActivation, string>> = {
  sigmoid: "sigmoid(z)",
  tanh: "z.tanh()",
  relu: "relu(z)",
  identity: "z",
};

/** The network's cost and one update; Nabla needs no δ, it differentiates the cost itself. */
export function stepsCode({ activation, x, y, rate, W1, b1, W2, b2 }: StepsInput): string {
  const named = activation === "sigmoid" || activation === "relu" ? `${activation}, ` : "";
  return `import { gradients, ${named}type Tensor, tensor } from "nabla";

const f = (z: Tensor): Tensor => ${functions[activation]};
const [x, y] = [tensor([${x.map(short).join(", ")}]), tensor([${y.map(short).join(", ")}])];
const theta = [
  tensor(${rows(W1)}),
  tensor([${b1.map(short).join(", ")}]),
  tensor(${rows(W2)}),
  tensor([${b2.map(short).join(", ")}]),
] as const;
const [W1, b1, W2, b2] = theta;
const cost = f(f(x.matmul(W1).add(b1)).matmul(W2).add(b2)).sub(y).square().sum().div(2);
const updated = gradients(cost, theta).map((slope, i) => theta[i]!.sub(slope.mul(${short(rate)})));
console.log(await cost.item(), await updated[0]!.array());
`;
}

/** The worked problem: the loss, and the gradients of all weights. */
export function problemCode({ X, Y, W1, b1, W2, b2, rate }: ProblemInput): string {
  return `import { gradients, relu, tensor } from "nabla";

const [X, Y] = [tensor(${rows(X)}), tensor(${rows(Y)})];
const theta = [
  tensor(${rows(W1)}),
  tensor(${rows(b1)}),
  tensor(${rows(W2)}),
  tensor(${rows(b2)}),
] as const;
const [W1, b1, W2, b2] = theta;
const answer = relu(X.matmul(W1).add(b1)).matmul(W2).add(b2).tanh();
const loss = answer.sub(Y).square().mean();
const slopes = gradients(loss, theta);
const updated = slopes.map((slope, i) => theta[i]!.sub(slope.mul(${short(rate)})));
for (const slope of slopes) console.log(await slope.array());
`;
}
