// The lines of Nabla that do what a scene shows, with its numbers.
import type { NeuronActivation } from "./activation-names.ts";

const functions: Readonly<Record<NeuronActivation, string>> = {
  step: "where(z.greater(0), 1, 0)",
  sign: "z.sign()",
  sigmoid: 'activation("sigmoid")(z)',
  tanh: "z.tanh()",
  relu: 'activation("relu")(z)',
};

const list = (rows: readonly (readonly number[])[]): string => rows.map((row) => `[${row.join(", ")}]`).join(", ");

interface Shown {
  readonly points: readonly (readonly number[])[];
  readonly w1: number;
  readonly w2: number;
  readonly b: number;
  readonly f: NeuronActivation;
}

export const neuronCode = ({ points, w1, w2, b, f }: Shown): string => `import { ${
  f === "step" ? "tensor, where" : f === "sigmoid" || f === "relu" ? "activation, tensor" : "tensor"
} } from "nabla";

const x = tensor([${list(points.map((point) => point.slice(0, 2)))}]);
const w = tensor([${w1}, ${w2}]);
const z = x.matmul(w).add(${b});
const y = ${functions[f]};
console.log(await y.array());
`;

interface RuleShown {
  readonly points: readonly (readonly number[])[];
  readonly rate: number;
  readonly bias: boolean;
}

export const ruleCode = ({
  points,
  rate,
  bias,
}: RuleShown): string => `import { compile, tensor, variable } from "nabla";

const points = [${list(points.map(([x1, x2, label]) => [x1!, x2!, label === 1 ? 1 : -1]))}]; // x₁, x₂, y
const [w, w0] = [variable([0, 0]), variable(0)];
const step = compile((x, y) => {
  const wrong = x.matmul(w).add(w0).sign().notEqual(y).cast("float32");
  w.assignAdd(x.mul(y).mul(${rate}).mul(wrong));
${bias ? `  w0.assignAdd(y.mul(${rate}).mul(wrong));\n` : ""}});
for (let epoch = 0; epoch < 20; epoch++)
  for (const [x1, x2, y] of points) await step(tensor([x1, x2]), tensor(y));
console.log(await w.array(), await w0.array());
`;

export const layersCode = (rows: readonly (readonly number[])[]): string => {
  const [first, second, upper] = rows as [readonly number[], readonly number[], readonly number[]];
  return `import { tensor, where } from "nabla";

const f = (z) => where(z.greater(0), 1, 0);
const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const W1 = tensor([[${first[0]}, ${second[0]}], [${first[1]}, ${second[1]}]]);
const b1 = tensor([${first[2]}, ${second[2]}]);
const u = f(x.matmul(W1).add(b1));
const y = f(u.matmul(tensor([${upper[0]}, ${upper[1]}])).add(${upper[2]}));
console.log(await u.array(), await y.array());
`;
};

interface FeatureShown {
  readonly w1: number;
  readonly w2: number;
  readonly w12: number;
  readonly b: number;
}

export const featureCode = ({ w1, w2, w12, b }: FeatureShown): string => `import { tensor, where } from "nabla";

const x1 = tensor([0, 0, 1, 1]);
const x2 = tensor([0, 1, 0, 1]);
const z = x1.mul(${w1}).add(x2.mul(${w2})).add(x1.mul(x2).mul(${w12})).add(${b});
console.log(await where(z.greater(0), 1, 0).array());
`;

export const polygonCode = (corners: readonly (readonly number[])[]): string => `import { tensor, where } from "nabla";

const f = (z) => where(z.greater(0), 1, 0);
const corners = [${list(corners)}]; // against the clock
const edges = corners.map(([p1, p2], k) => {
  const [q1, q2] = corners[(k + 1) % corners.length];
  return [p2 - q2, q1 - p1, -((p2 - q2) * p1 + (q1 - p1) * p2)];
});
const W = tensor(edges.map(([w1, w2]) => [w1, w2])).transpose();
const u = f(tensor([[0.8, 0.8], [2, 2]]).matmul(W).add(tensor(edges.map(([, , b]) => b))));
console.log(await f(u.sum(1).add(0.5 - corners.length)).array()); // inside: 1, outside: 0
`;
