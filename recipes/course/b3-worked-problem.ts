// B3. Worked problem 1: a network of two layers with every matrix, its update rules, and three ways to the gradient.
import { checkGradients, gradients, relu, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, type Part, text, type Value } from "./item.ts";

/** Ŷ = tanh(ReLU(XW₁ + b₁ᵀ)W₂ + b₂ᵀ), with all matrices on the way. */
function forwards(X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor) {
  const Z1 = X.matmul(W1).add(b1); // Z₁ = XW₁ + b₁ᵀ
  const H = relu(Z1); // H = ReLU(Z₁)
  const Z2 = H.matmul(W2).add(b2); // Z₂ = HW₂ + b₂ᵀ
  return { Z1, H, Z2, answer: Z2.tanh() }; // Ŷ = tanh(Z₂)
}

/** L = 1/n Σ (Ŷ − Y)², the mean over all n numbers. */
const mse = (answer: Tensor, Y: Tensor): Tensor => answer.sub(Y).square().mean();

/** The gradients by the formulas of backpropagation, layer by layer from the output. */
function backwards(X: Tensor, Y: Tensor, W2: Tensor, { Z1, H, answer }: ReturnType<typeof forwards>) {
  const slope = answer.square().mul(-1).add(1); // tanh′(Z₂) = 1 − Ŷ²
  const delta2 = answer
    .sub(Y)
    .mul(2 / Y.size)
    .mul(slope); // δ₂ = 2/n·(Ŷ − Y) ⊙ (1 − Ŷ²)
  const delta1 = delta2.matmul(W2.transpose()).mul(Z1.greater(0)); // δ₁ = δ₂W₂ᵀ ⊙ [Z₁ > 0]
  return {
    delta2,
    delta1,
    W1: X.transpose().matmul(delta1), // ∂L/∂W₁ = Xᵀδ₁
    b1: delta1.sum(0), // ∂L/∂b₁ = the sum of the rows of δ₁
    W2: H.transpose().matmul(delta2), // ∂L/∂W₂ = Hᵀδ₂
    b2: delta2.sum(0), // ∂L/∂b₂ = the sum of the rows of δ₂
  };
}

const names = ["W1", "b1", "W2", "b2"] as const;
type Name = (typeof names)[number];
const subscript = (name: Name): string => name.replace("1", "₁").replace("2", "₂");

/** Vectors and matrices under their names, as a part. */
async function shown(all: Readonly<Record<string, Tensor>>, digits?: number): Promise<Part> {
  const values = Object.entries(all).map(async ([name, value]) => ({
    name,
    value: (await value.array()) as Value["value"],
  }));
  return { kind: "values", values: await Promise.all(values), ...(digits !== undefined && { digits }) };
}

export const item: Item = async function* () {
  const X = tensor([
    [1, 2],
    [-1, 1],
    [2, -1],
  ]);
  const Y = tensor([[0.8], [-0.6], [0.2]]);
  const theta = {
    W1: tensor([
      [0.5, -0.3, 0.8],
      [0.2, 0.6, -0.4],
    ]),
    b1: tensor([0.1, -0.2, 0.3]),
    W2: tensor([[0.7], [-0.5], [0.4]]),
    b2: tensor([0.1]),
  };
  const { W1, b1, W2, b2 } = theta;
  const eta = 0.1;

  yield text(
    "Three examples in the rows of X, two inputs each; three hidden neurons with ReLU, one output with tanh, and " +
      "the mean squared error. Find the update rules of W₁, b₁, W₂ and b₂.",
    "Три примера в строках X, у каждого два входа; три скрытых нейрона с ReLU, один выход с tanh, функция потерь " +
      "MSE. Вывести формулы обновления W₁, b₁, W₂ и b₂.",
  );
  yield formula(
    String.raw`\hat{Y} = \tanh\left(\mathrm{ReLU}\left(XW_1 + b_1^T\right)W_2 + b_2^T\right), \qquad ` +
      String.raw`L = \frac{1}{n}\sum (\hat{Y} - Y)^2`,
    "Ŷ = tanh(ReLU(XW₁ + b₁ᵀ)W₂ + b₂ᵀ),   L = 1/n Σ (Ŷ − Y)²",
  );
  yield await shown({ X, Y, "W₁": W1, "b₁ᵀ": b1, "W₂": W2, "b₂ᵀ": b2 });

  yield text("Forwards.", "Прямой проход.");
  const pass = forwards(X, W1, b1, W2, b2);
  const loss = mse(pass.answer, Y);
  const { Z1, H, Z2, answer } = pass;
  yield await shown(
    { "Z₁ = XW₁ + b₁ᵀ": Z1, "H = ReLU(Z₁)": H, "Z₂ = HW₂ + b₂ᵀ": Z2, "Ŷ = tanh(Z₂)": answer, L: loss },
    4,
  );

  yield text(
    "Backwards. δ₂ and δ₁ are the gradients of L by Z₂ and Z₁; ⊙ is the product element by element, and [Z₁ > 0], " +
      "the derivative of ReLU, is 1 where Z₁ is above 0 and 0 elsewhere.",
    "Обратный проход. δ₂ и δ₁ — градиенты L по Z₂ и Z₁; ⊙ — поэлементное произведение; [Z₁ > 0] — производная ReLU: " +
      "1 там, где Z₁ больше 0, и 0 в остальных местах.",
  );
  yield formula(
    String.raw`\delta_2 = \tfrac{2}{n}(\hat{Y} - Y) \odot (1 - \hat{Y}^2), \qquad ` +
      String.raw`\delta_1 = \delta_2 W_2^T \odot [Z_1 > 0]`,
    "δ₂ = 2/n·(Ŷ − Y) ⊙ (1 − Ŷ²),   δ₁ = δ₂W₂ᵀ ⊙ [Z₁ > 0]",
  );
  const byHand = backwards(X, Y, W2, pass);
  yield await shown({ "δ₂": byHand.delta2, "δ₁": byHand.delta1 }, 4);

  yield text(
    `The update rules (1 is a column of ones: it sums the rows), and their numbers for η = ${eta}.`,
    `Формулы обновления (1 — столбец из единиц: он складывает строки) и числа при η = ${eta}.`,
  );
  yield formula(
    String.raw`\begin{aligned} W_1 &\leftarrow W_1 - \eta X^T\delta_1 & ` +
      String.raw`b_1 &\leftarrow b_1 - \eta\,\delta_1^T\mathbf{1}\\ ` +
      String.raw`W_2 &\leftarrow W_2 - \eta H^T\delta_2 & ` +
      String.raw`b_2 &\leftarrow b_2 - \eta\,\delta_2^T\mathbf{1} \end{aligned}`,
    "W₁ ← W₁ − η·Xᵀδ₁    b₁ ← b₁ − η·δ₁ᵀ1\nW₂ ← W₂ − η·Hᵀδ₂    b₂ ← b₂ − η·δ₂ᵀ1",
  );
  const updated = (name: Name): Tensor => theta[name].sub(byHand[name].mul(eta)); // θ ← θ − η·∂L/∂θ
  const { W1: dW1, b1: db1, W2: dW2, b2: db2 } = byHand;
  yield await shown({ "∂L/∂W₁ = Xᵀδ₁": dW1, "∂L/∂b₁ = δ₁ᵀ1": db1, "∂L/∂W₂ = Hᵀδ₂": dW2, "∂L/∂b₂ = δ₂ᵀ1": db2 }, 4);
  const updates = names.map((name) => [`${subscript(name)} − η·∂L/∂${subscript(name)}`, updated(name)]);
  yield await shown(Object.fromEntries(updates), 4);

  yield text(
    "Three ways to the same numbers: the formulas above; Nabla, which differentiates L itself; and finite " +
      "differences, (L(θ + ε) − L(θ − ε)) / 2ε for each weight by itself.",
    "Три пути к одним и тем же числам: формулы выше; Nabla, которая сама дифференцирует L; и конечные разности (L(θ " +
      "+ ε) − L(θ − ε)) / 2ε для каждого веса в отдельности.",
  );
  const lossOf = ({ W1, b1, W2, b2 }: typeof theta): Tensor => mse(forwards(X, W1, b1, W2, b2).answer, Y);
  const byNabla = gradients(loss, [W1, b1, W2, b2]);
  const rows = [];
  for (const [k, name] of names.entries()) {
    const [formulas, derived] = [await byHand[name].data(), await byNabla[k]!.data()];
    const differences = await finiteDifferences((value) => lossOf({ ...theta, [name]: value }), theta[name]);
    const columns = theta[name].shape.at(-1)!;
    for (const [i, slope] of formulas.entries()) {
      const at = name.startsWith("W") ? `[${Math.floor(i / columns) + 1}, ${(i % columns) + 1}]` : `[${i + 1}]`;
      rows.push([`${subscript(name)}${at}`, slope, derived[i]!, differences[i]!]);
    }
  }
  yield {
    kind: "table",
    columns: [
      { en: "weight", ru: "вес" },
      { en: "formula", ru: "формула" },
      "Nabla",
      { en: "finite differences", ru: "конечные разности" },
    ],
    rows,
    digits: 5,
  };
  const { error } = await checkGradients((W1, b1, W2, b2) => lossOf({ W1, b1, W2, b2 }), [W1, b1, W2, b2]);
  const after = lossOf({ W1: updated("W1"), b1: updated("b1"), W2: updated("W2"), b2: updated("b2") });
  const [before, less] = [numeral(await loss.item()), numeral(await after.item())];
  yield text(
    `In 64-bit numbers (checkGradients) Nabla and the differences agree to ${numeral(error)}. The update takes L ` +
      `from ${before} to ${less}.`,
    `В 64-битных числах (checkGradients) Nabla и конечные разности расходятся на ${numeral(error)}. После ` +
      `обновления L уменьшается с ${before} до ${less}.`,
  );
};

/** (f(x + ε) − f(x − ε)) / 2ε for each element of x. */
async function finiteDifferences(f: (x: Tensor) => Tensor, x: Tensor, epsilon = 0.01): Promise<number[]> {
  const slopes = [];
  for (let i = 0; i < x.size; i++) {
    const step = Array.from({ length: x.size }, (_, k) => (k === i ? epsilon : 0));
    const moved = tensor(step).reshape(x.shape);
    const [above, below] = [await f(x.add(moved)).item(), await f(x.sub(moved)).item()];
    slopes.push((above - below) / (2 * epsilon));
  }
  return slopes;
}
