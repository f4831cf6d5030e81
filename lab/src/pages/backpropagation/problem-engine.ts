// The worked problem: a network of two layers with every matrix, its gradients by formulas, by Nabla and by
// differences.
import { compile, concatenate, eye, gradients, relu, type Tensor, tensor, vmap } from "nabla";
import { type ParameterName, type ProblemInput, type ProblemNumbers, parameterNames } from "./problem-parts.ts";

type Parameters = Readonly<Record<ParameterName, Tensor>>;

/** Ŷ = tanh(ReLU(XW₁ + b₁ᵀ)W₂ + b₂ᵀ), with all matrices on the way. */
function forwards(X: Tensor, { W1, b1, W2, b2 }: Parameters) {
  const Z1 = X.matmul(W1).add(b1); // Z₁ = XW₁ + b₁ᵀ
  const H = relu(Z1); // H = ReLU(Z₁)
  const Z2 = H.matmul(W2).add(b2); // Z₂ = HW₂ + b₂ᵀ
  return { Z1, H, Z2, answer: Z2.tanh() }; // Ŷ = tanh(Z₂)
}

/** L = 1/n Σ (Ŷ − Y)² */
const mse = (answer: Tensor, Y: Tensor): Tensor => answer.sub(Y).square().mean();

const epsilon = 0.01;

const worked = compile((X: Tensor, Y: Tensor, rate: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) => {
  const theta: Parameters = { W1, b1, W2, b2 };
  const { Z1, H, Z2, answer } = forwards(X, theta);
  const error = answer.sub(Y);
  const delta2 = error.mul(2 / Y.size).mul(answer.square().neg().add(1)); // δ₂ = 2/n·(Ŷ − Y) ⊙ (1 − Ŷ²)
  const delta1 = delta2.matmul(W2.transpose()).mul(Z1.greater(0)); // δ₁ = δ₂W₂ᵀ ⊙ [Z₁ > 0]
  const byHand: Parameters = {
    W1: X.transpose().matmul(delta1), // ∂L/∂W₁ = Xᵀδ₁
    b1: delta1.sum(0, { keepDims: true }), // ∂L/∂b₁ᵀ = 1ᵀδ₁
    W2: H.transpose().matmul(delta2), // ∂L/∂W₂ = Hᵀδ₂
    b2: delta2.sum(0, { keepDims: true }), // ∂L/∂b₂ᵀ = 1ᵀδ₂
  };
  const updated = Object.fromEntries(
    parameterNames.map((name) => [name, theta[name].sub(byHand[name].mul(rate))]),
  ) as unknown as Parameters;
  const before = mse(answer, Y);
  const after = mse(forwards(X, updated).answer, Y);

  const flat = (all: Parameters): Tensor => concatenate(parameterNames.map((name) => all[name].reshape([-1])));
  const byNabla = concatenate(
    gradients(
      before,
      parameterNames.map((name) => theta[name]),
    ).map((g) => g.reshape([-1])),
  );
  // One row of weights for each difference: row i moves the weight i by ε.
  const lossOf = (weights: Tensor): Tensor => {
    let from = 0;
    const take = (like: Tensor): Tensor => weights.slice(from, (from += like.size)).reshape(like.shape);
    const moved = Object.fromEntries(parameterNames.map((name) => [name, take(theta[name])]));
    return mse(forwards(X, moved as unknown as Parameters).answer, Y);
  };
  const [at, moves] = [flat(theta), eye(flat(theta).size).mul(epsilon)];
  const byDifferences = vmap(lossOf)(at.add(moves))
    .sub(vmap(lossOf)(at.sub(moves)))
    .div(2 * epsilon);
  return {
    matrices: { Z1, H, Z2, answer, error, delta2, delta1 },
    gradients: byHand,
    updated,
    checks: { byHand: flat(byHand), byNabla, byDifferences },
    numbers: { before, after },
  };
});

const asArrays = async (tensors: Readonly<Record<string, Tensor>>): Promise<Record<string, unknown>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(tensors).map(async ([name, value]) => [name, await value.array()])),
  );

/** Every matrix of the worked problem. */
export async function workedProblem({ X, Y, rate, ...theta }: ProblemInput): Promise<ProblemNumbers> {
  const [x, y, W1, b1, W2, b2] = [X, Y, theta.W1, theta.b1, theta.W2, theta.b2].map((m) => tensor(m as number[][]));
  const answer = await worked(x!, y!, tensor(rate), W1!, b1!, W2!, b2!);
  const groups = Object.entries(answer).map(async ([name, group]) => [name, await asArrays(group as Parameters)]);
  return Object.fromEntries(await Promise.all(groups)) as unknown as ProblemNumbers;
}
