// The five steps of backpropagation on a network of two layers, by the formulas with δ, beside Nabla's own gradients.
import { compile, gradients, relu, sigmoid, type Tensor, tensor } from "nabla";
import type { StepActivation } from "./state.ts";

interface Activation {
  readonly value: (z: Tensor) => Tensor;
  /** f′(z), with a = f(z). */
  readonly slope: (z: Tensor, a: Tensor) => Tensor;
}

const activations: Readonly<Record<StepActivation, Activation>> = {
  sigmoid: { value: (z) => sigmoid(z), slope: (_z, a) => a.mul(a.neg().add(1)) }, // σ′ = σ(1 − σ)
  tanh: { value: (z) => z.tanh(), slope: (_z, a) => a.square().neg().add(1) }, // tanh′ = 1 − tanh²
  relu: { value: (z) => relu(z), slope: (z) => z.greater(0).cast("float32") }, // [z > 0]
  identity: { value: (z) => z, slope: (z) => z.mul(0).add(1) },
};

/** The weights W¹, b¹, W², b². */
type Weights = readonly [Tensor, Tensor, Tensor, Tensor];

/** C = ½‖a² − y‖² */
const cost = (a: Tensor, y: Tensor): Tensor => a.sub(y).square().sum().div(2);

/** zˡ = aˡ⁻¹Wˡ + bˡ, aˡ = f(zˡ) */
function forwards({ value }: Activation, x: Tensor, [W1, b1, W2, b2]: Weights) {
  const z1 = x.matmul(W1).add(b1);
  const a1 = value(z1);
  const z2 = a1.matmul(W2).add(b2);
  return { z1, a1, z2, a2: value(z2) };
}

const program = (name: StepActivation) =>
  compile((x: Tensor, y: Tensor, rate: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) => {
    const activation = activations[name];
    const theta: Weights = [W1, b1, W2, b2];
    const { z1, a1, z2, a2 } = forwards(activation, x, theta);
    const slope1 = activation.slope(z1, a1);
    const slope2 = activation.slope(z2, a2);
    const delta2 = a2.sub(y).mul(slope2); // δ² = (a² − y) ⊙ f′(z²)
    const delta1 = delta2.matmul(W2.transpose()).mul(slope1); // δ¹ = δ²(W²)ᵀ ⊙ f′(z¹)
    const dW1 = x.expandDims(1).matmul(delta1.expandDims(0)); // ∂C/∂W¹ = xᵀδ¹
    const dW2 = a1.expandDims(1).matmul(delta2.expandDims(0)); // ∂C/∂W² = (a¹)ᵀδ²
    const byHand: Weights = [dW1, delta1, dW2, delta2];
    const updated = theta.map((w, i) => w.sub(byHand[i]!.mul(rate))) as unknown as Weights;
    const before = cost(a2, y);
    const byNabla = gradients(before, theta);
    const difference = byHand
      .map((g, i) => g.sub(byNabla[i]!).abs().max())
      .reduce((greatest, other) => greatest.maximum(other));
    const after = cost(forwards(activation, x, updated).a2, y);
    const [newW1, newb1, newW2, newb2] = updated;
    return {
      rows: { z1, a1, z2, a2, slope1, slope2, delta1, delta2, newb1, newb2 },
      matrices: { dW1, dW2, newW1, newW2 },
      numbers: { before, after, difference },
    };
  });

const programs = new Map<StepActivation, ReturnType<typeof program>>();

export interface StepsInput {
  readonly activation: StepActivation;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rate: number;
  readonly W1: readonly (readonly number[])[];
  readonly b1: readonly number[];
  readonly W2: readonly (readonly number[])[];
  readonly b2: readonly number[];
}

type Row = "z1" | "a1" | "z2" | "a2" | "slope1" | "slope2" | "delta1" | "delta2" | "newb1" | "newb2";
export type StepsNumbers = Readonly<Record<Row, readonly number[]>> &
  Readonly<Record<"dW1" | "dW2" | "newW1" | "newW2", readonly (readonly number[])[]>> &
  /** The cost before and after the update; the greatest difference between δ's gradients and Nabla's. */
  Readonly<Record<"before" | "after" | "difference", number>>;

const asArrays = async (tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(tensors).map(async ([name, value]) => [name, await value.array()])),
  );

/** Everything that the five steps compute. */
export async function fiveSteps({ activation, x, y, rate, W1, b1, W2, b2 }: StepsInput): Promise<StepsNumbers> {
  const run = programs.get(activation) ?? program(activation);
  programs.set(activation, run);
  const weights = [W1, b1, W2, b2].map((w) => tensor(w as number[][])) as unknown as Weights;
  const { rows, matrices, numbers } = await run(tensor(x), tensor(y), tensor(rate), ...weights);
  const parts = await Promise.all([rows, matrices, numbers].map(asArrays));
  return Object.assign({}, ...parts) as StepsNumbers;
}
