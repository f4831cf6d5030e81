// The lines of Nabla that do what a scene shows, with its numbers.
import { type Graph, isNode, type Operand } from "./graph.ts";
import type { OperationName } from "./parser.ts";

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
