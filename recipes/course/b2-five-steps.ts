// B2. Backpropagation in five steps with δ, on a network of two inputs, three hidden neurons and two outputs.
import { grad, sigmoid, type Tensor, tensor } from "nabla";
import { formula, type Item, numeral, text } from "./item.ts";

interface Layer {
  readonly W: Tensor;
  readonly b: Tensor;
}

const sigmoidSlope = (z: Tensor): Tensor => sigmoid(z).mul(sigmoid(z).mul(-1).add(1)); // σ′ = σ(1 − σ)

/** C = ½‖aᴸ − y‖² */
const cost = (a: Tensor, y: Tensor): Tensor => a.sub(y).square().sum().div(2);

/** Steps 1 and 2: a⁰ = x, then zˡ = aˡ⁻¹Wˡ + bˡ and aˡ = σ(zˡ) layer by layer. */
function forwards(x: Tensor, network: readonly Layer[]) {
  const [a, z] = [[x], [] as Tensor[]];
  for (const { W, b } of network) {
    z.push(a.at(-1)!.matmul(W).add(b));
    a.push(sigmoid(z.at(-1)!));
  }
  return { a, z };
}

/** Steps 3 and 4: δ of the output layer, then backwards layer by layer. */
function backwards(y: Tensor, network: readonly Layer[], { a, z }: ReturnType<typeof forwards>): Tensor[] {
  const deltas = [
    a
      .at(-1)!
      .sub(y)
      .mul(sigmoidSlope(z.at(-1)!)),
  ]; // δᴸ = (aᴸ − y) ⊙ σ′(zᴸ)
  for (let l = network.length - 1; l > 0; l--) {
    const { W } = network[l]!;
    deltas.unshift(deltas[0]!.matmul(W.transpose()).mul(sigmoidSlope(z[l - 1]!))); // δˡ = δˡ⁺¹(Wˡ⁺¹)ᵀ ⊙ σ′(zˡ)
  }
  return deltas;
}

/** Step 5: ∂C/∂Wˡ = (aˡ⁻¹)ᵀδˡ and ∂C/∂bˡ = δˡ. */
const slopes = (a: readonly Tensor[], deltas: readonly Tensor[]): Layer[] =>
  deltas.map((delta, l) => ({ W: a[l]!.expandDims(1).matmul(delta.expandDims(0)), b: delta }));

export const item: Item = async function* () {
  const network: readonly Layer[] = [
    {
      W: tensor([
        [0.4, -0.6, 0.1],
        [0.3, 0.8, -0.5],
      ]),
      b: tensor([0.1, -0.2, 0.3]),
    },
    {
      W: tensor([
        [0.7, -0.4],
        [-0.9, 0.2],
        [0.5, 0.6],
      ]),
      b: tensor([0.2, -0.1]),
    },
  ];
  const [x, y, eta] = [tensor([1, -2]), tensor([1, 0]), 0.5];
  const row = (t: Tensor): Promise<number[]> => t.array<1>();

  yield text(
    "δˡ = ∂C/∂zˡ says how the cost C changes with the sums zˡ of layer l. Five steps give it for every layer, and " +
      "with it the gradient of every weight. (Vectors are rows here, as in M1.)",
    "δˡ = ∂C/∂zˡ показывает, как функция потерь C меняется вместе с суммами zˡ слоя l. Пять шагов дают δ каждого " +
      "слоя, а с ними — градиент каждого веса. (Векторы здесь — строки, как в M1.)",
  );
  const pass = forwards(x, network);
  const [[x0, a1, a2], [z1, z2]] = [pass.a, pass.z] as const;
  yield text("Step 1. The input.", "Шаг 1. Вход.");
  yield formula("a^0 = x", "a⁰ = x");
  yield { kind: "values", values: [{ name: "a⁰", value: await row(x0!) }], digits: 4 };

  yield text("Step 2. Forwards, layer by layer.", "Шаг 2. Вперёд, слой за слоем.");
  yield formula(String.raw`z^l = a^{l-1}W^l + b^l, \qquad a^l = \sigma(z^l)`, "zˡ = aˡ⁻¹Wˡ + bˡ,   aˡ = σ(zˡ)");
  yield {
    kind: "values",
    digits: 4,
    values: [
      { name: "z¹", value: await row(z1!) },
      { name: "a¹", value: await row(a1!) },
      { name: "z²", value: await row(z2!) },
      { name: "a²", value: await row(a2!), meaning: { en: "the answer", ru: "ответ сети" } },
      { name: "y", value: await row(y), meaning: { en: "the target", ru: "цель" } },
      { name: "C = ½‖a² − y‖²", value: await cost(a2!, y).item() },
    ],
  };

  const deltas = backwards(y, network, pass);
  yield text("Step 3. The error of the output layer L = 2.", "Шаг 3. Ошибка выходного слоя L = 2.");
  yield formula(
    String.raw`\delta^L = \nabla_a C \odot \sigma'(z^L) = (a^L - y) \odot \sigma'(z^L)`,
    "δᴸ = ∇ₐC ⊙ σ′(zᴸ) = (aᴸ − y) ⊙ σ′(zᴸ)",
  );
  yield { kind: "values", values: [{ name: "δ²", value: await row(deltas[1]!) }], digits: 4 };

  yield text("Step 4. Backwards, layer by layer.", "Шаг 4. Назад, слой за слоем.");
  yield formula(
    String.raw`\delta^l = \delta^{l+1}\left(W^{l+1}\right)^T \odot \sigma'(z^l)`,
    "δˡ = δˡ⁺¹(Wˡ⁺¹)ᵀ ⊙ σ′(zˡ)",
  );
  yield { kind: "values", values: [{ name: "δ¹", value: await row(deltas[0]!) }], digits: 4 };

  yield text(`Step 5. The gradients, and the update with η = ${eta}.`, `Шаг 5. Градиенты и обновление, η = ${eta}.`);
  yield formula(
    String.raw`\frac{\partial C}{\partial W^l} = \left(a^{l-1}\right)^T\delta^l, \quad ` +
      String.raw`\frac{\partial C}{\partial b^l} = \delta^l, \qquad ` +
      String.raw`W^l \leftarrow W^l - \eta\frac{\partial C}{\partial W^l}`,
    "∂C/∂Wˡ = (aˡ⁻¹)ᵀδˡ,        ∂C/∂bˡ = δˡ\nWˡ ← Wˡ − η·∂C/∂Wˡ,   bˡ ← bˡ − η·∂C/∂bˡ",
  );
  const byHand = slopes(pass.a, deltas);
  const step = (theta: Tensor, slope: Tensor): Tensor => theta.sub(slope.mul(eta));
  const updated = network.map(({ W, b }, l) => ({ W: step(W, byHand[l]!.W), b: step(b, byHand[l]!.b) }));
  yield {
    kind: "values",
    digits: 4,
    values: [
      { name: "∂C/∂W¹", value: await byHand[0]!.W.array<2>() },
      { name: "∂C/∂W²", value: await byHand[1]!.W.array<2>() },
      { name: "W¹", value: await updated[0]!.W.array<2>(), meaning: { en: "updated", ru: "после обновления" } },
      { name: "W²", value: await updated[1]!.W.array<2>(), meaning: { en: "updated", ru: "после обновления" } },
    ],
  };

  // Nabla needs none of these formulas: it differentiates the cost itself, by one parameter at a time.
  const rows = [];
  for (const [l, layer] of network.entries())
    for (const part of ["W", "b"] as const) {
      const costOf = (theta: Tensor): Tensor => {
        const changed = network.map((other, i) => (i === l ? { ...other, [part]: theta } : other));
        return cost(forwards(x, changed).a.at(-1)!, y);
      };
      const derived = grad(costOf)(layer[part]);
      rows.push([
        `${part}${"¹²"[l]}`,
        layer[part].shape.join("×"),
        await derived.sub(byHand[l]![part]).abs().max().item(),
      ]);
    }
  yield {
    kind: "table",
    title: { en: "Against Nabla's gradients", ru: "Сравнение с градиентами Nabla" },
    columns: [
      { en: "parameter", ru: "параметр" },
      { en: "shape", ru: "размер" },
      { en: "greatest difference", ru: "наибольшее расхождение" },
    ],
    rows,
  };
  const [before, after] = [await cost(a2!, y).item(), await cost(forwards(x, updated).a.at(-1)!, y).item()];
  yield text(
    `One update takes the cost from ${numeral(before)} to ${numeral(after)}.`,
    `Одно обновление уменьшает функцию потерь с ${numeral(before)} до ${numeral(after)}.`,
  );
};
