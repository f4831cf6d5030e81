// The formulas of the five steps: as the lecture writes them, and with the numbers of one neuron.
import { texNumber, texOperand } from "./numbers.ts";
import type { StepActivation } from "./state.ts";
import type { StepsInput, StepsNumbers } from "./steps-engine.ts";

/** The formulas of each step, as the lecture writes them. */
export const stageFormulas: readonly string[] = [
  "a^0 = x",
  "z^1 = a^0W^1 + b^1, \\qquad a^1 = f(z^1)",
  "z^2 = a^1W^2 + b^2, \\qquad a^2 = f(z^2), \\qquad C = \\tfrac12\\lVert a^2 - y\\rVert^2",
  "\\delta^2 = \\nabla_a C \\odot f'(z^2) = (a^2 - y) \\odot f'(z^2)",
  "\\delta^1 = \\delta^2\\left(W^2\\right)^T \\odot f'(z^1)",
  "\\frac{\\partial C}{\\partial W^l} = \\left(a^{l-1}\\right)^T\\delta^l, \\quad " +
    "\\frac{\\partial C}{\\partial b^l} = \\delta^l, \\quad W^l \\leftarrow W^l - \\eta\\frac{\\partial " +
    "C}{\\partial W^l}",
];

export const activationSlopes: Readonly<Record<StepActivation, string>> = {
  sigmoid: "f = \\sigma, \\quad f' = a(1 - a)",
  tanh: "f = \\tanh, \\quad f' = 1 - a^2",
  relu: "f = \\mathrm{ReLU}, \\quad f' = [z > 0]",
  identity: "f(z) = z, \\quad f' = 1",
};

const applied: Readonly<Record<StepActivation, string>> = {
  sigmoid: "\\sigma",
  tanh: "\\tanh",
  relu: "\\mathrm{ReLU}",
  identity: "",
};

const products = (pairs: readonly (readonly [number, number])[]): string =>
  pairs.map(([a, b]) => `${texOperand(a)} \\cdot ${texOperand(b)}`).join(" + ");

const signed = (value: number): string => (value < 0 ? texNumber(value) : `+ ${texNumber(value)}`);

/** A stage's formulas with the numbers of neuron `i` of the layer that it computes. */
export function neuronFormulas(stage: number, i: number, input: StepsInput, numbers: StepsNumbers): string[] {
  const { x, y, W1, b1, W2, b2, rate, activation } = input;
  const n = i + 1;
  const forward = (layer: 1 | 2): string[] => {
    const [from, W, b] = layer === 1 ? [x, W1, b1] : [numbers.a1, W2, b2];
    const [z, a] = layer === 1 ? [numbers.z1, numbers.a1] : [numbers.z2, numbers.a2];
    const sum = products(from.map((value, k) => [value, W[k]![i]!] as const));
    return [
      `z^${layer}_${n} = ${sum} ${signed(b[i]!)} = ${texNumber(z[i]!)}`,
      `a^${layer}_${n} = ${applied[activation]}(${texNumber(z[i]!)}) = ${texNumber(a[i]!)}`,
    ];
  };
  switch (stage) {
    case 0:
      return [`a^0 = (${x.map(texNumber).join(",\\; ")})`];
    case 1:
      return forward(1);
    case 2:
      return forward(2);
    case 3:
      return [
        `\\delta^2_${n} = (${texNumber(numbers.a2[i]!)} - ${texOperand(y[i]!)}) \\cdot ` +
          `${texOperand(numbers.slope2[i]!)} = ${texNumber(numbers.delta2[i]!)}`,
      ];
    case 4:
      return [
        `\\delta^1_${n} = \\left(${products(numbers.delta2.map((d, k) => [d, W2[i]![k]!] as const))}\\right) \\cdot ` +
          `${texOperand(numbers.slope1[i]!)} = ${texNumber(numbers.delta1[i]!)}`,
      ];
    default:
      return [
        `w^1_{1${n}} \\leftarrow ${texNumber(W1[0]![i]!)} - ${texNumber(rate)} \\cdot ${texOperand(x[0]!)} \\cdot ` +
          `${texOperand(numbers.delta1[i]!)} = ${texNumber(numbers.newW1[0]![i]!)}`,
      ];
  }
}
