// The lines of Nabla that do what a scene shows, with its numbers.
import type { NeuronActivation } from "./engine.ts";

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
